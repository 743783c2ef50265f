package bridge

import (
	"context"
	"errors"
)

// The list of active conversations is what a start must look at: a superset of
// those that are open or owe something to a thread. A conversation is put on it
// before anything is added to its log, and taken off once it is finished, both by
// its owner loop; so a crash at any moment leaves too much on it, never too little.

func (b *Bridge) loadActive(ctx context.Context) error {
	return b.store.Records(ctx, ActiveRecords, "", func(r Record) error {
		b.active[ConversationID(r.Key)] = WorkspaceID(r.Value)
		return nil
	})
}

func (b *Bridge) isListed(id ConversationID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, on := b.active[id]
	return on
}

func (b *Bridge) list(ctx context.Context, w WorkspaceID, id ConversationID) error {
	if b.isListed(id) {
		return nil
	}
	_, err := b.store.Put(ctx, ActiveRecords, string(id), []byte(w), 0)
	if err != nil && !errors.Is(err, ErrConflict) { // a conflict: it is there
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.active[id] = w
	return nil
}

// unlist may fail: the next start then looks once more than necessary.
func (b *Bridge) unlist(ctx context.Context, id ConversationID) {
	if !b.isListed(id) {
		return
	}
	r, err := b.store.Record(ctx, ActiveRecords, string(id))
	if err == nil {
		err = b.store.Delete(ctx, ActiveRecords, string(id), r.Revision)
	}
	if err != nil && !errors.Is(err, ErrNoRecord) {
		b.log.Warn().Err(err).Str("conversation", string(id)).Msg("take a finished conversation off the list")
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.active, id)
}

// listed returns the active conversations of a workspace, or of all for "".
func (b *Bridge) listed(w WorkspaceID) []ConversationID {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ids []ConversationID
	for id, of := range b.active {
		if w == "" || of == w {
			ids = append(ids, id)
		}
	}
	return ids
}
