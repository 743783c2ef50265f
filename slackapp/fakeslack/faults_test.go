package fakeslack_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// posts makes one raw post and returns what comes back, or the broken connection.
func (w *world) posts() (*http.Response, string, error) {
	w.t.Helper()
	body := strings.NewReader("token=" + w.app.BotToken + "&text=x&channel=" + w.chat)
	resp, err := http.Post(w.url+"/api/chat.postMessage", "application/x-www-form-urlencoded", body)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return resp, string(raw), err
}

func TestWhatAFaultDoes(t *testing.T) {
	shows(t, 28)
	for _, row := range []struct {
		name   string
		fault  fakeslack.Fault
		status int // 0 for a closed connection
		body   string
		posted bool
	}{
		{"limited", fakeslack.RateLimited(30 * time.Second), 429, `{"error":"ratelimited","ok":false}`, false},
		{"limited mutely", fakeslack.RateLimitedMute(), 429, `{"error":"ratelimited","ok":false}`, false},
		{"server error", fakeslack.ServerError(503), 503, "<!DOCTYPE html>", false},
		{"refused", fakeslack.Refuse("internal_error"), 200, `{"error":"internal_error","ok":false}`, false},
		{"refused for no reason", fakeslack.Refuse(""), 200, `{"ok":false}`, false},
		{"server error after the effect", fakeslack.ServerError(500).AfterEffect(), 500, "<!DOCTYPE html>", true},
		{"refused after the effect", fakeslack.Refuse("fatal_error").AfterEffect(), 200, `{"error":"fatal_error","ok":false}`, true},
		{"truncated", fakeslack.Truncated(), 200, `{"channel":`, true},
		{"lost answer", fakeslack.LostAnswer(), 0, "", true},
		{"lost request", fakeslack.LostRequest(), 0, "", false},
		{"forgotten", fakeslack.Forgotten(), 200, `{"channel":`, false},
		{"server error after the effect", fakeslack.ServerError(500).AfterEffect(), 500, "<!DOCTYPE html>", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			w.Fail("chat.postMessage", 1, row.fault)
			resp, body, err := w.posts()
			switch {
			case row.status == 0 && err == nil:
				t.Errorf("got %d %s", resp.StatusCode, body)
			case row.status != 0 && err != nil:
				t.Error(err)
			case row.status != 0 && (resp.StatusCode != row.status || !strings.HasPrefix(body, row.body)):
				t.Errorf("got %d %s", resp.StatusCode, body)
			}
			if row.name == "limited" && resp.Header.Get("Retry-After") != "30" || row.name == "limited mutely" && resp.Header.Get("Retry-After") != "" {
				t.Errorf("Retry-After is %q", resp.Header.Get("Retry-After"))
			}
			if posted := len(w.Messages(w.chat)) == 1; posted != row.posted {
				t.Errorf("posted: %v", posted)
			}
			if r := w.Requests("chat.postMessage"); len(r) != 1 || r[0].Fault == "" || r[0].Status != row.status {
				t.Errorf("logged %+v", r)
			}
			if _, _, err := w.posts(); err != nil { // the next one is well
				t.Error(err)
			}
		})
	}
}

func TestAForgottenPostIsToldToNobody(t *testing.T) {
	shows(t, 51)
	w := newWorld(t)
	l := w.connect()
	root := w.say(w.ann, "root")
	l.ack(l.next())
	w.Fail("chat.postMessage", 1, fakeslack.Forgotten())
	a := w.call("chat.postMessage", "channel", w.chat, "text", "lost @bob", "thread_ts", root, "link_names", "true").ok(t)
	if a.str("ts") == "" || a.str("message.thread_ts") != root {
		t.Errorf("the answer is %s", a.raw)
	}
	if n := len(w.Thread(w.chat, root)); n != 1 {
		t.Errorf("the thread has %d messages", n)
	}
	if n := w.Notified(w.chat, a.str("ts")); n != nil {
		t.Errorf("notified %v", n)
	}
	w.call("chat.update", "channel", w.chat, "ts", a.str("ts"), "text", "x").refused(t, "message_not_found")
	w.say(w.ann, "next")
	if e := l.next(); e.event("text") != "next" {
		t.Errorf("the next event is %v", e.Payload["event"])
	}
}

func TestFaultsQueueUpAndCanBeCleared(t *testing.T) {
	shows(t, 28)
	w := newWorld(t)
	w.Fail("auth.test", 2, fakeslack.Refuse("internal_error"))
	w.Fail("auth.test", -1, fakeslack.Refuse("fatal_error"))
	for _, code := range []string{"internal_error", "internal_error", "fatal_error", "fatal_error", "fatal_error"} {
		w.call("auth.test").refused(t, code)
	}
	w.ClearFaults()
	w.call("auth.test").ok(t)
}

