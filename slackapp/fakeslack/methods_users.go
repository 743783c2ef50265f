package fakeslack

func usersInfo(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		p := c.w.people[c.args["user"]]
		if p == nil {
			return nil, refuse("user_not_found")
		}
		return reply{"user": c.user(p)}, nil
	})
}

// user writes p for the caller.
func (c *call) user(p *person) userJSON {
	u := c.w.userFor(p, c.grant.scopes["users:read.email"], c.base)
	// Documented: reference/methods/users.info, include_locale.
	if c.args["include_locale"] == "true" || c.args["include_locale"] == "1" {
		u.Locale = p.Locale
	}
	return u
}

func usersList(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ids, next, err := page(c, c.w.peopleIDs, func(id string) string { return id }, 1000, 1000)
		if err != nil {
			return nil, err
		}
		members := make([]userJSON, 0, len(ids))
		for _, id := range ids {
			members = append(members, c.user(c.w.people[id]))
		}
		return reply{
			"members": members, "cache_ts": c.w.clock.Now().Unix(), "response_metadata": nextCursor(next),
		}, nil
	})
}

// usersProfileGet is documented in reference/methods/users.profile.get.
func usersProfileGet(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		id := c.args["user"]
		if id == "" {
			id = c.grant.user
		}
		p := c.w.people[id]
		if p == nil {
			return nil, refuse("user_not_found")
		}
		return reply{"profile": c.user(p).Profile}, nil
	})
}

func usersLookupByEmail(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		for _, id := range c.w.peopleIDs {
			if p := c.w.people[id]; p.Email != "" && p.Email == c.args["email"] {
				return reply{"user": c.user(p)}, nil
			}
		}
		return nil, refuse("users_not_found")
	})
}

// usersGetPresence tells others no more than active or away
// (apis/web-api/user-presence-and-status).
func usersGetPresence(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		id := c.args["user"]
		if id == "" {
			id = c.grant.user
		}
		p := c.w.people[id]
		if p == nil {
			return nil, refuse("user_not_found")
		}
		presence := "active"
		if p.Away || p.Deleted {
			presence = "away"
		}
		return reply{"presence": presence}, nil
	})
}

func dndInfo(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		id := c.args["user"]
		if id == "" {
			id = c.grant.user
		}
		p := c.w.people[id]
		if p == nil {
			return nil, refuse("user_not_found")
		}
		return reply(c.dnd(p)), nil
	})
}

func dndTeamInfo(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		users := make(map[string]any)
		for _, id := range c.list("users") {
			if p := c.w.people[id]; p != nil {
				users[id] = c.dnd(p)
			}
		}
		if len(users) == 0 {
			return nil, refuse("no_users_provided")
		}
		return reply{"users": users}, nil
	})
}

// dnd writes a person's Do Not Disturb as a period that has begun, or none: then
// Slack answers with a moment long ago.
func (c *call) dnd(p *person) map[string]any {
	now := c.w.clock.Now()
	if !p.DNDUntil.After(now) {
		return map[string]any{"dnd_enabled": false, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
	}
	return map[string]any{
		"dnd_enabled": true, "next_dnd_start_ts": now.Unix() - 60, "next_dnd_end_ts": p.DNDUntil.Unix(),
	}
}
