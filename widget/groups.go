package widget

import (
	"bytes"
	"encoding/json"
	"sync"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// groupList is the groups of a workspace as its visitors see them. It is never
// changed: a session that holds the current one knows what there is to know.
type groupList struct {
	json  json.RawMessage
	since time.Time
}

// groupLists holds the current list of every workspace that was asked for.
type groupLists struct {
	bridge *bridge.Bridge
	now    func() time.Time

	mu    sync.Mutex // guards the following
	lists map[bridge.WorkspaceID]*groupList
}

// refresh returns a workspace's list as it is now: the same one as before where
// nothing that visitors see has changed.
func (g *groupLists) refresh(w bridge.WorkspaceID) *groupList {
	g.mu.Lock()
	defer g.mu.Unlock()
	// Read under the lock, so that an older reading cannot replace a newer one.
	data := publicGroups(g.bridge.Groups(w))
	list := g.lists[w]
	if list == nil || !bytes.Equal(list.json, data) {
		list = &groupList{data, g.now()}
		g.lists[w] = list
	}
	return list
}

// current returns the last list that refresh gave.
func (g *groupLists) current(w bridge.WorkspaceID) *groupList {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.lists[w]
}

// refreshAll returns the workspaces whose list has changed.
func (g *groupLists) refreshAll() (changed []bridge.WorkspaceID) {
	g.mu.Lock()
	before := make(map[bridge.WorkspaceID]*groupList, len(g.lists))
	for w, list := range g.lists {
		before[w] = list
	}
	g.mu.Unlock()
	for w, list := range before {
		if g.refresh(w) != list {
			changed = append(changed, w)
		}
	}
	return changed
}

// publicGroups returns what visitors see of the groups that they can choose.
func publicGroups(groups []bridge.Group) json.RawMessage {
	type group struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		About string `json:"about"`
		State string `json:"state"`
	}
	offered := []group{}
	for _, g := range groups {
		if !g.Offered() {
			continue
		}
		state := "off"
		if g.Open() {
			state = "on"
		}
		offered = append(offered, group{g.Slug(), g.Name, g.About, state})
	}
	return encode(offered)
}
