package fakeslack

import (
	"maps"
	"slices"
)

// Methods returns the names of the methods that are implemented, and Digest those
// that are described.
func Methods() []string { return slices.Sorted(maps.Keys(methods)) }

// Digest is described at Methods.
func Digest() []string { return slices.Sorted(maps.Keys(theDigest.Methods)) }
