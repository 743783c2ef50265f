package fakeslack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// screen is the part of what a page is told that tests look at.
type screen struct {
	Seen     string
	Me       string
	Channel  string
	Channels []struct{ ID, Name string }
	Messages []struct {
		TS    string
		Text  string
		Files []struct{ Name string }
		Calls []struct{ User, Why, Group string }
	}
	Thread     []struct{ Text string }
	Ephemerals []struct {
		TS       string
		ThreadTS string `json:"thread_ts"`
		Text     string
	}
	Posts  []struct{ Text string }
	Called map[string]int
	Apps   []struct {
		ID, Name  string
		Shortcuts []struct{ Name, Callback string }
	}
	Faults []string
	People []struct{ Name, Role string }
	Modal  *struct {
		ID    string
		Below int
		Title struct{ Text string }
	}
	Home *struct{ ID string }
}

func (w *world) screen(as, channel, thread string) screen {
	w.t.Helper()
	status, s := w.askScreen(w.t.Context(), url.Values{"as": {as}, "channel": {channel}, "thread": {thread}})
	if status != http.StatusOK {
		w.t.Fatalf("a screen is answered with %d", status)
	}
	return s
}

func (w *world) askScreen(ctx context.Context, query url.Values) (status int, s screen) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/ui/api/screen?"+query.Encode(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Error(err)
		return 0, s
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil {
		w.t.Error(err)
	}
	return resp.StatusCode, s
}

// deed does what the page does, and returns the status and the refusal.
func (w *world) deed(name string, body map[string]any) (status int, refusal string) {
	w.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, w.url+"/ui/api/"+name, strings.NewReader(string(raw)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", w.url)
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, req)
	var answer struct{ Error string }
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
		w.t.Fatalf("%s answers %q: %v", name, rec.Body, err)
	}
	return rec.Code, answer.Error
}

func (w *world) mustDeed(name string, body map[string]any) {
	w.t.Helper()
	if status, refusal := w.deed(name, body); status != http.StatusOK {
		w.t.Fatalf("%s is refused with %d: %s", name, status, refusal)
	}
}

func TestOnlyThePageItselfMayAct(t *testing.T) {
	w := newWorld(t)
	const here = "localhost:8080"
	tests := []struct {
		name, method, host, origin, contentType string
		want                                    int
	}{
		{"the page acts", "POST", here, "http://" + here, "application/json", 200},
		{"the page acts by another name of loopback", "POST", "127.0.0.1:8080", "http://127.0.0.1:8080", "application/json", 200},
		{"the page acts over IPv6", "POST", "[::1]:8080", "http://[::1]:8080", "application/json; charset=utf-8", 200},
		{"the page acts below .localhost", "POST", "demo.localhost", "https://demo.localhost", "application/json", 200},
		{"the page looks", "GET", here, "", "", 200},

		{"another site posts", "POST", here, "https://evil.example", "application/json", 403},
		{"another port posts", "POST", here, "http://localhost:9090", "application/json", 403},
		{"a sandboxed page posts", "POST", here, "null", "application/json", 403},
		{"nobody knows who posts", "POST", here, "", "application/json", 403},
		{"a form posts", "POST", here, "http://" + here, "text/plain", 415},
		{"a form posts no type", "POST", here, "http://" + here, "", 415},
		{"a name that was rebound posts", "POST", "evil.example:8080", "http://evil.example:8080", "application/json", 403},
		{"a name that was rebound looks", "GET", "evil.example:8080", "", "", 403},
		{"a name that begins like loopback looks", "GET", "localhost.evil.example", "", "", 403},
		{"a name that begins like an address looks", "GET", "127.0.0.1.evil.example", "", "", 403},
		{"an address of the network looks", "GET", "192.168.1.5:8080", "", "", 403},
		{"a page looks across origins", "GET", here, "https://evil.example", "", 403},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			address, body := "/ui/api/screen", ""
			if test.method == "POST" {
				address, body = "/ui/api/say", `{"as":"`+w.ann.ID+`","channel":"chat-sales","text":"`+test.name+`"}`
			}
			req := httptest.NewRequest(test.method, address, strings.NewReader(body))
			req.Host = test.host
			for name, value := range map[string]string{"Origin": test.origin, "Content-Type": test.contentType} {
				if value != "" {
					req.Header.Set(name, value)
				}
			}
			rec := httptest.NewRecorder()
			w.Handler().ServeHTTP(rec, req)
			if rec.Code != test.want {
				t.Errorf("the answer is %d %s, want %d", rec.Code, rec.Body, test.want)
			}
			said := slices.ContainsFunc(w.Messages(w.chat), func(m fakeslack.Message) bool { return m.Text == test.name })
			if want := test.method == "POST" && test.want == 200; said != want {
				t.Errorf("the message was posted: %v, want %v", said, want)
			}
		})
	}
}

