package widget

import (
	"encoding/json"

	"github.com/chatgroups/chatgroups/bridge"
)

// publicGroup is what visitors see of a group that they can choose. Times are in
// milliseconds since 1970.
type publicGroup struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	About string `json:"about"`
	State string `json:"state"`
	// Back is when a group that is off opens; absent where nobody knows.
	Back int64 `json:"back,omitempty"`
	// Until is when a group that is on closes by itself, as far as that is known. Only
	// the loader says it, which may be older than that: an open tab is told when it is so.
	Until int64 `json:"until,omitempty"`
}

func seen(g bridge.Group) publicGroup {
	p := publicGroup{ID: g.Slug(), Name: g.Name, About: g.About, State: "off"}
	if o := g.WhenRead(); o.Open {
		p.State = "on"
	} else if !o.Back.IsZero() {
		p.Back = o.Back.UnixMilli()
	}
	return p
}

// publicGroups returns groups as frames say them.
func publicGroups(groups []bridge.Group) json.RawMessage {
	all := make([]publicGroup, len(groups))
	for i, g := range groups {
		all[i] = seen(g)
	}
	return encode(all)
}

// datedGroups returns groups as the loader says them.
func datedGroups(groups []bridge.Group) json.RawMessage {
	all := make([]publicGroup, len(groups))
	for i, g := range groups {
		all[i] = seen(g)
		if closes := g.Closes(); !closes.IsZero() {
			all[i].Until = closes.UnixMilli()
		}
	}
	return encode(all)
}
