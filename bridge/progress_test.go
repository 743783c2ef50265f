package bridge_test

import (
	"testing"
	"testing/synctest"

	"github.com/chatgroups/chatgroups/bridge"
)

// progress reads, and returns how far the visitor's lines have come where that may
// have changed.
func (t *tab) progress() (p bridge.Progress, changed bool) {
	t.Helper()
	t.read()
	p, changed, err := t.visit.Progress(t.ctx)
	t.must(err)
	return p, changed
}

func TestHowFarAVisitorsLinesHaveCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.end()
		tab := w.enter("")
		id := tab.send("m1", "one", to("sales")).Conversation
		comes := func(what string, want bridge.Progress) {
			t.Helper()
			if got, changed := tab.progress(); got != want || !changed {
				t.Errorf("%s: it is %+v (%v), want %+v", what, got, changed, want)
			}
		}
		comes("begun", bridge.Progress{})
		tab.send("m2", "two")
		if p, changed := tab.progress(); changed {
			t.Errorf("by the visitor's own line it became %+v", p)
		}
		w.desk.drain()
		comes("posted", bridge.Progress{Delivered: 2})

		c := &chat{w, tab, id}
		w.must(w.bridge.Invite(w.ctx, id, "tech", ann, "")) // line 3
		tab.send("m3", "three")
		// Nothing of line 4 stands in a thread yet, so nobody has seen it there.
		w.must(c.note(bob, "sales", "what is this?"))
		comes("noted", bridge.Progress{Delivered: 2, Seen: 2})
		w.desk.drain()
		comes("posted", bridge.Progress{Delivered: 4, Seen: 2})
		w.must(w.bridge.Claim(w.ctx, id, "tech", ann))
		comes("claimed", bridge.Progress{Delivered: 4, Seen: 4})

		w.restart()
		tab.reconnect()
		comes("after a restart", bridge.Progress{Delivered: 4, Seen: 4})
	})
}

func TestWhatAVisitorHasReadIsKnown(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	other := w.enter(c.tab.token)
	for _, tc := range []struct {
		read, want uint64
		by         *tab
	}{{0, 0, c.tab}, {1, 1, c.tab}, {0, 1, other}, {99, 1, other}} {
		w.must(tc.by.visit.Read(w.ctx, tc.read))
		if got := w.conversation(c.id).Read; got != tc.want {
			t.Errorf("after %d it is %d, want %d", tc.read, got, tc.want)
		}
	}
	w.must(w.enter("").visit.Read(w.ctx, 1)) // of no conversation
}

func TestAFreshMessageBeginsAnotherConversation(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	fresh := func(d *bridge.Draft) { d.Fresh = true }
	_, err := c.tab.try("m2", "anew", to("nowhere"), fresh)
	w.refused(err, bridge.CodeForbidden)
	w.equal(w.conversation(c.id).Closed, false) // what there was goes on

	r := c.tab.send("m2", "anew", to("tech"), fresh)
	if r.Conversation == c.id {
		t.Fatal("it is the same conversation")
	}
	w.equal(w.conversation(c.id).Closed, true)
	w.equal(w.conversation(r.Conversation).With, []bridge.GroupID{"tech"})
	w.equal(c.tab.send("m2", "anew", to("tech"), fresh), r)
	w.equal(c.tab.send("m3", "and").Conversation, r.Conversation)

	// Also within the time in which a message would take a closed one up again.
	w.must(w.bridge.Close(w.ctx, r.Conversation, ann))
	third := c.tab.send("m4", "once more", to("tech"), fresh)
	if third.Conversation == r.Conversation {
		t.Error("the closed conversation was taken up")
	}
	// Answered as the first time, though the conversation is not current any more.
	w.equal(c.tab.send("m2", "anew", to("tech"), fresh), r)
}
