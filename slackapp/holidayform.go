package slackapp

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// holidayForm adds a day, or several in a row, to a group's holidays or exceptions.
const holidayForm = "holiday"

func init() { forms[holidayForm] = form{least: groupManager, submit: (*App).addHoliday} }

func holidayView(req request, g bridge.Group) *slack.ModalViewRequest {
	in, state := req.in, stateOf(req)
	state.Group = g.ID
	v := newFormView(in, holidayForm, state, in.Say("Add a day"), in.Say("Add"))
	v.field("from", in.Say("Day"), "", false, slack.NewDatePickerBlockElement("pick"))
	v.field("to", in.Say("Last day"), in.Say("Leave it empty for one day."), true, slack.NewDatePickerBlockElement("pick"))
	v.field("name", in.Say("Name"), in.Say("For colleagues, like Christmas."), true, typed("", bridge.MaxDayName, false))
	v.field("yearly", in.Say("Repeat"), "", true, checks(func(string) bool { return false }, choice("yearly", in.Say("Every year"))))
	v.field("times", in.Say("Other hours"), in.Say("Like 9:00-12:00, where the group is open for a part of one day. Leave it empty where it is closed."), true, typed("", 200, false))
	return v.done()
}

func (a *App) addHoliday(ctx context.Context, req request, f filled) (formResult, error) {
	day, err := filledDay(f)
	if err != nil {
		return formResult{}, err
	}
	g, err := a.amendGroup(ctx, req, f.Group, func(g *bridge.Group) error {
		h := hoursToChange(g, req.who)
		if day.holiday != nil && !slices.Contains(h.Holidays, *day.holiday) {
			h.Holidays = append(h.Holidays, *day.holiday)
		}
		if e := day.exception; e != nil {
			// What was said of that day before goes.
			h.Exceptions = slices.DeleteFunc(h.Exceptions, func(was bridge.Exception) bool { return was.On == e.On })
			h.Exceptions = append(h.Exceptions, *e)
		}
		return nil
	})
	if bridge.CodeOf(err) == bridge.CodeInvalid { // there are too many, or the calendar has no such day
		err = inField("from", err)
	}
	if err != nil {
		return formResult{}, err
	}
	return formResult{under: a.holidaysView(req, g, day.place(g))}, nil
}

// newDay is what was filled in: one of both.
type newDay struct {
	holiday   *bridge.Holiday
	exception *bridge.Exception
}

// place is where the day stands in the list of a group's days.
func (d newDay) place(g bridge.Group) int {
	return max(0, slices.IndexFunc(specialDays(g.Hours), func(s specialDay) bool {
		return d.holiday != nil && s.text == d.holiday.String() || d.exception != nil && s.text == d.exception.String()
	}))
}

func filledDay(f filled) (newDay, error) {
	from, err := bridge.ParseDate(f.choice("from"))
	if err != nil {
		return newDay{}, inField("from", err)
	}
	to := from
	if last := f.choice("to"); last != "" {
		if to, err = bridge.ParseDate(last); err != nil {
			return newDay{}, inField("to", err)
		}
	}
	yearly := f.checked("yearly", "yearly")
	switch {
	case to.Compare(from) < 0:
		return newDay{}, inField("to", bridge.Errorf(bridge.CodeInvalid, "the last day is before the first: choose %s or a later one", from))
	case to.Year-from.Year > 1 || yearly && to.Compare(bridge.Date{Year: from.Year + 1, Month: from.Month, Day: from.Day}) >= 0:
		return newDay{}, inField("to", bridge.Errorf(bridge.CodeInvalid, "that is longer than a year: close the group by hand instead"))
	}
	if times := f.text("times"); times != "" {
		rs, err := bridge.ParseRanges(times)
		switch {
		case err != nil:
			return newDay{}, inField("times", err)
		case to != from:
			return newDay{}, inField("times", bridge.Errorf(bridge.CodeInvalid, "other hours are for one day: add each day on its own"))
		case yearly:
			return newDay{}, inField("times", bridge.Errorf(bridge.CodeInvalid, "other hours are for one year: leave out that it repeats"))
		}
		return newDay{exception: &bridge.Exception{On: from, Times: rs, Name: f.text("name")}}, nil
	}
	h := &bridge.Holiday{From: from, Name: f.text("name")}
	if to != from {
		h.To = to
	}
	if yearly {
		h.From.Year = 0
		if h.To != (bridge.Date{}) {
			h.To.Year = 0
		}
	}
	return newDay{holiday: h}, nil
}