func TestTheScreenShowsWhatItsPersonMaySee(t *testing.T) {
	w := newWorld(t)
	secret := w.AddChannel("secret", true, w.ann.ID)
	ts, err := w.Say(w.bob.ID, w.chat, w.Typed("Anybody of @sales here?"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Say(w.ann.ID, w.chat, "Yes", fakeslack.InThread(ts)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.api.PostEphemeral(w.chat, w.ann.ID, slack.MsgOptionText("only for Ann", false)); err != nil {
		t.Fatal(err)
	}

	ann := w.screen("ann", "#chat-sales", ts)
	if ann.Me != w.ann.ID || ann.Channel != w.chat {
		t.Errorf("the screen is of %s in %s, want Ann in #chat-sales", ann.Me, ann.Channel)
	}
	if n := len(ann.Messages); n != 1 || len(ann.Thread) != 2 {
		t.Fatalf("Ann sees %d messages and a thread of %d, want 1 and 2", n, len(ann.Thread))
	}
	calls := ann.Messages[0].Calls
	if len(calls) != 1 || calls[0].User != w.ann.ID || calls[0].Why != "usergroup" || calls[0].Group != w.sales {
		t.Errorf("the post called %v, want Ann by @sales", calls)
	}
	if len(ann.Ephemerals) != 1 || ann.Ephemerals[0].Text != "only for Ann" {
		t.Errorf("Ann sees alone: %v", ann.Ephemerals)
	}
	if ann.Called[w.ann.ID] != 1 || ann.Called[w.bob.ID] != 1 || len(ann.Posts) != 2 {
		t.Errorf("the ledger has %v in %d posts, want Ann for the mention and Bob for the reply", ann.Called, len(ann.Posts))
	}

	bob := w.screen(w.bob.ID, secret, "")
	if len(bob.Ephemerals) != 0 {
		t.Errorf("Bob sees what is for Ann alone: %v", bob.Ephemerals)
	}
	if bob.Channel == secret || slices.ContainsFunc(bob.Channels, func(c struct{ ID, Name string }) bool { return c.ID == secret }) {
		t.Error("Bob sees a private channel that he is not in")
	}
}

func TestAHeldScreenIsAnsweredAtTheNextChange(t *testing.T) {
	w := newWorld(t)
	before := w.screen("bob", w.chat, "")
	held := make(chan screen)
	go func() {
		_, s := w.askScreen(t.Context(), url.Values{"as": {"bob"}, "channel": {w.chat}, "seen": {before.Seen}})
		held <- s
	}()
	if _, err := w.Say(w.ann.ID, w.chat, "News"); err != nil {
		t.Fatal(err)
	}
	if s := <-held; len(s.Messages) != 1 || s.Messages[0].Text != "News" || s.Seen == before.Seen {
		t.Errorf("the held screen shows %v", s.Messages)
	}
}

func TestAHeldScreenEndsWithTheWorkspace(t *testing.T) {
	w := fakeslack.New(fakeslack.Config{})
	w.AddPerson(fakeslack.Person{Name: "ann"})
	ask := func(seen string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		w.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "http://localhost/ui/api/screen?seen="+seen, nil))
		return rec
	}
	var s screen
	if err := json.Unmarshal(ask("").Body.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = w.Run(ctx) }()
	answered := make(chan int)
	go func() { answered <- ask(s.Seen).Code }()
	cancel()
	// Run waits for the request, and the request for Run's context: both end.
	<-ended
	if code := <-answered; code != http.StatusServiceUnavailable {
		t.Errorf("the held request ends with %d, want 503", code)
	}
}

func TestAHeldScreenDoesNotHoldUpAServer(t *testing.T) {
	w := newWorld(t)
	arrived := make(chan struct{}, 2)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		w.Handler().ServeHTTP(rw, r)
	}))
	defer server.Close()
	w.url = server.URL
	before := w.screen("bob", w.chat, "")
	answered := make(chan int)
	go func() {
		status, _ := w.askScreen(t.Context(), url.Values{"as": {"bob"}, "channel": {w.chat}, "seen": {before.Seen}})
		answered <- status
	}()
	<-arrived
	<-arrived
	if err := server.Config.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if status := <-answered; status != http.StatusServiceUnavailable {
		t.Errorf("the held request ends with %d, want 503", status)
	}
}

