package boltstore_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
)

func TestAFolderIsMadeForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "deep", mainName)
	open(t, path, boltstore.Options{})
	for name, want := range map[string]fs.FileMode{
		filepath.Dir(filepath.Dir(path)): fs.ModeDir | 0o700,
		filepath.Dir(path):               fs.ModeDir | 0o700,
		path:                             0o600,
		boltstore.SegmentPath(path, 1):   0o600,
	} {
		info, err := os.Stat(name)
		if err != nil {
			t.Error(err)
		} else if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", name, info.Mode(), want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.new-*")); len(left) > 0 {
		t.Errorf("%v were left", left)
	}
}

func TestAStoreIsOpenOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), mainName)
	s := open(t, path, boltstore.Options{})
	for name, call := range map[string]func() error{
		"Open":  func() error { _, err := boltstore.Open(path, boltstore.Options{}); return err },
		"Check": func() error { return boltstore.Check(path) },
	} {
		err := call()
		if !errors.Is(err, boltstore.ErrInUse) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want ErrInUse with the path", name, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path, boltstore.Options{})
}

func TestANewerStoreIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), mainName)
	open(t, path, boltstore.Options{}).Close()
	edit(t, path, func(tx *bolt.Tx) error {
		if _, err := tx.CreateBucket([]byte("of the future")); err != nil {
			return err
		}
		return tx.Bucket([]byte("store")).Put([]byte("schema"), boltstore.MarshalRecord("store", "schema", 0, []byte("3")))
	})
	for name, call := range map[string]func() error{
		"Open":  func() error { _, err := boltstore.Open(path, boltstore.Options{}); return err },
		"Check": func() error { return boltstore.Check(path) },
	} {
		err := call()
		if !errors.Is(err, boltstore.ErrNewer) || !strings.Contains(err.Error(), "upgrade") {
			t.Errorf("%s: error %v, want ErrNewer and what to do", name, err)
		}
	}
}

// A kind of records that came after the file was made gets its bucket.
func TestANewKindOfRecordsIsAdded(t *testing.T) {
	path := filepath.Join(t.TempDir(), mainName)
	open(t, path, boltstore.Options{}).Close()
	edit(t, path, func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("records/groups")) })
	put(t, open(t, path, boltstore.Options{}), bridge.GroupRecords, "tech", "v")
}

func TestAnUnknownKindOfRecordsIsRefused(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), mainName), boltstore.Options{})
	if _, err := s.Put(t.Context(), "nonsense", "key", nil, 0); bridge.CodeOf(err) != bridge.CodeInvalid {
		t.Errorf("error %v, want one with CodeInvalid", err)
	}
}

// edit changes a file behind the store's back.
func edit(t *testing.T, path string, fn func(*bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// A crash between the making of a segment and its naming leaves a file that is
// empty; one in the making of a file leaves a piece of it.
func TestWhatACrashLeavesIsClearedAway(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, mainName)
	s := open(t, path, boltstore.Options{})
	s.Close()
	copyFile(t, boltstore.SegmentPath(path, 1), boltstore.SegmentPath(path, 2))
	pieces := []string{path + ".new-123", boltstore.SegmentPath(path, 3) + ".new-4"}
	strangers := []string{filepath.Join(dir, "other.db.new-1"), path + ".backup"}
	for _, name := range append(pieces, strangers...) {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	s = open(t, path, boltstore.Options{SegmentBytes: 1})
	for i, id := range []bridge.EntryID{"a", "b", "c"} { // the second one begins segment 2
		if _, err := s.Append(t.Context(), "c", bridge.Seq(i), bridge.Entry{ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range pieces {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there", name)
		}
	}
	for _, name := range strangers {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
	s.Close()
	if err := boltstore.Check(path); err != nil {
		t.Error(err)
	}
	entries, err := open(t, path, boltstore.Options{}).Read(t.Context(), "c", 0, 0)
	if err != nil || len(entries) != 3 {
		t.Errorf("%d entries, error %v", len(entries), err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPathThatCannotBeAFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, path := range map[string]string{
		"a folder":             dir,
		"a file in a file":     filepath.Join(file, mainName),
		"a file that is no db": file,
	} {
		if _, err := boltstore.Open(path, boltstore.Options{}); err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: error %v, want one that names it", what, err)
		}
	}
	if data, err := os.ReadFile(file); string(data) != "text" {
		t.Errorf("the file that was there is %q now, error %v", data, err)
	}
	if err := boltstore.Check(filepath.Join(dir, "nothing.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Check of nothing: error %v, want fs.ErrNotExist", err)
	}
}
