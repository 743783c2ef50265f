package slackapp_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestADeletedThreadIsMadeAnewWithTheStorySoFar(t *testing.T) {
	for name, tc := range map[string]struct {
		replies bool // the root had replies: it becomes a tombstone
		told    bool // Slack tells of the deletion
	}{
		"a root with replies":                         {replies: true, told: true},
		"a root without":                              {told: true},
		"a root with replies, and Slack is silent":    {replies: true},
		"a root without replies, and Slack is silent": {},
	} {
		t.Run(name, func(t *testing.T) {
			inTrouble(t, func(t *testing.T, w *world, _ func()) {
				v := w.visitor()
				v.say("one")
				root := w.root(w.tech, 0)
				w.until("the first line", func() bool { return len(w.linesOf(w.tech, root.TS)) == 1 })
				if !tc.replies {
					for _, m := range w.slack.Thread(w.tech, root.TS)[1:] {
						w.by(w.inst.BotToken, "chat.delete", url.Values{"channel": {w.tech}, "ts": {m.TS}})
					}
				}
				if !tc.told {
					w.slack.FailEvents("message", 1, fakeslack.Never())
				}
				w.must(w.slack.Delete(w.cleo, w.tech, root.TS))
				w.slack.ClearFaults()
				v.say("two")
				var again fakeslack.Message
				w.until("a new root", func() bool {
					roots := w.roots(w.tech)
					if len(roots) == 0 {
						return false
					}
					again = roots[len(roots)-1]
					return again.TS != root.TS && len(w.linesOf(w.tech, again.TS)) > 0
				})
				w.untilStory(w.tech, again.TS, "one", "two")
				if !stands(again, "The earlier thread of this chat was deleted") {
					t.Error("the new card does not say what became of the earlier thread")
				}
				time.Sleep(time.Hour)
				var roots int
				for _, m := range w.roots(w.tech) {
					if m.Subtype != "tombstone" {
						roots++
					}
				}
				if roots != 1 {
					t.Errorf("%d posts of the app stand in the channel outside of threads", roots)
				}
				w.reply(w.ann, w.tech, again.TS, "hello")
				w.until("the answer", func() bool { return slices.Equal(v.bodies(), []string{"hello"}) })
			})
		})
	}
}

// What doctor advises where a channel cannot be used: the threads move, and who
// goes on writing in an old one learns that nobody reads it.
func TestThreadsMoveWithTheirGroupOutOfAChannelThatTakesNothing(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, _ func()) {
		v := w.visitor()
		v.say("one")
		old := w.root(w.tech, 0)
		w.until("the first line", func() bool { return len(w.linesOf(w.tech, old.TS)) == 1 })
		w.slack.Restrict(w.tech, fakeslack.Announcements)
		v.say("two")
		w.until("it is noticed", func() bool { return !w.open("tech") })
		g, err := w.b.FindGroup(w.ws, "tech")
		w.must(err)
		g.Channel = w.lobby
		_, err = w.b.UpdateGroup(t.Context(), g, bridge.Author{})
		w.must(err)
		root := w.root(w.lobby, 0)
		w.untilStory(w.lobby, root.TS, "one", "two")
		w.reply(w.ann, w.tech, old.TS, "in the old thread")
		w.until("the agent is told", func() bool {
			return slices.ContainsFunc(w.slack.Ephemerals(w.ann), func(e fakeslack.Ephemeral) bool {
				return strings.Contains(e.Text, "goes on in a newer thread")
			})
		})
		w.reply(w.ann, w.lobby, root.TS, "in the new one")
		w.until("the answer", func() bool { return slices.Equal(v.bodies(), []string{"in the new one"}) })
		w.until("nothing is wrong any more", func() bool { return len(w.app.Troubles()) == 0 && w.open("tech") })
	})
}

func TestARefusalThatOnlySoundsLikeALostThreadMakesNoNewOne(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, _ func()) {
		v := w.visitor()
		v.say("one")
		root := w.root(w.tech, 0)
		w.until("the first line", func() bool { return len(w.linesOf(w.tech, root.TS)) == 1 })
		w.slack.Fail("chat.postMessage", 3, fakeslack.Refuse("thread_not_found"))
		v.say("two")
		w.until("the second line", func() bool { return slices.Equal(w.linesOf(w.tech, root.TS), []string{"one", "two"}) })
		if n := len(w.roots(w.tech)); n != 1 {
			t.Errorf("%d roots stand in the channel", n)
		}
	})
}

