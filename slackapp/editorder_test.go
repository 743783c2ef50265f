package slackapp_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// orders returns every order of the numbers below n.
func orders(n int) [][]int {
	all := [][]int{{}}
	for i := range n {
		var longer [][]int
		for _, o := range all {
			for at := range len(o) + 1 {
				longer = append(longer, slices.Insert(slices.Clone(o), at, i))
			}
		}
		all = longer
	}
	return all
}

// Slack tells of a message, of two edits and of its deletion, in any order and all of
// it again: the visitor is left with the same.
func TestTheOrderInWhichSlackTellsOfAMessageDoesNotMatter(t *testing.T) {
	for _, tc := range []struct {
		name    string
		texts   []string // of the message and of its edits
		deleted bool
		want    []string
	}{
		{"two edits", []string{"one", "two", "three"}, false, []string{"three"}},
		{"deleted in the end", []string{"one", "two", "three"}, true, nil},
		{"a note in the end", []string{"one", "two", "// three"}, false, nil},
		{"a note in between", []string{"one", ":lock: two", "three"}, false, nil},
		{"a note at first", []string{"// one", "two", "three"}, false, nil},
	} {
		told := len(tc.texts)
		if tc.deleted {
			told++
		}
		t.Run(tc.name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, w *world) {
				for i, order := range orders(told) {
					v := w.visitor()
					v.say("Hello?")
					w.until("the thread", func() bool { return len(w.roots(w.tech)) > i && len(w.posts(w.tech, w.roots(w.tech)[i].TS)) > 0 })
					events := tellings(w, w.roots(w.tech)[i].TS, tc.texts, tc.deleted)
					for _, n := range append(slices.Clone(order), order...) {
						if err := w.app.Tell(t.Context(), "events_api", events[n]); err != nil {
							t.Fatal(err)
						}
					}
					if got := v.reading(); !slices.Equal(got, tc.want) {
						t.Errorf("told in the order %v, the visitor reads %q, want %q", order, got, tc.want)
					}
					for _, e := range v.seen {
						if strings.Contains(e.Body, "//") || strings.Contains(e.Body, "lock") {
							t.Errorf("told in the order %v, the visitor got %q", order, e.Body)
						}
					}
					v.Leave()
				}
			})
		})
	}
}

// tellings are the events about one message of Ann's.
func tellings(w *world, root string, texts []string, deleted bool) []string {
	const ts = "2000000000.000100"
	message := func(n int) map[string]any {
		m := map[string]any{"type": "message", "user": w.ann, "text": texts[n], "ts": ts, "thread_ts": root, "team": string(w.ws)}
		if n > 0 {
			m["edited"] = map[string]any{"user": w.ann, "ts": fmt.Sprintf("20000000%02d.000000", n)}
		}
		return m
	}
	wrap := func(event map[string]any) string {
		event["channel"] = w.tech
		data, _ := json.Marshal(map[string]any{"type": "event_callback", "team_id": string(w.ws), "event": event})
		return string(data)
	}
	events := []string{wrap(message(0))}
	for n := 1; n < len(texts); n++ {
		events = append(events, wrap(map[string]any{
			"type": "message", "subtype": "message_changed", "hidden": true, "message": message(n), "previous_message": message(n - 1),
		}))
	}
	if deleted {
		events = append(events, wrap(map[string]any{
			"type": "message", "subtype": "message_deleted", "hidden": true, "deleted_ts": ts, "previous_message": message(len(texts) - 1),
		}))
	}
	return events
}

func TestWhatWasEditedWhileTheBridgeWasDownFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := worldOptions{net: newMemNet(), store: bridgetest.NewMemory()}
		o.app.Settle = 10 * time.Second
		o.slack.RetryDelays = []time.Duration{} // Slack sends each event once
		w := newWorld(t, o)
		v, root := w.quietThread()
		token := v.token
		kept := w.reply(w.ann, w.tech, root, "one")
		gone := w.reply(w.ann, w.tech, root, "two")
		w.settled()
		if _, err := v.Edit(t.Context(), "e1", "m1", "one!"); err != nil {
			t.Fatal(err)
		}
		v.Leave()
		w.stop()
		w.ok(w.slack.Edit(w.ann, w.tech, kept, "one, better"))
		w.ok(w.slack.Delete(w.ann, w.tech, gone))
		o.app.BotToken, o.app.AppToken, o.app.APIURL, o.app.Unclean = w.inst.BotToken, w.inst.AppToken, w.apiURL, true
		time.Sleep(10 * time.Minute)
		w.start(o)
		again := w.returning(token)
		w.settled()
		if got := again.reading(); !slices.Equal(got, []string{"one, better"}) {
			t.Errorf("the visitor reads %q", got)
		}
		if got := w.linesOf(w.tech, root); !slices.Equal(got, []string{"one!"}) {
			t.Errorf("the thread shows %q", got)
		}
	})
}

// An edit that was not made when the program died is made at once by the next: there
// is nothing to search for, doing it twice is harmless.
func TestAnEditThatWasOwedWhenTheProgramDied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := worldOptions{net: newMemNet(), store: bridgetest.NewMemory()}
		o.app.Settle = 10 * time.Second
		w := newWorld(t, o)
		v, root := w.quietThread()
		w.slack.Fail("chat.update", -1, fakeslack.ServerError(503))
		if _, err := v.Edit(t.Context(), "e1", "m1", "one!"); err != nil {
			t.Fatal(err)
		}
		v.say("two")
		w.settled()
		v.Leave()
		w.stop()
		w.slack.ClearFaults()
		o.app.BotToken, o.app.AppToken, o.app.APIURL, o.app.Unclean = w.inst.BotToken, w.inst.AppToken, w.apiURL, true
		searched := len(w.reads(t, "conversations.replies"))
		w.start(o)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := w.linesOf(w.tech, root); len(got) == 0 || got[0] != "one!" {
			t.Errorf("the thread shows %q", got)
		}
		w.standsOnce(t, root, "one!", "two")
		if n := len(w.reads(t, "conversations.replies")) - searched; n > 2 {
			t.Errorf("the thread was searched %d times, for the post of the line alone it is two", n)
		}
	})
}
