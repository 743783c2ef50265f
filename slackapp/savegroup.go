package slackapp

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/chatgroups/chatgroups/bridge"
)

// What a form asks for is done in this order: the channel, the user group, who is in
// them, and the record last. Each step takes up what an earlier attempt left, so wherever
// the program dies, the same form or command sent again goes on from there.

// settle does in Slack what the changed parts of a form ask for, and returns the group as
// it is to be saved. Errors are at the field to blame.
func (a *App) settle(ctx context.Context, req request, g bridge.Group, is groupFields, changed func(part) bool) (bridge.Group, error) {
	if err := a.checkWords(g, is); err != nil {
		return g, err
	}
	g.Name, g.About = is.name, is.about
	if changed(partManagers) && req.administers() {
		if err := a.checkManagers(ctx, is.managers); err != nil {
			return g, inField(fieldManagers, err)
		}
		g.Managers = agentsOf(is.managers)
	}
	if changed(partHidden) {
		g.Hidden = is.hidden
	}
	if changed(partFields) {
		g.Fields = is.letThrough()
	}
	if changed(partTold) {
		if err := a.checkWho(ctx, is); err != nil {
			return g, err
		}
	}
	if changed(partChannel) {
		id, err := a.settleChannel(ctx, is)
		if err != nil {
			return g, err
		}
		g.Channel = id
	}
	if changed(partTold) {
		if err := a.settleTold(ctx, &g, is); err != nil {
			return g, err
		}
	}
	if changed(partChannel) && is.where == created {
		a.bringIn(ctx, g.Channel, a.firstIn(ctx, req, g))
	}
	return g, nil
}

// checkWords refuses a name that cannot be before anything is made in Slack; the bridge
// checks it once more.
func (a *App) checkWords(g bridge.Group, is groupFields) error {
	slug := bridge.Slug(is.name)
	switch {
	case slug == "":
		return inField(fieldName, bridge.Errorf(bridge.CodeInvalid, "a group needs a name with a letter or digit in it"))
	case utf8.RuneCountInString(is.name) > bridge.MaxGroupName:
		return inField(fieldName, bridge.Errorf(bridge.CodeTooLong, "the name has %d characters: at most %d are possible", utf8.RuneCountInString(is.name), bridge.MaxGroupName))
	}
	for _, other := range a.bridge.Load().Groups(a.self().Workspace) {
		if other.ID != g.ID && other.Slug() == slug {
			return inField(fieldName, bridge.Errorf(bridge.CodeConflict, "there is a group %q already: choose another name, or change that one", other.Name))
		}
	}
	return nil
}

func (a *App) checkManagers(ctx context.Context, ids []string) error {
	for _, id := range ids {
		who, err := a.people.person(ctx, id, personAge, a.self().Workspace)
		if err != nil {
			return bridge.Errorf(bridge.CodeUnavailable, "Slack does not tell who everybody is just now, so nothing was changed: try again in a moment")
		}
		if !who.belongs() {
			return bridge.Errorf(bridge.CodeInvalid, "%s cannot be a manager: only full members of this workspace can, no guests, bots or people from outside", plainName(who.name))
		}
	}
	return nil
}

// checkWho refuses what can be told to be wrong before a channel is made.
func (a *App) checkWho(ctx context.Context, is groupFields) error {
	switch {
	case is.who == linked && is.userGroup == "":
		return inField(fieldUserGroup, bridge.Errorf(bridge.CodeInvalid, "choose the user group that is told, or have one created, or name people"))
	case is.who == linked:
		a.rosters.drop() // the form may have stood open for long
		_, err := a.userGroup(ctx, reference{userGroupRef, is.userGroup, ""})
		return inField(fieldUserGroup, err)
	case len(is.people) == 0:
		return inField(fieldPeople, bridge.Errorf(bridge.CodeInvalid, "choose at least one person, or nobody would be told"))
	}
	return inField(fieldPeople, a.checkTold(ctx, agentsOf(is.people)))
}

func (a *App) settleChannel(ctx context.Context, is groupFields) (string, error) {
	if is.where == created {
		id, err := a.makeChannel(ctx, cmp.Or(is.channelName, cutName("chat-"+bridge.Slug(is.name), 80)), is.name)
		return id, inField(fieldChannelName, err)
	}
	if is.channel == "" {
		return "", inField(fieldChannel, bridge.Errorf(bridge.CodeInvalid, "choose the channel for the group's threads, or have one created"))
	}
	id, err := a.usableChannel(ctx, reference{channelRef, is.channel, ""})
	return id, inField(fieldChannel, err)
}

func (a *App) settleTold(ctx context.Context, g *bridge.Group, is groupFields) error {
	switch is.who {
	case linked:
		g.UserGroup, g.Members = is.userGroup, nil
	case listed:
		g.UserGroup, g.Members = "", agentsOf(is.people)
	case created:
		id, err := a.makeUserGroup(ctx, userGroupWish{
			name: g.Name, handle: cmp.Or(is.handle, cutName(bridge.Slug(g.Name), maxHandle)), channel: g.Channel,
			people: agentsOf(is.people), of: g.ID,
		})
		if err != nil {
			return err
		}
		g.UserGroup, g.Members = id, nil
	}
	return nil
}

// firstIn are the people who are brought into a channel that was made for a group:
// whoever made it, and who is told, unless that is a whole department.
func (a *App) firstIn(ctx context.Context, req request, g bridge.Group) []string {
	told, err := a.peopleOf(ctx, g)
	if err != nil || len(told) > maxInvited {
		told = nil
	}
	if slices.Contains(told, req.user) {
		return told
	}
	return append([]string{req.user}, told...)
}

// atFields puts what the bridge refuses at the field of the form.
func atFields(err error) error {
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok {
		return err
	}
	field := map[string]string{"Name": fieldName, "About": fieldAbout, "Managers": fieldManagers, "Fields": fieldFields}[e.Field]
	if field == "" {
		return err
	}
	return inField(field, err)
}
