package boltstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/chatgroups/chatgroups/bridge"
)

// readAtOnce is how many entries or records are read in one transaction. A
// transaction that reads keeps bbolt from using freed pages again.
const readAtOnce = 256

// Read implements bridge.Store.
func (s *Store) Read(ctx context.Context, conversation bridge.ConversationID, after bridge.Seq, limit int) ([]bridge.Entry, error) {
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	return s.readEntries(ctx, conversation, after, s.index.after(conversation, after, limit))
}

// readEntries returns the entries of a conversation that follow after and lie at
// places.
func (s *Store) readEntries(ctx context.Context, conversation bridge.ConversationID, after bridge.Seq, places []place) ([]bridge.Entry, error) {
	if len(places) == 0 {
		return nil, nil
	}
	entries := make([]bridge.Entry, 0, len(places))
	for len(places) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		part := places[:min(readAtOnce, len(places))]
		places = places[len(part):]
		err := s.readStored(part, func(stored storedEntry, position uint64) error {
			seq := after + bridge.Seq(len(entries)) + 1
			if stored.seq != seq || string(stored.conversation) != string(conversation) {
				return fmt.Errorf("it should be entry %d of conversation %q", seq, conversation)
			}
			e, err := bridge.DecodeEntry(stored.body)
			if err != nil {
				return err
			}
			e.Seq, e.ID = seq, bridge.EntryID(stored.id)
			entries = append(entries, e)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// readStored calls fn for what is stored at each place. The slices of the entry are
// valid during the call. An error of fn means that the entry is not what it should
// be.
func (s *Store) readStored(places []place, fn func(e storedEntry, position uint64) error) error {
	tail := s.tail.Load()
	segments := *s.segments.Load()
	for len(places) > 0 {
		if places[0].position >= tail.first {
			return tail.read(places, fn)
		}
		segment := find(segments, places[0].position)
		n := 1
		for n < len(places) && places[n].position < tail.first && find(segments, places[n].position) == segment {
			n++
		}
		if err := segment.read(places[:n], fn); err != nil {
			return err
		}
		places = places[n:]
	}
	return nil
}

func (s *segment) read(places []place, fn func(e storedEntry, position uint64) error) error {
	return view(s.db, func(tx *bolt.Tx) error {
		b := tx.Bucket(logBucket)
		if b == nil {
			return damaged(s.path, errors.New("the log is missing"))
		}
		var key [8]byte
		for _, p := range places {
			binary.BigEndian.PutUint64(key[:], p.position)
			e, err := unmarshalEntry(b.Get(key[:]), p.position)
			if err == nil {
				err = fn(e, p.position)
			}
			if err != nil {
				return damaged(s.path, atPosition(p.position, err))
			}
		}
		return nil
	})
}
