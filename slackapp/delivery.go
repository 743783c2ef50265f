package slackapp

import (
	"context"
	"encoding/json"
	"fmt"
)

// A delivery is one thing that Slack tells the app. It is the same whether it
// came over Socket Mode or by signed HTTP.
type delivery struct {
	Kind deliveryKind
	// Payload is a JSON object: the outer event of the Events API, the fields of
	// a slash command, or the payload of an interaction. What came as a form has
	// been turned into what Socket Mode carries.
	Payload json.RawMessage
	// Retry counts the attempts that Slack made before this one; 0 is the first.
	// A retry may be the only attempt that arrived, so it is no reason to skip
	// anything. RetryReason is Slack's word for why, such as "http_timeout".
	// Neither is covered by the signature of HTTP: they are for logs and counts.
	Retry       int
	RetryReason string
}

// A deliveryKind is Slack's name for a kind of delivery. One that is not known
// keeps its name, so that it can be counted and said.
type deliveryKind string

const (
	kindEvents      deliveryKind = "events_api"
	kindCommand     deliveryKind = "slash_commands"
	kindInteraction deliveryKind = "interactive"
)

func (k deliveryKind) known() bool {
	_, known := envelopes[k]
	return known
}

// A receiver takes deliveries. It returns when what must survive a crash is on
// disk, and no later than Slack's patience allows (3 seconds): what takes longer
// goes on after it has returned.
//
// reply is what Slack shows or does at once, or nil for a plain acknowledgement.
// An error means that the delivery is not acknowledged: Slack shall repeat an
// event. Slack repeats neither commands nor clicks, so there the person is told.
//
// The same delivery may come more than once, and several at a time; those with
// the same conversationKey come one after the other.
type receiver func(ctx context.Context, d delivery) (reply json.RawMessage, err error)

// conversationKey names what a delivery must keep its order within: the channel
// of a message, or "" where order does not matter. Slack sends on without waiting
// for an answer, so two lines of one person would otherwise overtake each other.
func conversationKey(d delivery) string {
	if d.Kind != kindEvents || planted(ignoreOrder) {
		return ""
	}
	var outer struct {
		Event struct {
			Type    string          `json:"type"`
			Channel json.RawMessage `json:"channel"` // an object in channel_rename
		} `json:"event"`
	}
	if json.Unmarshal(d.Payload, &outer) != nil {
		return ""
	}
	switch outer.Event.Type {
	case "message", "app_mention":
		var channel string
		_ = json.Unmarshal(outer.Event.Channel, &channel) // no string: no key
		return channel
	}
	return ""
}

// sorry is the reply to a command that failed: Slack does not repeat commands, and
// without an answer the person reads only that the app did not respond
// (docs.slack.dev/interactivity/implementing-slash-commands).
func sorry() json.RawMessage {
	return ephemeral("That did not work just now and nothing may have changed: please try it again in a moment.")
}

// ephemeral is a reply that only the person who asked sees.
func ephemeral(text string) json.RawMessage {
	reply, err := json.Marshal(map[string]string{"response_type": "ephemeral", "text": text})
	if err != nil { // strings always marshal
		panic(fmt.Sprintf("slackapp: marshal a reply: %v", err))
	}
	return reply
}
