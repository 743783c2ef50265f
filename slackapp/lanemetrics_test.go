package slackapp_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// metric is the value of one of the app's metrics, where it has a label with this
// value.
func (w *world) metric(t *testing.T, name, label string) float64 {
	t.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			if label == "" || len(m.GetLabel()) == 1 && m.GetLabel()[0].GetValue() == label {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return 0
}

func TestMetricsTellWhatWaitsInAChannelAndForHowLong(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		w.slack.Fail("chat.postMessage", 1, fakeslack.RateLimited(time.Minute))
		for _, line := range []string{"two", "three", "four"} {
			v.say(line)
		}
		time.Sleep(50 * time.Second)
		synctest.Wait()
		if got := w.metric(t, "chatgroups_lane_waiting_lines", w.tech); got != 3 {
			t.Errorf("%v lines wait", got)
		}
		if got := w.metric(t, "chatgroups_lane_oldest_seconds", w.tech); got != 50 {
			t.Errorf("the oldest waits for %v seconds", got)
		}
		w.until("all lines", func() bool { return len(w.linesOf(w.tech, root)) == 4 })
		time.Sleep(5 * time.Second)
		for name, want := range map[string]float64{"chatgroups_lane_waiting_lines": 0, "chatgroups_lane_oldest_seconds": 0, "chatgroups_doubts_open": 0} {
			if got := w.metric(t, name, w.tech); got != want {
				t.Errorf("%s is %v at rest", name, got)
			}
		}
		if got := w.metric(t, "chatgroups_post_retries_total", "limited"); got != 1 {
			t.Errorf("%v retries for being limited", got)
		}
		if got := w.metric(t, "chatgroups_lane_throttled_seconds_total", "slack"); got != 60 {
			t.Errorf("throttled by Slack for %v seconds", got)
		}
		if got := w.metric(t, "chatgroups_posts_merged_total", ""); got != 1 {
			t.Errorf("%v merged posts", got)
		}
	})
}

func TestMetricsTellHowDoubtsWereSettled(t *testing.T) {
	for how, cause := range map[string]func(*world){
		"echo": func(w *world) { w.slack.Fail("chat.postMessage", 1, fakeslack.LostAnswer()) },
		"search": func(w *world) {
			w.slack.FailEvents("message", 1, fakeslack.Never())
			w.slack.Fail("chat.postMessage", 1, fakeslack.LostAnswer())
		},
		"absent": func(w *world) { w.slack.Fail("chat.postMessage", 1, fakeslack.LostRequest()) },
		"repeat": func(w *world) {
			w.slack.Fail("chat.postMessage", 1, fakeslack.LostRequest())
			w.slack.Fail("conversations.replies", -1, fakeslack.Refuse("missing_scope"))
		},
	} {
		t.Run(how, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, w *world) {
				v, root := w.quietThread()
				cause(w)
				v.say("two")
				time.Sleep(500 * time.Millisecond)
				synctest.Wait()
				if got := w.metric(t, "chatgroups_doubts_open", w.tech); how != "echo" && got != 1 {
					t.Errorf("%v doubts are open", got)
				}
				w.until("the line", func() bool { return len(w.linesOf(w.tech, root)) == 2 })
				time.Sleep(5 * time.Second)
				if got := w.metric(t, "chatgroups_doubts_settled_total", how); got != 1 {
					t.Errorf("%v doubts were settled so", got)
				}
				if got := w.metric(t, "chatgroups_doubts_open", w.tech); got != 0 {
					t.Errorf("%v doubts are open at the end", got)
				}
			})
		})
	}
}
