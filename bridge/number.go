package bridge

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
)

// The first conversation of a workspace is #1001, so that a number is never
// mistaken for a count.
const firstNumber = 1001

// nextNumber gives a conversation its number by creating the record that leads
// from the one to the other: a number that another node took meanwhile is a
// conflict, and the next is tried.
func (b *Bridge) nextNumber(ctx context.Context, w WorkspaceID, id ConversationID) (int, error) {
	b.mu.Lock()
	_, known := b.numbers[w]
	b.mu.Unlock()
	if !known {
		last := firstNumber - 1
		err := b.store.Records(ctx, ConversationRecords, string(w)+"/", func(r Record) error {
			n, err := strconv.Atoi(strings.TrimPrefix(r.Key, string(w)+"/"))
			last = max(last, n)
			return err
		})
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

func sortByNumber(vs []Conversation) {
	slices.SortFunc(vs, func(a, b Conversation) int { return cmp.Compare(a.Opening.Number, b.Opening.Number) })
}
