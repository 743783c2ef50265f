package bridgetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

const kind = bridge.GroupRecords

var recordPromises = []promise{
	{"a record comes back as it was put", func(t *testing.T, s *subject) {
		value := []byte("v\x001")
		revision, err := s.Put(t.Context(), kind, "tech", value, 0)
		if err != nil {
			t.Fatal(err)
		}
		value[0] = 'X' // what the caller does with its slice is no matter of the store's
		r, err := s.Record(t.Context(), kind, "tech")
		if err != nil {
			t.Fatal(err)
		}
		if r.Key != "tech" || string(r.Value) != "v\x001" || r.Revision != revision || revision == 0 {
			t.Errorf("got %+v, want what was put with revision %d", r, revision)
		}
	}},

	{"a record that is not there is ErrNoRecord", func(t *testing.T, s *subject) {
		s.put(kind, "tech", "v", 0)
		for _, key := range []string{"tec", "tech2", "sales"} {
			if _, err := s.Record(t.Context(), kind, key); !errors.Is(err, bridge.ErrNoRecord) {
				t.Errorf("Record %s: error %v, want ErrNoRecord", key, err)
			}
		}
	}},

	{"kinds have keys of their own", func(t *testing.T, s *subject) {
		for _, kind := range bridge.RecordKinds {
			s.put(kind, "key", "of "+string(kind), 0)
		}
		for _, kind := range bridge.RecordKinds {
			s.expectRecord(kind, "key", "of "+string(kind))
		}
	}},

	{"a record is written over the revision that was read", func(t *testing.T, s *subject) {
		first := s.put(kind, "tech", "1", 0)
		second := s.put(kind, "tech", "2", first)
		if second <= first {
			t.Errorf("revision %d came after %d", second, first)
		}
		for _, revision := range []uint64{0, first, second + 1} {
			if _, err := s.Put(t.Context(), kind, "tech", []byte("3"), revision); !errors.Is(err, bridge.ErrConflict) {
				t.Errorf("Put over revision %d of %d: error %v, want ErrConflict", revision, second, err)
			}
		}
		if _, err := s.Put(t.Context(), kind, "sales", []byte("1"), first); !errors.Is(err, bridge.ErrConflict) {
			t.Errorf("Put over a record that is not there: error %v, want ErrConflict", err)
		}
		s.expectRecord(kind, "tech", "2")
		s.expectNoRecord(kind, "sales")
	}},

	{"a record is deleted at the revision that was read", func(t *testing.T, s *subject) {
		first := s.put(kind, "tech", "1", 0)
		second := s.put(kind, "tech", "2", first)
		for _, revision := range []uint64{0, first, second + 1} {
			if err := s.Delete(t.Context(), kind, "tech", revision); !errors.Is(err, bridge.ErrConflict) {
				t.Errorf("Delete of revision %d of %d: error %v, want ErrConflict", revision, second, err)
			}
		}
		s.expectRecord(kind, "tech", "2")
		if err := s.Delete(t.Context(), kind, "tech", second); err != nil {
			t.Fatalf("Delete: %v", err)
		}
		s.expectNoRecord(kind, "tech")
	}},

	{"deleting what is not there is no error", func(t *testing.T, s *subject) {
		revision := s.put(kind, "tech", "1", 0)
		for range 2 {
			if err := s.Delete(t.Context(), kind, "tech", revision); err != nil {
				t.Errorf("Delete: %v", err)
			}
		}
		if err := s.Delete(t.Context(), kind, "never", 7); err != nil {
			t.Errorf("Delete of what never was: %v", err)
		}
	}},

	{"revisions grow, also over a delete", func(t *testing.T, s *subject) {
		var last uint64
		for range 3 {
			for range 3 {
				revision := s.put(kind, "tech", "v", s.revision(kind, "tech"))
				if revision <= last {
					t.Fatalf("revision %d came after %d", revision, last)
				}
				last = revision
			}
			if err := s.Delete(t.Context(), kind, "tech", last); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Put(t.Context(), kind, "tech", []byte("v"), last); !errors.Is(err, bridge.ErrConflict) {
				t.Fatalf("Put over a deleted revision: error %v, want ErrConflict", err)
			}
		}
	}},

	{"of many who count in one record, nobody's count is lost", func(t *testing.T, s *subject) {
		const writers, each = 8, 8
		together(writers, func(int) {
			for range each {
				if err := s.count("n"); err != nil {
					t.Error(err)
					return
				}
			}
		})
		s.expectRecord(kind, "n", strconv.Itoa(writers*each))
	}},

	{"of many who create one record, one wins", func(t *testing.T, s *subject) {
		const n = 16
		revisions := make([]uint64, n)
		together(n, func(i int) {
			revision, err := s.Put(t.Context(), kind, "tech", []byte(strconv.Itoa(i)), 0)
			if err != nil && !errors.Is(err, bridge.ErrConflict) {
				t.Errorf("Put: %v", err)
			}
			revisions[i] = revision
		})
		won := slices.IndexFunc(revisions, func(r uint64) bool { return r > 0 })
		if won < 0 {
			t.Fatal("nobody won")
		}
		for i, r := range revisions {
			if i != won && r > 0 {
				t.Fatalf("%d and %d both won", won, i)
			}
		}
		s.expectRecord(kind, "tech", strconv.Itoa(won))
	}},

	{"a key is what ValidKey says", func(t *testing.T, s *subject) {
		for _, key := range []string{
			"a", "ABCxyz019", "a-b_c=d.e/f", "T1/C1/1730798000.000100", strings.Repeat("k", 200),
		} {
			s.put(kind, key, key, 0)
			s.expectRecord(kind, key, key)
		}
		for _, key := range []string{"", ".", "..", ".a", "a.", "a..b", "a b", "a*", "a>", "é", "a\x00", "a:b", "a\\b", strings.Repeat("k", 201)} {
			if _, err := s.Put(t.Context(), kind, key, nil, 0); !errors.Is(err, bridge.ErrBadKey) {
				t.Errorf("Put %q: error %v, want ErrBadKey", key, err)
			}
			if _, err := s.Record(t.Context(), kind, key); !errors.Is(err, bridge.ErrBadKey) {
				t.Errorf("Record %q: error %v, want ErrBadKey", key, err)
			}
			if err := s.Delete(t.Context(), kind, key, 1); !errors.Is(err, bridge.ErrBadKey) {
				t.Errorf("Delete %q: error %v, want ErrBadKey", key, err)
			}
		}
	}},

	{"a record up to the limit is kept, and a larger one refused", func(t *testing.T, s *subject) {
		big := bytes.Repeat([]byte{0xA5}, bridge.MaxRecordBytes)
		revision, err := s.Put(t.Context(), kind, "big", big, 0)
		if err != nil {
			t.Fatalf("Put of MaxRecordBytes: %v", err)
		}
		if _, err := s.Put(t.Context(), kind, "big", append(big, 0), revision); !errors.Is(err, bridge.ErrTooLarge) {
			t.Errorf("Put of MaxRecordBytes+1: error %v, want ErrTooLarge", err)
		}
		r, err := s.Record(t.Context(), kind, "big")
		if err != nil {
			t.Fatal(err)
		}
		if r.Revision != revision || !bytes.Equal(r.Value, big) {
			t.Error("a large record came back changed")
		}
	}},

	{"Records lists a kind in the order of keys", func(t *testing.T, s *subject) {
		keys := []string{"b", "a/2", "a/10", "a", "A", "a.b", "a/1", "c", "ab", "a-"}
		for _, key := range keys {
			s.put(kind, key, "value of "+key, 0)
		}
		s.put(bridge.SiteRecords, "a/3", "of another kind", 0)
		if err := s.Delete(t.Context(), kind, "c", s.revision(kind, "c")); err != nil {
			t.Fatal(err)
		}
		keys = slices.DeleteFunc(keys, func(key string) bool { return key == "c" })
		slices.Sort(keys)
		for _, prefix := range []string{"", "a", "a/", "a/1", "b", "nothing"} {
			var want []string
			for _, key := range keys {
				if strings.HasPrefix(key, prefix) {
					want = append(want, key)
				}
			}
			var got []string
			err := s.Records(t.Context(), kind, prefix, func(r bridge.Record) error {
				got = append(got, r.Key)
				if string(r.Value) != "value of "+r.Key || r.Revision == 0 {
					t.Errorf("%s is %q with revision %d", r.Key, r.Value, r.Revision)
				}
				return nil
			})
			if err != nil {
				t.Fatalf("Records %q: %v", prefix, err)
			}
			if !slices.Equal(got, want) {
				t.Errorf("Records %q gave %q, want %q", prefix, got, want)
			}
		}
	}},

	{"Records lists many", func(t *testing.T, s *subject) {
		const n = 600
		for i := range n {
			s.put(kind, fmt.Sprintf("k%04d", i), strconv.Itoa(i), 0)
		}
		i := 0
		err := s.Records(t.Context(), kind, "k", func(r bridge.Record) error {
			if want := fmt.Sprintf("k%04d", i); r.Key != want || string(r.Value) != strconv.Itoa(i) {
				return fmt.Errorf("record %d is %s = %s", i, r.Key, r.Value)
			}
			i++
			return nil
		})
		if err != nil || i != n {
			t.Errorf("Records gave %d of %d: %v", i, n, err)
		}
	}},

	{"Records stops at fn's error and returns it", func(t *testing.T, s *subject) {
		for _, key := range []string{"a", "b", "c"} {
			s.put(kind, key, "v", 0)
		}
		enough := errors.New("enough")
		calls := 0
		err := s.Records(t.Context(), kind, "", func(r bridge.Record) error {
			calls++
			if r.Key == "b" {
				return enough
			}
			return nil
		})
		if !errors.Is(err, enough) || calls != 2 {
			t.Errorf("Records returned %v after %d calls, want fn's own error after 2", err, calls)
		}
	}},

	{"Watch tells of every change", func(t *testing.T, s *subject) {
		one, two := s.watch(kind), s.watch(kind)
		revision := s.put(kind, "tech", "1", 0)
		one.expect("a record was created")
		two.expect("a record was created")
		revision = s.put(kind, "tech", "2", revision)
		one.expect("a record was written")
		if err := s.Delete(t.Context(), kind, "tech", revision); err != nil {
			t.Fatal(err)
		}
		one.expect("a record was deleted")
	}},

	{"a change is there when Watch tells of it", func(t *testing.T, s *subject) {
		const n = 20
		w := s.watch(kind)
		done := make(chan struct{})
		go func() {
			defer close(done)
			var revision uint64
			for i := range n {
				var err error
				if revision, err = s.Put(t.Context(), kind, "n", []byte(strconv.Itoa(i)), revision); err != nil {
					t.Errorf("Put: %v", err)
					return
				}
			}
		}()
		// A reader that looks only when it is told must come to see the last state.
		for {
			w.expect("records were written")
			r, err := s.Record(t.Context(), kind, "n")
			if err != nil {
				t.Fatal(err)
			}
			if string(r.Value) == strconv.Itoa(n-1) {
				break
			}
		}
		<-done
	}},

	{"a watch that was stopped is quiet", func(t *testing.T, s *subject) {
		stopped, other := s.watch(kind), s.watch(kind)
		s.put(kind, "a", "v", 0)
		stopped.expect("a record was created")
		stopped.stop()
		other.expect("a record was created")
		stopped.drain() // several changes may be told as several
		s.put(kind, "b", "v", 0)
		other.expect("a record was created")
		select {
		case <-stopped.told:
			t.Error("told after stop")
		default:
		}
	}},
}

