package boltstore

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"

	bolt "go.etcd.io/bbolt"
)

// A segment is one file of the log. It holds the entries from position first up to
// where the next segment begins.
type segment struct {
	number, first uint64
	path          string
	db            *bolt.DB // read-only unless the segment is the last
}

// createSegment makes the file of a segment that has no entries yet.
func createSegment(path, epoch string, number, first uint64) error {
	return createBolt(path, func(tx *bolt.Tx) error {
		head, err := tx.CreateBucket(headBucket)
		if err != nil {
			return err
		}
		_, err = tx.CreateBucket(logBucket)
		return errors.Join(err,
			putOwn(head, headBucket, epochKey, []byte(epoch)),
			putOwn(head, headBucket, numberKey, number64(number)),
			putOwn(head, headBucket, firstKey, number64(first)),
		)
	})
}

// putOwn stores something that the store keeps for itself.
func putOwn(b *bolt.Bucket, bucket []byte, key string, value []byte) error {
	return b.Put([]byte(key), marshalRecord(string(bucket), key, 0, value))
}

// listSegments returns the numbers of the segment files of the store at path, in order.
func listSegments(path string) ([]uint64, error) {
	names, err := filepath.Glob(escapeGlob(path) + ".log-*")
	if err != nil {
		return nil, err
	}
	var numbers []uint64
	for _, name := range names {
		if n, ok := segmentNumber(path, name); ok {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// A segmentScan is one reading of a segment from its first page to its last.
type segmentScan struct {
	// What the segment must be, according to the main file. An empty epoch and a
	// first of 0 say that it is not known.
	epoch         string
	number, first uint64
	// index gets each entry.
	index *restoring
	// each, if there is one, is called for each entry before the index has it.
	each func(e storedEntry) error
	// report is called with what is wrong with a key, from more than one goroutine.
	// The scan goes on when it returns nil.
	report func(error) error
}

// run reads a segment and verifies all of it. It returns the position after the
// last entry and how many bytes are in use.
func (s segmentScan) run(file *os.File) (next uint64, size int64, err error) {
	pages, unmap, err := mapPages(file)
	if err != nil {
		return 0, 0, err
	}
	defer unmap()
	stop := s.index.start(s.report)
	next = s.first
	err = pages.walk(func(bucket string) visitor {
		if bucket == string(logBucket) {
			return func(key, value []byte) error { return s.key(key, value, &next) }
		}
		return func(key, value []byte) error {
			_, own, err := unmarshalRecord(value, bucket, string(key))
			if err == nil {
				err = s.head(string(key), own, &next)
			}
			if err != nil {
				return s.report(fmt.Errorf("%s %q: %w", bucket, key, err))
			}
			return nil
		}
	})
	if err := cmp.Or(err, stop()); err != nil {
		return 0, 0, err
	}
	if !slices.Equal(pages.buckets, []string{string(headBucket), string(logBucket)}) {
		return 0, 0, fmt.Errorf("the buckets %q are not those of a segment", pages.buckets)
	}
	return next, int64(len(pages.data)), nil
}

// head verifies what the segment says about itself.
func (s segmentScan) head(key string, value []byte, next *uint64) error {
	n, _ := parse64(value)
	ok := true
	switch key {
	case epochKey:
		ok = s.epoch == "" || string(value) == s.epoch
	case numberKey:
		ok = n == s.number
	case firstKey:
		ok = n == s.first || s.first == 0
		*next = n
	}
	if !ok {
		return fmt.Errorf("%q is not what the main file says: the files are not of one backup", value)
	}
	return nil
}

func (s segmentScan) key(key, value []byte, next *uint64) error {
	if len(key) != 8 {
		return s.report(fmt.Errorf("a position of %d bytes", len(key)))
	}
	position := binary.BigEndian.Uint64(key)
	if position != *next {
		if err := s.report(fmt.Errorf("position %d is followed by %d", *next-1, position)); err != nil {
			return err
		}
	}
	*next = position + 1
	e, err := unmarshalEntry(value, position)
	if err == nil && s.each != nil {
		err = s.each(e)
	}
	if err != nil {
		return s.report(atPosition(position, err))
	}
	s.index.add(e, position)
	return nil
}

func atPosition(position uint64, err error) error {
	return fmt.Errorf("entry at position %d: %w", position, err)
}

// find returns the segment that holds a position.
func find(segments []*segment, position uint64) *segment {
	return segments[sort.Search(len(segments), func(i int) bool { return segments[i].first > position })-1]
}
