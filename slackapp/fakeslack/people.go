package fakeslack

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// A Person is a member of the workspace, or somebody seen in a shared channel.
type Person struct {
	ID       string // made up where empty
	Name     string // the handle, unique in the workspace: "ann"
	RealName string // "Ann Lee"; Name where empty
	Display  string // what people chose to be called; Name where empty
	Email    string
	Title    string
	TeamID   string // where the person comes from; the workspace where empty
	TZ       string // IANA name, "Europe/Paris" where empty
	Locale   string // in which the person reads Slack, "en-US" where empty

	Admin, Owner    bool
	Restricted      bool // a guest of several channels
	UltraRestricted bool // a guest of one channel
	Stranger        bool // from outside, and sharing no channel with the reader
	Deleted         bool // deactivated
	Bot             bool // another app's bot

	Away       bool       // presence; active where false
	DNDUntil   time.Time  // notifications are paused until then; zero for none
	QuietHours DailyHours // of every day without notifications
}

// person is a Person and what the workspace adds to it.
type person struct {
	Person
	botID   string // of a bot
	appID   string
	updated int64
	snoozed time.Time // when notifications were paused until DNDUntil
	install *install  // of the bot of an app installed here
}

// AddPerson lets p into the workspace and returns it with its defaults filled in.
// It panics where the id or the name is taken: that is a mistake in the script.
func (w *Workspace) AddPerson(p Person) Person {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.addPerson(p).Person
}

func (w *Workspace) addPerson(p Person) *person {
	if p.ID == "" {
		p.ID = w.newID("U")
	}
	if p.RealName == "" {
		p.RealName = p.Name
	}
	if p.Display == "" {
		p.Display = p.Name
	}
	if p.TeamID == "" {
		p.TeamID = w.cfg.TeamID
	}
	if p.TZ == "" {
		p.TZ = "Europe/Paris"
	}
	if p.Locale == "" {
		p.Locale = "en-US"
	}
	if _, taken := w.people[p.ID]; taken {
		panic(fmt.Sprintf("fakeslack: there is a person %s already", p.ID))
	}
	w.claimName(p.Name, p.ID)
	now := w.clock.Now()
	stored := &person{Person: p, updated: now.Unix(), snoozed: now}
	if p.Bot {
		stored.botID = w.newID("B")
		stored.appID = w.newID("A")
	}
	w.people[p.ID] = stored
	w.peopleIDs = append(w.peopleIDs, p.ID)
	return stored
}

// claimName takes a name for id and panics where it is taken.
//
// Documented: people, channels and user groups share one namespace
// (reference/methods/usergroups.create, argument handle; Slack's help 212906697).
func (w *Workspace) claimName(name, id string) {
	if name == "" {
		panic("fakeslack: a person, channel or user group needs a name")
	}
	if other, taken := w.names[name]; taken {
		panic(fmt.Sprintf("fakeslack: the name %q belongs to %s already", name, other))
	}
	w.names[name] = id
}

// Person returns the person with this id.
func (w *Workspace) Person(id string) (Person, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p, ok := w.people[id]
	if !ok {
		return Person{}, false
	}
	return p.Person, true
}

// People returns everybody, bots included, in the order they came.
func (w *Workspace) People() []Person {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]Person, 0, len(w.peopleIDs))
	for _, id := range w.peopleIDs {
		all = append(all, w.people[id].Person)
	}
	return all
}

// JoinTeam lets p into the workspace as AddPerson does, and tells apps by
// team_join.
//
// Documented: reference/events/team_join.
func (w *Workspace) JoinTeam(p Person) Person {
	w.mu.Lock()
	defer w.news.tell()
	defer w.mu.Unlock()
	joined := w.addPerson(p)
	w.personEvent("team_join", joined)
	return joined.Person
}

// ChangePerson lets change alter a person. Apps are told by user_change, of Do Not
// Disturb by dnd_updated_user, and of presence not at all. ID and TeamID stay. A
// deactivated person leaves no channel.
//
// Assumed: nor a user group (switch: Assumptions.GroupsDropDeactivated).
func (w *Workspace) ChangePerson(id string, change func(*Person)) error {
	w.mu.Lock()
	p, ok := w.people[id]
	if !ok {
		w.mu.Unlock()
		return noSuchPerson(id)
	}
	next := p.Person
	change(&next)
	next.ID, next.TeamID = p.ID, p.TeamID
	if next.Name != p.Name {
		if other, taken := w.names[next.Name]; taken {
			w.mu.Unlock()
			return fmt.Errorf("fakeslack: the name %q belongs to %s", next.Name, other)
		}
		delete(w.names, p.Name)
		w.names[next.Name] = id
	}
	before := p.Person
	p.Person = next
	if p.Deleted && w.cfg.Assume.GroupsDropDeactivated {
		w.leaveGroups(id)
	}
	paused := !next.DNDUntil.Equal(before.DNDUntil)
	if paused {
		p.snoozed = w.clock.Now()
	}
	if paused || next.QuietHours != before.QuietHours {
		w.quietEvent(p)
	}
	// Neither presence nor Do Not Disturb is part of a user (objects/user-object).
	next.Away, next.DNDUntil, next.QuietHours = before.Away, before.DNDUntil, before.QuietHours
	if next != before {
		p.updated = w.clock.Now().Unix()
		w.personEvent("user_change", p)
	}
	w.mu.Unlock()
	w.news.tell()
	return nil
}

