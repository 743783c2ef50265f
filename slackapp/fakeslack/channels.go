package fakeslack

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// kind tells the four sorts of conversation apart, in Slack's own words.
type kind string

const (
	public  kind = "channel"
	private kind = "group"
	direct  kind = "im"
	several kind = "mpim"
)

// scope returns the scope of one right on this sort: "channels:read".
func (k kind) scope(right string) string {
	if k == public {
		return "channels:" + right
	}
	if k == private {
		return "groups:" + right
	}
	return string(k) + ":" + right
}

// channel is a conversation of any kind, with its messages.
type channel struct {
	id       string
	name     string
	kind     kind
	general  bool
	archived bool
	creator  string
	created  int64
	updated  int64
	topic    string
	purpose  string
	previous []string // earlier names
	members  []string // in the order they came
	isMember map[string]bool

	restriction Restriction
	homes       []*Workspace // that share it; none where it is in one only

	pins    []*entry
	entries []*entry // in the order of their ts
	byTS    map[string]*entry
	lastTS  int64 // microseconds
}

// A Channel is what can be seen of a conversation.
type Channel struct {
	ID       string
	Name     string
	Private  bool
	Direct   bool // one person and one other
	Archived bool
	Topic    string
	Members  []string
}

// AddChannel makes a channel with these people (by id) in it, without telling
// apps. It panics where the name is taken or somebody is unknown.
func (w *Workspace) AddChannel(name string, private bool, members ...string) (id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	k := public
	if private {
		k = "group"
	}
	for _, m := range members {
		if w.people[m] == nil {
			panic(noSuchPerson(m))
		}
	}
	id = w.newID("C")
	w.claimName(name, id)
	creator := ""
	if len(members) > 0 {
		creator = members[0]
	}
	c := w.makeChannel(id, name, k, creator)
	for _, m := range members {
		c.add(m)
	}
	return id
}

// AddToChannel puts people, bots too, into a channel without telling anybody. It
// panics where the channel or somebody is unknown. See Join and Invite for how
// it happens in Slack.
func (w *Workspace) AddToChannel(channel string, members ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.findChannel(channel)
	if c == nil {
		panic(noSuchChannel(channel))
	}
	for _, m := range members {
		if w.people[m] == nil {
			panic(noSuchPerson(m))
		}
		c.add(m)
	}
}

func (w *Workspace) makeChannel(id, name string, k kind, creator string) *channel {
	now := w.clock.Now().Unix()
	c := &channel{
		id: id, name: name, kind: k, creator: creator, created: now, updated: now,
		general:  name == "general" && k == public,
		isMember: make(map[string]bool),
		byTS:     make(map[string]*entry),
	}
	w.channels[id] = c
	w.channelIDs = append(w.channelIDs, id)
	return c
}

func (c *channel) add(user string) {
	if !c.isMember[user] {
		c.isMember[user] = true
		c.members = append(c.members, user)
		c.introduce(user)
	}
}

func (c *channel) remove(user string) {
	delete(c.isMember, user)
	c.members = slices.DeleteFunc(c.members, func(m string) bool { return m == user })
}

// Channel returns the conversation with this id, or of this name with or
// without its "#".
func (w *Workspace) Channel(idOrName string) (Channel, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.findChannel(idOrName)
	if c == nil {
		return Channel{}, false
	}
	return c.look(), true
}

// Channels returns all conversations, direct ones too, in the order they were made.
func (w *Workspace) Channels() []Channel {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]Channel, 0, len(w.channelIDs))
	for _, id := range w.channelIDs {
		all = append(all, w.channels[id].look())
	}
	return all
}

func (c *channel) look() Channel {
	return Channel{
		ID: c.id, Name: c.name, Private: c.kind != public, Direct: c.kind == direct,
		Archived: c.archived, Topic: c.topic, Members: slices.Clone(c.members),
	}
}

func (w *Workspace) findChannel(idOrName string) *channel {
	if c := w.channels[idOrName]; c != nil {
		return c
	}
	if id, ok := w.names[strings.TrimPrefix(idOrName, "#")]; ok {
		return w.channels[id]
	}
	return nil
}

// OpenDM returns the direct conversation of two people (by id; a bot is one too)
// and makes it where there is none.
func (w *Workspace) OpenDM(one, other string) (id string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, u := range []string{one, other} {
		if w.people[u] == nil {
			return "", noSuchPerson(u)
		}
	}
	c, _ := w.directChannel(one, other)
	return c.id, nil
}

// directChannel returns the conversation of exactly these people.
func (w *Workspace) directChannel(people ...string) (c *channel, existed bool) {
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	key := "dm " + strings.Join(people, " ") // no name of a person or channel has a space
	if id, ok := w.names[key]; ok {
		return w.channels[id], true
	}
	k, prefix := direct, "D"
	if len(people) > 2 {
		k, prefix = several, "G"
	}
	id := w.newID(prefix)
	w.names[key] = id
	c = w.makeChannel(id, "", k, people[0])
	for _, p := range people {
		c.add(p)
	}
	return c, false
}

// Archive closes a channel; Unarchive opens it again.
func (w *Workspace) Archive(user, channel string) error { return w.archive(user, channel, true) }

// Unarchive opens an archived channel.
func (w *Workspace) Unarchive(user, channel string) error { return w.archive(user, channel, false) }

func (w *Workspace) archive(user, channel string, archived bool) error {
	return w.act(func() error {
		c, err := w.memberChannel(user, channel)
		if err != nil {
			return err
		}
		if c.archived == archived {
			return fmt.Errorf("fakeslack: #%s is that already", c.name)
		}
		w.setArchived(c, user, archived)
		return nil
	})
}

