package bridge

import (
	"context"
	"errors"
)

// Work is what the thread of one group needs next. The desk carries it out in
// this order: the root where Thread is "", the card where Stale, the lines one by
// one; and calls Bridge.Posted after each step.
type Work struct {
	Key          ThreadKey
	Conversation Conversation
	Group        Group     // as it is now; of a deleted group only ID and Name
	Thread       ThreadRef // "" when the root must be made
	Last         string    // the desk's address of the last post recorded there
	// Joined is the entry by which the group came. It tells the thread apart
	// from an earlier one of the same group. Invited is that entry where the
	// group was invited, nil where the visitor chose it.
	Joined  Seq
	Invited *Entry
	// Stale says that the root card no longer shows how the conversation stands.
	Stale bool
	// Lines are what to show, in order. Those up to Joined are the story so far.
	Lines []Line
	// Upto is the last entry that this work covers; it may lie behind the last
	// line where what follows needs no line.
	Upto Seq
}

// A Line is an entry as one thread must show it.
type Line struct {
	Entry
	// Own says that the entry was written in this very thread: it is not shown
	// again, only marked (a note, so that its author sees that it was kept).
	Own bool
	// Backlog says that it happened before the group came.
	Backlog bool
}

// Work returns what a thread needs next, with at most limit lines (0 for all),
// or ok false when it needs nothing.
func (b *Bridge) Work(ctx context.Context, key ThreadKey, limit int) (w Work, ok bool, err error) {
	err = b.conversation(key.Conversation).do(ctx, func(c *conversation) error {
		s, t := c.state, c.state.threads[key.Group]
		ok = t != nil && t.behind(s.last)
		if !ok {
			return nil
		}
		w, err = c.work(ctx, key, limit)
		ok = err == nil && (w.Thread == "" || w.Stale || len(w.Lines) > 0)
		if err == nil && !ok {
			t.clean = w.Upto
		}
		return err
	})
	return w, ok, err
}

func (c *conversation) work(ctx context.Context, key ThreadKey, limit int) (Work, error) {
	s, t := c.state, c.state.threads[key.Group]
	w := Work{Key: key, Conversation: c.view(), Thread: t.ref, Last: t.post, Joined: t.joined, Invited: t.by, Upto: t.cursor}
	w.Group = Group{ID: key.Group, Name: string(key.Group), Workspace: key.Workspace}
	if g, err := c.b.dir.group(key.Workspace, key.Group); err == nil {
		w.Group = g
	}
	entries, err := c.b.store.Read(ctx, c.id, t.cursor, 0)
	if err != nil {
		return w, err
	}
	for _, e := range entries {
		if e.Seq > t.ends(s.last) {
			break
		}
		if shows(e, key.Group, t) {
			if limit > 0 && len(w.Lines) == limit {
				break
			}
			w.Lines = append(w.Lines, Line{Entry: e, Own: ownEntry(e, key.Group, t), Backlog: e.Seq < t.joined})
		}
		w.Stale = w.Stale || changesCard(e, key.Group, t)
		w.Upto = e.Seq
	}
	return w, nil
}

// concerns reports whether e gives the thread t of group g anything to do.
func concerns(e Entry, g GroupID, t *thread) bool { return shows(e, g, t) || changesCard(e, g, t) }

// ownEntry reports whether an agent wrote e in this very thread.
func ownEntry(e Entry, g GroupID, t *thread) bool {
	return e.By.Role == RoleAgent && e.Group == g && e.Thread != "" && e.Thread == t.ref
}

// shows reports whether e has a line in the thread t of group g. Agents' replies
// are not repeated where they were written; a note there is marked.
func shows(e Entry, g GroupID, t *thread) bool {
	switch e.Kind {
	case KindMessage:
		return !ownEntry(e, g, t)
	case KindNote:
		return true
	case KindJoined, KindLeft:
		// A group's own coming is its root; of the story so far, only what was
		// said is told.
		return e.Seq > t.joined
	case KindClosed, KindReopened:
		return e.Seq > t.joined
	}
	return false
}

// changesCard reports whether e changes what the root card of t shows. Another
// thread's root gives the card a link to it.
func changesCard(e Entry, g GroupID, t *thread) bool {
	if e.Seq <= t.joined {
		return false
	}
	switch e.Kind {
	case KindJoined, KindLeft, KindClaimed, KindClosed, KindReopened:
		return true
	case KindPosted:
		return e.Upto == 0 && e.Group != g
	}
	return false
}

// A Post is a step of work that the desk has carried out.
type Post struct {
	Thread ThreadRef // the thread's root
	TS     string    // the desk's address of what was posted; "" for none
	Upto   Seq       // the last entry that the thread shows now; 0 for the root alone
}

// Posted records that a step of work is done. It returns once that is on stable
// storage; until then the step may be asked for again. joined is Work.Joined; a
// post for a thread that has been replaced meanwhile changes nothing.
func (b *Bridge) Posted(ctx context.Context, key ThreadKey, joined Seq, p Post) error {
	if p.Upto == 0 {
		// The way back from the thread to the conversation, before anybody can
		// be relayed in it.
		value := []byte(string(key.Conversation) + " " + string(key.Group))
		k := threadRecordKey(key.Workspace, p.Thread)
		if _, err := b.store.Put(ctx, ThreadRecords, k, value, 0); err != nil && !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return b.conversation(key.Conversation).do(ctx, func(c *conversation) error {
		t := c.state.threads[key.Group]
		if t == nil || t.joined != joined || p.Upto != 0 && t.ref != p.Thread || p.Upto != 0 && p.Upto <= t.cursor {
			return nil
		}
		_, err := c.append(ctx, Entry{
			ID:   postedID(key.Group, joined, p.Upto),
			Kind: KindPosted, By: Author{Role: RoleSystem},
			Group: key.Group, Thread: p.Thread, Post: p.TS, Upto: p.Upto,
		})
		return err
	})
}
