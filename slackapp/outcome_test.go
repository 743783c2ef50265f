package slackapp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// TestEveryLineStandsOnceWhateverSlackAnswers lets posts fail in every way that
// Slack knows: with effect and without, told and untold.
func TestEveryLineStandsOnceWhateverSlackAnswers(t *testing.T) {
	for name, fault := range map[string]fakeslack.Fault{
		"429 with Retry-After":          fakeslack.RateLimited(time.Second),
		"429 without":                   fakeslack.RateLimitedMute(),
		"503 with a page of HTML":       fakeslack.ServerError(503),
		"an internal error":             fakeslack.Refuse("internal_error"),
		"an error nobody knows":         fakeslack.Refuse("moon_phase_wrong"),
		"half an answer":                fakeslack.Truncated(),
		"posted, and the answer lost":   fakeslack.LostAnswer(),
		"the request lost on the way":   fakeslack.LostRequest(),
		"refused for a passing trouble": fakeslack.Refuse("not_in_channel"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fast)
			w.slack.Fail("chat.postMessage", 1, fault) // the root
			v := w.visitor()
			v.say("one")
			root := w.root(w.tech, 0)
			w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: one")
			w.slack.Fail("chat.postMessage", 1, fault) // a line
			v.say("two")
			v.say("three")
			w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: one", "Visitor 1001 · visitor: two", "Visitor 1001 · visitor: three")
			if n := len(rootsIn(w, w.tech)); n != 1 {
				t.Errorf("%d root cards stand in the channel", n)
			}
		})
	}
}

func rootsIn(w *world, channel string) []fakeslack.Message {
	var roots []fakeslack.Message
	for _, m := range w.slack.Messages(channel) {
		if m.BotID == w.inst.BotID && !m.IsReply() {
			roots = append(roots, m)
		}
	}
	return roots
}

func TestAPostThatWasMadeBeforeACrashIsNotMadeAgain(t *testing.T) {
	o := fast
	o.store = bridgetest.NewMemory()
	w := newWorld(t, o)
	v := w.visitor()
	v.say("one")
	root := w.root(w.tech, 0)
	w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: one")
	// The answer never comes, and the program ends before it has found out.
	w.slack.Fail("chat.postMessage", 1, fakeslack.LostAnswer())
	w.slack.Fail("conversations.replies", 100, fakeslack.ServerError(503))
	w.slack.FailEvents("message", 1, fakeslack.Never())
	v.say("two")
	w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: one", "Visitor 1001 · visitor: two")
	v.Leave()
	w.stop()
	if w.app.Certain() {
		t.Error("the app says that nothing is in doubt")
	}
	w.slack.ClearFaults()
	o.app.BotToken, o.app.AppToken, o.app.APIURL, o.app.Unclean = w.inst.BotToken, w.inst.AppToken, w.apiURL, true
	w.start(o)
	again := w.returning(v.token)
	again.n = v.n
	again.say("three")
	w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: one", "Visitor 1001 · visitor: two", "Visitor 1001 · visitor: three")
}

func TestAThreadThatCannotBeSearchedIsPostedToWithAWarning(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("one")
	root := w.root(w.tech, 0)
	w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: one")
	w.slack.Fail("chat.postMessage", 1, fakeslack.ServerError(500))
	w.slack.Fail("conversations.replies", 100, fakeslack.Refuse("missing_scope"))
	v.say("two")
	w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: one", "Visitor 1001 · visitor: two (sent again, may be a repeat)")
}

func TestABusyChannelHoldsUpNoOther(t *testing.T) {
	o := fast
	o.app.PostsPerSecond, o.app.Burst = 1, 1
	w := newWorld(t, o)
	busy := w.visitor()
	for i := range 20 {
		busy.say(fmt.Sprintf("line %d", i))
	}
	other := w.visitor()
	other.to = "sales"
	other.say("hello Sales")
	root := w.root(w.sales, 0)
	w.waitPosts(w.sales, root.TS, "Visitor 1002 · visitor: hello Sales")
	if posts := w.posts(w.tech, w.root(w.tech, 0).TS); len(posts) > 10 {
		t.Errorf("the busy channel was not busy: %d posts", len(posts))
	}
	// What waited goes together, so that the channel catches up.
	w.wait("every line of the busy channel", func() bool {
		var lines []string
		for _, m := range w.slack.Thread(w.tech, w.root(w.tech, 0).TS)[1:] {
			lines = append(lines, strings.Split(m.Text, "\n")...)
		}
		return len(lines) == 20 && slices.IsSortedFunc(lines, func(a, b string) int { return len(a) - len(b) })
	})
}

func TestAReplyThatIsQuickerThanSlacksAnswerIsNotLost(t *testing.T) {
	w := newWorld(t, fast)
	w.slack.Fail("chat.postMessage", 1, fakeslack.LostAnswer()) // the bridge must search for its root
	v := w.visitor()
	v.say("one")
	root := w.root(w.tech, 0)
	w.reply(w.ann, w.tech, root.TS, "that was quick")
	v.waitBodies("that was quick")
}
