package fakeslack

import (
	"slices"
	"strconv"
)

// group is a user group.
type group struct {
	id          string
	name        string
	handle      string
	description string
	channels    []string // members are let into these
	members     []string
	created     int64
	updated     int64
	disabled    int64 // when, or zero
	createdBy   string
	updatedBy   string
}

// A UserGroup is what can be seen of a user group.
type UserGroup struct {
	ID       string
	Name     string
	Handle   string // without its "@"
	Channels []string
	Members  []string
	Disabled bool
}

// AddUserGroup makes a user group with these people (by id) in it, without
// telling apps. It panics where the handle or name is taken or somebody unknown.
func (w *Workspace) AddUserGroup(name, handle string, members ...string) (id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range members {
		if w.people[m] == nil {
			panic(noSuchPerson(m))
		}
	}
	id = w.newID("S")
	w.claimName(handle, id)
	w.makeGroup(id, name, handle, "").members = slices.Clone(members)
	return id
}

func (w *Workspace) makeGroup(id, name, handle, by string) *group {
	now := w.clock.Now().Unix()
	g := &group{id: id, name: name, handle: handle, created: now, updated: now, createdBy: by, updatedBy: by}
	w.groups[id] = g
	w.groupIDs = append(w.groupIDs, id)
	return g
}

// UserGroup returns the user group with this id or handle.
func (w *Workspace) UserGroup(idOrHandle string) (UserGroup, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.groups[idOrHandle]
	if g == nil {
		g = w.groups[w.names[idOrHandle]]
	}
	if g == nil {
		return UserGroup{}, false
	}
	return g.look(), true
}

// UserGroups returns all user groups, disabled ones too, in the order they were made.
func (w *Workspace) UserGroups() []UserGroup {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]UserGroup, 0, len(w.groupIDs))
	for _, id := range w.groupIDs {
		all = append(all, w.groups[id].look())
	}
	return all
}

func (g *group) look() UserGroup {
	return UserGroup{
		ID: g.id, Name: g.name, Handle: g.handle, Disabled: g.disabled != 0,
		Channels: slices.Clone(g.channels), Members: slices.Clone(g.members),
	}
}

// setMembers replaces the members, lets the new ones into the group's channels
// and tells apps.
//
// Documented: reference/events/subteam_members_changed; Slack's help on user groups
// says that members are added to the default channels.
func (w *Workspace) setMembers(g *group, members []string, by string) {
	var added, removed []string
	for _, m := range members {
		if !slices.Contains(g.members, m) {
			added = append(added, m)
		}
	}
	for _, m := range g.members {
		if !slices.Contains(members, m) {
			removed = append(removed, m)
		}
	}
	before := g.updated
	g.members = slices.Clone(members)
	w.touch(g, by)
	for _, id := range g.channels {
		if c := w.channels[id]; c != nil && !c.archived {
			for _, m := range added {
				w.enter(c, m, by)
			}
		}
	}
	w.happen(occurrence{
		name: "subteam_members_changed", scopes: []string{"usergroups:read"},
		body: plain(map[string]any{
			"type": "subteam_members_changed", "subteam_id": g.id, "team_id": w.cfg.TeamID,
			"date_previous_update": before, "date_update": g.updated,
			"added_users": emptyNotNull(added), "added_users_count": len(added),
			"removed_users": emptyNotNull(removed), "removed_users_count": len(removed),
			"event_ts": w.eventTS(),
		}),
	})
	w.selfEvents(g, "subteam_self_added", added)
	w.selfEvents(g, "subteam_self_removed", removed)
	w.groupEvent(g, "subteam_updated")
}

// selfEvents tells the apps that hold a token of one of these people that this
// person has come into a user group or left it. A bot is in none.
//
// Documented: reference/events/subteam_self_added and subteam_self_removed.
func (w *Workspace) selfEvents(g *group, name string, users []string) {
	for _, in := range w.installs {
		for _, user := range users {
			if !w.actsFor(in, user) {
				continue
			}
			w.happen(occurrence{
				name: name, only: in, scopes: []string{"usergroups:read"},
				body: plain(map[string]any{"type": name, "subteam_id": g.id, "event_ts": w.eventTS()}),
			})
		}
	}
}

