package slackapp

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// formState is what a modal is about. It stands in the view's private_metadata, which
// Slack gives back as it was, up to 3,000 characters; it is not trusted any further than
// that: who may is asked anew.
type formState struct {
	Channel      string                `json:"c,omitempty"` // where it was asked for
	Thread       string                `json:"t,omitempty"`
	Group        bridge.GroupID        `json:"g,omitempty"`
	Site         bridge.SiteID         `json:"s,omitempty"`
	Conversation bridge.ConversationID `json:"v,omitempty"`
	Revision     uint64                `json:"r,omitempty"` // of the record that is shown
	More         map[string]string     `json:"m,omitempty"`
}

// stateOf is the state of a form that is opened by a request.
func stateOf(req request) formState {
	return formState{Channel: req.channel, Thread: req.thread.ts}
}

func (s formState) String() string {
	data, _ := json.Marshal(s) // strings and numbers always marshal
	return string(data)
}

// fieldValue is what was filled into one field
// (docs.slack.dev/reference/block-kit/block-elements, "payload").
type fieldValue struct {
	Type          string                    `json:"type"`
	Value         string                    `json:"value"`
	Option        *slack.OptionBlockObject  `json:"selected_option"`
	Options       []slack.OptionBlockObject `json:"selected_options"`
	User          string                    `json:"selected_user"`
	Users         []string                  `json:"selected_users"`
	Channel       string                    `json:"selected_channel"`
	Conversation  string                    `json:"selected_conversation"`
	Conversations []string                  `json:"selected_conversations"`
	Date          string                    `json:"selected_date"` // 2026-12-24
	Time          string                    `json:"selected_time"` // 14:30
	DateTime      int64                     `json:"selected_date_time"`
	Files         []struct {
		ID string `json:"id"`
	} `json:"files"`
}

// chosen is the one value of a button, a menu, a person, a channel or a date.
func (v fieldValue) chosen() string {
	if v.Option != nil {
		return v.Option.Value
	}
	for _, s := range []string{v.Value, v.User, v.Channel, v.Conversation, v.Date, v.Time} {
		if s != "" {
			return s
		}
	}
	return ""
}

// filled is a modal as a person filled it in. A field is named by its block_id, and has
// one element.
type filled struct {
	formState
	fields map[string]fieldValue
}

func readFilled(v viewPayload) filled {
	f := filled{fields: map[string]fieldValue{}}
	_ = json.Unmarshal([]byte(v.Metadata), &f.formState) // not ours: an empty state
	for block, elements := range v.State.Values {
		for _, value := range elements {
			f.fields[block] = value
		}
	}
	return f
}

// has reports whether the modal has a field at all.
func (f filled) has(field string) bool { _, ok := f.fields[field]; return ok }

// text is what was typed, without the spaces around it.
func (f filled) text(field string) string { return strings.TrimSpace(f.fields[field].Value) }

// choice is the value of the option, the person, the channel, the date or the time that
// was chosen, or "".
func (f filled) choice(field string) string { return f.fields[field].chosen() }

// choices are the values of the options that were chosen or checked.
func (f filled) choices(field string) []string {
	var all []string
	for _, o := range f.fields[field].Options {
		all = append(all, o.Value)
	}
	return all
}

func (f filled) checked(field, value string) bool { return slices.Contains(f.choices(field), value) }

// people are those who were chosen.
func (f filled) people(field string) []bridge.AgentID {
	var ids []bridge.AgentID
	for _, id := range f.fields[field].Users {
		ids = append(ids, bridge.AgentID(id))
	}
	return ids
}
