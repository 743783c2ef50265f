package slackapp_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// surface makes a post whose request got lost after all, as Slack does when it
// acts on it late.
func (w *world) surface(lost fakeslack.Request) (ts string) {
	w.t.Helper()
	opts := []slack.MsgOption{slack.MsgOptionText(lost.Args["text"], false)}
	if ts := lost.Args["thread_ts"]; ts != "" {
		opts = append(opts, slack.MsgOptionTS(ts))
	}
	if name := lost.Args["username"]; name != "" {
		opts = append(opts, slack.MsgOptionUsername(name), slack.MsgOptionIconEmoji(lost.Args["icon_emoji"]))
	}
	var blocks slack.Blocks
	if raw := lost.Args["blocks"]; raw != "" {
		if err := json.Unmarshal([]byte(raw), &blocks); err != nil {
			w.t.Fatal(err)
		}
		opts = append(opts, slack.MsgOptionBlocks(blocks.BlockSet...))
	}
	var mark slack.SlackMetadata
	if err := json.Unmarshal([]byte(lost.Args["metadata"]), &mark); err != nil {
		w.t.Fatal(err)
	}
	opts = append(opts, slack.MsgOptionMetadata(mark))
	_, ts, err := w.bot().PostMessageContext(w.t.Context(), lost.Args["channel"], opts...)
	if err != nil {
		w.t.Fatal(err)
	}
	return ts
}

// bot calls Slack under the app's token, past the app.
func (w *world) bot() *slack.Client {
	return slack.New(w.inst.BotToken, slack.OptionAPIURL(w.apiURL),
		slack.OptionHTTPClient(&http.Client{Transport: &http.Transport{DialContext: w.net.Dial, DisableKeepAlives: true}}))
}

// last is the last call of chat.postMessage.
func (w *world) last() fakeslack.Request {
	w.t.Helper()
	all := w.slack.Requests("chat.postMessage")
	if len(all) == 0 {
		w.t.Fatal("nothing was posted")
	}
	return all[len(all)-1]
}

// loseLine has the request of a line lost on its way, and waits until the app has
// made the post again.
func (w *world) loseLine(v *tab, root, line string) fakeslack.Request {
	w.t.Helper()
	w.slack.Fail("chat.postMessage", 1, fakeslack.LostRequest())
	v.say(line)
	synctest.Wait()
	lost := w.last()
	before := len(w.linesOf(w.tech, root))
	w.until("it is posted again", func() bool { return len(w.linesOf(w.tech, root)) > before })
	return lost
}

func (w *world) deleted() int { return len(w.slack.Requests("chat.delete")) }

func TestAPostThatSurfacesLateIsRemovedAgain(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		lost := w.loseLine(v, root, "two")
		w.surface(lost)
		synctest.Wait()
		w.standsOnce(t, root, "one", "two")
		if got := w.metric(t, "chatgroups_duplicates_repaired_total", "line"); got != 1 {
			t.Errorf("%v repairs are counted", got)
		}
	})
}

// TestARepeatThatNoEventToldOfIsFoundByReading: the sweep of five minutes, after
// the program was started anew and remembers nothing.
func TestARepeatThatNoEventToldOfIsFoundByReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := worldOptions{net: newMemNet(), store: bridgetest.NewMemory()}
		w := newWorld(t, o)
		v, root := w.quietThread()
		lost := w.loseLine(v, root, "two")
		v.Leave()
		w.stop()
		late := w.surface(lost)
		o.app.BotToken, o.app.AppToken, o.app.APIURL = w.inst.BotToken, w.inst.AppToken, w.apiURL
		w.start(o)
		w.standsOnce(t, root, "one", "two")
		for _, m := range w.slack.Thread(w.tech, root) {
			if m.TS == late {
				t.Error("the earlier copy was removed, and the later one stays")
			}
		}
	})
}

