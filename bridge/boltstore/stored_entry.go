package boltstore

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"

	"github.com/chatgroups/chatgroups/bridge"
)

// The stored form of an entry. Numbers are big-endian.
//
//	0   4  CRC-32C of all that follows, begun with the position instead of 0
//	4   1  entryForm
//	5   1  length of the conversation's id, c
//	6   1  length of the entry's id, i
//	7   1  0
//	8   8  seq
//	16  c  conversation
//	…   i  id
//	…      what bridge.EncodeEntry made of the rest
//
// The position is part of the sum, so that an entry which turns up under another
// one's key is noticed. What the start needs to know stands before the JSON, which
// it never parses.
const (
	entryForm       = 1
	entryHeaderSize = 16
)

// A storedEntry is an entry as it is stored. Its slices point into the stored form.
type storedEntry struct {
	seq              bridge.Seq
	conversation, id []byte
	body             []byte
}

var (
	errChecksum = errors.New("the checksum is wrong")
	errForm     = errors.New("the form is unknown")
)

// marshalEntry returns the stored form of an entry whose position is not known yet:
// sealEntry completes it. The ids must not be longer than 255 bytes.
func marshalEntry(conversation bridge.ConversationID, seq bridge.Seq, id bridge.EntryID, body []byte) []byte {
	value := make([]byte, entryHeaderSize, entryHeaderSize+len(conversation)+len(id)+len(body))
	value[4] = entryForm
	value[5] = byte(len(conversation))
	value[6] = byte(len(id))
	binary.BigEndian.PutUint64(value[8:], uint64(seq))
	value = append(value, conversation...)
	value = append(value, id...)
	return append(value, body...)
}

// sealEntry binds a stored form to its position.
func sealEntry(value []byte, position uint64) {
	binary.BigEndian.PutUint32(value, entrySum(value, position))
}

func entrySum(value []byte, position uint64) uint32 {
	return crc32.Update(uint32(position)^uint32(position>>32), castagnoli, value[4:])
}

// unmarshalEntry verifies and takes apart what is stored at a position.
func unmarshalEntry(value []byte, position uint64) (storedEntry, error) {
	if len(value) < entryHeaderSize || binary.BigEndian.Uint32(value) != entrySum(value, position) {
		return storedEntry{}, errChecksum
	}
	conversation, id := int(value[5]), int(value[6])
	if value[4] != entryForm || value[7] != 0 || len(value) < entryHeaderSize+conversation+id {
		return storedEntry{}, errForm
	}
	rest := value[entryHeaderSize:]
	return storedEntry{
		seq:          bridge.Seq(binary.BigEndian.Uint64(value[8:])),
		conversation: rest[:conversation:conversation],
		id:           rest[conversation : conversation+id : conversation+id],
		body:         rest[conversation+id:],
	}, nil
}

// checkIDs refuses what has no place in a stored entry.
func checkIDs(conversation bridge.ConversationID, id bridge.EntryID) error {
	if len(conversation) < 1 || len(conversation) > math.MaxUint8 {
		return bridge.Errorf(bridge.CodeInvalid, "a conversation's id must have 1 to 255 bytes, not %d", len(conversation))
	}
	if len(id) < 1 || len(id) > 64 {
		return bridge.Errorf(bridge.CodeInvalid, "an entry's id must have 1 to 64 bytes, not %d", len(id))
	}
	return nil
}
