package slackapp

import (
	"context"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// maxPatience is how long somebody who changes a user group is made to wait where Slack
// asks for a pause: it lets them be changed about 20 times a minute
// (docs.slack.dev/apis/web-api/rate-limits, Tier 2).
const maxPatience = 10 * time.Second

// patiently makes a call once more after the pause that Slack asks for, where that is
// short.
func (a *App) patiently(ctx context.Context, call func() error) error {
	err := call()
	if err == nil {
		return nil
	}
	v := classify(err, true)
	if v.code != "ratelimited" || v.retryAfter > maxPatience {
		return err
	}
	c, stop := a.cfg.Clock.NewTimer(v.retryAfter)
	defer stop()
	select {
	case <-ctx.Done():
		return err
	case <-c:
		return call()
	}
}

// userGroupRefused says why Slack did not make or change a user group, and what mends
// that, at the field that is to blame (docs.slack.dev/reference/methods/usergroups.create,
// usergroups.users.update).
func userGroupRefused(v verdict) error {
	switch v.code {
	case "plan_upgrade_required", "paid_teams_only":
		return inField(fieldWho, bridge.Errorf(bridge.CodeInvalid, "user groups need a paid Slack plan: choose “people one by one” instead, and they are mentioned each"))
	case "permission_denied", "restricted_action":
		return inField(fieldWho, bridge.Errorf(bridge.CodeForbidden, "this workspace lets no app change user groups: a workspace owner allows everyone to in Slack under Tools & settings, Workspace settings, Permissions, User Groups; or the operator sets SLACK_ADMIN_TOKEN; or choose “people one by one”"))
	case "missing_scope", "not_allowed_token_type":
		return inField(fieldWho, bridge.Errorf(bridge.CodeForbidden, "the app lacks the permission usergroups:write: paste manifest.yml again in the app's settings at api.slack.com and reinstall the app"))
	case "invalid_auth", "token_revoked", "account_inactive", "token_expired":
		return inField(fieldWho, bridge.Errorf(bridge.CodeForbidden, "Slack does not accept the token for changing user groups any more (%s): the operator sets a new one", v.code))
	case "bad_handle", "forbidden_handle":
		return inField(fieldHandle, bridge.Errorf(bridge.CodeInvalid, "Slack takes no such handle: write lower-case letters, digits and hyphens, 21 characters at most, like tech-team"))
	case "name_too_long", "missing_subteam_name":
		return inField(fieldName, bridge.Errorf(bridge.CodeInvalid, "Slack takes no user group of this name: choose a shorter name with letters"))
	case "invalid_channel_provided", "too_many_linked_channels":
		return inField(fieldChannel, bridge.Errorf(bridge.CodeInvalid, "Slack does not take this channel as the user group's own: choose another one"))
	case "invalid_users", "invalid_user", "failed_for_some_users", "single_channel_guests_cannot_be_added", "user_not_found":
		return inField(fieldPeople, bridge.Errorf(bridge.CodeInvalid, "Slack does not take everybody of these into the user group: only full members of this workspace can be in one, no guests, apps or people from outside"))
	case "no_users_provided":
		return inField(fieldPeople, nobodyLeft())
	case "subteam_max_users_exceeded":
		return inField(fieldPeople, bridge.Errorf(bridge.CodeTooLong, "Slack takes no more people into this user group: take somebody out first"))
	case "no_such_subteam", "subteam_not_found":
		return inField(fieldUserGroup, bridge.Errorf(bridge.CodeNotFound, "this user group does not exist any more: choose another one"))
	case "ratelimited":
		return bridge.Errorf(bridge.CodeRateLimited, "Slack lets user groups be changed about 20 times a minute: try again in a minute")
	}
	if v.outcome == refused && v.code != "" {
		return bridge.Errorf(bridge.CodeInvalid, "Slack refuses to change the user group (%s)", v.code)
	}
	return bridge.Errorf(bridge.CodeUnavailable, "Slack does not answer about the user group just now: try again in a moment, what was done already is taken up")
}

// nobodyLeft refuses to empty a user group, which Slack has no way for.
func nobodyLeft() error {
	return bridge.Errorf(bridge.CodeInvalid, "a user group cannot be without people: leave somebody in it, or disable it with `/chatgroups members tech disable`")
}
