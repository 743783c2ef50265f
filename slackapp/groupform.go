package slackapp

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// groupForm is the form by which a group is made and changed.
const groupForm = "group"

// Buttons in it.
const (
	pressLanguages = "languages"
	pressDelete    = "delete_group"
)

func init() {
	forms[groupForm] = form{least: groupManager, submit: (*App).submitGroup, press: (*App).pressGroup, options: (*App).groupOptions}
}

// groupView shows the form of a group; the zero Group is one to be made. shown is what
// stands in the fields, said something on top, as mrkdwn. s is the state of the form
// that it takes the place of, or of the request.
func (a *App) groupView(ctx context.Context, req request, s formState, g bridge.Group, shown groupFields, said string) *slack.ModalViewRequest {
	s.Group, s.Revision, s.More = g.ID, g.Revision, maps.Clone(s.More)
	if s.More == nil {
		s.More = map[string]string{}
	}
	maps.DeleteFunc(s.More, func(k, _ string) bool { return strings.HasPrefix(k, "k.") })
	shown.keep(s.More)

	title, submit := req.in.Say("New group"), req.in.Say("Create")
	if g.ID != "" {
		title, submit = req.in.Say("Edit group"), req.in.Say("Save")
	}
	v := &groupFormView{newFormView(req.in, groupForm, s, title, submit), shown, s.More["v"]}
	if said != "" {
		warning := slack.NewSectionBlock(verbatim(cutText(":warning: "+said, maxSectionRunes)), nil, nil)
		warning.BlockID = troubleBlock
		v.add(warning)
	}
	v.words()
	v.where()
	_, err := a.rosters.all(ctx)
	v.told(ctx, a, g, err)
	if req.administers() {
		v.input(fieldManagers, req.in.Say("Managers of this group"), req.in.Say("They may change this group, its times and its people."), true, persons(shown.managers))
	}
	v.visibility()
	if g.ID != "" {
		buttons := []slack.BlockElement{button(pressLanguages, string(g.ID), req.in.Say("Other languages"), "")}
		if !g.Default && req.administers() {
			buttons = append(buttons, button(pressDelete, string(g.ID), req.in.Say("Delete group"), slack.StyleDanger))
		}
		v.add(slack.NewActionBlock("more", buttons...))
	}
	return v.done()
}

// groupFormView makes the blocks of the form.
type groupFormView struct {
	*formView
	shown   groupFields
	version string // changes where fields must show something else than was filled in
}

func (v *groupFormView) input(name, label, hint string, optional bool, e slack.BlockElement) *slack.InputBlock {
	return v.field(name, label, hint, optional, elementAs(e, name+v.version))
}

// choice is an input that changes the form at once.
func (v *groupFormView) choice(name, label, hint string, e slack.BlockElement) {
	v.input(name, label, hint, false, e).DispatchAction = true
}

func (v *groupFormView) words() {
	v.input(fieldName, v.in.Say("Name"), v.in.Say("What visitors choose, like Tech help."), false, typed(v.shown.name, bridge.MaxGroupName, false))
	v.input(fieldAbout, v.in.Say("Description"), v.in.Say("Stands below the name, for visitors."), true, typed(v.shown.about, bridge.MaxGroupAbout, false))
}

func (v *groupFormView) where() {
	v.choice(fieldWhere, v.in.Say("Channel for its threads"), "", radio(v.shown.where,
		choice(existing, v.in.Say("A channel that is there")), choice(created, v.in.Say("Create a channel"))))
	if v.shown.where == created {
		v.input(fieldChannelName, v.in.Say("Name of the new channel"), v.in.Say("A public channel. Left empty, it is made of the group's name."), true, typed(v.shown.channelName, 80, false))
		return
	}
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, nil, "")
	e.InitialConversation = v.shown.channel
	e.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true}
	v.input(fieldChannel, v.in.Say("Channel"), v.in.Say("Into a private one invite the app first: /invite @chatgroups"), false, e)
}

