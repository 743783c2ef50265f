package slackapp

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// userGroupWriter is the client for changing user groups: an admin's own token where the
// operator gave one, for workspaces that let no bot do that.
func (a *App) userGroupWriter() *slack.Client {
	if a.adminAPI != nil {
		return a.adminAPI
	}
	return a.api
}

// userGroup finds the user group that somebody named, and refuses a disabled one.
func (a *App) userGroup(ctx context.Context, ref reference) (slack.UserGroup, error) {
	for range 2 {
		groups, err := a.rosters.all(ctx)
		if err != nil {
			return slack.UserGroup{}, userGroupsUnread(err)
		}
		for _, g := range groups {
			if ref.id != "" && g.ID != ref.id || ref.id == "" && !strings.EqualFold(g.Handle, ref.name) {
				continue
			}
			if g.DateDelete != 0 {
				return g, bridge.Errorf(bridge.CodeInvalid, "the user group @%s is disabled, so nobody would be told: enable it in Slack first", g.Handle)
			}
			return g, nil
		}
		a.rosters.drop() // it may be a new one, of which no event tells
	}
	return slack.UserGroup{}, bridge.Errorf(bridge.CodeNotFound, "there is no user group @%s: create it in Slack (Directory, User groups), or choose a person from Slack's list while typing", ref.name)
}

// userGroupsUnread says why Slack did not list the user groups.
func userGroupsUnread(err error) error {
	if v := classify(err, true); v.code == "plan_upgrade_required" || v.code == "paid_teams_only" {
		return bridge.Errorf(bridge.CodeInvalid, "user groups need a paid Slack plan: name the people instead, like `/chatgroups create Tech @ann @bob #chat-tech`")
	}
	return bridge.Errorf(bridge.CodeUnavailable, "Slack did not tell the user groups just now, so nothing was done: try again in a moment")
}

// suggestUserGroups are the enabled user groups whose name or handle holds what was
// typed, those that begin with it first.
func (a *App) suggestUserGroups(ctx context.Context, typed string) ([]*slack.OptionBlockObject, error) {
	groups, err := a.rosters.all(ctx)
	if err != nil {
		return nil, userGroupsUnread(err)
	}
	typed = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(typed), "@"))
	var found []slack.UserGroup
	for _, g := range groups {
		if g.DateDelete == 0 && (strings.Contains(strings.ToLower(g.Handle), typed) || strings.Contains(strings.ToLower(g.Name), typed)) {
			found = append(found, g)
		}
	}
	slices.SortFunc(found, func(x, y slack.UserGroup) int {
		late := func(g slack.UserGroup) int {
			if strings.HasPrefix(strings.ToLower(g.Handle), typed) {
				return 0
			}
			return 1
		}
		return cmp.Or(late(x)-late(y), strings.Compare(x.Handle, y.Handle))
	})
	var options []*slack.OptionBlockObject
	for _, g := range found[:min(len(found), maxOptions)] {
		options = append(options, userGroupOption(g))
	}
	return options, nil
}

func userGroupOption(g slack.UserGroup) *slack.OptionBlockObject {
	says := "@" + g.Handle
	if !strings.EqualFold(g.Name, g.Handle) {
		says += " – " + g.Name
	}
	return choice(g.ID, says)
}

// A userGroupWish is a user group to be made.
type userGroupWish struct {
	name, handle string
	channel      string // its default channel, into which Slack puts whoever is added
	people       []bridge.AgentID
	of           bridge.GroupID // the group that it is for, "" for one that is not there yet
}

// made is how the app knows again a user group that it made, also with an admin's token.
// Slack takes 140 characters.
func (w userGroupWish) made() string {
	return "Is told of website chats for " + w.name
}

