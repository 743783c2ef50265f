package slackapp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// What admins and managers do: groups, sites, managers.

func (a *App) list(_ context.Context, req request, _ []string) (reply, error) {
	var b strings.Builder
	b.WriteString("*Groups*\n")
	for _, g := range a.bridge.Load().Groups(a.self().Workspace) {
		fmt.Fprintf(&b, "• *%s* (`%s`) – ", mrkdwn.Escape(g.Name), mrkdwn.Escape(g.Slug()))
		if g.Channel == "" {
			b.WriteString("has no channel yet, so it is not offered to visitors")
		} else {
			fmt.Fprintf(&b, "<#%s>, tells %s, %s", g.Channel, toldWithoutPing(g), groupState(req.in, g))
		}
		if g.Default {
			b.WriteString(" – the default group")
		}
		b.WriteString("\n")
	}
	return reply{text: b.String()}, nil
}

// groupState says whether a group takes chats, and why not.
func groupState(in locale.Locale, g bridge.Group) string {
	switch {
	case g.Channel == "":
		return in.Say("has no channel yet, so it is not offered to visitors")
	case g.WhenRead().Why == bridge.ReasonSwitchedOff:
		return in.Say("*off*: takes no chats")
	case g.Shut:
		return in.Say("*out of reach*, so visitors see it as away: `/chatgroups doctor` says why")
	}
	return in.Say("on")
}

// toldWithoutPing names who is told of a group's conversations. An ephemeral
// message notifies only the one who sees it, so Slack may render the mention.
func toldWithoutPing(g bridge.Group) string {
	if m := mention(g); m != "" {
		return m
	}
	return "nobody"
}

// create makes a group in one line: its name, then who is told (a user group, or
// people), then the channel, in any order after the name. The default group's
// name gives that group a channel.
func (a *App) create(ctx context.Context, req request, words []string) (reply, error) {
	b, w := a.bridge.Load(), a.self().Workspace
	g, err := a.groupFromWords(ctx, words)
	if err != nil {
		return reply{}, err
	}
	if old, err := b.FindGroup(w, g.Name); err == nil && old.Default {
		old.Channel, old.UserGroup, old.Members = g.Channel, g.UserGroup, g.Members
		g = old
		if _, err := b.UpdateGroup(ctx, g); err != nil {
			return reply{}, err
		}
	} else {
		g.Workspace = w
		if g, err = b.CreateGroup(ctx, g); err != nil {
			return reply{}, err
		}
	}
	return req.say("*%s* is ready: visitors can choose it, its threads stand in <#%s>, and %s is told. Put the widget on your pages with `/chatgroups site`.",
		mrkdwn.Escape(g.Name), g.Channel, toldWithoutPing(g)), nil
}

const createUsage = "write it like `/chatgroups create \"Tech help\" @tech #chat-tech`"

func (a *App) groupFromWords(ctx context.Context, words []string) (bridge.Group, error) {
	var g bridge.Group
	var name []string
	for _, word := range words {
		ref := parseReference(word)
		switch ref.kind {
		case noRef:
			name = append(name, word)
		case channelRef:
			id, err := a.usableChannel(ctx, ref)
			if err != nil {
				return g, err
			}
			g.Channel = id
		case userGroupRef, handleRef:
			id, err := a.userGroup(ctx, ref)
			if err != nil {
				return g, err
			}
			g.UserGroup = id
		case personRef:
			g.Members = append(g.Members, bridge.AgentID(ref.id))
		}
	}
	g.Name = strings.Join(name, " ")
	switch {
	case g.Name == "":
		return g, bridge.Errorf(bridge.CodeInvalid, "the group needs a name: %s", createUsage)
	case g.Channel == "":
		return g, bridge.Errorf(bridge.CodeInvalid, "the group needs a channel for its threads: %s", createUsage)
	case g.UserGroup == "" && len(g.Members) == 0:
		return g, bridge.Errorf(bridge.CodeInvalid, "say who is told of new chats, a user group or people: %s", createUsage)
	case g.UserGroup != "" && len(g.Members) > 0:
		return g, bridge.Errorf(bridge.CodeInvalid, "name a user group or people, not both: %s", createUsage)
	}
	return g, nil
}

