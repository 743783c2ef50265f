package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// A verb is a thing that can be asked for.
type verb struct {
	least role // of those who may ask for it; groupManager: for their own groups
	usage string
	does  locale.Key
	form  bool // may be answered with a modal
	run   func(*App, context.Context, request, []string) (reply, error)
}

// verbs is filled by init, since help looks into it.
var verbs map[string]verb

// verbOrder is the order in which help shows the verbs.
var verbOrder = []string{"open", "claim", "invite", "leave", "close", "reopen", "list", "create", "edit", "delete", "order", "hide", "show", "members", "on", "off", "auto", "hours", "holidays", "try", "site", "managers", "language", "audit", "stats", "doctor"}

func init() {
	verbs = map[string]verb{
		"help":     {run: (*App).help},
		"list":     {usage: "list", does: "the groups, their channels and who is told", run: (*App).list},
		"open":     {usage: "open", does: "the open conversations of this channel", run: (*App).openList},
		"claim":    {usage: "claim [1042]", does: "you take care of a conversation", run: (*App).claim},
		"invite":   {usage: "invite [1042] tech [why]", does: "bring another group in", run: (*App).invite},
		"leave":    {usage: "leave [1042]", does: "your group leaves; another one must be there", run: (*App).leave},
		"close":    {usage: "close [1042]", does: "end a conversation", run: (*App).close},
		"reopen":   {usage: "reopen 1042", does: "let it go on", run: (*App).reopen},
		"create":   {least: manager, form: true, usage: `create ["Tech help" @tech #chat-tech]`, does: "a new group, by a form or in one line: its name, the user group to tell, the channel for its threads", run: (*App).create},
		"edit":     {least: groupManager, form: true, usage: "edit tech", does: "change a group by a form", run: (*App).edit},
		"delete":   {least: manager, usage: "delete tech", does: "delete a group (asks first)", run: (*App).remove},
		"order":    {least: manager, form: true, usage: "order [sales tech]", does: "in which order visitors find the groups", run: (*App).order},
		"hide":     {least: groupManager, usage: "hide tech", does: "visitors are not offered the group; an invite or a page's preset reaches it", run: (*App).hide},
		"show":     {least: groupManager, usage: "show tech", does: "visitors are offered the group again", run: (*App).unhide},
		"members":  {least: groupManager, usage: "members tech [add @ann | remove @tom]", does: "who is told of a group's chats", run: (*App).membership},
		"on":       {least: groupManager, usage: "on tech [for 2h]", does: "the group takes chats, whatever its hours say", run: (*App).on},
		"off":      {least: groupManager, usage: "off tech [for 2h | until tomorrow 9:00]", does: "the group takes no chats, until then or until it is switched again", run: (*App).off},
		"auto":     {least: groupManager, usage: "auto tech", does: "its hours and who is there decide again", run: (*App).auto},
		"hours":    {least: groupManager, form: true, usage: "hours tech [Mon-Fri 9:00-17:00 Europe/Paris | always]", does: "when the group is open, and who must be there", run: (*App).hours},
		"holidays": {least: groupManager, form: true, usage: "holidays tech", does: "the days on which the group is closed or has other hours", run: (*App).holidays},
		"try":      {least: groupManager, form: true, usage: `try ["Sunday 03:00" sales]`, does: "what a visitor would see then, and who would be told; nothing is posted", run: (*App).try},
		"site":     {least: manager, form: true, usage: "site [add https://shop.example | new Shop | edit | delete | secret]", does: "the snippets for your pages, which pages may use them, and what they say", run: (*App).site},
		"managers": {least: admin, form: true, usage: "managers [@ann @bob]", does: "who besides workspace admins may administer groups", run: (*App).managers},
		"language": {least: manager, usage: "language [fr | en]", does: "the language of what stands in channels", run: (*App).language},
		"audit":    {least: manager, usage: "audit [tech]", does: "who changed what, from what to what", run: (*App).audit},
		"stats":    {usage: "stats [tech] [today | 30d]", does: "numbers per group: conversations, first replies, missed ones, wrong choices, ratings", run: (*App).stats},
		"doctor":   {usage: "doctor", does: "what is wrong with the installation, and how to mend it", run: (*App).doctor},
	}
}

