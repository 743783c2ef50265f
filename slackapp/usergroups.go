package slackapp

import (
	"context"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

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
