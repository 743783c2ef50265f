package slackapp_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// quietThread is a thread with one line, some time ago.
func (w *world) quietThread() (v *tab, root string) {
	w.t.Helper()
	v = w.visitor()
	v.say("one")
	w.until("the first line", func() bool { return len(w.postings(w.tech)) == 2 })
	time.Sleep(20 * time.Second)
	return v, w.root(w.tech, 0).TS
}

func (w *world) reads(t *testing.T, method string) []time.Time {
	t.Helper()
	var at []time.Time
	for _, r := range w.slack.Requests(method) {
		if r.Args["include_all_metadata"] == "true" || r.Args["include_all_metadata"] == "1" {
			at = append(at, r.At)
		}
	}
	return at
}

func (w *world) standsOnce(t *testing.T, root string, want ...string) {
	t.Helper()
	time.Sleep(5 * time.Minute)
	synctest.Wait()
	if got := w.linesOf(w.tech, root); !slices.Equal(got, want) {
		t.Errorf("in the thread stands %q, want %q", got, want)
	}
}

func TestAPostInDoubtIsSettledByItsEchoAlone(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		// The answer is late beyond patience; the echo comes at once, while the
		// post is still under way.
		w.slack.Fail("conversations.replies", -1, fakeslack.Refuse("ratelimited"))
		w.slack.Fail("chat.postMessage", 1, fakeslack.Slow(20*time.Second))
		v.say("two")
		v.say("three")
		w.standsOnce(t, root, "one", "two", "three")
		if n := len(w.reads(t, "conversations.replies")); n != 0 {
			t.Errorf("the thread was searched %d times", n)
		}
	})
}

// TestALateEchoOfAnEarlierPostSettlesNothing: taken for the one in doubt, it would
// end the doubt, and the post would be made twice.
func TestALateEchoOfAnEarlierPostSettlesNothing(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		w.slack.FailEvents("message", 1, fakeslack.Late(3*time.Second))
		v.say("two")
		w.until("the second line", func() bool { return len(w.linesOf(w.tech, root)) == 2 })
		w.slack.FailEvents("message", 1, fakeslack.Never())
		w.slack.Fail("chat.postMessage", 1, fakeslack.LostAnswer())
		w.slack.Fail("conversations.replies", 5, fakeslack.ServerError(503))
		v.say("three")
		w.standsOnce(t, root, "one", "two", "three")
	})
}

func TestAPostInDoubtIsSettledBySearch(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		w.slack.FailEvents("message", 1, fakeslack.Never())
		w.slack.Fail("chat.postMessage", 1, fakeslack.LostAnswer())
		v.say("two")
		v.say("three")
		w.standsOnce(t, root, "one", "two", "three")
		if n := len(w.reads(t, "conversations.replies")); n != 1 {
			t.Errorf("the thread was searched %d times, want once", n)
		}
	})
}

// TestAPostInDoubtIsMadeAgainAfterTwoReadingsWellApart: a first reading comes soon,
// since mostly the post is there. It does not count where it finds nothing.
func TestAPostInDoubtIsMadeAgainAfterTwoReadingsWellApart(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		w.slack.Fail("chat.postMessage", 1, fakeslack.LostRequest())
		lost := time.Now()
		v.say("two")
		w.standsOnce(t, root, "one", "two")
		reads := w.reads(t, "conversations.replies")
		if len(reads) != 3 || reads[0].Sub(lost) > 2*time.Second || reads[1].Sub(lost) < 10*time.Second || reads[2].Sub(reads[1]) < 10*time.Second {
			t.Fatalf("lost at %v, read at %v", lost, reads)
		}
		made := w.slack.Requests("chat.postMessage")
		if again := made[len(made)-1].At; again.Before(reads[2]) {
			t.Error("posted again before the last reading")
		}
	})
}

func TestARootInDoubtIsFoundInTheChannel(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		w.slack.FailEvents("message", 1, fakeslack.Never())
		w.slack.Fail("chat.postMessage", 1, fakeslack.LostAnswer())
		v := w.visitor()
		v.say("one")
		root := w.root(w.tech, 0).TS
		w.standsOnce(t, root, "one")
		if n := len(w.roots(w.tech)); n != 1 {
			t.Errorf("%d root cards", n)
		}
		if n := len(w.reads(t, "conversations.history")); n != 1 {
			t.Errorf("the channel was searched %d times, want once", n)
		}
	})
}

