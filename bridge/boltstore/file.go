package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/chatgroups/chatgroups/bridge"
)

// What Open and Check refuse beside damage. Test with errors.Is.
var (
	ErrInUse = errors.New("another chatgroups has it open: stop that one first, or give this one a path of its own")
	ErrNewer = errors.New("it was written by a newer chatgroups: upgrade this one")
)

// lockTimeout is how long to wait for another program to let go of a file, so that
// a restart does not fail because the old process is still leaving.
const lockTimeout = time.Second

// mapSize is how much address space bbolt sets aside for a file. While a file fits,
// a transaction that makes it grow need not wait for those that are reading.
const mapSize = 1 << (20 + 10*(strconv.IntSize/64)) // 1 GiB, or 1 MiB where addresses are scarce

// openBolt opens a bbolt file that exists.
func openBolt(path string, readOnly bool) (*bolt.DB, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() == 0 && info.Mode().IsRegular() {
		return nil, damaged(path, errors.New("the file is empty")) // bbolt would begin a new one
	}
	initial := mapSize
	if readOnly {
		initial = 0 // it will not grow
	}
	var db *bolt.DB
	var file *os.File
	err = guard(func() (err error) {
		db, err = bolt.Open(path, 0o600, &bolt.Options{
			ReadOnly:        readOnly,
			Timeout:         lockTimeout,
			InitialMmapSize: initial,
			FreelistType:    bolt.FreelistArrayType,
			NoStatistics:    true,
			OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
				file, err = os.OpenFile(name, flag&^os.O_CREATE, mode)
				return file, err
			},
		})
		return err
	})
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("%s: %w", path, ErrInUse)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return nil, fmt.Errorf("%w: let the user that runs chatgroups read and write this file", err)
	}
	if file != nil {
		unlock(file) // bbolt keeps both when it panics
		file.Close()
	}
	if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) {
		return nil, err
	}
	return nil, damaged(path, err)
}

// createBolt makes a bbolt file with what fill puts into it. The file appears under
// its name when it is complete and on the disk, or not at all, so that a crash
// leaves nothing half made. It fails with fs.ErrExist if the name is taken.
func createBolt(path string, fill func(*bolt.Tx) error) error {
	return createWhole(path, func(temp string) error {
		db, err := bolt.Open(temp, 0o600, &bolt.Options{FreelistType: bolt.FreelistArrayType})
		if err != nil {
			return err
		}
		return errors.Join(db.Update(fill), db.Close())
	})
}

// createWhole makes a file as write writes it, which must also sync it, under another
// name. What createBolt says of its file holds for this one.
func createWhole(path string, write func(temp string) error) error {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+newSuffix+"*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	if err := temp.Close(); err != nil {
		return err
	}
	if err := write(temp.Name()); err != nil {
		return err
	}
	// A link, unlike a rename, does not replace what another program may have put
	// there meanwhile. Some file systems have no links.
	if err := os.Link(temp.Name(), path); errors.Is(err, fs.ErrExist) {
		return err
	} else if err != nil {
		if err := os.Rename(temp.Name(), path); err != nil {
			return err
		}
	}
	return syncFolder(filepath.Dir(path))
}

// newSuffix marks a file that is not complete.
const newSuffix = ".new-"

// removeLeftovers removes what createWhole left behind in a crash. Call it with the
// lock of the main file held, so that they are nobody's.
func removeLeftovers(path string) error {
	for _, file := range []string{escapeGlob(path), escapeGlob(path) + ".log-*", escapeGlob(journalPath(path))} {
		leftovers, err := filepath.Glob(file + newSuffix + "*")
		if err != nil {
			return err
		}
		for _, name := range leftovers {
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// escapeGlob returns a pattern that matches the path alone.
func escapeGlob(path string) string {
	var pattern []byte
	for i := range len(path) {
		switch path[i] {
		case '*', '?', '[', '\\':
			pattern = append(pattern, '\\')
		}
		pattern = append(pattern, path[i])
	}
	return string(pattern)
}

// makeFolder makes a folder for its owner alone, and those above it that are missing,
// so that they survive a power cut.
func makeFolder(folder string) error {
	if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	above := filepath.Dir(folder)
	if err := makeFolder(above); err != nil {
		return err
	}
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(above)
}

// syncFolder makes new names in a folder survive a power cut.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// guard runs fn, which reads a bbolt file, and returns as an error what bbolt does when
// it runs into a bad page: it panics, or it reaches beyond its memory map. The error
// is errGaveUp and bridge.ErrDamaged.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("%w (%v): %w", errGaveUp, reason, bridge.ErrDamaged)
		}
	}()
	return fn()
}

var errGaveUp = errors.New("bbolt gave up")

// damaged says what is wrong with a file, and what to do about it.
func damaged(path string, err error) error {
	if errors.Is(err, bridge.ErrDamaged) {
		return fmt.Errorf("%s: %w", path, err)
	}
	return fmt.Errorf("%s: %w: %w", path, err, bridge.ErrDamaged)
}
