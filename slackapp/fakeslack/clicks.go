package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Click lets a person use a button or a menu in a message. Without values it
// presses the button; a value picks among several buttons of one action_id, or is
// what is chosen in a menu. It fails where the message has no such element. It
// returns when the app has answered.
func (w *Workspace) Click(ctx context.Context, user, channel, ts, actionID string, values ...string) (*Result, error) {
	return w.click(ctx, func() (*hook, map[string]any, error) {
		c, err := w.memberChannel(user, channel)
		if err != nil {
			return nil, nil, err
		}
		e := c.find(ts)
		if e == nil {
			return nil, nil, fmt.Errorf("fakeslack: there is no message %s in #%s", ts, c.name)
		}
		if e.by == nil {
			return nil, nil, fmt.Errorf("fakeslack: message %s is not by an app, it has nothing to click", ts)
		}
		action, err := w.actionIn(user, e.msg.Blocks, actionID, values)
		if err != nil {
			return nil, nil, err
		}
		m := e.look()
		container := map[string]any{
			"type": "message", "message_ts": ts, "channel_id": c.id, "is_ephemeral": false,
		}
		if m.ThreadTS != "" {
			container["thread_ts"] = m.ThreadTS
		}
		h := &hook{in: e.by, user: user, channel: c, threadTS: m.ThreadTS, original: e}
		return h, map[string]any{"container": container, "message": &m, "actions": []any{action}}, nil
	})
}

// ClickEphemeral is Click in something that only this person sees.
func (w *Workspace) ClickEphemeral(ctx context.Context, user, channel, ts, actionID string, values ...string) (*Result, error) {
	return w.click(ctx, func() (*hook, map[string]any, error) {
		c, err := w.memberChannel(user, channel)
		if err != nil {
			return nil, nil, err
		}
		e := w.ephemeral(user, c.id, ts)
		if e == nil {
			return nil, nil, fmt.Errorf("fakeslack: %s sees no ephemeral %s in #%s", user, ts, c.name)
		}
		action, err := w.actionIn(user, e.Blocks, actionID, values)
		if err != nil {
			return nil, nil, err
		}
		// Documented: interactivity/handling-user-interaction; the payload of an
		// ephemeral has no message.
		container := map[string]any{
			"type": "message", "message_ts": ts, "channel_id": c.id, "is_ephemeral": true,
		}
		if e.ThreadTS != "" {
			container["thread_ts"] = e.ThreadTS
		}
		h := &hook{in: w.installed(e.AppID), user: user, channel: c, threadTS: e.ThreadTS, ephemeral: e}
		return h, map[string]any{"container": container, "actions": []any{action}}, nil
	})
}

// click completes a block_actions payload, brings it to the app and waits.
//
// Documented: reference/interaction-payloads/block_actions-payload.
func (w *Workspace) click(ctx context.Context, find func() (*hook, map[string]any, error)) (*Result, error) {
	w.mu.Lock()
	h, payload, err := find()
	if err == nil && (h.in.gone || h.in.app.NoInteractivity) {
		err = errors.New("fakeslack: the app takes no interactions (Slack shows a warning)")
	}
	if err == nil {
		payload["response_url"], err = w.newHook(h)
	}
	if err != nil {
		w.mu.Unlock()
		return nil, err
	}
	maps.Copy(payload, w.whoAndWhere(h.in, h.user))
	payload["type"] = "block_actions"
	payload["trigger_id"] = w.newTrigger(h.in, h.user, nil, h.channel)
	payload["channel"] = map[string]any{"id": h.channel.id, "name": h.channel.commandName()}
	payload["state"] = map[string]any{"values": map[string]any{}}
	v := interactiveVisit(h.in, payload, false)
	w.mu.Unlock()
	if _, err := w.ask(ctx, v); err != nil {
		return nil, err
	}
	return h.result, nil
}

// actionIn finds what was used in blocks and writes it as an action.
func (w *Workspace) actionIn(user string, blocks json.RawMessage, actionID string, values []string) (map[string]any, error) {
	var list []any
	if blocks != nil {
		if err := json.Unmarshal(blocks, &list); err != nil {
			return nil, err
		}
	}
	blockID, element := findElement(list, actionID, values)
	if element == nil {
		return nil, fmt.Errorf("fakeslack: nothing with the action_id %q (and value %q) is there; there are: %s",
			actionID, values, strings.Join(actionsOf(list), ", "))
	}
	return chooser{w, user, blockID, element}.action(values)
}

