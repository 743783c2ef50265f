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
		p, err := c.personOrSelf()
		if err != nil {
			return nil, err
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
