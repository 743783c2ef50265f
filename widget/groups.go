package widget

import (
	"encoding/json"

	"github.com/chatgroups/chatgroups/bridge"
)

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
		state := "off"
		if g.Open() {
			state = "on"
		}
		offered = append(offered, group{g.Slug(), g.Name, g.About, state})
	}
	return encode(offered)
}
