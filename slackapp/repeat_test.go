package slackapp_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// deliver sends an event to the app by signed HTTP.
func deliver(t *testing.T, w *world, body string) int {
	t.Helper()
	timestamp, signature := fakeslack.Sign(signingSecret, time.Now(), []byte(body))
	req := httptest.NewRequest(http.MethodPost, "/slack/events", bytes.NewReader([]byte(body)))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Slack-Request-Timestamp", timestamp)
	req.Header.Set("X-Slack-Signature", signature)
	res := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(res, req)
	return res.Code
}

func TestTheSameMessageIsRelayedOnceHoweverOftenAndUnderWhateverEventItComes(t *testing.T) {
	o := fast
	o.app.SigningSecret = signingSecret
	w := newWorld(t, o)
	v := w.visitor()
	v.say("Hello?")
	root := w.root(w.tech, 0)
	w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: Hello?")
	ts := w.reply(w.ann, w.tech, root.TS, "Hi")
	v.waitBodies("Hi")
	for _, id := range []string{"Ev0000000001", "Ev0000000001", "Ev0000000002"} {
		body := fmt.Sprintf(`{"type":"event_callback","team_id":%q,"event_id":%q,"event":{"type":"message","channel":%q,"user":%q,"text":"Hi","ts":%q,"thread_ts":%q}}`,
			w.ws, id, w.tech, w.ann, ts, root.TS)
		if code := deliver(t, w, body); code != http.StatusOK {
			t.Fatalf("the event gets %d", code)
		}
	}
	w.reply(w.ann, w.tech, root.TS, "Bye")
	v.waitBodies("Hi", "Bye")
}

func TestEventsThatAreNotForUsAreAcknowledgedAndLeftAside(t *testing.T) {
	o := fast
	o.app.SigningSecret = signingSecret
	w := newWorld(t, o)
	v := w.visitor()
	v.say("Hello?")
	root := w.root(w.tech, 0)
	w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: Hello?")
	message := fmt.Sprintf(`{"type":"message","channel":%q,"user":%q,"text":"x","ts":"1700000000.000001","thread_ts":%q}`, w.tech, w.ann, root.TS)
	for name, body := range map[string]string{
		"another workspace's": fmt.Sprintf(`{"type":"event_callback","team_id":"T0OTHER0001","event":%s}`, message),
		"an unknown type":     fmt.Sprintf(`{"type":"event_callback","team_id":%q,"event":{"type":"moon_landed"}}`, w.ws),
		"no event":            fmt.Sprintf(`{"type":"event_callback","team_id":%q}`, w.ws),
		"an odd event":        fmt.Sprintf(`{"type":"event_callback","team_id":%q,"event":{"type":"message","channel":7}}`, w.ws),
		"no author":           fmt.Sprintf(`{"type":"event_callback","team_id":%q,"event":{"type":"message","channel":%q,"text":"x","ts":"1700000000.000002","thread_ts":%q}}`, w.ws, w.tech, root.TS),
	} {
		if code := deliver(t, w, body); code != http.StatusOK {
			t.Errorf("%s: %d, so Slack would repeat it", name, code)
		}
	}
	w.reply(w.ann, w.tech, root.TS, "Hi")
	v.waitBodies("Hi")
}
