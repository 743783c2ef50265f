package slackapp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// orderForm moves one group at a time in the order in which visitors find them.
const orderForm = "group_order"

const (
	fieldMoved  = "moved"
	fieldBefore = "before"
	atTheEnd    = "\x00end" // no group has such an id
)

func init() {
	forms[orderForm] = form{least: manager, submit: (*App).submitOrder, options: (*App).orderOptions}
}

// order puts the groups that are named in front, as they are named; the others follow as
// they stand. Without names it opens a form.
func (a *App) order(ctx context.Context, req request, words []string) (reply, error) {
	if len(words) == 0 {
		return reply{view: a.orderView(req, stateOf(req))}, nil
	}
	b, w := a.bridge.Load(), a.self().Workspace
	var named []bridge.Group
	for _, word := range words {
		g, err := b.FindGroup(w, word)
		if err != nil {
			return reply{}, err
		}
		if slices.ContainsFunc(named, func(n bridge.Group) bool { return n.ID == g.ID }) {
			return reply{}, bridge.Errorf(bridge.CodeInvalid, "%s stands there twice: name each group once", g.Name)
		}
		named = append(named, g)
	}
	for _, g := range b.Groups(w) {
		if !slices.ContainsFunc(named, func(n bridge.Group) bool { return n.ID == g.ID }) {
			named = append(named, g)
		}
	}
	if err := a.place(ctx, req, named); err != nil {
		return reply{}, err
	}
	return req.say("Visitors find the groups in this order now:\n%s", orderText(b.Groups(w))), nil
}

// placeStep is what lies between the places of two groups, so that one put between them
// moves no other.
const placeStep = 10

// place saves the places that put groups in this order, changing as few as it can.
// Interrupted, it has saved some of them, and goes on when it is asked for the same again.
func (a *App) place(ctx context.Context, req request, groups []bridge.Group) error {
	places := placesFor(groups)
	for i, g := range groups {
		if g.Place == places[i] {
			continue
		}
		g.Place = places[i]
		if _, err := a.bridge.Load().UpdateGroup(ctx, g, req.by()); err != nil {
			return err
		}
	}
	return nil
}

// placesFor are ascending places for groups, their own where these ascend already.
func placesFor(groups []bridge.Group) []int {
	var places []int
	last := 0
	for i, g := range groups {
		next := g.Place
		if next <= last {
			next = last + placeStep
			// Between two that keep theirs, where there is room.
			if i+1 < len(groups) && groups[i+1].Place > last+1 {
				next = min(next, (last+groups[i+1].Place)/2)
			}
		}
		places, last = append(places, next), next
	}
	if last <= bridge.MaxGroupPlace {
		return places
	}
	for i := range places {
		places[i] = (i + 1) * min(placeStep, max(1, bridge.MaxGroupPlace/len(groups)))
	}
	return places
}

func orderText(groups []bridge.Group) string {
	var b strings.Builder
	for i, g := range groups {
		fmt.Fprintf(&b, "%d. %s (`%s`)\n", i+1, mrkdwn.Escape(g.Name), mrkdwn.Escape(g.Slug()))
	}
	return b.String()
}

func (a *App) orderView(req request, s formState) *slack.ModalViewRequest {
	s.More = nil
	v := newFormView(req.in, orderForm, s, req.in.Say("Order of groups"), req.in.Say("Move"))
	for _, part := range sections(orderText(a.bridge.Load().Groups(a.self().Workspace))) {
		v.say(part)
	}
	menu := func(action string) *slack.SelectBlockElement {
		e := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plain(req.in.Say("Type a name"), 150), action)
		e.MinQueryLength = new(0)
		return e
	}
	v.field(fieldMoved, req.in.Say("Move this group"), "", false, menu(fieldMoved))
	v.field(fieldBefore, req.in.Say("to the place before"), "", false, menu(fieldBefore))
	return v.done()
}

// orderOptions are the groups whose name holds what was typed.
func (a *App) orderOptions(_ context.Context, req request, _ filled, typed ask) ([]*slack.OptionBlockObject, error) {
	var options []*slack.OptionBlockObject
	if typed.action == fieldBefore {
		options = append(options, choice(atTheEnd, req.in.Say("– at the end –")))
	}
	for _, g := range a.bridge.Load().Groups(a.self().Workspace) {
		if strings.Contains(strings.ToLower(g.Name), strings.ToLower(typed.typed)) {
			options = append(options, choice(string(g.ID), g.Name))
		}
	}
	return options, nil
}

func (a *App) submitOrder(ctx context.Context, req request, f filled) (formResult, error) {
	b, w := a.bridge.Load(), a.self().Workspace
	moved, err := b.Group(w, bridge.GroupID(f.choice(fieldMoved)))
	if err != nil {
		return formResult{}, inField(fieldMoved, err)
	}
	before := bridge.GroupID(f.choice(fieldBefore))
	if before == moved.ID {
		return formResult{}, inField(fieldBefore, bridge.Errorf(bridge.CodeInvalid, "choose another group than the one that is moved"))
	}
	groups := slices.DeleteFunc(b.Groups(w), func(g bridge.Group) bool { return g.ID == moved.ID })
	at := slices.IndexFunc(groups, func(g bridge.Group) bool { return g.ID == before })
	switch {
	case before == atTheEnd:
		at = len(groups)
	case at < 0:
		return formResult{}, inField(fieldBefore, bridge.Errorf(bridge.CodeNotFound, "this group was deleted meanwhile: choose another one"))
	}
	if err := a.place(ctx, req, slices.Insert(groups, at, moved)); err != nil {
		return formResult{}, inField(fieldMoved, err)
	}
	return formResult{view: a.orderView(req, f.formState)}, nil
}
