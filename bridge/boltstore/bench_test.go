//go:build linux

package boltstore_test

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
)

// The benchmarks compare the store with something on the same disk in the same run,
// because the disk of one machine is no measure for another's and changes within
// minutes. Each contender gets short slices in turns, in a new order each round; a
// round gives one ratio. Where a baseline itself moved by more than twice between
// slices the run says so: it is void.

const (
	inFlight = 64
	rounds   = 15
	slice    = 250 * time.Millisecond
)

// BenchmarkAppend measures durable appends, 64 in flight, against bbolt.Batch and
// against a bare file with one fdatasync a group. All write values of 200 bytes; the
// store's hold a message of 29 bytes and what belongs to it.
func BenchmarkAppend(b *testing.B) {
	dir := b.TempDir()
	store := open(b, filepath.Join(dir, "store.db"), boltstore.Options{})
	batch := openBatch(b, filepath.Join(dir, "batch.db"))
	raw := openRaw(b, filepath.Join(dir, "raw.log"))
	contenders := []contender{
		{"store", appender(b, store, strings.Repeat("x", 29))},
		{"batch", batch.put},
		{"raw", raw.append},
	}
	rates := compete(contenders)
	report(b, rates, "store", "batch", "raw")
}

// A contender carries out one durable write as writer w.
type contender struct {
	name  string
	write func(w int) error
}

// compete returns writes per second of each contender in each round.
func compete(contenders []contender) map[string][]float64 {
	rates := make(map[string][]float64)
	for round := range rounds + 1 {
		for _, i := range rand.Perm(len(contenders)) {
			rate := run(contenders[i].write)
			if round > 0 { // the first one warms up
				rates[contenders[i].name] = append(rates[contenders[i].name], rate)
			}
		}
	}
	return rates
}

func run(write func(w int) error) float64 {
	var writes atomic.Int64
	var stop atomic.Bool
	var writers sync.WaitGroup
	start := time.Now()
	for w := range inFlight {
		writers.Go(func() {
			for n := int64(0); ; n++ {
				if stop.Load() {
					writes.Add(n)
					return
				}
				if err := write(w); err != nil {
					panic(err)
				}
			}
		})
	}
	time.Sleep(slice)
	stop.Store(true)
	writers.Wait()
	return float64(writes.Load()) / time.Since(start).Seconds()
}

// report states the subject's figure, and its ratio to each baseline's as the median
// of the rounds with the least and the greatest.
func report(b *testing.B, figures map[string][]float64, subject string, baselines ...string) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(figures[subject]), subject)
	for _, baseline := range baselines {
		var ratios []float64
		for i := range figures[subject] {
			ratios = append(ratios, figures[subject][i]/figures[baseline][i])
		}
		b.ReportMetric(median(figures[baseline]), baseline)
		b.ReportMetric(median(ratios), "x-"+baseline)
		b.ReportMetric(slices.Min(ratios), "x-"+baseline+"-min")
		b.ReportMetric(slices.Max(ratios), "x-"+baseline+"-max")
		if least, most := slices.Min(figures[baseline]), slices.Max(figures[baseline]); most > 2*least {
			b.Logf("VOID: the baseline %s moved between %.4g and %.4g", baseline, least, most)
		}
	}
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// appender spreads appends over 10,000 conversations, as a busy site would. What it
// does beside is as little as can be, because the baselines do nothing.
func appender(b *testing.B, s *boltstore.Store, body string) func(w int) error {
	const each = 10_000 / inFlight
	type writer struct {
		conversations [each]bridge.ConversationID
		lasts         [each]bridge.Seq
		n             int
	}
	writers := make([]writer, inFlight)
	for w := range writers {
		for c := range each {
			writers[w].conversations[c] = bridge.ConversationID(fmt.Sprintf("conversation-%04d-%04d", w, c))
		}
	}
	ctx, at := b.Context(), time.Now()
	return func(w int) error {
		me := &writers[w]
		c := me.n % each
		me.n++
		e, err := s.Append(ctx, me.conversations[c], me.lasts[c], bridge.Entry{
			ID:   bridge.EntryID(strconv.AppendInt([]byte("entry-000000000-"), int64(me.n), 10)),
			Kind: bridge.KindMessage,
			Line: uint64(me.n),
			At:   at,
			By:   bridge.Author{Role: bridge.RoleVisitor},
			Body: body,
		})
		me.lasts[c] = e.Seq
		return err
	}
}

// boltBatch is what one would write without thinking: db.Batch with its defaults.
type boltBatch struct {
	db    *bolt.DB
	value []byte
}

func openBatch(b *testing.B, path string) *boltBatch {
	b.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{InitialMmapSize: 1 << 30, NoStatistics: true})
	if err == nil {
		err = db.Update(func(tx *bolt.Tx) error { _, err := tx.CreateBucket([]byte("log")); return err })
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return &boltBatch{db, []byte(strings.Repeat("x", 200))}
}

