package fakeslack

import (
	"regexp"
	"slices"
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

// between reports whether a ts lies in what oldest, latest and inclusive ask for.
type between struct {
	oldest, latest int64
	inclusive      bool
}

func (c *call) between() (b between, err error) {
	b = between{latest: 1 << 62, inclusive: c.flag("inclusive")}
	if s := c.args["oldest"]; s != "" {
		var ok bool
		if b.oldest, ok = parseTS(s); !ok {
			return b, refuse("invalid_ts_oldest")
		}
	}
	if s := c.args["latest"]; s != "" && s != "now" {
		var ok bool
		if b.latest, ok = parseTS(s); !ok {
			return b, refuse("invalid_ts_latest")
		}
	}
	return b, nil
}

func (b between) holds(e *entry) bool {
	us, _ := parseTS(e.msg.TS) // we made it
	if b.inclusive {
		return us >= b.oldest && us <= b.latest
	}
	return us > b.oldest && us < b.latest
}

// historyChannel finds the channel of history and replies; outsiders may not
// read a public one.
func (c *call) historyChannel() (*channel, error) {
	ch, err := c.channelWith("history")
	if err == nil && !ch.isMember[c.grant.user] {
		err = refuse("not_in_channel")
	}
	return ch, err
}

// historyPage cuts out one page and writes it.
func (c *call) historyPage(entries []*entry, usual, most int) (messages []Message, next string, err error) {
	if l := c.w.cfg.Limits; l.NonMarketplace && !l.Off {
		// Documented: reference/methods/conversations.replies.
		usual, most = nonMarketplacePage, nonMarketplacePage
	}
	some, next, err := page(c, entries, func(e *entry) string { return e.msg.TS }, usual, most)
	if err != nil {
		return nil, "", err
	}
	messages = make([]Message, 0, len(some))
	for _, e := range some {
		m := e.look()
		// Documented: messaging/message-metadata; only on demand.
		if !c.flag("include_all_metadata") {
			m.Metadata = nil
		}
		m.Files = c.w.stubFiles(m.Files)
		messages = append(messages, m)
	}
	return messages, next, nil
}

// conversationsHistory is documented in reference/methods/conversations.history:
// newest first, without what stands only in threads.
func conversationsHistory(c *call) (reply, error) {
	b, err := c.between()
	if err != nil {
		return nil, err
	}
	return c.locked(func() (reply, error) {
		ch, err := c.historyChannel()
		if err != nil {
			return nil, err
		}
		var seen []*entry
		for _, e := range slices.Backward(ch.entries) {
			if !e.gone && (e.root == nil || e.msg.Subtype == "thread_broadcast") && b.holds(e) {
				seen = append(seen, e)
			}
		}
		messages, next, err := c.historyPage(seen, 100, 999)
		if err != nil {
			return nil, err
		}
		r := reply{"messages": messages, "has_more": next != "", "pin_count": 0}
		if next != "" {
			r["response_metadata"] = nextCursor(next)
		}
		return r, nil
	})
}

// conversationsReplies is documented in reference/methods/conversations.replies:
// oldest first; ts may be that of a reply. Assumed: the root leads every page,
// also where oldest excludes it.
func conversationsReplies(c *call) (reply, error) {
	b, err := c.between()
	if err != nil {
		return nil, err
	}
	return c.locked(func() (reply, error) {
		ch, err := c.historyChannel()
		if err != nil {
			return nil, err
		}
		e := ch.find(c.args["ts"])
		if e == nil {
			return nil, refuse("thread_not_found")
		}
		root := e.thread()
		var replies []*entry
		for _, r := range root.replies {
			if b.holds(r) {
				replies = append(replies, r)
			}
		}
		messages, next, err := c.historyPage(replies, 1000, 1000)
		if err != nil {
			return nil, err
		}
		first := root.look()
		if !c.flag("include_all_metadata") {
			first.Metadata = nil
		}
		first.Files = c.w.stubFiles(first.Files)
		r := reply{"messages": append([]Message{first}, messages...), "has_more": next != ""}
		if next != "" {
			r["response_metadata"] = nextCursor(next)
		}
		return r, nil
	})
}

var channelName = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]+$`)

// checkChannelName is documented in the errors of conversations.create.
func (c *call) checkChannelName(name string) error {
	switch {
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

// conversationsJoin is documented in reference/methods/conversations.join.
func conversationsJoin(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, err := c.channel()
		switch {
		case err != nil:
			return nil, err
		case ch.kind != public:
			return nil, refuse("method_not_supported_for_channel_type")
		case ch.archived:
			return nil, refuse("is_archived")
		case ch.isMember[c.grant.user]:
			c.warnings = append(c.warnings, "already_in_channel")
		default:
			c.w.enter(ch, c.grant.user, "")
		}
		return c.channelReply(ch), nil
	})
}

// conversationsInvite is documented in reference/methods/conversations.invite.
func conversationsInvite(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, err := c.channel()
		if err != nil {
			return nil, err
		}
		right := "channels:write.invites"
		if ch.kind == private {
			right = "groups:write.invites"
		}
		users := c.list("users")
		switch err := c.needsAny(append(ch.kind.scopes("write", c.grant.kind), right)...); {
		case err != nil:
			return nil, err
		case ch.kind == direct || ch.kind == several:
			return nil, refuse("method_not_supported_for_channel_type")
		case ch.archived:
			return nil, refuse("is_archived")
		case !ch.isMember[c.grant.user]:
			return nil, refuse("not_in_channel")
		case len(users) == 0:
			return nil, refuse("no_user")
		case len(users) > 100:
			return nil, refuse("invalid_arguments", "[ERROR] no more than 100 users [json-pointer:/users]")
		}
		var wrong []map[string]any
		var fine []string
		for _, u := range users {
			if code := c.cannotInvite(ch, u); code != "" {
				wrong = append(wrong, map[string]any{"user": u, "ok": false, "error": code})
			} else {
				fine = append(fine, u)
			}
		}
		if len(wrong) > 0 && (!c.flag("force") || len(fine) == 0) {
			return nil, &refusal{code: wrong[0]["error"].(string), extra: map[string]any{"errors": wrong}}
		}
		for _, u := range fine {
			c.w.enter(ch, u, c.grant.user)
		}
		r := c.channelReply(ch)
		if len(wrong) > 0 {
			r["errors"] = wrong
		}
		return r, nil
	})
}

func (c *call) cannotInvite(ch *channel, user string) (code string) {
	p := c.w.people[user]
	switch {
	case p == nil:
		return "user_not_found"
	case user == c.grant.user:
		return "cant_invite_self"
	case ch.isMember[user]:
		return "already_in_channel"
	case p.Deleted:
		return "cant_invite"
	case p.UltraRestricted:
		return "ura_max_channels"
	}
	return ""
}

func conversationsLeave(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, err := c.channelWith("write")
		switch {
		case err != nil:
			return nil, err
		case ch.kind == direct || ch.kind == several:
			return nil, refuse("method_not_supported_for_channel_type")
		case ch.archived:
			return nil, refuse("is_archived")
		case ch.general:
			return nil, refuse("cant_leave_general")
		case !ch.isMember[c.grant.user]:
			return reply{"not_in_channel": true}, nil
		case ch.kind == private && len(ch.members) == 1:
			return nil, refuse("last_member")
		}
		c.w.exit(ch, c.grant.user, c.grant.user)
		return reply{}, nil
	})
}

func conversationsKick(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, err := c.channelWith("write")
		user := c.args["user"]
		switch {
		case err != nil:
			return nil, err
		case user == c.grant.user:
			return nil, refuse("cant_kick_self")
		case ch.general:
			return nil, refuse("cant_kick_from_general")
		case c.w.people[user] == nil:
			return nil, refuse("user_not_found")
		case !ch.isMember[c.grant.user], !ch.isMember[user]:
			return nil, refuse("not_in_channel")
		}
		c.w.exit(ch, user, c.grant.user)
		return reply{"errors": map[string]any{}}, nil // Observed: slack-go issue 1446
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
		c.w.rename(ch, c.args["name"])
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
