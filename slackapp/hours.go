package slackapp

import (
	"context"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// hours sets when a group is open in one line, or opens the form for it.
func (a *App) hours(ctx context.Context, req request, words []string) (reply, error) {
	if len(words) == 0 {
		return reply{}, bridge.Errorf(bridge.CodeInvalid, "say which group, like `/chatgroups hours tech` or `/chatgroups hours tech Mon-Fri 9:00-17:00 Europe/Paris`")
	}
	g, rest, err := a.groupThen(words)
	if err == nil {
		err = req.mayManage(g)
	}
	if err != nil {
		return reply{}, err
	}
	if len(rest) == 0 {
		return reply{view: hoursView(req, stateOf(req), g, groupState(req.in, g))}, nil
	}
	zone := zoneOf(g, req.who)
	if last := rest[len(rest)-1]; strings.Contains(last, "/") && !alwaysWords[last] || strings.EqualFold(last, "UTC") {
		if strings.EqualFold(last, "UTC") {
			last = "UTC"
		}
		if _, err := bridge.ParseZone(last); err != nil {
			return reply{}, err
		}
		zone, rest = last, rest[:len(rest)-1]
	}
	week := wholeWeek
	if text := strings.Join(rest, " "); len(rest) > 0 && !alwaysWords[strings.ToLower(text)] {
		if week, err = bridge.ParseWeek(text); err != nil {
			return reply{}, err
		}
	}
	g, err = a.amendGroup(ctx, req, g.ID, func(g *bridge.Group) error {
		setWeek(g, zone, week)
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	return saidHours(req, g), nil
}

// saidHours tells what a group's hours are now, and what that means at this moment.
func saidHours(req request, g bridge.Group) reply {
	name, state := mrkdwn.Escape(g.Name), groupState(req.in, g)
	if g.Hours == nil {
		return req.say("*%s* has no hours: it is open unless somebody closes it. Now: %s", name, state)
	}
	return req.say("The hours of *%s* are %s (%s). Now: %s", name, mrkdwn.Escape(weekText(req.in, g.Hours.Week)), g.Hours.Zone, state)
}

// alwaysWords are those for a group without hours.
var alwaysWords = map[string]bool{"always": true, "24/7": true, "toujours": true}

// wholeWeek is open all the time.
var wholeWeek = func() (w bridge.Week) {
	for day := range w {
		w[day] = bridge.Ranges{{From: 0, To: 24 * 60}}
	}
	return w
}()

// alwaysOpen reports whether a week is the whole of it, however it is written.
func alwaysOpen(w bridge.Week) bool { return w.String() == wholeWeek.String() }

// setWeek gives a group a week, and takes its hours away where they would say nothing.
func setWeek(g *bridge.Group, zone string, week bridge.Week) {
	if g.Hours == nil {
		g.Hours = &bridge.Hours{}
	}
	g.Hours.Zone, g.Hours.Week = zone, week
	if alwaysOpen(week) && len(g.Hours.Holidays) == 0 && len(g.Hours.Exceptions) == 0 {
		g.Hours = nil
	}
}

// zoneOf is the zone of a group's hours, at first that of whoever sets them.
func zoneOf(g bridge.Group, who person) string {
	if g.Hours != nil {
		return g.Hours.Zone
	}
	return who.zone().String()
}

// weekText writes a week as people may write it themselves.
func weekText(in locale.Locale, w bridge.Week) string {
	return w.Format([7]string{
		in.Say("Sun"), in.Say("Mon"), in.Say("Tue"), in.Say("Wed"), in.Say("Thu"), in.Say("Fri"), in.Say("Sat"),
	}, in.Say("closed"))
}
