package fakeslack

import (
	"regexp"
	"slices"
	"strings"
)

var emojiName = regexp.MustCompile(`^[a-z0-9_+'-]+(::skin-tone-[2-6])?$`)

// reactable finds what a reaction is about.
func (c *call) reactable() (*channel, *entry, error) {
	ts := c.args["timestamp"]
	if c.args["channel"] == "" || ts == "" {
		return nil, nil, refuse("no_item_specified")
	}
	if _, ok := parseTS(ts); !ok {
		return nil, nil, refuse("bad_timestamp")
	}
	ch, err := c.channel()
	if err != nil {
		return nil, nil, err
	}
	e := ch.find(ts)
	if e == nil {
		return nil, nil, refuse("message_not_found")
	}
	return ch, e, nil
}

func reactionsAdd(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, e, err := c.reactable()
		switch {
		case err != nil:
			return nil, err
		case !emojiName.MatchString(c.args["name"]):
			return nil, refuse("invalid_name")
		case ch.archived:
			return nil, refuse("is_archived")
		case !ch.isMember[c.grant.user]:
			return nil, refuse("not_in_channel")
		case !c.w.setReaction(ch, e, c.grant.user, c.args["name"], true):
			return nil, refuse("already_reacted")
		}
		return reply{}, nil
	})
}

func reactionsRemove(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, e, err := c.reactable()
		if err != nil {
			return nil, err
		}
		if !c.w.setReaction(ch, e, c.grant.user, c.args["name"], false) {
			return nil, refuse("no_reaction")
		}
		return reply{}, nil
	})
}

func reactionsGet(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, e, err := c.reactable()
		if err != nil {
			return nil, err
		}
		m := e.look()
		return reply{"type": "message", "channel": ch.id, "message": &m}, nil
	})
}

// reactionsList lists the messages that somebody has reacted to, of those that the
// caller can see, newest first.
//
// Documented: reference/methods/reactions.list.
func reactionsList(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		p, err := c.personOrSelf()
		if err != nil {
			return nil, err
		}
		var found []map[string]any
		for _, id := range c.w.channelIDs {
			ch := c.w.channels[id]
			if ch.kind != public && !ch.isMember[c.grant.user] {
				continue
			}
			for _, e := range ch.entries {
				if !e.gone && slices.ContainsFunc(e.reactions, func(r Reaction) bool { return slices.Contains(r.Users, p.ID) }) {
					m := e.look()
					found = append(found, map[string]any{"type": "message", "channel": ch.id, "message": &m})
				}
			}
		}
		place := func(item map[string]any) string {
			return item["message"].(*Message).TS + " " + item["channel"].(string)
		}
		slices.SortFunc(found, func(a, b map[string]any) int { return strings.Compare(place(b), place(a)) })
		some, next, err := page(c, found, place, 100, 1000)
		if err != nil {
			return nil, refuse("invalid_arguments", "[ERROR] invalid cursor [json-pointer:/cursor]")
		}
		return reply{"items": append([]map[string]any{}, some...), "response_metadata": nextCursor(next)}, nil
	})
}
