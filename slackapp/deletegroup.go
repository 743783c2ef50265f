package slackapp

import (
	"context"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

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
