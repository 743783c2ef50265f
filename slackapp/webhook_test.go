package slackapp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/slackapp"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

const signingSecret = "8f742231b10e8888abcd99yyyzzz85a5"

// standingClock shows one time until a test sets another.
type standingClock struct{ now time.Time }

func (c *standingClock) Now() time.Time { return c.now }

func (c *standingClock) NewTimer(d time.Duration) (<-chan time.Time, func()) {
	panic("nothing here waits")
}

// hook is a webhook and what came through it.
type hook struct {
	http.Handler
	clock *standingClock

	got   []slackapp.Delivery
	reply json.RawMessage
	err   error
	ctx   context.Context
}

func newHook() *hook {
	h := &hook{clock: &standingClock{time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}}
	h.Handler = slackapp.NewWebhook(signingSecret, func(ctx context.Context, d slackapp.Delivery) (json.RawMessage, error) {
		h.got, h.ctx = append(h.got, d), ctx
		return h.reply, h.err
	}, h.clock)
	return h
}

// request makes a request as Slack signs it, at the time of the clock.
func (h *hook) request(path, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	timestamp, signature := fakeslack.Sign(signingSecret, h.clock.now, []byte(body))
	r.Header.Set("X-Slack-Request-Timestamp", timestamp)
	r.Header.Set("X-Slack-Signature", signature)
	return r
}

