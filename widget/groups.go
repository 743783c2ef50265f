package widget

import (
	"encoding/json"

	"github.com/chatgroups/chatgroups/bridge"
)

// publicGroup is what visitors see of a group.
type publicGroup struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	About string `json:"about"`
	State string `json:"state"`
	Back  int64  `json:"back,omitempty"` // when it opens, where that is known
}

// publicGroups returns what visitors see of groups.
func publicGroups(groups []bridge.Group) json.RawMessage {
	all := []publicGroup{}
	for _, g := range groups {
		public := publicGroup{ID: g.Slug(), Name: g.Name, About: g.About, State: "off"}
		switch now := g.WhenRead(); {
		case now.Open:
			public.State = "on"
		case !now.Back.IsZero():
			public.Back = now.Back.UnixMilli()
		}
		all = append(all, public)
	}
	return encode(all)
}
