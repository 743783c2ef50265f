package boltstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"syscall"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/chatgroups/chatgroups/bridge"
)

// A Store is a bridge.Store on bbolt files. Open makes one.
//
// When the disk is full, writes are refused with CodeUnavailable and are taken again
// once there is room. When a write fails in any other way, nobody knows what is on
// the disk: from then on every write is refused with CodeUnavailable until the
// program was started again, while reads go on.
type Store struct {
	path         string
	segmentBytes int64
	epoch        string

	main *bolt.DB
	// Only the log's committer changes these two. Who reads loads the tail first:
	// what has left it is in the segments that are loaded afterwards.
	tail     atomic.Pointer[tail]
	segments atomic.Pointer[[]*segment] // in order
	index    *index
	watches  watches

	// Each of these belongs to the committer it is named after.
	log          *committer[*appending]
	journal      *journal
	logSize      int64 // of the last segment
	records      *committer[*change]
	lastRevision uint64

	failed     atomic.Pointer[bridge.Error] // why writes are refused for good
	gaveUp     atomic.Pointer[bolt.DB]      // where bbolt did so in a write
	closed     atomic.Bool
	closeOnce  sync.Once
	closeError error
	committers sync.WaitGroup
}

var _ bridge.Store = (*Store)(nil)

// errClosed is what every method of a closed store returns.
var errClosed = bridge.Errorf(bridge.CodeUnavailable, "the store is closed")

// start begins to take writes.
func (s *Store) start() {
	s.log, s.records = newCommitter(s.commitLog), newCommitter(s.commitRecords)
	s.committers.Go(s.log.run)
	s.committers.Go(s.records.run)
}

// Epoch implements bridge.Store.
func (s *Store) Epoch() string { return s.epoch }

// Close implements bridge.Store. What was submitted is written first, and the journal
// is folded. Closing again does nothing and returns what the first call did.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		s.closed.Store(true)
		s.log.close()
		s.records.close()
		s.committers.Wait()
		s.closeError = errors.Join(s.foldAtEnd(), s.closeFiles())
	})
	return s.closeError
}

// closeFiles closes the main file last, because it carries the lock for all. Where
// bbolt gave up in a write it may have kept its own lock, and would wait for ever.
func (s *Store) closeFiles() error {
	var errs []error
	if s.journal != nil {
		errs = append(errs, s.journal.close())
	}
	for _, segment := range *s.segments.Load() {
		if segment.db != s.gaveUp.Load() {
			errs = append(errs, segment.db.Close())
		}
	}
	if s.main != s.gaveUp.Load() {
		errs = append(errs, s.main.Close())
	}
	return errors.Join(errs...)
}

// usable returns why a call cannot be carried out, if it cannot.
func (s *Store) usable(ctx context.Context) error {
	if s.closed.Load() {
		return errClosed
	}
	return ctx.Err()
}

// writable is usable for calls that write.
func (s *Store) writable(ctx context.Context) error {
	if err := s.usable(ctx); err != nil {
		return err
	}
	if failed := s.failed.Load(); failed != nil {
		return failed
	}
	return nil
}

// view runs fn in a transaction that reads.
func view(db *bolt.DB, fn func(*bolt.Tx) error) error {
	err := guard(func() error { return db.View(fn) })
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return errClosed
	}
	return err
}

// errUnchanged is returned by the function of an update that has nothing to write.
var errUnchanged = errors.New("nothing to write")

// update runs fn in a transaction that writes, and returns when it is on the disk.
// Only committers call it.
func (s *Store) update(db *bolt.DB, fn func(*bolt.Tx) error) error {
	if failed := s.failed.Load(); failed != nil {
		return failed
	}
	err := guard(func() error { return db.Update(fn) })
	if err == nil || errors.Is(err, errUnchanged) {
		return err
	}
	if diskFull(err) {
		return errDiskFull(err)
	}
	if errors.Is(err, errGaveUp) {
		s.gaveUp.CompareAndSwap(nil, db)
	}
	return s.fail(db.Path(), err)
}

// fail ends all writing, and returns the error that says so. A sync that failed must
// not be tried again: the kernel may have dropped what it could not write, and would
// then report success for what is not on the disk.
func (s *Store) fail(path string, cause error) error {
	s.failed.CompareAndSwap(nil, &bridge.Error{
		Code:    bridge.CodeUnavailable,
		Message: fmt.Sprintf("writing to %s failed and nothing is written any more: look after the disk, then restart chatgroups", path),
		Cause:   cause,
	})
	return s.failed.Load()
}

func errDiskFull(cause error) error {
	return &bridge.Error{Code: bridge.CodeUnavailable, Message: "the disk is full: free some space, and writing goes on", Cause: cause}
}

// diskFull reports whether a transaction failed because there was no room for its
// pages, in which case bbolt has undone it and can go on. Where a sync says so, the
// pages had been taken already, and what became of them is unknown.
func diskFull(err error) bool {
	var write *fs.PathError
	return errors.As(err, &write) && write.Op == "write" && noRoom(err)
}

func noRoom(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
