package slackapp

import (
	"context"
	"errors"
	"slices"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// changeMembers adds people to a user group and takes others out, and returns who is in
// it then. Slack knows no such call: the whole list is replaced
// (docs.slack.dev/reference/methods/usergroups.users.update). So it is read, changed,
// written and read again, by one at a time; where somebody else wrote at the same moment,
// what is wanted is done once more upon their list. Errors are at the field for people.
func (a *App) changeMembers(ctx context.Context, userGroup string, add, remove []bridge.AgentID) ([]string, error) {
	turn, ok := a.rewriting.take(userGroup)
	if !ok {
		return nil, bridge.Errorf(bridge.CodeUnavailable, "too many people change this user group just now: try again in a moment")
	}
	defer turn.end()
	turn.wait()
	defer a.rosters.drop()

	now, err := a.membersOf(ctx, userGroup)
	for range 2 {
		if err != nil {
			return nil, err
		}
		want := changedMembers(now, add, remove)
		switch {
		case sameMembers(now, want):
			return now, nil
		case len(want) == 0:
			return now, inField(fieldPeople, nobodyLeft())
		}
		refusal := a.patiently(ctx, func() error {
			_, err := a.userGroupWriter().UpdateUserGroupMembersListContext(ctx, userGroup, want)
			return err
		})
		if refusal != nil {
			if err := userGroupRefused(classify(refusal, true)); bridge.CodeOf(err) != bridge.CodeUnavailable {
				return now, err
			}
			// It may have been done all the same: the list tells.
		}
		now, err = a.membersOf(ctx, userGroup)
	}
	if err == nil && sameMembers(now, changedMembers(now, add, remove)) {
		return now, nil
	}
	if err == nil {
		err = bridge.Errorf(bridge.CodeConflict, "somebody else changes the user group at the same time: look who is in it now, and try again")
	}
	return now, err
}

// membersOf asks Slack who is in a user group at this moment.
func (a *App) membersOf(ctx context.Context, userGroup string) ([]string, error) {
	var now []string
	err := a.patiently(ctx, func() (err error) {
		now, err = a.api.GetUserGroupMembersContext(ctx, userGroup, slack.GetUserGroupMembersOptionIncludeDisabled(true))
		return err
	})
	if err != nil {
		return nil, userGroupRefused(classify(err, true))
	}
	return now, nil
}

func changedMembers(now []string, add, remove []bridge.AgentID) []string {
	var want []string
	for _, id := range now {
		if !slices.Contains(remove, bridge.AgentID(id)) {
			want = append(want, id)
		}
	}
	for _, id := range add {
		if !slices.Contains(want, string(id)) {
			want = append(want, string(id))
		}
	}
	return want
}

func sameMembers(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// checkTold refuses people who cannot be told of a group's chats.
func (a *App) checkTold(ctx context.Context, people []bridge.AgentID) error {
	for _, id := range people {
		who, err := a.people.person(ctx, string(id), personAge, a.self().Workspace)
		if err != nil {
			return bridge.Errorf(bridge.CodeUnavailable, "Slack does not tell who everybody is just now, so nothing was changed: try again in a moment")
		}
		switch {
		case who.gone:
			return bridge.Errorf(bridge.CodeInvalid, "%s was deactivated and would not be told: choose people who are there", plainName(who.name))
		case who.bot:
			return bridge.Errorf(bridge.CodeInvalid, "%s is an app and answers nobody: choose people", plainName(who.name))
		case !who.belongs():
			return bridge.Errorf(bridge.CodeInvalid, "%s is a guest or from outside this workspace: choose full members", plainName(who.name))
		}
	}
	return nil
}

// atMembers puts an error at the field for the people of a linked user group.
func atMembers(err error) error {
	if at, ok := errors.AsType[*fieldError](err); ok && at.field == fieldPeople {
		return inField(fieldMembers, at.err)
	}
	return err
}
