package fakeslack

import (
	"fmt"
	"slices"
)

// React puts an emoji, by name and without colons, under a message.
func (w *Workspace) React(user, channel, ts, emoji string) error {
	return w.react(user, channel, ts, emoji, true)
}

// Unreact takes the emoji away.
func (w *Workspace) Unreact(user, channel, ts, emoji string) error {
	return w.react(user, channel, ts, emoji, false)
}

func (w *Workspace) react(user, channel, ts, emoji string, on bool) error {
	return w.act(func() error {
		c, err := w.writableChannel(user, channel)
		if err != nil {
			return err
		}
		e := c.find(ts)
		if e == nil {
			return fmt.Errorf("fakeslack: there is no message %s in #%s", ts, c.name)
		}
		if !w.setReaction(c, e, user, emoji, on) {
			return fmt.Errorf("fakeslack: :%s: of %s is that way already", emoji, user)
		}
		return nil
	})
}

// setReaction reports whether that changed anything.
func (w *Workspace) setReaction(c *channel, e *entry, user, emoji string, on bool) bool {
	at := slices.IndexFunc(e.reactions, func(r Reaction) bool { return r.Name == emoji })
	var users []string
	if at >= 0 {
		users = e.reactions[at].Users
	}
	if slices.Contains(users, user) == on {
		return false
	}
	// The slices are replaced, not changed: messages that were handed out share them.
	reactions := slices.Clone(e.reactions)
	name := "reaction_added"
	switch {
	case on && at < 0:
		reactions = append(reactions, Reaction{Name: emoji, Users: []string{user}, Count: 1})
	case on:
		reactions[at] = Reaction{Name: emoji, Users: append(slices.Clone(users), user), Count: len(users) + 1}
	default:
		name = "reaction_removed"
		left := slices.DeleteFunc(slices.Clone(users), func(u string) bool { return u == user })
		reactions[at] = Reaction{Name: emoji, Users: left, Count: len(left)}
		if len(left) == 0 {
			reactions = slices.Delete(reactions, at, at+1)
		}
	}
	e.reactions = reactions
	// Documented: reference/events/reaction_added.
	w.happen(occurrence{
		name: name, channel: c, insideOnly: true, scopes: []string{"reactions:read"},
		body: plain(map[string]any{
			"type": name, "user": user, "reaction": emoji, "item_user": e.msg.User,
			"item":     map[string]any{"type": "message", "channel": c.id, "ts": e.msg.TS},
			"event_ts": w.eventTS(),
		}),
	})
	return true
}
