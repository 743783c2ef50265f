package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// A request is what a person asked of the app, in words; a pressed button becomes
// the words that do the same. So `/chatgroups`, `@chatgroups` in a thread and the
// buttons are three ways to one implementation.
type request struct {
	user    string
	home    string // the person's workspace, as far as Slack says
	channel string
	thread  address // where it was asked; no ts outside of threads
	text    string

	// Set by perform.
	who  person
	name string // what the person is called
}

// by is the person as an author.
func (r request) by() bridge.Author {
	return bridge.Author{Role: bridge.RoleAgent, Agent: bridge.AgentID(r.user), Name: r.name}
}

// personAge is how old what is known of a person may be when it decides what that
// person may do.
const personAge = time.Minute

// A verb is a thing that can be asked for.
type verb struct {
	admin bool // only for those who administer groups
	usage string
	does  string
	run   func(*App, context.Context, request, []string) (reply, error)
}

// verbs is filled by init, since help looks into it.
var verbs map[string]verb

// verbOrder is the order in which help shows the verbs.
var verbOrder = []string{"open", "claim", "invite", "leave", "close", "reopen", "list", "create", "delete", "on", "off", "site", "managers", "doctor"}

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
		"create":   {admin: true, usage: `create "Tech help" @tech #chat-tech`, does: "a new group: its name, the user group to tell, the channel for its threads", run: (*App).create},
		"delete":   {admin: true, usage: "delete tech", does: "delete a group (asks first)", run: (*App).remove},
		"on":       {admin: true, usage: "on tech", does: "the group takes chats", run: (*App).on},
		"off":      {admin: true, usage: "off tech", does: "the group takes no chats until it is on again", run: (*App).off},
		"auto":     {admin: true, run: (*App).on},
		"site":     {admin: true, usage: "site [add https://shop.example | remove https://shop.example]", does: "the snippet for your pages, and which pages may use it", run: (*App).site},
		"managers": {admin: true, usage: "managers @ann @bob", does: "who besides workspace admins may administer groups", run: (*App).managers},
		"doctor":   {usage: "doctor", does: "what is wrong with the installation, and how to mend it", run: (*App).doctor},
	}
}

// perform carries out what a person asked. It never fails without words.
func (a *App) perform(ctx context.Context, req request) reply {
	self := a.self()
	if req.home != "" && bridge.WorkspaceID(req.home) != self.Workspace {
		return say("Only people of this workspace can do that.")
	}
	who, err := a.people.person(ctx, req.user, personAge, self.Workspace)
	if err != nil {
		a.log.Warn().Err(err).Msg("look a person up")
		return say("Slack does not tell who you are just now, so nothing was done. Try again in a moment.")
	}
	if !who.belongs() {
		return say("Only members of this workspace can do that; guests and people from outside cannot.")
	}
	req.who = who
	req.name = a.people.name(req.user)

	words := splitWords(req.text)
	if len(words) == 0 {
		words = []string{"help"}
	}
	name := strings.ToLower(words[0])
	v, ok := verbs[name]
	if !ok {
		return say("There is no command `%s`. `/chatgroups help` shows what there is.", mrkdwn.Escape(cutText(plainName(words[0]), 40)))
	}
	if v.admin && !a.administers(req) {
		return say("Only workspace admins, and the managers they name with `/chatgroups managers @ann`, can do that.")
	}
	r, err := v.run(a, ctx, req, words[1:])
	if several, ok := errors.AsType[*severalOpen](err); ok {
		_, rest, _ := strings.Cut(strings.TrimSpace(req.text), " ")
		return several.picker(name, strings.TrimSpace(rest))
	}
	if err != nil {
		if bridge.CodeOf(err) == bridge.CodeInternal {
			a.log.Error().Err(err).Str("command", name).Msg("carry out a command")
		}
		return reply{text: escapeSentence(sentence(err))}
	}
	return r
}

// administers reports whether the person may administer groups.
func (a *App) administers(req request) bool {
	if req.who.admin || req.who.owner {
		return true
	}
	w, err := a.bridge.Load().Workspace(a.self().Workspace)
	return err == nil && w.Manages(bridge.AgentID(req.user))
}

func (a *App) help(_ context.Context, req request, _ []string) (reply, error) {
	var b strings.Builder
	b.WriteString("*What you can do here*\n")
	for _, name := range verbOrder {
		v := verbs[name]
		if v.admin && !a.administers(req) {
			continue
		}
		fmt.Fprintf(&b, "• `/chatgroups %s` – %s\n", v.usage, v.does)
	}
	b.WriteString("In a thread, mention the app instead (`@chatgroups invite tech`) or press the buttons on its first message. " +
		"A number may be left out where one conversation is open. A reply that starts with `//` is a note: colleagues see it, the visitor does not.")
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
	req := request{user: p.UserID, home: p.TeamID, channel: p.ChannelID, text: p.Text}
	r, inTime := a.within(prompt,
		func(ctx context.Context) reply { return a.perform(ctx, req) },
		func(ctx context.Context, r reply) { a.respond(ctx, p.ResponseURL, r.response()) })
	if !inTime {
		r = say("One moment…")
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