func (l *boltBatch) put(int) error {
	return l.db.Batch(func(tx *bolt.Tx) error {
		bucket := tx.Bucket([]byte("log"))
		bucket.FillPercent = 1
		n, err := bucket.NextSequence()
		if err != nil {
			return err
		}
		return bucket.Put(binary.BigEndian.AppendUint64(nil, n), l.value)
	})
}

// rawLog is the upper bound: a bare file, with one sync for all that wait.
type rawLog struct {
	file *os.File
	wake chan struct{}
	gone chan struct{}

	mu   sync.Mutex
	next *rawGroup // guarded by mu
}

type rawGroup struct {
	data []byte
	done chan struct{}
	err  error
}

func openRaw(b *testing.B, path string) *rawLog {
	b.Helper()
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	l := &rawLog{file: file, wake: make(chan struct{}, 1), gone: make(chan struct{})}
	go l.run()
	b.Cleanup(func() {
		close(l.wake)
		<-l.gone
		file.Close()
	})
	return l
}

var rawRecord = make([]byte, 16+200)

func (l *rawLog) append(int) error {
	l.mu.Lock()
	if l.next == nil {
		l.next = &rawGroup{done: make(chan struct{})}
	}
	g := l.next
	first := len(g.data) == 0
	g.data = append(g.data, rawRecord...)
	l.mu.Unlock()
	if first {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
	<-g.done
	return g.err
}

func (l *rawLog) run() {
	defer close(l.gone)
	for range l.wake {
		l.mu.Lock()
		g := l.next
		l.next = nil
		l.mu.Unlock()
		if g == nil {
			continue
		}
		if _, g.err = l.file.Write(g.data); g.err == nil {
			g.err = syscall.Fdatasync(int(l.file.Fd()))
		}
		close(g.done)
	}
}

var openEntries = flag.Int("entries", 1_000_000, "how many entries BenchmarkOpen opens")

// BenchmarkOpen measures how long a store with many entries in 10,000 conversations,
// of messages of 200 bytes, takes from nothing in the page cache to its first
// append, against reading the same files once from beginning to end.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	path := filepath.Join(dir, "store.db")
	store := open(b, path, boltstore.Options{})
	fill(b, store, *openEntries)
	if err := store.Close(); err != nil {
		b.Fatal(err)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil {
		b.Fatal(err)
	}

	appended := bridge.Seq(0)
	start := func() (time.Duration, error) {
		begin := time.Now()
		s, err := boltstore.Open(path, boltstore.Options{})
		if err != nil {
			return 0, err
		}
		_, err = s.Append(b.Context(), "first", appended, bridge.Entry{ID: bridge.EntryID(fmt.Sprint(appended))})
		took := time.Since(begin)
		appended++
		return took, errors.Join(err, s.Close())
	}
	read := func() (time.Duration, error) {
		begin := time.Now()
		err := readFiles(files)
		return time.Since(begin), err
	}
	times := make(map[string][]float64)
	measure := func(name string, run func() (time.Duration, error)) {
		took, err := run()
		if err != nil {
			b.Fatal(err)
		}
		times[name] = append(times[name], took.Seconds())
	}
	for range rounds {
		contenders := map[string]func() (time.Duration, error){"cold-s": start, "read-s": read}
		for name, run := range contenders { // a map is in random order
			if err := dropFromCache(files); err != nil {
				b.Fatal(err)
			}
			measure(name, run)
		}
		measure("warm-s", start)
	}
	report(b, times, "cold-s", "read-s")
	b.ReportMetric(median(times["warm-s"]), "warm-s")
}

// fill appends entries from many goroutines.
func fill(b *testing.B, s *boltstore.Store, n int) {
	b.Helper()
	write := appender(b, s, strings.Repeat("x", 200))
	var writers sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(n))
	for w := range inFlight {
		writers.Go(func() {
			for left.Add(-1) >= 0 {
				if err := write(w); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
}

func readFiles(names []string) error {
	buffer := make([]byte, 4<<20)
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		for err == nil {
			_, err = file.Read(buffer)
		}
		file.Close()
		if err != io.EOF {
			return err
		}
	}
	return nil
}

// dropFromCache makes the kernel forget what it has cached of files.
func dropFromCache(names []string) error {
	const dontNeed = 4 // POSIX_FADV_DONTNEED
	for _, name := range names {
		file, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		err = file.Sync() // what is dirty cannot be forgotten
		if _, _, errno := syscall.Syscall6(syscall.SYS_FADVISE64, file.Fd(), 0, 0, dontNeed, 0, 0); errno != 0 {
			err = errors.Join(err, errno)
		}
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkFollow measures what a follower costs: see B/op.
func BenchmarkFollow(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "store.db"), boltstore.Options{})
	feeds := make([]bridge.Feed, 0, b.N)
	wake := func() {}
	b.ReportAllocs()
	for b.Loop() {
		feeds = append(feeds, s.Follow("conversation", 0, wake))
	}
	b.StopTimer()
	for _, f := range slices.Backward(feeds) {
		f.Close()
	}
}
