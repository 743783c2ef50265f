package slackapp

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// rosters knows the user groups of the workspace and who is in them, as Slack said at
// most rosterAge ago: one call tells of all (docs.slack.dev/reference/methods/usergroups.list,
// include_users), and Slack allows twenty a minute.
type rosters struct {
	api   *slack.Client
	clock Clock

	asking chan struct{} // holds one: whoever took it out asks, the others wait

	mu     sync.Mutex // guards the following
	at     time.Time  // of the last answer; zero when it holds no more
	groups map[string]slack.UserGroup
}

// rosterAge is how old a roster may be.
const rosterAge = time.Minute

func newRosters(api *slack.Client, clock Clock) *rosters {
	r := &rosters{api: api, clock: clock, asking: make(chan struct{}, 1)}
	r.asking <- struct{}{}
	return r
}

// drop has the next who asks ask Slack: an event told of a change.
func (r *rosters) drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = time.Time{}
}

func (r *rosters) fresh() (map[string]slack.UserGroup, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.groups, !r.at.IsZero() && r.clock.Now().Sub(r.at) < rosterAge
}

// all returns the user groups by id, the disabled ones too. It asks Slack unless it did
// a moment ago, and fails where Slack does not answer. Nobody may change what it returns.
func (r *rosters) all(ctx context.Context) (map[string]slack.UserGroup, error) {
	if groups, ok := r.fresh(); ok {
		return groups, nil
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.asking:
	}
	defer func() { r.asking <- struct{}{} }()
	if groups, ok := r.fresh(); ok { // somebody else asked meanwhile
		return groups, nil
	}
	at := r.clock.Now() // an event that comes while Slack answers makes the answer old
	listed, err := r.api.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeDisabled(true), slack.GetUserGroupsOptionIncludeUsers(true))
	if err != nil {
		return nil, err
	}
	groups := map[string]slack.UserGroup{}
	for _, g := range listed {
		groups[g.ID] = g
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at, r.groups = at, groups
	return groups, nil
}

// peopleOf returns who is told of a group's chats: the people of its user group, none
// while that is disabled, or its own list.
func (a *App) peopleOf(ctx context.Context, g bridge.Group) ([]string, error) {
	if g.UserGroup == "" {
		var ids []string
		for _, m := range g.Members {
			ids = append(ids, string(m))
		}
		return ids, nil
	}
	groups, err := a.rosters.all(ctx)
	if err != nil {
		return nil, err
	}
	if of := groups[g.UserGroup]; of.DateDelete == 0 {
		return slices.Clone(of.Users), nil
	}
	return nil, nil
}
