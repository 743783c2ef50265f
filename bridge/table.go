package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
)

// table holds the records of one kind in memory. Anybody may read it at any time;
// who loads it or puts something takes turns, see directory.writing.
type table[V any] struct {
	store Store
	kind  RecordKind
	// keep makes of a record's value what is held in memory; changed is called
	// after that has become another.
	keep    func(v *V, revision uint64)
	changed func()
	// rows are in the order of keys. They are replaced, never changed, so whoever
	// has them reads on without a lock.
	rows atomic.Pointer[[]row[V]]
}

type row[V any] struct {
	key      string
	value    V
	revision uint64
	changed  *Change // the last one that somebody made, see saveChanged; may be nil
}

// changedMember is where a record has its last change, beside what is V's.
type changedMember struct {
	Changed *Change `json:"changed,omitempty"`
}

func newTable[V any](store Store, kind RecordKind, changed func(), keep func(*V, uint64)) *table[V] {
	t := &table[V]{store: store, kind: kind, keep: keep, changed: changed}
	t.rows.Store(new([]row[V]))
	return t
}

func byKey[V any](r row[V], key string) int { return strings.Compare(r.key, key) }

func (t *table[V]) row(key string) (r row[V], ok bool) {
	rows := *t.rows.Load()
	i, ok := slices.BinarySearchFunc(rows, key, byKey)
	if ok {
		r = rows[i]
	}
	return r, ok
}

func (t *table[V]) value(key string) (V, bool) {
	r, ok := t.row(key)
	return r.value, ok
}

// changeIn returns the last change that a record has in it, nil for none.
func (t *table[V]) changeIn(key string) *Change {
	r, _ := t.row(key)
	return r.changed
}

// under returns the rows whose key begins with prefix.
func (t *table[V]) under(prefix string) []row[V] {
	rows := *t.rows.Load()
	from, _ := slices.BinarySearchFunc(rows, prefix, byKey)
	to := from
	for to < len(rows) && strings.HasPrefix(rows[to].key, prefix) {
		to++
	}
	return rows[from:to]
}

// load reads all records anew.
func (t *table[V]) load(ctx context.Context) error {
	var rows []row[V]
	err := t.store.Records(ctx, t.kind, "", func(r Record) error {
		var v V
		var last changedMember
		if err := errors.Join(json.Unmarshal(r.Value, &v), json.Unmarshal(r.Value, &last)); err != nil {
			return Errorf(CodeInternal, "read record %s of %s: %w", r.Key, t.kind, errors.Join(ErrDamaged, err))
		}
		t.keep(&v, r.Revision)
		rows = append(rows, row[V]{r.Key, v, r.Revision, last.Changed})
		return nil
	})
	if err != nil {
		return err
	}
	same := func(a, b row[V]) bool { return a.key == b.key && a.revision == b.revision }
	if old := t.rows.Swap(&rows); !slices.EqualFunc(*old, rows, same) {
		t.changed()
	}
	return nil
}

// remove deletes a record whose revision is the given one. After an error the table
// is what the Store says, as with put.
func (t *table[V]) remove(ctx context.Context, key string, revision uint64) error {
	if err := t.store.Delete(ctx, t.kind, key, revision); err != nil {
		_ = t.load(context.WithoutCancel(ctx))
		return err
	}
	rows := *t.rows.Load()
	if i, there := slices.BinarySearchFunc(rows, key, byKey); there {
		next := slices.Delete(slices.Clone(rows), i, i+1)
		t.rows.Store(&next)
		t.changed()
	}
	return nil
}

// put writes a record whose revision is the given one (0 for a new one), and
// returns its value as it is held now. After an error the table is what the Store
// says, where it still says anything: the write may have been made, or somebody
// else's. The last change that the record has stays in it.
func (t *table[V]) put(ctx context.Context, key string, v V, revision uint64) (V, error) {
	return t.putChanged(ctx, key, v, revision, t.changeIn(key))
}

// putChanged is put for a record that gets a change in it.
func (t *table[V]) putChanged(ctx context.Context, key string, v V, revision uint64, change *Change) (V, error) {
	var none V
	data, err := json.Marshal(v)
	if err == nil && change != nil {
		data, err = withMember(data, changedMember{change})
	}
	if err != nil {
		return none, Errorf(CodeInternal, "encode record %s of %s: %w", key, t.kind, err)
	}
	revision, err = t.store.Put(ctx, t.kind, key, data, revision)
	if err != nil {
		_ = t.load(context.WithoutCancel(ctx)) // where this fails, the next put does it
		if errors.Is(err, ErrConflict) {
			return none, Errorf(CodeConflict, "somebody else changed it meanwhile: look again and repeat: %w", err)
		}
		return none, err
	}
	t.keep(&v, revision)
	rows := *t.rows.Load()
	i, there := slices.BinarySearchFunc(rows, key, byKey)
	next := slices.Clone(rows)
	if there {
		next[i] = row[V]{key, v, revision, change}
	} else {
		next = slices.Insert(next, i, row[V]{key, v, revision, change})
	}
	t.rows.Store(&next)
	t.changed()
	return v, nil
}

// withMember returns an object of JSON with the members of another one after its own.
func withMember(object []byte, more any) ([]byte, error) {
	data, err := json.Marshal(more)
	if err != nil {
		return nil, err
	}
	if len(object) > len("{}") {
		object[len(object)-1] = ','
	} else {
		object = object[:0:0]
		return append(object, data...), nil
	}
	return append(object, data[1:]...), nil
}
