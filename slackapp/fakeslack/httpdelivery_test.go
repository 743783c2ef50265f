package fakeslack_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// A receiver is the HTTP side of an app. It hands each request to the test, which
// says how to answer.
type receiver struct {
	t      *testing.T
	server *httptest.Server
	got    chan delivered
	ended  chan struct{}
}

// delivered is one request that waits for its answer.
type delivered struct {
	path     string
	header   http.Header
	body     []byte
	verified error // by slack-go's verifier
	answer   chan<- func(http.ResponseWriter)
}

func newReceiver(t *testing.T, secret string) *receiver {
	r := &receiver{t: t, got: make(chan delivered), ended: make(chan struct{})}
	r.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		answer := make(chan func(http.ResponseWriter), 1)
		d := delivered{path: req.URL.Path, header: req.Header, body: body, answer: answer}
		d.verified = verify(req.Header, body, secret)
		select {
		case r.got <- d:
		case <-r.ended:
			return
		}
		select {
		case write := <-answer:
			write(rw)
		case <-req.Context().Done():
		case <-r.ended:
		}
	}))
	t.Cleanup(func() { close(r.ended); r.server.Close() })
	return r
}

// verify is slack-go's check, but for the time: that of the tests stands still.
func verify(header http.Header, body []byte, secret string) error {
	at, sig := fakeslack.Sign(secret, time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC), body)
	if header.Get("X-Slack-Request-Timestamp") != at {
		return slack.ErrExpiredTimestamp
	}
	if header.Get("X-Slack-Signature") != sig {
		return slack.ErrInvalidSignature
	}
	return nil
}

func (r *receiver) next() delivered {
	r.t.Helper()
	select {
	case d := <-r.got:
		return d
	case <-time.After(10 * time.Second):
		r.t.Fatal("nothing was delivered")
		return delivered{}
	}
}

func status(code int) func(http.ResponseWriter) {
	return func(rw http.ResponseWriter) { rw.WriteHeader(code) }
}

func text(s string) func(http.ResponseWriter) {
	return func(rw http.ResponseWriter) { _, _ = io.WriteString(rw, s) }
}

func (d delivered) eventID(t *testing.T) string {
	t.Helper()
	var cb struct {
		EventID string `json:"event_id"`
	}
	if err := json.Unmarshal(d.body, &cb); err != nil {
		t.Fatal(err)
	}
	return cb.EventID
}

const secret = "8f742231b10e8888abcd99yyyzzz85a5"

// newHTTPWorld is a world whose app is reached by signed HTTP.
func newHTTPWorld(t *testing.T) (*world, *receiver) {
	r := newReceiver(t, secret)
	w := newWorld(t, func(_ *fakeslack.Config, a *fakeslack.App) {
		a.SocketMode = false
		a.SigningSecret = secret
		a.EventsURL = r.server.URL + "/slack/events"
		a.InteractivityURL = r.server.URL + "/slack/interactions"
		a.Commands[0].URL = r.server.URL + "/slack/commands"
	})
	return w, r
}

