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
	JournalPath     = journalPath
	AppendFrame     = appendFrame
	JournalHead     = marshalJournalHead
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

// The size of a journal and of its first sector, in bytes.
const (
	JournalBytes     = journalBytes
	JournalHeadBytes = journalHead
	SectorSize       = sectorSize
)

// ParseJournal returns the stored entries that a journal holds behind position folded.
func ParseJournal(data []byte, epoch string, folded uint64) (pending [][]byte, err error) {
	c, err := parseJournal(data, epoch, folded)
	return c.pending, err
}

// A StoredEntry is an entry as it is stored.
type StoredEntry struct {
	Seq                    bridge.Seq
	Conversation, ID, Body []byte
}
