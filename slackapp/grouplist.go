package slackapp

import (
	"context"
	"fmt"
	"strings"

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
