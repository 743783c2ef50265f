package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	bolt "go.etcd.io/bbolt"

	"github.com/chatgroups/chatgroups/bridge"
)

// A change is a Put or a Delete on its way through the records' committer.
type change struct {
	kind     bridge.RecordKind
	key      string
	revision uint64 // that the record must have, and that it has after a Put
	remove   bool
	value    []byte

	err error // what became of it
}

// Record implements bridge.Store.
func (s *Store) Record(ctx context.Context, kind bridge.RecordKind, key string) (bridge.Record, error) {
	if err := s.usable(ctx); err != nil {
		return bridge.Record{}, err
	}
	if err := checkRecord(kind, key); err != nil {
		return bridge.Record{}, err
	}
	var r bridge.Record
	err := view(s.main, func(tx *bolt.Tx) (err error) {
		r, err = loadRecord(tx, kind, key)
		r.Value = bytes.Clone(r.Value)
		return err
	})
	if err == nil && r.Revision == 0 {
		err = bridge.ErrNoRecord
	}
	return r, err
}

// Put implements bridge.Store.
func (s *Store) Put(ctx context.Context, kind bridge.RecordKind, key string, value []byte, revision uint64) (uint64, error) {
	if len(value) > bridge.MaxRecordBytes {
		return 0, bridge.ErrTooLarge
	}
	c := &change{kind: kind, key: key, revision: revision, value: bytes.Clone(value)}
	err := s.change(ctx, c)
	if err != nil {
		return 0, err
	}
	return c.revision, nil
}

// Delete implements bridge.Store.
func (s *Store) Delete(ctx context.Context, kind bridge.RecordKind, key string, revision uint64) error {
	return s.change(ctx, &change{kind: kind, key: key, revision: revision, remove: true})
}

