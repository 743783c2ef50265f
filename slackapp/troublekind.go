package slackapp

import (
	"errors"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// What can be wrong at Slack until somebody mends it there, as bridge.Trouble.Kind
// has it. The words are stored: they stay.
const (
	tokenRefused    = "token"               // the bot token is dead: revoked, or the app uninstalled
	accessDenied    = "access"              // the workspace does not let the app in
	scopeMissing    = "scope"               // Detail has which
	channelArchived = "channel_archived"    // About is a channel, from here on
	channelGone     = "channel_gone"        // deleted, or private and the app was removed
	outsideChannel  = "not_in_channel"      // the app is not in it
	postingBarred   = "posting_barred"      // its settings let apps not post
	userGroupOff    = "user_group_disabled" // About is a user group
	userGroupGone   = "user_group_gone"
	userGroupEmpty  = "user_group_empty"
	nobodyTold      = "nobody_told"  // About is a group of ours that names nobody
	membersGone     = "members_gone" // … or only people who were deactivated
)

// maxTroubleDetail is the most characters of a Detail.
const maxTroubleDetail = 300

// troubleKinds is every kind there is.
var troubleKinds = []string{
	tokenRefused, accessDenied, scopeMissing, channelArchived, channelGone, outsideChannel, postingBarred,
	userGroupOff, userGroupGone, userGroupEmpty, nobodyTold, membersGone,
}

// everywhere reports whether a kind is about the whole workspace.
func everywhere(kind string) bool {
	return kind == tokenRefused || kind == accessDenied || kind == scopeMissing
}

func aboutChannel(kind string) bool {
	return kind == channelArchived || kind == channelGone || kind == outsideChannel || kind == postingBarred
}

// troubleFor names the trouble that a refusal is a sign of, or ok false where it is
// none that lasts or none that is about all posts in a channel. A code that is not
// listed is no trouble of the channel's (docs.slack.dev, method chat.postMessage).
func troubleFor(code, channel string) (t bridge.Trouble, ok bool) {
	t = bridge.Trouble{About: channel, Shut: true}
	switch code {
	case "is_archived":
		t.Kind = channelArchived
	case "channel_not_found":
		t.Kind = channelGone
	case "not_in_channel":
		t.Kind = outsideChannel
	case "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
		"restricted_action_non_threadable_channel":
		t.Kind = postingBarred
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired":
		t.Kind, t.About, t.Detail = tokenRefused, "", code
	case "not_allowed_token_type", "no_permission", "ekm_access_denied", "app_access_restricted", "access_denied",
		"org_login_required", "team_not_found":
		t.Kind, t.About, t.Detail = accessDenied, "", code
	case "missing_scope":
		t.Kind, t.About = scopeMissing, ""
	default:
		return bridge.Trouble{}, false
	}
	return t, true
}

// neededScope is the scope that Slack said was missing, or "".
func neededScope(err error) string {
	if answer, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return answer.Needed
	}
	return ""
}

// words say what is wrong and what mends it, for a person. doctor, check, /readyz,
// the log and what admins are told all say it in these words.
func words(in locale.Locale, t bridge.Trouble) (what, mend string) {
	channel := in.Say("the channel")
	if t.About != "" {
		channel = "<#" + t.About + ">"
	}
	handle := in.Say("of the group")
	if t.Detail != "" {
		handle = "@" + t.Detail
	}
	switch t.Kind {
	case tokenRefused:
		return in.Say("Slack does not accept the bot token any more (%s)", t.Detail),
			in.Say("Reinstall the app in Slack, set SLACK_BOT_TOKEN to its bot token and restart the program")
	case accessDenied:
		return in.Say("the workspace does not let the app in (%s)", t.Detail),
			in.Say("An admin must approve it in Slack: Administration, Manage apps")
	case scopeMissing:
		what = in.Say("the app lacks a permission")
		if t.Detail != "" {
			what = in.Say("the app lacks a permission: %s", t.Detail)
		}
		return what, in.Say("Add it under OAuth & Permissions, or paste manifest.yml again, then reinstall the app")
	case channelArchived:
		return in.Say("%s is archived", channel), in.Say("Unarchive it, or give the group another channel")
	case channelGone:
		return in.Say("the app cannot see %s: it was deleted, or it is private and the app was removed", channel),
			in.Say("Invite the app there with /invite @chatgroups, or give the group another channel")
	case outsideChannel:
		return in.Say("the app is not in %s", channel), in.Say("Invite the app there with /invite @chatgroups, or give the group another channel")
	case postingBarred:
		return in.Say("the workspace does not let apps post in %s", channel),
			in.Say("Change the channel's posting permissions, or give the group another channel")
	case userGroupOff:
		return in.Say("the user group %s is disabled, so nobody is told of new chats", handle),
			in.Say("Enable it in Slack: Directory, User groups")
	case userGroupGone:
		return in.Say("the group's user group does not exist any more, so nobody is told of new chats"),
			in.Say("Edit the group, and give it a user group that exists")
	case userGroupEmpty:
		return in.Say("nobody is left in the user group %s, so nobody is told of new chats", handle),
			in.Say("Add people to it in Slack: Directory, User groups")
	case nobodyTold:
		return in.Say("nobody is told of its chats"), in.Say("Edit the group, and give it a user group")
	case membersGone:
		return in.Say("everybody who was told of its chats has been deactivated"),
			in.Say("Edit the group, and give it a user group, or people who are there")
	}
	return in.Say("something is wrong at Slack (%s)", t.Kind), in.Say("Look at status.slack.com")
}

// explain turns Slack's error code into sentences with the mend.
func explain(in locale.Locale, code, channel string) string {
	if t, ok := troubleFor(code, channel); ok {
		return sentences(in, t)
	}
	where := in.Say("the channel")
	if channel != "" {
		where = "<#" + channel + ">"
	}
	switch code {
	case "":
		return in.Say("Slack does not answer just now, and is asked again by itself: see status.slack.com if it stays so.")
	case "thread_not_found", "message_not_found", "cannot_reply_to_message":
		return in.Say("The first message of a thread in %s was deleted: a new thread is begun by itself.", where)
	}
	return in.Say("Slack refused a post in %s (%s).", where, strings.ReplaceAll(code, "_", " "))
}

// sentences are words in full.
func sentences(in locale.Locale, t bridge.Trouble) string {
	what, mend := words(in, t)
	return upperFirst(what) + ". " + mend + "."
}

// slackRefusal is explain as the argument of an error, said in the reader's language.
type slackRefusal struct{ code, channel string }

func (r slackRefusal) Error() string { return r.clause(locale.English) }

func (r slackRefusal) clause(in locale.Locale) string {
	return strings.TrimSuffix(explain(in, r.code, r.channel), ".")
}

// groupsOf are the groups that a trouble is about.
func groupsOf(t bridge.Trouble, groups []bridge.Group) []bridge.Group {
	return slices.DeleteFunc(groups, func(g bridge.Group) bool {
		switch {
		case everywhere(t.Kind):
			return false
		case aboutChannel(t.Kind):
			return g.Channel != t.About
		case t.Kind == nobodyTold || t.Kind == membersGone:
			return string(g.ID) != t.About
		}
		return g.UserGroup != t.About
	})
}
