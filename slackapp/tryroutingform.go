package slackapp

import (
	"context"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// tryForm asks for a trial, and shows what comes of it above its fields.
const tryForm = "try"

func init() {
	forms[tryForm] = form{least: groupManager, submit: (*App).tryFilled, options: (*App).tryOptions}
}

func (a *App) tryView(req request) (reply, error) {
	b, w := a.bridge.Load(), a.self().Workspace
	sites, groups := b.Sites(w), b.Groups(w)
	if len(sites) == 0 {
		return reply{}, bridge.Errorf(bridge.CodeNotFound, "there is no site yet: `/chatgroups site` makes one")
	}
	t := trial{site: sites[0], group: groups[0], zone: req.who.zone()}
	return reply{view: a.trialView(req.in, stateOf(req), t, req.in.Say("now"), "")}, nil
}

// trialView is the form with a trial in it, and what came of it, "" for not tried yet.
func (a *App) trialView(in locale.Locale, state formState, t trial, at, said string) *slack.ModalViewRequest {
	v := newFormView(in, tryForm, state, in.Say("Try a routing"), in.Say("Try it"))
	if said == "" {
		v.say(in.Say("What would a visitor see at some moment, and who would be told? Nothing is posted."))
	} else {
		for _, part := range sections(said) {
			v.say(part)
		}
		v.add(slack.NewDividerBlock())
	}
	v.field("at", in.Say("When"), in.Say("By your own clock, like now, Sunday 03:00 or 2026-12-24 14:00."), false, typed(at, 60, false))
	v.field("group", in.Say("Group that the visitor picks"), "", false, groupSearch(t.group))
	v.field("preset", in.Say("Page"), "", true, checks(
		func(string) bool { return t.preset }, choice("preset", in.Say("The page has chosen the group")),
	))
	var sites []*slack.OptionBlockObject
	for _, s := range a.bridge.Load().Sites(a.self().Workspace) {
		sites = append(sites, choice(string(s.ID), calledSite(s)))
	}
	v.field("site", in.Say("Site"), "", false, pick(string(t.site.ID), sites...))
	v.field("zone", in.Say("Time zone of the visitor"), in.Say("Type a city or region, like Paris or New York."), false, zoneMenu(t.zone.String()))
	v.field("language", in.Say("Language of the visitor"), in.Say("A tag like en, fr or pt-BR. Leave it empty for the site's own."), true, typed(t.language, 35, false))
	return v.done()
}

// groupSearch lets one group be searched for, as there may be more than a menu holds.
func groupSearch(g bridge.Group) *slack.SelectBlockElement {
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, nil, "group")
	least := 0
	e.MinQueryLength, e.InitialOption = &least, choice(string(g.ID), g.Name)
	return e
}

func (a *App) tryOptions(_ context.Context, _ request, _ filled, q ask) ([]*slack.OptionBlockObject, error) {
	if q.action == "zone" {
		return zonesLike(q.typed), nil
	}
	var found []*slack.OptionBlockObject
	for _, g := range a.bridge.Load().Groups(a.self().Workspace) {
		if strings.Contains(strings.ToLower(g.Name), strings.ToLower(strings.TrimSpace(q.typed))) {
			found = append(found, choice(string(g.ID), g.Name))
		}
	}
	return found, nil
}

func (a *App) tryFilled(ctx context.Context, req request, f filled) (formResult, error) {
	b := a.bridge.Load()
	t := trial{language: f.text("language"), preset: f.checked("preset", "preset")}
	var err error
	if t.group, err = b.Group(a.self().Workspace, bridge.GroupID(f.choice("group"))); err != nil {
		return formResult{}, inField("group", err)
	}
	t.site, err = b.Site(bridge.SiteID(f.choice("site")))
	if err == nil && t.site.Workspace != a.self().Workspace {
		err = bridge.Errorf(bridge.CodeNotFound, "there is no such site any more: choose another one")
	}
	if err != nil {
		return formResult{}, inField("site", err)
	}
	if t.zone, err = bridge.ParseZone(f.choice("zone")); err != nil {
		return formResult{}, inField("zone", err)
	}
	if err := bridge.CheckLanguage(t.language); err != nil {
		return formResult{}, inField("language", err)
	}
	now := a.cfg.Clock.Now().In(req.who.zone())
	if t.at, err = parseMoment(f.text("at"), now); err != nil {
		return formResult{}, inField("at", err)
	}
	t.live = t.at.Equal(now)
	return formResult{view: a.trialView(req.in, f.formState, t, f.text("at"), a.report(ctx, req, t))}, nil
}
