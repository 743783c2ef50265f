package slackapp_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/slackapp"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestEveryEventOfSlacksSamplesIsDecidedOn(t *testing.T) {
	data, err := os.ReadFile("testdata/sample_events.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		n++
		event, subtype, _ := strings.Cut(line, " ")
		if _, known := slackapp.Events()[event]; !known {
			t.Errorf("nothing is decided on the event %s", event)
		}
		if _, known := slackapp.Subtypes()[subtype]; !known {
			t.Errorf("nothing is decided on the subtype %s", subtype)
		}
	}
	if n < 90 {
		t.Errorf("only %d samples", n)
	}
}

func TestEventsThatAreAskedForAreUsed(t *testing.T) {
	_, events := slackapp.Needs()
	for _, name := range events {
		name, _, _ = strings.Cut(name, ".") // message.channels
		if d := slackapp.Events()[name]; d == "" || d == slackapp.DeedIgnore {
			t.Errorf("%s is asked for and %q", name, d)
		}
	}
	for name, d := range slackapp.Events() {
		if (d == slackapp.DeedNote) != slackapp.Noted(name) {
			t.Errorf("of %s the table says %q, the code takes note of it: %v", name, d, slackapp.Noted(name))
		}
	}
}

// Each subtype is said in a thread by an agent, as Slack would send it. The visitor
// gets those alone that are to be relayed.
func TestTheVisitorGetsOnlyTheSubtypesThatAreToBeRelayed(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		all := slackapp.Subtypes()
		all["brand_new_thing"] = slackapp.DeedIgnore
		var want, want2 []string
		for _, subtype := range slices.Sorted(maps.Keys(all)) {
			text := "said as " + subtype
			if _, err := w.slack.Say(w.ann, w.tech, text, fakeslack.InThread(root), fakeslack.Subtype(subtype)); err != nil {
				t.Fatal(err)
			}
			// bot_message is by a bot, whoever it names.
			if all[subtype] == slackapp.DeedRelay && subtype != "bot_message" {
				want = append(want, strings.TrimSpace(text))
			}
		}
		for _, o := range []fakeslack.SayOption{fakeslack.Broadcast(), fakeslack.Attach(fakeslack.File{Name: "a.txt"})} {
			if _, err := w.slack.Say(w.ann, w.tech, "with more", fakeslack.InThread(root), o); err != nil {
				t.Fatal(err)
			}
			want2 = append(want2, "with more")
		}
		if _, err := w.slack.StartHuddle(w.ann, w.tech, root); err != nil {
			t.Fatal(err)
		}
		w.settled()
		if got := v.bodies(); !slices.Equal(got, append(want, want2...)) {
			t.Errorf("the visitor reads\n%q\nwant\n%q", got, append(want, want2...))
		}
		for what, least := range map[string]float64{"message huddle_thread": 2, "message channel_join": 1, "unknown message": 1, "message reminder_add": 1} {
			if got := w.metric(t, "chatgroups_slack_ignored_total", what); got < least {
				t.Errorf("%q was counted %v times", what, got)
			}
		}
		// Reading the thread again decides the same.
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := v.bodies(); len(got) != len(want)+len(want2) {
			t.Errorf("after readings the visitor reads %q", got)
		}
	})
}

func TestWhatIsLeftAsideIsAcknowledgedAndCountedUnderItsName(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, _ := w.quietThread()
		entries := len(v.bodies())
		tell := func(label, kind, payload string) {
			t.Helper()
			before := w.metric(t, "chatgroups_slack_ignored_total", label)
			if err := w.app.Tell(t.Context(), kind, payload); err != nil {
				t.Errorf("%s: %v, so Slack would repeat it", label, err)
			}
			if got := w.metric(t, "chatgroups_slack_ignored_total", label); got != before+1 {
				t.Errorf("%q was counted %v times", label, got-before)
			}
		}
		event := func(name string) string {
			return fmt.Sprintf(`{"type":"event_callback","team_id":%q,"event":{"type":%q,"channel":%q,"user":%q,"text":"secret"}}`, w.ws, name, w.tech, w.ann)
		}
		for name, d := range slackapp.Events() {
			if d == slackapp.DeedIgnore {
				tell("event "+name, "events_api", event(name))
			}
		}
		for name, d := range slackapp.Interactions() {
			if d == slackapp.DeedIgnore {
				tell("interaction "+name, "interactive", fmt.Sprintf(`{"type":%q,"user":{"id":%q}}`, name, w.ann))
			}
		}
		tell("unknown event", "events_api", event("moon_landed"))
		tell("unknown interaction", "interactive", `{"type":"moon_landing"}`)
		tell("unknown envelope", "telepathy", `{}`)
		if got := len(v.bodies()); got != entries {
			t.Errorf("the visitor got %d lines of it", got-entries)
		}
	})
}

