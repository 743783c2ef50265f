package fakeslack

import (
	"fmt"
	"slices"
	"sync"
)

// A house is what neighbouring workspaces have in common: the address, and with it
// all that is found by a token or an id alone. One lock guards them all, so that
// a channel can be in several.
type house struct {
	news news // of a change in any of them

	mu         sync.Mutex // guards the following fields, and all of the workspaces' worlds
	workspaces []*Workspace
	tokens     map[string]*grant
	hooks      map[string]*hook
	files      map[string]*storedFile
	uploadURLs map[string]string // ticket to id of the file
	codes      map[string]*code  // of OAuth
	refreshes  map[string]*refresh
	contexts   eventContexts
}

func newHouse() *house {
	return &house{
		tokens:     make(map[string]*grant),
		hooks:      make(map[string]*hook),
		files:      make(map[string]*storedFile),
		uploadURLs: make(map[string]string),
		codes:      make(map[string]*code),
		refreshes:  make(map[string]*refresh),
	}
}

// Neighbour makes another workspace at the same address and on the same clock: the
// Handler of either serves both, by the token of each call. An app that is
// installed in both (by one App.ID) has one app-level token, one set of sockets
// and one signing secret; its payloads tell the workspaces apart by team_id. Each
// workspace has its own Run, and the first that an app was installed in must run
// for as long as the app has sockets.
func (w *Workspace) Neighbour(cfg Config) *Workspace {
	w.mu.Lock()
	defer w.mu.Unlock()
	cfg.Clock = w.cfg.Clock
	cfg.Seed += uint64(len(w.house.workspaces)) << 32 // ids are unique in a house
	cfg.BaseURL = w.baseURL
	if cfg.Name == "" {
		cfg.Name = fmt.Sprintf("Example %d", len(w.house.workspaces)+1)
	}
	if cfg.Domain == "" {
		cfg.Domain = fmt.Sprintf("example%d", len(w.house.workspaces)+1)
	}
	return newWorkspace(cfg, w.house)
}

// elsewhere finds the first installation of an app in the house.
func (h *house) elsewhere(appID string) *install {
	for _, w := range h.workspaces {
		if in := w.installed(appID); in != nil {
			return in
		}
	}
	return nil
}

// holder returns the workspace of a token, or w.
func (w *Workspace) holder(token string) *Workspace {
	w.mu.Lock()
	defer w.mu.Unlock()
	if g := w.tokens[token]; g != nil {
		return g.install.w
	}
	return w
}

// ShareChannel connects a channel of w to a neighbour: the same conversation, with
// the same id, is in both, and people of either may be in it. Those of the other
// one are external to each.
//
// Documented: apis/slack-connect.
func (w *Workspace) ShareChannel(channel string, with *Workspace) error {
	return w.act(func() error {
		c := w.findChannel(channel)
		switch {
		case c == nil:
			return noSuchChannel(channel)
		case with.house != w.house || with == w:
			return fmt.Errorf("fakeslack: #%s can be shared only with a Neighbour", c.name)
		case slices.Contains(c.homes, with):
			return fmt.Errorf("fakeslack: #%s is shared with %s already", c.name, with.cfg.Name)
		}
		if other, taken := with.names[c.name]; taken {
			return fmt.Errorf("fakeslack: the name %q belongs to %s there", c.name, other)
		}
		if len(c.homes) == 0 {
			c.homes = []*Workspace{w}
		}
		c.homes = append(c.homes, with)
		with.channels[c.id] = c
		with.channelIDs = append(with.channelIDs, c.id)
		with.names[c.name] = c.id
		for _, m := range c.members {
			c.introduce(m)
		}
		w.sharingEvent(c, "channel_shared", map[string]any{"connected_team_id": with.cfg.TeamID})
		with.sharingEvent(c, "channel_shared", map[string]any{"connected_team_id": w.cfg.TeamID})
		return nil
	})
}

// UnshareChannel ends the sharing of a channel of w with a neighbour: the neighbour
// loses it with its people, and apps of both are told by channel_unshared.
//
// Documented: reference/events/channel_unshared. Assumed: the neighbour keeps no
// copy of what was said.
func (w *Workspace) UnshareChannel(channel string, with *Workspace) error {
	return w.act(func() error {
		c := w.findChannel(channel)
		switch {
		case c == nil:
			return noSuchChannel(channel)
		case !slices.Contains(c.homes, with) || with == w:
			return fmt.Errorf("fakeslack: #%s is not shared with %s", c.name, with.cfg.Name)
		}
		c.homes = slices.DeleteFunc(c.homes, func(home *Workspace) bool { return home == with })
		if len(c.homes) == 1 {
			c.homes = nil
		}
		delete(with.channels, c.id)
		delete(with.names, c.name)
		with.channelIDs = slices.DeleteFunc(with.channelIDs, func(id string) bool { return id == c.id })
		for _, m := range slices.Clone(c.members) {
			if w.people[m].TeamID == with.cfg.TeamID {
				c.remove(m)
			}
		}
		w.unsharedEvent(c, with)
		with.unsharedEvent(c, w)
		return nil
	})
}

func (w *Workspace) unsharedEvent(c *channel, from *Workspace) {
	w.sharingEvent(c, "channel_unshared", map[string]any{
		"previously_connected_team_id": from.cfg.TeamID, "is_ext_shared": len(c.homes) > 0,
	})
}

// sharingEvent tells the apps of w alone that a channel is shared otherwise.
//
// Documented: reference/events/channel_shared and channel_unshared, for both of
// which channels:read or groups:read is enough.
func (w *Workspace) sharingEvent(c *channel, name string, body map[string]any) {
	body["type"], body["channel"], body["event_ts"] = name, c.id, w.eventTS()
	w.happen(occurrence{
		name: name, scopes: []string{"channels:read", "groups:read", "mpim:read", "im:read"}, body: plain(body),
	})
}

// introduce makes somebody in a shared channel known in all of its workspaces.
func (c *channel) introduce(user string) {
	var p *person
	for _, home := range c.homes {
		if p == nil {
			p = home.people[user]
		}
	}
	for _, home := range c.homes {
		if home.people[user] == nil {
			home.people[user] = p
			home.peopleIDs = append(home.peopleIDs, user)
		}
	}
}

// homesOf returns the workspaces that an occurrence is told in.
func (w *Workspace) homesOf(o occurrence) []*Workspace {
	if o.channel != nil && len(o.channel.homes) > 0 {
		return o.channel.homes
	}
	return []*Workspace{w}
}

// eventContexts remember for which installations an event was visible.
type eventContexts struct {
	visible map[string][]authorization
	order   []string
}

// keepContexts is how many events apps.event.authorizations.list knows.
const keepContexts = 1000

func (e *eventContexts) add(context string, a []authorization) {
	if e.visible == nil {
		e.visible = make(map[string][]authorization)
	}
	e.visible[context] = a
	e.order = append(e.order, context)
	if len(e.order) > 2*keepContexts {
		for _, old := range e.order[:keepContexts] {
			delete(e.visible, old)
		}
		e.order = slices.Clone(e.order[keepContexts:])
	}
}
