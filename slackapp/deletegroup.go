package slackapp

import (
	"context"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// deleteForm asks, over the form of a group, whether to delete it.
const deleteForm = "delete_group"

func init() { forms[deleteForm] = form{least: manager, submit: (*App).submitDelete} }

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
	if sure {
		return a.deleteGroup(ctx, req, g)
	}
	r := reply{text: deleteQuestion(req, g)}
	r.buttons = []slack.BlockElement{
		button(actionDelete, buttonValue{group: g.ID}.String(), req.in.Say("Delete %s", g.Name), slack.StyleDanger),
		button(actionCancel, "", req.in.Say("Cancel"), ""),
	}
	return r, nil
}

func deleteQuestion(req request, g bridge.Group) string {
	return req.in.Say("Delete *%s*? Its open conversations move to the default group. Its channel and user group stay as they are.", mrkdwn.Escape(g.Name))
}

func deleteView(req request, s formState, g bridge.Group) *slack.ModalViewRequest {
	s.More = nil
	v := newFormView(req.in, deleteForm, s, req.in.Say("Delete group"), req.in.Say("Delete"))
	v.say(deleteQuestion(req, g))
	return v.done()
}

func (a *App) submitDelete(ctx context.Context, req request, f filled) (formResult, error) {
	g, err := a.groupToChange(req, f)
	if err != nil {
		return formResult{}, err
	}
	r, err := a.deleteGroup(ctx, req, g)
	return formResult{reply: r}, err
}

func (a *App) deleteGroup(ctx context.Context, req request, g bridge.Group) (reply, error) {
	b, w := a.bridge.Load(), a.self().Workspace
	moved, err := b.DeleteGroup(ctx, w, g.ID, req.by())
	if bridge.CodeOf(err) == bridge.CodeForbidden && !g.Default {
		return req.say("%s Give the default group a channel first: `/chatgroups edit general`.", escapeSentence(sentence(req.in, err))), nil
	}
	if err != nil {
		return reply{}, err
	}
	return reply{text: req.in.Count(moved, "*%[2]s* is deleted. %[1]d open conversation moved to the default group.",
		"*%[2]s* is deleted. Open conversations moved to the default group: %[1]d.", mrkdwn.Escape(g.Name))}, nil
}
