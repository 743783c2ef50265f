package bridgetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/chatgroups/chatgroups/bridge"
)

// Memory is a bridge.Store that keeps everything in memory. It holds the whole
// contract, except that "stable storage" is the process: use it for tests that
// are not about the storage.
type Memory struct {
	data   *memoryData
	closed atomic.Bool
}

var _ bridge.Store = (*Memory)(nil)

// memoryData is what outlives a Memory, as a file outlives the process.
type memoryData struct {
	epoch string

	mu       sync.Mutex
	logs     map[bridge.ConversationID]*memoryLog
	records  map[bridge.RecordKind]map[string]bridge.Record
	revision uint64 // the last one given, over all kinds
	watchers map[bridge.RecordKind]map[*memoryWatcher]struct{}
}

// memoryLog keeps entries in their stored form, so that what a test reads went
// through EncodeEntry and DecodeEntry as with every other Store.
type memoryLog struct {
	ids       []bridge.EntryID // ids[i] has Seq i+1
	entries   [][]byte
	followers map[*memoryFeed]struct{}
}

type memoryWatcher struct{ changed func() }

var memoryEpochs atomic.Uint64

// NewMemory returns an empty Store.
func NewMemory() *Memory {
	return &Memory{data: &memoryData{
		epoch:    fmt.Sprintf("memory-%d", memoryEpochs.Add(1)),
		logs:     make(map[bridge.ConversationID]*memoryLog),
		records:  make(map[bridge.RecordKind]map[string]bridge.Record),
		watchers: make(map[bridge.RecordKind]map[*memoryWatcher]struct{}),
	}}
}

// Reopen closes m and returns a Store over the same data, as a restart of the
// program would see it.
func (m *Memory) Reopen() *Memory {
	m.Close()
	return &Memory{data: m.data}
}

// Append implements bridge.Store.
func (m *Memory) Append(ctx context.Context, conversation bridge.ConversationID, last bridge.Seq, e bridge.Entry) (bridge.Entry, error) {
	if err := m.usable(ctx); err != nil {
		return bridge.Entry{}, err
	}
	if conversation == "" || len(e.ID) < 1 || len(e.ID) > 64 {
		return bridge.Entry{}, bridge.Errorf(bridge.CodeInvalid, "an entry needs a conversation and an id of 1 to 64 bytes")
	}
	data, err := bridge.EncodeEntry(e)
	if err != nil {
		return bridge.Entry{}, err
	}
	if len(data) > bridge.MaxEntryBytes {
		return bridge.Entry{}, bridge.ErrTooLarge
	}

	d := m.data
	d.mu.Lock()
	log := d.log(conversation)
	if i := slices.Index(log.ids, e.ID); i >= 0 {
		defer d.mu.Unlock()
		return log.entry(i)
	}
	if bridge.Seq(len(log.ids)) != last {
		d.mu.Unlock()
		return bridge.Entry{}, bridge.ErrConflict
	}
	log.ids = append(log.ids, e.ID)
	log.entries = append(log.entries, data)
	wakes := log.dry()
	d.mu.Unlock()

	for _, wake := range wakes {
		wake()
	}
	e.Seq = last + 1
	return e, nil
}

// Read implements bridge.Store.
func (m *Memory) Read(ctx context.Context, conversation bridge.ConversationID, after bridge.Seq, limit int) ([]bridge.Entry, error) {
	if err := m.usable(ctx); err != nil {
		return nil, err
	}
	m.data.mu.Lock()
	defer m.data.mu.Unlock()
	if log := m.data.logs[conversation]; log != nil {
		return log.read(after, limit)
	}
	return nil, nil
}

// Follow implements bridge.Store.
func (m *Memory) Follow(conversation bridge.ConversationID, after bridge.Seq, wake func()) bridge.Feed {
	m.data.mu.Lock()
	defer m.data.mu.Unlock()
	log := m.data.log(conversation)
	f := &memoryFeed{store: m, log: log, after: after, wake: wake, dry: bridge.Seq(len(log.ids)) <= after}
	log.followers[f] = struct{}{}
	return f
}

// Record implements bridge.Store.
func (m *Memory) Record(ctx context.Context, kind bridge.RecordKind, key string) (bridge.Record, error) {
	if err := m.usableFor(ctx, kind, key); err != nil {
		return bridge.Record{}, err
	}
	m.data.mu.Lock()
	defer m.data.mu.Unlock()
	r, ok := m.data.records[kind][key]
	if !ok {
		return bridge.Record{}, bridge.ErrNoRecord
	}
	r.Value = slices.Clone(r.Value)
	return r, nil
}

// Put implements bridge.Store.
func (m *Memory) Put(ctx context.Context, kind bridge.RecordKind, key string, value []byte, revision uint64) (uint64, error) {
	if err := m.usableFor(ctx, kind, key); err != nil {
		return 0, err
	}
	if len(value) > bridge.MaxRecordBytes {
		return 0, bridge.ErrTooLarge
	}
	d := m.data
	d.mu.Lock()
	if d.records[kind][key].Revision != revision {
		d.mu.Unlock()
		return 0, bridge.ErrConflict
	}
	if d.records[kind] == nil {
		d.records[kind] = make(map[string]bridge.Record)
	}
	d.revision++
	put := d.revision
	d.records[kind][key] = bridge.Record{Key: key, Value: slices.Clone(value), Revision: put}
	watchers := slices.Collect(maps.Keys(d.watchers[kind]))
	d.mu.Unlock()

	for _, w := range watchers {
		w.changed()
	}
	return put, nil
}

