package slackapp

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// The days of a group on which its week does not hold: holidays, on which it is closed,
// and exceptions, which have times of their own. Both are one list for people.

// holidaysForm lists the days of a group; others open over it and change them.
const holidaysForm = "holidays"

func init() { forms[holidaysForm] = form{least: groupManager, press: (*App).pressedHolidays} }

// maxDaysShown is how many days one page of the list has; Slack takes 100 blocks.
const maxDaysShown = 40

func (a *App) holidays(_ context.Context, req request, words []string) (reply, error) {
	if len(words) == 0 {
		return reply{}, bridge.Errorf(bridge.CodeInvalid, "say which group, like `/chatgroups holidays tech`")
	}
	g, err := a.bridge.Load().FindGroup(a.self().Workspace, strings.Join(words, " "))
	if err == nil {
		err = req.mayManage(g)
	}
	if err != nil {
		return reply{}, err
	}
	return reply{view: a.holidaysView(req, g, 0)}, nil
}

// A specialDay is a holiday or an exception.
type specialDay struct {
	first, last bridge.Date
	text        string // as bridge writes it, which is how a button names it
	times       bridge.Ranges
	name        string
	exception   bool
}

// specialDays are a group's holidays and exceptions in order of their dates, those of
// every year first.
func specialDays(h *bridge.Hours) []specialDay {
	if h == nil {
		return nil
	}
	var days []specialDay
	for _, d := range h.Holidays {
		last := d.To
		if last == (bridge.Date{}) {
			last = d.From
		}
		days = append(days, specialDay{d.From, last, d.String(), nil, d.Name, false})
	}
	for _, e := range h.Exceptions {
		days = append(days, specialDay{e.On, e.On, e.String(), e.Times, e.Name, true})
	}
	slices.SortStableFunc(days, func(x, y specialDay) int { return x.first.Compare(y.first) })
	return days
}

// over reports whether the day is past.
func (d specialDay) over(today bridge.Date) bool {
	return !d.last.EveryYear() && d.last.Compare(today) < 0
}

// line shows the day in one line.
func (d specialDay) line(req request, today bridge.Date) string {
	in, name := req.in, mrkdwn.Escape(d.name)
	dates := d.first.String()
	if d.last != d.first {
		dates += " – " + d.last.String()
	}
	switch {
	case d.over(today):
		return in.Say("%s  %s (past)", dates, name)
	case d.first.EveryYear():
		return in.Say("*%s*  %s (every year)", dates, name)
	case d.exception && len(d.times) > 0:
		return in.Say("*%s*  %s, open %s", dates, name, d.times.String())
	}
	return strings.TrimSpace(fmt.Sprintf("*%s*  %s", dates, name))
}

// today is the day that a group's own clock shows.
func (a *App) today(g bridge.Group, who person) bridge.Date {
	now := a.cfg.Clock.Now()
	if zone, err := bridge.ParseZone(zoneOf(g, who)); err == nil {
		return bridge.DateOf(now.In(zone))
	}
	return bridge.DateOf(now.UTC())
}

// holidaysView shows the page of a group's days on which the one at place stands, or the
// last one.
func (a *App) holidaysView(req request, g bridge.Group, place int) *slack.ModalViewRequest {
	in, days, today := req.in, specialDays(g.Hours), a.today(g, req.who)
	from := max(0, min(place, len(days)-1)) / maxDaysShown * maxDaysShown
	state := stateOf(req)
	state.Group = g.ID
	state.More = map[string]string{"from": strconv.Itoa(from)}
	v := newFormView(in, holidaysForm, state, in.Say("Holidays"), "")
	v.say(in.Say("*%s* is closed on these days, or has the times that stand there. What is said here goes before its weekly hours.", mrkdwn.Escape(g.Name)))
	v.add(slack.NewActionBlock("change",
		button("add", "add", in.Say("Add a day…"), slack.StylePrimary),
		button("import", "import", in.Say("Import a calendar…"), ""),
	))
	if len(days) == 0 {
		v.say(in.Say("There are none yet."))
	}
	for i, d := range days[from:min(from+maxDaysShown, len(days))] {
		line := slack.NewSectionBlock(verbatim(d.line(req, today)), nil, nil)
		line.Accessory = slack.NewAccessory(button("remove:"+strconv.Itoa(from+i), d.text, in.Say("Remove"), ""))
		v.add(line)
	}
	var more []slack.BlockElement
	if from > 0 {
		more = append(more, button("page:earlier", strconv.Itoa(from-maxDaysShown), in.Say("Earlier days"), ""))
	}
	if from+maxDaysShown < len(days) {
		more = append(more, button("page:later", strconv.Itoa(from+maxDaysShown), in.Say("Later days"), ""))
	}
	if slices.ContainsFunc(days, func(d specialDay) bool { return d.over(today) }) {
		more = append(more, button("clear", "clear", in.Say("Remove what is past"), ""))
	}
	if len(more) > 0 {
		v.add(slack.NewActionBlock("more", more...))
	}
	return v.done()
}

func (a *App) pressedHolidays(ctx context.Context, req request, f filled, p press) (formResult, error) {
	g, err := a.bridge.Load().Group(a.self().Workspace, f.Group)
	if err == nil {
		err = req.mayManage(g)
	}
	if err != nil {
		return formResult{}, err
	}
	from, _ := strconv.Atoi(f.More["from"])
	action, _, _ := strings.Cut(p.action, ":")
	switch action {
	case "add":
		return formResult{push: holidayView(req, g)}, nil
	case "import":
		return formResult{push: importView(req, g)}, nil
	case "page":
		from, _ = strconv.Atoi(p.value)
	case "remove":
		g, err = a.withoutDays(ctx, req, g.ID, func(d specialDay) bool { return d.text == p.value })
	case "clear":
		today := a.today(g, req.who)
		g, err = a.withoutDays(ctx, req, g.ID, func(d specialDay) bool { return d.over(today) })
	default:
		return formResult{stay: true}, nil
	}
	if err != nil {
		return formResult{}, err
	}
	return formResult{view: a.holidaysView(req, g, from)}, nil
}

// withoutDays takes days out of a group's hours. One that is gone already is none.
func (a *App) withoutDays(ctx context.Context, req request, id bridge.GroupID, gone func(specialDay) bool) (bridge.Group, error) {
	return a.amendGroup(ctx, req, id, func(g *bridge.Group) error {
		if g.Hours == nil {
			return nil
		}
		leaves := map[string]bool{}
		for _, d := range specialDays(g.Hours) {
			leaves[d.text] = gone(d)
		}
		g.Hours.Holidays = slices.DeleteFunc(g.Hours.Holidays, func(h bridge.Holiday) bool { return leaves[h.String()] })
		g.Hours.Exceptions = slices.DeleteFunc(g.Hours.Exceptions, func(e bridge.Exception) bool { return leaves[e.String()] })
		setWeek(g, g.Hours.Zone, g.Hours.Week) // without any, a whole week is no hours at all
		return nil
	})
}

// hoursToChange are a group's hours, those of the whole week where it had none.
func hoursToChange(g *bridge.Group, who person) *bridge.Hours {
	if g.Hours == nil {
		g.Hours = &bridge.Hours{Zone: zoneOf(*g, who), Week: wholeWeek}
	}
	return g.Hours
}
