package bridgetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/bridge"
)

var entryPromises = []promise{
	{"entries are numbered from 1 in each conversation", func(t *testing.T, s *subject) {
		for i := range 3 {
			for _, conversation := range []bridge.ConversationID{"one", "two"} {
				e := s.append(conversation, bridge.Seq(i), fmt.Sprintf("%s-%d", conversation, i))
				if e.Seq != bridge.Seq(i+1) {
					t.Errorf("entry %d of %s has Seq %d", i+1, conversation, e.Seq)
				}
			}
		}
		expectIDs(t, s.read("one", 0, 0), 1, "one-0", "one-1", "one-2")
		expectIDs(t, s.read("two", 0, 0), 1, "two-0", "two-1", "two-2")
	}},

	{"an entry comes back as it was appended", func(t *testing.T, s *subject) {
		full := message("full")
		full.Line = 7
		full.By.Agent = "U1"
		full.Body = "Grüße 👋🏽\n\"quoted\" <tag> \\ \u2028 end"
		full.Group, full.Reason = "tech", "knows more"
		full.Thread, full.Post, full.Upto = "T1/C1/1.2", "1.3", 5
		full.Opening = &bridge.Opening{
			Workspace: "T1", Site: "main", Visitor: "v", Number: 1042, Group: "tech",
			Page: bridge.Page{URL: "https://shop.example/?a=b&c=d", Language: "de-AT", Zone: "Europe/Vienna"},
		}
		appended, err := s.Append(t.Context(), "c", 0, full)
		if err != nil {
			t.Fatal(err)
		}
		full.Seq = 1
		if diff := cmp.Diff(full, appended); diff != "" {
			t.Errorf("returned by Append (-want +got):\n%s", diff)
		}
		s.append("c", 1, "other")
		if diff := cmp.Diff(full, s.read("c", 0, 1)[0]); diff != "" {
			t.Errorf("returned by Read (-want +got):\n%s", diff)
		}
	}},

	{"a log that has moved on conflicts, and nothing is saved", func(t *testing.T, s *subject) {
		s.fill("c", 3)
		for _, last := range []bridge.Seq{0, 1, 2, 4, 1 << 40} {
			if _, err := s.Append(t.Context(), "c", last, message("late")); !errors.Is(err, bridge.ErrConflict) {
				t.Errorf("Append after %d to a log of 3: error %v, want ErrConflict", last, err)
			}
		}
		if _, err := s.Append(t.Context(), "empty", 1, message("late")); !errors.Is(err, bridge.ErrConflict) {
			t.Errorf("Append after 1 to an empty log: error %v, want ErrConflict", err)
		}
		expectIDs(t, s.read("c", 0, 0), 1, names(1, 3)...)
		expectIDs(t, s.read("empty", 0, 0), 1)
		s.append("c", 3, "late")
	}},

	{"an id that is there returns its entry, whatever last says", func(t *testing.T, s *subject) {
		s.fill("c", 4)
		want := s.read("c", 1, 1)[0]
		again := message("e2")
		again.Body = "other words"
		for _, last := range []bridge.Seq{0, 1, 2, 4, 99} {
			got, err := s.Append(t.Context(), "c", last, again)
			if err != nil {
				t.Fatalf("Append of e2 again after %d: %v", last, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Append of e2 again after %d (-want +got):\n%s", last, diff)
			}
		}
		expectIDs(t, s.read("c", 0, 0), 1, names(1, 4)...)
	}},

	{"an id is the conversation's own", func(t *testing.T, s *subject) {
		s.append("one", 0, "same")
		if e := s.append("two", 0, "same"); e.Seq != 1 {
			t.Errorf("the same id in another conversation has Seq %d, want 1", e.Seq)
		}
		s.append("one", 1, "next")
		expectIDs(t, s.read("one", 0, 0), 1, "same", "next")
		expectIDs(t, s.read("two", 0, 0), 1, "same")
	}},

	{"an id may have 64 bytes of any kind", func(t *testing.T, s *subject) {
		ids := []string{strings.Repeat("x", 64), "a", "A", "a.b*c>d e/f", "é", "é2", "C1:1730798000.000100"}
		for i, id := range ids {
			s.append("c", bridge.Seq(i), id)
		}
		for i, id := range ids {
			if e := s.append("c", 0, id); e.Seq != bridge.Seq(i+1) {
				t.Errorf("id %q again has Seq %d, want %d", id, e.Seq, i+1)
			}
		}
		expectIDs(t, s.read("c", 0, 0), 1, ids...)
	}},

	{"an entry up to the limit is kept, and a larger one refused", func(t *testing.T, s *subject) {
		e := message("big")
		data, err := bridge.EncodeEntry(e)
		if err != nil {
			t.Fatal(err)
		}
		e.Body += strings.Repeat("x", bridge.MaxEntryBytes-len(data))
		if _, err := s.Append(t.Context(), "c", 0, e); err != nil {
			t.Fatalf("Append of MaxEntryBytes: %v", err)
		}
		if diff := cmp.Diff(e.Body, s.read("c", 0, 0)[0].Body); diff != "" {
			t.Error("a large entry came back changed")
		}
		e.ID = "too-big"
		e.Body += "x"
		if _, err := s.Append(t.Context(), "c", 1, e); !errors.Is(err, bridge.ErrTooLarge) {
			t.Errorf("Append of MaxEntryBytes+1: error %v, want ErrTooLarge", err)
		}
		s.append("c", 1, "small")
	}},

	{"Read pages through a log", func(t *testing.T, s *subject) {
		s.fill("c", 5)
		for _, row := range []struct {
			after bridge.Seq
			limit int
			want  []string
		}{
			{0, 0, names(1, 5)},
			{0, -1, names(1, 5)},
			{0, 2, names(1, 2)},
			{2, 2, names(3, 4)},
			{4, 2, names(5, 5)},
			{3, 0, names(4, 5)},
			{0, 5, names(1, 5)},
			{0, 1 << 30, names(1, 5)},
			{5, 0, nil},
			{5, 1, nil},
			{6, 0, nil},
			{1 << 60, 3, nil},
		} {
			t.Run(fmt.Sprintf("after %d limit %d", row.after, row.limit), func(t *testing.T) {
				entries, err := s.Read(t.Context(), "c", row.after, row.limit)
				if err != nil {
					t.Fatal(err)
				}
				expectIDs(t, entries, row.after+1, row.want...)
			})
		}
		expectIDs(t, s.read("nobody", 0, 0), 1)
	}},

	{"a long log is read whole", func(t *testing.T, s *subject) {
		const n = 700
		s.fill("c", n)
		expectIDs(t, s.read("c", 0, 0), 1, names(1, n)...)
		expectIDs(t, s.read("c", n-1, 0), n, names(n, n)...)
	}},

	{"of many who append at one place, one wins", func(t *testing.T, s *subject) {
		const n = 16
		for round := range bridge.Seq(5) {
			errs := make([]error, n)
			together(n, func(i int) {
				_, errs[i] = s.Append(t.Context(), "c", round, message(fmt.Sprintf("r%d-%d", round, i)))
			})
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else if !errors.Is(err, bridge.ErrConflict) {
					t.Fatalf("a loser got %v, want ErrConflict", err)
				}
			}
			if won != 1 {
				t.Fatalf("%d of %d appends after %d won", won, n, round)
			}
			if got := len(s.read("c", 0, 0)); got != int(round)+1 {
				t.Fatalf("the log has %d entries after round %d", got, round+1)
			}
		}
	}},

	{"of many who append one id, all get the one entry", func(t *testing.T, s *subject) {
		const n = 16
		s.append("c", 0, "first")
		entries := make([]bridge.Entry, n)
		errs := make([]error, n)
		together(n, func(i int) {
			e := message("same")
			e.Body = fmt.Sprintf("words of %d", i)
			entries[i], errs[i] = s.Append(t.Context(), "c", 1, e)
		})
		log := s.read("c", 0, 0)
		expectIDs(t, log, 1, "first", "same")
		for i := range n {
			if errs[i] != nil {
				t.Errorf("append %d: %v", i, errs[i])
			} else if diff := cmp.Diff(log[1], entries[i]); diff != "" {
				t.Errorf("append %d got another entry (-log +got):\n%s", i, diff)
			}
		}
	}},

	{"writers of one conversation get ahead and leave no hole", func(t *testing.T, s *subject) {
		const writers, each = 8, 12
		together(writers, func(w int) {
			for i := range each {
				if err := s.push("c", fmt.Sprintf("w%d-%d", w, i)); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
			}
		})
		seen := make(map[bridge.EntryID]bool)
		next := make([]int, writers)
		for i, e := range s.read("c", 0, 0) {
			if e.Seq != bridge.Seq(i+1) {
				t.Fatalf("entry %d has Seq %d", i+1, e.Seq)
			}
			if seen[e.ID] {
				t.Fatalf("%s is there twice", e.ID)
			}
			seen[e.ID] = true
			var w, n int
			fmt.Sscanf(string(e.ID), "w%d-%d", &w, &n)
			if n != next[w] {
				t.Fatalf("%s came before w%d-%d", e.ID, w, next[w])
			}
			next[w]++
		}
		if len(seen) != writers*each {
			t.Errorf("the log has %d entries, want %d", len(seen), writers*each)
		}
	}},

	{"writers of many conversations do not disturb each other", func(t *testing.T, s *subject) {
		const writers, each = 32, 8
		name := func(w int) bridge.ConversationID { return bridge.ConversationID(fmt.Sprintf("c%d", w)) }
		together(writers, func(w int) {
			for i := range each {
				e, err := s.Append(t.Context(), name(w), bridge.Seq(i), message(fmt.Sprintf("e%d", i+1)))
				if err != nil || e.Seq != bridge.Seq(i+1) {
					t.Errorf("append %d to %s: Seq %d, error %v", i+1, name(w), e.Seq, err)
					return
				}
			}
		})
		for w := range writers {
			expectIDs(t, s.read(name(w), 0, 0), 1, names(1, each)...)
		}
	}},
}

// push appends wherever the log ends, however often others are first.
func (s *subject) push(conversation bridge.ConversationID, id string) error {
	var last bridge.Seq
	for {
		_, err := s.Append(s.t.Context(), conversation, last, message(id))
		if !errors.Is(err, bridge.ErrConflict) {
			return err
		}
		entries, err := s.Read(s.t.Context(), conversation, last, 0)
		if err != nil {
			return err
		}
		last += bridge.Seq(len(entries))
	}
}
