package bridge

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"
)

// Numbers say how the groups of a workspace did with the conversations that began in a
// time.
type Numbers struct {
	From, To time.Time
	// Groups are in the order of Bridge.Groups; those that were deleted follow.
	Groups []GroupNumbers
	// Days are all of the time, in the zone that was asked for, also those without a
	// conversation.
	Days []DayNumbers
}

// GroupNumbers are those of one group. A conversation counts for each group that took
// part in it.
type GroupNumbers struct {
	Group   GroupID
	Name    string
	Deleted bool

	Conversations int
	Chosen        int // of these, how many visitors chose the group
	Left          int // messages left while it was closed
	// First replies are the group's first words to the visitor, counted from when the
	// conversation reached it. Messages that were left do not count.
	Replied     int
	ReplyMedian time.Duration
	ReplyP90    time.Duration
	// Missed conversations were closed, or lay for a day, with nobody having answered
	// while the group took part.
	Missed     int
	HandedOver int // the group left, and another one went on
	// Wrong is how many visitors chose this group and were handed over to another one,
	// and WentTo to which.
	Wrong  int
	WentTo map[GroupID]int
	Rating Rating
}

// A Rating is how visitors rated. Stars[0] is how many gave one star.
type Rating struct {
	Count int
	Stars [MaxStars]int
}

// Average is from 1 to MaxStars, 0 where nobody rated.
func (r Rating) Average() float64 {
	if r.Count == 0 {
		return 0
	}
	sum := 0
	for i, n := range r.Stars {
		sum += (i + 1) * n
	}
	return float64(sum) / float64(r.Count)
}

// DayNumbers are those of all groups on one day.
type DayNumbers struct {
	Day           time.Time // its midnight
	Conversations int
	Missed        int
}

// MaxNumberDays is the longest time that Numbers are made of.
const MaxNumberDays = 366

// Numbers counts the conversations of a workspace that began from from until before to.
// Days are those of zone. It reads the logs of all of them from the Store, which takes a
// while, and holds up nobody.
//
// CodeInvalid: the time ends before it begins, or is longer than MaxNumberDays.
func (b *Bridge) Numbers(ctx context.Context, w WorkspaceID, from, to time.Time, zone *time.Location) (Numbers, error) {
	switch {
	case !from.Before(to):
		return Numbers{}, Errorf(CodeInvalid, "the time must end after it begins")
	case to.Sub(from) > (MaxNumberDays+1)*24*time.Hour:
		return Numbers{}, Errorf(CodeInvalid, "numbers are made of at most %d days", MaxNumberDays)
	}
	t := &tally{now: b.cfg.Now(), groups: map[GroupID]*groupTally{}}
	n := Numbers{From: from, To: to}
	days := map[string]int{}
	for date := noon(from.In(zone)); ; date = date.AddDate(0, 0, 1) {
		day := midnight(date, zone)
		if !day.Before(to) {
			break
		}
		days[date.Format(time.DateOnly)] = len(n.Days)
		n.Days = append(n.Days, DayNumbers{Day: day})
	}
	err := b.eachCourse(ctx, w, from, to, func(c *course) bool {
		missed := t.take(c)
		if i, ok := days[c.opened.In(zone).Format(time.DateOnly)]; ok {
			n.Days[i].Conversations++
			if missed {
				n.Days[i].Missed++
			}
		}
		return ctx.Err() == nil
	})
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return Numbers{}, err
	}
	n.Groups = t.numbers(b, w)
	return n, nil
}

// noon is a time of the same date from which adding days meets no hour that is skipped.
func noon(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC)
}

// midnight is when a date begins in a zone: where its first hour is skipped, when that is
// over.
func midnight(date time.Time, zone *time.Location) time.Time {
	day := time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, zone)
	if day.Day() != date.Day() {
		_, day = day.ZoneBounds()
	}
	return day
}

// tally counts courses.
type tally struct {
	now    time.Time
	groups map[GroupID]*groupTally
}

type groupTally struct {
	GroupNumbers
	replies []time.Duration
}

func (t *tally) group(g GroupID) *groupTally {
	of := t.groups[g]
	if of == nil {
		of = &groupTally{GroupNumbers: GroupNumbers{Group: g, WentTo: map[GroupID]int{}}}
		t.groups[g] = of
	}
	return of
}

// take counts a conversation, and reports whether nobody answered at all.
func (t *tally) take(c *course) (missed bool) {
	counted := map[GroupID]bool{}
	missed = true
	for i, s := range c.stays {
		g := t.group(s.group)
		if !counted[s.group] { // it may have come back
			counted[s.group] = true
			g.Conversations++
		}
		chosen := i == 0
		if chosen {
			g.Chosen++
			if c.opening.Left {
				g.Left++
			}
		}
		if !s.replied.IsZero() && !(chosen && c.opening.Left) {
			g.replies = append(g.replies, s.replied.Sub(s.from))
		}
		missed = missed && !s.heard
		switch {
		case s.to != "":
			g.HandedOver++
			if chosen {
				g.Wrong++
				g.WentTo[s.to]++
			}
		case !s.left && !s.heard && c.over(t.now):
			g.Missed++
		}
		if !s.left && c.stars > 0 && c.stars <= MaxStars {
			g.Rating.Count++
			g.Rating.Stars[c.stars-1]++
		}
	}
	return missed && c.over(t.now)
}

// numbers are those of the groups that are there, and of those that had a conversation.
func (t *tally) numbers(b *Bridge, w WorkspaceID) []GroupNumbers {
	var all []GroupNumbers
	add := func(g Group) {
		of := t.group(g.ID)
		of.Name, of.Deleted = g.Name, g.Deleted
		of.Replied = len(of.replies)
		of.ReplyMedian, of.ReplyP90 = quantile(of.replies, 0.5), quantile(of.replies, 0.9)
		all = append(all, of.GroupNumbers)
		delete(t.groups, g.ID)
	}
	for _, g := range b.Groups(w) {
		add(g)
	}
	var gone []Group
	for id := range t.groups {
		g, known := b.dir.group(w, id)
		if !known {
			g = Group{ID: id, Name: string(id), Deleted: true}
		}
		gone = append(gone, g)
	}
	slices.SortFunc(gone, func(x, y Group) int { return cmp.Compare(x.Name, y.Name) })
	for _, g := range gone {
		add(g)
	}
	return all
}

// quantile is the smallest of the durations that at least a share q of them do not
// exceed, 0 of none.
func quantile(ds []time.Duration, q float64) time.Duration {
	if len(ds) == 0 {
		return 0
	}
	slices.Sort(ds)
	return ds[max(int(math.Ceil(q*float64(len(ds))))-1, 0)]
}