// TestAPostMadeAgainKeepsItsLines: were more lines to go with it, the late copy and
// the new one would overlap, and neither could be removed.
func TestAPostMadeAgainKeepsItsLines(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		w.slack.Fail("chat.postMessage", 1, fakeslack.LostRequest())
		v.say("two")
		synctest.Wait()
		lost := w.last()
		v.say("three")
		v.say("four")
		for i, other := 0, w.visitor(); i < 60; i++ { // uses the budget up, so that lines are merged
			other.say(fmt.Sprint("line ", i))
			time.Sleep(500 * time.Millisecond)
		}
		w.until("all lines", func() bool { return len(w.linesOf(w.tech, root)) == 4 })
		w.surface(lost)
		w.standsOnce(t, root, "one", "two", "three", "four")
		for _, r := range w.postings(w.tech) {
			if strings.HasPrefix(r.Args["text"], "two\n") {
				t.Errorf("posted again as %q", r.Args["text"])
			}
		}
	})
}

// TestTwoPostsThatDifferAreBothLeft: a mark alone is no proof, since a store that was
// restored from a backup gives its numbers a second time.
func TestTwoPostsThatDifferAreBothLeft(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		v.say("two")
		w.until("the line", func() bool { return len(w.linesOf(w.tech, root)) == 2 })
		other := w.last()
		other.Args["text"] = "something else"
		w.surface(other)
		w.standsOnce(t, root, "one", "two", "something else")
		if n := w.deleted(); n != 0 {
			t.Errorf("%d posts were deleted", n)
		}
	})
}

func TestWhatPeopleAndOtherAppsWriteIsNeverDeleted(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		lost := w.loseLine(v, root, "two")
		w.reply(w.ann, w.tech, root, "two")
		w.reply(w.ann, w.tech, root, lost.Args["text"])
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n := w.deleted(); n != 0 {
			t.Errorf("%d posts were deleted", n)
		}
	})
}

// lateRoot has the request of a root lost, waits until the thread stands, and lets
// the lost one surface after it.
func (w *world) lateRoot() (v *tab, root, late string) {
	w.t.Helper()
	w.slack.Fail("chat.postMessage", 1, fakeslack.LostRequest())
	v = w.visitor()
	v.say("one")
	synctest.Wait()
	lost := w.last()
	w.until("the line", func() bool { return len(w.postings(w.tech)) == 2 })
	return v, w.root(w.tech, 0).TS, w.surface(lost)
}

func TestALateRootWithoutRepliesIsRemoved(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		_, root, _ := w.lateRoot()
		w.standsOnce(t, root, "one")
		if n := len(w.roots(w.tech)); n != 1 {
			t.Errorf("%d roots stand", n)
		}
	})
}

func TestALateRootWithRepliesIsLeftAndItsAuthorsAreTold(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		// Nobody hears of the late root until somebody has replied under it.
		w.slack.FailEvents("message", 3, fakeslack.Late(30*time.Second))
		v, root, late := w.lateRoot()
		w.reply(w.ann, w.tech, late, "is this the one?")
		time.Sleep(2 * time.Minute)
		w.reply(w.ann, w.tech, late, "hello?")
		w.standsOnce(t, root, "one")
		if n := len(w.roots(w.tech)); n != 2 {
			t.Errorf("%d roots stand", n)
		}
		if got := w.metric(t, "chatgroups_duplicates_left_total", "root"); got == 0 {
			t.Error("that it was left is not counted")
		}
		if len(w.slack.Ephemerals(w.ann)) == 0 {
			t.Error("Ann is not told that nobody reads her")
		}
		if got := v.bodies(); slices.Contains(got, "hello?") {
			t.Errorf("the visitor reads %q", got)
		}
	})
}

// TestARepeatThatSlackDoesNotLetGoIsLeft: some workspaces keep posts under names of
// their own.
func TestARepeatThatSlackDoesNotLetGoIsLeft(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		lost := w.loseLine(v, root, "two")
		w.slack.Fail("chat.delete", -1, fakeslack.Refuse("cant_delete_message"))
		w.surface(lost)
		w.standsOnce(t, root, "one", "two", "two")
		if n := w.deleted(); n > 3 {
			t.Errorf("asked %d times in five minutes", n)
		}
	})
}

func TestARepairIsTriedAgainWhereSlackHasNoTime(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		lost := w.loseLine(v, root, "two")
		w.slack.Fail("chat.delete", 1, fakeslack.RateLimited(20*time.Second))
		w.slack.Fail("chat.delete", 1, fakeslack.LostAnswer())
		w.surface(lost)
		time.Sleep(time.Minute) // well before the thread is read again
		synctest.Wait()
		if got := w.linesOf(w.tech, root); !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("in the thread stands %q", got)
		}
	})
}
