package slackapp

import (
	"context"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// outsider reports whether the author of a message is from outside the workspace
// (Slack Connect). Slack names the author's workspace in user_team or team, but may
// leave both out; then the person is asked for, and where Slack does not say who
// that is the error keeps the message from being taken: it is told again.
func (a *App) outsider(ctx context.Context, e event) (bool, error) {
	home := a.self().Workspace
	if team := e.home(); team != "" {
		return bridge.WorkspaceID(team) != home, nil
	}
	who, err := a.people.person(ctx, e.User, outsiderAge, home)
	switch code := classify(err, true).code; {
	case code == "user_not_found" || code == "user_not_visible":
		return true, nil // nobody whom this workspace knows
	case err != nil:
		return false, err
	}
	return who.stranger, nil
}

// outsiderAge is how old an answer may be to where somebody belongs: people do not
// change that.
const outsiderAge = 30 * 24 * time.Hour
