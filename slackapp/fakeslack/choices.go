package fakeslack

import (
	"fmt"
	"slices"
	"strconv"
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

// initialValue is the state of an element that nobody has touched, in a view that was
// opened in this conversation, or nil.
//
// Documented: reference/block-kit/block-elements/multi-select-menu-element,
// default_to_current_conversation; it gives way to what was chosen in advance.
func (w *Workspace) initialValue(element map[string]any, opened *channel) map[string]any {
	kind := fmt.Sprint(element["type"])
	key := valueKey[kind]
	value := element[initialKey[key]]
	if yes, _ := element["default_to_current_conversation"].(bool); yes && value == nil && opened != nil {
		value = opened.id
		if strings.HasSuffix(key, "s") {
			value = []any{opened.id}
		}
	}
	if value == nil && strings.HasSuffix(key, "s") {
		value = []any{}
	}
	return map[string]any{"type": kind, key: value}
}

// A chooser is a person before an element of a block. The caller of its methods
// holds w.mu.
type chooser struct {
	w       *Workspace
	user    string
	blockID string
	element map[string]any
}

func (c chooser) kind() string     { return fmt.Sprint(c.element["type"]) }
func (c chooser) actionID() string { return fmt.Sprint(c.element["action_id"]) }

// state is the state of the element after these values were chosen: what was
// typed, the value of an option, the id of a person, channel or file, the Unix time
// of a moment. It fails for what the element does not offer to this person.
func (c chooser) state(values []string) (map[string]any, error) {
	key := valueKey[c.kind()]
	if key == "" {
		return nil, fmt.Errorf("fakeslack: nobody can choose in a %s", c.kind())
	}
	var items []any
	for _, v := range values {
		item, err := c.item(key, v)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	state := map[string]any{"type": c.kind()}
	switch {
	case strings.HasSuffix(key, "s"):
		if items == nil {
			items = []any{}
		}
		state[key] = items
	case len(items) > 1:
		return nil, fmt.Errorf("fakeslack: a %s takes one value", c.kind())
	case len(items) == 1:
		state[key] = items[0]
	default:
		state[key] = nil
	}
	return state, nil
}

// item is one value as the state has it.
func (c chooser) item(key, value string) (any, error) {
	switch key {
	case "selected_option", "selected_options":
		return c.option(value)
	case "selected_user", "selected_users":
		if p := c.w.people[value]; p == nil || p.Deleted {
			return nil, fmt.Errorf("fakeslack: the %s does not offer a person %q", c.kind(), value)
		}
	case "selected_channel", "selected_channels":
		if ch := c.w.channels[value]; ch == nil || ch.kind != public || ch.archived {
			return nil, fmt.Errorf("fakeslack: the %s does not offer a public channel %q", c.kind(), value)
		}
	case "selected_conversation", "selected_conversations":
		if ch := c.w.channels[value]; ch == nil || !c.offers(ch) {
			return nil, fmt.Errorf("fakeslack: the %s does not offer a conversation %q", c.kind(), value)
		}
	case "selected_date_time":
		if value == "" {
			return nil, nil
		}
		at, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("fakeslack: a datetimepicker takes Unix seconds, not %q", value)
		}
		return at, nil
	case "rich_text_value":
		rich := richText(c.w.typed(value, func(id string) string { return "<@" + id + ">" }), c.w.newID("")[:5])
		if len(rich) == 0 {
			return nil, nil
		}
		return rich[0], nil
	case "files":
		f := c.w.files[value]
		if f == nil || f.deleted || f.info.User != c.user {
			return nil, fmt.Errorf("fakeslack: %s has no file %q; Upload returns the id", c.user, value)
		}
		return f.info, nil
	}
	return value, nil
}

// option finds the option of a value: among those in the element, or those that the
// app has suggested to this person.
func (c chooser) option(value string) (any, error) {
	options := optionsIn(c.element)
	if strings.Contains(c.kind(), "external") {
		options = append(c.w.offers[offerKey{c.user, c.blockID, c.actionID()}], asList(c.element["initial_option"], c.element["initial_options"])...)
	}
	for _, x := range options {
		if o, _ := x.(map[string]any); o["value"] == value {
			return o, nil
		}
	}
	if strings.Contains(c.kind(), "external") {
		return nil, fmt.Errorf("fakeslack: the app has not suggested %q in the %s; type into it by Suggest first", value, c.kind())
	}
	return nil, fmt.Errorf("fakeslack: the %s has no option of the value %q", c.kind(), value)
}

// asList is one thing, or the things of a list, or nothing.
func asList(one, list any) []any {
	all, _ := list.([]any)
	if one != nil {
		all = append(slices.Clone(all), one)
	}
	return all
}

// optionsIn are the options of an element, those in groups too.
func optionsIn(element map[string]any) []any {
	all, _ := element["options"].([]any)
	all = slices.Clone(all)
	groups, _ := element["option_groups"].([]any)
	for _, x := range groups {
		g, _ := x.(map[string]any)
		options, _ := g["options"].([]any)
		all = append(all, options...)
	}
	return all
}

// offers reports whether a menu of conversations lists this one.
//
// Documented: reference/block-kit/composition-objects/conversation-filter-object.
func (c chooser) offers(ch *channel) bool {
	if ch.archived || (ch.kind != public && !ch.isMember[c.user]) {
		return false
	}
	filter, _ := c.element["filter"].(map[string]any)
	if include, _ := filter["include"].([]any); len(include) > 0 {
		name := map[kind]string{public: "public", private: "private", direct: "im", several: "mpim"}[ch.kind]
		if !slices.Contains(include, any(name)) {
			return false
		}
	}
	if yes, _ := filter["exclude_external_shared_channels"].(bool); yes && c.w.channelJSON(ch, "").IsExtShared {
		return false
	}
	if yes, _ := filter["exclude_bot_users"].(bool); yes && ch.kind == direct {
		return !slices.ContainsFunc(ch.members, func(m string) bool { return m != c.user && c.w.people[m].Bot })
	}
	return true
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
