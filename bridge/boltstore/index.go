package boltstore

import (
	"hash/maphash"
	"slices"
	"sync"

	"github.com/chatgroups/chatgroups/bridge"
)

// The index says where each conversation's entries lie, and who follows it. The
// log's committer, and Open before it, are the only ones to add entries.
type index struct {
	seed maphash.Seed // the hashes are of no use outside this process

	// mu guards the following fields. The places of a conversation only ever grow,
	// so a slice of them stays true after mu was released.
	mu            sync.RWMutex
	conversations map[bridge.ConversationID]*conversation
	followers     map[bridge.ConversationID][]*feed // without empty slices
}

type conversation struct {
	places []place // that of Seq s is places[s-1]
}

// A place is where an entry lies in the log.
type place struct {
	position uint64
	id       uint64 // hash of the entry's id
}

func newIndex() *index {
	return &index{
		seed:          maphash.MakeSeed(),
		conversations: make(map[bridge.ConversationID]*conversation),
		followers:     make(map[bridge.ConversationID][]*feed),
	}
}

// after returns the places of up to limit entries with Seq > after, of all of them
// for limit <= 0.
func (x *index) after(id bridge.ConversationID, after bridge.Seq, limit int) []place {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.conversations[id].after(after, limit)
}

func (c *conversation) after(after bridge.Seq, limit int) []place {
	if c == nil || after >= bridge.Seq(len(c.places)) {
		return nil
	}
	places := c.places[after:]
	if limit > 0 && limit < len(places) {
		places = places[:limit]
	}
	return places
}

// all returns the places of a conversation.
func (x *index) all(id bridge.ConversationID) []place { return x.after(id, 0, 0) }

// publish adds entries that are on the disk, and returns the wakes of the followers
// that were waiting for them, to be called when the lock is released.
func (x *index) publish(appended []*appending) (wakes []func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, a := range appended {
		c := x.conversations[a.conversation]
		if c == nil {
			c = new(conversation)
			x.conversations[a.conversation] = c
		}
		c.places = append(c.places, place{a.position, a.hash})
		for _, f := range x.followers[a.conversation] {
			if f.dry && a.seq > f.after {
				f.dry = false
				wakes = append(wakes, f.wake)
			}
		}
	}
	return wakes
}

// follow adds a follower. It is owed a wake if there is nothing for it to read.
func (x *index) follow(f *feed) {
	x.mu.Lock()
	defer x.mu.Unlock()
	f.dry = len(x.conversations[f.conversation].after(f.after, 1)) == 0
	x.followers[f.conversation] = append(x.followers[f.conversation], f)
}

// next returns the places that a follower has still to read. If there are none it
// is owed a wake.
func (x *index) next(f *feed, limit int) []place {
	x.mu.RLock()
	places := x.conversations[f.conversation].after(f.after, limit)
	x.mu.RUnlock()
	if len(places) > 0 {
		return places
	}
	// The feed was dry a moment ago; see that it still is before a wake is owed, so
	// that an entry which comes just now is either returned or told.
	x.mu.Lock()
	defer x.mu.Unlock()
	places = x.conversations[f.conversation].after(f.after, limit)
	f.dry = len(places) == 0
	return places
}

// leave removes a follower.
func (x *index) leave(f *feed) {
	x.mu.Lock()
	defer x.mu.Unlock()
	left := slices.DeleteFunc(x.followers[f.conversation], func(other *feed) bool { return other == f })
	if len(left) > 0 {
		x.followers[f.conversation] = left
	} else {
		delete(x.followers, f.conversation)
	}
}