// personEvent tells of somebody who is new or changed.
func (w *Workspace) personEvent(name string, p *person) {
	w.happen(occurrence{
		name: name, scopes: []string{"users:read"},
		body: func(to *install) any {
			u := w.userFor(p, to.has("users:read.email"), w.baseURL)
			u.Locale = p.Locale
			return map[string]any{"type": name, "user": u, "cache_ts": p.updated, "event_ts": w.eventTS()}
		},
	})
}

func noSuchPerson(id string) error {
	return fmt.Errorf("fakeslack: there is no person %q; AddPerson returns the id", id)
}

// guest reports whether Slack keeps p out of user groups.
func (p *person) guest() bool { return p.Restricted || p.UltraRestricted }

// external reports whether p belongs to another workspace.
func (p *person) external(teamID string) bool { return p.Stranger || p.TeamID != teamID }

// userJSON is a user as Slack writes it (objects/user-object).
type userJSON struct {
	ID                string      `json:"id"`
	TeamID            string      `json:"team_id"`
	Name              string      `json:"name"`
	Deleted           bool        `json:"deleted"`
	Color             string      `json:"color,omitempty"`
	RealName          string      `json:"real_name,omitempty"`
	TZ                string      `json:"tz,omitempty"`
	TZLabel           string      `json:"tz_label,omitempty"`
	TZOffset          int         `json:"tz_offset"`
	Profile           profileJSON `json:"profile"`
	IsAdmin           bool        `json:"is_admin"`
	IsOwner           bool        `json:"is_owner"`
	IsPrimaryOwner    bool        `json:"is_primary_owner"`
	IsRestricted      bool        `json:"is_restricted"`
	IsUltraRestricted bool        `json:"is_ultra_restricted"`
	IsBot             bool        `json:"is_bot"`
	IsStranger        bool        `json:"is_stranger,omitempty"`
	IsAppUser         bool        `json:"is_app_user"`
	Updated           int64       `json:"updated"`
	Locale            string      `json:"locale,omitempty"` // only where it was asked for
}

type profileJSON struct {
	Title                 string `json:"title"`
	RealName              string `json:"real_name"`
	RealNameNormalized    string `json:"real_name_normalized"`
	DisplayName           string `json:"display_name"`
	DisplayNameNormalized string `json:"display_name_normalized"`
	StatusText            string `json:"status_text"`
	StatusEmoji           string `json:"status_emoji"`
	Email                 string `json:"email,omitempty"`
	Team                  string `json:"team"`
	BotID                 string `json:"bot_id,omitempty"`
	APIAppID              string `json:"api_app_id,omitempty"`
	Image24               string `json:"image_24"`
	Image32               string `json:"image_32"`
	Image48               string `json:"image_48"`
	Image72               string `json:"image_72"`
	Image192              string `json:"image_192"`
	Image512              string `json:"image_512"`
}

// userFor writes p for a reader. base is where the avatars are served.
func (w *Workspace) userFor(p *person, withEmail bool, base string) userJSON {
	avatar := base + "/avatars/" + p.ID + ".png"
	u := userJSON{
		ID: p.ID, TeamID: p.TeamID, Name: p.Name, Deleted: p.Deleted,
		Color: "9f69e7", RealName: p.RealName, TZ: p.TZ, TZLabel: p.TZ,
		IsAdmin: p.Admin || p.Owner, IsOwner: p.Owner,
		IsRestricted: p.guest(), IsUltraRestricted: p.UltraRestricted,
		IsBot: p.Bot, IsStranger: p.Stranger, Updated: p.updated,
		Profile: profileJSON{
			Title: p.Title, RealName: p.RealName, RealNameNormalized: p.RealName,
			DisplayName: p.Display, DisplayNameNormalized: p.Display,
			Team: p.TeamID, BotID: p.botID, APIAppID: p.appID,
			Image24: avatar, Image32: avatar, Image48: avatar,
			Image72: avatar, Image192: avatar, Image512: avatar,
		},
	}
	if zone, err := time.LoadLocation(p.TZ); err == nil {
		_, u.TZOffset = w.clock.Now().In(zone).Zone()
	}
	// Documented: reference/scopes/users.read.email.
	if withEmail {
		u.Profile.Email = p.Email
	}
	return u
}

// inOrder returns the people of set, in an order that is the same every time.
func inOrder(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
