package bridge

import "context"

// ThreadLost records that a group's thread is gone at the desk, its root deleted
// say, and returns once that is on stable storage. The desk is then asked for a new
// root with the story so far; the conversation goes on there, and what comes from
// the old thread is refused like what comes from any that was replaced.
//
// A thread that is not the group's current one, one whose group left, and one of a
// closed conversation change nothing: nobody is owed anything there.
func (b *Bridge) ThreadLost(ctx context.Context, key ThreadKey, ref ThreadRef) error {
	return b.do(ctx, key.Conversation, func(ctx context.Context, o *owner) error {
		t := o.state.threads[key.Group]
		if !o.state.begun() || o.state.closed || t == nil || t.left != 0 || t.ref == "" || t.ref != ref {
			return nil
		}
		_, err := o.append(ctx, Entry{
			ID:   EntryID("t." + newID()),
			Kind: KindLost, By: Author{Role: RoleSystem},
			Group: key.Group, Thread: ref,
		})
		return err
	})
}

// lose replaces a thread that is gone by one that has yet to be made.
func (s *state) lose(e Entry) {
	t := s.threads[e.Group]
	if t == nil || t.ref == "" || t.ref != e.Thread || t.left != 0 {
		return
	}
	s.threads[e.Group] = &thread{joined: e.Seq, by: t.by, lost: true, due: s.said, answered: t.answered}
}
