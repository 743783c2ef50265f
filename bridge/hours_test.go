package bridge_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// Zones whose clocks differ in when they shift, by how much, and at what time of day:
// at 1 UTC, at 2 local time, never, by half an hour, and at midnight.
var zones = []string{"Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago"}

// Times that meet the shifts of clocks: hours that are skipped or come twice, and
// midnights that do not exist.
const onTheEdge = "Mon-Thu 9:00-12:30, 13:30-18:00; Fri 22:00-2:30; Sat 1:30-2:15, 23:30-0:30; Sun 0:00-1:45, 2:00-2:30, 3:00-24:00"

func TestOpeningHoursAgreeWithTheAlmanacForTenYears(t *testing.T) {
	from, to, stride := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC), 61
	if testing.Short() || raceEnabled {
		from, stride = time.Date(2032, 11, 1, 0, 0, 0, 0, time.UTC), 41
	}
	for i, zone := range zones {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, uint64(i)))
			compare(t, bridge.Hours{Zone: zone, Week: week(t, onTheEdge), Holidays: someHolidays(t)}, from, to, stride)
			compare(t, randomHours(random, zone, from, to), from, to, stride)
		})
	}
}

// compare asks about every change and the minute before it, and every few minutes else.
func compare(t *testing.T, h bridge.Hours, from, to time.Time, stride int) {
	t.Helper()
	g := bridge.Group{Name: "Tech", Channel: "C1", Hours: &h}
	if err := h.Check(); err != nil {
		t.Fatal(err)
	}
	a := newAlmanac(t, h, from, to)
	minutes := int(to.Sub(from) / time.Minute)
	at := func(m int) time.Time { return from.Add(time.Duration(m) * time.Minute) }
	// By ids, as there are few answers and many minutes.
	var answers []answer
	ids := map[answer]uint8{}
	states := make([]uint8, minutes)
	for m := range minutes {
		now := a.at(at(m))
		id, known := ids[now]
		if !known {
			id = uint8(len(answers))
			ids[now], answers = id, append(answers, now)
		}
		states[m] = id
	}
	const year = 400 * 24 * 60 // how far Openness looks ahead
	moment := func(m int) time.Time {
		if m < 0 {
			return time.Time{}
		}
		return at(m)
	}
	until, back, wrong := -1, -1, 0
	for m := minutes - 1; m >= 0 && wrong < 5; m-- {
		now := answers[states[m]]
		last := m+1 < minutes && states[m+1] != states[m]
		if last {
			until = m + 1
			if answers[states[m+1]].open {
				back = m + 1
			}
		}
		first := m > 0 && states[m-1] != states[m]
		if !first && !last && m%stride != 0 || m > minutes-year {
			continue
		}
		want := bridge.Openness{Open: now.open, Why: now.why, Name: now.name}
		if until >= 0 && until-m < year {
			want.Until = moment(until)
		}
		if !now.open && back >= 0 && back-m < year {
			want.Back = moment(back)
		}
		got := g.Openness(at(m), bridge.Presence{})
		if got.Open != want.Open || got.Why != want.Why || got.Name != want.Name || !got.Until.Equal(want.Until) || !got.Back.Equal(want.Back) {
			t.Errorf("%s, at %v with %v: %+v, want %+v", h.Zone, at(m).In(a.zone), h.Week, got, want)
			wrong++
		}
	}
}

func week(t T, text string) bridge.Week {
	t.Helper()
	w, err := bridge.ParseWeek(text)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return w
}

func someHolidays(t T) []bridge.Holiday {
	t.Helper()
	all, err := bridge.ParseHolidays(`
		12-24..01-02 Winter
		02-29 Leap day
		2026-03-27..2026-04-06 Easter
		2027-10-31 Reformation Day
		05-01 May Day`)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return all
}

