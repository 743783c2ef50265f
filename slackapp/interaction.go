package slackapp

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// interactionPayload is what Slack sends when a button is pressed
// (docs.slack.dev/reference/interaction-payloads/block_actions-payload).
type interactionPayload struct {
	Type string `json:"type"`
	User struct {
		ID     string `json:"id"`
		TeamID string `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		ChannelID   string `json:"channel_id"`
		MessageTS   string `json:"message_ts"`
		ThreadTS    string `json:"thread_ts"`
		IsEphemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	TriggerID   string   `json:"trigger_id"`
	ResponseURL string   `json:"response_url"`
	Actions     []action `json:"actions"`

	View viewPayload `json:"view"`
	// Of block_suggestion.
	ActionID string `json:"action_id"`
	BlockID  string `json:"block_id"`
	Value    string `json:"value"`
}

// action is a press of a button or a choice that acts at once.
type action struct {
	ActionID string `json:"action_id"`
	BlockID  string `json:"block_id"`
	fieldValue
}

// request is what a payload says of who asks from where.
func (p interactionPayload) request() request {
	return request{user: p.User.ID, home: p.User.TeamID, channel: p.Channel.ID, trigger: p.TriggerID}
}

// interaction takes a pressed button. It is acknowledged at once; what it does
// shows on the card, and what it has to say is shown to the person who pressed.
func (a *App) interaction(_ context.Context, d delivery) (json.RawMessage, error) {
	var p interactionPayload
	if json.Unmarshal(d.Payload, &p) != nil || interactions[p.Type] != deedObey || p.Type == "block_actions" && len(p.Actions) == 0 {
		_, known := interactions[p.Type]
		a.metrics.ignore("interaction", p.Type, known)
		return nil, nil
	}
	if p.TriggerID != "" && !a.mentions.first("trigger "+p.TriggerID) {
		return nil, nil
	}
	switch {
	case p.Type == "block_suggestion":
		return a.suggestions(p)
	case p.Type == "view_submission":
		return a.submitted(p)
	case p.View.Type == "modal":
		a.later(func(ctx context.Context) { a.pressedIn(ctx, p) })
	case p.View.Type == "home":
		a.later(func(ctx context.Context) { a.homes.pressed(ctx, p) })
	default:
		a.later(func(ctx context.Context) { a.pressed(ctx, p) })
	}
	return nil, nil
}

func (a *App) pressed(ctx context.Context, p interactionPayload) {
	channel := p.Channel.ID
	if channel == "" {
		channel = p.Container.ChannelID
	}
	thread := p.Container.ThreadTS
	if thread == "" && !p.Container.IsEphemeral {
		thread = p.Container.MessageTS // a root card
	}
	action, _, _ := strings.Cut(p.Actions[0].ActionID, ":")
	value := parseButtonValue(p.Actions[0].Value)
	req := request{
		user: p.User.ID, home: p.User.TeamID, channel: channel,
		thread: address{channel, thread}, trigger: p.TriggerID,
	}
	answer := func(r reply) {
		r = a.open(ctx, req, r)
		switch {
		case r.text == "":
		case p.Container.IsEphemeral: // a picker: the answer takes its place
			res := r.response()
			res.ReplaceOriginal = true
			a.respond(ctx, p.ResponseURL, res)
		default:
			a.show(ctx, channel, p.User.ID, thread, r)
			if len(r.buttons) > 0 {
				// Slack does not say whether the card was pressed in the channel or
				// in its thread, and shows a thread's ephemeral message in the
				// thread alone: a question must be seen in either.
				a.respond(ctx, p.ResponseURL, r.response())
			}
		}
	}
	switch action {
	case actionCancel:
		a.respond(ctx, p.ResponseURL, response{DeleteOriginal: true})
		return
	}
	if text, ok := typedBy(action, p.Actions[0].chosen()); ok {
		req.text = text
		answer(a.perform(ctx, req))
		return
	}
	number, err := a.numberOf(ctx, value.conversation)
	if err != nil {
		answer(reply{text: escapeSentence(sentence(a.people.locale(req.user), err))})
		return
	}
	switch action {
	case actionClaim, actionLeave, actionClose, actionReopen:
		req.text = fmt.Sprintf("%s %d", action, number)
	case actionInvite:
		req.text = fmt.Sprintf("invite %d", number)
	case actionInviteTo:
		req.text = fmt.Sprintf("invite %d %q", number, string(value.to))
	default:
		a.metrics.ignored.WithLabelValues("action").Inc()
		return
	}
	answer(a.perform(ctx, req))
}

// typedBy returns the command that a press stands for, where its button holds one whole.
func typedBy(actionID, value string) (text string, ok bool) {
	switch action, _, _ := strings.Cut(actionID, ":"); action {
	case actionTyped:
		return value, true
	case actionDelete:
		return fmt.Sprintf("delete %q yes", string(parseButtonValue(value).group)), true
	}
	return "", false
}

func (a *App) numberOf(ctx context.Context, id bridge.ConversationID) (int, error) {
	v, err := a.bridge.Load().Conversation(ctx, id)
	return v.Opening.Number, err
}
