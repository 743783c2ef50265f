package boltstore

import (
	"context"
	"hash/maphash"

	"github.com/chatgroups/chatgroups/bridge"
)

// An appending is an Append on its way through the log's committer.
type appending struct {
	conversation bridge.ConversationID
	id           bridge.EntryID
	hash         uint64
	seq          bridge.Seq // the one it asks for, and then the one it has
	value        []byte

	// What became of it. If there is no error, the entry with this id is at position.
	err      error
	position uint64
	was      bool       // it had been there before
	twin     *appending // the same id, earlier in the same transaction: share its fate

	before *appending // the one before in the same conversation and transaction
}

// Append implements bridge.Store. When ctx ends before the entry is on the disk it
// may still get there.
func (s *Store) Append(ctx context.Context, conversation bridge.ConversationID, last bridge.Seq, e bridge.Entry) (bridge.Entry, error) {
	if err := s.writable(ctx); err != nil {
		return bridge.Entry{}, err
	}
	if err := checkIDs(conversation, e.ID); err != nil {
		return bridge.Entry{}, err
	}
	body, err := bridge.EncodeEntry(e)
	if err != nil {
		return bridge.Entry{}, err
	}
	if len(body) > bridge.MaxEntryBytes {
		return bridge.Entry{}, bridge.ErrTooLarge
	}
	e.Seq = last + 1
	a := &appending{
		conversation: conversation,
		id:           e.ID,
		hash:         maphash.String(s.index.seed, string(e.ID)),
		seq:          e.Seq,
		value:        marshalEntry(conversation, e.Seq, e.ID, body),
	}
	done := s.log.submit(a)
	if done == nil {
		return bridge.Entry{}, errClosed
	}
	select {
	case <-done:
	case <-ctx.Done():
		return bridge.Entry{}, ctx.Err()
	}
	if a.err != nil {
		return bridge.Entry{}, a.err
	}
	if !a.was {
		return e, nil
	}
	entries, err := s.readEntries(ctx, conversation, a.seq-1, []place{{position: a.position}})
	if err != nil {
		return bridge.Entry{}, err
	}
	return entries[0], nil
}

// commitLog carries out what waits to be appended, and returns the wakes of the
// followers that have something to read now.
func (s *Store) commitLog(batch []*appending) (wakes []func()) {
	fresh := s.resolve(batch)
	if len(fresh) > 0 {
		if err := s.appendAll(fresh); err != nil {
			for _, a := range fresh {
				a.err = err
			}
		} else {
			wakes = s.index.publish(fresh)
		}
	}
	for _, a := range batch {
		if a.twin != nil {
			a.err, a.seq, a.position, a.was = a.twin.err, a.twin.seq, a.twin.position, true
		}
	}
	return wakes
}

// resolve settles what needs no writing, an id that is there and a log that has
// moved on, and returns the others. It runs in the committer, so that each
// appending sees all that come before it.
func (s *Store) resolve(batch []*appending) (fresh []*appending) {
	fresh = make([]*appending, 0, len(batch))
	newest := make(map[bridge.ConversationID]*appending, len(batch))
	for _, a := range batch {
		a.before = newest[a.conversation]
		if a.twin = a.before.withID(a.id); a.twin != nil {
			continue
		}
		places := s.index.all(a.conversation)
		last := bridge.Seq(len(places))
		if a.before != nil {
			last = a.before.seq
		}
		seq, err := s.seqOf(a, places)
		switch {
		case err != nil:
			a.err = err
		case seq > 0:
			a.seq, a.position, a.was = seq, places[seq-1].position, true
		case a.seq != last+1:
			a.err = bridge.ErrConflict
		default:
			newest[a.conversation] = a
			fresh = append(fresh, a)
		}
	}
	return fresh
}

// withID returns a, or one before it, whichever has the id.
func (a *appending) withID(id bridge.EntryID) *appending {
	for ; a != nil; a = a.before {
		if a.id == id {
			return a
		}
	}
	return nil
}

// seqOf returns the Seq of the entry whose id a has, or 0. Ids are chosen by
// visitors, so that an equal hash is not believed before the entry was read.
func (s *Store) seqOf(a *appending, places []place) (bridge.Seq, error) {
	for i := len(places) - 1; i >= 0; i-- { // what is sent again was mostly sent just now
		if places[i].id != a.hash {
			continue
		}
		same := false
		err := s.readStored(places[i:i+1], func(e storedEntry, _ uint64) error {
			same = string(e.id) == string(a.id)
			return nil
		})
		if err != nil {
			return 0, err
		}
		if same {
			return bridge.Seq(i + 1), nil
		}
	}
	return 0, nil
}

// appendAll puts entries at the end of the log: into the journal, or, where they are
// too many for it, straight into a segment.
func (s *Store) appendAll(fresh []*appending) error {
	first := s.tail.Load().next()
	values, size := make([][]byte, len(fresh)), 0
	for i, a := range fresh {
		a.position = first + uint64(i)
		sealEntry(a.value, a.position)
		values[i] = a.value
		size += frameSize(a.value)
	}
	if !s.journal.fits(size) {
		return s.fold(values)
	}
	frames := make([]byte, 0, size)
	for i, value := range values {
		frames = appendFrame(frames, value, first+uint64(i), first)
	}
	if err := s.writeJournal(frames); err != nil {
		return err
	}
	s.tail.Store(s.tail.Load().with(values))
	return nil
}

func (s *Store) writeJournal(frames []byte) error {
	if failed := s.failed.Load(); failed != nil {
		return failed
	}
	err := s.journal.write(frames)
	switch {
	case err == nil:
		return nil
	case diskFull(err): // some file systems need room even to write over what is there
		return errDiskFull(err)
	}
	return s.fail(journalPath(s.path), err)
}