func (w *Workspace) setArchived(c *channel, user string, archived bool) {
	c.archived = archived
	c.updated = w.clock.Now().Unix()
	verb := "archive"
	if !archived {
		verb = "unarchive"
	}
	w.channelEvent(c, verb, map[string]any{"channel": c.id, "user": user})
	w.archivedLine(c, user, archived)
}

// KeepChannelsToAdmins changes who may make channels; see Config.AdminsMakeChannels.
func (w *Workspace) KeepChannelsToAdmins(yes bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cfg.AdminsMakeChannels = yes
}

// Rename gives a channel another name.
func (w *Workspace) Rename(user, channel, name string) error {
	return w.act(func() error {
		c, err := w.memberChannel(user, channel)
		if err != nil {
			return err
		}
		if owner, taken := w.names[name]; taken {
			return fmt.Errorf("fakeslack: the name %q belongs to %s", name, owner)
		}
		w.rename(c, user, name)
		return nil
	})
}

func (w *Workspace) rename(c *channel, user, name string) {
	before := c.name
	for _, home := range w.homesOf(occurrence{channel: c}) {
		delete(home.names, c.name)
		home.names[name] = c.id
	}
	c.previous = append([]string{c.name}, c.previous...)
	c.name = name
	c.updated = w.clock.Now().Unix()
	w.channelEvent(c, "rename", map[string]any{"channel": map[string]any{
		"id": c.id, "name": name, "name_normalized": name, "created": c.created,
		"is_channel": c.kind == public, "is_mpim": false,
	}})
	w.renamedLine(c, user, before)
}

// DeleteChannel removes a channel with everything in it.
func (w *Workspace) DeleteChannel(user, channel string) error {
	return w.act(func() error {
		c, err := w.channelFor(user, channel)
		if err != nil {
			return err
		}
		w.channelEvent(c, "deleted", map[string]any{"channel": c.id, "actor_id": user})
		for _, home := range w.homesOf(occurrence{channel: c}) {
			delete(home.names, c.name)
			delete(home.channels, c.id)
			home.channelIDs = slices.DeleteFunc(home.channelIDs, func(id string) bool { return id == c.id })
		}
		return nil
	})
}

// ChangeChannelID gives a channel another id, as Slack does when a private
// channel becomes shared, and tells apps by channel_id_changed. Messages stay.
func (w *Workspace) ChangeChannelID(channel string) (newID string, err error) {
	err = w.act(func() error {
		c := w.findChannel(channel)
		if c == nil {
			return noSuchChannel(channel)
		}
		old := c.id
		newID = w.newID("C")
		c.id = newID
		o := occurrence{
			name: "channel_id_changed", channel: c,
			scopes: []string{"channels:read", "groups:read", "mpim:read"},
			body: plain(map[string]any{
				"type": "channel_id_changed", "old_channel_id": old,
				"new_channel_id": newID, "event_ts": w.eventTS(),
			}),
		}
		for _, home := range w.homesOf(o) {
			delete(home.channels, old)
			home.channels[newID] = c
			home.channelIDs[slices.Index(home.channelIDs, old)] = newID
			home.names[c.name] = newID
		}
		w.happen(o)
		return nil
	})
	return newID, err
}

// channelEvent tells of a change of the channel itself, as channel_… or group_….
//
// Documented: reference/events/channel_rename and its siblings. A public channel
// is everybody's affair, a private one that of those inside.
func (w *Workspace) channelEvent(c *channel, verb string, body map[string]any) {
	name := "channel_" + verb
	if c.kind != public {
		name = "group_" + verb
	}
	body["type"] = name
	body["event_ts"] = w.eventTS()
	w.happen(occurrence{
		name: name, channel: c, insideOnly: c.kind != public,
		scopes: []string{c.kind.scope("read")}, body: plain(body),
	})
}

// act does one deed under the lock and wakes those who wait for a change.
func (w *Workspace) act(deed func() error) error {
	w.mu.Lock()
	err := deed()
	w.mu.Unlock()
	w.news.tell()
	return err
}

func noSuchChannel(id string) error {
	return fmt.Errorf("fakeslack: there is no channel %q; AddChannel returns the id", id)
}

// channelFor finds a person and a channel that person can see.
func (w *Workspace) channelFor(user, channel string) (*channel, error) {
	p := w.people[user]
	if p == nil {
		return nil, noSuchPerson(user)
	}
	if p.Deleted {
		return nil, fmt.Errorf("fakeslack: %s is deactivated and can do nothing", p.Name)
	}
	c := w.findChannel(channel)
	if c == nil || (c.kind != public && !c.isMember[user]) {
		return nil, noSuchChannel(channel)
	}
	return c, nil
}

// memberChannel finds a channel that this person is in.
func (w *Workspace) memberChannel(user, channel string) (*channel, error) {
	c, err := w.channelFor(user, channel)
	if err != nil {
		return nil, err
	}
	if !c.isMember[user] {
		return nil, fmt.Errorf("fakeslack: %s is not in #%s and must Join it first", user, c.name)
	}
	return c, nil
}

// writableChannel finds a channel that this person can post in.
func (w *Workspace) writableChannel(user, channel string) (*channel, error) {
	c, err := w.memberChannel(user, channel)
	if err != nil {
		return nil, err
	}
	if c.archived {
		return nil, errors.New("fakeslack: the channel is archived, nobody can post in it")
	}
	return c, nil
}