// perform carries out what a person asked. It never fails without words.
func (a *App) perform(ctx context.Context, req request) reply {
	if err := a.admit(ctx, &req); err != nil {
		return req.refuse(err)
	}
	words := splitWords(req.text)
	if len(words) == 0 {
		words = []string{"help"}
	}
	name := strings.ToLower(words[0])
	v, ok := verbs[name]
	if !ok {
		return req.say("There is no command `%s`. `/chatgroups help` shows what there is.", mrkdwn.Escape(cutText(plainName(words[0]), 40)))
	}
	r, err := reply{}, req.require(v.least)
	if err == nil {
		r, err = v.run(a, ctx, req, words[1:])
	}
	if several, ok := errors.AsType[*severalOpen](err); ok {
		_, rest, _ := strings.Cut(strings.TrimSpace(req.text), " ")
		return several.picker(req, name, strings.TrimSpace(rest))
	}
	if err != nil {
		if bridge.CodeOf(err) == bridge.CodeInternal {
			a.log.Error().Err(err).Str("command", name).Msg("carry out a command")
		}
		return req.refuse(err)
	}
	if r.view != nil && req.trigger == "" {
		// Only a press or a slash command lets the app open a modal.
		r = req.say("This needs a form, which Slack opens only when you press a button.")
		r.buttons = []slack.BlockElement{button(actionTyped, req.text, req.in.Say("Open the form"), slack.StylePrimary)}
	}
	return r
}

func (a *App) help(_ context.Context, req request, _ []string) (reply, error) {
	var b strings.Builder
	b.WriteString(req.in.Say("*What you can do here*") + "\n")
	for _, name := range verbOrder {
		v := verbs[name]
		if req.require(v.least) != nil {
			continue
		}
		fmt.Fprintf(&b, "• `/chatgroups %s` – %s\n", v.usage, req.in.Say(string(v.does)))
	}
	b.WriteString(req.in.Say("In a thread, mention the app instead (`@chatgroups invite tech`) or press the buttons on its first message. " +
		"A number may be left out where one conversation is open. A reply that starts with `//` is a note: colleagues see it, the visitor does not."))
	return reply{text: b.String()}, nil
}

// slashPayload is what Slack sends with a slash command
// (docs.slack.dev/interactivity/implementing-slash-commands).
type slashPayload struct {
	TeamID      string `json:"team_id"`
	ChannelID   string `json:"channel_id"`
	UserID      string `json:"user_id"`
	Text        string `json:"text"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
}

func (a *App) slashCommand(_ context.Context, d delivery) (json.RawMessage, error) {
	var p slashPayload
	if err := json.Unmarshal(d.Payload, &p); err != nil {
		return sorry(), nil
	}
	if p.TriggerID != "" && !a.mentions.first("trigger "+p.TriggerID) {
		return nil, nil
	}
	req := request{user: p.UserID, home: p.TeamID, channel: p.ChannelID, text: p.Text, trigger: p.TriggerID}
	r, inTime, running := within(a, prompt,
		func(ctx context.Context) reply { return a.obey(ctx, req) },
		func(ctx context.Context, r reply) {
			if r.text == "" { // a modal says it: what said to wait goes
				a.respond(ctx, p.ResponseURL, response{DeleteOriginal: true})
				return
			}
			a.respond(ctx, p.ResponseURL, r.response())
		})
	switch in := a.people.locale(p.UserID); {
	case !running:
		r = reply{text: stoppingNow(in)}
	case !inTime:
		r = reply{text: in.Say("One moment…")}
	}
	if r.text == "" { // a modal says it
		return nil, nil
	}
	body, err := json.Marshal(r.response())
	if err == nil && len(body) > maxInline && p.ResponseURL != "" {
		// Too long to go with the acknowledgement of a socket.
		a.later(func(ctx context.Context) { a.respond(ctx, p.ResponseURL, r.response()) })
		return nil, nil
	}
	return body, err
}

// maxInline leaves room for the envelope around a reply, see maxReply.
const maxInline = maxReply - 1<<10
