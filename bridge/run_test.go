package bridge_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

func TestRunTakesUpWhatIsOwed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.end()
		tab := w.enter("")
		id := tab.send("m", "hello", to("sales")).Conversation
		w.must(w.bridge.Invite(w.ctx, id, "tech", ann, ""))
		done := w.chat("tech")
		w.must(w.bridge.Close(w.ctx, done.id, ann))
		c := &chat{w, tab, id}
		w.desk.drain()
		tab.send("m2", "hello?")
		w.restart()
		w.equal(w.desk.waiting(), []bridge.GroupID{"sales", "tech"})
		w.desk.drain()
		c.inOrder()
		w.restart()
		if waiting := w.desk.waiting(); waiting != nil {
			t.Errorf("nothing is owed, and the desk was told of %v", waiting)
		}
		w.equal(w.records(bridge.ActiveRecords), 1) // the open one
	})
}

func TestADeletionThatWasInterruptedGoesOn(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			ended := false
			synctest.Test(t, func(t *testing.T) {
				store := newFaulty()
				w := newWorldOver(t, store)
				defer w.end()
				w.openGeneral()
				first, second := w.chat("sales"), w.chat("sales")
				store.plan(n, after, errFault)
				_, err := w.bridge.DeleteGroup(w.ctx, team, "sales", ann)
				ended = !store.hasFailed()
				if ended {
					w.must(err)
				}
				store.heal()
				w.restart()
				if n == 1 && !after { // nothing was done, not even the mark
					_, err := w.bridge.DeleteGroup(w.ctx, team, "sales", ann)
					w.must(err)
				}
				w.equal(w.groups(), []string{"Tech", "General"})
				for _, c := range []*chat{first, second} {
					w.equal(w.conversation(c.id).With, []bridge.GroupID{"general"})
					c.tab.reconnect()
					w.equal(c.tab.sees(), []string{"visitor: hello", "General joined", "Sales left"})
				}
			})
			if ended {
				if n < 6 {
					t.Errorf("the deletion made only %d writes", n-1)
				}
				break
			}
		}
	}
}

func TestADeletionThatFailedGoesOnWhenRepeated(t *testing.T) {
	store := newFaulty()
	w := newWorldOver(t, store)
	w.openGeneral()
	c := w.chat("sales")
	store.plan(3, false, errFault) // after the mark and the copy of its change
	if _, err := w.bridge.DeleteGroup(w.ctx, team, "sales", ann); err == nil {
		t.Fatal("no error")
	}
	store.heal()
	moved, err := w.bridge.DeleteGroup(w.ctx, team, "sales", ann)
	w.must(err)
	w.equal(moved, 1)
	w.equal(w.conversation(c.id).With, []bridge.GroupID{"general"})
}

func TestIdleConversationsLeaveMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &counted{faulty: newFaulty(), reads: map[bridge.ConversationID]int{}}
		w := newWorldOver(t, store)
		w.cfg.Idle = time.Minute
		w.start()
		defer w.run()()
		c := w.chat("sales")
		pass := func(d time.Duration) {
			for range int(d / time.Second) {
				w.clock.pass(time.Second)
				time.Sleep(time.Second)
			}
		}
		look := func() int {
			before := store.readsOf(c.id)
			w.conversation(c.id)
			return store.readsOf(c.id) - before
		}
		pass(50 * time.Second)
		look()
		fresh := w.enter("")
		fresh.visit.Leave()
		pass(20 * time.Second) // a look for idle ones has passed
		if look() != 0 {
			t.Error("a conversation in use was forgotten")
		}
		if _, err := w.bridge.Enter(w.ctx, site, fresh.token, func() {}); err != nil {
			t.Errorf("a visitor who came just now is forgotten: %v", err)
		}
		pass(2*time.Minute + time.Second)
		if look() != 1 {
			t.Error("a conversation that nobody used is still in memory")
		}
	})
}

