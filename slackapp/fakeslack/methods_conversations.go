package fakeslack

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

func (c *call) channelReply(ch *channel) reply {
	return reply{"channel": c.w.channelJSON(ch, c.grant.user)}
}

// conversationsList lists what the caller can see of the sorts asked for. Each
// sort needs its scope (reference/methods/conversations.list).
func conversationsList(c *call) (reply, error) {
	return c.listConversations(func(ch *channel) bool { return ch.kind == public || ch.isMember[c.grant.user] })
}

// usersConversations lists those that somebody is in, of what the caller can see
// (reference/methods/users.conversations).
func usersConversations(c *call) (reply, error) {
	user := c.args["user"]
	if user == "" {
		user = c.grant.user
	}
	return c.listConversations(func(ch *channel) bool {
		return ch.isMember[user] && (ch.kind == public || ch.isMember[c.grant.user])
	})
}

func (c *call) listConversations(show func(*channel) bool) (reply, error) {
	sorts := map[string]kind{"public_channel": public, "private_channel": private, "mpim": several, "im": direct}
	wanted := c.list("types")
	if len(wanted) == 0 {
		wanted = []string{"public_channel"}
	}
	kinds := make(map[kind]bool)
	for _, name := range wanted {
		k, ok := sorts[name]
		if !ok {
			return nil, refuse("invalid_types")
		}
		if err := c.needs(k.scope("read")); err != nil {
			return nil, err
		}
		kinds[k] = true
	}
	return c.locked(func() (reply, error) {
		var seen []*channel
		for _, id := range c.w.channelIDs {
			ch := c.w.channels[id]
			if kinds[ch.kind] && show(ch) && (!ch.archived || !c.flag("exclude_archived")) {
				seen = append(seen, ch)
			}
		}
		some, next, err := page(c, seen, func(ch *channel) string { return ch.id }, 100, 1000)
		if err != nil {
			return nil, err
		}
		channels := make([]channelJSON, 0, len(some))
		for _, ch := range some {
			j := c.w.channelJSON(ch, c.grant.user)
			n := len(ch.members)
			j.NumMembers = &n
			channels = append(channels, j)
		}
		return reply{"channels": channels, "response_metadata": nextCursor(next)}, nil
	})
}

func conversationsInfo(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, err := c.channelWith("read")
		if err != nil {
			return nil, err
		}
		j := c.w.channelJSON(ch, c.grant.user)
		if c.flag("include_num_members") {
			n := len(ch.members)
			j.NumMembers = &n
		}
		return reply{"channel": j}, nil
	})
}

func conversationsMembers(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, err := c.channelWith("read")
		if err != nil {
			return nil, err
		}
		ids, next, err := page(c, ch.members, func(id string) string { return id }, 100, 1000)
		if err != nil {
			return nil, err
		}
		return reply{"members": append([]string{}, ids...), "response_metadata": nextCursor(next)}, nil
	})
}

