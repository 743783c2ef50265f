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

// What people do to one conversation: claim, invite, leave, close, reopen.

// target is the conversation that a request is about, and the group for which
// the person acts: the one in whose channel it was asked.
type target struct {
	bridge.Conversation
	group bridge.GroupID
}

// target finds the conversation and takes its number off the words. Named, in its
// thread, or the only open one of the channel; then the person must be a member of
// a taking-part group's channel, or an admin.
func (a *App) target(ctx context.Context, req request, words []string) (target, []string, error) {
	b, w := a.bridge.Load(), a.self().Workspace
	var t target
	var err error
	switch n, named := firstNumber(words); {
	case named:
		words = words[1:]
		t.Conversation, err = b.ByNumber(ctx, w, n)
	case req.thread.ts != "":
		var key bridge.ThreadKey
		if key, _, err = a.findThread(ctx, req.thread); err == nil {
			t.Conversation, err = b.Conversation(ctx, key.Conversation)
		}
	default:
		t.Conversation, err = a.onlyOpen(ctx, req.channel)
	}
	if err != nil {
		return t, words, err
	}
	t.group = a.groupIn(t.Conversation, req.channel)
	if key, _, err := a.findThread(ctx, req.thread); err == nil && key.Conversation == t.ID {
		t.group = key.Group // two groups may share a channel; the thread tells
	}
	return t, words, a.mayAct(ctx, req, t)
}

func firstNumber(words []string) (int, bool) {
	if len(words) == 0 {
		return 0, false
	}
	return conversationNumber(words[0])
}

// severalOpen says that a request named no conversation where several are open.
type severalOpen struct{ open []bridge.Conversation }

func (e *severalOpen) Error() string {
	return fmt.Sprintf("%d conversations are open here", len(e.open))
}

// maxChoices is how many buttons a picker shows; Slack allows 25 in a block.
const maxChoices = 20

// picker asks which conversation a command was meant for. Each button holds the
// command with the number put in, and does what typing it would.
func (e *severalOpen) picker(req request, verb, rest string) reply {
	r := req.say("%d conversations are open here. Which one do you mean?", len(e.open))
	for i, v := range e.open {
		if i == maxChoices {
			r.text += " " + req.in.Say("These are the first %d; any other is named by its number, like `/chatgroups %s 1042`.", maxChoices, verb)
			break
		}
		typed := strings.TrimSpace(fmt.Sprintf("%s %d %s", verb, v.Opening.Number, rest))
		label := fmt.Sprintf("#%d %s", v.Opening.Number, visitorName(req.in, v.Opening))
		r.buttons = append(r.buttons, button(fmt.Sprintf("%s:%d", actionTyped, v.Opening.Number), cutText(typed, 2000), label, ""))
	}
	r.buttons = append(r.buttons, button(actionCancel, "", req.in.Say("Cancel"), ""))
	return r
}

// onlyOpen returns the one conversation that is open in a channel.
func (a *App) onlyOpen(ctx context.Context, channel string) (bridge.Conversation, error) {
	open, err := a.openIn(ctx, channel)
	switch {
	case err != nil:
		return bridge.Conversation{}, err
	case len(open) == 0:
		return bridge.Conversation{}, bridge.Errorf(bridge.CodeNotFound, "no conversation is open in this channel: name one by its number, like `/chatgroups claim 1042`")
	case len(open) > 1:
		return bridge.Conversation{}, &severalOpen{open}
	}
	return open[0], nil
}

// openIn returns the open conversations that have a taking-part group's thread in
// a channel, or will have one.
func (a *App) openIn(ctx context.Context, channel string) ([]bridge.Conversation, error) {
	all, err := a.bridge.Load().OpenConversations(ctx, a.self().Workspace)
	var here []bridge.Conversation
	for _, v := range all {
		if a.groupIn(v, channel) != "" {
			here = append(here, v)
		}
	}
	return here, err
}

// groupIn returns the taking-part group whose thread stands in a channel.
func (a *App) groupIn(v bridge.Conversation, channel string) bridge.GroupID {
	for _, g := range v.With {
		if a.threadChannel(v, g) == channel {
			return g
		}
	}
	return ""
}

