package bridge

import "time"

// Openness is whether a group takes live chats at a moment, why, and for how long. It is
// decided in one place, Group.Openness.
type Openness struct {
	Open bool
	Why  Reason
	// Name is what the holiday or exception is called.
	Name string
	// Until is when Open, Why or Name becomes another by itself, zero where nothing
	// that is known now makes it so.
	Until time.Time
	// Back is when a closed group opens, as far as that is known; zero where it hangs
	// on what people do, or is more than a year away.
	Back time.Time
}

// Reason is why a group is open or closed.
type Reason string

// The reasons, the stronger before the weaker.
const (
	ReasonNoChannel   Reason = "no_channel"   // closed: nobody could answer
	ReasonShut        Reason = "shut"         // closed: a Trouble keeps the desk out of reach
	ReasonSwitchedOn  Reason = "switched_on"  // by hand
	ReasonSwitchedOff Reason = "switched_off" // by hand
	ReasonPresence    Reason = "presence"     // closed: it would be open, but too few people are active
	ReasonException   Reason = "exception"    // the day has times of its own
	ReasonHoliday     Reason = "holiday"      // closed
	ReasonHours       Reason = "hours"        // the week says so
	ReasonAlways      Reason = "always"       // open: nothing says otherwise
)

// Openness decides whether the group is open at a moment, which may be any: what a
// visitor will see on Sunday at 3 is asked like that. Troubles are those that stood when
// the group was read. Until takes present to stay as it is; Back leaves it aside, as
// nobody is there at night.
func (g Group) Openness(at time.Time, present Presence) Openness {
	switch {
	case !g.Offered():
		return Openness{Why: ReasonNoChannel}
	case g.Shut:
		return Openness{Why: ReasonShut}
	case !g.Switch.over(at):
		return g.switched()
	}
	return g.bySchedule(at, present)
}

// switched is for a group whose switch is in force.
func (g Group) switched() Openness {
	o := Openness{Open: g.Switch.On, Why: ReasonSwitchedOff, Until: g.Switch.Until}
	if o.Open {
		o.Why = ReasonSwitchedOn
	}
	if o.Open || o.Until.IsZero() {
		return o
	}
	if then := g.bySchedule(o.Until, Presence{}); then.Open {
		o.Back = o.Until
	} else {
		o.Back = then.Back
	}
	return o
}

// bySchedule is for a group that goes by its hours and by who is there.
func (g Group) bySchedule(at time.Time, present Presence) Openness {
	few := present.Fewer(g.LeastPresent)
	if g.Hours == nil {
		return verdict{true, ReasonAlways, ""}.with(few)
	}
	var o Openness
	g.Hours.follow(at, func(from time.Time, v verdict) bool {
		now := v.with(few)
		switch {
		case o.Why == "":
			o = now
			return true
		case o.Until.IsZero() && now != (Openness{Open: o.Open, Why: o.Why, Name: o.Name}):
			o.Until = from
		}
		if o.Why == ReasonPresence || o.Open {
			return o.Until.IsZero()
		}
		if v.open {
			o.Back = from
		}
		return !v.open
	})
	return o
}

// with is the verdict where fewer people are there than must be, or not.
func (v verdict) with(few bool) Openness {
	if v.open && few {
		return Openness{Why: ReasonPresence}
	}
	return Openness{Open: v.open, Why: v.why, Name: v.name}
}

// Openness returns how a group, saved or not, stands now. It answers from memory.
func (b *Bridge) Openness(g Group) Openness { return b.dir.asItStands(g).WhenRead() }

// WhenRead returns the group's Openness at the moment it was read.
func (g Group) WhenRead() Openness { return g.Openness(g.At, g.Present) }

// Open reports whether the group took live chats at the moment it was read.
func (g Group) Open() bool { return g.WhenRead().Open }

// Closes returns when the group, open when it was read, will be closed by itself, as far
// as that is known; zero for one that was closed.
func (g Group) Closes() time.Time {
	o := g.WhenRead()
	for end := g.At.Add(foresight); o.Open && !o.Until.IsZero() && o.Until.Before(end); {
		at := o.Until
		if o = g.Openness(at, g.Present); !o.Open {
			return at
		}
	}
	return time.Time{}
}
