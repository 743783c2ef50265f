package slackapp

import (
	"context"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

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
