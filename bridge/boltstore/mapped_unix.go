//go:build unix

package boltstore

import (
	"os"
	"syscall"
)

// mapFile returns the contents of a file without copying them. What is read after
// the file was cut off, or cannot be read from the disk, is a fault: see guard.
func mapFile(file *os.File) (data []byte, unmap func(), err error) {
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return nil, func() {}, err
	}
	data, err = syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, nil, os.NewSyscallError("mmap", err)
	}
	return data, func() { syscall.Munmap(data) }, nil
}