func randomHours(random *rand.Rand, zone string, from, to time.Time) bridge.Hours {
	h := bridge.Hours{Zone: zone}
	for day := range h.Week {
		h.Week[day] = randomRanges(random)
	}
	randomDay := func() bridge.Date {
		return bridge.DateOf(from.AddDate(0, 0, random.IntN(int(to.Sub(from).Hours()/24))))
	}
	for i := range 20 {
		d := randomDay()
		holiday := bridge.Holiday{From: d, Name: fmt.Sprintf("holiday %d", i)}
		if long := random.IntN(10); long > 0 && i%2 == 0 {
			holiday.To = bridge.DateOf(time.Date(d.Year, d.Month, d.Day+long, 0, 0, 0, 0, time.UTC))
		}
		if i%5 == 0 {
			holiday.From.Year, holiday.To.Year = 0, 0
		}
		h.Holidays = append(h.Holidays, holiday)
	}
	seen := map[bridge.Date]bool{}
	for i := range 40 {
		if d := randomDay(); !seen[d] {
			seen[d] = true
			h.Exceptions = append(h.Exceptions, bridge.Exception{On: d, Times: randomRanges(random), Name: fmt.Sprintf("exception %d", i%3)})
		}
	}
	return h
}

// randomRanges are often none, often in the small hours, and sometimes past midnight.
func randomRanges(random *rand.Rand) bridge.Ranges {
	var rs bridge.Ranges
	for from := random.IntN(400); from < 24*60 && len(rs) < 4; {
		to := from + 1 + random.IntN(300)
		if random.IntN(3) == 0 {
			from = to
			continue
		}
		rs = append(rs, bridge.Range{From: from, To: to})
		from = to + random.IntN(300)
	}
	return rs
}

func TestOpennessOfASwitchAndOfPeopleAgreesWithTheAlmanac(t *testing.T) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(7, seed))
		// The days around a shift of the clock.
		from := time.Date(2026, 3, 27, 22, 0, 0, 0, time.UTC)
		to := from.AddDate(0, 0, 4)
		h := randomHours(random, "Europe/Paris", from, to)
		g := bridge.Group{Name: "Tech", Channel: "C1", Hours: &h, LeastPresent: random.IntN(3)}
		if random.IntN(3) > 0 {
			g.Switch = &bridge.Switch{On: random.IntN(2) == 0}
			if random.IntN(4) > 0 {
				g.Switch.Until = from.Add(time.Duration(random.IntN(3*24*60)) * time.Minute)
			}
		}
		present := bridge.Presence{Known: random.IntN(3) > 0, Active: random.IntN(3)}
		a := newAlmanac(t, h, from, to.AddDate(0, 0, 1))
		says := func(at time.Time, p bridge.Presence) answer {
			if s := g.Switch; s != nil && (s.Until.IsZero() || at.Before(s.Until)) {
				if s.On {
					return answer{true, bridge.ReasonSwitchedOn, ""}
				}
				return answer{false, bridge.ReasonSwitchedOff, ""}
			}
			now := a.at(at)
			if now.open && p.Known && p.Active < g.LeastPresent {
				return answer{false, bridge.ReasonPresence, ""}
			}
			return now
		}
		until, back := time.Time{}, time.Time{}
		for at := to; at.After(from); at = at.Add(-time.Minute) {
			now, next := says(at, present), at.Add(time.Minute)
			if says(next, present) != now {
				until = next
			}
			if says(next, bridge.Presence{}).open && !says(at, bridge.Presence{}).open {
				back = next
			}
			o := g.Openness(at, present)
			if got := (answer{o.Open, o.Why, o.Name}); got != now {
				t.Fatalf("seed %d, at %v: %+v, want %+v", seed, at, got, now)
			}
			if !until.IsZero() && !o.Until.Equal(until) {
				t.Fatalf("seed %d, at %v: %+v until %v, want %v", seed, at, now, o.Until, until)
			}
			endless := g.Switch != nil && g.Switch.Until.IsZero()
			wantBack := back
			if now.open || now.why == bridge.ReasonPresence || endless {
				wantBack = time.Time{}
			}
			if !back.IsZero() && !o.Back.Equal(wantBack) {
				t.Fatalf("seed %d, at %v: %+v back %v, want %v", seed, at, now, o.Back, wantBack)
			}
		}
	}
}