var channelName = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]+$`)

// checkChannelName is documented in the errors of conversations.create.
func (c *call) checkChannelName(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return refuse("invalid_name_required")
	case utf8.RuneCountInString(name) > 80:
		return refuse("invalid_name_maxlength")
	case strings.Trim(name, "-_") == "":
		return refuse("invalid_name_punctuation")
	case !channelName.MatchString(name):
		return refuse("invalid_name_specials")
	}
	if _, taken := c.w.names[name]; taken {
		return refuse("name_taken")
	}
	return nil
}

// conversationsCreate is documented in reference/methods/conversations.create.
func conversationsCreate(c *call) (reply, error) {
	k := public
	if c.flag("is_private") {
		k = private
	}
	if err := c.needsAny(k.scopes("write", c.grant.kind)...); err != nil {
		return nil, err
	}
	return c.locked(func() (reply, error) {
		name := c.args["name"]
		if p := c.w.people[c.grant.user]; p.guest() || c.w.cfg.AdminsMakeChannels && !p.Admin && !p.Owner {
			return nil, refuse("restricted_action")
		}
		if err := c.checkChannelName(name); err != nil {
			return nil, err
		}
		id := c.w.newID("C")
		c.w.names[name] = id
		ch := c.w.makeChannel(id, name, k, c.grant.user)
		ch.add(c.grant.user)
		if k == public {
			c.w.channelEvent(ch, "created", map[string]any{"channel": c.w.channelJSON(ch, "")})
		}
		return c.channelReply(ch), nil
	})
}

// conversationsOpen is documented in reference/methods/conversations.open.
func conversationsOpen(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		users := c.list("users")
		if c.args["channel"] != "" {
			ch, err := c.channel()
			if err != nil {
				return nil, err
			}
			return c.opened(ch, true), nil
		}
		if len(users) == 0 {
			return nil, refuse("users_list_not_supplied")
		}
		if len(users) > 8 {
			return nil, refuse("too_many_users")
		}
		k := direct
		if len(users) > 1 {
			k = several
		}
		if err := c.needs(k.scope("write")); err != nil {
			return nil, err
		}
		for _, u := range users {
			switch p := c.w.people[u]; {
			case p == nil:
				return nil, refuse("user_not_found")
			case p.Deleted:
				return nil, refuse("user_disabled")
			}
		}
		ch, existed := c.w.directChannel(append(users, c.grant.user)...)
		return c.opened(ch, existed), nil
	})
}

func (c *call) opened(ch *channel, before bool) reply {
	r := reply{"channel": map[string]any{"id": ch.id}}
	if c.flag("return_im") {
		r = c.channelReply(ch)
	}
	if before {
		r["no_op"], r["already_open"] = true, true
	}
	return r
}

func conversationsArchive(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, err := c.channelWith("write")
		switch {
		case err != nil:
			return nil, err
		case ch.kind == direct || ch.kind == several:
			return nil, refuse("method_not_supported_for_channel_type")
		case ch.archived:
			return nil, refuse("already_archived")
		case ch.general:
			return nil, refuse("cant_archive_general")
		case !ch.isMember[c.grant.user]:
			return nil, refuse("not_in_channel")
		}
		c.w.setArchived(ch, c.grant.user, true)
		return reply{}, nil
	})
}

// conversationsUnarchive: a bot is no member of what is archived and cannot bring
// it back. Documented: reference/methods/conversations.unarchive.
func conversationsUnarchive(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, err := c.channelWith("write")
		switch {
		case err != nil:
			return nil, err
		case !ch.archived:
			return nil, refuse("not_archived")
		case c.grant.kind == botToken:
			return nil, refuse("not_in_channel")
		}
		c.w.setArchived(ch, c.grant.user, false)
		return reply{}, nil
	})
}

func conversationsRename(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, err := c.channelWith("write")
		switch {
		case err != nil:
			return nil, err
		case ch.kind == direct || ch.kind == several:
			return nil, refuse("method_not_supported_for_channel_type")
		case ch.archived:
			return nil, refuse("is_archived")
		case !ch.isMember[c.grant.user]:
			return nil, refuse("not_in_channel")
		}
		// Documented: only who made the channel, or an admin, may.
		if p := c.w.people[c.grant.user]; ch.creator != c.grant.user && !p.Admin && !p.Owner {
			return nil, refuse("not_authorized")
		}
		if err := c.checkChannelName(c.args["name"]); err != nil {
			return nil, err
		}
		c.w.rename(ch, c.grant.user, c.args["name"])
		return c.channelReply(ch), nil
	})
}

func conversationsSetTopic(c *call) (reply, error) {
	return c.caption("topic", func(ch *channel) *string { return &ch.topic })
}

func conversationsSetPurpose(c *call) (reply, error) {
	return c.caption("purpose", func(ch *channel) *string { return &ch.purpose })
}

// caption sets one of the two texts that a channel has about itself.
func (c *call) caption(name string, of func(*channel) *string) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, err := c.channel()
		switch {
		case err != nil:
			return nil, err
		case ch.archived:
			return nil, refuse("is_archived")
		case !ch.isMember[c.grant.user]:
			return nil, refuse("not_in_channel")
		case utf8.RuneCountInString(c.args[name]) > 250:
			return nil, refuse("too_long")
		}
		*of(ch) = c.args[name]
		c.w.captionLine(ch, c.grant.user, name, c.args[name])
		return c.channelReply(ch), nil
	})
}

// conversationsMark moves the reader's own mark, which nobody else sees.
func conversationsMark(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, err := c.channelWith("write")
		if err != nil {
			return nil, err
		}
		if _, ok := parseTS(c.args["ts"]); !ok {
			return nil, refuse("invalid_timestamp")
		}
		if !ch.isMember[c.grant.user] {
			return nil, refuse("not_in_channel")
		}
		return reply{}, nil
	})
}
