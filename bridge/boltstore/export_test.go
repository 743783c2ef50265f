package boltstore

import (
	"github.com/chatgroups/chatgroups/bridge"
)

// What tests need of the stored forms, which no other package may know.
var (
	MarshalEntry    = marshalEntry
	SealEntry       = sealEntry
	MarshalRecord   = marshalRecord
	UnmarshalRecord = unmarshalRecord
	SegmentPath     = segmentPath
)

// UnmarshalEntry returns the parts of what is stored at a position.
func UnmarshalEntry(value []byte, position uint64) (e StoredEntry, err error) {
	stored, err := unmarshalEntry(value, position)
	return StoredEntry{stored.seq, stored.conversation, stored.id, stored.body}, err
}

// WalkPages verifies the pages of a bbolt file.
func WalkPages(data []byte, visit func(bucket string, key, value []byte) error) error {
	pages, err := openPages(data)
	if err != nil {
		return err
	}
	return pages.walk(func(bucket string) visitor {
		return func(key, value []byte) error { return visit(bucket, key, value) }
	})
}

// A StoredEntry is an entry as it is stored.
type StoredEntry struct {
	Seq                    bridge.Seq
	Conversation, ID, Body []byte
}
