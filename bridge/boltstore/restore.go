package boltstore

import (
	"fmt"
	"hash/maphash"

	"github.com/chatgroups/chatgroups/bridge"
)

// A restoring rebuilds an index while nobody else knows it. It works beside the
// reading of a segment, in a goroutine of its own, because each of the two takes about
// as long as the disk does.
//
// It finds a conversation by the hash of its id. If two had the same hash it would
// show, because each begins with Seq 1.
type restoring struct {
	index  *index
	byHash map[uint64]*conversation

	batch []found      // what was added and not handed over yet
	full  chan []found // to the goroutine
	empty chan []found // and back
	done  chan error   // the first error of report
}

// A found is an entry that was read. It points into the segment's file.
type found struct {
	storedEntry
	position uint64
}

const (
	foundAtOnce  = 2048 // how many are handed over at once
	foundBatches = 4
)

func restore(x *index) *restoring {
	r := &restoring{index: x, byHash: make(map[uint64]*conversation), empty: make(chan []found, foundBatches)}
	for range foundBatches {
		r.empty <- make([]found, 0, foundAtOnce)
	}
	return r
}

// start begins to take entries. report is called, from the goroutine, with what is
// wrong; nothing is added any more after it has returned an error. stop waits until
// all is added and returns that error. What was added must stay mapped until then.
func (r *restoring) start(report func(error) error) (stop func() error) {
	r.full, r.done = make(chan []found, foundBatches), make(chan error, 1)
	r.batch = <-r.empty
	go func() {
		var failed error
		for batch := range r.full {
			if failed == nil {
				failed = guard(func() error { return r.place(batch, report) })
			}
			r.empty <- batch[:0]
		}
		r.done <- failed
	}()
	return func() error {
		r.full <- r.batch
		close(r.full)
		return <-r.done
	}
}

// add adds an entry. Entries come in the order of positions.
func (r *restoring) add(e storedEntry, position uint64) {
	if r.batch = append(r.batch, found{e, position}); len(r.batch) == foundAtOnce {
		r.full <- r.batch
		r.batch = <-r.empty
	}
}

func (r *restoring) place(batch []found, report func(error) error) error {
	for _, f := range batch {
		hash := maphash.Bytes(r.index.seed, f.conversation)
		c := r.byHash[hash]
		if c == nil {
			c = new(conversation)
			r.byHash[hash] = c
			r.index.conversations[bridge.ConversationID(f.conversation)] = c
		}
		c.places = append(c.places, place{f.position, maphash.Bytes(r.index.seed, f.id)})
		if f.seq != bridge.Seq(len(c.places)) {
			err := fmt.Errorf("it says it is entry %d of conversation %q and comes as entry %d", f.seq, f.conversation, len(c.places))
			if err := report(atPosition(f.position, err)); err != nil {
				return err
			}
		}
	}
	return nil
}
