package bridge

import (
	"context"
	"errors"
	"strings"
)

// thread is where a conversation stands in the channel of one group. A group
// that left and is invited again starts a new one, as does one whose thread is gone;
// the old one is forgotten.
type thread struct {
	ref      ThreadRef // "" until the root is made
	joined   Seq       // the entry by which it began: its backlog ends here
	by       *Entry    // that entry, where the group was invited
	post     string    // the desk's address of the last post there
	left     Seq       // the entry by which it went; 0 while it takes part
	lost     bool      // it stands for one that is gone at the desk
	answered bool      // the group has spoken to the visitor
	cursor   Seq       // the last entry that is in the thread
	due      Seq       // the last entry that concerns the thread
	told     Seq       // what the desk was last told that it owes; not kept
}

// owed is the last entry that the desk has yet to bring to the thread, 0 when it
// is up to date. A thread whose group left before there was a root needs none.
func (t *thread) owed() Seq {
	switch {
	case t.ref == "" && t.left == 0:
		return max(t.due, t.joined)
	case t.ref != "" && t.cursor < t.due:
		return t.due
	}
	return 0
}

func (t *thread) posted(e Entry) {
	if e.Upto == 0 {
		t.ref = e.Thread
	}
	if t.ref != e.Thread {
		return
	}
	t.cursor = max(t.cursor, e.Upto)
	if e.Post != "" {
		t.post = e.Post
	}
}

// wrote reports whether an agent wrote e in this very thread.
func (t *thread) wrote(e Entry, g GroupID) bool {
	return e.By.Role == RoleAgent && e.Group == g && e.Thread != "" && e.Thread == t.ref
}

// concern says what e means to the thread t of group g: whether it has a line
// there, and whether it changes what the root card shows.
func (t *thread) concern(e Entry, g GroupID) (line, card bool) {
	if t.left != 0 && e.Seq > t.left {
		// The thread has ended, except for who still keeps a note there.
		return (e.Kind == KindNote || e.Kind == KindNoteEdited) && t.wrote(e, g), false
	}
	// Of the story before the group came, only what was said is told: the rest is
	// in the card.
	since := e.Seq > t.joined
	switch e.Kind {
	case KindMessage:
		return !t.wrote(e, g), false
	case KindNote:
		return true, false // where it was written, to be marked
	case KindNoteEdited:
		return since || t.wrote(e, g), false // where it was written: it may be a note only now
	case KindEdited, KindDeleted, KindNoteDeleted:
		return since && !t.wrote(e, g), false // the story so far has it already
	case KindJoined, KindLeft, KindClosed, KindReopened, KindForgotten:
		return since, since
	case KindRated:
		return since, false
	case KindClaimed, KindIntroduced:
		return false, since
	case KindPosted:
		// The card links to the other threads.
		return false, since && e.Upto == 0 && e.Group != g
	}
	return false, false
}

func threadRecordKey(w WorkspaceID, ref ThreadRef) string { return string(w) + "/" + string(ref) }

// FindThread returns whose thread a ref is, or CodeNotFound for a thread that is
// none of ours. A thread that has ended is still found: FromDesk says what became
// of it. It is called for every message that an agent's workspace shows the app,
// so the answer comes from the Store's cheapest look-up.
func (b *Bridge) FindThread(ctx context.Context, w WorkspaceID, ref ThreadRef) (ThreadKey, error) {
	k := threadRecordKey(w, ref)
	if !ValidKey(k) {
		return ThreadKey{}, errNoThread
	}
	r, err := b.store.Record(ctx, ThreadRecords, k)
	if errors.Is(err, ErrNoRecord) {
		return ThreadKey{}, errNoThread
	}
	if err != nil {
		return ThreadKey{}, err
	}
	id, group, ok := strings.Cut(string(r.Value), " ")
	if !ok {
		return ThreadKey{}, Errorf(CodeInternal, "read whose thread %s is: %w", ref, ErrDamaged)
	}
	return ThreadKey{w, ConversationID(id), GroupID(group)}, nil
}

// saveThread writes the way back from a thread to its conversation.
func (b *Bridge) saveThread(ctx context.Context, key ThreadKey, ref ThreadRef) error {
	value := []byte(string(key.Conversation) + " " + string(key.Group))
	_, err := b.store.Put(ctx, ThreadRecords, threadRecordKey(key.Workspace, ref), value, 0)
	if errors.Is(err, ErrConflict) {
		return nil // it is there
	}
	return err
}

var errNoThread = &Error{Code: CodeNotFound, Message: "this thread belongs to no conversation"}
