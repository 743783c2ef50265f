package slackapp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// The stories here run in virtual time, against a simulated Slack with its limits:
// minutes of posting take no time, and a second is a second to the nanosecond.

// inVirtualTime tells a story in a workspace that limits as Slack does.
func inVirtualTime(t *testing.T, story func(*testing.T, *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := worldOptions{net: newMemNet()}
		o.app.Settle = 10 * time.Second
		story(t, newWorld(t, o))
	})
}

// until waits for up to an hour of virtual time.
func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	for range 36_000 {
		synctest.Wait()
		if ok() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.t.Fatalf("in vain: %s", what)
}

// postings are the calls of chat.postMessage into a channel that were answered ok.
func (w *world) postings(channel string) []fakeslack.Request {
	var made []fakeslack.Request
	for _, r := range w.slack.Requests("chat.postMessage") {
		if r.Args["channel"] == channel && r.Status == 200 && r.Error == "" {
			made = append(made, r)
		}
	}
	return made
}

func (w *world) limited(method string) int {
	n := 0
	for _, r := range w.slack.Requests(method) {
		if r.Status == 429 {
			n++
		}
	}
	return n
}

// linesOf are what the app posted in a thread, merged posts taken apart.
func (w *world) linesOf(channel, root string) []string {
	var lines []string
	for _, m := range w.slack.Thread(channel, root) {
		if m.BotID == w.inst.BotID && m.IsReply() {
			lines = append(lines, strings.Split(m.Text, "\n")...)
		}
	}
	return lines
}

// roots are the root cards in a channel.
func (w *world) roots(channel string) []fakeslack.Message { return rootsIn(w, channel) }

func TestAChannelGetsAboutOnePostASecondInTurnsAndInOrder(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		const visitors, lines = 4, 60
		var want []string
		for i := range lines {
			want = append(want, fmt.Sprint("line ", i))
		}
		var all []*tab
		for range visitors {
			all = append(all, w.visitor())
		}
		for _, line := range want {
			for _, v := range all {
				v.say(line)
			}
			time.Sleep(500 * time.Millisecond)
		}
		w.until("every line stands", func() bool {
			n := 0
			for _, root := range w.roots(w.tech) {
				n += len(w.linesOf(w.tech, root.TS))
			}
			return n >= visitors*lines
		})
		for _, root := range w.roots(w.tech) {
			if got := w.linesOf(w.tech, root.TS); !slices.Equal(got, want) {
				t.Errorf("in a thread stands\n%q", got)
			}
		}
		if n := w.limited("chat.postMessage"); n != 0 {
			t.Errorf("Slack had to refuse %d posts", n)
		}
		made := w.postings(w.tech)
		took := made[len(made)-1].At.Sub(made[0].At)
		if most := int(took.Seconds()) + 3; len(made) > most || len(made) < most-3 {
			t.Errorf("%d posts in %s", len(made), took)
		}
		// Once all threads are behind, no thread gets a second turn before each
		// other one had its own.
		turns := map[string]int{}
		for _, r := range made[len(made)-5*visitors : len(made)-visitors] {
			turns[r.Args["thread_ts"]]++
		}
		for ts, n := range turns {
			if n < 3 || n > 5 {
				t.Errorf("thread %s had %d of %d turns", ts, n, 4*visitors)
			}
		}
		// Two lines come a second for each visitor and one post goes out: what
		// waits goes together, so the delay does not grow with the lines.
		if len(made) > visitors*lines/2 {
			t.Errorf("%d posts for %d lines: nothing was merged", len(made), visitors*lines)
		}
	})
}

func TestRetryAfterIsHonouredToTheSecondAndOtherChannelsDoNotWait(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v := w.visitor()
		v.say("one")
		w.until("the first line", func() bool { return len(w.postings(w.tech)) == 2 })
		time.Sleep(10 * time.Second)
		w.slack.Fail("chat.postMessage", 1, fakeslack.RateLimited(37*time.Second))
		v.say("two")
		synctest.Wait()
		asked := time.Now()
		other := w.visitor()
		other.to = "sales"
		other.say("hello Sales")
		synctest.Wait()
		if n := len(w.postings(w.sales)); n != 2 {
			t.Errorf("the other channel has %d posts, want the root and the line at once", n)
		}
		w.until("the second line", func() bool { return len(w.postings(w.tech)) == 3 })
		if waited := w.postings(w.tech)[2].At.Sub(asked); waited < 37*time.Second || waited > 38*time.Second {
			t.Errorf("tried again after %s", waited)
		}
	})
}

