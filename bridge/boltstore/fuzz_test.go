package boltstore_test

import (
	"bytes"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
)

// What is taken apart without an error gives the same bytes when it is put together
// again, so that nothing in a stored form goes unread.
func FuzzUnmarshalEntry(f *testing.F) {
	value := boltstore.MarshalEntry("conversation", 7, "id", []byte(`{"kind":"message"}`))
	boltstore.SealEntry(value, 42)
	f.Add(value, uint64(42))
	f.Add(value, uint64(43))
	f.Add(value[:16], uint64(42))
	f.Add([]byte{}, uint64(0))
	f.Fuzz(func(t *testing.T, value []byte, position uint64) {
		if len(value) >= 16 { // the checksum would keep the fuzzer from all else
			value = bytes.Clone(value)
			boltstore.SealEntry(value, position)
		}
		e, err := boltstore.UnmarshalEntry(value, position)
		if err != nil {
			return
		}
		again := boltstore.MarshalEntry(bridge.ConversationID(e.Conversation), e.Seq, bridge.EntryID(e.ID), e.Body)
		boltstore.SealEntry(again, position)
		if !bytes.Equal(value, again) {
			t.Errorf("%x became %x", value, again)
		}
		if _, err := boltstore.UnmarshalEntry(value, position+1); err == nil {
			t.Error("an entry is taken for one at another position")
		}
	})
}

func FuzzUnmarshalRecord(f *testing.F) {
	f.Add(boltstore.MarshalRecord("records/groups", "tech", 7, []byte("value")), "records/groups", "tech")
	f.Add(boltstore.MarshalRecord("b", "", 0, nil), "b", "")
	f.Add([]byte{}, "", "")
	f.Fuzz(func(t *testing.T, data []byte, bucket, key string) {
		revision, value, err := boltstore.UnmarshalRecord(data, bucket, key)
		if err != nil {
			return
		}
		if again := boltstore.MarshalRecord(bucket, key, revision, value); !bytes.Equal(data, again) {
			t.Errorf("%x became %x", data, again)
		}
		if _, _, err := boltstore.UnmarshalRecord(data, bucket, key+"x"); err == nil {
			t.Error("a record is taken for one under another key")
		}
	})
}

// FuzzWalkPages overwrites a piece of a file that bbolt made. Whatever is in it, the
// walk must end, and not with a panic.
func FuzzWalkPages(f *testing.F) {
	whole := sampleStore(f).files[mainName]
	f.Add(uint(0), []byte("no bbolt file"))
	f.Add(uint(4096*3+8), []byte{1, 0, 255, 255, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, at uint, piece []byte) {
		data := bytes.Clone(whole)
		copy(data[at%uint(len(data)):], piece)
		keys := 0
		err := boltstore.WalkPages(data, func(string, []byte, []byte) error {
			keys++
			return nil
		})
		if err == nil && keys < 100 {
			t.Errorf("the walk was content with %d keys", keys)
		}
	})
}