// told asks who is told of new chats. unread is why Slack does not list the user groups.
func (v *groupFormView) told(ctx context.Context, a *App, g bridge.Group, unread error) {
	link := choice(linked, v.in.Say("A user group that is there"))
	create := choice(created, v.in.Say("Create a user group"))
	list := choice(listed, v.in.Say("People one by one"))
	code := classify(unread, true).code
	free := unread != nil && (code == "plan_upgrade_required" || code == "paid_teams_only")
	if free && g.UserGroup == "" {
		v.shown.who = listed
		v.choice(fieldWho, v.in.Say("Who is told of new chats"), v.in.Say("User groups need a paid Slack plan, so people are mentioned one by one."), radio(listed, list))
	} else {
		v.choice(fieldWho, v.in.Say("Who is told of new chats"), "", radio(v.shown.who, link, create, list))
	}
	switch v.shown.who {
	case created:
		v.input(fieldHandle, v.in.Say("Handle"), v.in.Say("What people write to mention it, like tech-team. Left empty, it is made of the group's name."), true, typed(v.shown.handle, maxHandle, false))
		v.input(fieldPeople, v.in.Say("People in it"), v.in.Say("Slack lets them into the channel too."), false, persons(v.shown.people))
	case listed:
		if len(v.shown.people) > maxShown {
			v.many(g, len(v.shown.people))
			return
		}
		few := persons(v.shown.people)
		few.MaxSelectedItems = new(maxShown)
		v.input(fieldPeople, v.in.Say("People"), v.in.Say("Each is mentioned in the first message of a chat."), false, few)
	default:
		v.link(ctx, a, g)
	}
}

// link lets a user group be chosen, and who is in it be changed where that is the group's
// own already.
func (v *groupFormView) link(ctx context.Context, a *App, g bridge.Group) {
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plain(v.in.Say("Type a name or handle"), 150), "")
	e.MinQueryLength = new(0)
	groups, _ := a.rosters.all(ctx) // unread, none of them can be named
	of, known := groups[v.shown.userGroup]
	if known {
		e.InitialOption = userGroupOption(of)
	}
	v.choice(fieldUserGroup, v.in.Say("User group"), "", e)
	switch {
	case !known:
	case of.DateDelete != 0:
		v.aside(v.in.Say("This user group is disabled, so nobody is told: `/chatgroups members %s enable` enables it.", g.Slug()))
	case of.ID != g.UserGroup:
		v.aside(v.in.Count(len(of.Users), "%d person is in it and is told.", "%d people are in it and are told."))
	case len(of.Users) > maxShown:
		v.many(g, len(of.Users))
	default:
		few := persons(v.shown.members)
		few.MaxSelectedItems = new(maxShown)
		v.input(fieldMembers, v.in.Say("People in it"), v.in.Say("The user group itself is changed, for all of Slack."), true, few) // to leave nobody is refused with what to do instead
	}
}

func (v *groupFormView) many(g bridge.Group, n int) {
	v.aside(v.in.Count(n, "%d person is told.", "%d people are told, too many to be shown here: change them with `/chatgroups members %s add @ann` and `remove @tom`.", g.Slug()))
}

func (v *groupFormView) visibility() {
	hide := choice("yes", v.in.Say("Hide it from the choice"))
	hide.Description = plain(v.in.Say("Reached by an invite, or by a page that presets it."), maxOptionText)
	v.input(fieldHidden, v.in.Say("Visibility"), "", true, checks(func(string) bool { return v.shown.hidden }, hide))
	var options []*slack.OptionBlockObject
	for _, f := range bridge.AllFields {
		options = append(options, choice(string(f), v.in.Say(string(fieldLabels[f]))))
	}
	v.input(fieldFields, v.in.Say("What of the visitor is shown in its threads"), "", true,
		checks(func(value string) bool { return slices.Contains(v.shown.fields, value) }, options...))
}

