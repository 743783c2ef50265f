package boltstore_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
)

var update = flag.Bool("update", false, "write testdata/layout.golden anew")

// TestTheLayoutStays writes down every key and value of a small store. If it fails,
// programs that are out there cannot read what this one writes, or the other way
// round: raise the schema and say how to get from one to the other, or take the
// change back.
func TestTheLayoutStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), mainName)
	at := time.Date(2026, time.November, 5, 9, 30, 0, 0, time.UTC)
	s := open(t, path, boltstore.Options{SegmentBytes: 1, Now: func() time.Time { return at }})
	for i, e := range []bridge.Entry{
		{ID: "one", Kind: bridge.KindMessage, Line: 1, At: at, By: bridge.Author{Role: bridge.RoleVisitor, Name: "Jane"}, Body: "Hello"},
		{ID: "two", Kind: bridge.KindPosted, At: at, By: bridge.Author{Role: bridge.RoleSystem}, Group: "tech", Thread: "C1/1.2", Post: "1.3", Upto: 1},
	} {
		if _, err := s.Append(t.Context(), "conversation", bridge.Seq(i), e); err != nil {
			t.Fatal(err)
		}
	}
	put(t, s, bridge.GroupRecords, "tech", "a group")
	put(t, s, bridge.SiteRecords, "main", "a site")
	epoch := s.Epoch()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	var got strings.Builder
	for _, name := range []string{path, boltstore.SegmentPath(path, 1), boltstore.SegmentPath(path, 2)} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&got, filepath.Base(name))
		err = boltstore.WalkPages(data, func(bucket string, key, value []byte) error {
			if string(key) == "epoch" {
				if _, own, err := boltstore.UnmarshalRecord(value, bucket, "epoch"); err != nil || string(own) != epoch {
					return fmt.Errorf("epoch is %q, want %q: %v", own, epoch, err)
				}
				value = []byte("(random)")
			}
			_, err := fmt.Fprintf(&got, "  %s %+q\n    %+q\n", bucket, key, value)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}

	fmt.Fprintln(&got, "journal")
	fmt.Fprintf(&got, "  head of epoch E\n    %+q\n  frame\n    %+q\n", boltstore.JournalHead("E"), boltstore.AppendFrame(nil, []byte("an entry"), 7, 6))

	golden := filepath.Join("testdata", "layout.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the layout changed (-want +got):\n%s", diff)
	}
}
