package fakeslack

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// handleForm is assumed: lower-case letters, digits and "-_.", up to 21.
var handleForm = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{N}._-]{0,20}$`)

// maxGroupChannels is how many default channels a user group has.
//
// Documented: Slack's help 212906697; the code is that of usergroups.update.
const maxGroupChannels = 100

// onPaidPlan refuses user groups to free workspaces.
//
// Documented: the errors of usergroups.*; which of plan_upgrade_required and
// paid_teams_only comes is assumed.
func (c *call) onPaidPlan() error {
	if c.w.cfg.Plan == Paid {
		return nil
	}
	if c.method == "usergroups.update" {
		return refuse("paid_teams_only")
	}
	return refuse("plan_upgrade_required")
}

// mayEditGroups refuses where the workspace keeps that to admins.
//
// Documented: reference/methods/usergroups.users.update; a bot token works only
// where everyone may.
func (c *call) mayEditGroups() error {
	if err := c.onPaidPlan(); err != nil {
		return err
	}
	p := c.w.people[c.grant.user]
	if c.w.cfg.AdminsEditUserGroups && !p.Admin && !p.Owner {
		return refuse("permission_denied")
	}
	return nil
}

func (c *call) group() (*group, error) {
	g := c.w.groups[c.args["usergroup"]]
	if g == nil {
		return nil, refuse("no_such_subteam")
	}
	return g, nil
}

func (c *call) groupReply(g *group) reply {
	return reply{"usergroup": c.w.groupJSON(g, true, c.flag("include_count"))}
}

func usergroupsList(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		if err := c.onPaidPlan(); err != nil {
			return nil, err
		}
		all := []groupJSON{}
		for _, id := range c.w.groupIDs {
			g := c.w.groups[id]
			if g.disabled == 0 || c.flag("include_disabled") {
				all = append(all, c.w.groupJSON(g, c.flag("include_users"), c.flag("include_count")))
			}
		}
		return reply{"usergroups": all}, nil
	})
}

func usergroupsUsersList(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		if err := c.onPaidPlan(); err != nil {
			return nil, err
		}
		g, err := c.group()
		if err != nil {
			return nil, err
		}
		if g.disabled != 0 && !c.flag("include_disabled") {
			return nil, refuse("no_such_subteam")
		}
		return reply{"users": emptyNotNull(slices.Clone(g.members))}, nil
	})
}

// checkGroup looks at the name, handle, description and channels that are given.
func (c *call) checkGroup(self *group) error {
	name, handle := c.args["name"], c.args["handle"]
	for _, id := range c.w.groupIDs {
		if g := c.w.groups[id]; g != self && name != "" && strings.EqualFold(g.name, name) {
			return refuse("name_already_exists")
		}
	}
	if handle != "" {
		owner, taken := c.w.names[handle]
		switch {
		case handle == "here" || handle == "channel" || handle == "everyone" || handle == "all":
			return refuse("forbidden_handle")
		case !handleForm.MatchString(handle):
			return refuse("bad_handle")
		case taken && (self == nil || owner != self.id):
			// Documented: unique among channels, users and user groups.
			return refuse("handle_already_exists")
		}
	}
	if utf8.RuneCountInString(name) > 255 {
		return refuse("name_too_long")
	}
	if utf8.RuneCountInString(c.args["description"]) > 140 {
		return refuse("description_too_long")
	}
	channels := c.list("channels")
	if len(channels) > maxGroupChannels && self != nil {
		return refuse("too_many_linked_channels")
	}
	for _, id := range channels {
		if ch := c.w.channels[id]; ch == nil || (ch.kind != public && !ch.isMember[c.grant.user]) {
			return refuse("invalid_channel_provided")
		}
	}
	return nil
}

func usergroupsCreate(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		if err := c.mayEditGroups(); err != nil {
			return nil, err
		}
		if err := c.checkGroup(nil); err != nil {
			return nil, err
		}
		handle := c.args["handle"]
		if handle == "" {
			// Assumed: Slack makes the handle of the name.
			handle = strings.ToLower(strings.Join(strings.Fields(c.args["name"]), "-"))
			if !handleForm.MatchString(handle) {
				return nil, refuse("bad_handle")
			}
			if _, taken := c.w.names[handle]; taken {
				return nil, refuse("handle_already_exists")
			}
		}
		id := c.w.newID("S")
		c.w.names[handle] = id
		g := c.w.makeGroup(id, c.args["name"], handle, c.grant.user)
		g.description, g.channels = c.args["description"], c.list("channels")
		c.w.groupEvent(g, "subteam_created")
		return c.groupReply(g), nil
	})
}

func usergroupsUpdate(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		g, err := c.editableGroup()
		if err != nil {
			return nil, err
		}
		if err := c.checkGroup(g); err != nil {
			return nil, err
		}
		if name := c.args["name"]; name != "" {
			g.name = name
		}
		if handle := c.args["handle"]; handle != "" {
			delete(c.w.names, g.handle)
			c.w.names[handle] = g.id
			g.handle = handle
		}
		if d, given := c.args["description"]; given {
			g.description = d
		}
		if c.args["channels"] != "" {
			g.channels = c.list("channels")
		}
		c.w.touch(g, c.grant.user)
		c.w.groupEvent(g, "subteam_updated")
		return c.groupReply(g), nil
	})
}

func (c *call) editableGroup() (*group, error) {
	if err := c.mayEditGroups(); err != nil {
		return nil, err
	}
	return c.group()
}

// usergroupsUsersUpdate replaces the whole list.
//
// Documented: reference/methods/usergroups.users.update; Slack's help 212906697:
// no bots, guests or people from outside, and never nobody.
func usergroupsUsersUpdate(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		g, err := c.editableGroup()
		if err != nil {
			return nil, err
		}
		users := c.list("users")
		if len(users) == 0 {
			return nil, refuse("no_users_provided")
		}
		var members []string
		for _, id := range users {
			p := c.w.people[id]
			if p == nil || p.Bot || p.guest() || p.Deleted || p.external(c.w.cfg.TeamID) {
				return nil, refuse("invalid_users")
			}
			if !slices.Contains(members, id) {
				members = append(members, id)
			}
		}
		c.w.setMembers(g, members, c.grant.user)
		return c.groupReply(g), nil
	})
}

func usergroupsEnable(c *call) (reply, error)  { return c.switchGroup(false) }
func usergroupsDisable(c *call) (reply, error) { return c.switchGroup(true) }

func (c *call) switchGroup(disabled bool) (reply, error) {
	return c.locked(func() (reply, error) {
		g, err := c.editableGroup()
		if err != nil {
			return nil, err
		}
		c.w.setDisabled(g, disabled, c.grant.user)
		return c.groupReply(g), nil
	})
}
