package slackapp

import (
	"slices"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// tellable returns a group without those whom a mention would not reach (a
// disabled user group, deactivated people), and where that leaves nobody, why, with
// the mend.
func (a *App) tellable(in locale.Locale, g bridge.Group) (_ bridge.Group, untold string) {
	g.Members = slices.DeleteFunc(slices.Clone(g.Members), func(m bridge.AgentID) bool {
		gone, _ := a.people.gone(string(m))
		return gone
	})
	for _, x := range a.troubles.all() {
		if x.Shut || len(groupsOf(x, []bridge.Group{g})) == 0 || everywhere(x.Kind) {
			continue
		}
		if x.Kind == userGroupOff || x.Kind == userGroupGone {
			g.UserGroup = ""
		}
		untold = sentences(in, x)
	}
	return g, untold
}