func TestWhatPeopleDoOnThePage(t *testing.T) {
	w := newWorld(t)
	at := func(more ...string) map[string]any {
		body := map[string]any{"as": w.bob.ID, "channel": w.chat}
		for i := 0; i < len(more); i += 2 {
			body[more[i]] = more[i+1]
		}
		return body
	}
	w.mustDeed("say", at("text", "@sales: 1 < 2, see #chat-sales"))
	root := w.Messages(w.chat)[0]
	if want := "<!subteam^" + w.sales + "|@sales>: 1 &lt; 2, see <#" + w.chat + "|chat-sales>"; root.Text != want {
		t.Errorf("typed mentions become\n%s, want\n%s", root.Text, want)
	}
	w.mustDeed("say", at("text", "a reply", "thread", root.TS))
	if thread := w.Thread(w.chat, root.TS); len(thread) != 2 || thread[1].Text != "a reply" {
		t.Errorf("the thread is %v", thread)
	}
	w.mustDeed("react", at("ts", root.TS, "emoji", "eyes"))
	w.mustDeed("edit", at("ts", root.TS, "text", "never mind"))
	m, _ := w.Message(w.chat, root.TS)
	if m.Text != "never mind" || len(m.Reactions) != 1 {
		t.Errorf("the message reads %q with %v", m.Text, m.Reactions)
	}
	reply := w.Thread(w.chat, root.TS)[1]
	w.mustDeed("delete", at("ts", reply.TS))
	if len(w.Thread(w.chat, root.TS)) != 1 {
		t.Error("the reply is still there")
	}

	private := w.AddChannel("private", true, w.bob.ID)
	w.mustDeed("command", map[string]any{"as": w.bob.ID, "channel": private, "text": "/invite @chatgroups"})
	if c, _ := w.Channel(private); !slices.Contains(c.Members, w.app.BotUserID) {
		t.Error("/invite brought nobody in")
	}
	room := w.AddChannel("room", false)
	w.mustDeed("join", map[string]any{"as": w.bob.ID, "channel": room})
	if c, _ := w.Channel(room); !slices.Contains(c.Members, w.bob.ID) {
		t.Error("Bob did not get in")
	}

	refusals := []struct {
		name   string
		deed   string
		body   map[string]any
		status int
		why    string
	}{
		{"an app's command in a thread", "command", at("text", "/chatgroups help", "thread", root.TS), 409, "cannot be used in a thread"},
		{"a command that nobody has", "command", at("text", "/dance"), 409, "/dance is not a command"},
		{"an invitation of nobody", "command", at("text", "/invite"), 409, "say whom"},
		{"a shortcut that nobody has", "shortcut", at("ts", root.TS, "callback", "dance"), 409, "no installed app has"},
		{"a Home tab of nobody", "open-home", map[string]any{"as": w.bob.ID, "app": "A0"}, 409, "A0"},
		{"a button that is not there", "click", at("ts", root.TS, "action", "claim"), 409, "not by an app"},
		{"something else than the page sends", "say", at("text", "hello", "colour", "blue"), 400, "unknown field"},
	}
	for _, test := range refusals {
		t.Run(test.name, func(t *testing.T) {
			status, why := w.deed(test.deed, test.body)
			if status != test.status || !strings.Contains(why, test.why) {
				t.Errorf("the answer is %d %q, want %d with %q", status, why, test.status, test.why)
			}
		})
	}
}

