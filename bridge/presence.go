package bridge

import "sync"

// Presence is what the desk says of a group's people: how many of them are active. As
// long as it has said nothing, that is not Known and closes no group: a desk that has
// just begun, or cannot tell, must not send visitors away.
type Presence struct {
	Known  bool
	Active int
}

// MaxLeastPresent is the greatest Group.LeastPresent.
const MaxLeastPresent = 1000

// Fewer reports whether it is known that fewer than least are active.
func (p Presence) Fewer(least int) bool { return p.Known && p.Active < least }

// presences are kept in memory only: after a restart the desk looks anew.
type presences struct {
	mu sync.Mutex // guards the following
	of map[string]Presence
}

func (p *presences) get(key string) Presence {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.of[key]
}

func (p *presences) set(key string, now Presence) (before Presence) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before = p.of[key]
	if now.Known {
		p.of[key] = now
	} else {
		delete(p.of, key)
	}
	return before
}

// SetPresence notes, for the desk, how many of a group's people are active and may be
// disturbed; less than 0 where the desk cannot tell any more. Where that opens or closes
// the group, those who watch the directory are told. It neither blocks nor keeps anything
// beyond the program's end.
func (b *Bridge) SetPresence(w WorkspaceID, group GroupID, active int) {
	now := Presence{Known: active >= 0, Active: max(active, 0)}
	before := b.dir.present.set(groupKey(w, group), now)
	g, known := b.dir.group(w, group)
	if known && before.Fewer(g.LeastPresent) != now.Fewer(g.LeastPresent) {
		b.dir.tellWatchers()
	}
}