// A watcher remembers that it was told.
type watcher struct {
	t    *testing.T
	told chan struct{}
	stop func()
}

func (s *subject) watch(kind bridge.RecordKind) *watcher {
	w := &watcher{t: s.t, told: make(chan struct{}, 1)}
	w.stop = s.Watch(kind, func() {
		select {
		case w.told <- struct{}{}:
		default:
		}
	})
	s.t.Cleanup(w.stop)
	return w
}

// expect waits until the watcher is told that something happened.
func (w *watcher) expect(what string) {
	w.t.Helper()
	select {
	case <-w.told:
	case <-time.After(patience):
		w.t.Fatalf("Watch did not tell that %s", what)
	}
}

func (w *watcher) drain() {
	select {
	case <-w.told:
	default:
	}
}

// revision returns a record's revision, or 0 where there is none.
func (s *subject) revision(kind bridge.RecordKind, key string) uint64 {
	s.t.Helper()
	r, err := s.Record(s.t.Context(), kind, key)
	if err != nil && !errors.Is(err, bridge.ErrNoRecord) {
		s.t.Fatalf("Record %s %s: %v", kind, key, err)
	}
	return r.Revision
}

func (s *subject) expectRecord(kind bridge.RecordKind, key, value string) {
	s.t.Helper()
	r, err := s.Record(s.t.Context(), kind, key)
	if err != nil {
		s.t.Errorf("Record %s %s: %v", kind, key, err)
	} else if r.Key != key || string(r.Value) != value {
		s.t.Errorf("record %s %s is %q = %q, want %q", kind, key, r.Key, r.Value, value)
	}
}

func (s *subject) expectNoRecord(kind bridge.RecordKind, key string) {
	s.t.Helper()
	if r, err := s.Record(s.t.Context(), kind, key); !errors.Is(err, bridge.ErrNoRecord) {
		s.t.Errorf("Record %s %s is %q with error %v, want ErrNoRecord", kind, key, r.Value, err)
	}
}

// count adds one to the number in a record, however often others are first.
func (s *subject) count(key string) error {
	ctx := context.WithoutCancel(s.t.Context())
	for {
		n := 0
		r, err := s.Record(ctx, kind, key)
		switch {
		case err == nil:
			if n, err = strconv.Atoi(string(r.Value)); err != nil {
				return err
			}
		case !errors.Is(err, bridge.ErrNoRecord):
			return err
		}
		_, err = s.Put(ctx, kind, key, []byte(strconv.Itoa(n+1)), r.Revision)
		if !errors.Is(err, bridge.ErrConflict) {
			return err
		}
	}
}