func (h *hook) do(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func (h *hook) post(path, body string) *http.Response { return h.do(h.request(path, body)) }

func bodyOf(t *testing.T, r *http.Response) string {
	t.Helper()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

const (
	anEvent       = `{"type":"event_callback","event_id":"Ev1","event":{"type":"message","channel":"C1"}}`
	aCommand      = `command=%2Fchatgroups&text=off+tech&trigger_id=1.2&team_id=T1`
	anInteraction = `payload=%7B%22type%22%3A%22block_actions%22%7D`
)

func TestSignedRequestsBecomeDeliveries(t *testing.T) {
	for _, c := range []struct {
		name, path, body string
		reply            string
		want             slackapp.Delivery
		answer           string
	}{
		{"an event", "/slack/events", anEvent, "",
			slackapp.Delivery{Kind: slackapp.KindEvents, Payload: json.RawMessage(anEvent)}, ""},
		{"a command", "/slack/commands", aCommand, `{"text":"two groups"}`,
			slackapp.Delivery{Kind: slackapp.KindCommand, Payload: json.RawMessage(`{"command":"/chatgroups","team_id":"T1","text":"off tech","trigger_id":"1.2"}`)}, `{"text":"two groups"}`},
		{"an interaction", "/slack/interactions", anInteraction, "",
			slackapp.Delivery{Kind: slackapp.KindInteraction, Payload: json.RawMessage(`{"type":"block_actions"}`)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHook()
			if c.reply != "" {
				h.reply = json.RawMessage(c.reply)
			}
			res := h.post(c.path, c.body)
			if res.StatusCode != 200 {
				t.Fatalf("status %d", res.StatusCode)
			}
			if got := bodyOf(t, res); got != c.answer {
				t.Errorf("answered %q, want %q", got, c.answer)
			}
			if diff := cmp.Diff([]slackapp.Delivery{c.want}, h.got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			deadline, ok := h.ctx.Deadline()
			if left := time.Until(deadline); !ok || left > 2500*time.Millisecond {
				t.Errorf("the receiver has %s, and Slack waits for 3 s", left)
			}
		})
	}
}

func TestRetriesAreToldButDecideNothing(t *testing.T) {
	for _, c := range []struct {
		num, reason string
		want        int
		wantReason  string
	}{
		{"2", "http_timeout", 2, "http_timeout"},
		{"", "", 0, ""},
		{"many", "x", 0, ""},
		{"-1", "x", 0, ""},
		{"1", "a\x01b\u00e9 " + strings.Repeat("c", 500), 1, "ab" + strings.Repeat("c", 62)},
	} {
		h := newHook()
		r := h.request("/slack/events", anEvent)
		r.Header.Set("X-Slack-Retry-Num", c.num)
		r.Header.Set("X-Slack-Retry-Reason", c.reason)
		h.do(r)
		if len(h.got) != 1 || h.got[0].Retry != c.want || h.got[0].RetryReason != c.wantReason {
			t.Errorf("%q, %q: got %+v", c.num, c.reason, h.got)
		}
	}
}

// TestSEC_A08_OneFlippedBitIsRefused flips every bit of everything that is signed.
func TestSEC_A08_OneFlippedBitIsRefused(t *testing.T) {
	flip := func(s string, bit int) string {
		b := []byte(s)
		b[bit/8] ^= 1 << (bit % 8)
		return string(b)
	}
	h := newHook()
	whole := h.request("/slack/events", anEvent)
	timestamp, signature := whole.Header.Get("X-Slack-Request-Timestamp"), whole.Header.Get("X-Slack-Signature")
	for part, length := range map[string]int{"body": len(anEvent), "timestamp": len(timestamp), "signature": len(signature)} {
		t.Run(part, func(t *testing.T) {
			for bit := range 8 * length {
				body, at, sum := anEvent, timestamp, signature
				switch part {
				case "body":
					body = flip(body, bit)
				case "timestamp":
					at = flip(at, bit)
				case "signature":
					sum = flip(sum, bit)
				}
				r := httptest.NewRequest(http.MethodPost, "/slack/events", strings.NewReader(body))
				// Not by Set: what is no header must reach the check too.
				r.Header["X-Slack-Request-Timestamp"], r.Header["X-Slack-Signature"] = []string{at}, []string{sum}
				if res := h.do(r); res.StatusCode != http.StatusUnauthorized {
					t.Errorf("bit %d flipped: status %d", bit, res.StatusCode)
				}
			}
			if len(h.got) != 0 {
				t.Errorf("%d of them were handed over", len(h.got))
			}
		})
	}
}

func TestSEC_A08_WhatIsNotProvedIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*hook, *http.Request)
		says   string
	}{
		{"no signature", func(_ *hook, r *http.Request) { r.Header.Del("X-Slack-Signature") }, "X-Slack-Signature is missing"},
		{"an empty signature", func(_ *hook, r *http.Request) { r.Header.Set("X-Slack-Signature", "") }, "X-Slack-Signature is missing"},
		{"no time", func(_ *hook, r *http.Request) { r.Header.Del("X-Slack-Request-Timestamp") }, "X-Slack-Request-Timestamp is missing"},
		{"two signatures", func(_ *hook, r *http.Request) {
			r.Header.Add("X-Slack-Signature", r.Header.Get("X-Slack-Signature"))
		}, "X-Slack-Signature comes more than once"},
		{"two times", func(_ *hook, r *http.Request) {
			r.Header.Add("X-Slack-Request-Timestamp", r.Header.Get("X-Slack-Request-Timestamp"))
		}, "X-Slack-Request-Timestamp comes more than once"},
		{"another version", func(_ *hook, r *http.Request) {
			r.Header.Set("X-Slack-Signature", "v1="+r.Header.Get("X-Slack-Signature")[3:])
		}, "SLACK_SIGNING_SECRET"},
		{"no version", func(_ *hook, r *http.Request) {
			r.Header.Set("X-Slack-Signature", r.Header.Get("X-Slack-Signature")[3:])
		}, "SLACK_SIGNING_SECRET"},
		{"capital digits", func(_ *hook, r *http.Request) {
			r.Header.Set("X-Slack-Signature", "v0="+strings.ToUpper(r.Header.Get("X-Slack-Signature")[3:]))
		}, "SLACK_SIGNING_SECRET"},
		{"cut short", func(_ *hook, r *http.Request) {
			r.Header.Set("X-Slack-Signature", r.Header.Get("X-Slack-Signature")[:20])
		}, "SLACK_SIGNING_SECRET"},
		{"signed with another secret", func(h *hook, r *http.Request) {
			_, sum := fakeslack.Sign("another", h.clock.now, []byte(anEvent))
			r.Header.Set("X-Slack-Signature", sum)
		}, "SLACK_SIGNING_SECRET"},
		{"signed with an empty secret", func(h *hook, r *http.Request) {
			_, sum := fakeslack.Sign("", h.clock.now, []byte(anEvent))
			r.Header.Set("X-Slack-Signature", sum)
		}, "SLACK_SIGNING_SECRET"},
		{"too old", func(h *hook, _ *http.Request) { h.clock.now = h.clock.now.Add(301 * time.Second) }, "5m1s"},
		{"too new", func(h *hook, _ *http.Request) { h.clock.now = h.clock.now.Add(-301 * time.Second) }, "5m1s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHook()
			r := h.request("/slack/events", anEvent)
			c.change(h, r)
			res := h.do(r)
			if got := bodyOf(t, res); res.StatusCode != http.StatusUnauthorized || !strings.Contains(got, c.says) || strings.Contains(got, signingSecret) {
				t.Errorf("answered %d %q, want 401 with %q", res.StatusCode, got, c.says)
			}
			if len(h.got) != 0 {
				t.Error("it was handed over")
			}
		})
	}
}

