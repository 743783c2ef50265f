package bridge_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// One write of a long story fails, before or after it was made; whoever asked asks
// again, of the same bridge or of a new one after a crash. Whichever write it is,
// the story ends the same: everything once, in order. (SQLite tests its I/O so.)
func TestWhicheverWriteFailsTheStoryEndsTheSame(t *testing.T) {
	for _, after := range []bool{false, true} {
		for _, crash := range []bool{false, true} {
			t.Run(fmt.Sprintf("made %v, crash %v", after, crash), func(t *testing.T) {
				for n := 1; ; n++ {
					store := newFaulty()
					w := newWorldOver(t, store)
					w.openGeneral()
					s := &story{world: w, crash: crash}
					store.plan(n, after, bridge.Errorf(bridge.CodeUnavailable, "write %d failed", n))
					s.tell()
					if !store.hasFailed() {
						if n < 60 {
							t.Errorf("the story has only %d writes", n-1)
						}
						return
					}
				}
			})
		}
	}
}

type story struct {
	*world
	crash bool // a failure ends the program
	tab   *tab
	ref   bridge.ThreadRef // where Ann writes
	told  int
}

// do carries out a step until it succeeds, or is refused with a code that says
// that it was done already.
func (s *story) do(step func() error, done ...bridge.Code) {
	s.Helper()
	for range 4 {
		err := step()
		if err == nil || slices.Contains(done, bridge.CodeOf(err)) {
			return
		}
		if s.crash {
			s.begin()
		}
	}
	s.Fatalf("a step fails again and again: %v", step())
}

// begin starts a new bridge, to which the visitor and the desk come back.
func (s *story) begin() {
	s.Helper()
	s.start()
	_, err := s.bridge.OpenConversations(s.ctx, team)
	s.must(err)
	if s.tab != nil && len(s.bridgeKnows()) > 0 {
		s.tab.reconnect()
	} else if s.tab != nil {
		s.tab = s.enter("") // nothing of the visitor was stored
	}
}

func (s *story) bridgeKnows() (visitors []string) {
	s.must(s.store.Records(s.ctx, bridge.VisitorRecords, "", func(r bridge.Record) error {
		visitors = append(visitors, r.Key)
		return nil
	}))
	return visitors
}

func (s *story) says(id, body string, g bridge.GroupID) (r bridge.Receipt) {
	s.Helper()
	s.do(func() (err error) {
		r, err = s.tab.try(id, body, to(g))
		return err
	})
	return r
}

func (s *story) writes(by bridge.Author, body string, note bool) {
	s.Helper()
	s.told++
	id := bridge.EntryID(fmt.Sprint("told", s.told))
	s.do(func() error { return s.desk.tells(s.ref, id, by, body, note) })
}

func (s *story) tell() {
	s.Helper()
	s.desk.patient = true
	s.do(func() error {
		_, err := s.bridge.CreateGroup(s.ctx, bridge.Group{Workspace: team, Name: "Billing", Channel: "C-billing"}, ann)
		return err
	}, bridge.CodeConflict)
	s.do(func() error {
		return s.bridge.SetAgent(s.ctx, bridge.Agent{Workspace: team, ID: ann.Agent, Name: "Ann A."})
	}, bridge.CodeConflict)
	s.tab = s.enter("")
	first := s.says("m1", "hello", "sales").Conversation
	s.desk.drain()
	s.ref = s.conversation(first).Threads["sales"]
	s.writes(ann, "hi", false)
	s.writes(ann, "hard", true)
	s.do(func() error { return s.bridge.Invite(s.ctx, first, "tech", ann, "help") }, bridge.CodeConflict)
	s.says("m2", "thanks", "")
	s.desk.drain()
	s.do(func() error { return s.bridge.Leave(s.ctx, first, "sales", ann) }, bridge.CodeConflict)
	s.ref = s.conversation(first).Threads["tech"]
	s.desk.drain()
	s.writes(bob, "got it", false)
	s.do(func() error { return s.bridge.Close(s.ctx, first, bob) }, bridge.CodeClosed)
	s.desk.drain()
	s.says("m3", "one more", "")
	s.do(func() error {
		_, err := s.bridge.DeleteGroup(s.ctx, team, "tech", bob)
		return err
	})
	s.desk.drain()
	c := &chat{s.world, s.tab, first}
	s.equal(c.tab.sees(), []string{
		"visitor: hello", "Ann A. claimed", "Ann A.: hi", "Tech joined", "visitor: thanks", "Sales left",
		"Bob: got it", "closed", "reopened", "visitor: one more", "General joined", "Tech left",
	})
	c.inOrder()
	s.equal(c.thread("tech").lines(), []string{
		"visitor: hello", "Ann: hi", "Ann notes: hard", "visitor: thanks", "Sales left", "Bob: got it",
		"closed", "reopened", "visitor: one more", "General joined", "Tech left",
	})
	s.do(func() error { return s.bridge.Close(s.ctx, first, bob) }, bridge.CodeClosed)
	s.desk.drain()

	s.clock.pass(48 * time.Hour)
	second := s.says("m4", "something else", "billing").Conversation
	if second == first {
		s.Fatalf("the old conversation goes on")
	}
	s.says("m3", "one more", "") // its answer may have been lost
	s.desk.drain()
	c.id = second
	c.tab = s.tab
	s.equal(c.tab.sees(), []string{"visitor: something else"})
	c.inOrder()
	s.equal(c.thread("billing").lines(), []string{"visitor: something else"})

	// Nothing is left over that a start would take up for ever.
	s.begin()
	s.equal(s.desk.waiting(), []bridge.GroupID(nil))
	open, err := s.bridge.OpenConversations(s.ctx, team)
	s.must(err)
	if len(open) != 1 || open[0].ID != second {
		s.Errorf("%d conversations are open", len(open))
	}
	for _, id := range []bridge.ConversationID{first, second} {
		s.sound(id)
		found, err := s.bridge.ByNumber(s.ctx, team, s.conversation(id).Opening.Number)
		s.must(err)
		s.equal(found.ID, id)
	}
}

// sound checks what holds for every log.
func (w *world) sound(id bridge.ConversationID) {
	w.Helper()
	line := uint64(0)
	ids := map[bridge.EntryID]bool{}
	for i, e := range w.log(id) {
		if e.Seq != bridge.Seq(i+1) {
			w.Errorf("entry %d stands at place %d", e.Seq, i+1)
		}
		if (e.Kind == bridge.KindOpened) != (i == 0) {
			w.Errorf("entry %d is %s", e.Seq, e.Kind)
		}
		if e.Kind.Visible() != (e.Line > 0) {
			w.Errorf("a %s has line %d", e.Kind, e.Line)
		}
		if e.Line > 0 {
			if line++; e.Line != line {
				w.Errorf("line %d follows line %d", e.Line, line-1)
			}
		}
		if ids[e.ID] {
			w.Errorf("the id %s is there twice", e.ID)
		}
		ids[e.ID] = true
	}
}
