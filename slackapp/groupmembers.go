package slackapp

import (
	"context"
	"slices"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// membership shows and changes who is told of a group's chats: the people of its user
// group, which is changed in all of Slack, or its own list.
func (a *App) membership(ctx context.Context, req request, words []string) (reply, error) {
	at := slices.IndexFunc(words, func(w string) bool {
		return slices.Contains([]string{"add", "remove", "disable", "enable"}, strings.ToLower(w))
	})
	name := words
	if at >= 0 {
		name = words[:at]
	}
	if len(name) == 0 {
		return reply{}, bridge.Errorf(bridge.CodeInvalid, "write it like `/chatgroups members tech add @ann` or `/chatgroups members tech remove @tom`")
	}
	g, err := a.ownGroup(req, name)
	if err != nil {
		return reply{}, err
	}
	if at < 0 {
		return a.whoIsTold(ctx, req, g)
	}
	deed := strings.ToLower(words[at])
	if deed == "disable" || deed == "enable" {
		return a.switchUserGroup(ctx, req, g, deed == "disable")
	}
	people, err := peopleIn(words[at+1:])
	if err != nil {
		return reply{}, err
	}
	var add, remove []bridge.AgentID
	if deed == "add" {
		add, err = people, a.checkTold(ctx, people)
	} else {
		remove = people
	}
	var now []string
	switch {
	case err != nil:
	case g.UserGroup != "":
		now, err = a.changeMembers(ctx, g.UserGroup, add, remove)
	default:
		now, err = a.changeList(ctx, req, g, add, remove)
	}
	if err != nil {
		return reply{}, err
	}
	return req.say("%s Told of *%s* now: %s.", deedSaid(req, deed, people), mrkdwn.Escape(g.Name), mentions(req, now)), nil
}

func deedSaid(req request, deed string, people []bridge.AgentID) string {
	if deed == "add" {
		return req.in.Say("%s is in.", mentions(req, stringsOf(people)))
	}
	return req.in.Say("%s is out.", mentions(req, stringsOf(people)))
}

func peopleIn(words []string) ([]bridge.AgentID, error) {
	var people []bridge.AgentID
	for _, word := range words {
		ref := parseReference(word)
		if ref.kind != personRef {
			return nil, bridge.Errorf(bridge.CodeInvalid, "name people, chosen from Slack's list while typing, like `/chatgroups members tech add @ann @bob`")
		}
		people = append(people, bridge.AgentID(ref.id))
	}
	if len(people) == 0 {
		return nil, bridge.Errorf(bridge.CodeInvalid, "name people, chosen from Slack's list while typing, like `/chatgroups members tech add @ann @bob`")
	}
	return people, nil
}

// changeList changes a group's own list.
func (a *App) changeList(ctx context.Context, req request, g bridge.Group, add, remove []bridge.AgentID) ([]string, error) {
	now := changedMembers(stringsOf(g.Members), add, remove)
	if len(now) == 0 {
		return nil, bridge.Errorf(bridge.CodeInvalid, "nobody would be told of %s then: name somebody else first, or switch it off with `/chatgroups off %s`", g.Name, g.Slug())
	}
	g.Members = agentsOf(now)
	_, err := a.bridge.Load().UpdateGroup(ctx, g, req.by())
	return now, err
}

// whoIsTold names the people who are told of a group's chats.
func (a *App) whoIsTold(ctx context.Context, req request, g bridge.Group) (reply, error) {
	people, err := a.peopleOf(ctx, g)
	if err != nil {
		return reply{}, userGroupsUnread(err)
	}
	if len(people) == 0 {
		return req.say("Nobody is told of *%s*: its user group is disabled or empty, or there is none. `/chatgroups edit %s` gives it one.", mrkdwn.Escape(g.Name), mrkdwn.Escape(g.Slug())), nil
	}
	return req.say("Told of *%s*: %s.", mrkdwn.Escape(g.Name), mentions(req, people)), nil
}

// maxNamed is how many people a sentence names.
const maxNamed = 30

// mentions names people. It is for what only one person reads, whom alone it can notify.
func mentions(req request, ids []string) string {
	var all []string
	for _, id := range ids[:min(len(ids), maxNamed)] {
		all = append(all, "<@"+id+">")
	}
	if more := len(ids) - len(all); more > 0 {
		all = append(all, req.in.Count(more, "%d other", "%d others"))
	}
	return req.in.List(all)
}

// switchUserGroup disables the user group of a group, which is how one is emptied, or
// enables it with the people of before.
func (a *App) switchUserGroup(ctx context.Context, req request, g bridge.Group, off bool) (reply, error) {
	if g.UserGroup == "" {
		return reply{}, bridge.Errorf(bridge.CodeInvalid, "%s has no user group: it tells people one by one", g.Name)
	}
	err := a.patiently(ctx, func() (err error) {
		if off {
			_, err = a.userGroupWriter().DisableUserGroupContext(ctx, g.UserGroup)
		} else {
			_, err = a.userGroupWriter().EnableUserGroupContext(ctx, g.UserGroup)
		}
		return err
	})
	a.rosters.drop()
	if err != nil {
		return reply{}, userGroupRefused(classify(err, true))
	}
	a.troubles.look()
	if off {
		return req.say("The user group of *%s* is disabled: nobody is told of new chats until `/chatgroups members %s enable`.", mrkdwn.Escape(g.Name), mrkdwn.Escape(g.Slug())), nil
	}
	return req.say("The user group of *%s* is enabled, with the people of before.", mrkdwn.Escape(g.Name)), nil
}