// usableChannel finds a channel and makes sure that the app is in it: it joins a
// public one by itself, into a private one it must be invited.
func (a *App) usableChannel(ctx context.Context, ref reference) (string, error) {
	id := ref.id
	if id == "" {
		var err error
		if id, err = a.channelNamed(ctx, ref.name); err != nil {
			return "", err
		}
	}
	ch, err := a.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
	if err != nil {
		return "", channelTrouble(err, id)
	}
	switch {
	case ch.IsArchived:
		return "", bridge.Errorf(bridge.CodeInvalid, "<#%s> is archived: unarchive it, or name another channel", id)
	case ch.IsMember:
		return id, nil
	case ch.IsPrivate:
		return "", bridge.Errorf(bridge.CodeInvalid, "the app is not in <#%s>, and nobody can join a private channel uninvited: type `/invite @chatgroups` there, then repeat this", id)
	}
	if _, _, _, err := a.api.JoinConversationContext(ctx, id); err != nil {
		return "", channelTrouble(err, id)
	}
	return id, nil
}

func channelTrouble(err error, id string) error {
	v := classify(err, true)
	if v.outcome == refused {
		return bridge.Errorf(bridge.CodeInvalid, "%s", strings.TrimSuffix(explain(v.code, id), "."))
	}
	return bridge.Errorf(bridge.CodeUnavailable, "Slack did not answer about the channel just now, so nothing was done: try again in a moment")
}

func (a *App) channelNamed(ctx context.Context, name string) (string, error) {
	params := &slack.GetConversationsParameters{Limit: 1000, ExcludeArchived: true, Types: []string{"public_channel", "private_channel"}}
	for {
		channels, cursor, err := a.api.GetConversationsContext(ctx, params)
		if err != nil {
			return "", channelTrouble(err, "")
		}
		for _, ch := range channels {
			if ch.Name == name {
				return ch.ID, nil
			}
		}
		if cursor == "" {
			return "", bridge.Errorf(bridge.CodeNotFound, "there is no channel #%s that the app can see: create it in Slack first (a private one also needs /invite @chatgroups)", name)
		}
		params.Cursor = cursor
	}
}

func (a *App) userGroup(ctx context.Context, ref reference) (string, error) {
	groups, err := a.api.GetUserGroupsContext(ctx)
	if err != nil {
		if v := classify(err, true); v.code == "plan_upgrade_required" || v.code == "paid_teams_only" {
			return "", bridge.Errorf(bridge.CodeInvalid, "user groups need a paid Slack plan: name the people instead, like `/chatgroups create Tech @ann @bob #chat-tech`")
		}
		return "", bridge.Errorf(bridge.CodeUnavailable, "Slack did not tell the user groups just now, so nothing was done: try again in a moment")
	}
	for _, g := range groups {
		if ref.id != "" && g.ID == ref.id || ref.id == "" && strings.EqualFold(g.Handle, ref.name) {
			if g.DateDelete != 0 {
				return "", bridge.Errorf(bridge.CodeInvalid, "the user group @%s is disabled, so nobody would be told: enable it in Slack first", g.Handle)
			}
			return g.ID, nil
		}
	}
	return "", bridge.Errorf(bridge.CodeNotFound, "there is no user group @%s: create it in Slack (Directory, User groups), or choose a person from Slack's list while typing", ref.name)
}

// remove deletes a group; it asks first.
func (a *App) remove(ctx context.Context, req request, words []string) (reply, error) {
	b, w := a.bridge.Load(), a.self().Workspace
	if len(words) == 0 {
		return reply{}, bridge.Errorf(bridge.CodeInvalid, "say which group, like `/chatgroups delete tech`")
	}
	sure := len(words) > 1 && words[len(words)-1] == "yes"
	if sure {
		words = words[:len(words)-1]
	}
	g, err := b.FindGroup(w, strings.Join(words, " "))
	if err != nil {
		return reply{}, err
	}
	if g.Default {
		return reply{}, bridge.Errorf(bridge.CodeForbidden, "%s is the default group: it can be given another channel, but not deleted", g.Name)
	}
	if !sure {
		r := req.say("Delete *%s*? Its open conversations move to the default group. Its channel and user group stay as they are.", mrkdwn.Escape(g.Name))
		r.buttons = []slack.BlockElement{
			button(actionDelete, buttonValue{group: g.ID}.String(), "Delete "+g.Name, slack.StyleDanger),
			button(actionCancel, "", "Cancel", ""),
		}
		return r, nil
	}
	moved, err := b.DeleteGroup(ctx, w, g.ID, req.by())
	if bridge.CodeOf(err) == bridge.CodeForbidden {
		def, _ := b.FindGroup(w, "general")
		return req.say("%s Give the default group a channel first: `/chatgroups create %q @usergroup #channel`.", escapeSentence(sentence(req.in, err)), def.Name), nil
	}
	if err != nil {
		return reply{}, err
	}
	return req.say("*%s* is deleted. Open conversations moved to the default group: %d.", mrkdwn.Escape(g.Name), moved), nil
}