// makeUserGroup makes a user group with its people and returns its id. One that was made
// by an earlier attempt, which did not get to its end, is taken up: enabled where it is
// not, and given who is missing. A *fieldError says which of handle and people is refused.
func (a *App) makeUserGroup(ctx context.Context, wish userGroupWish) (string, error) {
	if len(wish.people) == 0 {
		return "", inField(fieldPeople, bridge.Errorf(bridge.CodeInvalid, "choose who is in the user group: Slack has none without people"))
	}
	if err := a.checkTold(ctx, wish.people); err != nil {
		return "", inField(fieldPeople, err)
	}
	a.rosters.drop()
	var made slack.UserGroup
	err := a.patiently(ctx, func() (err error) {
		made, err = a.userGroupWriter().CreateUserGroupContext(ctx, slack.UserGroup{
			Name: wish.name, Handle: wish.handle, Description: wish.made(),
			Prefs: slack.UserGroupPrefs{Channels: []string{wish.channel}},
		})
		return err
	})
	if err != nil || made.ID == "" {
		v := classify(err, true)
		taken := v.code == "handle_already_exists" || v.code == "name_already_exists"
		if refusal := userGroupRefused(v); !taken && bridge.CodeOf(refusal) != bridge.CodeUnavailable {
			return "", refusal
		}
		ours, found := a.unfinished(ctx, wish)
		switch {
		case found:
			made = ours
		case v.code == "name_already_exists":
			return "", inField(fieldHandle, bridge.Errorf(bridge.CodeConflict, "Slack has a user group called %s already: link that one, or give this group another name", wish.name))
		case taken:
			return "", inField(fieldHandle, bridge.Errorf(bridge.CodeConflict, "@%s is taken by a user group, a channel or a person: @%s is free", wish.handle, a.freeHandle(ctx, wish.name, wish.handle)))
		default:
			return "", userGroupRefused(v)
		}
	}
	_, err = a.changeMembers(ctx, made.ID, wish.people, nil)
	return made.ID, inField(fieldPeople, err)
}

// unfinished finds the user group that an earlier attempt at a wish made, and enables it.
func (a *App) unfinished(ctx context.Context, wish userGroupWish) (slack.UserGroup, bool) {
	groups, err := a.rosters.all(ctx)
	if err != nil {
		return slack.UserGroup{}, false
	}
	for _, g := range groups {
		if g.Description != wish.made() || a.tellsAnother(g.ID, wish.of) || !strings.EqualFold(g.Handle, wish.handle) && g.Name != wish.name {
			continue
		}
		if g.DateDelete != 0 && a.patiently(ctx, func() error {
			_, err := a.userGroupWriter().EnableUserGroupContext(ctx, g.ID)
			return err
		}) != nil {
			return slack.UserGroup{}, false
		}
		return g, true
	}
	return slack.UserGroup{}, false
}

// tellsAnother reports whether a group but this one has a user group.
func (a *App) tellsAnother(userGroup string, but bridge.GroupID) bool {
	return slices.ContainsFunc(a.bridge.Load().Groups(a.self().Workspace), func(g bridge.Group) bool {
		return g.UserGroup == userGroup && g.ID != but
	})
}

// maxHandle is the most characters of a handle and, by our choice, of a channel's name
// that is suggested.
const maxHandle = 21

// freeHandle suggests a handle for the user group of a group, which nobody has as far as
// the app can see, and which is none of those that were tried. Handles share their names
// with channels and people.
func (a *App) freeHandle(ctx context.Context, name string, tried ...string) string {
	slug := bridge.Slug(name)
	return a.freeName(ctx, name, tried, slug, slug+"-team", "team-"+slug)
}

// freeChannel suggests a name for a group's channel in the same way.
func (a *App) freeChannel(ctx context.Context, name string, tried ...string) string {
	return a.freeName(ctx, name, tried, "chat-"+bridge.Slug(name))
}

func (a *App) freeName(ctx context.Context, name string, tried []string, bases ...string) string {
	taken := a.namesTaken(ctx, name)
	for _, t := range tried {
		taken[t] = true
	}
	for _, base := range bases {
		if free := cutName(base, maxHandle); !taken[free] {
			return free
		}
	}
	for n := 2; ; n++ {
		suffix := "-" + strconv.Itoa(n)
		if free := cutName(bases[0], maxHandle-len(suffix)) + suffix; !taken[free] {
			return free
		}
	}
}

// cutName shortens a name to n characters, and not to one that ends in a hyphen.
func cutName(name string, n int) string {
	runes := []rune(name)
	return strings.TrimRight(string(runes[:min(len(runes), n)]), "-")
}

// namesTaken are the names of the channels and user groups that the app can see, but for
// those that it made for a group of this name and that no group has: an attempt to make
// it did not get to its end. Of people it knows what they are called, not their user
// names: Slack may still refuse.
func (a *App) namesTaken(ctx context.Context, name string) map[string]bool {
	taken := map[string]bool{"here": true, "channel": true, "everyone": true, "all": true}
	for _, ch := range channelsSeen(ctx, a.api) {
		if ch.Creator != a.self().BotUser || ch.IsArchived || a.hasChannel(ch.ID) {
			taken[ch.Name] = true
		}
	}
	groups, _ := a.rosters.all(ctx) // without them there are no handles to clash with
	for id, g := range groups {
		if (g.Description != userGroupWish{name: name}.made()) || a.tellsAnother(id, "") {
			taken[strings.ToLower(g.Handle)] = true
		}
	}
	return taken
}
