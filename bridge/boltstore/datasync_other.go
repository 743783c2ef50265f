//go:build !linux

package boltstore

import "os"

// datasync makes what was written to a file survive a power cut.
func datasync(file *os.File) error { return file.Sync() }