func (a *App) threadChannel(v bridge.Conversation, g bridge.GroupID) string {
	return a.channelOf(bridge.ThreadKey{Workspace: v.Opening.Workspace, Conversation: v.ID, Group: g}, v.Threads[g])
}

// mayAct lets members of a taking-part group's channel act, and admins. Where
// Slack does not say who is in the channel, nobody may.
func (a *App) mayAct(ctx context.Context, req request, t target) error {
	if req.administers() {
		return nil
	}
	unknown := false
	for _, g := range t.With {
		channel := a.threadChannel(t.Conversation, g)
		if channel == "" {
			continue
		}
		in, err := a.isMember(ctx, channel, req.user)
		if in {
			return nil
		}
		unknown = unknown || err != nil
	}
	if unknown {
		return bridge.Errorf(bridge.CodeUnavailable, "Slack does not say just now who is in the channel, so nothing was done: try again in a moment")
	}
	return bridge.Errorf(bridge.CodeForbidden, "only people in the channel of a group that takes part can do that, and admins: join the channel first")
}

func (a *App) claim(ctx context.Context, req request, words []string) (reply, error) {
	t, _, err := a.target(ctx, req, words)
	if err != nil {
		return reply{}, err
	}
	if err := a.bridge.Load().Claim(ctx, t.ID, t.group, req.by()); err != nil {
		return reply{}, err
	}
	return req.say("#%d is yours.", t.Opening.Number), nil
}

func (a *App) invite(ctx context.Context, req request, words []string) (reply, error) {
	t, words, err := a.target(ctx, req, words)
	if err != nil {
		return reply{}, err
	}
	if t.Closed {
		return reply{}, bridge.Errorf(bridge.CodeClosed, "#%d is closed: `/chatgroups reopen %d` lets it go on", t.Opening.Number, t.Opening.Number)
	}
	if len(words) == 0 {
		return a.invitePicker(req, t), nil
	}
	b := a.bridge.Load()
	g, err := b.FindGroup(t.Opening.Workspace, words[0])
	if err != nil {
		return reply{}, err
	}
	err = b.Invite(ctx, t.ID, g.ID, req.by(), strings.Join(words[1:], " "))
	if bridge.CodeOf(err) == bridge.CodeGroupOffline { // say also until when it is so
		return reply{text: req.refuse(err).text + "\n" + groupState(req.in, g)}, nil
	}
	if err != nil {
		return reply{}, err
	}
	return req.say("%s was invited to #%d.", mrkdwn.Escape(g.Name), t.Opening.Number), nil
}

// invitePicker offers the groups that can be invited, and says why others cannot.
func (a *App) invitePicker(req request, t target) reply {
	r := req.say("Whom do you want to bring into #%d?", t.Opening.Number)
	var closed []string
	more := false
	for _, g := range a.bridge.Load().Groups(t.Opening.Workspace) {
		if !g.Offered() || t.TakesPart(g.ID) {
			continue
		}
		if !g.Open() {
			closed = append(closed, fmt.Sprintf("• *%s*: %s", mrkdwn.Escape(g.Name), groupState(req.in, g)))
			continue
		}
		if more = len(r.buttons) == maxChoices; more {
			break
		}
		v := buttonValue{t.ID, t.group, g.ID}
		r.buttons = append(r.buttons, button(actionInviteTo+":"+string(g.ID), v.String(), g.Name, ""))
	}
	if len(r.buttons) == 0 {
		r = req.say("There is no other group that is on and could be brought into #%d.", t.Opening.Number)
	}
	if more {
		r.text += " " + req.in.Say("There are more groups than buttons: `/chatgroups invite %d tech` brings in any.", t.Opening.Number)
	}
	if len(closed) > 0 {
		r.text += "\n" + req.in.Say("These are closed now:") + "\n" + strings.Join(closed[:min(len(closed), maxChoices)], "\n")
	}
	if len(r.buttons) > 0 {
		r.buttons = append(r.buttons, button(actionCancel, "", req.in.Say("Cancel"), ""))
	}
	return r
}

