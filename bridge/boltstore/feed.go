package boltstore

import (
	"context"

	"github.com/chatgroups/chatgroups/bridge"
)

// A feed is a position in a conversation. Nothing is queued for it: it reads the
// log, and is only told that there is more.
type feed struct {
	store        *Store
	conversation bridge.ConversationID
	wake         func()
	after        bridge.Seq // written by Next alone, and never while dry
	dry          bool       // guarded by index.mu: wake is owed for the next entry
	closed       bool
}

// Follow implements bridge.Store. A feed whose place the log has not reached yet is
// woken for its first entry even if Next was never called.
func (s *Store) Follow(conversation bridge.ConversationID, after bridge.Seq, wake func()) bridge.Feed {
	f := &feed{store: s, conversation: conversation, after: after, wake: wake}
	s.index.follow(f)
	return f
}

// Next implements bridge.Feed.
func (f *feed) Next(ctx context.Context, limit int) ([]bridge.Entry, error) {
	if f.closed {
		return nil, bridge.Errorf(bridge.CodeInternal, "the feed is closed")
	}
	if err := f.store.usable(ctx); err != nil {
		return nil, err
	}
	places := f.store.index.next(f, limit)
	if len(places) == 0 {
		return nil, nil
	}
	entries, err := f.store.readEntries(ctx, f.conversation, f.after, places)
	if err != nil {
		return nil, err
	}
	f.after += bridge.Seq(len(entries))
	return entries, nil
}

// Close implements bridge.Feed.
func (f *feed) Close() {
	if !f.closed {
		f.closed = true
		f.store.index.leave(f)
	}
}
