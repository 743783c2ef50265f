package fakeslack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxBody is the most bytes of a request that are read.
const maxBody = 4 << 20

// reply is the answer to a call that succeeded; "ok" is added.
type reply map[string]any

// A refusal is the answer to one that did not.
type refusal struct {
	code     string
	messages []string       // response_metadata.messages
	extra    map[string]any // further fields
}

func (r *refusal) Error() string { return r.code }

func refuse(code string, messages ...string) error {
	return &refusal{code: code, messages: messages}
}

// A call is one request to the Web API, with its arguments read.
type call struct {
	w        *Workspace
	method   string
	spec     *methodSpec
	token    string
	args     map[string]string // objects and arrays as JSON
	base     string            // how the caller reaches us: "http://127.0.0.1:9000"
	host     string
	grant    *grant
	in       *install
	forget   bool // Slack accepts the call and loses what it does
	warnings []string
}

// newRoutes lays out what Handler serves.
func (w *Workspace) newRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", w.serveAPI)
	mux.HandleFunc("GET /socket", w.serveSocket)
	mux.HandleFunc("GET /avatars/{file}", w.serveAvatar)
	mux.HandleFunc("POST /actions/{hook}", w.failing(AtResponseURL, w.serveHook))
	mux.HandleFunc("GET /files/{id}/{name}", w.failing(AtFile, w.serveFile))
	mux.HandleFunc("POST /upload/{ticket}", w.failing(AtUpload, w.serveUpload))
	mux.HandleFunc("GET /oauth/v2/authorize", w.serveAuthorize)
	mux.HandleFunc("GET /signin", w.serveSignIn)
	mux.Handle("/ui/", w.ui())
	return mux
}

// Handler serves the Web API below /api/, Socket Mode at /socket, avatars, files
// and response URLs.
func (w *Workspace) Handler() http.Handler { return w.routes }

func (w *Workspace) serveAPI(rw http.ResponseWriter, r *http.Request) {
	c := &call{w: w, method: r.PathValue("method"), host: r.Host, base: "http://" + r.Host}
	w.learnAddress(c.base)
	err := c.read(r)
	w = w.holder(c.token)
	c.w = w
	if err == nil {
		err = c.check()
	}
	var fault Fault
	var answer reply
	if err == nil {
		fault = w.faults.forCall(c.request())
		answer, err = c.run(fault)
	}
	c.answer(rw, r, answer, err, fault)
}

// learnAddress remembers how the workspace is reached, for addresses in payloads.
func (w *Workspace) learnAddress(base string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.workspaces {
		if n.baseURL == "" {
			n.baseURL = base
		}
	}
}

// read takes token and arguments from wherever the request has them.
//
// Documented: apis/web-api, "Basics"; a token in a JSON body is not looked at.
func (c *call) read(r *http.Request) error {
	c.spec = theDigest.Methods[c.method]
	if c.spec == nil {
		return refuse("unknown_method")
	}
	c.args = make(map[string]string)
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return refuse("invalid_post_type")
	}
	if r.Method == http.MethodPost {
		if err := c.readBody(r); err != nil {
			return err
		}
	}
	for name, values := range r.URL.Query() {
		c.args[name] = values[0]
	}
	c.token = c.args["token"]
	delete(c.args, "token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.token = bearer
	} else if c.method == "apps.connections.open" {
		c.token = "" // Documented: apis/events-api/using-socket-mode; in the header only
	}
	// Documented: reference/methods/oauth.v2.access; the client may be named in the
	// header, as HTTP Basic has it.
	if id, secret, ok := r.BasicAuth(); ok {
		c.args["client_id"], c.args["client_secret"] = id, secret
	}
	return nil
}

func (c *call) readBody(r *http.Request) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return refuse("request_timeout")
	}
	declared := r.Header.Get("Content-Type")
	if len(body) == 0 {
		return nil
	}
	if declared == "" {
		return refuse("missing_post_type")
	}
	media, params, err := mime.ParseMediaType(declared)
	if err != nil {
		return refuse("invalid_post_type")
	}
	switch media {
	case "application/json":
		// Assumed: a method that takes no JSON says so; Slack is known to
		// answer as if the arguments were missing.
		if !c.spec.JSON {
			return refuse("invalid_post_type")
		}
		// Documented: apis/web-api, "Warnings".
		if params["charset"] == "" {
			c.warnings = append(c.warnings, "missing_charset")
		}
		return c.readJSON(body)
	case "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return refuse("invalid_form_data")
		}
		for name, v := range values {
			c.args[name] = v[0]
		}
	case "multipart/form-data":
		r.Body = io.NopCloser(bytes.NewReader(body))
		if err := r.ParseMultipartForm(maxBody); err != nil {
			return refuse("invalid_form_data")
		}
		for name, v := range r.MultipartForm.Value {
			c.args[name] = v[0]
		}
	default:
		return refuse("invalid_post_type")
	}
	return nil
}