func TestThreadsFollowAChannelToItsNewID(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, restart func()) {
		v := w.visitor()
		v.say("one")
		root := w.root(w.tech, 0)
		w.until("the first line", func() bool { return len(w.linesOf(w.tech, root.TS)) == 1 })
		w.reply(w.ann, w.tech, root.TS, "before")
		w.until("an answer", func() bool { return slices.Equal(v.bodies(), []string{"before"}) })
		moved, err := w.slack.ChangeChannelID(w.tech)
		w.must(err)
		v.say("two")
		w.until("the line in the same thread", func() bool { return slices.Equal(w.linesOf(moved, root.TS), []string{"one", "two"}) })
		w.reply(w.ann, moved, root.TS, "after")
		want := []string{"before", "after"}
		w.until("the answers", func() bool { return slices.Equal(v.bodies(), want) })
		if got := w.command(w.ann, moved, "/chatgroups open"); !strings.Contains(got, "#1001") {
			t.Errorf("the channel's open conversations are not found: %q", got)
		}
		// Reading the thread again tells nothing twice.
		restart()
		v = w.returning(v.token)
		v.n = 2
		time.Sleep(time.Hour)
		w.until("the answers after a restart", func() bool { return slices.Equal(v.bodies(), want) })
		v.say("three")
		w.until("the third line", func() bool { return slices.Equal(w.linesOf(moved, root.TS), []string{"one", "two", "three"}) })
		if n := len(w.roots(moved)); n != 1 {
			t.Errorf("%d roots stand in the channel", n)
		}
		other := w.visitor()
		other.n = 50
		other.say("new here")
		w.until("a new thread under the new id", func() bool { return len(w.roots(moved)) == 2 })
		if got := w.app.Troubles(); len(got) != 0 {
			t.Errorf("there is trouble: %q", got)
		}
	})
}

func TestAReplyThatIsQuickerThanTheNewsOfANewIDIsNotLost(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, _ func()) {
		v := w.visitor()
		v.say("one")
		root := w.root(w.tech, 0)
		w.until("the first line", func() bool { return len(w.linesOf(w.tech, root.TS)) == 1 })
		w.slack.FailEvents("channel_id_changed", 1, fakeslack.Late(time.Minute))
		moved, err := w.slack.ChangeChannelID(w.tech)
		w.must(err)
		w.reply(w.ann, moved, root.TS, "quick")
		time.Sleep(30 * time.Second)
		if got := v.bodies(); len(got) != 0 {
			t.Errorf("the visitor reads %q before it is known what moved", got)
		}
		time.Sleep(time.Minute)
		w.until("the answer", func() bool { return slices.Equal(v.bodies(), []string{"quick"}) })
	})
}

func TestARenamedChannelChangesNothing(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, _ func()) {
		v := w.visitor()
		v.say("one")
		root := w.root(w.tech, 0)
		w.must(w.slack.Rename(w.cleo, w.tech, "chat-technology"))
		v.say("two")
		w.until("both lines", func() bool { return slices.Equal(w.linesOf(w.tech, root.TS), []string{"one", "two"}) })
		time.Sleep(time.Hour)
		if got := w.app.Troubles(); len(got) != 0 || !w.open("tech") {
			t.Errorf("there is trouble: %q", got)
		}
	})
}

func TestACardMentionsNobodyWhoCannotBeReached(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, _ func()) {
		w.must(w.slack.DisableUserGroup(w.cleo, w.techGroup))
		w.until("it is noticed", func() bool { return len(w.app.Troubles()) == 1 })
		v := w.visitor()
		v.say("one")
		root := w.root(w.tech, 0)
		if strings.Contains(root.Text, "subteam") || strings.Contains(string(root.Blocks), "subteam") {
			t.Errorf("the card mentions a user group that is disabled: %s", root.Text)
		}
		if !stands(root, "the user group @tech is disabled") && !stands(root, "The user group @tech is disabled") {
			t.Errorf("the card does not say that nobody was told: %s", root.Blocks)
		}
	})
}
