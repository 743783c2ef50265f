package boltstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
)

// small makes segments of a few pages.
var small = boltstore.Options{SegmentBytes: 16 << 10}

// contents is all that a store can be asked.
type contents struct {
	Epoch   string
	Logs    map[bridge.ConversationID][]bridge.Entry
	Records map[bridge.RecordKind]map[string]bridge.Record
}

// readAll asks a store everything, over conversations that are known.
func readAll(s *boltstore.Store, conversations []bridge.ConversationID) (contents, error) {
	c := contents{
		Epoch:   s.Epoch(),
		Logs:    make(map[bridge.ConversationID][]bridge.Entry),
		Records: make(map[bridge.RecordKind]map[string]bridge.Record),
	}
	for _, conversation := range conversations {
		entries, err := s.Read(context.Background(), conversation, 0, 0)
		if err != nil {
			return c, err
		}
		c.Logs[conversation] = entries
	}
	for _, kind := range bridge.RecordKinds {
		c.Records[kind] = make(map[string]bridge.Record)
		err := s.Records(context.Background(), kind, "", func(r bridge.Record) error {
			c.Records[kind][r.Key] = r
			return nil
		})
		if err != nil {
			return c, err
		}
	}
	return c, nil
}

// A sample is a store that was filled and closed.
type sample struct {
	files         map[string][]byte // by name within the folder
	names         []string          // of the files
	segments      int
	conversations []bridge.ConversationID
	contents      contents
}

const mainName = "chatgroups.db"

// theSample is made once: making it waits for the disk some hundred times.
var theSample = sync.OnceValues(makeSample)

func sampleStore(tb testing.TB) *sample {
	tb.Helper()
	f, err := theSample()
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

// makeSample makes a store with what a file can have: several segments, branches,
// values longer than a page, buckets within a page, freed pages, an empty bucket.
func makeSample() (f *sample, err error) {
	dir, err := os.MkdirTemp("", "boltstore")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, mainName)
	s, err := boltstore.Open(path, small)
	if err != nil {
		return nil, err
	}
	f = &sample{}
	err = f.fill(s)
	if err == nil {
		f.contents, err = readAll(s, f.conversations)
	}
	if err := errors.Join(err, s.Close(), boltstore.Check(path)); err != nil {
		return nil, err
	}
	f.files, err = readFolder(dir)
	f.names = slices.Sorted(maps.Keys(f.files))
	for _, name := range f.names {
		if strings.Contains(name, ".log-") {
			f.segments++
		}
	}
	if err == nil && f.segments < 4 {
		err = fmt.Errorf("the sample has %d segments, too few to be one", f.segments)
	}
	return f, err
}

func (f *sample) fill(s *boltstore.Store) error {
	ctx := context.Background()
	for c := range 5 {
		f.conversations = append(f.conversations, bridge.ConversationID(fmt.Sprintf("conversation-%d", c)))
	}
	lasts := make([]bridge.Seq, len(f.conversations))
	for i := range 300 {
		c := i % len(f.conversations)
		body := fmt.Sprintf("message %d", i)
		if i%70 == 0 {
			body = strings.Repeat(body, 1000)
		}
		appended, err := s.Append(ctx, f.conversations[c], lasts[c], bridge.Entry{
			ID: bridge.EntryID(fmt.Sprintf("id-%d", i)), Kind: bridge.KindMessage, Body: body,
		})
		if err != nil {
			return err
		}
		lasts[c] = appended.Seq
	}
	put := func(kind bridge.RecordKind, key, value string) (revision uint64, err error) {
		return s.Put(ctx, kind, key, []byte(value), 0)
	}
	for i := range 150 {
		key := fmt.Sprintf("visitor-%03d", i)
		revision, err := put(bridge.VisitorRecords, key, strings.Repeat("v", 10+i))
		if err == nil && i%3 == 0 {
			err = s.Delete(ctx, bridge.VisitorRecords, key, revision)
		}
		if err != nil {
			return err
		}
	}
	_, err1 := put(bridge.GroupRecords, "tech", "inline")
	_, err2 := put(bridge.SiteRecords, "one", strings.Repeat("alone on its page", 100))
	_, err3 := put(bridge.WorkspaceRecords, "big", strings.Repeat("x", 10_000))
	return errors.Join(err1, err2, err3)
}

