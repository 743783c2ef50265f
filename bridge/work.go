package bridge

import (
	"context"
	"strconv"
)

// Work is what the thread of one group needs next. Where Thread is "", that is the
// root; when it is recorded the desk asks again, since a root that it made earlier
// and finds only now may be stale. Else it is the card where Stale, then the lines
// one by one. The desk calls Bridge.Posted after each post, and at the end for Upto
// where the last line did not reach it; then it asks for more until there is none.
// After a post that it made earlier and finds only now it asks again at once, since
// that may lack edits which Upto covers.
type Work struct {
	Key          ThreadKey
	Conversation Conversation
	Group        Group     // as it is now; of a deleted group only ID and Name
	Thread       ThreadRef // "" when the root must be made
	Last         string    // the desk's address of the last post recorded there
	// Joined is the entry by which the thread began: the group came, or its thread
	// was lost. It tells the thread apart from an earlier one of the same group.
	// Invited is the entry by which the group was invited, nil where the visitor
	// chose it. Lost says that an earlier thread of the group is gone, and this one
	// takes its place.
	Joined  Seq
	Invited *Entry
	Lost    bool
	// Stale says that the root card may not show how the conversation stands; it
	// is false while there is none.
	Stale bool
	// Lines are what to show, in order. Those up to Joined are the story so far.
	Lines []Line
	// Upto is the last entry that this work covers; it may lie behind the last
	// line where what follows needs no line.
	Upto Seq
	// Knew is the last entry that the lines take into account, for Post.Knew.
	Knew Seq
}

// A Line is an entry as one thread must show it. Of a message or note that was
// edited, Body and Rich are the newest.
type Line struct {
	Entry
	// Own says that the entry was written in this very thread: it is not shown
	// again, only marked (a note, so that its author sees that it was kept).
	Own bool
	// Backlog says that it happened before the group came.
	Backlog bool
	// Revises is set for an edit or a deletion: the post to change. What became of
	// the message may be more than the entry says, where more happened since.
	Revises *Shown
	// Deleted says that a message or note is taken back: Body is empty, and Files are
	// those that it had, for the desk to be rid of. It is not
	// posted, only recorded; but where a post of it may have been made already, that
	// must be found and recorded, for its deletion to be shown.
	Deleted bool
	// Noted says that it was written for the visitor and is a note now.
	Noted bool
}

// Shown is a post of the desk's, and the lines that it must show now, in order.
type Shown struct {
	Post  string // the desk's address, as Posted got it
	Lines []Line
}

// Work returns what a thread needs next, with at most limit lines (0 for all),
// or ok false when it needs nothing. Asking changes nothing: until Posted says
// that it is done, the same work is given again, and more as the log grows. Of the
// visitor it holds what Site.Fields and Group.Fields let through at this moment.
func (b *Bridge) Work(ctx context.Context, key ThreadKey, limit int) (w Work, ok bool, err error) {
	err = b.do(ctx, key.Conversation, func(ctx context.Context, o *owner) error {
		t := o.state.threads[key.Group]
		if !o.state.begun() || t == nil || t.owed() == 0 {
			return nil
		}
		w, err = o.work(ctx, key, t, limit)
		w.narrow(b.letThrough(o.state.opening, key.Group))
		ok = err == nil
		return err
	})
	return w, ok, err
}

func (o *owner) work(ctx context.Context, key ThreadKey, t *thread, limit int) (Work, error) {
	w := Work{
		Key: key, Conversation: o.view(), Thread: t.ref, Last: t.post,
		Joined: t.joined, Invited: t.by, Lost: t.lost, Upto: t.cursor, Knew: o.state.last,
		Group: Group{Workspace: key.Workspace, ID: key.Group, Name: string(key.Group)},
	}
	if g, ok := o.b.dir.group(key.Workspace, key.Group); ok {
		if w.Group.Name = g.Name; !g.Deleted {
			w.Group = g
		}
	}
	entries, err := o.b.store.Read(ctx, o.id, t.cursor, 0)
	if err != nil {
		return Work{}, Errorf(CodeOf(err), "read conversation %s: %w", o.id, err)
	}
	lines := threadLines{o: o, t: t, group: key.Group}
	for _, e := range entries {
		line, card := t.concern(e, key.Group)
		if line {
			l, needed, err := lines.line(ctx, e)
			if err != nil {
				return Work{}, err
			}
			if needed && limit > 0 && len(w.Lines) == limit {
				break
			}
			if needed {
				w.Lines = append(w.Lines, l)
			}
		}
		w.Stale = w.Stale || card && t.ref != ""
		w.Upto = e.Seq
	}
	return w, nil
}

// A Post is a step of work that the desk has carried out.
type Post struct {
	Thread ThreadRef // the thread's root
	TS     string    // the desk's address of what was posted; "" for none
	Upto   Seq       // the last entry that the thread shows now; 0 for the root alone
	Knew   Seq       // Work.Knew where the post was made from it, 0 where nobody knows
}

// Posted records that a step of work is done. It returns once that is on stable
// storage; until then the step may be asked for again. joined is Work.Joined.
// What is recorded already, and a post for a thread that has been replaced
// meanwhile, change nothing and are no error; of two roots the first is kept.
func (b *Bridge) Posted(ctx context.Context, key ThreadKey, joined Seq, p Post) error {
	if !ValidKey(threadRecordKey(key.Workspace, p.Thread)) || p.Thread == "" {
		return Errorf(CodeInvalid, "a thread's address must make a key of a Store")
	}
	return b.do(ctx, key.Conversation, func(ctx context.Context, o *owner) error {
		if p.Upto == 0 {
			// The way back from the thread to the conversation, before anybody can
			// be relayed in it. A root that is not kept has one too: who replies
			// there must be told.
			if err := b.saveThread(ctx, key, p.Thread); err != nil {
				return err
			}
		}
		t := o.state.threads[key.Group]
		switch {
		case t == nil || t.joined != joined:
			return nil
		case p.Upto > o.state.last:
			return Errorf(CodeInvalid, "conversation %s has no entry %d", o.id, p.Upto)
		case p.Upto == 0 && t.ref != "":
			return nil
		case p.Upto > 0 && (t.ref != p.Thread || p.Upto <= t.cursor || t.owed() == 0):
			return nil
		}
		_, err := o.append(ctx, Entry{
			ID:   postedID(key.Group, joined, p.Upto),
			Kind: KindPosted, By: Author{Role: RoleSystem},
			Group: key.Group, Thread: p.Thread, Post: p.TS, Upto: p.Upto, Knew: p.Knew,
		})
		return err
	})
}

// postedID makes recording a step twice one entry.
func postedID(g GroupID, joined, upto Seq) EntryID {
	return EntryID("p." + string(g) + "." + strconv.FormatUint(uint64(joined), 36) + "." + strconv.FormatUint(uint64(upto), 36))
}
