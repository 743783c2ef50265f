package slackapp

import (
	"context"
	"slices"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// edit opens the form of a group.
func (a *App) edit(ctx context.Context, req request, words []string) (reply, error) {
	if len(words) == 0 {
		return reply{}, bridge.Errorf(bridge.CodeInvalid, "say which group, like `/chatgroups edit tech`")
	}
	g, err := a.ownGroup(req, words)
	if err != nil {
		return reply{}, err
	}
	return reply{view: a.editView(ctx, req, stateOf(req), g, "", nil)}, nil
}

// ownGroup finds the group that words name, which the person may change.
func (a *App) ownGroup(req request, words []string) (bridge.Group, error) {
	g, err := a.bridge.Load().FindGroup(a.self().Workspace, strings.Join(words, " "))
	if err == nil {
		err = req.mayManage(g)
	}
	return g, err
}

// submitGroup makes or changes a group as its form says.
func (a *App) submitGroup(ctx context.Context, req request, f filled) (formResult, error) {
	if f.Group == "" {
		if err := req.require(manager); err != nil {
			return formResult{}, err
		}
		r, err := a.makeGroup(ctx, req, fieldsIn(f, bridge.Group{}))
		return formResult{reply: r}, err
	}
	for {
		result, err := a.changeGroup(ctx, req, f)
		// Somebody saved it between reading and writing: read again, that says who.
		if bridge.CodeOf(err) == bridge.CodeConflict && a.revisionOf(f.Group) != f.Revision {
			f.Revision = a.revisionOf(f.Group)
			continue
		}
		return result, err
	}
}

func (a *App) revisionOf(id bridge.GroupID) uint64 {
	g, _ := a.bridge.Load().Group(a.self().Workspace, id) // gone: 0
	return g.Revision
}

// changeGroup saves the parts of a form that its person changed, upon the group as it is
// now. Where somebody else changed a part that the form shows, nothing is saved: the form
// says so, with what was filled in and else what is so now, and sent again is saved.
func (a *App) changeGroup(ctx context.Context, req request, f filled) (formResult, error) {
	g, err := a.groupToChange(req, f)
	if err != nil {
		return formResult{}, err
	}
	now, mine := fieldsOf(g, nil), fieldsIn(f, g)
	changed := func(p part) bool { return mine.print(p) != f.More[string(p)] }
	var foreign []part
	for _, p := range groupParts {
		if now.print(p) != f.More[string(p)] && now.print(p) != mine.print(p) {
			foreign = append(foreign, p)
		}
	}
	add, remove := memberDelta(f, mine)
	if len(foreign) > 0 {
		said := a.saidOfOthers(ctx, req, g, foreign)
		return formResult{view: a.editView(ctx, req, f.formState, g, said, func(shown *groupFields) {
			for _, p := range groupParts {
				if changed(p) {
					shown.take(p, mine)
				}
			}
			shown.members = changedMembers(shown.members, add, remove)
		})}, nil
	}
	if !changed(partName) {
		mine.name = g.Name
	}
	if !changed(partAbout) {
		mine.about = g.About
	}
	if g, err = a.settle(ctx, req, g, mine, changed); err != nil {
		return formResult{}, err
	}
	if !changed(partTold) && len(add)+len(remove) > 0 {
		if err := a.changeLinked(ctx, g, add, remove); err != nil {
			return formResult{}, err
		}
	}
	if g, err = a.bridge.Load().UpdateGroup(ctx, g, req.by()); err != nil {
		return formResult{}, atFields(err)
	}
	return formResult{reply: req.say("*%s* is saved. %s", mrkdwn.Escape(g.Name), groupState(req.in, g))}, nil
}

// memberDelta is whom a form puts into the group's user group and takes out of it.
func memberDelta(f filled, mine groupFields) (add, remove []bridge.AgentID) {
	if _, shown := f.fields[fieldMembers]; !shown {
		return nil, nil
	}
	var were []string
	if f.More["members"] != "" {
		were = strings.Split(f.More["members"], ",")
	}
	for _, id := range mine.members {
		if !slices.Contains(were, id) {
			add = append(add, bridge.AgentID(id))
		}
	}
	for _, id := range were {
		if !slices.Contains(mine.members, id) {
			remove = append(remove, bridge.AgentID(id))
		}
	}
	return add, remove
}

// changeLinked changes who is in the group's user group.
func (a *App) changeLinked(ctx context.Context, g bridge.Group, add, remove []bridge.AgentID) error {
	if err := a.checkTold(ctx, add); err != nil {
		return inField(fieldMembers, err)
	}
	_, err := a.changeMembers(ctx, g.UserGroup, add, remove)
	return atMembers(err)
}

// saidOfOthers says who changed which parts of a group lately.
func (a *App) saidOfOthers(ctx context.Context, req request, g bridge.Group, parts []part) string {
	var what, who []string
	for _, p := range parts {
		what = append(what, req.in.Say(string(p)))
	}
	changes, _, err := a.bridge.Load().Changes(ctx, a.self().Workspace, "", 50)
	for _, c := range changes {
		if err != nil || c.What != bridge.GroupSubject || c.About != string(g.ID) {
			continue
		}
		concerns := slices.ContainsFunc(c.Fields, func(f bridge.FieldChange) bool { return slices.Contains(parts, partOf[f.Field]) })
		if name := "<@" + string(c.By) + ">"; concerns && c.By != "" && !slices.Contains(who, name) {
			who = append(who, name)
		}
	}
	if len(who) == 0 {
		return req.in.Say("Somebody changed this meanwhile: %s. What you filled in is kept, everything else is as it is now: save again to keep it so.", req.in.List(what))
	}
	return req.in.Say("%s changed this meanwhile: %s. What you filled in is kept, everything else is as it is now: save again to keep it so.", who[0], req.in.List(what))
}