func put(t testing.TB, s *boltstore.Store, kind bridge.RecordKind, key, value string) {
	t.Helper()
	if _, err := s.Put(t.Context(), kind, key, []byte(value), 0); err != nil {
		t.Fatal(err)
	}
}

// readFolder returns the files of a folder, those of bbolt without the unused ends,
// which it lets grow far ahead of what it needs.
func readFolder(dir string) (map[string][]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(e.Name(), ".journal") {
			files[e.Name()] = data
			continue
		}
		used := len(bytes.TrimRight(data, "\x00"))
		pages := (used + os.Getpagesize() - 1) / os.Getpagesize()
		files[e.Name()] = data[:pages*os.Getpagesize()]
	}
	return files, nil
}

// lay writes the sample's files into a new folder and returns the path of the store.
func (f *sample) lay(t *testing.T) (path string) {
	t.Helper()
	dir := t.TempDir()
	for name, data := range f.files {
		f.write(t, filepath.Join(dir, name), data)
	}
	return filepath.Join(dir, mainName)
}

func (f *sample) write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// with puts other data in place of one of the sample's files while fn runs.
func (f *sample) with(t *testing.T, path, name string, data []byte, fn func()) {
	t.Helper()
	changed := filepath.Join(filepath.Dir(path), name)
	f.write(t, changed, data)
	fn()
	f.write(t, changed, f.files[name])
}

// expectTruth opens the store and fails if anything it says is not so. It reports
// whether the damage was noticed.
func (f *sample) expectTruth(t *testing.T, path, what string) (noticed bool) {
	t.Helper()
	s, err := boltstore.Open(path, small)
	if err == nil {
		var got contents
		if got, err = readAll(s, f.conversations); err == nil {
			if !reflect.DeepEqual(f.contents, got) {
				t.Fatalf("%s: a wrong answer (-want +got):\n%.2000s", what, cmp.Diff(f.contents, got))
			}
		}
		if err := s.Close(); err != nil {
			t.Fatalf("%s: Close: %v", what, err)
		}
	}
	if err != nil && !errors.Is(err, bridge.ErrDamaged) {
		t.Fatalf("%s: error %v, want ErrDamaged", what, err)
	}
	return err != nil
}

// expectTruthOfBit does so with one bit of one file flipped.
func (f *sample) expectTruthOfBit(t *testing.T, path, name string, bit int) (noticed bool) {
	t.Helper()
	data := bytes.Clone(f.files[name])
	data[bit/8] ^= 1 << (bit % 8)
	f.with(t, path, name, data, func() {
		noticed = f.expectTruth(t, path, fmt.Sprintf("bit %d of byte %d of %s flipped", bit%8, bit/8, name))
	})
	return noticed
}

// TestAFlippedBitGivesNoWrongAnswer flips bits at random. A flip within a page that
// is free or in the unused end of one changes nothing; any other must be noticed.
func TestAFlippedBitGivesNoWrongAnswer(t *testing.T) {
	flips := 1000
	if *exhaustive {
		flips = 20_000
	}
	f := sampleStore(t)
	path := f.lay(t)
	random := rand.New(rand.NewPCG(1, 2))
	noticed := 0
	for range flips {
		name := f.names[random.IntN(len(f.names))]
		if f.expectTruthOfBit(t, path, name, random.IntN(8*len(f.files[name]))) {
			noticed++
		}
	}
	t.Logf("%d of %d flips mattered and were noticed", noticed, flips)
	if noticed < flips/10 {
		t.Errorf("only %d of %d flips were noticed: the test flips bits that nobody reads", noticed, flips)
	}
}

