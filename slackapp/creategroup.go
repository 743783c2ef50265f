package slackapp

import (
	"context"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

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
		if _, err := b.UpdateGroup(ctx, g, req.by()); err != nil {
			return reply{}, err
		}
	} else {
		g.Workspace = w
		if g, err = b.CreateGroup(ctx, g, req.by()); err != nil {
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
