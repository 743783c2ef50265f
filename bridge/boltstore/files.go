package boltstore

import (
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
)

// files are the files of a store, open for reading.
type files struct {
	main     *os.File
	numbers  []uint64 // of the segments, in order
	segments map[uint64]*os.File
}

func openFiles(path string) (_ *files, err error) {
	f := &files{segments: make(map[uint64]*os.File)}
	defer func() {
		if err != nil {
			f.close()
		}
	}()
	if f.main, err = os.Open(path); err != nil {
		return nil, err
	}
	if f.numbers, err = listSegments(path); err != nil {
		return nil, err
	}
	for _, n := range f.numbers {
		if f.segments[n], err = os.Open(segmentPath(path, n)); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// all returns the files in the order in which they are needed.
func (f *files) all() []*os.File {
	all := []*os.File{f.main}
	for _, n := range f.numbers {
		all = append(all, f.segments[n])
	}
	return all
}

func (f *files) close() {
	for _, file := range f.all() {
		if file != nil {
			file.Close()
		}
	}
}

// match demands that the segments of a store are the files that are there. One
// more may be there, without entries: a crash came before it was named.
func (f *files) match(path string, segments []segmentContents) error {
	var last uint64
	for _, s := range segments {
		if f.segments[s.number] == nil {
			return damaged(segmentPath(path, s.number), errors.New("the file is missing"))
		}
		last = s.number
	}
	for _, n := range f.numbers {
		if slices.ContainsFunc(segments, func(s segmentContents) bool { return s.number == n }) {
			continue
		}
		unnamed := segmentPath(path, n)
		if n != last+1 {
			return damaged(unnamed, errors.New("the main file does not know it: the files are not of one backup"))
		}
		if err := expectNoEntry(f.segments[n]); err != nil {
			return damaged(unnamed, err)
		}
	}
	return nil
}

// expectNoEntry verifies that a file is a segment without entries.
func expectNoEntry(file *os.File) error {
	pages, unmap, err := mapPages(file)
	if err != nil {
		return err
	}
	defer unmap()
	return pages.walk(func(bucket string) visitor {
		return func(_, _ []byte) error {
			if bucket == string(logBucket) {
				return errors.New("it has entries and the main file does not know it: the files are not of one backup")
			}
			return nil
		}
	})
}

// readAhead reads files from beginning to end, so that the disk is asked for large
// pieces in order while they are being verified. bbolt tells the kernel not to read
// ahead, and would fetch a cold file page by page. stop ends it and waits.
func readAhead(files []*os.File) (stop func()) {
	var stopped atomic.Bool
	var reader sync.WaitGroup
	reader.Go(func() {
		buffer := make([]byte, 1<<20)
		for _, file := range files {
			for at := int64(0); !stopped.Load(); {
				n, err := file.ReadAt(buffer, at)
				at += int64(n)
				if err != nil {
					if err != io.EOF {
						return // whoever needs these bytes will say so
					}
					break
				}
			}
		}
	})
	return func() {
		stopped.Store(true)
		reader.Wait()
	}
}
