package fakeslack

import (
	"fmt"
	"strings"
)

// A Notification says that Slack called one person to one message. Each person
// is called once per message, for the first reason in this order: a mention by
// name, of a user group, of the channel; a direct message; a thread followed.
type Notification struct {
	User    string
	Channel string
	TS      string
	Why     Why
}

// Why is the reason of a notification.
type Why string

const (
	WhyMention   Why = "mention"   // by name
	WhyBroadcast Why = "broadcast" // @here, @channel, @everyone
	WhyDirect    Why = "direct"    // in a conversation of few
	WhyFollows   Why = "follows"   // a reply in a followed thread
)

// WhyUserGroup is the reason of those called by the mention of a user group.
func WhyUserGroup(id string) Why { return Why("usergroup:" + id) }

// UserGroup returns the user group whose mention is the reason, if it is one.
func (y Why) UserGroup() (id string, ok bool) { return strings.CutPrefix(string(y), "usergroup:") }

// Ledger returns every notification so far, oldest first. Whether people have
// muted the channel or are in Do Not Disturb is their own business and does not
// count: who is here would have been called.
func (w *Workspace) Ledger() []Notification {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Notification(nil), w.ledger...)
}

// Notified returns the notifications of one message.
func (w *Workspace) Notified(channel, ts string) []Notification {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.findChannel(channel); c != nil {
		channel = c.id
	}
	var some []Notification
	for _, n := range w.ledger {
		if n.Channel == channel && n.TS == ts {
			some = append(some, n)
		}
	}
	return some
}

// Follow makes a person follow a thread, as the menu of the root does in Slack.
func (w *Workspace) Follow(user, channel, ts string) error {
	return w.follow(user, channel, ts, true)
}

// Unfollow ends following, until the person takes part again.
func (w *Workspace) Unfollow(user, channel, ts string) error {
	return w.follow(user, channel, ts, false)
}

func (w *Workspace) follow(user, channel, ts string, yes bool) error {
	return w.act(func() error {
		c, err := w.memberChannel(user, channel)
		if err != nil {
			return err
		}
		root := c.rootOf(ts)
		if root == nil {
			return fmt.Errorf("fakeslack: no thread starts at %s in #%s", ts, c.name)
		}
		root.setFollows(user, yes)
		return nil
	})
}

func (e *entry) setFollows(user string, yes bool) {
	if e.followers == nil {
		e.followers = make(map[string]bool)
	}
	if yes {
		e.followers[user] = true
	} else {
		delete(e.followers, user)
	}
}

// notify writes into the ledger whom a new message calls, and who follows its
// thread from now on.
//
// Documented: Slack's help 360025446073, "Guide to notifications"; for mentions by
// an app, messaging/formatting-message-text. Observed: one mention by name makes
// a follower.
func (w *Workspace) notify(c *channel, e *entry) {
	called := map[string]bool{e.msg.User: true} // nobody is called by their own words
	w.notifyMentioned(c, e, e.mentions, called)
	if c.kind == direct || c.kind == several {
		for _, user := range c.members {
			w.call(c, e, user, WhyDirect, called)
		}
	}
	if e.root != nil {
		for _, user := range inOrder(e.root.followers) {
			w.call(c, e, user, WhyFollows, called)
		}
	}
	if author := w.people[e.msg.User]; author != nil && !author.Bot {
		e.thread().setFollows(author.ID, true)
	}
}

// notifyEdit does so for the mentions that an edit adds to those of before.
//
// Assumed: they notify (switch: Assumptions.QuietEdits).
func (w *Workspace) notifyEdit(c *channel, e *entry, before mentions) {
	if !w.cfg.Assume.QuietEdits {
		w.notifyMentioned(c, e, e.mentions.without(before), map[string]bool{e.msg.User: true})
	}
}

// notifyMentioned calls whom m names.
//
// Assumed: the mention of a group does not make its members follow (switch:
// Assumptions.GroupMentionFollows).
func (w *Workspace) notifyMentioned(c *channel, e *entry, m mentions, called map[string]bool) {
	users, groups, broadcasts := w.resolve(m)
	for _, user := range users {
		w.call(c, e, user, WhyMention, called)
		if w.reachable(c, user) {
			e.thread().setFollows(user, true)
		}
	}
	for _, g := range groups {
		for _, user := range g.members {
			w.call(c, e, user, WhyUserGroup(g.id), called)
			if w.cfg.Assume.GroupMentionFollows && w.reachable(c, user) {
				e.thread().setFollows(user, true)
			}
		}
	}
	for _, broadcast := range broadcasts {
		for _, user := range c.members {
			// Documented: @here is for those who are active.
			if p := w.people[user]; broadcast != "here" || (p != nil && !p.Away) {
				w.call(c, e, user, WhyBroadcast, called)
			}
		}
	}
}

// call notes one notification, once per person.
func (w *Workspace) call(c *channel, e *entry, user string, why Why, called map[string]bool) {
	if called[user] || !w.reachable(c, user) {
		return
	}
	called[user] = true
	w.ledger = append(w.ledger, Notification{User: user, Channel: c.id, TS: e.msg.TS, Why: why})
}

// thread returns the root of the thread that e is in, or could start.
func (e *entry) thread() *entry {
	if e.root != nil {
		return e.root
	}
	return e
}

// resolve looks up who is meant. Handles that belong to nobody mean nobody.
func (w *Workspace) resolve(m mentions) (users []string, groups []*group, broadcasts []string) {
	users = append(users, m.users...)
	ids := append([]string(nil), m.groups...)
	for _, name := range m.names {
		switch id := w.names[name]; {
		case strings.HasPrefix(id, "S"):
			ids = append(ids, id)
		case w.people[id] != nil:
			users = append(users, id)
		}
	}
	for _, id := range ids {
		// Documented: Slack's help 212906697; a disabled group cannot be mentioned.
		if g := w.groups[id]; g != nil && g.disabled == 0 {
			groups = append(groups, g)
		}
	}
	return users, groups, m.broadcasts
}

// reachable reports whether a notification about c could reach this person.
//
// Assumed: outside of a public channel it can (switch: Assumptions.QuietOutsiders),
// outside of a private one it cannot.
func (w *Workspace) reachable(c *channel, user string) bool {
	p := w.people[user]
	if p == nil || p.Deleted || p.Bot {
		return false
	}
	if c.isMember[user] {
		return true
	}
	return c.kind == public && !p.guest() && !p.external(w.cfg.TeamID) && !w.cfg.Assume.QuietOutsiders
}
