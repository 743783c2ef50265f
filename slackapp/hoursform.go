package slackapp

import (
	"context"
	"strconv"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// hoursForm sets when a group is open: by the week, and by who must be there.
const hoursForm = "hours"

func init() {
	forms[hoursForm] = form{
		least: groupManager, submit: (*App).saveHours, press: (*App).pressedHours,
		options: func(_ *App, _ context.Context, _ request, _ filled, q ask) ([]*slack.OptionBlockObject, error) {
			return zonesLike(q.typed), nil
		},
	}
}

// The values of the form's choices.
const (
	openAlways  = "always"
	openByHours = "hours"

	presenceOff     = "off"
	presenceAny     = "any"
	presenceSeveral = "several"
)

// hoursAsShown is what the form changes, as text, to notice that it was changed by
// somebody else meanwhile. Holidays and switches are not of this form.
func hoursAsShown(g bridge.Group) string {
	week, zone := "", ""
	if g.Hours != nil && !alwaysOpen(g.Hours.Week) {
		week, zone = g.Hours.Week.String(), g.Hours.Zone
	}
	return cutText(week+"\n"+zone+"\n"+strconv.Itoa(g.LeastPresent), 2000)
}

// hoursView shows the hours of a group, saved or not, and what they mean now. state has
// what was shown first where the form is shown again.
func hoursView(req request, state formState, g bridge.Group, meaning string) *slack.ModalViewRequest {
	in := req.in
	if state.Group == "" {
		state.Group, state.More = g.ID, map[string]string{"was": hoursAsShown(g)}
	}
	v := newFormView(in, hoursForm, state, in.Say("Opening hours"), in.Say("Save"))
	v.say(in.Say("*%s*: %s", mrkdwn.Escape(g.Name), meaning))
	chosen, week := openAlways, ""
	if g.Hours != nil && !alwaysOpen(g.Hours.Week) {
		chosen, week = openByHours, weekText(in, g.Hours.Week)
	}
	v.field("when", in.Say("When is it open?"), "", false, radio(chosen,
		choice(openAlways, in.Say("At all hours")), choice(openByHours, in.Say("By the weekly hours below")),
	))
	v.field("week", in.Say("Weekly hours"), in.Say("Like Mon-Fri 9:00-12:30, 13:30-18:00; Sat 10:00-12:00. Days that are not named are closed."), true, typed(week, 2000, true))
	v.field("zone", in.Say("Time zone"), in.Say("Type a city or region, like Paris or New York."), false, zoneMenu(zoneOf(g, req.who)))
	presence, least := presenceOff, ""
	switch {
	case g.LeastPresent == 1:
		presence = presenceAny
	case g.LeastPresent > 1:
		presence, least = presenceSeveral, strconv.Itoa(g.LeastPresent)
	}
	v.field("presence", in.Say("Must somebody be there?"), in.Say("There is who is active in Slack and does not pause notifications."), false, radio(presence,
		choice(presenceOff, in.Say("No, the hours alone decide")),
		choice(presenceAny, in.Say("Yes, at least one of its people")),
		choice(presenceSeveral, in.Say("Yes, at least as many as below")),
	))
	number := slack.NewNumberInputBlockElement(nil, "typed", false)
	number.InitialValue, number.MinValue, number.MaxValue = least, "1", strconv.Itoa(bridge.MaxLeastPresent)
	v.field("least", in.Say("How many must be there"), "", true, number)
	v.add(slack.NewActionBlock("look",
		button("meaning", "meaning", in.Say("What does that mean now?"), ""),
		button("holidays", "holidays", in.Say("Holidays…"), ""),
	))
	return v.done()
}

// filledHours puts what was filled in into a group.
func filledHours(f filled, g *bridge.Group) error {
	week := wholeWeek
	if f.choice("when") != openAlways {
		text := f.text("week")
		if text == "" {
			return inField("week", bridge.Errorf(bridge.CodeInvalid, "write the days and their times, like Mon-Fri 9:00-17:00, or choose that it is open at all hours"))
		}
		var err error
		if week, err = bridge.ParseWeek(text); err != nil {
			return inField("week", err)
		}
	}
	zone := f.choice("zone")
	if _, err := bridge.ParseZone(zone); err != nil {
		return inField("zone", err)
	}
	setWeek(g, zone, week)
	switch f.choice("presence") {
	case presenceAny:
		g.LeastPresent = 1
	case presenceSeveral:
		n, err := strconv.Atoi(f.text("least"))
		if err != nil || n < 1 || n > bridge.MaxLeastPresent {
			return inField("least", bridge.Errorf(bridge.CodeInvalid, "write how many of its people must be there, from 1 to %d", bridge.MaxLeastPresent))
		}
		g.LeastPresent = n
	default:
		g.LeastPresent = 0
	}
	return nil
}

func (a *App) saveHours(ctx context.Context, req request, f filled) (formResult, error) {
	g, err := a.amendGroup(ctx, req, f.Group, func(g *bridge.Group) error {
		if hoursAsShown(*g) != f.More["was"] {
			return bridge.Errorf(bridge.CodeConflict, "somebody else changed the hours of %s meanwhile: close this form and open it again to see them", g.Name)
		}
		return filledHours(f, g)
	})
	if err != nil {
		return formResult{}, err
	}
	return formResult{reply: saidHours(req, g)}, nil
}

func (a *App) pressedHours(_ context.Context, req request, f filled, p press) (formResult, error) {
	b := a.bridge.Load()
	g, err := b.Group(a.self().Workspace, f.Group)
	if err == nil {
		err = req.mayManage(g)
	}
	if err != nil {
		return formResult{}, err
	}
	switch p.action {
	case "holidays":
		return formResult{push: a.holidaysView(req, g, 0)}, nil
	case "meaning":
		if err := filledHours(f, &g); err != nil {
			return formResult{}, err
		}
		return formResult{view: hoursView(req, f.formState, g, opennessOf(req.in, g, b.Openness(g), moment))}, nil
	}
	return formResult{stay: true}, nil
}
