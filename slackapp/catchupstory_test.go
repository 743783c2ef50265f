package slackapp_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// manyThreads are conversations of visitors with Tech, each with one line there.
func (w *world) manyThreads(n int) (visitors []*tab, roots []string) {
	w.t.Helper()
	for i := range n {
		v := w.visitor()
		v.say(fmt.Sprintf("Hello from %d.", i))
		visitors = append(visitors, v)
	}
	roots = make([]string, n)
	w.until("all lines", func() bool {
		lines := 0
		for _, m := range w.slack.Messages(w.tech) {
			if i := -1; m.BotID == w.inst.BotID && m.IsReply() {
				_, err := fmt.Sscanf(m.Text, "Hello from %d.", &i)
				w.ok(err)
				roots[i] = m.ThreadTS
				lines++
			}
		}
		return lines == n
	})
	time.Sleep(6 * time.Minute) // each was read whole once
	synctest.Wait()
	return visitors, roots
}

func TestAfterAGapOnlyThreadsThatWentOnAreRead(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		const threads = 60
		visitors, roots := w.manyThreads(threads)
		end := w.blackout()
		for _, i := range []int{0, 17, threads - 1} {
			w.reply(w.ann, w.tech, roots[i], "missed")
		}
		time.Sleep(time.Second)
		end()
		replies, history := len(w.slack.Requests("conversations.replies")), len(w.slack.Requests("conversations.history"))
		w.reconnect()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		for i, v := range visitors {
			want := 0
			if i == 0 || i == 17 || i == threads-1 {
				want = 1
			}
			if got := v.bodies(); len(got) != want {
				t.Errorf("visitor %d reads %q", i, got)
			}
		}
		if n := len(w.slack.Requests("conversations.replies")) - replies; n != 3 {
			t.Errorf("%d threads were read, and three went on", n)
		}
		if n := len(w.slack.Requests("conversations.history")) - history; n != 1 {
			t.Errorf("the channel was looked at %d times", n)
		}
	})
}

// TestGapsOneAfterTheOtherStayWithinSlacksLimits: a connection that breaks every 90
// seconds must not use the readings up, so that answers wait.
func TestGapsOneAfterTheOtherStayWithinSlacksLimits(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		const threads = 120
		visitors, roots := w.manyThreads(threads)
		replies := len(w.slack.Requests("conversations.replies"))
		begun := time.Now()
		for i := range 10 {
			end := w.blackout()
			w.reply(w.ann, w.tech, roots[i], "missed")
			time.Sleep(time.Second)
			end()
			w.reconnect()
			w.reply(w.ann, w.tech, roots[threads-1-i], "live")
			time.Sleep(15 * time.Second)
			synctest.Wait()
			for _, v := range []*tab{visitors[i], visitors[threads-1-i]} {
				if got := v.bodies(); len(got) != 1 {
					t.Errorf("after gap %d a visitor reads %q", i, got)
				}
			}
			time.Sleep(75 * time.Second)
		}
		minutes := time.Since(begun).Minutes()
		if n := len(w.slack.Requests("conversations.replies")) - replies; float64(n) > 50*minutes {
			t.Errorf("%d threads were read in %.0f minutes; Slack allows 50 a minute", n, minutes)
		}
	})
}

func TestWhatWasEditedInAGapIsFoundByTheNextRound(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		visitors, roots := w.manyThreads(3)
		ts := w.reply(w.ann, w.tech, roots[1], "mumble")
		w.until("the answer", func() bool { return len(visitors[1].bodies()) == 1 })
		end := w.blackout()
		w.ok(w.slack.Edit(w.ann, w.tech, ts, "hello"))
		time.Sleep(time.Second)
		end()
		w.reconnect()
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		if got := visitors[1].reading(); len(got) != 1 || got[0] != "hello" {
			t.Errorf("the visitor reads %q", got)
		}
	})
}
