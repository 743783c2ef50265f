package slackapp

import (
	"context"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

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
	if _, err := a.bridge.Load().UpdateGroup(ctx, g, req.by()); err != nil {
		return reply{}, err
	}
	if off {
		return req.say("*%s* is off: visitors see that it is away and can leave a message. `/chatgroups on %s` opens it again.", mrkdwn.Escape(g.Name), g.Slug()), nil
	}
	return req.say("*%s* is on.", mrkdwn.Escape(g.Name)), nil
}