// Delete implements bridge.Store.
func (m *Memory) Delete(ctx context.Context, kind bridge.RecordKind, key string, revision uint64) error {
	if err := m.usableFor(ctx, kind, key); err != nil {
		return err
	}
	d := m.data
	d.mu.Lock()
	r, ok := d.records[kind][key]
	if !ok || r.Revision != revision {
		d.mu.Unlock()
		if ok {
			return bridge.ErrConflict
		}
		return nil
	}
	delete(d.records[kind], key)
	watchers := slices.Collect(maps.Keys(d.watchers[kind]))
	d.mu.Unlock()

	for _, w := range watchers {
		w.changed()
	}
	return nil
}

// Records implements bridge.Store.
func (m *Memory) Records(ctx context.Context, kind bridge.RecordKind, prefix string, fn func(bridge.Record) error) error {
	if err := m.usable(ctx); err != nil {
		return err
	}
	m.data.mu.Lock()
	var found []bridge.Record
	for key, r := range m.data.records[kind] {
		if strings.HasPrefix(key, prefix) {
			r.Value = slices.Clone(r.Value)
			found = append(found, r)
		}
	}
	m.data.mu.Unlock()

	slices.SortFunc(found, func(a, b bridge.Record) int { return strings.Compare(a.Key, b.Key) })
	for _, r := range found {
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}

// Watch implements bridge.Store.
func (m *Memory) Watch(kind bridge.RecordKind, changed func()) (stop func()) {
	d := m.data
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.watchers[kind] == nil {
		d.watchers[kind] = make(map[*memoryWatcher]struct{})
	}
	w := &memoryWatcher{changed}
	d.watchers[kind][w] = struct{}{}
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.watchers[kind], w)
	}
}

// Epoch implements bridge.Store.
func (m *Memory) Epoch() string { return m.data.epoch }

// Close implements bridge.Store. The data stays for Reopen.
func (m *Memory) Close() error {
	m.closed.Store(true)
	return nil
}

func (m *Memory) usable(ctx context.Context) error {
	if m.closed.Load() {
		return bridge.Errorf(bridge.CodeUnavailable, "the store is closed")
	}
	return ctx.Err()
}

func (m *Memory) usableFor(ctx context.Context, kind bridge.RecordKind, key string) error {
	if !slices.Contains(bridge.RecordKinds, kind) {
		return bridge.Errorf(bridge.CodeInvalid, "there is no kind of records named %q", kind)
	}
	if !bridge.ValidKey(key) {
		return bridge.ErrBadKey
	}
	return m.usable(ctx)
}

// log returns the log of a conversation, which it makes where there is none: a
// conversation may be followed before its first entry.
func (d *memoryData) log(conversation bridge.ConversationID) *memoryLog {
	log := d.logs[conversation]
	if log == nil {
		log = &memoryLog{followers: make(map[*memoryFeed]struct{})}
		d.logs[conversation] = log
	}
	return log
}

func (l *memoryLog) entry(i int) (bridge.Entry, error) {
	e, err := bridge.DecodeEntry(l.entries[i])
	e.Seq, e.ID = bridge.Seq(i+1), l.ids[i]
	return e, err
}

func (l *memoryLog) read(after bridge.Seq, limit int) ([]bridge.Entry, error) {
	if after >= bridge.Seq(len(l.ids)) {
		return nil, nil
	}
	to := len(l.ids)
	if limit > 0 {
		to = min(to, int(after)+limit)
	}
	var entries []bridge.Entry
	for i := int(after); i < to; i++ {
		e, err := l.entry(i)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// dry returns the wakes of the followers that have read everything, and marks
// them as told.
func (l *memoryLog) dry() []func() {
	var wakes []func()
	for f := range l.followers {
		if f.dry {
			f.dry = false
			wakes = append(wakes, f.wake)
		}
	}
	return wakes
}

// A memoryFeed is guarded by its store's mutex.
type memoryFeed struct {
	store *Memory
	log   *memoryLog
	after bridge.Seq
	wake  func()
	dry   bool // wake is owed for the next entry
}

// Next implements bridge.Feed.
func (f *memoryFeed) Next(ctx context.Context, limit int) ([]bridge.Entry, error) {
	if err := f.store.usable(ctx); err != nil {
		return nil, err
	}
	f.store.data.mu.Lock()
	defer f.store.data.mu.Unlock()
	entries, err := f.log.read(f.after, limit)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		f.dry = true
		return nil, nil
	}
	f.after = entries[len(entries)-1].Seq
	return entries, nil
}

// Close implements bridge.Feed.
func (f *memoryFeed) Close() {
	f.store.data.mu.Lock()
	defer f.store.data.mu.Unlock()
	delete(f.log.followers, f)
}
