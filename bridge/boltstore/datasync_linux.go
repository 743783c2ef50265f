package boltstore

import (
	"os"
	"syscall"
)

// datasync makes what was written to a file survive a power cut. Unlike Sync it does
// not write when the file was changed, which would cost a second write to the disk
// for a file that keeps its size.
func datasync(file *os.File) error {
	for {
		err := syscall.Fdatasync(int(file.Fd()))
		switch err {
		case nil:
			return nil
		case syscall.EINTR:
			continue
		}
		return &os.PathError{Op: "sync", Path: file.Name(), Err: err}
	}
}