func TestTheLastSecondOfFiveMinutesIsStillGood(t *testing.T) {
	for _, off := range []time.Duration{300 * time.Second, -300 * time.Second} {
		h := newHook()
		r := h.request("/slack/events", anEvent)
		h.clock.now = h.clock.now.Add(off)
		if res := h.do(r); res.StatusCode != 200 {
			t.Errorf("%s off: status %d", off, res.StatusCode)
		}
	}
}

func TestSEC_A08_WithoutASecretNothingIsLetIn(t *testing.T) {
	clock := &standingClock{time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	h := slackapp.NewWebhook("", func(context.Context, slackapp.Delivery) (json.RawMessage, error) {
		t.Error("handed over")
		return nil, nil
	}, clock)
	r := httptest.NewRequest(http.MethodPost, "/slack/events", strings.NewReader(anEvent))
	timestamp, sum := fakeslack.Sign("", clock.now, []byte(anEvent))
	r.Header.Set("X-Slack-Request-Timestamp", timestamp)
	r.Header.Set("X-Slack-Signature", sum)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized {
		t.Errorf("status %d", w.Code)
	}
}

// TestSEC_A08_TheQueryIsNotSigned is CVE-like: a library once took the payload from
// the query, which the signature does not cover.
func TestSEC_A08_TheQueryIsNotSigned(t *testing.T) {
	smuggled := "?payload=" + url.QueryEscape(`{"type":"view_submission"}`) + "&text=" + url.QueryEscape("delete tech")
	t.Run("beside a payload", func(t *testing.T) {
		h := newHook()
		h.post("/slack/interactions"+smuggled, anInteraction)
		if len(h.got) != 1 || string(h.got[0].Payload) != `{"type":"block_actions"}` {
			t.Errorf("handed over: %+v", h.got)
		}
	})
	t.Run("instead of a payload", func(t *testing.T) {
		h := newHook()
		res := h.post("/slack/interactions"+smuggled, "x=1")
		if res.StatusCode != http.StatusBadRequest || len(h.got) != 0 {
			t.Errorf("status %d, handed over: %+v", res.StatusCode, h.got)
		}
	})
	t.Run("beside a command", func(t *testing.T) {
		h := newHook()
		h.post("/slack/commands"+smuggled, aCommand)
		if len(h.got) != 1 || !strings.Contains(string(h.got[0].Payload), `"text":"off tech"`) {
			t.Errorf("handed over: %+v", h.got)
		}
	})
}

func TestSEC_A09_AReplayHasNoSecondEffect(t *testing.T) {
	for path, body := range map[string]string{"/slack/commands": aCommand, "/slack/interactions": anInteraction} {
		t.Run(path, func(t *testing.T) {
			h := newHook()
			recorded := h.request(path, body)
			replay := func(d time.Duration) int {
				h.clock.now = h.clock.now.Add(d)
				r := recorded.Clone(context.Background())
				r.Body = io.NopCloser(strings.NewReader(body))
				return h.do(r).StatusCode
			}
			for _, d := range []time.Duration{0, time.Second, 298 * time.Second} {
				if status := replay(d); status != 200 {
					t.Errorf("status %d", status)
				}
			}
			if len(h.got) != 1 {
				t.Errorf("handed over %d times", len(h.got))
			}
			if status := replay(2 * time.Second); status != http.StatusUnauthorized || len(h.got) != 1 {
				t.Errorf("after five minutes: status %d, handed over %d times", status, len(h.got))
			}
			// The same words a second later are another request.
			h.post(path, body)
			if len(h.got) != 2 {
				t.Error("a new request was taken for a replay")
			}
		})
	}
}

func TestSEC_A09_AReplayOfWhatFailedDoesNotRunAgain(t *testing.T) {
	h := newHook()
	h.err = errors.New("disk full")
	for range 2 {
		h.post("/slack/commands", aCommand)
	}
	if len(h.got) != 1 {
		t.Errorf("handed over %d times", len(h.got))
	}
}

// TestEventsComeAsOftenAsSlackSendsThem: events have ids, and a retry may be the
// first that arrives, so the memory of signatures must not touch them.
func TestEventsComeAsOftenAsSlackSendsThem(t *testing.T) {
	h := newHook()
	h.post("/slack/events", anEvent)
	h.post("/slack/events", anEvent)
	if len(h.got) != 2 {
		t.Errorf("handed over %d times", len(h.got))
	}
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name, path, body string
		status           int
		answer           string
	}{
		{"an event is to be repeated", "/slack/events", anEvent, 500, ""},
		{"a command is answered in words", "/slack/commands", aCommand, 200, string(slackapp.Sorry())},
		{"of an interaction Slack tells the person", "/slack/interactions", anInteraction, 500, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHook()
			h.err = errors.New("secret detail")
			res := h.post(c.path, c.body)
			got := bodyOf(t, res)
			if res.StatusCode != c.status || c.answer != "" && got != c.answer || strings.Contains(got, "secret detail") {
				t.Errorf("answered %d %q", res.StatusCode, got)
			}
			if res.Header.Get("X-Slack-No-Retry") != "" {
				t.Error("the answer forbids Slack to repeat it")
			}
		})
	}
}

