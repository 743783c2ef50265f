package slackapp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// list shows the groups in the order in which visitors find them: where each stands, who
// is told, whether it is open and why, and how many wait.
func (a *App) list(ctx context.Context, req request, _ []string) (reply, error) {
	b, w := a.bridge.Load(), a.self().Workspace
	open, err := b.OpenConversations(ctx, w)
	if err != nil {
		return reply{}, err
	}
	waiting := map[bridge.GroupID]int{}
	for _, c := range open {
		if c.Waiting.IsZero() {
			continue
		}
		for _, id := range c.With {
			waiting[id]++
		}
	}
	var text strings.Builder
	text.WriteString(req.in.Say("*Groups*, as visitors find them") + "\n")
	for i, g := range b.Groups(w) {
		fmt.Fprintf(&text, "%d. *%s* (`%s`) – %s\n", i+1, mrkdwn.Escape(g.Name), mrkdwn.Escape(g.Slug()), strings.Join(groupFacts(req.in, g, waiting[g.ID]), " · "))
	}
	return reply{text: text.String()}, nil
}

// groupFacts are what a line of the list says of a group, each on its own.
func groupFacts(in locale.Locale, g bridge.Group, waiting int) []string {
	var facts []string
	if g.Channel == "" {
		facts = append(facts, groupState(in, g))
	} else {
		facts = append(facts, "<#"+g.Channel+">", in.Say("tells %s", toldBy(in, g)), groupState(in, g))
	}
	if waiting > 0 {
		facts = append(facts, in.Count(waiting, "*%d* waits", "*%d* wait"))
	}
	if g.Hidden {
		facts = append(facts, in.Say("hidden"))
	}
	if g.Default {
		facts = append(facts, in.Say("the default group"))
	}
	return facts
}

// groupState says whether a group takes chats, why, and until when.
func groupState(in locale.Locale, g bridge.Group) string {
	o := g.WhenRead()
	switch o.Why {
	case bridge.ReasonNoChannel:
		return in.Say("has no channel yet, so it is not offered to visitors")
	case bridge.ReasonShut:
		return in.Say("*out of reach*, so visitors see it as away: `/chatgroups doctor` says why")
	case bridge.ReasonSwitchedOff:
		if !o.Until.IsZero() {
			return in.Say("*off* until %s: takes no chats", moment(o.Until))
		}
		return in.Say("*off*: takes no chats")
	case bridge.ReasonSwitchedOn:
		if !o.Until.IsZero() {
			return in.Say("on until %s", moment(o.Until))
		}
		return in.Say("on")
	case bridge.ReasonPresence:
		return in.Say("*closed*: too few of its people are active")
	case bridge.ReasonAlways:
		return in.Say("on")
	}
	return scheduled(in, o)
}

// scheduled says how a group stands by its hours.
func scheduled(in locale.Locale, o bridge.Openness) string {
	switch {
	case o.Open && o.Until.IsZero():
		return in.Say("open by its hours")
	case o.Open:
		return in.Say("open by its hours until %s", moment(o.Until))
	case o.Name != "" && o.Back.IsZero():
		return in.Say("*closed* for %s", mrkdwn.Escape(o.Name))
	case o.Name != "":
		return in.Say("*closed* for %s, opens %s", mrkdwn.Escape(o.Name), moment(o.Back))
	case o.Back.IsZero():
		return in.Say("*closed* by its hours")
	}
	return in.Say("*closed* by its hours, opens %s", moment(o.Back))
}

// moment is a time that Slack shows in the language and time zone of whoever reads it
// (docs.slack.dev/messaging/formatting-message-text, date formatting).
func moment(t time.Time) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", t.Unix(), t.UTC().Format("2006-01-02 15:04 UTC"))
}

// toldBy names who is told of a group's conversations, short where it has a long list. An
// ephemeral message notifies only the one who sees it, so Slack may render the mention.
func toldBy(in locale.Locale, g bridge.Group) string {
	switch {
	case g.UserGroup == "" && len(g.Members) == 0:
		return in.Say("nobody")
	case g.UserGroup == "" && len(g.Members) > maxNamed:
		return in.Count(len(g.Members), "%d person", "%d people")
	}
	return mention(g)
}