func (c *call) readJSON(body []byte) error {
	var values map[string]json.RawMessage
	if err := json.Unmarshal(body, &values); err != nil {
		return refuse("invalid_arguments", "[ERROR] the body is not a JSON object")
	}
	for name, raw := range values {
		raw = bytes.TrimSpace(raw)
		var s string
		switch {
		case name == "token", string(raw) == "null":
		case json.Unmarshal(raw, &s) == nil:
			c.args[name] = s
		default:
			c.args[name] = string(raw) // numbers, booleans, arrays, objects
		}
	}
	return nil
}

// check is everything that Slack looks at before the method itself does.
func (c *call) check() error {
	if err := c.authorize(); err != nil {
		return err
	}
	if err := c.checkArgs(); err != nil {
		return err
	}
	app := ""
	if c.in != nil {
		app = c.in.AppID
	}
	if wait, ok := c.w.limiter.allow(app, c.method, c.spec.Rate, c.args["channel"]); !ok {
		return &limited{retryAfter(wait)}
	}
	return nil
}

// limited is the refusal of a call that came too soon.
type limited struct{ seconds int }

func (l *limited) Error() string { return "ratelimited" }

// authorize finds out who calls and whether that token may.
//
// Documented: authentication/tokens; the errors of every method.
func (c *call) authorize() error {
	if c.spec.Token == "none" {
		return nil
	}
	if c.token == "" {
		return refuse("not_authed")
	}
	w := c.w
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.tokens[c.token]
	if g == nil {
		return refuse("invalid_auth")
	}
	if code := g.refusal(w.clock.Now()); code != "" {
		return refuse(code)
	}
	if g.user != "" && w.people[g.user].Deleted {
		return refuse("account_inactive")
	}
	c.grant, c.in = g, g.install
	if (g.kind == appToken) != (c.spec.Token == appToken) && c.method != "auth.test" {
		return refuse("not_allowed_token_type")
	}
	needed := c.spec.BotScopes
	if g.kind == userToken {
		needed = c.spec.UserScopes
	}
	if g.kind == appToken {
		needed = nil // connections:write is all there is
	}
	if len(needed) > 0 && !slices.ContainsFunc(needed, func(s string) bool { return g.scopes[s] }) {
		return c.missingScope(needed...)
	}
	return nil
}

// missingScope is the refusal of a token without the right to this.
func (c *call) missingScope(needed ...string) error {
	return &refusal{code: "missing_scope", extra: map[string]any{
		"needed":   strings.Join(needed, ","),
		"provided": strings.Join(slices.Sorted(maps.Keys(c.grant.scopes)), ","),
	}}
}

// needs refuses unless the token has this scope.
func (c *call) needs(scope string) error {
	if !c.grant.scopes[scope] {
		return c.missingScope(scope)
	}
	return nil
}

// checkArgs compares the arguments with those that the method has. An empty
// argument counts as none.
//
// Documented: that there is invalid_arguments with messages. Assumed: the words
// of the messages, and that unknown arguments are refused rather than ignored
// (switch: Assumptions.LooseArguments). Observed: any method takes a team_id,
// which Bolt adds to each call of its client.
func (c *call) checkArgs() error {
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(c.args)) {
		kind, known := c.spec.Args[name]
		switch {
		case c.args[name] == "":
			delete(c.args, name)
		case !known && (name == "team_id" || c.w.cfg.Assume.LooseArguments):
		case !known:
			wrong = append(wrong, "[ERROR] unsupported argument: "+name)
		case !fits(kind, c.args[name]):
			wrong = append(wrong, fmt.Sprintf("[ERROR] must be a %s [json-pointer:/%s]", kind, name))
		}
	}
	for _, name := range c.spec.Required {
		if c.args[name] == "" {
			wrong = append(wrong, "[ERROR] missing required field: "+name)
		}
	}
	if wrong != nil {
		return refuse("invalid_arguments", wrong...)
	}
	return nil
}

func fits(kind, value string) bool {
	switch kind {
	case "boolean":
		_, err := strconv.ParseBool(value)
		return err == nil
	case "number", "integer":
		_, err := strconv.Atoi(value)
		return err == nil
	}
	return true
}

// flag reads a boolean argument.
func (c *call) flag(name string) bool {
	yes, _ := strconv.ParseBool(c.args[name])
	return yes
}

// number reads an argument that is one; checkArgs has seen that it is.
func (c *call) number(name string) int {
	n, _ := strconv.Atoi(c.args[name])
	return n
}

// list reads an argument that is an array, or names with commas between.
func (c *call) list(name string) []string {
	value := c.args[name]
	var items []string
	if json.Unmarshal([]byte(value), &items) == nil {
		return items
	}
	for item := range strings.SplitSeq(value, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// run does what the method does, unless the fault comes first.
func (c *call) run(f Fault) (reply, error) {
	if !f.takesEffect() {
		return nil, nil
	}
	c.forget = f.kind == faultForgotten
	return methods[c.method](c)
}
