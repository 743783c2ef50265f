package bridge

import (
	"context"
	"unicode/utf8"
)

// A DeskMessage is what an agent wrote in a thread.
type DeskMessage struct {
	// ID is made of the desk's address of the message, so that the same message
	// told twice is one entry: 1 to MaxDeskID bytes. Visitors see it, so it must
	// not show that address to a reader.
	ID   EntryID
	By   Author // Role is set by the bridge
	Body string // plain text
	// Rich is Body with its looks, nil where there are none. The bridge cleans it
	// and leaves it away where it does not fit beside Body.
	Rich RichText
	// Files are those that CheckFile has let through; Body may be empty with one.
	// Edits do not change them.
	Files []File
	// Version is 0 for the message as it was first written, and higher with each
	// edit of it, as the desk counts or dates them.
	Version uint64
	Note    bool // for colleagues alone
	// Outside says that the author is from outside the workspace: the visitor reads
	// what they write, and it claims nothing.
	Outside bool
	Post    string // the desk's address of the message, for edits and marks
}

// Taken says what a message of the desk's changed.
type Taken int

const (
	Known         Taken = iota // nothing: it came before, or is of no account
	TakenMessage               // there is a message or note more
	TakenEdit                  // one says something else now
	TakenDeletion              // one is gone
)

func checkDeskID(id EntryID) error {
	if len(id) == 0 || len(id) > MaxDeskID {
		return Errorf(CodeInvalid, "a message id must have 1 to %d bytes", MaxDeskID)
	}
	return nil
}

// MaxDeskID is the most bytes that the ID of a DeskMessage may have. In the log
// it stands after a mark of its own, so that no visitor can take it first.
const MaxDeskID = maxEntryID - len(deskMark)

// deskMark begins the id of every entry that an agent wrote, claimMark that of a
// claim by a first reply, which is made of the reply's.
const (
	deskMark  = "d."
	claimMark = "c."
)

// MaxAgentRunes is the most characters of an agent's message that are kept; what
// a desk allows is less (Slack cuts a message at 40,000).
const MaxAgentRunes = 40_000

// FromDesk takes a message from the thread of a group, or an edit of one (the same
// ID with a higher Version), and returns once it is on stable storage: only then may
// it be acknowledged to the desk. A first reply claims a conversation that nobody has
// claimed. What came before changes nothing and is no error, whatever has happened
// since.
//
// Edits may come in any order, also before their message: what counts in the end is
// the highest Version. What was a note in any version stays one; a message that
// becomes a note is taken from the visitor. A message that is shown to the visitor
// may be edited as long as the group takes part, also after the close.
//
// CodeClosed: the conversation is over. CodeForbidden: the group takes no part
// any more, or the thread is not its current one. A note is taken from any thread
// that is the group's current one, also after the group left or the conversation
// closed. CodeNotFound: the thread belongs to no conversation. The text in the
// error is for the agent. What was refused stays refused: it is remembered, so
// that reading the thread again after a reopening does not relay what its author
// was told stays inside.
func (b *Bridge) FromDesk(ctx context.Context, key ThreadKey, ref ThreadRef, m DeskMessage) (taken Taken, err error) {
	if err := checkDeskID(m.ID); err != nil {
		return Known, err
	}
	if utf8.RuneCountInString(m.Body) > MaxAgentRunes {
		m.Body = string([]rune(m.Body)[:MaxAgentRunes-1]) + "…"
		m.Rich = nil // it would say more than Body
	}
	e := Entry{
		ID: deskMark + m.ID, Kind: KindMessage, By: agent(m.By), Body: m.Body, Rich: m.Rich.beside(m.Body),
		Group: key.Group, Thread: ref, Post: m.Post, Version: m.Version, Files: cleanFiles(m.Files),
	}
	if m.Note {
		e.Kind = KindNote
	}
	err = b.do(ctx, key.Conversation, func(ctx context.Context, o *owner) (err error) {
		if old := o.state.wrote[e.ID]; old != nil {
			taken, err = o.edit(ctx, old, e)
			return err
		}
		taken = Known
		if err := o.admit(key.Group, ref, m.Note); err != nil {
			if code := CodeOf(err); code == CodeForbidden || code == CodeClosed {
				kept := e
				kept.Kind, kept.Body, kept.Rich, kept.Files = KindKept, "", nil, nil
				if _, unsaved := o.append(ctx, kept); unsaved != nil {
					return unsaved
				}
			}
			return err
		}
		if !m.Note && !m.Outside && o.state.owner.Agent == "" {
			// Claimed first: "Ann joined" stands before what Ann says. The id is
			// made of the message's, so a crash in between claims once.
			claim := Entry{ID: claimMark + m.ID, Kind: KindClaimed, By: e.By, Group: key.Group}
			if _, err := o.append(ctx, claim); err != nil {
				return err
			}
		}
		t := o.state.threads[key.Group]
		first := e.Kind == KindMessage && !t.answered && (t.by != nil || !o.state.opening.Left)
		said, err := o.append(ctx, e)
		if err != nil {
			return err
		}
		if first {
			since := o.state.opened
			if t.by != nil {
				since = t.by.At
			}
			o.b.waits.replied(groupKey(key.Workspace, key.Group), said.At, said.At.Sub(since))
		}
		taken = TakenMessage
		return nil
	})
	return taken, err
}

// admit refuses what comes from a thread that no longer speaks to the visitor. A
// note needs only that the thread is the group's current one.
func (o *owner) admit(g GroupID, ref ThreadRef, note bool) error {
	s := o.state
	t := s.threads[g]
	switch {
	case !s.begun() || t == nil:
		return errNoThread
	case note && t.ref == ref:
		return nil
	case t.left != 0:
		return Errorf(CodeForbidden, "your group left conversation #%d: the visitor does not see what is written here. A group that takes part can invite you back", s.opening.Number)
	case t.ref != ref:
		return Errorf(CodeForbidden, "conversation #%d goes on in a newer thread: the visitor does not see what is written here", s.opening.Number)
	case s.closed:
		return Errorf(CodeClosed, "conversation #%d is closed: the visitor does not see what is written here. To go on, use reopen %d", s.opening.Number, s.opening.Number)
	}
	return nil
}

func agent(by Author) Author {
	by.Role = RoleAgent
	return by
}
