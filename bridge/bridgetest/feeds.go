package bridgetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

var feedPromises = []promise{
	{"a feed replays what is there", func(t *testing.T, s *subject) {
		s.fill("c", 5)
		for after := range bridge.Seq(5) {
			f := s.follow("c", after)
			expectIDs(t, f.take(5-int(after)), after+1, names(int(after)+1, 5)...)
			f.expectDry()
		}
	}},

	{"a feed follows what is appended", func(t *testing.T, s *subject) {
		s.fill("c", 2)
		f := s.follow("c", 0)
		f.take(2)
		for i := 3; i <= 6; i++ {
			f.expectDry()
			s.append("c", bridge.Seq(i-1), fmt.Sprintf("e%d", i))
			expectIDs(t, f.take(1), bridge.Seq(i), names(i, i)...)
		}
	}},

	{"a conversation can be followed before it exists", func(t *testing.T, s *subject) {
		f := s.follow("c", 0)
		f.expectDry()
		s.append("c", 0, "e1")
		expectIDs(t, f.take(1), 1, "e1")
	}},

	{"a feed that starts ahead of the log waits for its place", func(t *testing.T, s *subject) {
		s.fill("c", 1)
		f := s.follow("c", 3)
		f.expectDry()
		for i := 2; i <= 5; i++ {
			s.append("c", bridge.Seq(i-1), fmt.Sprintf("e%d", i))
		}
		expectIDs(t, f.take(2), 4, names(4, 5)...)
	}},

	{"a feed gives no more than it was asked for", func(t *testing.T, s *subject) {
		s.fill("c", 5)
		f := s.follow("c", 0)
		for i := 1; i <= 5; {
			entries, err := f.Next(t.Context(), 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(entries) < 1 || len(entries) > 2 {
				t.Fatalf("Next(2) gave %d entries of %d that are there", len(entries), 6-i)
			}
			expectIDs(t, entries, bridge.Seq(i), names(i, i+len(entries)-1)...)
			i += len(entries)
		}
	}},

	{"a feed tells of no entry that was refused", func(t *testing.T, s *subject) {
		s.fill("c", 1)
		f := s.follow("c", 1)
		f.expectDry()
		if _, err := s.Append(t.Context(), "c", 0, message("refused")); err == nil {
			t.Fatal("an append over an old last was taken")
		}
		s.append("c", 9, "e1") // is there already
		f.expectDry()
		s.append("c", 1, "e2")
		expectIDs(t, f.take(1), 2, "e2")
	}},

	{"a call that was cancelled costs the feed nothing", func(t *testing.T, s *subject) {
		s.fill("c", 3)
		f := s.follow("c", 0)
		var got []bridge.Entry
		for range 3 {
			if entries, err := f.Next(canceled(t), 1); err == nil {
				got = append(got, entries...)
			}
		}
		got = append(got, f.take(3-len(got))...)
		expectIDs(t, got, 1, names(1, 3)...)
	}},

	{"feeds have no hole while many write", func(t *testing.T, s *subject) {
		const writers, each, total = 4, 40, 160
		var readers sync.WaitGroup
		watch := func(after bridge.Seq) {
			f := s.follow("c", after)
			readers.Go(func() {
				for i, e := range f.take(total - int(after)) {
					if e.Seq != after+bridge.Seq(i)+1 {
						t.Errorf("after %d: entry %d of the feed has Seq %d", after, i+1, e.Seq)
						return
					}
				}
			})
		}
		watch(0)
		watch(total / 2)
		together(writers, func(w int) {
			for i := range each {
				if err := s.push("c", fmt.Sprintf("w%d-%d", w, i)); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
				if i%10 == 0 {
					watch(bridge.Seq(i)) // joins while entries arrive
				}
			}
		})
		readers.Wait()
	}},

	{"every feed of a conversation gets every entry", func(t *testing.T, s *subject) {
		const n = 20
		feeds := make([]*follower, 5)
		for i := range feeds {
			feeds[i] = s.follow("c", 0)
			feeds[i].expectDry()
		}
		s.fill("c", n)
		for _, f := range feeds {
			expectIDs(t, f.take(n), 1, names(1, n)...)
		}
	}},

	{"a slow follower holds up nobody", func(t *testing.T, s *subject) {
		const n = 400
		slow, quick := s.follow("c", 0), s.follow("c", 0)
		slow.expectDry()
		quick.expectDry()
		s.fill("c", n) // nobody reads slow meanwhile
		expectIDs(t, quick.take(n), 1, names(1, n)...)
		expectIDs(t, slow.take(n), 1, names(1, n)...)
	}},

	{"a closed feed is woken once more at most", func(t *testing.T, s *subject) {
		var wakes atomic.Int32
		f := s.Follow("c", 0, func() { wakes.Add(1) })
		if _, err := f.Next(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		f.Close()
		other := s.follow("c", 0)
		s.fill("c", 10)
		other.take(10)
		if n := wakes.Load(); n > 1 {
			t.Errorf("woken %d times after Close", n)
		}
	}},

	{"closing one feed leaves the others alone", func(t *testing.T, s *subject) {
		one, two := s.follow("c", 0), s.follow("c", 0)
		one.expectDry()
		two.expectDry()
		one.Close()
		s.append("c", 0, "e1")
		expectIDs(t, two.take(1), 1, "e1")
	}},
}

// A follower reads a Feed the way its users do: all that is there, and then
// nothing until it was woken.
type follower struct {
	bridge.Feed
	t     *testing.T
	woken chan struct{}
}

// follow opens a feed that the test's end closes.
func (s *subject) follow(conversation bridge.ConversationID, after bridge.Seq) *follower {
	f := &follower{t: s.t, woken: make(chan struct{}, 1)}
	f.Feed = s.Follow(conversation, after, func() {
		select {
		case f.woken <- struct{}{}:
		default: // it will look anyway
		}
	})
	s.t.Cleanup(f.Close)
	return f
}

// take returns the next n entries, however long they take to come.
func (f *follower) take(n int) []bridge.Entry {
	f.t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	var got []bridge.Entry
	for len(got) < n {
		entries, err := f.Next(f.t.Context(), n-len(got))
		if err != nil {
			f.t.Errorf("Next: %v", err)
			return got
		}
		got = append(got, entries...)
		if len(entries) > 0 {
			continue
		}
		select {
		case <-f.woken:
		case <-timeout.C:
			f.t.Errorf("the feed gave %d entries and no wake, want %d entries", len(got), n)
			return got
		}
	}
	return got
}

// expectDry fails if the feed has an entry now.
func (f *follower) expectDry() {
	f.t.Helper()
	entries, err := f.Next(f.t.Context(), 10)
	if err != nil {
		f.t.Fatalf("Next: %v", err)
	}
	if len(entries) > 0 {
		f.t.Fatalf("the feed has an entry %d %q, want none", entries[0].Seq, entries[0].ID)
	}
}
