package bridge

import (
	"slices"
	"sync"
	"time"
	_ "time/tzdata" // so that zones are known wherever the program runs
)

// Hours are when a group is open by the clock on the wall of its zone. An exception goes
// before a holiday, and a holiday before the week. What decides is what that clock shows:
// when it skips an hour in spring, what lies in it does not happen, and what lies in the
// hour that it shows twice in autumn happens twice.
type Hours struct {
	Zone       string      `json:"zone"` // IANA's name, like Europe/Paris
	Week       Week        `json:"week"`
	Holidays   []Holiday   `json:"holidays,omitempty"`
	Exceptions []Exception `json:"exceptions,omitempty"`
}

// zones holds those that were loaded before, as loading reads a file.
var zones sync.Map // of name to *time.Location

// ParseZone returns the IANA zone of a name. CodeInvalid: there is none.
func ParseZone(name string) (*time.Location, error) {
	if zone, known := zones.Load(name); known {
		return zone.(*time.Location), nil
	}
	// LoadLocation takes two names besides, which mean another zone on each machine.
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, Errorf(CodeInvalid, "there is no time zone %q: write its IANA name, like Europe/Paris or America/New_York", name)
	}
	zones.Store(name, zone)
	return zone, nil
}

// Check refuses hours that cannot be kept; the text says what is wrong and what would be
// right. nil Hours are right.
func (h *Hours) Check() error {
	if h == nil {
		return nil
	}
	if _, err := ParseZone(h.Zone); err != nil {
		return err
	}
	if err := h.Week.check(); err != nil {
		return err
	}
	if n := len(h.Holidays); n > MaxHolidays {
		return Errorf(CodeInvalid, "there are %d holidays: at most %d are possible, so leave out what is past", n, MaxHolidays)
	}
	for _, day := range h.Holidays {
		if err := day.check(); err != nil {
			return err
		}
	}
	if n := len(h.Exceptions); n > MaxExceptions {
		return Errorf(CodeInvalid, "there are %d exceptions: at most %d are possible, so leave out what is past", n, MaxExceptions)
	}
	seen := map[Date]bool{}
	for _, e := range h.Exceptions {
		if err := e.check(); err != nil {
			return err
		}
		if seen[e.On] {
			return Errorf(CodeInvalid, "%s stands twice among the exceptions: put its times in one line", e.On)
		}
		seen[e.On] = true
	}
	return nil
}

func (h *Hours) clone() *Hours {
	if h == nil {
		return nil
	}
	c := *h
	for day, rs := range c.Week {
		c.Week[day] = slices.Clone(rs)
	}
	c.Holidays, c.Exceptions = slices.Clone(h.Holidays), slices.Clone(h.Exceptions)
	for i, e := range c.Exceptions {
		c.Exceptions[i].Times = slices.Clone(e.Times)
	}
	return &c
}

// dayPlan is what holds on one day of the calendar: its times, and why they are so.
type dayPlan struct {
	times Ranges
	why   Reason
	name  string
}

func (h *Hours) plan(d Date) dayPlan {
	for _, e := range h.Exceptions {
		if e.On == d {
			return dayPlan{e.Times, ReasonException, e.Name}
		}
	}
	for _, day := range h.Holidays {
		if day.covers(d) {
			return dayPlan{nil, ReasonHoliday, day.Name}
		}
	}
	return dayPlan{h.Week[d.start().Weekday()], ReasonHours, ""}
}

// verdict is what the hours say of a moment.
type verdict struct {
	open bool
	why  Reason
	name string
}

// twoDays are the plans that can concern a day: its own, and the day's before, whose
// times may reach past midnight.
type twoDays struct{ before, today dayPlan }

func (h *Hours) days(midnight time.Time) twoDays {
	return twoDays{h.plan(DateOf(midnight.AddDate(0, 0, -1))), h.plan(DateOf(midnight))}
}

// at returns the verdict for a minute since today's midnight.
func (d twoDays) at(minute int) verdict {
	switch {
	case d.today.times.has(minute):
		return verdict{true, d.today.why, d.today.name}
	case d.before.times.has(minute + dayMinutes):
		return verdict{true, d.before.why, d.before.name}
	}
	return verdict{false, d.today.why, d.today.name}
}

// next returns the first minute after the given one at which the verdict may become
// another, at the latest the next midnight.
func (d twoDays) next(minute int) int {
	next := dayMinutes
	consider := func(m int) {
		if m > minute && m < next {
			next = m
		}
	}
	for _, r := range d.today.times {
		consider(r.From)
		consider(r.To)
	}
	for _, r := range d.before.times {
		consider(r.To - dayMinutes)
	}
	return next
}

// foresight is how far ahead the next change is looked for.
const foresight = 400 * 24 * time.Hour

// follow calls fn with the verdict at a moment, and then with every other one and the
// moment from which it holds, in order, until fn returns false or foresight ends.
func (h *Hours) follow(at time.Time, fn func(from time.Time, v verdict) bool) {
	zone, err := ParseZone(h.Zone)
	if err != nil { // a zone that this build does not know any more
		fn(at, verdict{false, ReasonHours, ""})
		return
	}
	end := at.Add(foresight)
	var last verdict
	told := false
	for t := at.In(zone); t.Before(end); {
		// What the wall shows, written as if in a zone where days have 24 hours.
		wall := onWall(t)
		midnight := DateOf(wall).start()
		days := h.days(midnight)
		_, shift := t.ZoneBounds() // until when that clock runs evenly
		for today := true; today && t.Before(end); {
			minute := int(wall.Sub(midnight) / time.Minute)
			if v := days.at(minute); !told || v != last {
				if !fn(t, v) {
					return
				}
				told, last = true, v
			}
			minute = days.next(minute)
			change := midnight.Add(time.Duration(minute) * time.Minute)
			next := t.Add(change.Sub(wall))
			if today = minute < dayMinutes; !shift.IsZero() && !next.Before(shift) {
				next, today = shift, false
			}
			t, wall = next.In(zone), change
		}
	}
}

// onWall returns what the clock of t's zone shows, as a time of UTC.
func onWall(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.Add(time.Duration(offset) * time.Second).UTC()
}
