package bridge

import (
	"slices"
	"time"
)

// state is what a conversation's log amounts to. It is made by applying the
// entries in order and by nothing else, so that a restart ends in the same place.
type state struct {
	opening  Opening
	opened   time.Time
	last     Seq    // of the log
	line     uint64 // the visitor's last line
	lines    []Seq  // where each line stands, the first at 0
	progress Progress
	said     Seq // the last message or note
	with     []GroupID
	threads  map[GroupID]*thread
	owner    Author // who claimed it; Agent "" when nobody did
	closed   bool
	// closedAt is since when it is closed; waiting is since when the visitor has
	// had no answer, zero when answered.
	closedAt time.Time
	waiting  time.Time
	// people are the agents the visitor has met, latest first.
	people []Author
	wrote  map[EntryID]*written
}

// A Receipt says where a message, an edit or a deletion came to stand.
type Receipt struct {
	Conversation ConversationID
	Line         uint64 // the visitor's number for it; 0 for what stays inside
	At           time.Time
}

func newState() *state {
	return &state{threads: map[GroupID]*thread{}, wrote: map[EntryID]*written{}}
}

func (s *state) apply(id ConversationID, e Entry) {
	s.last = e.Seq
	if e.Line > 0 {
		s.line = e.Line
		s.lines = append(s.lines, e.Seq)
	}
	switch e.Kind {
	case KindOpened:
		if e.Opening != nil {
			s.opening, s.opened = *e.Opening, e.At
			s.with = []GroupID{e.Opening.Group}
			s.threads[e.Opening.Group] = &thread{joined: e.Seq, cursor: e.Seq}
		}
	case KindIntroduced, KindForgotten:
		if e.Opening != nil {
			s.opening = *e.Opening
		}
	case KindMessage:
		s.said = e.Seq
		s.remember(id, e)
		switch {
		case e.By.Role == RoleAgent:
			s.waiting = time.Time{}
			s.meet(e.By)
			if t := s.threads[e.Group]; t != nil {
				t.answered = true
			}
		case s.waiting.IsZero():
			s.waiting = e.At
		}
	case KindNote:
		s.said = e.Seq
		s.remember(id, e)
	case KindRated, KindKept, KindEdited, KindDeleted, KindNoteEdited, KindNoteDeleted:
		s.remember(id, e)
	case KindJoined:
		s.with = append(s.with, e.Group)
		s.threads[e.Group] = &thread{joined: e.Seq, by: &e, due: s.said}
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
	case KindLost:
		s.lose(e)
	case KindPosted:
		if t := s.threads[e.Group]; t != nil {
			t.posted(e)
		}
	}
	s.advance(e)
	for g, t := range s.threads {
		if line, card := t.concern(e, g); line || card {
			t.due = e.Seq
		}
	}
}

func (s *state) meet(a Author) {
	const most = 5
	s.people = slices.DeleteFunc(s.people, func(p Author) bool { return p.Agent == a.Agent })
	s.people = slices.Insert(s.people, 0, a)
	s.people = s.people[:min(len(s.people), most)]
}

func (s *state) takesPart(g GroupID) bool { return slices.Contains(s.with, g) }

// begun reports whether the visitor's first message is in the log. Before that
// there is nothing for anybody: a beginning that was interrupted has no thread.
func (s *state) begun() bool { return s.line > 0 }

// finished reports whether nothing is owed to anybody: the conversation needs no
// attention at the next start.
func (s *state) finished() bool {
	if !s.begun() {
		return true
	}
	for _, t := range s.threads {
		if t.owed() > 0 {
			return false
		}
	}
	return s.closed
}