func (s *Store) change(ctx context.Context, c *change) error {
	if err := s.writable(ctx); err != nil {
		return err
	}
	if err := checkRecord(c.kind, c.key); err != nil {
		return err
	}
	done := s.records.submit(c)
	if done == nil {
		return errClosed
	}
	select {
	case <-done:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// commitRecords carries out changes that wait, and returns the watches to be told.
func (s *Store) commitRecords(batch []*change) (changed []func()) {
	var kinds []bridge.RecordKind
	err := s.update(s.main, func(tx *bolt.Tx) error {
		for _, c := range batch {
			var written bool
			if written, c.err = s.apply(tx, c); written && !slices.Contains(kinds, c.kind) {
				kinds = append(kinds, c.kind)
			}
		}
		if len(kinds) == 0 {
			return errUnchanged
		}
		return putOwn(tx.Bucket(storeBucket), storeBucket, revisionKey, number64(s.lastRevision))
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	if err != nil {
		for _, c := range batch {
			if c.err == nil {
				c.err = err
			}
		}
		return nil
	}
	return s.watches.of(kinds)
}

// apply makes one change. Those before it in the same transaction have been made.
func (s *Store) apply(tx *bolt.Tx, c *change) (written bool, err error) {
	r, err := loadRecord(tx, c.kind, c.key)
	switch {
	case err != nil:
		return false, err
	case c.remove && r.Revision == 0:
		return false, nil
	case r.Revision != c.revision:
		return false, bridge.ErrConflict
	}
	bucket := recordBucket(c.kind)
	if c.remove {
		return true, tx.Bucket([]byte(bucket)).Delete([]byte(c.key))
	}
	s.lastRevision++
	c.revision = s.lastRevision
	return true, tx.Bucket([]byte(bucket)).Put([]byte(c.key), marshalRecord(bucket, c.key, c.revision, c.value))
}

// loadRecord returns a record whose value is valid during the transaction, or one
// with revision 0 where there is none.
func loadRecord(tx *bolt.Tx, kind bridge.RecordKind, key string) (bridge.Record, error) {
	bucket := recordBucket(kind)
	b := tx.Bucket([]byte(bucket))
	if b == nil {
		return bridge.Record{}, damaged(tx.DB().Path(), fmt.Errorf("bucket %s is missing", bucket))
	}
	data := b.Get([]byte(key))
	if data == nil {
		return bridge.Record{}, nil
	}
	revision, value, err := unmarshalRecord(data, bucket, key)
	if err != nil {
		return bridge.Record{}, damaged(tx.DB().Path(), fmt.Errorf("%s %q: %w", bucket, key, err))
	}
	return bridge.Record{Key: key, Value: value, Revision: revision}, nil
}

// Records implements bridge.Store. Records that change meanwhile may be given as
// they were or as they are. fn runs outside of any transaction.
func (s *Store) Records(ctx context.Context, kind bridge.RecordKind, prefix string, fn func(bridge.Record) error) error {
	if err := checkKind(kind); err != nil {
		return err
	}
	from := []byte(prefix)
	for from != nil {
		if err := s.usable(ctx); err != nil {
			return err
		}
		records, next, err := s.someRecords(kind, prefix, from)
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := fn(r); err != nil {
				return err
			}
		}
		from = next
	}
	return nil
}

// someRecords returns the first few records with a prefix whose key is at least
// from, and where to go on, nil at the end.
func (s *Store) someRecords(kind bridge.RecordKind, prefix string, from []byte) (records []bridge.Record, next []byte, err error) {
	const enoughBytes = 1 << 20
	bucket, size := recordBucket(kind), 0
	err = view(s.main, func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte(bucket))
		if b == nil {
			return damaged(s.path, fmt.Errorf("bucket %s is missing", bucket))
		}
		cursor := b.Cursor()
		for key, data := cursor.Seek(from); key != nil && strings.HasPrefix(string(key), prefix); key, data = cursor.Next() {
			if len(records) == readAtOnce || size >= enoughBytes {
				next = bytes.Clone(key)
				return nil
			}
			revision, value, err := unmarshalRecord(data, bucket, string(key))
			if err != nil {
				return damaged(s.path, fmt.Errorf("%s %q: %w", bucket, key, err))
			}
			records = append(records, bridge.Record{Key: string(key), Value: bytes.Clone(value), Revision: revision})
			size += len(data)
		}
		return nil
	})
	return records, next, err
}

func checkRecord(kind bridge.RecordKind, key string) error {
	if !bridge.ValidKey(key) {
		return bridge.ErrBadKey
	}
	return checkKind(kind)
}

func checkKind(kind bridge.RecordKind) error {
	if !slices.Contains(bridge.RecordKinds, kind) {
		return bridge.Errorf(bridge.CodeInvalid, "there is no kind of records named %q", kind)
	}
	return nil
}

// watches are those who want to know of changed records.
type watches struct {
	mu     sync.Mutex
	byKind map[bridge.RecordKind][]*watch // guarded by mu
}

type watch struct{ changed func() }

// Watch implements bridge.Store. A call that is on its way when the watch is
// stopped still comes.
func (s *Store) Watch(kind bridge.RecordKind, changed func()) (stop func()) {
	w := &watch{changed}
	s.watches.mu.Lock()
	defer s.watches.mu.Unlock()
	if s.watches.byKind == nil {
		s.watches.byKind = make(map[bridge.RecordKind][]*watch)
	}
	s.watches.byKind[kind] = append(s.watches.byKind[kind], w)
	return func() { s.watches.remove(kind, w) }
}

func (w *watches) remove(kind bridge.RecordKind, gone *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.byKind[kind] = slices.DeleteFunc(w.byKind[kind], func(other *watch) bool { return other == gone })
}

// of returns what to call, without the lock, after kinds have changed.
func (w *watches) of(kinds []bridge.RecordKind) (changed []func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, kind := range kinds {
		for _, watch := range w.byKind[kind] {
			changed = append(changed, watch.changed)
		}
	}
	return changed
}
