package slackapp

import (
	"encoding/json"

	"github.com/slack-go/slack"
)

// troubleBlock is the block on top of a modal that says what is wrong with it.
const troubleBlock = "trouble"

// initialOf names, by the type of an element, what is filled in at first and where the
// state has what was filled in since.
var initialOf = map[string]struct{ initial, state string }{
	"plain_text_input":           {"initial_value", "value"},
	"email_text_input":           {"initial_value", "value"},
	"url_text_input":             {"initial_value", "value"},
	"number_input":               {"initial_value", "value"},
	"static_select":              {"initial_option", "selected_option"},
	"external_select":            {"initial_option", "selected_option"},
	"radio_buttons":              {"initial_option", "selected_option"},
	"multi_static_select":        {"initial_options", "selected_options"},
	"multi_external_select":      {"initial_options", "selected_options"},
	"checkboxes":                 {"initial_options", "selected_options"},
	"users_select":               {"initial_user", "selected_user"},
	"multi_users_select":         {"initial_users", "selected_users"},
	"channels_select":            {"initial_channel", "selected_channel"},
	"conversations_select":       {"initial_conversation", "selected_conversation"},
	"multi_conversations_select": {"initial_conversations", "selected_conversations"},
	"datepicker":                 {"initial_date", "selected_date"},
	"timepicker":                 {"initial_time", "selected_time"},
	"datetimepicker":             {"initial_date_time", "selected_date_time"},
}

// refilled makes a modal anew as the person has filled it in, with a sentence of mrkdwn
// on top. Slack keeps what is typed where a block keeps its id; but another view may
// have stood in its place meanwhile. ok is false where the payload is no modal.
func refilled(v viewPayload, said string) (view *slack.ModalViewRequest, ok bool) {
	var shown struct {
		Blocks []map[string]any `json:"blocks"`
		State  struct {
			Values map[string]map[string]map[string]any `json:"values"`
		} `json:"state"`
	}
	view = &slack.ModalViewRequest{}
	if json.Unmarshal(v.raw, &shown) != nil || json.Unmarshal(v.raw, view) != nil || view.Title == nil {
		return nil, false
	}
	blocks := []map[string]any{{
		"type": "section", "block_id": troubleBlock,
		"text": map[string]any{"type": "mrkdwn", "text": ":warning: " + cutText(said, maxSectionRunes), "verbatim": true},
	}}
	for _, b := range shown.Blocks {
		id, _ := b["block_id"].(string)
		if id == troubleBlock {
			continue
		}
		for _, at := range []string{"element", "accessory"} {
			if e, ok := b[at].(map[string]any); ok {
				refill(e, shown.State.Values[id])
			}
		}
		blocks = append(blocks, b)
	}
	data, err := json.Marshal(blocks)
	if err != nil || json.Unmarshal(data, &view.Blocks) != nil {
		return nil, false
	}
	view.ExternalID = "" // is given once
	return view, true
}

// refill puts what was filled in where an element has what it shows at first.
func refill(element map[string]any, state map[string]map[string]any) {
	kind, _ := element["type"].(string)
	action, _ := element["action_id"].(string)
	names, known := initialOf[kind]
	if !known || state[action] == nil {
		return
	}
	value := state[action][names.state]
	switch v := value.(type) {
	case nil:
		delete(element, names.initial)
	case []any:
		if len(v) == 0 { // Slack refuses an empty list
			delete(element, names.initial)
			return
		}
		element[names.initial] = v
	case string:
		if v == "" {
			delete(element, names.initial)
			return
		}
		element[names.initial] = v
	default:
		element[names.initial] = v
	}
}