func TestWhatIsSignedAndStillMakesNoSense(t *testing.T) {
	for _, c := range []struct {
		name, method, path, body string
		status                   int
	}{
		{"an event that is not JSON", "POST", "/slack/events", `{`, 400},
		{"an event that is null", "POST", "/slack/events", `null`, 400},
		{"a command that is no form", "POST", "/slack/commands", `text=%zz`, 400},
		{"a field twice", "POST", "/slack/commands", `text=list&text=delete+tech`, 400},
		{"an interaction without payload", "POST", "/slack/interactions", `a=b`, 400},
		{"a payload that is not JSON", "POST", "/slack/interactions", `payload=%7B`, 400},
		{"a payload that is no object", "POST", "/slack/interactions", `payload=1`, 400},
		{"two payloads", "POST", "/slack/interactions", `payload=%7B%7D&payload=%7B%7D`, 400},
		{"an endless body", "POST", "/slack/events", strings.Repeat(" ", 1<<20+1), 413},
		{"a GET", "GET", "/slack/events", anEvent, 405},
		{"another path", "POST", "/slack/other", anEvent, 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHook()
			r := h.request(c.path, c.body)
			r.Method = c.method
			if res := h.do(r); res.StatusCode != c.status {
				t.Errorf("status %d, want %d", res.StatusCode, c.status)
			}
			if len(h.got) != 0 {
				t.Errorf("handed over: %+v", h.got)
			}
		})
	}
}

