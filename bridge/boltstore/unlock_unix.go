//go:build unix && !solaris && !aix

package boltstore

import (
	"os"
	"syscall"
)

// unlock lets go of the lock that bbolt has put on a file. Closing the file does not
// while bbolt's memory map of it remains, and there is no way to reach that after
// bbolt has panicked.
func unlock(file *os.File) { syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }
