package bridge_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// A beginning that was interrupted leaves nothing that anybody sees, and nothing
// that is in the way of the next attempt.
func TestABeginningThatWasInterrupted(t *testing.T) {
	for _, kind := range []bridge.Kind{bridge.KindOpened, bridge.KindMessage} {
		interrupted := func(t *testing.T) (*world, *faulty, *tab) {
			store := newFaulty()
			w := newWorldOver(t, store)
			tab := w.enter("")
			store.failAppending(kind)
			if _, err := tab.try("m", "hello", to("sales")); err == nil {
				t.Fatal("no error")
			}
			store.failAppending("")
			return w, store, tab
		}
		nobodySees := func(t *testing.T, w *world) {
			t.Helper()
			if waiting := w.desk.waiting(); waiting != nil {
				t.Errorf("the desk was told of %v", waiting)
			}
			open, err := w.bridge.OpenConversations(w.ctx, team)
			w.must(err)
			w.equal(len(open), 0)
			_, err = w.bridge.ByNumber(w.ctx, team, 1001)
			w.refused(err, bridge.CodeNotFound)
			if n := w.records(bridge.ActiveRecords); n != 0 {
				t.Errorf("%d conversations are active", n)
			}
		}
		t.Run("before the "+string(kind), func(t *testing.T) {
			w, _, tab := interrupted(t)
			nobodySees(t, w)
			w.equal(tab.sees(), []string(nil))
			w.start()
			nobodySees(t, w)
			tab.reconnect()
			w.equal(tab.standing.Conversation, bridge.ConversationID(""))
			r := tab.send("m", "hello", to("sales"))
			w.equal(tab.sees(), []string{"visitor: hello"})
			w.sound(r.Conversation)
			v := w.conversation(r.Conversation)
			found, err := w.bridge.ByNumber(w.ctx, team, v.Opening.Number)
			w.must(err)
			w.equal(found.ID, r.Conversation)
			if v.Opening.Number != 1001 {
				_, err := w.bridge.ByNumber(w.ctx, team, 1001)
				w.refused(err, bridge.CodeNotFound)
			}
			w.desk.drain()
			w.equal((&chat{w, tab, r.Conversation}).thread("sales").lines(), []string{"visitor: hello"})
		})
		t.Run("before the "+string(kind)+", and the group is deleted", func(t *testing.T) {
			w, _, tab := interrupted(t)
			w.openGeneral()
			_, err := w.bridge.DeleteGroup(w.ctx, team, "sales", ann)
			w.must(err)
			r, err := tab.try("m", "hello", to("sales"))
			if kind == bridge.KindOpened {
				w.refused(err, bridge.CodeForbidden)
				return
			}
			w.must(err)
			w.equal(w.conversation(r.Conversation).With, []bridge.GroupID{"general"})
		})
		t.Run("before the "+string(kind)+" of a second conversation", func(t *testing.T) {
			store := newFaulty()
			w := newWorldOver(t, store)
			c := w.chat("sales")
			w.must(w.bridge.Close(w.ctx, c.id, ann))
			w.desk.drain()
			w.clock.pass(48 * time.Hour)
			store.failAppending(kind)
			if _, err := c.tab.try("m", "again", to("tech")); err == nil {
				t.Fatal("no error")
			}
			store.failAppending("")
			w.start()
			c.tab.reconnect()
			w.equal(c.tab.standing.Conversation, c.id) // still the one the visitor is in
			w.equal(c.tab.sees(), []string{"visitor: hello", "closed"})
			w.must(w.bridge.Reopen(w.ctx, c.id, ann))
			if r := c.tab.send("m", "again", to("tech")); r.Conversation != c.id {
				t.Error("reopened, and the visitor's message is elsewhere")
			}
		})
	}
}

// While a conversation begins, an agent reopens the one before: it is too late.
func TestReopenIsTooLateOnceAnotherBegins(t *testing.T) {
	for range 20 {
		store := newFaulty()
		w := newWorldOver(t, store)
		c := w.chat("sales")
		w.must(w.bridge.Close(w.ctx, c.id, ann))
		w.clock.pass(48 * time.Hour)
		reopened := make(chan error, 1)
		begun := false
		store.onWrite = func() { // the first writes of a beginning come at once
			store.mu.Lock()
			first := !begun
			begun = true
			store.mu.Unlock()
			if first {
				go func() { reopened <- w.bridge.Reopen(w.ctx, c.id, ann) }()
			}
			for range 10 {
				runtime.Gosched()
			}
		}
		c.tab.send("m", "again", to("tech"))
		w.refused(<-reopened, bridge.CodeConflict)
	}
}

// Two bridges over one store, as when a lease has just moved: each finds that the
// log has moved on, and looks again.
func TestTwoBridgesOverOneStore(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	here := w.bridge
	there, err := bridge.New(w.ctx, w.store, w.desk, w.cfg)
	w.must(err)
	ref := c.conversation(c.id).Threads["sales"]
	from := func(b *bridge.Bridge, id bridge.EntryID, body string) {
		t.Helper()
		w.taken(b.FromDesk(w.ctx, key(c.id, "sales"), ref, bridge.DeskMessage{ID: id, By: ann, Body: body}))
	}
	from(there, "a", "one")
	from(here, "b", "two")
	from(there, "c", "three")
	from(here, "a", "one")
	c.tab.send("m", "four")
	from(there, "d", "five")
	w.equal(c.tab.sees(), []string{"visitor: hello", "Ann claimed", "Ann: one", "Ann: two", "Ann: three", "visitor: four", "Ann: five"})
	w.sound(c.id)
	w.must(there.Close(w.ctx, c.id, ann))
	w.refused(here.Close(w.ctx, c.id, ann), bridge.CodeClosed)

	// Both number conversations.
	first := w.chat("tech")
	w.bridge = there
	second := w.chat("tech")
	w.equal([]int{w.conversation(first.id).Opening.Number, w.conversation(second.id).Opening.Number}, []int{1002, 1003})
}