// What the app posts comes back to it, in one form or the other, and is edited by it
// besides: nothing of that may go round in a circle.
func TestTheAppsOwnPostsAreNeverRelayed(t *testing.T) {
	for name, plain := range map[string]bool{"as bot_message": false, "with the bot's user": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := worldOptions{net: newMemNet()}
				o.slack.Assume.PlainCustomEcho = plain
				o.app.Settle = 10 * time.Second
				w := newWorld(t, o)
				v, _, sales := w.pair()
				v.say("two")
				if _, err := v.Edit(t.Context(), "e1", "m2", "two!"); err != nil {
					t.Fatal(err)
				}
				w.reply(w.bea, w.sales, sales, "Hi")
				time.Sleep(time.Hour)
				synctest.Wait()
				if got := v.bodies(); !slices.Equal(got, []string{"Hi"}) {
					t.Errorf("the visitor reads %q", got)
				}
				if n := w.metric(t, "chatgroups_agent_messages_total", ""); n != 1 {
					t.Errorf("%v messages of agents were taken, there is one", n)
				}
				if n := w.metric(t, "chatgroups_agent_revisions_total", "edit"); n != 0 {
					t.Errorf("%v edits of agents were taken, there are none", n)
				}
			})
		})
	}
}

// Slack tells that it dropped events, and not which.
func TestAfterDroppedEventsTheThreadsAreRead(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		end := w.blackout()
		w.reply(w.ann, w.tech, root, "unheard")
		time.Sleep(time.Second)
		end()
		if err := w.app.Tell(t.Context(), "events_api", fmt.Sprintf(`{"type":"app_rate_limited","team_id":%q,"minute_rate_limited":1}`, w.ws)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := v.bodies(); !slices.Equal(got, []string{"unheard"}) {
			t.Errorf("the visitor reads %q", got)
		}
	})
}

// What Slack tells in forms of its own.
func TestOddFormsOfMessages(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		ts := w.reply(w.ann, w.tech, root, "Hi")
		w.settled()
		tell := func(event string) {
			t.Helper()
			payload := fmt.Sprintf(`{"type":"event_callback","team_id":%q,"event":%s}`, w.ws, event)
			if err := w.app.Tell(t.Context(), "events_api", payload); err != nil {
				t.Fatal(err)
			}
		}
		// message_replied without its subtype.
		tell(fmt.Sprintf(`{"type":"message","hidden":true,"channel":%q,"user":%q,"text":"hidden","ts":"1999999999.000100","thread_ts":%q,"message":{"user":%q,"text":"hidden","ts":%q}}`,
			w.tech, w.ann, root, w.ann, root))
		// An edit and a deletion that say nothing.
		tell(fmt.Sprintf(`{"type":"message","subtype":"message_changed","channel":%q}`, w.tech))
		tell(fmt.Sprintf(`{"type":"message","subtype":"message_deleted","channel":%q,"deleted_ts":%q}`, w.tech, ts))
		if got := v.reading(); !slices.Equal(got, []string{"Hi"}) {
			t.Errorf("the visitor reads %q", got)
		}
		// A deletion that is told as a change into a tombstone.
		tell(fmt.Sprintf(`{"type":"message","subtype":"message_changed","hidden":true,"channel":%q,"message":{"type":"message","subtype":"tombstone","user":"USLACKBOT","text":"This message was deleted.","ts":%q,"thread_ts":%q},"previous_message":{"type":"message","user":%q,"text":"Hi","ts":%q,"thread_ts":%q}}`,
			w.tech, ts, root, w.ann, ts, root))
		if got := v.reading(); len(got) != 0 {
			t.Errorf("after the tombstone the visitor reads %q", got)
		}
	})
}
