package bridgetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/bridge"
)

var lifePromises = []promise{
	{"everything is there after a restart", func(t *testing.T, s *subject) {
		s.fill("one", 3)
		s.fill("two", 1)
		revision := s.put(kind, "tech", "1", 0)
		gone := s.put(kind, "gone", "1", 0)
		if err := s.Delete(t.Context(), kind, "gone", gone); err != nil {
			t.Fatal(err)
		}
		before := s.read("one", 0, 0)
		s.restart()

		if diff := cmp.Diff(before, s.read("one", 0, 0)); diff != "" {
			t.Errorf("the log changed (-before +after):\n%s", diff)
		}
		expectIDs(t, s.read("two", 0, 0), 1, "e1")
		s.expectRecord(kind, "tech", "1")
		s.expectNoRecord(kind, "gone")

		if _, err := s.Append(t.Context(), "one", 2, message("late")); !errors.Is(err, bridge.ErrConflict) {
			t.Errorf("Append over an old last: error %v, want ErrConflict", err)
		}
		if e := s.append("one", 0, "e2"); e.Seq != 2 {
			t.Errorf("an id from before the restart has Seq %d, want 2", e.Seq)
		}
		if e := s.append("one", 3, "e4"); e.Seq != 4 {
			t.Errorf("the next entry has Seq %d, want 4", e.Seq)
		}
		if again := s.put(kind, "tech", "2", revision); again <= max(revision, gone) {
			t.Errorf("revision %d came after %d", again, max(revision, gone))
		}
		if again := s.put(kind, "gone", "2", 0); again <= gone {
			t.Errorf("revision %d of a key came after %d", again, gone)
		}
		expectIDs(t, s.follow("one", 2).take(2), 3, "e3", "e4")
	}},

	{"an empty store opens again", func(t *testing.T, s *subject) {
		s.restart()
		expectIDs(t, s.read("c", 0, 0), 1)
		s.append("c", 0, "e1")
		s.restart()
		expectIDs(t, s.read("c", 0, 0), 1, "e1")
	}},

	{"the epoch names the data", func(t *testing.T, s *subject) {
		epoch := s.Epoch()
		if epoch == "" {
			t.Error("the epoch is empty")
		}
		s.append("c", 0, "e1")
		if s.Epoch() != epoch {
			t.Error("the epoch changed while the store was open")
		}
		s.restart()
		if s.Epoch() != epoch {
			t.Error("the epoch changed with a restart")
		}
	}},

	{"Close waits for what is being written", func(t *testing.T, s *subject) {
		const writers = 16
		taken := make([][]string, writers)
		var first, all sync.WaitGroup
		first.Add(writers)
		for w := range writers {
			all.Go(func() {
				for i := 0; ; i++ {
					id := fmt.Sprintf("e%d", i+1)
					conversation := bridge.ConversationID(fmt.Sprintf("c%d", w))
					_, err := s.Append(context.WithoutCancel(t.Context()), conversation, bridge.Seq(i), message(id))
					if err == nil {
						taken[w] = append(taken[w], id)
					}
					if i == 0 {
						first.Done()
					}
					if err != nil {
						return
					}
				}
			})
		}
		first.Wait()
		s.stop()
		all.Wait()

		s.Store, s.closed = s.reopen(), false
		for w, ids := range taken {
			entries := s.read(bridge.ConversationID(fmt.Sprintf("c%d", w)), 0, 0)
			// One that was refused may be there too: its outcome is unknown.
			if len(entries) < len(ids) || len(entries) > len(ids)+1 {
				t.Fatalf("%d entries were taken and %d are there", len(ids), len(entries))
			}
			expectIDs(t, entries[:len(ids)], 1, ids...)
		}
	}},

	{"a closed store says so", func(t *testing.T, s *subject) {
		s.fill("c", 1)
		revision := s.put(kind, "tech", "v", 0)
		feed := s.follow("c", 0)
		s.stop()

		ctx := t.Context()
		for name, call := range map[string]func() error{
			"Append": func() error { _, err := s.Append(ctx, "c", 1, message("e2")); return err },
			"Read":   func() error { _, err := s.Read(ctx, "c", 0, 0); return err },
			"Record": func() error { _, err := s.Record(ctx, kind, "tech"); return err },
			"Put":    func() error { _, err := s.Put(ctx, kind, "tech", nil, revision); return err },
			"Delete": func() error { return s.Delete(ctx, kind, "tech", revision) },
			"Records": func() error {
				return s.Records(ctx, kind, "", func(bridge.Record) error { return nil })
			},
			"Next": func() error { _, err := feed.Next(ctx, 1); return err },
		} {
			if err := call(); bridge.CodeOf(err) != bridge.CodeUnavailable {
				t.Errorf("%s after Close: error %v, want one with CodeUnavailable", name, err)
			}
		}
	}},

	{"a cancelled call says so and changes nothing", func(t *testing.T, s *subject) {
		s.fill("c", 1)
		revision := s.put(kind, "tech", "v", 0)
		ctx := canceled(t)
		for name, call := range map[string]func() error{
			"Append": func() error { _, err := s.Append(ctx, "c", 1, message("e2")); return err },
			"Read":   func() error { _, err := s.Read(ctx, "c", 0, 0); return err },
			"Record": func() error { _, err := s.Record(ctx, kind, "tech"); return err },
			"Put":    func() error { _, err := s.Put(ctx, kind, "tech", nil, revision); return err },
			"Delete": func() error { return s.Delete(ctx, kind, "tech", revision) },
			"Records": func() error {
				return s.Records(ctx, kind, "", func(bridge.Record) error { return nil })
			},
		} {
			if err := call(); !errors.Is(err, context.Canceled) {
				t.Errorf("%s with a cancelled context: error %v, want context.Canceled", name, err)
			}
		}
		expectIDs(t, s.read("c", 0, 0), 1, "e1")
		s.expectRecord(kind, "tech", "v")
	}},

	{"an append that was cancelled halfway can be asked for again", func(t *testing.T, s *subject) {
		const n = 30
		for i := range bridge.Seq(n) {
			ctx, cancel := context.WithCancel(t.Context())
			go cancel() // before, within or after the append
			s.Append(ctx, "c", i, message(fmt.Sprintf("e%d", i+1)))
			cancel()
			if e := s.append("c", i, fmt.Sprintf("e%d", i+1)); e.Seq != i+1 {
				t.Fatalf("asked again, entry %d has Seq %d", i+1, e.Seq)
			}
		}
		expectIDs(t, s.read("c", 0, 0), 1, names(1, n)...)
	}},
}
