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

// groupLists holds the current list of every workspace that was asked for. Run keeps
// it up to date.
type groupLists struct {
	bridge *bridge.Bridge
	now    func() time.Time

	mu    sync.Mutex // guards the following
	lists map[bridge.WorkspaceID]*groupList
}

func (g *groupLists) current(w bridge.WorkspaceID) *groupList {
	g.mu.Lock()
	defer g.mu.Unlock()
	if list := g.lists[w]; list != nil {
		return list
	}
	return g.read(w)
}

// refresh reads every list anew and reports whether visitors can see a difference.
func (g *groupLists) refresh() (changed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for w, list := range g.lists {
		changed = g.read(w) != list || changed
	}
	return changed
}

// read makes a workspace's list what it is now; it stays the same where nothing that
// visitors see has changed. g.mu is held.
func (g *groupLists) read(w bridge.WorkspaceID) *groupList {
	data := publicGroups(g.bridge.Groups(w))
	list := g.lists[w]
	if list == nil || !bytes.Equal(list.json, data) {
		list = &groupList{data, g.now()}
		g.lists[w] = list
	}
	return list
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
