package slackapp_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// postsBefore is how many posts went into a channel from a time on, before the
// first line of the last thread there.
func (w *world) postsBefore(channel string, from time.Time, lines int) int {
	w.t.Helper()
	var last string
	w.until("the newcomer's lines", func() bool {
		roots := w.roots(channel)
		last = roots[len(roots)-1].TS
		return len(w.linesOf(channel, last)) >= lines
	})
	n := 0
	for _, r := range w.postings(channel) {
		if r.Args["thread_ts"] == last {
			return n
		}
		if !r.At.Before(from) && r.Args["thread_ts"] != "" {
			n++
		}
	}
	w.t.Fatal("the newcomer's line was not posted")
	return n
}

// TestAVisitorWithFiveHundredLinesDelaysNobody: between a newcomer's word and the
// moment it stands in Slack come at most one post of anybody else who writes, and
// the post under way.
func TestAVisitorWithFiveHundredLinesDelaysNobody(t *testing.T) {
	for _, chatty := range []int{1, 5} {
		t.Run(fmt.Sprint(chatty), func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, w *world) {
				for range chatty {
					v := w.visitor()
					for i := range 500 {
						v.say(fmt.Sprint("line ", i))
					}
				}
				w.until("the chatty are served", func() bool { return len(w.postings(w.tech)) >= 3*chatty })
				from := time.Now()
				w.visitor().say("just one question")
				if n := w.postsBefore(w.tech, from, 1); n > chatty+1 {
					t.Errorf("%d posts of %d others came first", n, chatty)
				}
				for _, root := range w.roots(w.tech)[:chatty] {
					w.until("the chatty lines", func() bool { return len(w.linesOf(w.tech, root.TS)) == 500 })
				}
				if made := len(w.postings(w.tech)); made > 16*chatty+2 {
					t.Errorf("%d posts for %d times 500 lines: too little was merged", made, chatty)
				}
			})
		})
	}
}

// TestAPauseThatSlackAsksForCostsNoThreadItsTurn: the thread whose post was refused
// is the first after the pause, and one post at a time goes out after it.
func TestAPauseThatSlackAsksForCostsNoThreadItsTurn(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		first, _ := w.quietThread()
		second := w.visitor()
		second.say("another's")
		w.until("both lines", func() bool { return len(w.postings(w.tech)) == 4 })
		time.Sleep(10 * time.Second)
		first.say("two")
		synctest.Wait()
		first.say("three")
		synctest.Wait()
		w.slack.Fail("chat.postMessage", 1, fakeslack.RateLimited(30*time.Second))
		first.say("refused at first") // and until then waits for the budget
		synctest.Wait()
		second.say("later")
		time.Sleep(10 * time.Second)
		first.say("and more")
		w.until("all lines", func() bool { return len(w.postings(w.tech)) >= 8 })
		time.Sleep(10 * time.Second)
		after := w.postings(w.tech)[6:]
		if after[0].Args["thread_ts"] != w.root(w.tech, 0).TS {
			t.Errorf("first came %q", after[0].Args["text"])
		}
		for i, r := range after[1:] {
			if d := r.At.Sub(after[i].At); d < time.Second {
				t.Errorf("%s between two posts after the pause", d)
			}
		}
	})
}

// TestSlackThatNeverSaysHowLongIsAskedEverMoreSeldom: a 429 without Retry-After.
func TestSlackThatNeverSaysHowLongIsAskedEverMoreSeldom(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		before := len(w.slack.Requests("chat.postMessage"))
		w.slack.Fail("chat.postMessage", -1, fakeslack.RateLimitedMute())
		v.say("two")
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n := len(w.slack.Requests("chat.postMessage")) - before; n > 25 {
			t.Errorf("asked %d times in ten minutes", n)
		}
		w.slack.ClearFaults()
		back := time.Now()
		w.until("the line", func() bool { return len(w.linesOf(w.tech, root)) == 2 })
		if d := time.Since(back); d > 31*time.Second {
			t.Errorf("it took %s after Slack was well again", d)
		}
	})
}
