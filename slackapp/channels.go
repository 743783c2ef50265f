package slackapp

import (
	"context"

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
		return bridge.Errorf(bridge.CodeInvalid, "%s", slackRefusal{v.code, id})
	}
	return bridge.Errorf(bridge.CodeUnavailable, "Slack did not answer about the channel just now, so nothing was done: try again in a moment")
}

func (a *App) channelNamed(ctx context.Context, name string) (string, error) {
	ch, err := a.findChannel(ctx, name, true)
	if err != nil {
		return "", err
	}
	if ch.ID == "" {
		return "", bridge.Errorf(bridge.CodeNotFound, "there is no channel #%s that the app can see: create it in Slack first (a private one also needs /invite @chatgroups)", name)
	}
	return ch.ID, nil
}

// findChannel returns the channel with a name that the app can see, the zero one where
// there is none.
func (a *App) findChannel(ctx context.Context, name string, unarchived bool) (slack.Channel, error) {
	params := &slack.GetConversationsParameters{Limit: 1000, ExcludeArchived: unarchived, Types: []string{"public_channel", "private_channel"}}
	for {
		channels, cursor, err := a.api.GetConversationsContext(ctx, params)
		if err != nil {
			return slack.Channel{}, channelTrouble(err, "")
		}
		for _, ch := range channels {
			if ch.Name == name {
				return ch, nil
			}
		}
		if cursor == "" {
			return slack.Channel{}, nil
		}
		params.Cursor = cursor
	}
}

// makeChannel makes a public channel and returns its id. One that the app made in an
// earlier attempt, which did not get to its end, is taken up. group is whose channel it
// is to be, for a suggestion where the name is taken.
func (a *App) makeChannel(ctx context.Context, name, group string) (string, error) {
	var ch *slack.Channel
	err := a.patiently(ctx, func() (err error) {
		ch, err = a.api.CreateConversationContext(ctx, slack.CreateConversationParams{ChannelName: name})
		return err
	})
	if err == nil && ch.ID != "" {
		return ch.ID, nil
	}
	switch code := classify(err, true).code; code {
	case "restricted_action", "cannot_create_channel", "user_is_restricted", "no_permission":
		return "", bridge.Errorf(bridge.CodeForbidden, "this workspace lets no app create channels: create it in Slack, and choose it here")
	case "missing_scope":
		return "", bridge.Errorf(bridge.CodeForbidden, "the app lacks the permission channels:manage: paste manifest.yml again in the app's settings at api.slack.com and reinstall the app, or create the channel in Slack and choose it here")
	case "invalid_name", "invalid_name_maxlength", "invalid_name_punctuation", "invalid_name_required", "invalid_name_specials":
		return "", badChannelName()
	}
	// It may be there, made by an attempt whose answer was lost.
	there, looked := a.findChannel(ctx, name, false)
	switch code := classify(err, true).code; {
	case looked == nil && there.ID != "" && there.Creator == a.self().BotUser && !there.IsArchived && !a.hasChannel(there.ID):
		return there.ID, nil
	case code == "name_taken":
		return "", bridge.Errorf(bridge.CodeConflict, "#%s is taken by a channel, a person or a user group: #%s is free", name, a.freeChannel(ctx, group, name))
	case code == "ratelimited":
		return "", bridge.Errorf(bridge.CodeRateLimited, "Slack lets channels be created about 20 times a minute: try again in a minute")
	}
	return "", bridge.Errorf(bridge.CodeUnavailable, "Slack did not answer about the channel just now: try again in a moment, what was done already is taken up")
}

func badChannelName() error {
	return bridge.Errorf(bridge.CodeInvalid, "Slack takes no channel of this name: write lower-case letters, digits and hyphens, 80 characters at most, like chat-tech")
}

// hasChannel reports whether a group stands in a channel.
func (a *App) hasChannel(id string) bool {
	for _, g := range a.bridge.Load().Groups(a.self().Workspace) {
		if g.Channel == id {
			return true
		}
	}
	return false
}

// maxInvited is how many people Slack lets into a channel with one call.
const maxInvited = 100

// bringIn invites people into a channel that the app made, as far as Slack lets it: one
// who cannot come is left out, and finds the channel by its name.
func (a *App) bringIn(ctx context.Context, channel string, people []string) {
	for len(people) > 0 {
		some := people[:min(len(people), maxInvited)]
		people = people[len(some):]
		if _, err := a.api.InviteUsersToConversationContext(ctx, channel, some...); err == nil || len(some) == 1 {
			continue
		}
		for _, one := range some { // one who is in it already fails all
			_, _ = a.api.InviteUsersToConversationContext(ctx, channel, one)
		}
	}
}
