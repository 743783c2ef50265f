package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// offerKey is a menu whose options come from the app, as one person sees it.
type offerKey struct{ user, block, action string }

// A Choice is an option that an app suggests while somebody types.
type Choice struct {
	Text  string `json:"text"`
	Value string `json:"value"`
	Group string `json:"group,omitempty"` // the label above it, "" where options are not grouped
}

// usualQuery is from how many characters on an app is asked, where the menu does not
// say.
//
// Documented: reference/block-kit/block-elements/select-menu-element,
// min_query_length.
const usualQuery = 3

// Suggest lets a person type query into a menu of the topmost modal whose options
// come from the app, and returns what the app suggests. Only what was suggested can
// be chosen afterwards. It fails, without asking the app, for fewer characters than
// the menu's min_query_length.
//
// Documented: reference/interaction-payloads/block_suggestion-payload.
func (w *Workspace) Suggest(ctx context.Context, user, actionID, query string) ([]Choice, error) {
	return w.suggest(ctx, actionID, query, func() (chooser, *install, map[string]any, error) {
		v := w.views.top(user)
		if v == nil {
			return chooser{}, nil, nil, errNoModal
		}
		at, in, where := v.menu(w, actionID)
		return at, in, where, nil
	})
}

// SuggestHome is Suggest for a menu in the Home tab of an app.
func (w *Workspace) SuggestHome(ctx context.Context, user, appID, actionID, query string) ([]Choice, error) {
	return w.suggest(ctx, actionID, query, func() (chooser, *install, map[string]any, error) {
		v := w.views.homes[homeKey{appID, user}]
		if v == nil {
			return chooser{}, nil, nil, errNoHome
		}
		at, in, where := v.menu(w, actionID)
		return at, in, where, nil
	})
}

// menu finds a menu in a view, and how payloads say where it is.
func (v *view) menu(w *Workspace, actionID string) (chooser, *install, map[string]any) {
	blocks, _ := v.content["blocks"].([]any)
	blockID, element := findElement(blocks, actionID, nil)
	return chooser{w, v.user, blockID, element}, v.in, map[string]any{
		"container": map[string]any{"type": "view", "view_id": v.id}, "view": v.json(w),
	}
}

// SuggestIn is Suggest for a menu in a message.
func (w *Workspace) SuggestIn(ctx context.Context, user, channel, ts, actionID, query string) ([]Choice, error) {
	return w.suggest(ctx, actionID, query, func() (chooser, *install, map[string]any, error) {
		c, err := w.memberChannel(user, channel)
		if err != nil {
			return chooser{}, nil, nil, err
		}
		e := c.find(ts)
		if e == nil || e.by == nil {
			return chooser{}, nil, nil, fmt.Errorf("fakeslack: there is no message %s of an app in #%s", ts, c.name)
		}
		var blocks []any
		if err := json.Unmarshal(e.msg.Blocks, &blocks); err != nil {
			return chooser{}, nil, nil, err
		}
		blockID, element := findElement(blocks, actionID, nil)
		m := e.look()
		where := map[string]any{
			"container": map[string]any{"type": "message", "message_ts": ts, "channel_id": c.id, "is_ephemeral": false},
			"message":   &m, "channel": map[string]any{"id": c.id, "name": c.commandName()},
		}
		return chooser{w, user, blockID, element}, e.by, where, nil
	})
}

func (w *Workspace) suggest(ctx context.Context, actionID, query string, find func() (chooser, *install, map[string]any, error)) ([]Choice, error) {
	w.mu.Lock()
	at, in, where, err := find()
	if err == nil {
		err = at.takesQuery(actionID, query)
	}
	if err != nil {
		w.mu.Unlock()
		return nil, err
	}
	payload := w.whoAndWhere(in, at.user)
	for name, part := range where {
		payload[name] = part
	}
	payload["type"], payload["value"] = "block_suggestion", query
	payload["action_id"], payload["block_id"] = actionID, at.blockID
	asking := interactiveVisit(in, payload, true)
	asking.url = in.app.OptionsURL
	w.mu.Unlock()
	said, err := w.ask(ctx, asking)
	if err != nil {
		return nil, err
	}
	options, choices, err := readSuggestions(said)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	key := offerKey{at.user, at.blockID, actionID}
	w.offers[key] = append(w.offers[key], options...)
	return choices, nil
}

// takesQuery refuses what Slack's client would not bring to the app.
func (c chooser) takesQuery(actionID, query string) error {
	if c.element == nil {
		return fmt.Errorf("fakeslack: nothing with the action_id %q is there", actionID)
	}
	if k := c.kind(); k != "external_select" && k != "multi_external_select" {
		return fmt.Errorf("fakeslack: the options of a %s do not come from the app", k)
	}
	least := usualQuery
	if n, err := strconv.Atoi(fmt.Sprint(c.element["min_query_length"])); err == nil {
		least = n
	}
	if utf8.RuneCountInString(query) < least {
		return fmt.Errorf("fakeslack: the app is asked from %d characters on (min_query_length)", least)
	}
	return nil
}

// readSuggestions checks the answer to a block_suggestion.
//
// Documented: reference/block-kit/block-elements/select-menu-element, external data
// source: options, or groups of them, of 100 at most.
func readSuggestions(said json.RawMessage) (options []any, choices []Choice, err error) {
	var answer map[string]any
	if len(said) == 0 || json.Unmarshal(said, &answer) != nil {
		return nil, nil, errors.New("fakeslack: the app has answered a block_suggestion without options (Slack shows an error)")
	}
	v := &verdict{}
	also(object(fields{
		"options": listOf(0, 100, option()), "option_groups": listOf(0, 100, optionGroup),
	}), oneOfFields("options", "option_groups"))(v, "", any(answer))
	if v.problems != nil {
		return nil, nil, fmt.Errorf("fakeslack: the answer to a block_suggestion is wrong: %q", v.problems)
	}
	options = optionsIn(answer)
	list, _ := answer["options"].([]any)
	choices = appendChoices(nil, list, "")
	groups, _ := answer["option_groups"].([]any)
	for _, x := range groups {
		g, _ := x.(map[string]any)
		label, _ := g["label"].(map[string]any)
		list, _ := g["options"].([]any)
		choices = appendChoices(choices, list, fmt.Sprint(label["text"]))
	}
	return options, choices, nil
}

func appendChoices(all []Choice, options []any, group string) []Choice {
	for _, x := range options {
		o, _ := x.(map[string]any)
		caption, _ := o["text"].(map[string]any)
		all = append(all, Choice{Text: fmt.Sprint(caption["text"]), Value: fmt.Sprint(o["value"]), Group: group})
	}
	return all
}
