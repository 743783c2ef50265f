package fakeslack

import (
	"errors"
	"fmt"
	"time"
)

// DailyHours are the hours of every day in which a person is not to be disturbed,
// as times since midnight in the person's time zone. Where To is not after From
// they end the next day; where both are zero there are none.
type DailyHours struct{ From, To time.Duration }

// SetPresence makes a person away or active. No app is told: presence has to be
// asked for.
//
// Documented: apis/web-api/user-presence-and-status; there is no such event in the
// Events API.
func (w *Workspace) SetPresence(user string, away bool) error {
	return w.ChangePerson(user, func(p *Person) { p.Away = away })
}

// Snooze lets a person pause notifications until then; a moment that is not in the
// future ends the pause. Apps are told by dnd_updated_user.
func (w *Workspace) Snooze(user string, until time.Time) error {
	return w.ChangePerson(user, func(p *Person) { p.DNDUntil = until })
}

// SetQuietHours gives a person hours of every day without notifications; the zero
// DailyHours take them away. Apps are told by dnd_updated_user, at this change and
// not when the hours begin or end.
func (w *Workspace) SetQuietHours(user string, h DailyHours) error {
	if day := 24 * time.Hour; h.From < 0 || h.From >= day || h.To < 0 || h.To > day {
		return errors.New("fakeslack: quiet hours are times of one day, from 0 to 24 h after midnight")
	}
	return w.ChangePerson(user, func(p *Person) { p.QuietHours = h })
}

// quietEvent tells of changed Do Not Disturb settings.
//
// Documented: reference/events/dnd_updated_user. Assumed: nothing is told when a
// period of it begins or runs out.
func (w *Workspace) quietEvent(p *person) {
	w.happen(occurrence{
		name: "dnd_updated_user", scopes: []string{"dnd:read"},
		body: plain(map[string]any{
			"type": "dnd_updated_user", "user": p.ID, "dnd_status": w.quiet(p), "event_ts": w.eventTS(),
		}),
	})
}

// quiet writes a person's Do Not Disturb as others see it: the period that is on,
// else the next one. dnd_enabled says that there is one, not that it is on.
//
// Documented: reference/methods/dnd.info and dnd.teamInfo, where nothing is the
// period from 1 to 1.
func (w *Workspace) quiet(p *person) map[string]any {
	from, to, ok := p.quietPeriod(w.clock.Now())
	if !ok {
		return map[string]any{"dnd_enabled": false, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
	}
	return map[string]any{
		"dnd_enabled": true, "next_dnd_start_ts": from.Unix(), "next_dnd_end_ts": to.Unix(),
	}
}

// quietPeriod is the period of Do Not Disturb that is on at now, or the next one.
func (p *person) quietPeriod(now time.Time) (from, to time.Time, ok bool) {
	from, to, ok = p.nextQuietHours(now)
	if !p.DNDUntil.After(now) {
		return from, to, ok
	}
	if !ok || from.After(p.DNDUntil) {
		return p.snoozed, p.DNDUntil, true
	}
	// The hours follow upon the pause, or it falls into them.
	if p.snoozed.Before(from) {
		from = p.snoozed
	}
	if p.DNDUntil.After(to) {
		to = p.DNDUntil
	}
	return from, to, true
}

// paused reports whether the person is not to be disturbed at now.
func (p *person) paused(now time.Time) bool {
	from, _, ok := p.quietPeriod(now)
	return ok && !from.After(now)
}

// nextQuietHours are the daily hours that now is in, or the next ones.
func (p *person) nextQuietHours(now time.Time) (from, to time.Time, ok bool) {
	h := p.QuietHours
	if h == (DailyHours{}) {
		return from, to, false
	}
	zone, err := time.LoadLocation(p.TZ)
	if err != nil {
		zone = time.UTC
	}
	now = now.In(zone)
	at := func(day int, since time.Duration) time.Time {
		// The clock on the wall counts, on the days it is put forward too.
		return time.Date(now.Year(), now.Month(), now.Day()+day, 0, int(since/time.Minute), 0, 0, zone)
	}
	for day := -1; ; day++ {
		from, to = at(day, h.From), at(day, h.To)
		if h.To <= h.From {
			to = at(day+1, h.To)
		}
		if to.After(now) {
			return from, to, true
		}
	}
}

// presence is active or away.
func (p *person) presence() string {
	if p.Away || p.Deleted {
		return "away"
	}
	return "active"
}

// usersGetPresence tells others no more than active or away, and the caller how
// their own came about.
//
// Documented: reference/methods/users.getPresence.
func usersGetPresence(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		p, err := c.personOrSelf()
		if err != nil {
			return nil, err
		}
		r := reply{"presence": p.presence()}
		if p.ID == c.grant.user {
			active := p.presence() == "active"
			r["online"], r["auto_away"], r["manual_away"] = active, false, p.Away
			r["connection_count"], r["last_activity"] = 0, c.w.clock.Now().Unix()
		}
		return r, nil
	})
}

// personOrSelf finds whom the argument "user" names, or who calls. The caller
// holds w.mu.
func (c *call) personOrSelf() (*person, error) {
	id := c.args["user"]
	if id == "" {
		id = c.grant.user
	}
	p := c.w.people[id]
	if p == nil {
		return nil, refuse("user_not_found")
	}
	return p, nil
}

// dndInfo is documented in reference/methods/dnd.info. What is about a pause alone
// (snooze_…) is told to nobody but that person.
func dndInfo(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		p, err := c.personOrSelf()
		if err != nil {
			return nil, err
		}
		r := reply(c.w.quiet(p))
		if p.ID == c.grant.user {
			now := c.w.clock.Now()
			r["snooze_enabled"] = p.DNDUntil.After(now)
			if p.DNDUntil.After(now) {
				r["snooze_endtime"] = p.DNDUntil.Unix()
				r["snooze_remaining"] = int(p.DNDUntil.Sub(now).Seconds())
			}
		}
		return r, nil
	})
}

// maxQuietLookups is how many people dnd.teamInfo tells of.
//
// Documented: reference/methods/dnd.teamInfo, "up to 50 users".
const maxQuietLookups = 50

// dndTeamInfo is documented in reference/methods/dnd.teamInfo. Assumed: who is
// unknown is left out, and too many are refused.
func dndTeamInfo(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ids := c.list("users")
		if len(ids) > maxQuietLookups {
			return nil, refuse("invalid_arguments",
				fmt.Sprintf("[ERROR] no more than %d items allowed [json-pointer:/users]", maxQuietLookups))
		}
		users := make(map[string]any)
		for _, id := range ids {
			if p := c.w.people[id]; p != nil {
				users[id] = c.w.quiet(p)
			}
		}
		if len(users) == 0 {
			return nil, refuse("no_users_provided")
		}
		return reply{"users": users}, nil
	})
}