func (a *App) leave(ctx context.Context, req request, words []string) (reply, error) {
	t, _, err := a.target(ctx, req, words)
	if err != nil {
		return reply{}, err
	}
	if t.group == "" {
		return reply{}, bridge.Errorf(bridge.CodeInvalid, "say this in the channel of the group that leaves: #%d has no thread here", t.Opening.Number)
	}
	err = a.bridge.Load().Leave(ctx, t.ID, t.group, req.by())
	if bridge.CodeOf(err) == bridge.CodeForbidden { // the last one: offer what is possible
		r := req.refuse(err)
		v := buttonValue{conversation: t.ID, group: t.group}.String()
		r.buttons = []slack.BlockElement{button(actionInvite, v, req.in.Say("Invite…"), ""), button(actionClose, v, req.in.Say("Close"), "")}
		return r, nil
	}
	if err != nil {
		return reply{}, err
	}
	return req.say("%s left #%d.", mrkdwn.Escape(a.groupName(t.Opening.Workspace)(t.group)), t.Opening.Number), nil
}

func (a *App) close(ctx context.Context, req request, words []string) (reply, error) {
	t, _, err := a.target(ctx, req, words)
	if err != nil {
		return reply{}, err
	}
	if err := a.bridge.Load().Close(ctx, t.ID, req.by()); err != nil {
		return reply{}, err
	}
	return req.say("#%d is closed.", t.Opening.Number), nil
}

func (a *App) reopen(ctx context.Context, req request, words []string) (reply, error) {
	t, _, err := a.target(ctx, req, words)
	if err != nil {
		return reply{}, err
	}
	if err := a.bridge.Load().Reopen(ctx, t.ID, req.by()); err != nil {
		return reply{}, err
	}
	return req.say("#%d is open again.", t.Opening.Number), nil
}

func (a *App) openList(ctx context.Context, req request, _ []string) (reply, error) {
	var open []bridge.Conversation
	var err error
	none, head := locale.Key("No conversation is open in this channel."), locale.Key("*%d open in this channel*")
	if req.administers() {
		none, head = locale.Key("No conversation is open in this workspace."), locale.Key("*%d open in this workspace*")
		open, err = a.bridge.Load().OpenConversations(ctx, a.self().Workspace)
	} else {
		open, err = a.openIn(ctx, req.channel)
	}
	if err != nil {
		return reply{}, err
	}
	if len(open) == 0 {
		return req.say(string(none)), nil
	}
	lines := []string{req.in.Say(string(head), len(open))}
	for _, v := range open {
		lines = append(lines, a.openLine(req.in, v))
	}
	return reply{text: strings.Join(lines, "\n")}, nil
}

// openLine is one line on an open conversation: who writes, with whom, and who
// takes care of it.
func (a *App) openLine(in locale.Locale, v bridge.Conversation) string {
	var with []string
	for _, g := range v.With {
		name := mrkdwn.Escape(a.groupName(v.Opening.Workspace)(g))
		if link := permalink(a.self().URL, a.where(v.Threads[g])); link != "" {
			name = "<" + link + "|" + name + ">"
		}
		with = append(with, name)
	}
	who, groups, since := mrkdwn.Escape(visitorName(in, v.Opening)), strings.Join(with, ", "), ""
	if !v.Waiting.IsZero() {
		since = fmt.Sprintf("<!date^%d^{time}|%s>", v.Waiting.Unix(), v.Waiting.UTC().Format("15:04 UTC"))
	}
	switch owner := mrkdwn.Escape(a.agentName(v.Opening.Workspace)(v.Owner)); {
	case v.Owner.Agent == "" && since == "":
		return in.Say("• *#%d* %s – %s: nobody has claimed it", v.Opening.Number, who, groups)
	case v.Owner.Agent == "":
		return in.Say("• *#%d* %s – %s: nobody has claimed it, waiting since %s", v.Opening.Number, who, groups, since)
	case since == "":
		return in.Say("• *#%d* %s – %s: claimed by %s", v.Opening.Number, who, groups, owner)
	default:
		return in.Say("• *#%d* %s – %s: claimed by %s, waiting since %s", v.Opening.Number, who, groups, owner, since)
	}
}
