package slackapp

import (
	"context"

	"github.com/chatgroups/chatgroups/bridge"
)

// managersForm is the form by which admins name managers.
const managersForm = "managers"

func init() { forms[managersForm] = form{least: admin, submit: (*App).nameManagers} }

// managers names the managers in one line, or opens the form.
func (a *App) managers(ctx context.Context, req request, words []string) (reply, error) {
	if len(words) == 0 {
		return a.managersView(req)
	}
	var named []bridge.AgentID
	for _, word := range words {
		ref := parseReference(word)
		if ref.kind != personRef {
			return reply{}, bridge.Errorf(bridge.CodeInvalid, "name people as managers, chosen from Slack's list while typing, like `/chatgroups managers @ann @bob`")
		}
		named = append(named, bridge.AgentID(ref.id))
	}
	return a.setManagers(ctx, req, named)
}

func (a *App) managersView(req request) (reply, error) {
	ws, err := a.bridge.Load().Workspace(a.self().Workspace)
	if err != nil {
		return reply{}, err
	}
	var now []string
	for _, m := range ws.Managers {
		now = append(now, string(m))
	}
	state := stateOf(req)
	state.Revision = ws.Revision
	v := newFormView(req.in, managersForm, state, req.in.Say("Managers"), req.in.Say("Save"))
	v.say(req.in.Say("Managers administer the groups and sites as workspace admins do; only admins name managers."))
	v.field("people", req.in.Say("Managers"), "", true, persons(now))
	return reply{view: v.done()}, nil
}

func (a *App) nameManagers(ctx context.Context, req request, f filled) (formResult, error) {
	ws, err := a.bridge.Load().Workspace(a.self().Workspace)
	if err == nil && ws.Revision != f.Revision {
		err = bridge.Errorf(bridge.CodeConflict, "somebody else changed the managers meanwhile: close this form and open it again to see them")
	}
	if err != nil {
		return formResult{}, err
	}
	r, err := a.setManagers(ctx, req, f.people("people"))
	return formResult{reply: r}, inField("people", err)
}

// setManagers replaces the managers. Whoever could do nothing as one is refused.
func (a *App) setManagers(ctx context.Context, req request, named []bridge.AgentID) (reply, error) {
	b, w := a.bridge.Load(), a.self().Workspace
	var mentions []string
	for _, m := range named {
		who, err := a.people.person(ctx, string(m), personAge, w)
		if err != nil {
			return reply{}, bridge.Errorf(bridge.CodeUnavailable, "Slack does not tell who everybody is just now, so nothing was changed: try again in a moment")
		}
		if !who.belongs() {
			return reply{}, bridge.Errorf(bridge.CodeInvalid, "%s cannot be a manager: only full members of this workspace can, no guests, bots or people from outside", plainName(who.name))
		}
		mentions = append(mentions, "<@"+string(m)+">")
	}
	if err := b.SetManagers(ctx, w, named, req.by()); err != nil {
		return reply{}, err
	}
	if len(named) == 0 {
		return req.say("Only workspace admins administer groups now."), nil
	}
	return req.say("Besides workspace admins, groups are administered by %s.", req.in.List(mentions)), nil
}
