package fakeslack

import "fmt"

// Join lets a person into a public channel: its join message and
// member_joined_channel follow. For a bot, see Invite.
func (w *Workspace) Join(user, channel string) error {
	return w.act(func() error {
		c, err := w.channelFor(user, channel)
		if err != nil {
			return err
		}
		if c.kind != public {
			return fmt.Errorf("fakeslack: #%s is not public, somebody in it must invite %s", c.name, user)
		}
		w.enter(c, user, "")
		return nil
	})
}

// Invite lets inviter, who is in the channel, bring somebody in; a bot comes in
// this way too.
func (w *Workspace) Invite(inviter, channel, user string) error {
	return w.act(func() error {
		c, err := w.memberChannel(inviter, channel)
		if err != nil {
			return err
		}
		if w.people[user] == nil {
			return noSuchPerson(user)
		}
		w.enter(c, user, inviter)
		return nil
	})
}

// Leave takes a person out of a channel.
func (w *Workspace) Leave(user, channel string) error {
	return w.act(func() error {
		c, err := w.memberChannel(user, channel)
		if err != nil {
			return err
		}
		w.exit(c, user, user)
		return nil
	})
}

// Kick lets actor, who is in the channel, take somebody else out of it; an app
// loses its bot this way.
func (w *Workspace) Kick(actor, channel, user string) error {
	return w.act(func() error {
		c, err := w.memberChannel(actor, channel)
		if err != nil {
			return err
		}
		if !c.isMember[user] {
			return fmt.Errorf("fakeslack: %s is not in #%s", user, c.name)
		}
		w.exit(c, user, actor)
		return nil
	})
}

// enter lets user in, as a person's own step (inviter "") or by invitation.
func (w *Workspace) enter(c *channel, user, inviter string) {
	if c.isMember[user] {
		return
	}
	c.add(user)
	w.joinedLine(c, user, inviter)
	body := map[string]any{
		"type": "member_joined_channel", "user": user, "channel": c.id,
		"channel_type": c.letter(), "team": w.cfg.TeamID, "event_ts": w.eventTS(),
	}
	if inviter != "" {
		body["inviter"] = inviter
	}
	w.happen(occurrence{
		name: "member_joined_channel", channel: c, insideOnly: true,
		scopes: []string{c.kind.scope("read")}, body: plain(body),
	})
}

// exit takes user out; actor is who did it.
func (w *Workspace) exit(c *channel, user, actor string) {
	w.happen(occurrence{
		// Assumed: the bot that is removed still sees its own leaving.
		name: "member_left_channel", channel: c, insideOnly: true,
		scopes: []string{c.kind.scope("read")},
		body: plain(map[string]any{
			"type": "member_left_channel", "user": user, "channel": c.id,
			"channel_type": c.letter(), "team": w.cfg.TeamID, "event_ts": w.eventTS(),
		}),
	})
	c.remove(user)
	p := w.people[user]
	if p == nil || p.install == nil || w.cfg.Assume.WithholdChannelLeft {
		return
	}
	// Documented: reference/events/channel_left and group_left; that it may be
	// withheld is said there too (switch: Assumptions.WithholdChannelLeft).
	name := "channel_left"
	if c.kind != public {
		name = "group_left"
	}
	w.happen(occurrence{
		name: name, channel: c, only: p.install,
		scopes: []string{c.kind.scope("read")},
		body: plain(map[string]any{
			"type": name, "channel": c.id, "actor_id": actor, "event_ts": w.eventTS(),
		}),
	})
}

// letter is how membership events name the sort of a channel (C or G).
func (c *channel) letter() string {
	if c.kind == public {
		return "C"
	}
	return "G"
}
