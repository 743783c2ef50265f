package fakeslack

import (
	"fmt"
	"strings"
)

// valueKey is the property in which a kind of element reports what was chosen
// (reference/interaction-payloads/block_actions-payload).
var valueKey = map[string]string{
	"static_select": "selected_option", "external_select": "selected_option", "overflow": "selected_option",
	"radio_buttons": "selected_option", "checkboxes": "selected_options",
	"multi_static_select": "selected_options", "multi_external_select": "selected_options",
	"users_select": "selected_user", "multi_users_select": "selected_users",
	"channels_select": "selected_channel", "multi_channels_select": "selected_channels",
	"conversations_select": "selected_conversation", "multi_conversations_select": "selected_conversations",
	"datepicker": "selected_date", "timepicker": "selected_time", "datetimepicker": "selected_date_time",
	"plain_text_input": "value", "email_text_input": "value", "url_text_input": "value", "number_input": "value",
	"rich_text_input": "rich_text_value", "file_input": "files",
}

// initialKey is the property that chooses in advance.
var initialKey = map[string]string{
	"selected_option": "initial_option", "selected_options": "initial_options",
	"selected_user": "initial_user", "selected_users": "initial_users",
	"selected_channel": "initial_channel", "selected_channels": "initial_channels",
	"selected_conversation": "initial_conversation", "selected_conversations": "initial_conversations",
	"selected_date": "initial_date", "selected_time": "initial_time", "selected_date_time": "initial_date_time",
	"value": "initial_value", "rich_text_value": "initial_value",
}

// initialValue is the state of an element that nobody has touched.
func (w *Workspace) initialValue(element map[string]any) map[string]any {
	kind := fmt.Sprint(element["type"])
	key := valueKey[kind]
	value := element[initialKey[key]]
	if value == nil && strings.HasSuffix(key, "s") {
		value = []any{}
	}
	return map[string]any{"type": kind, key: value}
}

// chosen is the state of an element after a person has chosen these values: what
// was typed, the value of an option, the id of a person or channel.
func chosen(element map[string]any, values []string) (map[string]any, error) {
	kind := fmt.Sprint(element["type"])
	key := valueKey[kind]
	if key == "" {
		return nil, fmt.Errorf("fakeslack: nobody can choose in a %s", kind)
	}
	var items []any
	for _, v := range values {
		var item any = v
		if strings.HasPrefix(key, "selected_option") && !strings.Contains(kind, "external") {
			item = optionOf(element, v)
			if item == nil {
				return nil, fmt.Errorf("fakeslack: the %s has no option of the value %q", kind, v)
			}
		}
		items = append(items, item)
	}
	state := map[string]any{"type": kind}
	switch {
	case strings.HasSuffix(key, "s"):
		if items == nil {
			items = []any{}
		}
		state[key] = items
	case len(items) > 1:
		return nil, fmt.Errorf("fakeslack: a %s takes one value", kind)
	case len(items) == 1:
		state[key] = items[0]
	default:
		state[key] = nil
	}
	return state, nil
}

// optionOf finds the option of a value, in groups too.
func optionOf(element map[string]any, value string) any {
	search := func(list any) any {
		options, _ := list.([]any)
		for _, x := range options {
			if o, _ := x.(map[string]any); o["value"] == value {
				return o
			}
		}
		return nil
	}
	if o := search(element["options"]); o != nil {
		return o
	}
	groups, _ := element["option_groups"].([]any)
	for _, x := range groups {
		g, _ := x.(map[string]any)
		if o := search(g["options"]); o != nil {
			return o
		}
	}
	return nil
}

// empty reports whether a state has no value.
func empty(state map[string]any) bool {
	value := state[valueKey[fmt.Sprint(state["type"])]]
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}