func TestABodyThatEndsTooSoonIsNotJudged(t *testing.T) {
	h := newHook()
	r := h.request("/slack/events", anEvent)
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(anEvent[:10]), brokenReader{}))
	if res := h.do(r); res.StatusCode != http.StatusBadRequest || len(h.got) != 0 {
		t.Errorf("status %d, handed over: %+v", res.StatusCode, h.got)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestSEC_A10_TheChallengeIsEchoedOnlyWhenSigned(t *testing.T) {
	const challenge = `{"type":"url_verification","challenge":"3eZb"}`
	h := newHook()
	if got := bodyOf(t, h.post("/slack/events", challenge)); got != `{"challenge":"3eZb"}` {
		t.Errorf("answered %q", got)
	}
	r := httptest.NewRequest(http.MethodPost, "/slack/events", strings.NewReader(challenge))
	if got := bodyOf(t, h.do(r)); strings.Contains(got, "3eZb") {
		t.Errorf("an unsigned challenge was answered %q", got)
	}
	if len(h.got) != 0 {
		t.Errorf("handed over: %+v", h.got)
	}
}

func TestTheCertificateCheckOfCommandsNeedsNoSignature(t *testing.T) {
	unsigned := func(path, body string) *http.Request {
		return httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	}
	h := newHook()
	for _, r := range []*http.Request{
		unsigned("/slack/commands", "ssl_check=1&token=x"),
		h.request("/slack/commands", "ssl_check=1&token=x"),
	} {
		if res := h.do(r); res.StatusCode != 200 || bodyOf(t, res) != "" {
			t.Errorf("status %d", res.StatusCode)
		}
	}
	for _, r := range []*http.Request{
		unsigned("/slack/commands", "ssl_check=2"),
		unsigned("/slack/commands", aCommand),
		unsigned("/slack/commands", "ssl_check=1&x="+strings.Repeat("x", 5000)),
		unsigned("/slack/interactions", "ssl_check=1"),
		unsigned("/slack/events", "ssl_check=1"),
	} {
		if res := h.do(r); res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: status %d", r.URL, res.StatusCode)
		}
	}
	if len(h.got) != 0 {
		t.Errorf("handed over: %+v", h.got)
	}
}

func TestTheMemoryOfSignaturesIsBounded(t *testing.T) {
	h := newHook()
	recorded := h.request("/slack/commands", aCommand)
	h.do(recorded)
	for i := range slackapp.MaxReplays {
		h.post("/slack/commands", "trigger_id="+strconv.Itoa(i))
	}
	if n := slackapp.RememberedSignatures(h.Handler); n > slackapp.MaxReplays {
		t.Errorf("%d signatures are remembered", n)
	}
	h.clock.now = h.clock.now.Add(10 * time.Minute)
	h.post("/slack/commands", aCommand)
	if n := slackapp.RememberedSignatures(h.Handler); n != 1 {
		t.Errorf("%d signatures are remembered that nobody could use again", n)
	}
}

// TestMessagesOfOneChannelWaitForEachOther: Slack sends the next event without
// waiting for the answer to the last.
func TestMessagesOfOneChannelWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := &standingClock{time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
		var mu sync.Mutex
		var story []string
		note := func(s string) { mu.Lock(); defer mu.Unlock(); story = append(story, s) }
		h := &hook{clock: clock, Handler: slackapp.NewWebhook(signingSecret, func(_ context.Context, d slackapp.Delivery) (json.RawMessage, error) {
			var p struct{ Event struct{ Text string } }
			_ = json.Unmarshal(d.Payload, &p)
			note("begin " + p.Event.Text)
			time.Sleep(time.Second)
			note("end " + p.Event.Text)
			return nil, nil
		}, clock)}
		var running sync.WaitGroup
		for i, channel := range []string{"C1", "C1", "C2"} {
			running.Go(func() {
				h.post("/slack/events", fmt.Sprintf(`{"event":{"type":"message","channel":%q,"text":"%s-%d"}}`, channel, channel, i))
			})
			synctest.Wait()
		}
		running.Wait()
		want := []string{"begin C1-0", "begin C2-2", "end C1-0", "end C2-2", "begin C1-1", "end C1-1"}
		// At one instant the two channels may go in any order.
		if len(story) != len(want) || story[0] != want[0] || story[1] != want[1] || story[5] != want[5] {
			t.Errorf("got %q, want %q", story, want)
		}
	})
}