func TestSignIsWhatSlackGoVerifies(t *testing.T) {
	shows(t, 1)
	body := []byte(`{"type":"event_callback"}`)
	at, signature := fakeslack.Sign(secret, time.Now(), body)
	header := http.Header{}
	header.Set("X-Slack-Request-Timestamp", at)
	header.Set("X-Slack-Signature", signature)
	v, err := slack.NewSecretsVerifier(header, secret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := v.Ensure(); err != nil {
		t.Error(err)
	}
}

func TestEventsAreSigned(t *testing.T) {
	shows(t, 1)
	w, r := newHTTPWorld(t)
	w.say(w.ann, "hello")
	d := r.next()
	if d.path != "/slack/events" || d.verified != nil || d.header.Get("X-Slack-Retry-Num") != "" {
		t.Errorf("got %s, %v, %v", d.path, d.verified, d.header)
	}
	d.answer <- status(200)
	w.until("the outcome", func() bool { return len(w.Deliveries()) == 1 })
	if got := w.Deliveries()[0]; got.Outcome != "acked" {
		t.Errorf("got %+v", got)
	}
}

func TestFailedEventsComeThreeTimesMore(t *testing.T) {
	shows(t, 6, 46)
	w, r := newHTTPWorld(t)
	w.say(w.ann, "hello")
	first := r.next()
	first.answer <- status(500)
	for i, pause := range []time.Duration{0, time.Minute, 5 * time.Minute} {
		w.until("the failure", func() bool { return len(w.Deliveries()) == i+1 })
		w.clock.Advance(pause)
		d := r.next()
		if d.header.Get("X-Slack-Retry-Num") != string(rune('1'+i)) || d.header.Get("X-Slack-Retry-Reason") != "http_error" {
			t.Errorf("retry %d has %v", i+1, d.header)
		}
		if d.eventID(t) != first.eventID(t) {
			t.Errorf("retry %d is another event", i+1)
		}
		d.answer <- status(500)
	}
	w.until("the last failure", func() bool { return len(w.Deliveries()) == 4 })
	w.clock.Advance(24 * time.Hour)
	w.say(w.ann, "next")
	if d := r.next(); d.header.Get("X-Slack-Retry-Num") != "" {
		t.Error("a fifth attempt")
	}
}

func TestSlowAnswersFail(t *testing.T) {
	shows(t, 5)
	w, r := newHTTPWorld(t)
	w.say(w.ann, "hello")
	_ = r.next() // and never answer
	w.clock.Advance(3 * time.Second)
	w.until("the deadline", func() bool { return len(w.Deliveries()) == 1 })
	w.clock.Advance(0)
	if d := r.next(); d.header.Get("X-Slack-Retry-Reason") != "http_timeout" {
		t.Errorf("got %v", d.header)
	}
}

func TestUnreachableAppsAreRetried(t *testing.T) {
	shows(t, 6)
	w, r := newHTTPWorld(t)
	r.server.CloseClientConnections()
	r.server.Listener.Close()
	w.say(w.ann, "hello")
	w.until("two attempts", func() bool { return len(w.Deliveries()) >= 2 })
	if d := w.Deliveries()[1]; d.Reason != "connection_failed" {
		t.Errorf("got %+v", d)
	}
}

func TestNoRetryStopsRetries(t *testing.T) {
	shows(t, 7)
	w, r := newHTTPWorld(t)
	w.say(w.ann, "one")
	r.next().answer <- func(rw http.ResponseWriter) {
		rw.Header().Set("X-Slack-No-Retry", "1")
		rw.WriteHeader(500)
	}
	w.until("the outcome", func() bool { return len(w.Deliveries()) == 1 })
	w.clock.Advance(time.Hour)
	w.say(w.ann, "two")
	if d := r.next(); d.header.Get("X-Slack-Retry-Num") != "" {
		t.Error("it came again")
	}
}

func TestTwoRedirectsAreFollowed(t *testing.T) {
	shows(t, 8)
	w, r := newHTTPWorld(t)
	redirect := func(rw http.ResponseWriter) {
		rw.Header().Set("Location", "/elsewhere")
		rw.WriteHeader(http.StatusTemporaryRedirect)
	}
	w.say(w.ann, "one")
	r.next().answer <- redirect
	r.next().answer <- redirect
	d := r.next()
	if d.path != "/elsewhere" || d.verified != nil {
		t.Errorf("got %s, %v", d.path, d.verified)
	}
	d.answer <- status(200)
	w.until("the ack", func() bool { return len(w.Deliveries()) == 1 })

	w.say(w.ann, "two")
	for range 3 {
		r.next().answer <- redirect
	}
	if d := r.next(); d.header.Get("X-Slack-Retry-Reason") != "too_many_redirects" {
		t.Errorf("got %v", d.header)
	}
}

func TestEventsAreSwitchedOffWhenNearlyAllFail(t *testing.T) {
	shows(t, 9)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(500) }))
	defer server.Close()
	w := newWorld(t, func(c *fakeslack.Config, a *fakeslack.App) {
		a.SocketMode = false
		a.EventsURL = server.URL
		c.RetryDelays = []time.Duration{}
	})
	for range 1000 {
		w.say(w.ann, "x")
	}
	w.until("the failures", func() bool { return len(w.Deliveries()) == 1000 })
	if !w.EventsDisabled(w.app.AppID) {
		t.Error("the subscriptions are on")
	}
}

func TestRequestURLIsVerified(t *testing.T) {
	shows(t, 3)
	w, r := newHTTPWorld(t)
	answered := make(chan error)
	ask := func(answer func(challenge string) func(http.ResponseWriter)) error {
		go func() { answered <- w.VerifyURL(w.ctx(), w.app.AppID) }()
		d := r.next()
		var v struct{ Type, Challenge string }
		if err := json.Unmarshal(d.body, &v); err != nil || v.Type != "url_verification" || d.verified != nil {
			t.Errorf("got %s, %v, %v", d.body, err, d.verified)
		}
		d.answer <- answer(v.Challenge)
		return <-answered
	}
	if err := ask(text); err != nil {
		t.Error(err)
	}
	if err := ask(func(c string) func(http.ResponseWriter) { return text(`{"challenge":"` + c + `"}`) }); err != nil {
		t.Error(err)
	}
	if err := ask(func(string) func(http.ResponseWriter) { return text("hello") }); err == nil {
		t.Error("a wrong answer passes")
	}
}