// fieldLabels are what a visitor's fields are called.
var fieldLabels = map[bridge.Field]locale.Key{
	bridge.FieldName:       locale.Key("Name"),
	bridge.FieldEmail:      locale.Key("E-mail"),
	bridge.FieldPage:       locale.Key("Page"),
	bridge.FieldReferrer:   locale.Key("Where they came from"),
	bridge.FieldLanguage:   locale.Key("Language and time zone"),
	bridge.FieldAttributes: locale.Key("What the site tells of them"),
}

// groupOptions suggests user groups.
func (a *App) groupOptions(ctx context.Context, _ request, _ filled, typed ask) ([]*slack.OptionBlockObject, error) {
	return a.suggestUserGroups(ctx, typed.typed)
}

// pressGroup takes a choice that changes the form, and the buttons below it.
func (a *App) pressGroup(ctx context.Context, req request, f filled, p press) (formResult, error) {
	g, err := a.groupToChange(req, f)
	if err != nil {
		return formResult{}, err
	}
	switch {
	case p.action == pressLanguages:
		return formResult{push: a.languagesView(req, f.formState, g, "")}, nil
	case p.action == pressDelete:
		if err := req.require(manager); err != nil {
			return formResult{}, err
		}
		return formResult{push: deleteView(req, f.formState, g)}, nil
	case p.block != fieldWhere && p.block != fieldWho && p.block != fieldUserGroup:
		return formResult{stay: true}, nil
	}
	shown := fieldsIn(f, g)
	name := bridge.Slug(shown.name)
	if shown.where == created && shown.channelName == "" && name != "" {
		shown.channelName = a.freeChannel(ctx, shown.name)
	}
	if shown.who == created && shown.handle == "" && name != "" {
		shown.handle = a.freeHandle(ctx, shown.name)
	}
	if shown.userGroup == g.UserGroup && len(shown.members) == 0 && f.More["members"] != "" {
		shown.members = strings.Split(f.More["members"], ",")
	}
	return formResult{view: a.groupView(ctx, req, f.formState, g, shown, "")}, nil
}

// groupToChange is the group that a form is about, which the person may change; the zero
// Group where it is one to be made.
func (a *App) groupToChange(req request, f filled) (bridge.Group, error) {
	if f.Group == "" {
		return bridge.Group{Workspace: a.self().Workspace}, req.require(manager)
	}
	g, err := a.bridge.Load().Group(a.self().Workspace, f.Group)
	if err == nil {
		err = req.mayManage(g)
	}
	return g, err
}

// editView is the form of a group as it stands.
func (a *App) editView(ctx context.Context, req request, s formState, g bridge.Group, said string, typed func(*groupFields)) *slack.ModalViewRequest {
	shown := fieldsOf(g, a.shownMembers(ctx, g))
	version, _ := strconv.Atoi(s.More["v"])
	s.More = map[string]string{"v": strconv.Itoa(version + 1)}
	for _, p := range groupParts {
		s.More[string(p)] = shown.print(p)
	}
	if len(shown.members) > 0 {
		s.More["members"] = strings.Join(shown.members, ",")
	}
	if typed != nil {
		typed(&shown)
	}
	return a.groupView(ctx, req, s, g, shown, said)
}

// shownMembers are who is in a group's user group, where they can be shown.
func (a *App) shownMembers(ctx context.Context, g bridge.Group) []string {
	if g.UserGroup == "" {
		return nil
	}
	groups, err := a.rosters.all(ctx)
	if of := groups[g.UserGroup]; err == nil && len(of.Users) <= maxShown {
		return of.Users
	}
	return nil
}

// groupReady says that a group takes chats now.
func groupReady(req request, g bridge.Group) reply {
	return req.say("*%s* is ready: visitors can choose it, its threads stand in <#%s>, and %s is told. Put the widget on your pages with `/chatgroups site`.",
		mrkdwn.Escape(g.Name), g.Channel, toldBy(req.in, g))
}
