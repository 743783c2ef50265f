package fakeslack

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
	case p.Deleted, p.external(c.w.cfg.TeamID) && len(ch.homes) == 0:
		return "cant_invite" // Assumed: whoever is from outside comes by Slack Connect.
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
