package slackapp

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// A standing is how one group stands at Slack.
type standing struct {
	group bridge.Group
	// channel and people say whether Slack told of the group's channel, and of who
	// is told of its chats.
	channel, people bool
	told            []string // who is told of its chats
	outside         bool     // a public channel that the app is not in: it can enter by itself
	wrong           []bridge.Trouble
}

// A roll says whether somebody was deactivated, and whether that is known.
type roll func(id string) (gone, known bool)

// lookAtGroups asks Slack about each group's channel and who is told.
func lookAtGroups(ctx context.Context, api *slack.Client, b *bridge.Bridge, w bridge.WorkspaceID, gone roll) []standing {
	// The groups first: of one that is made meanwhile, the list of user groups may be
	// too old to know the new one.
	groups := b.Groups(w)
	userGroups, listed := userGroupsSeen(ctx, api)
	channels := channelsSeen(ctx, api)
	var all []standing
	asked := 0
	for _, g := range groups {
		ch, seen := channels[g.Channel]
		var err error
		if g.Channel != "" && (!seen || !ch.IsMember) && asked < maxChannelsAsked {
			asked++
			var info *slack.Channel
			if info, err = api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: g.Channel}); err == nil {
				ch = *info
			}
		}
		s := standing{group: g}
		s.lookAtChannel(ch, err)
		s.lookAtPeople(userGroups, listed, gone)
		all = append(all, s)
	}
	return all
}

// maxChannelsAsked is of how many channels Slack is asked one by one: it allows 50
// such calls a minute (Tier 3), and whoever asked waits.
const maxChannelsAsked = 20

// userGroupsSeen returns the user groups by id, the disabled ones too, and whether
// Slack listed them.
func userGroupsSeen(ctx context.Context, api *slack.Client) (seen map[string]slack.UserGroup, listed bool) {
	groups, err := api.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeDisabled(true), slack.GetUserGroupsOptionIncludeUsers(true))
	seen = map[string]slack.UserGroup{}
	for _, g := range groups {
		seen[g.ID] = g
	}
	return seen, err == nil
}

// channelsSeen returns the channels that the app can see, as far as Slack answers.
// A thousand come with one call.
func channelsSeen(ctx context.Context, api *slack.Client) map[string]slack.Channel {
	seen := map[string]slack.Channel{}
	params := &slack.GetConversationsParameters{Limit: 1000, Types: []string{"public_channel", "private_channel"}}
	for range 10 {
		page, cursor, err := api.GetConversationsContext(ctx, params)
		if err != nil {
			break
		}
		for _, ch := range page {
			seen[ch.ID] = ch
		}
		if cursor == "" {
			break
		}
		params.Cursor = cursor
	}
	return seen
}

func (s *standing) lookAtChannel(ch slack.Channel, err error) {
	var x bridge.Trouble
	is := false
	switch about := s.group.Channel; {
	case about == "":
		return
	case err != nil:
		if x, is = troubleFor(classify(err, true).code, about); !is || !aboutChannel(x.Kind) {
			return // of this channel Slack said nothing
		}
	case ch.ID == "":
		return
	case ch.IsArchived:
		x, is = troubleFor("is_archived", about)
	case !ch.IsMember:
		x, is = troubleFor("not_in_channel", about)
		s.outside = !ch.IsPrivate
	}
	s.channel = true
	if is {
		s.wrong = append(s.wrong, x)
	}
}

func (s *standing) lookAtPeople(userGroups map[string]slack.UserGroup, listed bool, gone roll) {
	g := s.group
	if g.Channel == "" {
		return // not offered yet
	}
	if g.UserGroup != "" {
		if of := userGroups[g.UserGroup]; listed && of.DateDelete == 0 {
			s.told = of.Users
		}
		if listed {
			var x bridge.Trouble
			var is bool
			if x, is, s.people = troubleOfUserGroup(g.UserGroup, userGroups[g.UserGroup], gone); is {
				s.wrong = append(s.wrong, x)
			}
		}
		return
	}
	var ids []string
	for _, m := range g.Members {
		ids = append(ids, string(m))
	}
	s.told = ids
	there, certain := gone.anyThere(ids)
	s.people = certain
	switch {
	case len(ids) == 0:
		s.wrong = append(s.wrong, bridge.Trouble{Kind: nobodyTold, About: string(g.ID)})
	case certain && !there:
		s.wrong = append(s.wrong, bridge.Trouble{Kind: membersGone, About: string(g.ID)})
	}
}

