package bridge

import (
	"slices"
	"time"
)

// state is what a conversation's log amounts to. It is made by applying the
// entries in order and by nothing else, so that a restart ends in the same place.
type state struct {
	opening Opening
	opened  time.Time
	last    Seq    // of the log
	line    uint64 // the visitor's last line
	with    []GroupID
	threads map[GroupID]*thread
	owner   Author // who claimed it; Agent "" when nobody did
	closed  bool
	// closedAt is since when it is closed; waiting is since when the visitor has
	// had no answer, zero when answered.
	closedAt time.Time
	waiting  time.Time
	// people are the agents the visitor has met, latest first.
	people []Author
	// wrote remembers the messages and notes, so that one that comes again is
	// answered as it was the first time, whatever has happened since.
	wrote map[EntryID]Receipt
}

// thread is where a conversation stands in the channel of one group. A group
// that left and is invited again starts a new one.
type thread struct {
	ref    ThreadRef // "" until the root is made
	joined Seq       // the entry by which the group came: its backlog ends here
	by     *Entry    // that entry, where the group was invited
	post   string    // the desk's address of the last post there
	left   Seq       // the entry by which it went; 0 while it takes part
	cursor Seq       // the last entry that is in the thread
	// clean is the last entry after the cursor known to be of no concern to this
	// thread; it saves reading those again and is not kept.
	clean Seq
}

// ends is the last entry that concerns the thread, given the log's last.
func (t *thread) ends(last Seq) Seq {
	if t.left != 0 {
		return min(t.left, last)
	}
	return last
}

// behind reports whether the thread may have work, given the log's last entry.
func (t *thread) behind(last Seq) bool {
	return t.ref == "" && t.left == 0 || t.ref != "" && max(t.cursor, t.clean) < t.ends(last)
}

// A Receipt says where a message came to stand.
type Receipt struct {
	Conversation ConversationID
	Line         uint64 // the visitor's number for it; 0 for a note
	At           time.Time
}

func newState() *state {
	return &state{threads: map[GroupID]*thread{}, wrote: map[EntryID]Receipt{}}
}

func (s *state) takesPart(g GroupID) bool { return slices.Contains(s.with, g) }

func (s *state) apply(id ConversationID, e Entry) {
	s.last = e.Seq
	if e.Line > 0 {
		s.line = e.Line
	}
	switch e.Kind {
	case KindOpened:
		if e.Opening != nil {
			s.opening, s.opened = *e.Opening, e.At
			s.with = []GroupID{e.Opening.Group}
			s.threads[e.Opening.Group] = &thread{joined: e.Seq, cursor: e.Seq}
		}
	case KindMessage:
		s.wrote[e.ID] = Receipt{id, e.Line, e.At}
		switch {
		case e.By.Role == RoleAgent:
			s.waiting = time.Time{}
			s.meet(e.By)
		case s.waiting.IsZero():
			s.waiting = e.At
		}
	case KindNote:
		s.wrote[e.ID] = Receipt{id, 0, e.At}
	case KindJoined:
		s.with = append(s.with, e.Group)
		s.threads[e.Group] = &thread{joined: e.Seq, by: &e}
	case KindLeft:
		s.with = slices.DeleteFunc(s.with, func(g GroupID) bool { return g == e.Group })
		if t := s.threads[e.Group]; t != nil {
			t.left = e.Seq
		}
	case KindClaimed:
		s.owner = e.By
		s.meet(e.By)
	case KindClosed:
		s.closed, s.closedAt, s.waiting = true, e.At, time.Time{}
	case KindReopened:
		s.closed, s.owner = false, Author{}
	case KindPosted:
		if t := s.threads[e.Group]; t != nil {
			if e.Upto == 0 {
				t.ref = e.Thread
			}
			if t.ref == e.Thread {
				t.cursor = max(t.cursor, e.Upto)
				if e.Post != "" {
					t.post = e.Post
				}
			}
		}
	}
	for g, t := range s.threads {
		if e.Seq > t.joined && max(t.cursor, t.clean) == e.Seq-1 && !concerns(e, g, t) {
			t.clean = e.Seq
		}
	}
}

func (s *state) meet(a Author) {
	s.people = slices.DeleteFunc(s.people, func(p Author) bool { return p.Agent == a.Agent })
	s.people = slices.Insert(s.people, 0, a)
	s.people = s.people[:min(len(s.people), 5)]
}

// finished reports whether nothing is owed to anybody: the conversation needs no
// attention at the next start.
func (s *state) finished() bool {
	if !s.closed {
		return false
	}
	for _, t := range s.threads {
		if t.behind(s.last) {
			return false
		}
	}
	return true
}