func TestASlowAnswerComesWhenTheClockSaysSo(t *testing.T) {
	shows(t, 28)
	w := newWorld(t)
	w.Fail("auth.test", 1, fakeslack.Slow(20*time.Second))
	done := make(chan error)
	go func() {
		_, err := w.api.AuthTest()
		done <- err
	}()
	w.until("the answer to be held back", func() bool { return w.clock.Timers() == 1 })
	select {
	case err := <-done:
		t.Fatalf("answered early: %v", err)
	default:
	}
	w.clock.Advance(20 * time.Second)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestSlackGoSeesTheFaults(t *testing.T) {
	w := newWorld(t)
	w.Fail("auth.test", 1, fakeslack.RateLimited(7*time.Second))
	_, err := w.api.AuthTest()
	var limited *slack.RateLimitedError
	if !errors.As(err, &limited) || limited.RetryAfter != 7*time.Second {
		t.Errorf("got %v", err)
	}
	w.Fail("auth.test", 1, fakeslack.ServerError(502))
	_, err = w.api.AuthTest()
	var status slack.StatusCodeError
	if !errors.As(err, &status) || status.Code != 502 {
		t.Errorf("got %v", err)
	}
}

func TestWhatAFaultDoesToAnEvent(t *testing.T) {
	shows(t, 10, 11)
	for _, row := range []struct {
		name  string
		fault fakeslack.EventFault
		want  string
	}{
		{"never", fakeslack.Never(), "b c"},
		{"late", fakeslack.Late(time.Minute), "b c a"},
		{"twice", fakeslack.Twice(), "a a b c"},
		{"out of order", fakeslack.OutOfOrder(), "b a c"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t)
			l := w.connect()
			w.FailEvents("message", 1, row.fault)
			for _, text := range []string{"a", "b", "c"} {
				w.say(w.ann, text)
			}
			var got []string
			ids := map[string]any{}
			for range strings.Fields(row.want) {
				if len(got) == 2 && row.name == "late" {
					w.clock.Advance(time.Minute)
				}
				e := l.next()
				l.ack(e)
				text := e.event("text").(string)
				if id := ids[text]; id != nil && id != e.Payload["event_id"] {
					t.Errorf("%s has two event_ids", text)
				}
				ids[text] = e.Payload["event_id"]
				got = append(got, text)
				if e.Attempt != 0 {
					t.Errorf("%s is marked as a retry", text)
				}
			}
			if strings.Join(got, " ") != row.want {
				t.Errorf("got %v, want %s", got, row.want)
			}
		})
	}
}

func TestAHeldBackEventIsReleased(t *testing.T) {
	shows(t, 10)
	w := newWorld(t)
	l := w.connect()
	w.FailEvents("", 1, fakeslack.OutOfOrder())
	w.say(w.ann, "held")
	w.ClearFaults()
	if e := l.next(); e.event("text") != "held" {
		t.Errorf("got %+v", e)
	}
}

func TestFaultsMayBeChosenForEachCall(t *testing.T) {
	w := newWorld(t)
	w.FailBy(func(r fakeslack.Request) fakeslack.Fault {
		if r.Method == "chat.postMessage" && r.Args["text"] == "bad" {
			return fakeslack.Refuse("internal_error")
		}
		return fakeslack.Fault{}
	})
	w.Fail("chat.postMessage", 1, fakeslack.Refuse("fatal_error")) // goes first
	w.call("chat.postMessage", "channel", w.chat, "text", "bad").refused(t, "fatal_error")
	w.call("chat.postMessage", "channel", w.chat, "text", "bad").refused(t, "internal_error")
	w.call("chat.postMessage", "channel", w.chat, "text", "good").ok(t)
	w.ClearFaults()
	w.call("chat.postMessage", "channel", w.chat, "text", "bad").ok(t)
}

func TestFaultsMayBeChosenForEachEvent(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	w.FailEventsBy(func(event json.RawMessage) fakeslack.EventFault {
		if strings.Contains(string(event), `"text":"lost"`) {
			return fakeslack.Never()
		}
		return fakeslack.EventFault{}
	})
	w.say(w.ann, "lost")
	w.say(w.ann, "brought")
	if e := l.next(); e.event("text") != "brought" {
		t.Errorf("got %+v", e)
	}
}

func TestDeliveriesAreToldAsTheyEnd(t *testing.T) {
	w := newWorld(t)
	outcomes := make(chan string, 2)
	w.OnDelivery(func(d fakeslack.Delivery) { outcomes <- d.Outcome })
	w.FailEvents("message", 1, fakeslack.Never())
	l := w.connect()
	w.say(w.ann, "lost")
	if got := <-outcomes; got != "withheld by a fault" {
		t.Errorf("told %q", got)
	}
	w.say(w.ann, "brought")
	l.ack(l.next())
	if got := <-outcomes; got != "acked" {
		t.Errorf("told %q", got)
	}
}
