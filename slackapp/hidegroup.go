package slackapp

import (
	"context"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

func (a *App) hide(ctx context.Context, req request, words []string) (reply, error) {
	if len(words) == 0 {
		return reply{}, bridge.Errorf(bridge.CodeInvalid, "say which group, like `/chatgroups hide tech`")
	}
	g, err := a.setHidden(ctx, req, words, true)
	if err != nil {
		return reply{}, err
	}
	return req.say("*%s* is hidden: visitors are not offered it; colleagues invite it, and a page that presets `%s` reaches it.", mrkdwn.Escape(g.Name), mrkdwn.Escape(g.Slug())), nil
}

func (a *App) unhide(ctx context.Context, req request, words []string) (reply, error) {
	if len(words) == 0 {
		return reply{}, bridge.Errorf(bridge.CodeInvalid, "say which group, like `/chatgroups show tech`")
	}
	g, err := a.setHidden(ctx, req, words, false)
	if err != nil {
		return reply{}, err
	}
	return req.say("*%s* is shown: visitors are offered it.", mrkdwn.Escape(g.Name)), nil
}

func (a *App) setHidden(ctx context.Context, req request, words []string, hidden bool) (bridge.Group, error) {
	g, err := a.ownGroup(req, words)
	if err != nil {
		return g, err
	}
	g.Hidden = hidden
	return a.bridge.Load().UpdateGroup(ctx, g, req.by())
}
