package bridgetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// patience is how long the suite waits for what the contract promises without
// saying when. It only bounds a failing run.
const patience = 30 * time.Second

// TestStore runs the conformance suite of bridge.Store, one subtest for each
// promise. open returns a new, empty store, and a function that opens the same
// data again after the suite has closed the store that it had before. The suite
// closes every store; what else open started, it ends with t.Cleanup.
func TestStore(t *testing.T, open func(t *testing.T) (store bridge.Store, reopen func() bridge.Store)) {
	for _, promises := range [][]promise{entryPromises, feedPromises, recordPromises, lifePromises} {
		for _, p := range promises {
			t.Run(p.words, func(t *testing.T) {
				store, reopen := open(t)
				s := &subject{Store: store, t: t, reopen: reopen}
				t.Cleanup(func() {
					if !s.closed {
						s.Store.Close()
					}
				})
				p.holds(t, s)
			})
		}
	}
}

// A promise is something that the contract says, and how to see that it is so.
type promise struct {
	words string
	holds func(t *testing.T, s *subject)
}

// A subject is the store that is tested, with the words the tests are written in.
type subject struct {
	bridge.Store
	t      *testing.T
	reopen func() bridge.Store
	closed bool
}

// restart closes the store and opens its data again.
func (s *subject) restart() {
	s.t.Helper()
	s.stop()
	s.Store, s.closed = s.reopen(), false
}

// stop closes the store for good.
func (s *subject) stop() {
	s.t.Helper()
	s.closed = true
	if err := s.Store.Close(); err != nil {
		s.t.Fatalf("Close: %v", err)
	}
}

// message returns a small entry.
func message(id string) bridge.Entry {
	return bridge.Entry{
		ID:   bridge.EntryID(id),
		Kind: bridge.KindMessage,
		At:   time.Date(2026, time.November, 5, 9, 30, 0, 123456789, time.UTC),
		By:   bridge.Author{Role: bridge.RoleVisitor, Name: "Jane"},
		Body: "about " + id,
	}
}

// append appends message(id) after last, which must succeed.
func (s *subject) append(conversation bridge.ConversationID, last bridge.Seq, id string) bridge.Entry {
	s.t.Helper()
	e, err := s.Append(s.t.Context(), conversation, last, message(id))
	if err != nil {
		s.t.Fatalf("Append %s to %s after %d: %v", id, conversation, last, err)
	}
	return e
}

// fill appends n messages named e1, e2 … to an empty conversation.
func (s *subject) fill(conversation bridge.ConversationID, n int) {
	s.t.Helper()
	for i := range n {
		s.append(conversation, bridge.Seq(i), fmt.Sprintf("e%d", i+1))
	}
}

// read returns the entries after a Seq, which must succeed.
func (s *subject) read(conversation bridge.ConversationID, after bridge.Seq, limit int) []bridge.Entry {
	s.t.Helper()
	entries, err := s.Read(s.t.Context(), conversation, after, limit)
	if err != nil {
		s.t.Fatalf("Read %s after %d: %v", conversation, after, err)
	}
	return entries
}

// put writes a record, which must succeed, and returns its revision.
func (s *subject) put(kind bridge.RecordKind, key, value string, revision uint64) uint64 {
	s.t.Helper()
	put, err := s.Put(s.t.Context(), kind, key, []byte(value), revision)
	if err != nil {
		s.t.Fatalf("Put %s %s over revision %d: %v", kind, key, revision, err)
	}
	return put
}

// expectIDs fails unless entries are those of ids, in order, numbered from first.
func expectIDs(t *testing.T, entries []bridge.Entry, first bridge.Seq, ids ...string) {
	t.Helper()
	if len(entries) != len(ids) {
		t.Fatalf("got %d entries, want %d (%v)", len(entries), len(ids), ids)
	}
	for i, e := range entries {
		if e.Seq != first+bridge.Seq(i) || string(e.ID) != ids[i] {
			t.Fatalf("entry %d is %d %q, want %d %q", i, e.Seq, e.ID, first+bridge.Seq(i), ids[i])
		}
	}
}

// names returns e<from> … e<to>, the ids that fill gives.
func names(from, to int) []string {
	var ids []string
	for i := from; i <= to; i++ {
		ids = append(ids, fmt.Sprintf("e%d", i))
	}
	return ids
}

// together runs fn n times at once and returns when all have returned.
func together(n int, fn func(i int)) {
	var ready, done sync.WaitGroup
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			fn(i)
		})
	}
	done.Wait()
}

// canceled returns a context that has ended.
func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