// TestAFlippedBitOfAPageHeaderGivesNoWrongAnswer flips what bbolt trusts: each bit of
// the header of each page, and of the first two elements behind it.
func TestAFlippedBitOfAPageHeaderGivesNoWrongAnswer(t *testing.T) {
	step := 17
	if *exhaustive {
		step = 1
	}
	f := sampleStore(t)
	path := f.lay(t)
	pageSize := os.Getpagesize()
	for _, name := range []string{mainName, filepath.Base(boltstore.SegmentPath(mainName, 1))} {
		for page := 0; page < len(f.files[name]); page += pageSize {
			for bit := page % step; bit < 8*48; bit += step {
				f.expectTruthOfBit(t, path, name, 8*page+bit)
			}
		}
	}
}

func TestAFileThatWasCutOffIsNoticed(t *testing.T) {
	f := sampleStore(t)
	path := f.lay(t)
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 200 {
		name := f.names[i%len(f.names)]
		length := random.IntN(len(f.files[name]))
		f.with(t, path, name, f.files[name][:length], func() {
			what := fmt.Sprintf("%s cut off at %d of %d bytes", name, length, len(f.files[name]))
			if !f.expectTruth(t, path, what) && length <= len(f.files[name])-os.Getpagesize() {
				t.Errorf("%s and nobody noticed", what)
			}
		})
	}
}

func TestAFileOfSomethingElseIsNoticed(t *testing.T) {
	f := sampleStore(t)
	path := f.lay(t)
	random := rand.New(rand.NewPCG(5, 6))
	garbage := make([]byte, 64<<10)
	for i := range garbage {
		garbage[i] = byte(random.Uint32())
	}
	for _, name := range f.names {
		for what, data := range map[string][]byte{
			"nothing": nil, "zeros": make([]byte, 64<<10), "garbage": garbage, "text": []byte("# chatgroups\n"),
		} {
			f.with(t, path, name, data, func() {
				if !f.expectTruth(t, path, name+" holding "+what) {
					t.Errorf("%s holding %s was not noticed", name, what)
				}
			})
		}
	}
}

// Each file is whole here, but they do not belong together.
func TestFilesThatDoNotBelongTogetherAreNoticed(t *testing.T) {
	f := sampleStore(t)
	other, err := makeSample()
	if err != nil {
		t.Fatal(err)
	}
	first, second := f.segment(1), f.segment(2)
	last := f.segment(f.segments)
	journal := filepath.Base(boltstore.JournalPath(mainName))
	for what, change := range map[string]func(t *testing.T, path string){
		"a segment of another store":   func(t *testing.T, path string) { f.write(t, f.beside(path, first), other.files[first]) },
		"a segment in another's place": func(t *testing.T, path string) { f.write(t, f.beside(path, second), f.files[first]) },
		"the first segment missing":    func(t *testing.T, path string) { remove(t, f.beside(path, first)) },
		"the last segment missing":     func(t *testing.T, path string) { remove(t, f.beside(path, last)) },
		"the main file missing":        func(t *testing.T, path string) { remove(t, path) },
		"the journal missing":          func(t *testing.T, path string) { remove(t, f.beside(path, journal)) },
		"the journal of another store": func(t *testing.T, path string) { f.write(t, f.beside(path, journal), other.files[journal]) },
		"the main file of another":     func(t *testing.T, path string) { f.write(t, path, other.files[mainName]) },
		"a segment that is not named": func(t *testing.T, path string) {
			f.write(t, boltstore.SegmentPath(path, uint64(f.segments+1)), f.files[last])
		},
		"a segment from nowhere": func(t *testing.T, path string) {
			f.write(t, boltstore.SegmentPath(path, 99), f.files[last])
		},
	} {
		t.Run(what, func(t *testing.T) {
			path := f.lay(t)
			change(t, path)
			if !f.expectTruth(t, path, what) {
				t.Error("not noticed")
			}
		})
	}
}

// segment returns the name of a segment's file.
func (f *sample) segment(n int) string { return boltstore.SegmentPath(mainName, uint64(n)) }

