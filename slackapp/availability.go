package slackapp

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// Opening and closing a group by hand. Whichever way it was switched before, or
// whatever its hours say, the last command is what counts.

func (a *App) on(ctx context.Context, req request, words []string) (reply, error) {
	return a.switchByHand(ctx, req, words, true)
}

func (a *App) off(ctx context.Context, req request, words []string) (reply, error) {
	return a.switchByHand(ctx, req, words, false)
}

func (a *App) switchByHand(ctx context.Context, req request, words []string, on bool) (reply, error) {
	g, end, err := a.groupAndEnd(words)
	if err != nil {
		return reply{}, err
	}
	until, err := parseEnd(end, a.cfg.Clock.Now().In(req.who.zone()))
	if err != nil {
		return reply{}, err
	}
	g, err = a.amendGroup(ctx, req, g.ID, func(g *bridge.Group) error {
		g.Switch = &bridge.Switch{On: on, Until: until.UTC(), By: bridge.AgentID(req.user)}
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	undo := req.in.Say("Visitors see that it is away and can leave a message. `/chatgroups on %[1]s` opens it, `/chatgroups auto %[1]s` lets its hours decide again.", g.Slug())
	if on {
		undo = req.in.Say("`/chatgroups off %[1]s` closes it, `/chatgroups auto %[1]s` lets its hours decide again.", g.Slug())
	}
	r := req.say("*%s*: %s\n%s", mrkdwn.Escape(g.Name), groupState(req.in, g), undo)
	r.buttons = switchButtons(req.in, g, on)
	return r, nil
}

// switchButtons do what could be wanted after a group was switched: to give that an end,
// where it has none, and to undo it.
func switchButtons(in locale.Locale, g bridge.Group, on bool) []slack.BlockElement {
	same, undo, undoes := "off ", "on ", in.Say("Open now")
	if on {
		same, undo, undoes = "on ", "off ", in.Say("Close now")
	}
	var all []slack.BlockElement
	add := func(command, says string) {
		all = append(all, button(fmt.Sprintf("%s:%d", actionTyped, len(all)), command, says, ""))
	}
	slug := quoted(g.Slug())
	if g.Switch.Until.IsZero() {
		add(same+slug+" for 1h", in.Say("For an hour"))
		add(same+slug+" until tomorrow 9:00", in.Say("Until tomorrow at 9:00"))
	}
	add(undo+slug, undoes)
	add("auto "+slug, in.Say("Follow the hours"))
	return all
}

func (a *App) auto(ctx context.Context, req request, words []string) (reply, error) {
	g, end, err := a.groupAndEnd(words)
	if err != nil {
		return reply{}, err
	}
	if len(end) > 0 {
		return reply{}, bridge.Errorf(bridge.CodeInvalid, "a group follows its hours until somebody switches it: leave out %q", strings.Join(end, " "))
	}
	g, err = a.amendGroup(ctx, req, g.ID, func(g *bridge.Group) error {
		g.Switch = nil
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	undo := req.in.Say("Its hours and who is there decide. `/chatgroups off %[1]s` closes it by hand, `/chatgroups hours %[1]s` changes its hours.", g.Slug())
	if g.Hours == nil && g.LeastPresent == 0 {
		undo = req.in.Say("It has no hours. `/chatgroups off %[1]s` closes it by hand, `/chatgroups hours %[1]s` gives it hours.", g.Slug())
	}
	return req.say("*%s*: %s\n%s", mrkdwn.Escape(g.Name), groupState(req.in, g), undo), nil
}

// groupAndEnd reads "tech for 2h". A group whose name reads like that is found first.
func (a *App) groupAndEnd(words []string) (g bridge.Group, end []string, err error) {
	if len(words) == 0 {
		return g, nil, bridge.Errorf(bridge.CodeInvalid, "say which group, like `/chatgroups off tech`")
	}
	b, w := a.bridge.Load(), a.self().Workspace
	if g, err = b.FindGroup(w, strings.Join(words, " ")); err == nil {
		return g, nil, nil
	}
	words, end = cutEnd(words)
	g, err = b.FindGroup(w, strings.Join(words, " "))
	return g, end, err
}

// groupThen finds the group that words begin with, by as many of them as make a name,
// and returns the words after it.
func (a *App) groupThen(words []string) (g bridge.Group, rest []string, err error) {
	for n := len(words); n > 0; n-- {
		g, err = a.bridge.Load().FindGroup(a.self().Workspace, strings.Join(words[:n], " "))
		if err == nil {
			return g, words[n:], nil
		}
	}
	return g, nil, err // about the first word
}

// maxConflicts is how often a change is made anew on top of somebody else's.
const maxConflicts = 3

// amendGroup changes a group as it stands now. Where somebody else saves it meanwhile,
// the change is made on top of that. Whoever may not change the group is refused.
func (a *App) amendGroup(ctx context.Context, req request, id bridge.GroupID, change func(*bridge.Group) error) (bridge.Group, error) {
	b := a.bridge.Load()
	for n := 0; ; n++ {
		g, err := b.Group(a.self().Workspace, id)
		if err == nil {
			err = req.mayManage(g)
		}
		if err == nil {
			err = change(&g)
		}
		if err != nil {
			return g, err
		}
		g, err = b.UpdateGroup(ctx, g, req.by())
		if bridge.CodeOf(err) != bridge.CodeConflict || n == maxConflicts {
			return g, err
		}
	}
}