func (a *App) on(ctx context.Context, req request, words []string) (reply, error) {
	return a.turnGroup(ctx, req, words, false)
}
func (a *App) off(ctx context.Context, req request, words []string) (reply, error) {
	return a.turnGroup(ctx, req, words, true)
}

func (a *App) turnGroup(ctx context.Context, req request, words []string, off bool) (reply, error) {
	if len(words) == 0 {
		return reply{}, bridge.Errorf(bridge.CodeInvalid, "say which group, like `/chatgroups off tech`")
	}
	g, err := a.bridge.Load().FindGroup(a.self().Workspace, strings.Join(words, " "))
	if err != nil {
		return reply{}, err
	}
	if err := req.mayManage(g); err != nil {
		return reply{}, err
	}
	g.Switch = &bridge.Switch{On: !off, By: bridge.AgentID(req.user)}
	if _, err := a.bridge.Load().UpdateGroup(ctx, g); err != nil {
		return reply{}, err
	}
	if off {
		return req.say("*%s* is off: visitors see that it is away and can leave a message. `/chatgroups on %s` opens it again.", mrkdwn.Escape(g.Name), g.Slug()), nil
	}
	return req.say("*%s* is on.", mrkdwn.Escape(g.Name)), nil
}

// site shows the snippet, and changes which origins may use it.
func (a *App) site(ctx context.Context, req request, words []string) (reply, error) {
	b := a.bridge.Load()
	sites := b.Sites(a.self().Workspace)
	if len(sites) == 0 {
		return reply{}, bridge.Errorf(bridge.CodeNotFound, "this workspace has no site yet: restart the program")
	}
	s := sites[0]
	if len(words) > 0 {
		if len(words) != 2 || words[0] != "add" && words[0] != "remove" {
			return reply{}, bridge.Errorf(bridge.CodeInvalid, "write it like `/chatgroups site add https://shop.example` or `/chatgroups site remove https://shop.example`")
		}
		origin, err := bridge.ParseAllowedOrigin(bareLink(words[1]))
		if err != nil {
			return reply{}, err
		}
		at := slices.Index(s.Origins, origin)
		switch {
		case words[0] == "add" && at >= 0:
			return reply{}, bridge.Errorf(bridge.CodeConflict, "%s may use the widget already", origin)
		case words[0] == "add":
			s.Origins = append(s.Origins, origin)
		case at < 0:
			return reply{}, bridge.Errorf(bridge.CodeNotFound, "%s is not one of the site's origins", origin)
		default:
			s.Origins = slices.Delete(s.Origins, at, at+1)
		}
		if s, err = b.UpdateSite(ctx, s); err != nil {
			return reply{}, err
		}
	}
	sn := a.snippetOf(s)
	return reply{text: a.siteText(req.in, s) + "\n" +
		req.in.Say("Pages with a Content-Security-Policy need `%s` in it; with a nonce and 'strict-dynamic', the tag is `%s`.", sn.policy, mrkdwn.Escape(sn.nonced))}, nil
}

func (a *App) siteText(in locale.Locale, s bridge.Site) string {
	origins := "none yet, only the bridge's own pages: add yours with `/chatgroups site add https://shop.example`"
	if len(s.Origins) > 0 {
		origins = "`" + strings.Join(s.Origins, "`, `") + "`"
	}
	return in.Say("*Site `%s`*\nPaste this before `</body>` of each page:\n```%s```\nOrigins that may use it: %s",
		s.ID, mrkdwn.Escape(a.snippetOf(s).html), origins)
}

// bareLink undoes what Slack makes of a typed address: <https://shop.example>.
func bareLink(word string) string {
	word = strings.TrimSuffix(strings.TrimPrefix(word, "<"), ">")
	link, _, _ := strings.Cut(word, "|")
	return link
}
