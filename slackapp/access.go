package slackapp

import (
	"context"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// Who may do what. It is asked anew for every command, press and filled-in form, and
// decided by what Slack said a moment ago: where Slack does not answer, nobody may do
// anything.

// A role is how much somebody may do; each may also do what those before it may.
type role int

const (
	// outsider: guests, people of other workspaces, bots and the deactivated.
	outsider role = iota
	// member: works in the threads of groups whose channel they are in, see mayAct.
	member
	// groupManager: administers the groups that name them, see mayManage.
	groupManager
	// manager: named by an admin; administers all groups and sites.
	manager
	// admin or owner of the workspace: also names the managers.
	admin
)

// personAge is how old what is known of a person may be when it decides what that
// person may do.
const personAge = time.Minute

// admit finds out who asks and how much that person may do. An error is for that
// person.
func (a *App) admit(ctx context.Context, req *request) error {
	self := a.self()
	if req.in == "" {
		req.in = locale.English
	}
	if req.home != "" && bridge.WorkspaceID(req.home) != self.Workspace {
		return bridge.Errorf(bridge.CodeForbidden, "only people of this workspace can do that")
	}
	who, err := a.people.person(ctx, req.user, personAge, self.Workspace)
	if err != nil {
		a.log.Warn().Err(err).Msg("look a person up")
		return bridge.Errorf(bridge.CodeUnavailable, "Slack does not tell who you are just now, so nothing was done: try again in a moment")
	}
	req.who, req.in, req.name = who, who.locale, a.people.name(req.user)
	if req.role = a.roleOf(who); req.role == outsider {
		return bridge.Errorf(bridge.CodeForbidden, "only members of this workspace can do that; guests and people from outside cannot")
	}
	return nil
}

func (a *App) roleOf(who person) role {
	if !who.belongs() {
		return outsider
	}
	if who.admin || who.owner {
		return admin
	}
	b, w, id := a.bridge.Load(), a.self().Workspace, bridge.AgentID(who.id)
	if ws, err := b.Workspace(w); err == nil && ws.Manages(id) {
		return manager
	}
	for _, g := range b.Groups(w) {
		if g.ManagedBy(id) {
			return groupManager
		}
	}
	return member
}

// administers reports whether the person may administer every group.
func (r request) administers() bool { return r.role >= manager }

// require refuses whoever may do less than least.
func (r request) require(least role) error {
	switch {
	case r.role >= least:
		return nil
	case least == admin:
		return bridge.Errorf(bridge.CodeForbidden, "only workspace admins can do that")
	case least == manager:
		return bridge.Errorf(bridge.CodeForbidden, "only workspace admins, and the managers they name with `/chatgroups managers @ann`, can do that")
	case least == groupManager:
		return bridge.Errorf(bridge.CodeForbidden, "only workspace admins, managers and the managers of a group can do that")
	}
	return bridge.Errorf(bridge.CodeForbidden, "only members of this workspace can do that; guests and people from outside cannot")
}

// mayManage lets those change a group who administer all, and the group's own managers.
func (r request) mayManage(g bridge.Group) error {
	if r.administers() || r.role == groupManager && g.ManagedBy(bridge.AgentID(r.user)) {
		return nil
	}
	return bridge.Errorf(bridge.CodeForbidden, "only workspace admins, managers and the managers of %s can do that", g.Name)
}

// channelLocale is the language of what stands in channels, where many read it: the
// workspace's.
func (a *App) channelLocale() locale.Locale {
	ws, err := a.bridge.Load().Workspace(a.self().Workspace)
	if err != nil {
		return locale.English
	}
	return locale.Of(ws.Language)
}