// action is the use of an element, as payloads have it.
func (c chooser) action(values []string) (map[string]any, error) {
	element := c.element
	action := map[string]any{
		"type": element["type"], "action_id": element["action_id"], "block_id": c.blockID, "action_ts": c.w.eventTS(),
	}
	if element["type"] == "button" {
		for _, key := range []string{"text", "value", "style", "url"} {
			if element[key] != nil {
				action[key] = element[key]
			}
		}
		return action, nil
	}
	state, err := c.state(values)
	if err != nil {
		return nil, err
	}
	maps.Copy(action, state)
	return action, nil
}

func findElement(blocks []any, actionID string, values []string) (blockID string, element map[string]any) {
	for _, x := range blocks {
		b, _ := x.(map[string]any)
		for _, e := range interactiveElements(b) {
			if e["action_id"] != actionID {
				continue
			}
			if value, _ := e["value"].(string); e["type"] == "button" && len(values) > 0 && !slices.Contains(values, value) {
				continue
			}
			id, _ := b["block_id"].(string)
			return id, e
		}
	}
	return "", nil
}

func actionsOf(blocks []any) []string {
	var ids []string
	for _, x := range blocks {
		b, _ := x.(map[string]any)
		for _, e := range interactiveElements(b) {
			ids = append(ids, fmt.Sprint(e["action_id"]))
		}
	}
	return ids
}

// Shortcut lets a person choose an app's message shortcut from the menu of a
// message, and returns when the app has answered.
//
// Documented: interactivity/implementing-shortcuts; not on ephemeral messages.
func (w *Workspace) Shortcut(ctx context.Context, user, channel, ts, callbackID string) (*Result, error) {
	w.mu.Lock()
	h, v, err := w.prepareShortcut(user, channel, ts, callbackID)
	w.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if _, err := w.ask(ctx, v); err != nil {
		return nil, err
	}
	return h.result, nil
}

func (w *Workspace) prepareShortcut(user, channel, ts, callbackID string) (*hook, visit, error) {
	c, err := w.memberChannel(user, channel)
	if err != nil {
		return nil, visit{}, err
	}
	e := c.find(ts)
	if e == nil {
		return nil, visit{}, fmt.Errorf("fakeslack: there is no message %s in #%s", ts, c.name)
	}
	in := w.shortcutOwner(callbackID)
	if in == nil {
		return nil, visit{}, fmt.Errorf("fakeslack: no installed app has a message shortcut %q", callbackID)
	}
	h := &hook{in: in, user: user, channel: c}
	payload := w.whoAndWhere(in, user)
	if payload["response_url"], err = w.newHook(h); err != nil {
		return nil, visit{}, err
	}
	m := e.look()
	payload["type"] = "message_action"
	payload["callback_id"] = callbackID
	payload["trigger_id"] = w.newTrigger(in, user, nil, c)
	payload["message_ts"] = ts
	payload["message"] = &m
	payload["channel"] = map[string]any{"id": c.id, "name": c.commandName()}
	payload["action_ts"] = w.eventTS()
	return h, interactiveVisit(in, payload, false), nil
}

func (w *Workspace) shortcutOwner(callbackID string) *install {
	for _, in := range slices.Backward(w.installs) {
		if !in.gone && slices.ContainsFunc(in.app.Shortcuts, func(s MessageShortcut) bool { return s.CallbackID == callbackID }) {
			return in
		}
	}
	return nil
}

// GlobalShortcut lets a person choose an app's global shortcut, and returns when the
// app has answered. It belongs to no channel, so there is no response_url.
//
// Documented: interactivity/implementing-shortcuts.
func (w *Workspace) GlobalShortcut(ctx context.Context, user, callbackID string) error {
	w.mu.Lock()
	v, err := w.prepareGlobalShortcut(user, callbackID)
	w.mu.Unlock()
	if err != nil {
		return err
	}
	_, err = w.ask(ctx, v)
	return err
}

func (w *Workspace) prepareGlobalShortcut(user, callbackID string) (visit, error) {
	if w.people[user] == nil {
		return visit{}, noSuchPerson(user)
	}
	for _, in := range slices.Backward(w.installs) {
		if in.gone || !slices.ContainsFunc(in.app.GlobalShortcuts, func(s GlobalShortcut) bool { return s.CallbackID == callbackID }) {
			continue
		}
		payload := w.whoAndWhere(in, user)
		payload["type"], payload["callback_id"] = "shortcut", callbackID
		payload["trigger_id"], payload["action_ts"] = w.newTrigger(in, user, nil, nil), w.eventTS()
		return interactiveVisit(in, payload, false), nil
	}
	return visit{}, fmt.Errorf("fakeslack: no installed app has a global shortcut %q", callbackID)
}