// actsFor reports whether an app has a living token of this person.
func (w *Workspace) actsFor(in *install, user string) bool {
	for _, g := range w.tokens {
		if g.kind == userToken && g.install == in && g.user == user && !g.revoked {
			return true
		}
	}
	return false
}

// leaveGroups takes somebody out of all user groups.
func (w *Workspace) leaveGroups(user string) {
	for _, id := range w.groupIDs {
		if g := w.groups[id]; slices.Contains(g.members, user) {
			w.setMembers(g, slices.DeleteFunc(slices.Clone(g.members), func(m string) bool { return m == user }), "USLACKBOT")
		}
	}
}

func (w *Workspace) setDisabled(g *group, disabled bool, by string) {
	g.disabled = 0
	w.touch(g, by)
	if disabled {
		g.disabled = g.updated
	}
	w.groupEvent(g, "subteam_updated")
}

func (w *Workspace) touch(g *group, by string) {
	g.updated = w.clock.Now().Unix()
	g.updatedBy = by
}

// groupEvent tells of a user group that was made or changed.
//
// Documented: reference/events/subteam_updated; at most 500 users are listed.
func (w *Workspace) groupEvent(g *group, name string) {
	j := w.groupJSON(g, true, true)
	if len(j.Users) > 500 {
		j.Users = j.Users[:500]
	}
	w.happen(occurrence{
		name: name, scopes: []string{"usergroups:read"},
		body: plain(map[string]any{"type": name, "subteam": j, "event_ts": w.eventTS()}),
	})
}

// groupJSON is a user group as Slack writes it (objects/usergroup-object).
type groupJSON struct {
	ID           string         `json:"id"`
	TeamID       string         `json:"team_id"`
	IsUsergroup  bool           `json:"is_usergroup"`
	IsSubteam    bool           `json:"is_subteam"`
	Name         string         `json:"name"`
	Description  string         `json:"description"`
	Handle       string         `json:"handle"`
	IsExternal   bool           `json:"is_external"`
	DateCreate   int64          `json:"date_create"`
	DateUpdate   int64          `json:"date_update"`
	DateDelete   int64          `json:"date_delete"`
	AutoType     *string        `json:"auto_type"`
	CreatedBy    string         `json:"created_by"`
	UpdatedBy    string         `json:"updated_by"`
	DeletedBy    *string        `json:"deleted_by"`
	Prefs        groupPrefsJSON `json:"prefs"`
	Users        []string       `json:"users,omitempty"`
	UserCount    any            `json:"user_count,omitempty"`
	ChannelCount int            `json:"channel_count"`
}

type groupPrefsJSON struct {
	Channels []string `json:"channels"`
	Groups   []string `json:"groups"`
}

func (w *Workspace) groupJSON(g *group, users, count bool) groupJSON {
	j := groupJSON{
		ID: g.id, TeamID: w.cfg.TeamID, IsUsergroup: true, IsSubteam: true,
		Name: g.name, Handle: g.handle, Description: g.description,
		DateCreate: g.created, DateUpdate: g.updated, DateDelete: g.disabled,
		CreatedBy: g.createdBy, UpdatedBy: g.updatedBy, ChannelCount: len(g.channels),
		Prefs: groupPrefsJSON{Channels: []string{}, Groups: []string{}},
	}
	for _, id := range g.channels {
		if c := w.channels[id]; c != nil && c.kind == private {
			j.Prefs.Groups = append(j.Prefs.Groups, id)
		} else {
			j.Prefs.Channels = append(j.Prefs.Channels, id)
		}
	}
	if users {
		j.Users = slices.Clone(g.members)
	}
	if count {
		// Assumed: a number. Slack's own examples show a string (switch:
		// Assumptions.UserCountIsString).
		j.UserCount = len(g.members)
		if w.cfg.Assume.UserCountIsString {
			j.UserCount = strconv.Itoa(len(g.members))
		}
	}
	return j
}

// emptyNotNull makes JSON's [] of no strings.
func emptyNotNull(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
