package boltstore_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
)

// TestBoltAndMemoryAgree does the same random things to a Store and to Memory, with
// restarts and checks in between. It is also how we know that files which bbolt has
// written, with pages split, merged and freed, pass for whole.
func TestBoltAndMemoryAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "boltstore")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		path := filepath.Join(dir, mainName)
		m := &model{path: path, memory: bridgetest.NewMemory()}
		m.open(t)
		defer func() { m.bolt.Close() }()
		t.Repeat(map[string]func(*rapid.T){
			"append":  m.append,
			"put":     m.put,
			"puts":    m.putMany,
			"delete":  m.delete,
			"restart": m.restart,
			"crash":   m.crash,
			"":        func(*rapid.T) {},
		})
		m.compare(t)
	})
}

type model struct {
	path   string
	bolt   *boltstore.Store
	memory *bridgetest.Memory
}

func (m *model) open(t *rapid.T) {
	var err error
	if m.bolt, err = boltstore.Open(m.path, small); err != nil {
		t.Fatal(err)
	}
}

var (
	anyConversation = rapid.SampledFrom([]bridge.ConversationID{"a", "b", "c"})
	anySize         = rapid.SampledFrom([]int{0, 10, 300, 2000, 9000})
	anyKey          = rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf("key-%02d", rapid.IntRange(0, 60).Draw(t, "key"))
	})
	anyKind = rapid.SampledFrom([]bridge.RecordKind{bridge.GroupRecords, bridge.VisitorRecords})
)

func (m *model) append(t *rapid.T) {
	conversation := anyConversation.Draw(t, "conversation")
	entries, err := m.memory.Read(t.Context(), conversation, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	last := bridge.Seq(max(0, len(entries)-rapid.SampledFrom([]int{0, 0, 0, 0, 1, -1}).Draw(t, "behind")))
	e := bridge.Entry{
		ID:   bridge.EntryID(fmt.Sprintf("id-%d", rapid.IntRange(0, 300).Draw(t, "id"))),
		Kind: bridge.KindMessage,
		Body: strings.Repeat("x", anySize.Draw(t, "size")),
	}
	want, wantErr := m.memory.Append(t.Context(), conversation, last, e)
	got, gotErr := m.bolt.Append(t.Context(), conversation, last, e)
	expectSame(t, "Append", want, got, wantErr, gotErr)
}

func (m *model) put(t *rapid.T) { m.putOne(t, anyKind.Draw(t, "kind")) }

func (m *model) putMany(t *rapid.T) {
	kind := anyKind.Draw(t, "kind")
	for range 20 {
		m.putOne(t, kind)
	}
}

func (m *model) putOne(t *rapid.T, kind bridge.RecordKind) {
	key := anyKey.Draw(t, "key")
	value := []byte(strings.Repeat("v", anySize.Draw(t, "size")))
	revision := m.revision(t, kind, key)
	want, wantErr := m.memory.Put(t.Context(), kind, key, value, revision)
	got, gotErr := m.bolt.Put(t.Context(), kind, key, value, revision)
	expectSame(t, "Put", want, got, wantErr, gotErr)
}

func (m *model) delete(t *rapid.T) {
	kind, key := anyKind.Draw(t, "kind"), anyKey.Draw(t, "key")
	revision := m.revision(t, kind, key)
	wantErr := m.memory.Delete(t.Context(), kind, key, revision)
	gotErr := m.bolt.Delete(t.Context(), kind, key, revision)
	expectSame(t, "Delete", 0, 0, wantErr, gotErr)
}

// revision returns the one that a record has, and sometimes another.
func (m *model) revision(t *rapid.T, kind bridge.RecordKind, key string) uint64 {
	r, err := m.memory.Record(t.Context(), kind, key)
	if err != nil && !errors.Is(err, bridge.ErrNoRecord) {
		t.Fatal(err)
	}
	return r.Revision + rapid.SampledFrom([]uint64{0, 0, 0, 0, 1}).Draw(t, "off")
}

// crash goes on with what the disk has while the store is open, as after a kill.
func (m *model) crash(t *rapid.T) {
	left, err := readFolder(filepath.Dir(m.path))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.bolt.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(m.path + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		err = errors.Join(err, os.Remove(name))
	}
	for name, data := range left {
		err = errors.Join(err, os.WriteFile(filepath.Join(filepath.Dir(m.path), name), data, 0o600))
	}
	if err := errors.Join(err, boltstore.Check(m.path)); err != nil {
		t.Fatal(err)
	}
	m.open(t)
	m.compare(t)
}

func (m *model) restart(t *rapid.T) {
	if err := m.bolt.Close(); err != nil {
		t.Fatal(err)
	}
	if err := boltstore.Check(m.path); err != nil {
		t.Fatalf("Check: %v", err)
	}
	m.open(t)
	m.compare(t)
}

// compare demands that both have the same entries and records.
func (m *model) compare(t *rapid.T) {
	for _, conversation := range []bridge.ConversationID{"a", "b", "c"} {
		want, wantErr := m.memory.Read(t.Context(), conversation, 0, 0)
		got, gotErr := m.bolt.Read(t.Context(), conversation, 0, 0)
		expectSame(t, "Read", want, got, wantErr, gotErr)
	}
	for _, kind := range bridge.RecordKinds {
		want, wantErr := records(t, m.memory, kind)
		got, gotErr := records(t, m.bolt, kind)
		expectSame(t, "Records", want, got, wantErr, gotErr)
	}
}

func records(t *rapid.T, s bridge.Store, kind bridge.RecordKind) (all []string, err error) {
	err = s.Records(t.Context(), kind, "", func(r bridge.Record) error {
		all = append(all, fmt.Sprintf("%s@%d=%s", r.Key, r.Revision, r.Value))
		return nil
	})
	return all, err
}

func expectSame[T any](t *rapid.T, call string, want, got T, wantErr, gotErr error) {
	t.Helper()
	if !errors.Is(gotErr, wantErr) || (wantErr == nil) != (gotErr == nil) {
		t.Fatalf("%s: error %v, want %v", call, gotErr, wantErr)
	}
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("%s: got %v, want %v", call, got, want)
	}
}
