package slackapp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// TestAPostInDoubtWaitsForADeadTokenToBeMended: nothing can be posted either, so
// there is no reason to give up searching.
func TestAPostInDoubtWaitsForADeadTokenToBeMended(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		w.slack.FailEvents("message", 1, fakeslack.Never())
		w.slack.Fail("chat.postMessage", 1, fakeslack.LostAnswer())
		w.slack.Fail("chat.postMessage", -1, fakeslack.Refuse("token_revoked"))
		w.slack.Fail("conversations.replies", -1, fakeslack.Refuse("token_revoked"))
		v.say("two")
		time.Sleep(time.Hour)
		w.slack.ClearFaults()
		time.Sleep(6 * time.Minute)
		w.standsOnce(t, root, "one", "two")
	})
}

func TestAThreadThatCannotBeReadForTenMinutesIsPostedToWithAWarning(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		w.slack.Fail("chat.postMessage", 1, fakeslack.LostRequest())
		w.slack.Fail("conversations.replies", -1, fakeslack.ServerError(503))
		v.say("two")
		lost := time.Now()
		w.until("it is posted again", func() bool { return len(w.linesOf(w.tech, root)) == 2 })
		if waited := time.Since(lost); waited < 10*time.Minute || waited > 11*time.Minute {
			t.Errorf("after %s", waited)
		}
		w.standsOnce(t, root, "one", "two (sent again, may be a repeat)")
		if n := len(w.reads(t, "conversations.replies")); n > 40 {
			t.Errorf("the thread was read %d times meanwhile", n)
		}
	})
}

func TestAPostThatIsLostAgainAndAgainIsMadeEverMoreSeldom(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		before := len(w.slack.Requests("chat.postMessage"))
		w.slack.Fail("chat.postMessage", 4, fakeslack.LostRequest())
		v.say("two")
		w.until("it stands", func() bool { return len(w.linesOf(w.tech, root)) == 2 })
		made := w.slack.Requests("chat.postMessage")[before:]
		if len(made) != 5 {
			t.Fatalf("%d attempts", len(made))
		}
		for i := range made[1:] {
			waited, least := made[i+1].At.Sub(made[i].At), 20*time.Second<<i
			if waited < least || waited > least+5*time.Second {
				t.Errorf("attempt %d came %s after the one before, want about %s", i+2, waited, least)
			}
		}
		w.standsOnce(t, root, "one", "two")
	})
}

// TestARootIsSearchedForWhereItCanBe: not among all that was written since it was
// due, which may be too much to read.
func TestARootIsSearchedForWhereItCanBe(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		w.slack.Fail("chat.postMessage", 1, fakeslack.RateLimited(time.Hour))
		w.visitor().say("one")
		for i := range 1200 {
			if _, err := w.slack.Say(w.ann, w.tech, fmt.Sprint("by the way, ", i)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		w.slack.Fail("chat.postMessage", 1, fakeslack.LostRequest())
		time.Sleep(41 * time.Minute)
		w.until("the root", func() bool { return len(w.roots(w.tech)) == 1 })
		if root := w.roots(w.tech)[0]; strings.Contains(root.Text, "repeat") {
			t.Errorf("the root says %q", root.Text)
		}
	})
}

// TestAThreadInDoubtDelaysNoOther: its searches do not even answer.
func TestAThreadInDoubtDelaysNoOther(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, _ := w.quietThread()
		w.slack.FailEvents("message", 1, fakeslack.Never())
		w.slack.Fail("chat.postMessage", 1, fakeslack.LostAnswer())
		w.slack.Fail("conversations.replies", -1, fakeslack.Slow(time.Minute))
		v.say("two")
		time.Sleep(2 * time.Second)
		other := w.visitor()
		for i := range 20 {
			other.say(fmt.Sprint("line ", i))
			time.Sleep(3 * time.Second)
		}
		synctest.Wait()
		second := w.root(w.tech, 1).TS
		if n := len(w.linesOf(w.tech, second)); n < 19 {
			t.Errorf("%d of 20 lines stand after a minute", n)
		}
		w.slack.ClearFaults()
		w.until("both threads", func() bool {
			return slices.Equal(w.linesOf(w.tech, w.root(w.tech, 0).TS), []string{"one", "two"}) && len(w.linesOf(w.tech, second)) == 20
		})
	})
}

func TestAThreadThatShowsAllIsForgotten(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		for range 20 {
			w.visitor().say("hello")
		}
		w.until("every line", func() bool { return len(w.postings(w.tech)) == 40 })
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := w.app.Remembered(); n != 0 {
			t.Errorf("%d threads are kept in memory", n)
		}
	})
}