func TestSSLCheckIsUnsigned(t *testing.T) {
	shows(t, 4)
	w, r := newHTTPWorld(t)
	answered := make(chan error)
	go func() { answered <- w.CheckSSL(w.ctx(), w.app.AppID, "/chatgroups") }()
	d := r.next()
	form, err := url.ParseQuery(string(d.body))
	if err != nil || form.Get("ssl_check") != "1" || d.header.Get("X-Slack-Signature") != "" {
		t.Errorf("got %s, %v", d.body, d.header)
	}
	d.answer <- status(200)
	if err := <-answered; err != nil {
		t.Error(err)
	}
}

func TestForgeriesDoNotVerify(t *testing.T) {
	shows(t, 2)
	w, r := newHTTPWorld(t)
	for name, forgery := range map[string]fakeslack.Forgery{
		"wrong": fakeslack.WrongSignature, "stale": fakeslack.StaleTimestamp, "none": fakeslack.NoSignature,
	} {
		t.Run(name, func(t *testing.T) {
			var wg sync.WaitGroup
			wg.Go(func() {
				got, err := w.Forge(w.ctx(), w.app.AppID, forgery)
				if err != nil || got != 401 {
					t.Errorf("got %d, %v", got, err)
				}
			})
			d := r.next()
			if d.verified == nil {
				t.Error("it verifies")
			}
			d.answer <- status(401)
			wg.Wait()
		})
	}
}

func TestCommandsByHTTP(t *testing.T) {
	w, r := newHTTPWorld(t)
	for _, row := range []struct {
		name   string
		answer func(http.ResponseWriter)
		want   string // the text, "" for an error
	}{
		{"plain text", text("hello"), "hello"},
		{"JSON", text(`{"text":"hello","response_type":"ephemeral"}`), "hello"},
		{"a server error", status(500), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			var wg sync.WaitGroup
			wg.Go(func() {
				result, err := w.Command(w.ctx(), w.ann.ID, w.chat, "/chatgroups list", false)
				if (err != nil) != (row.want == "") {
					t.Errorf("got %v", err)
				}
				if err == nil && result.Responses()[0].Text != row.want {
					t.Errorf("got %+v", result.Responses())
				}
			})
			d := r.next()
			form, err := url.ParseQuery(string(d.body))
			if err != nil || d.path != "/slack/commands" || d.verified != nil || form.Get("text") != "list" || form.Get("response_url") == "" {
				t.Errorf("got %s: %s, %v, %v", d.path, d.body, err, d.verified)
			}
			d.answer <- row.answer
			wg.Wait()
		})
	}
}

func TestACommandThatIsNotAnsweredFails(t *testing.T) {
	shows(t, 5)
	w, r := newHTTPWorld(t)
	failed := make(chan error)
	go func() {
		_, err := w.Command(w.ctx(), w.ann.ID, w.chat, "/chatgroups", false)
		failed <- err
	}()
	_ = r.next()
	w.clock.Advance(3 * time.Second)
	if err := <-failed; err == nil {
		t.Error("it succeeded")
	}
}

func TestClicksByHTTP(t *testing.T) {
	w, r := newHTTPWorld(t)
	ts := w.botPost("text", "x", "blocks", `[{"type":"actions","elements":[{"type":"button","action_id":"claim","text":{"type":"plain_text","text":"Claim"}}]}]`)
	r.next().answer <- status(200) // its own post
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := w.Click(w.ctx(), w.ann.ID, w.chat, ts, "claim"); err != nil {
			t.Error(err)
		}
	})
	d := r.next()
	form, err := url.ParseQuery(string(d.body))
	if err != nil || d.path != "/slack/interactions" || d.verified != nil {
		t.Errorf("got %s, %v, %v", d.path, err, d.verified)
	}
	var cb slack.InteractionCallback
	if err := json.Unmarshal([]byte(form.Get("payload")), &cb); err != nil {
		t.Fatal(err)
	}
	if cb.Type != slack.InteractionTypeBlockActions || cb.ActionCallback.BlockActions[0].ActionID != "claim" || cb.User.ID != w.ann.ID || cb.Message.Timestamp != ts {
		t.Errorf("got %+v", cb)
	}
	d.answer <- status(200)
	wg.Wait()
}