// TestSlackByHTTP is the whole way: a simulated Slack signs, delivers, repeats.
func TestSlackByHTTP(t *testing.T) {
	w := fakeslack.New(fakeslack.Config{Limits: fakeslack.Limits{Off: true}, RetryDelays: []time.Duration{0, time.Millisecond}})
	var mu sync.Mutex
	got := map[int]slackapp.Delivery{} // by attempt
	handler := slackapp.NewWebhook(signingSecret, func(_ context.Context, d slackapp.Delivery) (json.RawMessage, error) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case d.Kind == slackapp.KindCommand:
			return json.RawMessage(`{"text":"two groups"}`), nil
		case len(got) == 0:
			got[d.Retry] = d
			return nil, errors.New("the disk was full for a moment")
		}
		got[d.Retry] = d
		return nil, nil
	}, &standingClock{time.Now()})
	app := httptest.NewServer(handler)
	t.Cleanup(app.Close)
	slack := httptest.NewServer(w.Handler())
	t.Cleanup(slack.Close)
	w.SetBaseURL(slack.URL)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = w.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })

	ann := w.AddPerson(fakeslack.Person{Name: "ann"})
	inst := w.InstallApp(fakeslack.App{
		Name: "Chatgroups", Scopes: []string{"channels:history", "commands", "chat:write"}, Events: []string{"message.channels"},
		SigningSecret: signingSecret, EventsURL: app.URL + "/slack/events", InteractivityURL: app.URL + "/slack/interactions",
		Commands: []fakeslack.SlashCommand{{Name: "/chatgroups", URL: app.URL + "/slack/commands"}},
	})
	channel := w.AddChannel("chat-sales", false, ann.ID, inst.BotUserID)

	if err := w.VerifyURL(ctx, inst.AppID); err != nil {
		t.Error(err)
	}
	if err := w.CheckSSL(ctx, inst.AppID, "/chatgroups"); err != nil {
		t.Error(err)
	}
	for _, f := range []fakeslack.Forgery{fakeslack.WrongSignature, fakeslack.StaleTimestamp, fakeslack.NoSignature} {
		if status, err := w.Forge(ctx, inst.AppID, f); err != nil || status != http.StatusUnauthorized {
			t.Errorf("forgery %v: status %d, %v", f, status, err)
		}
	}
	if _, err := w.Command(ctx, ann.ID, channel, "/chatgroups list", false); err != nil {
		t.Error(err)
	}
	if said := w.Ephemerals(ann.ID); len(said) != 1 || said[0].Text != "two groups" {
		t.Errorf("the person sees %+v", said)
	}
	if _, err := w.Say(ann.ID, channel, "hello"); err != nil {
		t.Fatal(err)
	}
	if err := w.Wait(ctx, func() bool { mu.Lock(); defer mu.Unlock(); return len(got) == 2 }); err != nil {
		t.Fatal(err)
	}
	if d := got[1]; d.RetryReason != "http_error" || !strings.Contains(string(d.Payload), `"hello"`) {
		t.Errorf("the repetition is %+v", d)
	}
}

// FuzzSignedBodies sends any bytes with a right signature: nothing may panic, and
// what is handed over must be a JSON object.
func FuzzSignedBodies(f *testing.F) {
	for i, body := range []string{anEvent, aCommand, anInteraction, `payload={`, "ssl_check=1", "a=b&a=c", "\xff", "null", `{"type":"url_verification","challenge":"\u0000"}`} {
		f.Add(i%3, body)
	}
	paths := []string{"/slack/events", "/slack/commands", "/slack/interactions"}
	f.Fuzz(func(t *testing.T, path int, body string) {
		h := newHook()
		h.post(paths[((path%3)+3)%3], body)
		for _, d := range h.got {
			if !json.Valid(d.Payload) || strings.TrimLeft(string(d.Payload), " \t\r\n")[0] != '{' {
				t.Errorf("%q was handed over as %q", body, d.Payload)
			}
		}
	})
}

// FuzzUnsignedRequests sends any headers: without the secret nobody gets in.
func FuzzUnsignedRequests(f *testing.F) {
	f.Add("1772442000", "v0=00", anEvent)
	f.Add("", "", "ssl_check=1")
	f.Fuzz(func(t *testing.T, timestamp, signature, body string) {
		h := newHook()
		r := httptest.NewRequest(http.MethodPost, "/slack/events", strings.NewReader(body))
		r.Header["X-Slack-Request-Timestamp"], r.Header["X-Slack-Signature"] = []string{timestamp}, []string{signature}
		if res := h.do(r); res.StatusCode != http.StatusUnauthorized || len(h.got) != 0 {
			t.Errorf("status %d", res.StatusCode)
		}
	})
}