func (f *sample) beside(path, name string) string { return filepath.Join(filepath.Dir(path), name) }

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// TestDamageWhileOpenIsNoticed changes the stored form of one entry and one record
// under a store that is open, as a disk does. What is asked for them says so, and
// all else goes on.
func TestDamageWhileOpenIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), mainName)
	s := open(t, path, boltstore.Options{})
	ctx := t.Context()
	for i, id := range []bridge.EntryID{"a", "b", "c"} {
		if _, err := s.Append(ctx, "c", bridge.Seq(i), bridge.Entry{ID: id, Kind: bridge.KindMessage, Body: "entry-" + string(id)}); err != nil {
			t.Fatal(err)
		}
	}
	put(t, s, bridge.GroupRecords, "good", "record-good")
	put(t, s, bridge.GroupRecords, "rotten", "record-rotten")
	if err := s.Close(); err != nil { // what is in memory does not rot
		t.Fatal(err)
	}
	s = open(t, path, boltstore.Options{})
	rot(t, boltstore.SegmentPath(path, 1), "entry-b")
	rot(t, path, "record-rotten")

	feed := s.Follow("c", 1, func() {})
	defer feed.Close()
	for name, call := range map[string]func() error{
		"Read":         func() error { _, err := s.Read(ctx, "c", 0, 0); return err },
		"Next":         func() error { _, err := feed.Next(ctx, 1); return err },
		"Append again": func() error { _, err := s.Append(ctx, "c", 3, bridge.Entry{ID: "b"}); return err },
		"Record":       func() error { _, err := s.Record(ctx, bridge.GroupRecords, "rotten"); return err },
		"Records":      func() error { return s.Records(ctx, bridge.GroupRecords, "", func(bridge.Record) error { return nil }) },
		"Put":          func() error { _, err := s.Put(ctx, bridge.GroupRecords, "rotten", nil, 2); return err },
		"Delete":       func() error { return s.Delete(ctx, bridge.GroupRecords, "rotten", 2) },
	} {
		if err := call(); !errors.Is(err, bridge.ErrDamaged) {
			t.Errorf("%s: error %v, want ErrDamaged", name, err)
		}
	}

	if entries, err := s.Read(ctx, "c", 2, 0); err != nil || len(entries) != 1 {
		t.Errorf("the entry behind it: %d entries, error %v", len(entries), err)
	}
	if _, err := s.Append(ctx, "c", 3, bridge.Entry{ID: "d"}); err != nil {
		t.Errorf("Append: %v", err)
	}
	if _, err := s.Record(ctx, bridge.GroupRecords, "good"); err != nil {
		t.Errorf("Record: %v", err)
	}
	put(t, s, bridge.GroupRecords, "new", "v")
}

// rot flips a bit of each place in a file where text stands.
func rot(t *testing.T, path, text string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rotten := strings.Replace(text, "-", "_", 1)
	if !bytes.Contains(data, []byte(text)) {
		t.Fatalf("%s does not contain %q", path, text)
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for at := 0; ; at++ {
		i := bytes.Index(data[at:], []byte(text))
		if i < 0 {
			return
		}
		at += i
		if _, err := file.WriteAt([]byte(rotten), int64(at)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCheckListsWhatIsWrong(t *testing.T) {
	f := sampleStore(t)
	path := f.lay(t)
	if err := boltstore.Check(path); err != nil {
		t.Fatalf("Check of a store that is whole: %v", err)
	}
	rot(t, path, "visitor-001")
	rot(t, f.beside(path, f.segment(1)), `"at":"0001-01-01T00:00:00Z"`)
	before, err := readFolder(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	err = boltstore.Check(path)
	if after, err := readFolder(filepath.Dir(path)); err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("Check changed a file (error %v)", err)
	}
	if !errors.Is(err, bridge.ErrDamaged) {
		t.Fatalf("error %v, want ErrDamaged", err)
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) < 3 {
		t.Errorf("%d lines say what is wrong in two files:\n%v", len(lines), err)
	}
	for _, file := range []string{path + ":", boltstore.SegmentPath(path, 1) + ":"} {
		if !strings.Contains(err.Error(), file) {
			t.Errorf("%s is not among the problems:\n%v", file, err)
		}
	}
}