func TestCardsAreUpdatedAtMost45TimesAMinuteAndShowTheLastState(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		const conversations = 30
		ctx := t.Context()
		var ids []bridge.ConversationID
		for range conversations {
			ids = append(ids, w.visitor().say("hello").Conversation)
		}
		w.until("every line", func() bool { return len(w.postings(w.tech)) == 2*conversations })
		start := time.Now()
		for range 3 { // what changes the card alone uses its budget up
			for _, agent := range []string{w.ann, w.tom} {
				for _, id := range ids {
					if err := w.b.Claim(ctx, id, "tech", bridge.Author{Agent: bridge.AgentID(agent)}); err != nil {
						t.Fatal(err)
					}
				}
			}
			time.Sleep(7 * time.Second)
		}
		for _, id := range ids { // this has a line too, which does not wait for the card
			if err := w.b.Close(ctx, id, bridge.Author{Agent: bridge.AgentID(w.ann)}); err != nil {
				t.Fatal(err)
			}
		}
		w.until("every card shows that it is closed", func() bool {
			return !slices.ContainsFunc(w.roots(w.tech), func(m fakeslack.Message) bool { return !stands(m, "Closed") })
		})
		time.Sleep(5 * time.Minute) // nothing later takes it back
		synctest.Wait()
		for _, m := range w.roots(w.tech) {
			if !stands(m, "Closed") {
				t.Errorf("a card shows\n%s", unescaped(m))
			}
		}
		if n := len(w.roots(w.tech)); n != conversations {
			t.Errorf("%d root cards for %d conversations", n, conversations)
		}
		updates := w.slack.Requests("chat.update")
		for i, first := range updates {
			n := 0
			for _, r := range updates[i:] {
				if r.At.Sub(first.At) < time.Minute {
					n++
				}
			}
			if n > 45 {
				t.Fatalf("%d updates in the minute from %s", n, first.At.Sub(start))
			}
		}
		if n := w.limited("chat.update"); n != 0 {
			t.Errorf("Slack had to refuse %d updates", n)
		}
	})
}

func TestAnArchivedChannelKeepsItsQueueAndGoesOnWhenItIsBack(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, second := w.visitor(), w.visitor()
		v.say("one")
		second.say("another's")
		w.until("both lines", func() bool { return len(w.postings(w.tech)) == 4 })
		root := w.root(w.tech, 0)
		if err := w.slack.Archive(w.cleo, w.tech); err != nil {
			t.Fatal(err)
		}
		v.say("two")
		second.say("another's second")
		time.Sleep(time.Hour)
		v.say("three")
		time.Sleep(time.Minute)
		if got := w.command(w.cleo, w.lobby, "/chatgroups doctor"); !strings.Contains(got, "posts in <#"+w.tech+">*: 2 threads wait since") || !strings.Contains(got, "Unarchive it") {
			t.Errorf("doctor says\n%s", got)
		}
		if n := len(w.slack.Requests("chat.postMessage")); n > 4+30 {
			t.Errorf("asked %d times in an hour", n-4)
		}
		if err := w.slack.Unarchive(w.cleo, w.tech); err != nil {
			t.Fatal(err)
		}
		back := time.Now()
		w.until("all that waited", func() bool { return len(w.linesOf(w.tech, root.TS)) == 3 })
		if waited := time.Since(back); waited > 5*time.Minute+10*time.Second {
			t.Errorf("it took %s", waited)
		}
		if got, want := w.linesOf(w.tech, root.TS), []string{"one", "two", "three"}; !slices.Equal(got, want) {
			t.Errorf("in the thread stands %q, want %q", got, want)
		}
		w.until("the other thread", func() bool { return len(w.linesOf(w.tech, w.root(w.tech, 1).TS)) == 2 })
		if got := w.command(w.cleo, w.lobby, "/chatgroups doctor"); strings.Contains(got, "waiting since") {
			t.Errorf("doctor still says\n%s", got)
		}
	})
}

// TestAGroupThatGetsAnotherChannelTakesItsWaitingThreadsThere is what doctor tells
// an admin to do about an archived channel.
func TestAGroupThatGetsAnotherChannelTakesItsWaitingThreadsThere(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v := w.visitor()
		v.say("one")
		if err := w.slack.Archive(w.cleo, w.tech); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		g, err := w.b.FindGroup(w.ws, "tech")
		if err != nil {
			t.Fatal(err)
		}
		g.Channel = w.lobby
		if _, err := w.b.UpdateGroup(t.Context(), g, bridge.Author{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if n := len(w.postings(w.lobby)); n != 2 {
			t.Errorf("%d posts in the new channel, want the root and the line", n)
		}
	})
}

func TestAStopFinishesThePostUnderWayAndBeginsNoOther(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v := w.visitor()
		v.say("one")
		w.until("the first line", func() bool { return len(w.postings(w.tech)) == 2 })
		time.Sleep(10 * time.Second)
		w.slack.Fail("chat.postMessage", 1, fakeslack.Slow(5*time.Second))
		v.say("two")
		synctest.Wait()
		v.say("three")
		v.Leave()
		w.stop()
		if !w.app.Certain() {
			t.Error("a post is in doubt")
		}
		if got := w.linesOf(w.tech, w.root(w.tech, 0).TS); !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("in the thread stands %q", got)
		}
	})
}
