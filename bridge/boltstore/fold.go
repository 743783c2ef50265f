package boltstore

import (
	"encoding/binary"

	bolt "go.etcd.io/bbolt"

	"github.com/chatgroups/chatgroups/bridge"
)

// fold moves what waits in the journal into the last segment, and entries that shall
// follow it, in one transaction, and empties the journal. Where the last segment has
// grown past its size, the next one is begun first. Nothing has changed after an
// error, except where it ended all writing.
func (s *Store) fold(more [][]byte) error {
	tail := s.tail.Load().with(more)
	if len(tail.values) == 0 {
		return nil
	}
	segments := *s.segments.Load()
	last := segments[len(segments)-1]
	if s.logSize >= s.segmentBytes {
		if err := s.beginSegment(last.number+1, tail.first); err != nil {
			return unavailable(err)
		}
		segments = *s.segments.Load()
		last = segments[len(segments)-1]
	}
	size := s.logSize
	err := s.update(last.db, func(tx *bolt.Tx) error {
		b := tx.Bucket(logBucket)
		b.FillPercent = 1 // nothing is ever put between
		var key [8]byte
		for i, value := range tail.values {
			binary.BigEndian.PutUint64(key[:], tail.first+uint64(i))
			if err := b.Put(key[:], value); err != nil {
				return err
			}
		}
		size = tx.Size() // as it was before, which is near enough
		return nil
	})
	if err != nil {
		return err
	}
	s.logSize = size
	s.tail.Store(newTail(tail.next()))
	if !s.journal.empty() {
		// The entries are safe, so that this is no failure of theirs.
		if err := s.journal.clear(); err != nil {
			_ = s.fail(journalPath(s.path), err)
		}
	}
	return nil
}

// foldAtEnd folds when nothing comes any more. Where that cannot be done the entries
// are as safe in the journal.
func (s *Store) foldAtEnd() error {
	if s.failed.Load() != nil {
		return nil
	}
	if err := s.fold(nil); err != nil && bridge.CodeOf(err) != bridge.CodeUnavailable {
		return err
	}
	return nil
}

// unavailable says that the next segment could not be begun. Nothing was written to
// the log, so that the next append may try again.
func unavailable(err error) error {
	switch {
	case bridge.CodeOf(err) == bridge.CodeUnavailable:
		return err
	case noRoom(err):
		return errDiskFull(err)
	}
	return &bridge.Error{Code: bridge.CodeUnavailable, Message: "the next file of the log cannot be made", Cause: err}
}