// anyThere reports whether somebody of these was not deactivated; it is not certain
// while nobody is known to be there and somebody is not known.
func (r roll) anyThere(ids []string) (there, certain bool) {
	certain = true
	for _, id := range ids {
		switch gone, known := r(id); {
		case !known:
			certain = false
		case !gone:
			return true, true
		}
	}
	return false, certain
}

// troubleOfUserGroup says what is wrong with a user group, as far as that is
// certain; the zero one does not exist.
func troubleOfUserGroup(id string, g slack.UserGroup, gone roll) (t bridge.Trouble, wrong, certain bool) {
	t = bridge.Trouble{About: id, Detail: g.Handle}
	switch {
	case g.ID == "":
		t.Kind = userGroupGone
	case g.DateDelete != 0:
		t.Kind = userGroupOff
	case g.UserCount > len(g.Users): // not all are listed
		return t, false, true
	default:
		t.Kind = userGroupEmpty
		there, certain := gone.anyThere(g.Users)
		return t, certain && !there, certain
	}
	return t, true, true
}

// survey looks at everything that can be in trouble, and sets the troubles to what
// it sees. Where Slack does not say, they stay as they are.
func (t *troubles) survey(ctx context.Context) {
	a := t.app
	_, header, err := askToken(ctx, a.cfg, a.http)
	if err != nil {
		if x, ok := troubleFor(classify(err, true).code, ""); ok && everywhere(x.Kind) {
			_ = t.raise(ctx, x)
		}
		return // nothing else can be asked
	}
	_ = t.end(ctx, tokenRefused, "")
	_ = t.end(ctx, accessDenied, "")
	t.setScopes(ctx, header)

	groups := lookAtGroups(ctx, a.api, a.bridge.Load(), a.self().Workspace, a.people.gone)
	if ctx.Err() != nil {
		return
	}
	for _, s := range groups {
		t.enter(ctx, &s)
		for _, x := range s.wrong {
			_ = t.raise(ctx, x)
		}
	}
	for _, x := range t.all() {
		if !everywhere(x.Kind) && t.over(x, groups) {
			_ = t.end(ctx, x.Kind, x.About)
		}
	}
}

func (t *troubles) setScopes(ctx context.Context, header http.Header) {
	missing, listed := missingScopes(locale.English, header)
	if !listed {
		return
	}
	if len(missing) == 0 {
		_ = t.end(ctx, scopeMissing, "")
		return
	}
	_ = t.raise(ctx, bridge.Trouble{
		Kind: scopeMissing, Detail: strings.Join(missing, ", "), Shut: slices.ContainsFunc(missing, func(s string) bool { return strings.HasPrefix(s, "chat:write") }),
	})
}

// enter goes back into a public channel, unless the app was told that somebody
// removed it: then it does not force itself in.
func (t *troubles) enter(ctx context.Context, s *standing) {
	if !s.outside || t.stands(outsideChannel, s.group.Channel) {
		return
	}
	if _, _, _, err := t.app.api.JoinConversationContext(ctx, s.group.Channel); err == nil {
		s.wrong = slices.DeleteFunc(s.wrong, func(x bridge.Trouble) bool { return x.Kind == outsideChannel })
	}
}

// over reports whether a trouble is not to be seen any more.
func (t *troubles) over(x bridge.Trouble, groups []standing) bool {
	concerned := 0
	for _, s := range groups {
		if len(groupsOf(x, []bridge.Group{s.group})) == 0 {
			continue
		}
		concerned++
		told := s.channel
		if !aboutChannel(x.Kind) {
			told = s.people
		}
		if !told || slices.ContainsFunc(s.wrong, func(y bridge.Trouble) bool { return y.About == x.About && looksLike(x.Kind, y.Kind) }) {
			return false
		}
	}
	if x.Kind == postingBarred && concerned > 0 {
		return false // not to be seen from outside: a post will tell
	}
	if concerned == 0 && aboutChannel(x.Kind) {
		// No group has this channel any more, but threads may stand there still.
		if l := t.app.knownLane(x.About); l != nil {
			why, waiting := l.complaint()
			return why.err == nil || waiting == 0
		}
	}
	return true
}

// looksLike reports whether what is seen may be trouble of a kind: a private channel
// that the app was removed from looks as if it did not exist.
func looksLike(kind, seen string) bool {
	return kind == seen || kind == outsideChannel && seen == channelGone
}
