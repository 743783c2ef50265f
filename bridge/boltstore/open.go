package boltstore

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/chatgroups/chatgroups/bridge"
)

// Options are settings of Open; zero fields have the defaults named.
type Options struct {
	// SegmentBytes is the size at which a file of the log is left for the next one:
	// 256 MiB. It may change from one Open to the next.
	SegmentBytes int64
	// Now is the clock: time.Now.
	Now func() time.Time
}

const defaultSegmentBytes = 256 << 20

// Open opens the store whose main file is at path, and makes it where there is none,
// with the folder if need be. It verifies all data on the way, which takes about as
// long as reading the files. Only one program at a time can have a store open.
//
// The errors say what to do: besides those of the file system they are ErrInUse,
// ErrNewer and bridge.ErrDamaged.
func Open(path string, opts Options) (*Store, error) {
	opts.SegmentBytes = cmp.Or(opts.SegmentBytes, defaultSegmentBytes)
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if err := makeMain(path, opts.Now); err != nil {
		return nil, err
	}
	main, err := openBolt(path, false)
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, segmentBytes: opts.SegmentBytes, main: main, index: newIndex()}
	s.segments.Store(new([]*segment))
	if err := s.load(); err != nil {
		return nil, errors.Join(err, s.closeFiles())
	}
	s.start()
	return s, nil
}

// makeMain makes the main file where there is none.
func makeMain(path string, now func() time.Time) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if segments, err := listSegments(path); err != nil {
		return err
	} else if len(segments) > 0 {
		return damaged(path, errors.New("the file is missing, but those of its log are there"))
	}
	folder := filepath.Dir(path)
	err := makeFolder(folder)
	if err == nil {
		err = createMain(path, now())
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%w: let the user that runs chatgroups write to the folder %s", err, folder)
	} else if errors.Is(err, fs.ErrExist) {
		return nil // another program was faster; Open will meet its lock
	}
	return err
}

// load verifies every file and builds the index. The main file is open, and so
// locked, while nothing was written yet.
func (s *Store) load() error {
	if err := checkSchema(s.main); err != nil {
		return err
	}
	if err := removeLeftovers(s.path); err != nil {
		return err
	}
	files, err := openFiles(s.path)
	if err != nil {
		return err
	}
	defer files.close()
	stop := readAhead(files.all())
	defer stop()

	contents, err := readMain(files.main, failFirst)
	if err != nil {
		return damaged(s.path, err)
	}
	s.epoch, s.lastRevision = contents.epoch, contents.revision
	restoring := restore(s.index)
	if err := s.loadSegments(contents, files, restoring); err != nil {
		return err
	}
	if contents.missing {
		if err := s.update(s.main, createRecordBuckets); err != nil {
			return err
		}
	}
	if contents.schema < schema || len(contents.segments) == 0 {
		if err := s.begin(contents); err != nil {
			return err
		}
	}
	return s.loadJournal(restoring)
}

// begin makes what a new store, or one of the time before the journal, has not yet.
// Both are marked as having it afterwards, so that a crash on the way only makes it
// be done again.
func (s *Store) begin(contents mainContents) error {
	if err := createJournal(s.path, s.epoch); err != nil {
		return err
	}
	if len(contents.segments) == 0 {
		if err := s.beginSegment(1, 1); err != nil {
			return err
		}
	}
	if contents.schema == schema {
		return nil
	}
	return s.update(s.main, putSchema)
}

// loadJournal takes what a crash left in the journal into the index and folds it.
func (s *Store) loadJournal(restoring *restoring) error {
	first := s.tail.Load().first
	c, err := readJournal(s.path, s.epoch, first-1)
	if err != nil {
		return err
	}
	stop := restoring.start(failFirst)
	for i, value := range c.pending {
		e, err := unmarshalEntry(value, first+uint64(i))
		if err != nil {
			return errors.Join(damaged(journalPath(s.path), err), stop())
		}
		restoring.add(e, first+uint64(i))
	}
	if err := stop(); err != nil {
		return damaged(journalPath(s.path), err)
	}
	s.tail.Store(s.tail.Load().with(c.pending))
	if s.journal, err = openJournal(s.path, c.end, c.used, s.segmentBytes); err != nil {
		return err
	}
	// Where the disk is full the entries stay in the journal, and what is there can
	// be read.
	if err := s.fold(nil); err != nil && bridge.CodeOf(err) != bridge.CodeUnavailable {
		return err
	}
	return nil
}

// failFirst ends a reading at the first thing that is wrong.
func failFirst(err error) error { return err }

func (s *Store) loadSegments(contents mainContents, files *files, restoring *restoring) error {
	if err := files.match(s.path, contents.segments); err != nil {
		return err
	}
	var segments []*segment
	s.segments.Store(&segments)
	next := uint64(1) // where a first segment would begin; then, where the one before ended
	for i, want := range contents.segments {
		path := segmentPath(s.path, want.number)
		if i > 0 && want.first != next {
			return damaged(path, fmt.Errorf("it should begin at position %d and the one before ends at %d: the files are not of one backup", want.first, next))
		}
		var size int64
		scan := segmentScan{
			epoch: contents.epoch, number: want.number, first: want.first,
			index:  restoring,
			report: failFirst,
		}
		var err error
		if next, size, err = scan.run(files.segments[want.number]); err != nil {
			return damaged(path, err)
		}
		last := i == len(contents.segments)-1
		db, err := openBolt(path, !last)
		if err != nil {
			return err
		}
		segments = append(segments, &segment{number: want.number, first: want.first, path: path, db: db})
		s.logSize = size
	}
	s.tail.Store(newTail(next))
	return nil
}

// beginSegment makes the segment after the last one, which begins with position
// first, names it in the main file, and makes it the last. A file that a crash left
// before it was named is made anew.
func (s *Store) beginSegment(number, first uint64) error {
	path := segmentPath(s.path, number)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := createSegment(path, s.epoch, number, first); err != nil {
		return err
	}
	db, err := openBolt(path, false)
	if err != nil {
		return err
	}
	if err := s.update(s.main, func(tx *bolt.Tx) error { return putSegment(tx, number, first) }); err != nil {
		return errors.Join(err, db.Close())
	}
	segments := append(slices.Clone(*s.segments.Load()), &segment{number: number, first: first, path: path, db: db})
	s.segments.Store(&segments)
	s.logSize = 0
	return nil
}
