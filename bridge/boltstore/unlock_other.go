//go:build !unix || solaris || aix

package boltstore

import "os"

// unlock does nothing: here the lock ends with the file, or with the program.
func unlock(*os.File) {}