func TestARootThatCannotBeSearchedForSaysThatItMayBeARepeat(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		w.slack.Fail("chat.postMessage", 1, fakeslack.LostRequest())
		w.slack.Fail("conversations.history", -1, fakeslack.Refuse("missing_scope"))
		w.visitor().say("one")
		if root := w.root(w.tech, 0); !strings.Contains(root.Text, "may be a repeat") {
			t.Errorf("the root says %q", root.Text)
		}
	})
}

// blackout lets every event of a message get lost until it is ended.
func (w *world) blackout() (end func()) {
	w.slack.FailEvents("message", -1, fakeslack.Never())
	return w.slack.ClearFaults
}

func TestWhatWasMissedInAGapComesBeforeWhatIsSaidAfter(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		end := w.blackout()
		w.reply(w.ann, w.tech, root, "missed one")
		time.Sleep(time.Second)
		w.reply(w.tom, w.tech, root, "missed two")
		time.Sleep(time.Second)
		end()
		w.slack.DropSockets(true)
		w.until("connected again", func() bool { return w.slack.Sockets() > 0 })
		w.reply(w.ann, w.tech, root, "live")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got, want := v.bodies(), []string{"missed one", "missed two", "live"}; !slices.Equal(got, want) {
			t.Errorf("the visitor reads %q, want %q", got, want)
		}
	})
}

// TestALateEventDoesNotHideWhatWasMissedAfterIt: reading up to a message that
// Slack repeats is not reading the thread.
func TestALateEventDoesNotHideWhatWasMissedAfterIt(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		w.slack.Fail("conversations.replies", 1, fakeslack.ServerError(503)) // the sweep fails
		w.slack.FailEvents("message", 1, fakeslack.Late(20*time.Second))
		w.reply(w.ann, w.tech, root, "first")
		w.slack.FailEvents("message", 1, fakeslack.Never())
		w.reply(w.ann, w.tech, root, "second")
		w.slack.DropSockets(true)
		time.Sleep(21 * time.Second)
		w.reply(w.ann, w.tech, root, "third")
		time.Sleep(time.Minute)
		synctest.Wait()
		if got, want := v.bodies(), []string{"first", "second", "third"}; !slices.Equal(got, want) {
			t.Errorf("the visitor reads %q, want %q", got, want)
		}
	})
}

func TestThreadsAreReadEveryFiveMinutesWhateverTheSocketsSay(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		defer w.blackout()()
		w.reply(w.ann, w.tech, root, "unheard")
		time.Sleep(5*time.Minute + 5*time.Second)
		synctest.Wait()
		if got := v.bodies(); !slices.Equal(got, []string{"unheard"}) {
			t.Errorf("the visitor reads %q", got)
		}
	})
}

func TestAgentsAreToldOnceHoweverOftenAThreadIsRead(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		_, root := w.quietThread()
		if _, err := w.slack.Say(w.ann, w.tech, "see this", fakeslack.InThread(root), fakeslack.Attach(fakeslack.File{Name: "setup.exe"})); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		n := 0
		for _, e := range w.slack.Ephemerals(w.ann) {
			if strings.Contains(e.Text, "The visitor does not get it") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("told %d times", n)
		}
	})
}

// TestANoteIsOneByItsBlocksToo: the text beside blocks is a summary that a client
// writes, and may lack the mark.
func TestANoteIsOneByItsBlocksToo(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		blocks := `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"// he is angry"}]}]}]`
		if _, err := w.slack.Say(w.ann, w.tech, "a message", fakeslack.InThread(root), fakeslack.Blocks([]byte(blocks))); err != nil {
			t.Fatal(err)
		}
		w.reply(w.ann, w.tech, root, "Hello")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got := v.bodies(); !slices.Equal(got, []string{"Hello"}) {
			t.Errorf("the visitor reads %q", got)
		}
	})
}
