package fakeslack

import (
	"errors"
	"fmt"
	"slices"
)

// What people do to user groups in Slack's own pages.

// SetUserGroupMembers replaces who is in a user group, as somebody does in
// Slack's own pages; apps are told.
func (w *Workspace) SetUserGroupMembers(actor, id string, members ...string) error {
	return w.changeGroup(actor, id, func(g *group) error {
		for _, m := range members {
			if w.people[m] == nil {
				return noSuchPerson(m)
			}
		}
		w.setMembers(g, members, actor)
		return nil
	})
}

// CreateUserGroup makes a user group as somebody does in Slack's own pages; apps are
// told. It fails where name or handle are taken.
func (w *Workspace) CreateUserGroup(actor, name, handle string, members ...string) (id string, err error) {
	err = w.act(func() error {
		if err := w.mayEditGroups(actor); err != nil {
			return err
		}
		if other, taken := w.names[handle]; taken {
			return fmt.Errorf("fakeslack: the handle %q belongs to %s", handle, other)
		}
		for _, m := range members {
			if w.people[m] == nil {
				return noSuchPerson(m)
			}
		}
		id = w.newID("S")
		w.names[handle] = id
		g := w.makeGroup(id, name, handle, actor)
		w.groupEvent(g, "subteam_created")
		if len(members) > 0 {
			w.setMembers(g, members, actor)
		}
		return nil
	})
	return id, err
}

// RenameUserGroup gives a user group another name and handle, as somebody does in
// Slack's own pages; apps are told. What is empty stays.
func (w *Workspace) RenameUserGroup(actor, id, name, handle string) error {
	return w.changeGroup(actor, id, func(g *group) error {
		if other, taken := w.names[handle]; taken && other != id {
			return fmt.Errorf("fakeslack: the handle %q belongs to %s", handle, other)
		}
		if handle != "" {
			delete(w.names, g.handle)
			w.names[handle] = id
			g.handle = handle
		}
		if name != "" {
			g.name = name
		}
		w.touch(g, actor)
		w.groupEvent(g, "subteam_updated")
		return nil
	})
}

// SetUserGroupChannels replaces the channels that members are let into, as somebody
// does in Slack's own pages; apps are told.
func (w *Workspace) SetUserGroupChannels(actor, id string, channels ...string) error {
	return w.changeGroup(actor, id, func(g *group) error {
		for _, c := range channels {
			if w.channels[c] == nil {
				return noSuchChannel(c)
			}
		}
		g.channels = slices.Clone(channels)
		w.touch(g, actor)
		w.groupEvent(g, "subteam_updated")
		return nil
	})
}

// DisableUserGroup switches a user group off: it cannot be mentioned any more.
func (w *Workspace) DisableUserGroup(actor, id string) error {
	return w.changeGroup(actor, id, func(g *group) error {
		w.setDisabled(g, true, actor)
		return nil
	})
}

// EnableUserGroup switches a user group on again, with its members of before.
func (w *Workspace) EnableUserGroup(actor, id string) error {
	return w.changeGroup(actor, id, func(g *group) error {
		w.setDisabled(g, false, actor)
		return nil
	})
}

func (w *Workspace) changeGroup(actor, id string, change func(*group) error) error {
	return w.act(func() error {
		if err := w.mayEditGroups(actor); err != nil {
			return err
		}
		g := w.groups[id]
		if g == nil {
			return fmt.Errorf("fakeslack: there is no user group %q; AddUserGroup returns the id", id)
		}
		return change(g)
	})
}

// SetPlan changes what the workspace pays for: on Free, user groups work no more.
func (w *Workspace) SetPlan(p Plan) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cfg.Plan = p
}

// KeepUserGroupsToAdmins changes who may edit user groups; see
// Config.AdminsEditUserGroups.
func (w *Workspace) KeepUserGroupsToAdmins(yes bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cfg.AdminsEditUserGroups = yes
}

// mayEditGroups refuses those to whom Slack's pages do not show user groups, or not
// in order to change them.
//
// Documented: Slack's help 212906697.
func (w *Workspace) mayEditGroups(actor string) error {
	p := w.people[actor]
	switch {
	case p == nil:
		return noSuchPerson(actor)
	case w.cfg.Plan == Free:
		return errors.New("fakeslack: there are no user groups on the free plan; see SetPlan")
	case p.Deleted || p.Bot || p.guest() || p.external(w.cfg.TeamID):
		return fmt.Errorf("fakeslack: %s is no full member and changes no user group", p.Name)
	case w.cfg.AdminsEditUserGroups && !p.Admin && !p.Owner:
		return fmt.Errorf("fakeslack: the workspace keeps user groups to admins, and %s is none; see KeepUserGroupsToAdmins", p.Name)
	}
	return nil
}
