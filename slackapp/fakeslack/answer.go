package fakeslack

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// answer writes the response and the log.
func (c *call) answer(rw http.ResponseWriter, r *http.Request, good reply, err error, f Fault) {
	log := c.request()
	log.Fault = faultNames[f.kind]
	body := c.body(good, err, &log)
	header := rw.Header()
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("X-Slack-Req-Id", "fakeslack")
	if c.grant != nil {
		// Documented: authentication/tokens, "Checking scopes".
		header.Set("X-Oauth-Scopes", c.grantedScopes())
		header.Set("X-Accepted-Oauth-Scopes", strings.Join(c.spec.BotScopes, ","))
	}
	if l, ok := err.(*limited); ok {
		header.Set("Retry-After", strconv.Itoa(l.seconds))
	}
	hangUp := c.applyFault(r, header, f, &log, &body)
	c.w.requests.add(log)
	c.w.news.tell()
	if hangUp {
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	rw.WriteHeader(log.Status)
	_, _ = rw.Write(body) // the caller may have gone
}

// grantedScopes lists the scopes of the caller's token as they are now: the app may
// have been installed anew with others since the call began.
func (c *call) grantedScopes() string {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	return strings.Join(slices.Sorted(maps.Keys(c.grant.scopes)), ",")
}

// request is what the log says of the call before it has an outcome.
func (c *call) request() Request {
	r := Request{
		Method: c.method, Token: redact(c.token), Args: c.args, At: c.w.clock.Now(),
		Status: http.StatusOK,
	}
	if c.in != nil {
		r.AppID = c.in.AppID
	}
	return r
}

func (c *call) body(good reply, err error, log *Request) []byte {
	out := map[string]any{"ok": err == nil}
	metadata := map[string]any{}
	if err == nil {
		maps.Copy(out, good)
		if cursor, ok := good["response_metadata"].(map[string]any); ok {
			maps.Copy(metadata, cursor)
		}
	}
	switch e := err.(type) {
	case nil:
	case *refusal:
		log.Error = e.code
		out["error"] = e.code
		maps.Copy(out, e.extra)
		if e.messages != nil {
			metadata["messages"] = e.messages
		}
		if !theDigest.lists(c.method, e.code) {
			// A mistake of ours: an oracle must not invent answers.
			log.Status = http.StatusInternalServerError
			out["error"] = fmt.Sprintf("fakeslack: %s never answers %s", c.method, e.code)
		}
	case *limited:
		log.Error, log.Status = "ratelimited", http.StatusTooManyRequests
		out["error"] = "ratelimited"
	default:
		log.Error, log.Status = err.Error(), http.StatusInternalServerError
		out["error"] = err.Error()
	}
	if len(c.warnings) > 0 {
		out["warning"] = strings.Join(c.warnings, ",")
		metadata["warnings"] = c.warnings
	}
	if len(metadata) > 0 {
		out["response_metadata"] = metadata
	}
	return marshal(out)
}

// applyFault changes the answer, and reports whether there is to be none.
func (c *call) applyFault(r *http.Request, header http.Header, f Fault, log *Request, body *[]byte) (hangUp bool) {
	refused := func(code string) []byte {
		if code == "" {
			return []byte(`{"ok":false}`)
		}
		return marshal(map[string]any{"ok": false, "error": code})
	}
	switch f.kind {
	case faultLimited:
		header.Set("Retry-After", strconv.Itoa(retryAfter(f.retryAfter)))
		log.Status, log.Error, *body = http.StatusTooManyRequests, "ratelimited", refused("ratelimited")
	case faultLimitedMute:
		log.Status, log.Error, *body = http.StatusTooManyRequests, "ratelimited", refused("ratelimited")
	case faultServer:
		header.Set("Content-Type", "text/html; charset=utf-8")
		log.Status, log.Error = f.status, "server_error"
		*body = fmt.Appendf(nil, "<!DOCTYPE html><html><body><h1>Server Error (%d)</h1></body></html>", f.status)
	case faultRefuse:
		log.Error, *body = f.code, refused(f.code)
	case faultTruncated:
		*body = (*body)[:len(*body)/2]
	case faultSlow:
		timer := c.w.clock.NewTimer(f.delay)
		defer timer.Stop()
		c.w.news.tell() // a test may wait for the timer before it advances the clock
		select {
		case <-timer.C():
		case <-r.Context().Done():
			log.Status = 0
			return true
		}
	case faultLostAnswer, faultLostRequest:
		log.Status = 0
		return true
	}
	return false
}
