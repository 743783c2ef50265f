package fakeslack

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// A Request is one call of the Web API, as it was received and answered.
type Request struct {
	Method string
	AppID  string            // of the token, "" where it opened nothing
	Token  string            // its first letters only: "xoxb-…"
	Args   map[string]string // without the token; objects as JSON
	At     time.Time
	Status int    // of HTTP; 0 where the connection was closed instead
	Error  string // Slack's code, "" for ok
	Fault  string // what Fail made of it, "" for nothing
}

// requestLog keeps the last requests and tells those who want to know.
type requestLog struct {
	mu    sync.Mutex // guards the following fields
	keep  int
	log   []Request
	hooks []func(Request)
}

func newRequestLog(keep int) *requestLog { return &requestLog{keep: keep} }

// Requests returns every call so far, oldest first; of some methods only, where
// any are named.
func (w *Workspace) Requests(methods ...string) []Request {
	w.requests.mu.Lock()
	defer w.requests.mu.Unlock()
	if len(methods) == 0 {
		return slices.Clone(w.requests.log)
	}
	var some []Request
	for _, r := range w.requests.log {
		if slices.Contains(methods, r.Method) {
			some = append(some, r)
		}
	}
	return some
}

// mistakes are the errors that tell of a wrong program rather than of the world.
var mistakes = []string{
	"unknown_method", "invalid_arguments", "invalid_post_type", "missing_post_type", "invalid_form_data",
	"not_authed", "not_allowed_token_type", "missing_scope", "invalid_blocks", "invalid_blocks_format",
	"invalid_metadata_format", "invalid_metadata_schema", "markdown_text_conflict", "no_text",
}

// Mistakes returns the calls that were refused for what they are, whatever the
// workspace is like: of an unknown method, with wrong arguments, without the scope.
// A test of an app can hold that there are none.
func (w *Workspace) Mistakes() []Request {
	var all []Request
	for _, r := range w.Requests() {
		if r.Fault == "" && slices.Contains(mistakes, r.Error) {
			all = append(all, r)
		}
	}
	return all
}

// OnRequest has hook called after each call, before the caller gets the answer.
// It runs on the goroutine of the call and may use w.
func (w *Workspace) OnRequest(hook func(Request)) {
	w.requests.mu.Lock()
	defer w.requests.mu.Unlock()
	w.requests.hooks = append(w.requests.hooks, hook)
}

func (l *requestLog) add(r Request) {
	l.mu.Lock()
	l.log = appendKeeping(l.log, r, l.keep)
	hooks := l.hooks
	l.mu.Unlock()
	for _, hook := range hooks {
		hook(r)
	}
}

// redact keeps of a token what says which sort it is.
func redact(token string) string {
	kind, _, ok := strings.Cut(token, "-")
	if !ok {
		return ""
	}
	return kind + "-…"
}
