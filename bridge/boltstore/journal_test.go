package boltstore_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
)

// left returns the files of a store as a kill would leave them, with entries of these
// sizes in the journal, each acknowledged by itself.
func left(t *testing.T, sizes ...int) (dir string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), mainName)
	s := open(t, path, boltstore.Options{})
	appendSizes(t, s, 0, sizes...)
	files, err := readFolder(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func appendSizes(t *testing.T, s *boltstore.Store, last bridge.Seq, sizes ...int) {
	t.Helper()
	for _, size := range sizes {
		e := bridge.Entry{ID: bridge.EntryID(fmt.Sprintf("id-%d", last+1)), Kind: bridge.KindMessage, Body: strings.Repeat("x", size)}
		if _, err := s.Append(t.Context(), "c", last, e); err != nil {
			t.Fatal(err)
		}
		last++
	}
}

// expectEntries opens the store in dir and fails unless these are its entries.
func expectEntries(t *testing.T, dir string, sizes ...int) {
	t.Helper()
	path := filepath.Join(dir, mainName)
	if err := boltstore.Check(path); err != nil {
		t.Errorf("Check: %v", err)
	}
	s, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	entries, err := s.Read(t.Context(), "c", 0, 0)
	if err != nil || len(entries) != len(sizes) {
		t.Fatalf("%d entries, error %v; want %d", len(entries), err, len(sizes))
	}
	for i, e := range entries {
		if e.Seq != bridge.Seq(i+1) || len(e.Body) != sizes[i] {
			t.Errorf("entry %d is %d with %d bytes, want %d", i+1, e.Seq, len(e.Body), sizes[i])
		}
	}
}

func expectDamage(t *testing.T, dir, what string) {
	t.Helper()
	path := filepath.Join(dir, mainName)
	if err := boltstore.Check(path); !errors.Is(err, bridge.ErrDamaged) {
		t.Errorf("%s: Check gives %v, want ErrDamaged", what, err)
	}
	s, err := boltstore.Open(path, boltstore.Options{})
	if err == nil {
		s.Close()
	}
	if !errors.Is(err, bridge.ErrDamaged) {
		t.Errorf("%s: Open gives %v, want ErrDamaged", what, err)
	}
}

func TestWhatIsInTheJournalIsThereAfterACrash(t *testing.T) {
	dir := left(t, 10, 3000, 0, 700)
	expectEntries(t, dir, 10, 3000, 0, 700)
	expectEntries(t, dir, 10, 3000, 0, 700) // and after a clean end
}

// TestTheJournalIsFoldedWhenItIsFull writes more than it holds, with entries that are
// too large for what is left of it.
func TestTheJournalIsFoldedWhenItIsFull(t *testing.T) {
	var sizes []int
	for i := range 30 {
		sizes = append(sizes, 1000*i, 200_000)
	}
	expectEntries(t, left(t, sizes...), sizes...)
}

// Every bit counts, but for those of zeros behind the last frame, of which a crash may
// leave anything.
func TestAnyFlippedBitOfTheJournalIsNoticed(t *testing.T) {
	dir := left(t, 10, 700, 20)
	name := boltstore.JournalPath(filepath.Join(dir, mainName))
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	used := len(bytes.TrimRight(whole, "\x00"))
	step := 7
	if *exhaustive {
		step = 1
	}
	for bit := 0; bit < 8*used; bit += step {
		data := bytes.Clone(whole)
		data[bit/8] ^= 1 << (bit % 8)
		if _, err := boltstore.ParseJournal(data, epochOf(t, dir), 0); err == nil {
			t.Errorf("bit %d of byte %d flipped and nobody noticed", bit%8, bit/8)
		}
	}
	for _, bit := range []int{0, 8*boltstore.JournalHeadBytes + 3, 8*used - 9} {
		data := bytes.Clone(whole)
		data[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		expectDamage(t, dir, fmt.Sprintf("bit %d flipped", bit))
	}
	if err := os.WriteFile(name, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	expectEntries(t, dir, 10, 700, 20)
}

// epochs remembers what the stores in folders are called, since opening one changes it.
var epochs = map[string]string{}

func epochOf(t *testing.T, dir string) string {
	t.Helper()
	if epoch, ok := epochs[dir]; ok {
		return epoch
	}
	copied := t.TempDir()
	files, err := readFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(copied, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	epochs[dir] = open(t, filepath.Join(copied, mainName), boltstore.Options{}).Epoch()
	return epochs[dir]
}

// A handmade journal, so that writes of several entries are what we want them to be.
type handmade struct {
	random *rand.Rand
	data   []byte
	end    int
	next   uint64
}

func newHandmade(random *rand.Rand, first uint64) *handmade {
	data := make([]byte, boltstore.JournalBytes)
	copy(data, boltstore.JournalHead("E"))
	return &handmade{random, data, boltstore.JournalHeadBytes, first}
}

// write puts a batch of entries of random sizes, and returns the file before it.
func (h *handmade) write(entries int) (before []byte) {
	before = bytes.Clone(h.data)
	first := h.next
	var frames []byte
	for range entries {
		body := strings.Repeat("x", h.random.IntN(1500))
		value := boltstore.MarshalEntry("c", bridge.Seq(h.next), bridge.EntryID(fmt.Sprint(h.next)), []byte(`{"body":"`+body+`"}`))
		boltstore.SealEntry(value, h.next)
		frames = boltstore.AppendFrame(frames, value, h.next, first)
		h.next++
	}
	h.end += copy(h.data[h.end:], frames)
	return before
}

// mix returns a file of which each sector is either that of one or of the other.
func mix(random *rand.Rand, one, other []byte, end int) []byte {
	mixed := bytes.Clone(one)
	share := random.Float64()
	for at := 0; at < end; at += boltstore.SectorSize {
		if random.Float64() < share {
			copy(mixed[at:at+boltstore.SectorSize], other[at:])
		}
	}
	return mixed
}

func TestAWriteThatAPowerCutInterruptsIsNoDamage(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		h := newHandmade(random, 1)
		for range random.IntN(4) {
			h.write(1 + random.IntN(5))
		}
		kept := int(h.next - 1)
		before := h.write(1 + random.IntN(8))
		got, err := boltstore.ParseJournal(mix(random, before, h.data, h.end), "E", 0)
		if err != nil {
			t.Fatalf("error %v", err)
		}
		if len(got) < kept || len(got) > int(h.next-1) {
			t.Fatalf("%d entries; %d were kept and %d written", len(got), kept, h.next-1)
		}
	}
}

func TestAClearingThatAPowerCutInterruptsIsNoDamage(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for range 300 {
		h := newHandmade(random, 5)
		for range 1 + random.IntN(4) {
			h.write(1 + random.IntN(5))
		}
		cleared := bytes.Clone(h.data)
		clear(cleared[boltstore.JournalHeadBytes:])
		folded := h.next - 1 + uint64(random.IntN(3)) // a fold may have taken more along
		got, err := boltstore.ParseJournal(mix(random, h.data, cleared, h.end), "E", folded)
		if err != nil || len(got) > 0 {
			t.Fatalf("%d entries, error %v; all were folded", len(got), err)
		}
	}
}

// A fold has put the entries into a segment; what happens to them in the journal, from
// which they were not cleared yet, is no loss.
func TestDamageToWhatWasFoldedIsNoLoss(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	for range 300 {
		h := newHandmade(random, 1)
		h.write(2)
		begin := h.end
		h.write(1 + random.IntN(3))
		h.data[begin+random.IntN(h.end-begin)] ^= 0x08
		got, err := boltstore.ParseJournal(h.data, "E", h.next-1)
		if err != nil || len(got) > 0 {
			t.Fatalf("%d entries, error %v; all were folded", len(got), err)
		}
		if _, err := boltstore.ParseJournal(h.data, "E", 0); err == nil {
			t.Fatal("the same damage to what was not folded was not noticed")
		}
	}
}

func TestDamageBeforeALaterWriteIsNoTornWrite(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for range 100 {
		h := newHandmade(random, 1)
		h.write(1)
		begin := h.end
		h.write(1)
		end := h.end
		h.write(3)
		before := h.write(4)
		mixed := mix(random, before, h.data, h.end)
		for at := begin; at < end; at += 1 + random.IntN(end-begin) {
			rotten := bytes.Clone(mixed)
			rotten[at] ^= 0x10
			if got, err := boltstore.ParseJournal(rotten, "E", 0); err == nil {
				t.Fatalf("byte %d of %d to %d is damaged; %d entries and no error", at, begin, end, len(got))
			}
		}
		clear(mixed[begin:end]) // a sector of which nothing is left
		if _, err := boltstore.ParseJournal(mixed, "E", 0); err == nil {
			t.Fatal("an entry is missing and nobody noticed")
		}
	}
}

func TestAJournalThatBelongsElsewhereIsNoticed(t *testing.T) {
	h := newHandmade(rand.New(rand.NewPCG(1, 1)), 4)
	h.write(2)
	for what, parse := range map[string]func() error{
		"of another store":   func() error { _, err := boltstore.ParseJournal(h.data, "F", 3); return err },
		"of a later time":    func() error { _, err := boltstore.ParseJournal(h.data, "E", 2); return err },
		"that was cut off":   func() error { _, err := boltstore.ParseJournal(h.data[:8192], "E", 3); return err },
		"that is half empty": func() error { _, err := boltstore.ParseJournal(nil, "E", 3); return err },
	} {
		if parse() == nil {
			t.Errorf("a journal %s was not noticed", what)
		}
	}
	if got, err := boltstore.ParseJournal(h.data, "E", 3); err != nil || len(got) != 2 {
		t.Errorf("%d entries, error %v", len(got), err)
	}
}

// A store of before there were journals has none, and says so by its version.
func TestAStoreWithoutAJournalGetsOne(t *testing.T) {
	dir := left(t)
	path := filepath.Join(dir, mainName)
	remove(t, boltstore.JournalPath(path))
	edit(t, path, func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("store")).Put([]byte("schema"), boltstore.MarshalRecord("store", "schema", 0, []byte("1")))
	})
	if err := boltstore.Check(path); err != nil {
		t.Errorf("Check: %v", err)
	}
	s := open(t, path, boltstore.Options{})
	appendSizes(t, s, 0, 10, 20)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	expectEntries(t, dir, 10, 20)
	remove(t, boltstore.JournalPath(path))
	expectDamage(t, dir, "the journal missing")
}

func FuzzParseJournal(f *testing.F) {
	h := newHandmade(rand.New(rand.NewPCG(2, 2)), 1)
	h.write(2)
	h.write(1)
	f.Add(h.data[boltstore.JournalHeadBytes:h.end], uint64(0))
	f.Add(h.data[boltstore.JournalHeadBytes:h.end-7], uint64(2))
	f.Fuzz(func(t *testing.T, frames []byte, folded uint64) {
		data := make([]byte, boltstore.JournalBytes)
		copy(data, boltstore.JournalHead("E"))
		copy(data[boltstore.JournalHeadBytes:], frames)
		pending, err := boltstore.ParseJournal(data, "E", folded)
		if err != nil {
			return
		}
		for i, value := range pending {
			if _, err := boltstore.UnmarshalEntry(value, folded+uint64(i)+1); err != nil {
				t.Errorf("entry %d: %v", i, err)
			}
		}
	})
}
