package slackapp

import (
	"context"
	"fmt"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

func (a *App) list(_ context.Context, req request, _ []string) (reply, error) {
	var b strings.Builder
	b.WriteString("*Groups*\n")
	for _, g := range a.bridge.Load().Groups(a.self().Workspace) {
		fmt.Fprintf(&b, "• *%s* (`%s`) – ", mrkdwn.Escape(g.Name), mrkdwn.Escape(g.Slug()))
		if g.Channel == "" {
			b.WriteString("has no channel yet, so it is not offered to visitors")
		} else {
			fmt.Fprintf(&b, "<#%s>, tells %s, %s", g.Channel, toldWithoutPing(g), groupState(req.in, g))
		}
		if g.Default {
			b.WriteString(" – the default group")
		}
		b.WriteString("\n")
	}
	return reply{text: b.String()}, nil
}

// groupState says whether a group takes chats, and why not.
func groupState(in locale.Locale, g bridge.Group) string {
	switch {
	case g.Channel == "":
		return in.Say("has no channel yet, so it is not offered to visitors")
	case g.WhenRead().Why == bridge.ReasonSwitchedOff:
		return in.Say("*off*: takes no chats")
	case g.Shut:
		return in.Say("*out of reach*, so visitors see it as away: `/chatgroups doctor` says why")
	}
	return in.Say("on")
}

// toldWithoutPing names who is told of a group's conversations. An ephemeral
// message notifies only the one who sees it, so Slack may render the mention.
func toldWithoutPing(g bridge.Group) string {
	if m := mention(g); m != "" {
		return m
	}
	return "nobody"
}
