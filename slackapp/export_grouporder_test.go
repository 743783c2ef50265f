package slackapp

import "github.com/chatgroups/chatgroups/bridge"

// PlacesFor is placesFor of groups that stand at these places now, in the order in which
// they are to be.
func PlacesFor(places []int) []int {
	var groups []bridge.Group
	for _, p := range places {
		groups = append(groups, bridge.Group{Place: p})
	}
	return placesFor(groups)
}