// asked does a deed that waits for the app, and answers for the app meanwhile.
func (w *world) asked(l *link, deed string, body map[string]any, answer ...any) (envelope, map[string]any) {
	w.t.Helper()
	var e envelope
	said, err := during(w.t, func() (map[string]any, error) {
		return w.answerTo(deed, body)
	}, func() {
		e = l.next()
		l.ack(e, answer...)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return e, said
}

// answerTo does a deed and returns the whole answer.
func (w *world) answerTo(deed string, body map[string]any) (said map[string]any, err error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req := httptest.NewRequest(http.MethodPost, w.url+"/ui/api/"+deed, bytes.NewReader(raw))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", w.url)
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, req)
	return said, json.Unmarshal(rec.Body.Bytes(), &said)
}

func TestAModalIsFilledInOnThePage(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	w.opens(l, modal).ok(t)
	shown := w.screen("ann", w.chat, "").Modal
	if shown == nil || shown.Title.Text != "New group" || shown.Below != 0 {
		t.Fatalf("Ann's screen has the modal %+v", shown)
	}
	if other := w.screen("bob", w.chat, "").Modal; other != nil {
		t.Errorf("Bob sees Ann's modal %+v", other)
	}
	at := func(filled map[string][]string) map[string]any {
		return map[string]any{"as": w.ann.ID, "view": shown.ID, "filled": filled}
	}

	press := at(map[string][]string{"name": {"half ty"}})
	press["action"], press["values"] = "kind", []string{"new"}
	e, _ := w.asked(l, "click-view", press)
	if got := dig(e.Payload, "view.state.values.name.name.value"); got != "half ty" {
		t.Errorf("a press tells the app that the name is %q, want what was typed so far", got)
	}

	_, said := w.asked(l, "submit", at(map[string][]string{"name": {"Tech"}}),
		map[string]any{"response_action": "errors", "errors": map[string]string{"name": "Taken"}})
	if inputs, _ := said["inputs"].(map[string]any); said["ok"] != false || inputs["name"] != "Taken" {
		t.Errorf("a refused name is answered with %v", said)
	}
	e, said = w.asked(l, "submit", at(map[string][]string{"name": {"Sales"}, "who": {w.bob.ID}}))
	if said["ok"] != true || dig(e.Payload, "view.state.values.name.name.value") != "Sales" {
		t.Errorf("the submission has %v and is answered with %v", e.Payload, said)
	}
	if open := w.screen("ann", w.chat, "").Modal; open != nil {
		t.Errorf("the modal %+v is still there", open)
	}
	if _, why := w.deed("close-view", at(nil)); !strings.Contains(why, "replaced") {
		t.Errorf("closing what is not there says %q", why)
	}
}

func TestTheHomeTabIsShownToWhoOpensIt(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	w.mustDeed("open-home", map[string]any{"as": w.ann.ID, "app": w.app.AppID})
	e := l.next()
	l.ack(e)
	if e.event("type") != "app_home_opened" || e.event("user") != w.ann.ID {
		t.Errorf("the app is told %v", e.Payload)
	}
	home := func(as string) *struct{ ID string } {
		_, s := w.askScreen(t.Context(), url.Values{"as": {as}, "home": {w.app.AppID}})
		return s.Home
	}
	if v := home("ann"); v != nil {
		t.Errorf("Ann sees %+v before anything was published", v)
	}
	w.call("views.publish", "user_id", w.ann.ID, "view",
		`{"type":"home","blocks":[{"type":"actions","elements":[{"type":"button","action_id":"new","text":{"type":"plain_text","text":"New"}}]}]}`).ok(t)
	if home("ann") == nil || home("bob") != nil {
		t.Error("what was published for Ann must be seen by her and by nobody else")
	}
	e, said := w.asked(l, "click-home", map[string]any{"as": w.ann.ID, "app": w.app.AppID, "action": "new"})
	if said["ok"] != true || e.Payload["type"] != "block_actions" {
		t.Errorf("a press in the Home tab brings %v and is answered with %v", e.Payload["type"], said)
	}
}

func TestTroubleIsSwitchedOnAndEndsByHand(t *testing.T) {
	w := newWorld(t)
	turn := func(name string, on bool) {
		t.Helper()
		w.mustDeed("fault", map[string]any{"as": w.ann.ID, "name": name, "on": on})
	}
	faults := func() string { return strings.Join(w.screen("ann", w.chat, "").Faults, " ") }

	w.connect()
	turn("down", true)
	if a := w.call("auth.test"); a.status != http.StatusServiceUnavailable {
		t.Errorf("Slack is down and answers %d", a.status)
	}
	if err := w.Wait(w.ctx(), func() bool { return w.Sockets() == 0 }); err != nil {
		t.Errorf("Slack is down and sockets stay: %v", err)
	}
	turn("lost", true)
	if got := faults(); got != "down lost" {
		t.Errorf("what is on: %q", got)
	}
	turn("down", false)
	w.call("auth.test").ok(t)
	if _, _, err := w.api.PostMessage(w.chat, slack.MsgOptionText("lost", false)); err == nil {
		t.Error("the answer came though it was to be lost")
	}
	if n := len(w.Messages(w.chat)); n != 1 {
		t.Errorf("there are %d messages, want the one whose answer was lost", n)
	}
	if got := faults(); got != "" {
		t.Errorf("after the lost answer %q is on", got)
	}

	turn("limited", true)
	if a := w.call("auth.test"); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "10" {
		t.Errorf("a limited call is answered %d with Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
	turn("limited", false)
	w.Fail("auth.test", 1, fakeslack.Refuse("fatal_error"))
	turn("slow", true)
	turn("slow", false)
	w.call("auth.test").refused(t, "fatal_error") // what a script asked for stays

	l := w.connect()
	turn("dropped", true)
	for _, text := range []string{"never heard of", "heard of"} {
		if _, err := w.Say(w.ann.ID, w.chat, text); err != nil {
			t.Fatal(err)
		}
	}
	e := l.next()
	l.ack(e)
	if e.event("text") != "heard of" {
		t.Errorf("the app hears %q, want the first event dropped", e.event("text"))
	}
	turn("silent", true)
	if got := faults(); got != "silent" {
		t.Errorf("with a silent socket %q is on", got)
	}
	turn("silent", false)
	if err := w.Wait(w.ctx(), func() bool { return w.Sockets() == 0 }); err != nil {
		t.Errorf("the silent socket stays: %v", err)
	}
	if status, why := w.deed("fault", map[string]any{"as": w.ann.ID, "name": "silent", "on": true}); status != http.StatusConflict {
		t.Errorf("without a socket silence is answered %d %s", status, why)
	}
	if status, _ := w.deed("fault", map[string]any{"as": w.ann.ID, "name": "flood", "on": true}); status != http.StatusBadRequest {
		t.Errorf("an unknown fault is answered %d", status)
	}
}

func TestFilesAreSentAndOpenedOnThePage(t *testing.T) {
	w := newWorld(t)
	w.mustDeed("say", map[string]any{"as": w.bob.ID, "channel": w.chat, "text": "look", "files": []map[string]any{
		{"name": "a.html", "type": "text/html", "content": []byte("<script>alert(1)</script>")},
	}})
	m := w.Messages(w.chat)[0]
	if len(m.Files) != 1 || m.Files[0].Name != "a.html" {
		t.Fatalf("the message has the files %+v", m.Files)
	}
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, w.url+"/ui/api/file/"+m.Files[0].ID, nil))
	h := rec.Header()
	if rec.Body.String() != "<script>alert(1)</script>" || h.Get("Content-Type") != "application/octet-stream" ||
		!strings.HasPrefix(h.Get("Content-Disposition"), "attachment") {
		t.Errorf("a file that could act as the page is served as %q, %q", h.Get("Content-Type"), h.Get("Content-Disposition"))
	}

	eve := w.AddPerson(fakeslack.Person{Name: "eve", TeamID: "T0OTHER"}).ID
	w.AddToChannel(w.chat, eve)
	if _, err := w.Say(eve, w.chat, "", fakeslack.Attach(fakeslack.File{Name: "price.pdf", Content: []byte("%PDF")})); err != nil {
		t.Fatal(err)
	}
	all := w.screen("bob", w.chat, "").Messages
	if files := all[len(all)-1].Files; len(files) != 1 || files[0].Name != "price.pdf" {
		t.Errorf("Bob sees %v of the file that apps see a stub of", files)
	}
}

// An address in the page's files, as far as files can be told from code.
var address = regexp.MustCompile(`(?:href|src)="([^"]+)"|from '([^']+)'|url\(([\w.]+)\)|fetch\(['\x60]([^'\x60]+)`)

func TestThePageNeedsOnlyItsOwnFiles(t *testing.T) {
	w := newWorld(t)
	mounted := http.StripPrefix("/sim", w.Handler())
	open := func(file string) (status int, body string) {
		rec := httptest.NewRecorder()
		mounted.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "http://localhost/sim/ui/"+file, nil))
		if policy := rec.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s has the policy %q", file, policy)
		}
		raw, _ := io.ReadAll(rec.Body)
		return rec.Code, string(raw)
	}
	seen := map[string]bool{}
	var visit func(file string)
	visit = func(file string) {
		if seen[file] || strings.HasPrefix(file, "api/") {
			return
		}
		seen[file] = true
		status, body := open(file)
		if status != http.StatusOK {
			t.Errorf("%q is answered with %d", file, status)
		}
		for _, found := range address.FindAllStringSubmatch(body, -1) {
			to := strings.Join(found[1:], "")
			if strings.HasPrefix(to, "/") || strings.Contains(to, "//") {
				t.Errorf("%q has the address %q, which is not relative", file, to)
				continue
			}
			visit(path.Join(path.Dir(file), to))
		}
	}
	visit("")
	files, err := os.ReadDir("ui")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !seen[f.Name()] && f.Name() != "index.html" {
			t.Errorf("nothing leads to %s", f.Name())
		}
	}
}

// What people and visitors write must reach the page as text; none of these does.
var markup = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcdoc|setHTML|\beval\(|new Function`)

func TestThePageBuildsNoMarkupFromText(t *testing.T) {
	files, err := os.ReadDir("ui")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(path.Join("ui", f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if found := markup.Find(raw); found != nil {
			t.Errorf("%s uses %s", f.Name(), found)
		}
	}
}
