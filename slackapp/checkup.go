package slackapp

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// What doctor and check look at besides tokens and what the survey sees: whether who is
// told of a chat can read it, whether user groups can be edited, and the public side.

// maxAbsentNamed is how many people a finding names.
const maxAbsentNamed = 5

// checkAudience finds the people who are told of a group's chats and are not in its
// channel: a mention reaches them and leads to a thread that they have not joined, or in
// a private channel cannot see. called names people, "" where that is not known.
func checkAudience(ctx context.Context, in locale.Locale, api *slack.Client, standings []standing, called func(id string) string) []Finding {
	var found []Finding
	asked := 0
	for _, s := range standings {
		if !s.channel || s.outside || len(s.wrong) > 0 || len(s.told) == 0 || asked == maxChannelsAsked {
			continue
		}
		asked++
		there, err := channelPeople(ctx, api, s.group.Channel)
		if err != nil {
			continue // Slack does not say: nothing is known to be wrong
		}
		absent := slices.DeleteFunc(slices.Clone(s.told), func(id string) bool { return there[id] })
		if len(absent) == 0 {
			continue
		}
		var names []string
		for _, id := range absent[:min(len(absent), maxAbsentNamed)] {
			name := called(id)
			if name == "" {
				name = id
			}
			names = append(names, name)
		}
		found = append(found, Finding{
			What: in.Say("group %s", s.group.Name),
			Text: in.Count(len(absent), "%d of those who are told is not in %s: %s", "%d of those who are told are not in %s: %s",
				"<#"+s.group.Channel+">", strings.Join(names, ", ")),
			Mend: in.Say("Invite them there with /invite, or take them out of who is told"),
		})
	}
	return found
}

// checkUserGroupWrites tries whether user groups can be edited from here, with a change
// of nothing in the first one that a group is linked to: only a try shows it, and what
// refuses it is about all of them (slack.com/help/articles/212906697).
func checkUserGroupWrites(ctx context.Context, in locale.Locale, api *slack.Client, groups []bridge.Group) []Finding {
	for _, g := range groups {
		if g.UserGroup == "" {
			continue
		}
		f := Finding{What: in.Say("user groups"), OK: true, Text: in.Say("can be changed from here")}
		if _, err := api.UpdateUserGroupContext(ctx, g.UserGroup); err != nil {
			v := classify(err, true)
			switch v.code {
			case "permission_denied":
				f.OK, f.Text = false, in.Say("cannot be changed from here: the workspace keeps that to admins")
				f.Mend = in.Say("Let everyone edit user groups (Slack: Workspace settings, Permissions, User groups), set SLACK_ADMIN_TOKEN, or change them in Slack itself")
			case "plan_upgrade_required", "paid_teams_only":
				f.OK, f.Text = false, in.Say("need a paid Slack plan")
				f.Mend = in.Say("Give the groups lists of their own: edit each, and choose people")
			case "missing_scope":
				continue // the line on scopes says it
			default:
				f.Text = in.Say("Slack did not say whether they can be changed from here (%s)", v.code)
			}
		}
		return []Finding{f}
	}
	return nil
}

// checkPublic looks at how browsers reach the bridge and which pages may use it.
func checkPublic(in locale.Locale, publicURL string, sites []bridge.Site) []Finding {
	f := Finding{What: in.Say("public address"), OK: true, Text: publicURL}
	u, err := url.Parse(publicURL)
	secure := err == nil && u.Scheme == "https"
	local := err == nil && (u.Hostname() == "localhost" || strings.HasPrefix(u.Hostname(), "127.") || u.Hostname() == "::1")
	switch {
	case err != nil || u.Host == "":
		f.OK, f.Text = false, in.Say("is no address that browsers could use")
		f.Mend = in.Say("Set CHATGROUPS_PUBLIC_URL, like https://chat.example.com")
	case local:
		f.Text = in.Say("%s: only browsers on this machine reach it", publicURL)
	case !secure:
		f.OK, f.Text = false, in.Say("%s is not https, so pages that are will not load the widget", publicURL)
		f.Mend = in.Say("Put a TLS proxy in front and set CHATGROUPS_PUBLIC_URL to its https address")
	}
	found := []Finding{f}
	for _, s := range sites {
		f := Finding{What: in.Say("site %s", calledSite(s)), OK: true, Text: in.Count(len(s.Origins), "%d origin may use it", "%d origins may use it")}
		if len(s.Origins) == 0 {
			f.OK, f.Text = false, in.Say("no page may use it but the bridge's own")
			f.Mend = in.Say("Name your page: `/chatgroups site add https://shop.example`")
		}
		found = append(found, f)
	}
	return found
}
