package bridge

import (
	"context"
	"errors"
	"strconv"
	"strings"
)

// postedID makes recording a step twice one entry.
func postedID(g GroupID, joined, upto Seq) EntryID {
	return EntryID("p." + string(g) + "." + strconv.FormatUint(uint64(joined), 36) + "." + strconv.FormatUint(uint64(upto), 36))
}

func threadRecordKey(w WorkspaceID, ref ThreadRef) string { return string(w) + "/" + string(ref) }

// FindThread returns whose thread a ref is, or CodeNotFound for a thread that is
// none of ours. It is called for every message that an agent's workspace shows
// the app, so the answer comes from the Store's cheapest look-up.
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
		return ThreadKey{}, Errorf(CodeInternal, "thread record: %w", ErrDamaged)
	}
	return ThreadKey{w, ConversationID(id), GroupID(group)}, nil
}

var errNoThread = &Error{Code: CodeNotFound, Message: "this thread belongs to no conversation"}