// A tab that stays open, or comes back again and again, keeps its visitor known,
// however long nothing is written.
func TestAVisitorIsKnownWhileATabIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Idle = time.Minute
		w.start()
		defer w.run()()
		tab := w.enter("")
		for range 300 {
			w.clock.pass(time.Second)
			time.Sleep(time.Second)
		}
		again := func() error {
			v, err := w.bridge.Enter(w.ctx, site, tab.token, func() {})
			if err == nil {
				v.Leave()
			}
			return err
		}
		w.must(again())
		tab.visit.Leave()
		for range 300 { // as a tab that polls
			w.clock.pass(time.Second)
			time.Sleep(time.Second)
			w.must(again())
		}
		for range 130 {
			w.clock.pass(time.Second)
			time.Sleep(time.Second)
		}
		w.refused(again(), bridge.CodeUnknownToken)
	})
}

func TestAfterTheStopNothingIsWritten(t *testing.T) {
	store := newFaulty()
	w := newWorldOver(t, store)
	c := w.chat("sales")
	k := key(c.id, "sales")
	g, _ := w.bridge.Group(team, "sales")
	s, _ := w.bridge.Site(site)
	fresh := w.enter("")
	c.tab.read()
	w.run()()
	store.onWrite = func() { t.Error("something was written after the stop") }
	_, sent := c.tab.try("late", "hello?")
	_, first := fresh.try("late", "hello?", to("sales"))
	_, _, work := w.bridge.Work(w.ctx, k, 0)
	_, resumed := c.tab.visit.Resume(w.ctx, "", "", 0)
	_, looked := w.bridge.Conversation(w.ctx, c.id)
	_, created := w.bridge.CreateGroup(w.ctx, bridge.Group{Workspace: team, Name: "New"}, ann)
	_, updated := w.bridge.UpdateGroup(w.ctx, g, ann)
	_, deleted := w.bridge.DeleteGroup(w.ctx, team, "sales", ann)
	_, saved := w.bridge.UpdateSite(w.ctx, s, ann)
	_, replied := w.bridge.FromDesk(w.ctx, k, "C/1", bridge.DeskMessage{ID: "s", By: ann, Body: "hi"})
	_, removed := w.bridge.DeletedAtDesk(w.ctx, k, "C/1", "s")
	_, edited := c.tab.visit.Edit(w.ctx, "e", "m-hello", "hi")
	_, amended := c.tab.visit.Delete(w.ctx, "d", "m-hello")
	for name, err := range map[string]error{
		"a deletion by an agent": removed, "an edit": edited, "a deletion by the visitor": amended,
		"a message": sent, "a first message": first, "work": work, "resuming": resumed, "a look": looked,
		"a post":      w.bridge.Posted(w.ctx, k, 1, bridge.Post{Thread: "C/1", Upto: 2}),
		"a reply":     replied,
		"a claim":     w.bridge.Claim(w.ctx, c.id, "sales", ann),
		"a new group": created, "a group": updated, "a deletion": deleted, "a site": saved,
		"managers": w.bridge.SetManagers(w.ctx, team, nil, ann),
		"an agent": w.bridge.SetAgent(w.ctx, bridge.Agent{Workspace: team, ID: "UANN", Name: "Ann"}),
		"a setup":  w.bridge.Setup(w.ctx, bridge.Workspace{ID: "T2"}, "s", nil),
	} {
		if bridge.CodeOf(err) != bridge.CodeUnavailable {
			t.Errorf("%s after the stop: %v", name, err)
		}
	}
	c.equal(c.tab.sees(), []string{"visitor: hello"}) // what is there can still be read
}

func TestTheStopWaitsForWhatWasBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaulty()
		w := newWorldOver(t, store)
		c := w.chat("sales")
		c.tab.read()
		ref := c.conversation(c.id).Threads["sales"]
		ctx, cancel := context.WithCancel(w.ctx)
		ended := make(chan error, 1)
		go func() { ended <- w.bridge.Run(ctx) }()
		synctest.Wait()
		hold := make(chan struct{})
		store.onWrite = func() { <-hold }
		var wg sync.WaitGroup
		var sent, replied error
		wg.Go(func() { _, sent = c.tab.try("m", "last words") })
		synctest.Wait()
		wg.Go(func() {
			_, replied = w.bridge.FromDesk(w.ctx, key(c.id, "sales"), ref, bridge.DeskMessage{ID: "s", By: ann, Body: "bye"})
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		select {
		case <-ended:
			t.Error("Run returned while a message was being stored")
		default:
		}
		close(hold)
		wg.Wait()
		w.must(<-ended)
		w.must(sent)
		w.must(replied)
		c.equal(c.tab.sees(), []string{"visitor: hello", "visitor: last words", "Ann claimed", "Ann: bye"})
	})
}

// The store fails right after it has saved a message, and for a while can not even
// be read: the sender is told that it failed, and may never ask again. The message
// must reach the thread all the same.
func TestAMessageWhoseOutcomeWasUnknownReachesTheThread(t *testing.T) {
	for name, deaf := range map[string]bool{"and can be read": false, "and cannot be read for a while": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := newFaulty()
				w := newWorldOver(t, store)
				stop := w.run()
				c := w.chat("sales")
				store.deaf = deaf
				store.plan(1, true, bridge.Errorf(bridge.CodeUnavailable, "the disk is full"))
				_, err := c.tab.try("m", "are you there?")
				w.refused(err, bridge.CodeUnavailable)
				if deaf {
					time.Sleep(time.Minute)
					synctest.Wait()
					if waiting := w.desk.waiting(); waiting != nil {
						t.Fatalf("nobody can know, and the desk was told of %v", waiting)
					}
					store.heal()
					time.Sleep(10 * time.Second)
					synctest.Wait()
				}
				w.desk.drain()
				c.equal(c.thread("sales").lines(), []string{"visitor: hello", "visitor: are you there?"})
				stop()
			})
		})
	}
}

// What a process finds at its start and cannot read at once, it tries again.
func TestATroubledStartIsMadeUpFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFaulty()
		w := newWorldOver(t, store)
		tab := w.enter("")
		id := tab.send("m", "hello", to("sales")).Conversation
		w.start()
		store.deaf, store.failed = true, true
		stop := w.run()
		synctest.Wait()
		if waiting := w.desk.waiting(); waiting != nil {
			t.Fatalf("the log could not be read, and the desk was told of %v", waiting)
		}
		store.heal()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		w.desk.drain()
		c := &chat{w, tab, id}
		c.equal(c.thread("sales").lines(), []string{"visitor: hello"})
		stop()
	})
}

// Conversations that come and go while the bridge forgets idle ones: a race of
// locks would hang here.
func TestForgettingWhileEverythingHappens(t *testing.T) {
	w := newWorld(t)
	w.cfg.Idle = time.Millisecond
	w.start()
	stop := w.run()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 50 {
				tab := w.enter("")
				w.clock.pass(time.Millisecond)
				r, err := tab.try("m", "hello", to([]bridge.GroupID{"sales", "tech"}[i%2]))
				if err != nil {
					t.Error(err)
				}
				if _, err := w.bridge.Conversation(w.ctx, r.Conversation); err != nil {
					t.Error(err)
				}
				tab.visit.Leave()
			}
		})
	}
	wg.Wait()
	stop()
	open, err := w.bridge.OpenConversations(w.ctx, team)
	w.refused(err, bridge.CodeUnavailable)
	_ = open
	w.start()
	open, err = w.bridge.OpenConversations(w.ctx, team)
	w.must(err)
	w.equal(len(open), 200)
	w.equal(open[199].Opening.Number, 1200)
}

// counted counts how often each log is read.
type counted struct {
	*faulty
	mu    sync.Mutex
	reads map[bridge.ConversationID]int
}

func (c *counted) Read(ctx context.Context, id bridge.ConversationID, after bridge.Seq, limit int) ([]bridge.Entry, error) {
	c.mu.Lock()
	c.reads[id]++
	c.mu.Unlock()
	return c.faulty.Read(ctx, id, after, limit)
}

func (c *counted) readsOf(id bridge.ConversationID) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reads[id]
}
