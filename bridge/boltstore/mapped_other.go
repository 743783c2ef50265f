//go:build !unix

package boltstore

import "os"

// mapFile returns the contents of a file.
func mapFile(file *os.File) (data []byte, unmap func(), err error) {
	data, err = os.ReadFile(file.Name())
	return data, func() {}, err
}
