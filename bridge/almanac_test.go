package bridge_test

import (
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// answer is the part of an Openness that holds for one moment.
type answer struct {
	open bool
	why  bridge.Reason
	name string
}

// almanac knows slowly and obviously what Hours mean: it has every day of some years
// written out, and is asked minute by minute what a clock on the wall shows.
type almanac struct {
	zone *time.Location
	days map[bridge.Date]almanacDay

	date    bridge.Date // of today and yesterday
	today   almanacDay
	evening almanacDay // the day before
}

type almanacDay struct {
	times bridge.Ranges
	why   bridge.Reason
	name  string
}

func newAlmanac(t T, h bridge.Hours, from, to time.Time) *almanac {
	zone, err := time.LoadLocation(h.Zone)
	if err != nil {
		t.Fatalf("%v", err)
	}
	a := &almanac{zone: zone, days: map[bridge.Date]almanacDay{}}
	first, last := from.AddDate(0, 0, -3), to.AddDate(0, 0, 3)
	for day := first; day.Before(last); day = day.AddDate(0, 0, 1) {
		a.days[bridge.DateOf(day)] = almanacDay{h.Week[day.Weekday()], bridge.ReasonHours, ""}
	}
	for i := len(h.Holidays) - 1; i >= 0; i-- { // so that the first one stays
		holiday := h.Holidays[i]
		if holiday.From.Year != 0 {
			a.close(holiday, holiday.From.Year)
			continue
		}
		for year := first.Year() - 1; year <= last.Year(); year++ {
			a.close(holiday, year)
		}
	}
	for _, e := range h.Exceptions {
		a.days[e.On] = almanacDay{e.Times, bridge.ReasonException, e.Name}
	}
	return a
}

// close writes a holiday out, day by day, from its first one in a year.
func (a *almanac) close(h bridge.Holiday, year int) {
	last := h.To
	if last == (bridge.Date{}) {
		last = h.From
	}
	day := time.Date(year, h.From.Month, h.From.Day, 0, 0, 0, 0, time.UTC)
	if day.Day() != h.From.Day {
		return // there is no such day this year
	}
	for {
		a.days[bridge.DateOf(day)] = almanacDay{nil, bridge.ReasonHoliday, h.Name}
		if day.Month() == last.Month && day.Day() == last.Day {
			return
		}
		day = day.AddDate(0, 0, 1)
	}
}

func (a *almanac) at(t time.Time) answer {
	local := t.In(a.zone)
	if date := bridge.DateOf(local); date != a.date {
		a.date, a.today = date, a.days[date]
		a.evening = a.days[bridge.DateOf(time.Date(date.Year, date.Month, date.Day-1, 12, 0, 0, 0, time.UTC))]
	}
	hour, minute, _ := local.Clock()
	minute += hour * 60
	for _, r := range a.today.times {
		if r.From <= minute && minute < r.To {
			return answer{true, a.today.why, a.today.name}
		}
	}
	for _, r := range a.evening.times {
		if minute+24*60 < r.To {
			return answer{true, a.evening.why, a.evening.name}
		}
	}
	return answer{false, a.today.why, a.today.name}
}
