package bridge

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The first conversation of a workspace is #1001, so that a number is never
// mistaken for a count.
const firstNumber = 1001

func numberKey(w WorkspaceID, n int) string { return fmt.Sprintf("%s/%010d", w, n) }

// nextNumber gives a conversation its number by creating the record that leads
// from the one to the other: a number that another node took meanwhile is a
// conflict, and the next is tried.
func (b *Bridge) nextNumber(ctx context.Context, w WorkspaceID, id ConversationID) (int, error) {
	b.mu.Lock()
	_, known := b.numbers[w]
	b.mu.Unlock()
	if !known {
		last, err := b.lastNumber(ctx, w)
		if err != nil {
			return 0, err
		}
		b.mu.Lock()
		b.numbers[w] = max(b.numbers[w], last)
		b.mu.Unlock()
	}
	for {
		b.mu.Lock()
		b.numbers[w]++
		n := b.numbers[w]
		b.mu.Unlock()
		_, err := b.store.Put(ctx, ConversationRecords, numberKey(w, n), []byte(id), 0)
		if !errors.Is(err, ErrConflict) {
			return n, err
		}
	}
}

// lastNumber returns the last number that was given in a workspace.
func (b *Bridge) lastNumber(ctx context.Context, w WorkspaceID) (int, error) {
	prefix := string(w) + "/"
	last := firstNumber - 1
	err := b.store.Records(ctx, ConversationRecords, prefix, func(r Record) error {
		n, err := strconv.Atoi(strings.TrimPrefix(r.Key, prefix))
		if err != nil {
			return Errorf(CodeInternal, "conversation number %s: %w", r.Key, ErrDamaged)
		}
		last = max(last, n)
		return nil
	})
	return last, err
}
