package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
)

// A Submission is what became of a modal that was submitted.
type Submission struct {
	Action string            // response_action: errors, update, push, clear, or "" for closing
	Errors map[string]string // by block_id; the modal stays open
}

var (
	errNoModal = errors.New("fakeslack: this person sees no modal; the app opens one by views.open")
	errNoHome  = errors.New("fakeslack: the app has published no Home tab for this person")
)

// SubmitView lets a person fill in the topmost modal and submit it. values are by
// block_id: what is typed, the value of an option, the id of a person, channel or
// file (see Upload), a date as 2006-01-02, a time as 15:04, a moment as Unix seconds;
// several for menus that take several. Options that come from the app must have been
// suggested, see Suggest. Blocks that are not named stay as they are. Where Slack's
// own form would refuse, such as for something required that is empty, it returns a
// FormError; otherwise it returns when the app has answered.
//
// Documented: surfaces/modals, "Handling view_submission".
func (w *Workspace) SubmitView(ctx context.Context, user string, values map[string][]string) (Submission, error) {
	w.mu.Lock()
	v := w.views.top(user)
	if v == nil {
		w.mu.Unlock()
		return Submission{}, errNoModal
	}
	err := w.fillIn(v, values)
	switch {
	case err != nil:
	case v.content["submit"] == nil:
		err = errors.New("fakeslack: this modal has no submit button")
	case v.flag("submit_disabled"):
		err = errors.New("fakeslack: the app has disabled the submit button of this modal")
	default:
		err = v.mistakes()
	}
	if err != nil {
		w.mu.Unlock()
		return Submission{}, err
	}
	w.handOver(v)
	urls, err := w.responseURLs(v)
	if err != nil {
		w.mu.Unlock()
		return Submission{}, err
	}
	payload := w.whoAndWhere(v.in, user)
	payload["type"] = "view_submission"
	payload["trigger_id"] = w.newTrigger(v.in, user, v, v.opened)
	payload["view"] = v.json(w)
	payload["response_urls"] = urls
	submission := interactiveVisit(v.in, payload, true)
	w.mu.Unlock()
	var s Submission
	submission.take = func(said json.RawMessage) (err error) {
		s, err = w.afterSubmit(v, said)
		return err
	}
	if _, err := w.ask(ctx, submission); err != nil {
		return Submission{}, err
	}
	return s, nil
}

// afterSubmit does what the answer to a view_submission asks for.
func (w *Workspace) afterSubmit(v *view, raw json.RawMessage) (Submission, error) {
	var said struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &said); err != nil {
			return Submission{}, fmt.Errorf("fakeslack: the answer to view_submission is not JSON: %w", err)
		}
	}
	s := Submission{Action: said.Action, Errors: said.Errors}
	switch said.Action {
	case "":
		return s, w.act(func() error { w.views.closeTop(v.user, false); return nil })
	case "clear":
		return s, w.act(func() error { w.views.closeTop(v.user, true); return nil })
	case "errors":
		for blockID := range said.Errors {
			if !w.hasInput(v, blockID) {
				return s, fmt.Errorf("fakeslack: there is an error for block %q, which is no input block of the modal", blockID)
			}
		}
		if len(said.Errors) == 0 {
			return s, errors.New("fakeslack: response_action errors comes without errors")
		}
		return s, nil
	case "update", "push":
		content, problems := checkView(string(said.View), "modal", w.lockedID)
		if problems != nil {
			return s, fmt.Errorf("fakeslack: the view of response_action %s is wrong: %q", said.Action, problems)
		}
		return s, w.act(func() error {
			if said.Action == "update" {
				w.fill(v, content)
				return nil
			}
			_, err := w.show(v.in, v.user, v.opened, content, true)
			return err
		})
	}
	return s, fmt.Errorf("fakeslack: there is no response_action %q", said.Action)
}

func (w *Workspace) hasInput(v *view, blockID string) (found bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	v.inputsOf(func(id string, _, _, _ map[string]any) { found = found || id == blockID })
	return found
}

// CloseView lets a person close the topmost modal, or the whole stack. The app is
// told where it asked for that.
//
// Documented: surfaces/modals, "Receiving view_closed".
func (w *Workspace) CloseView(ctx context.Context, user string, all bool) error {
	w.mu.Lock()
	v := w.views.top(user)
	if v == nil {
		w.mu.Unlock()
		return errNoModal
	}
	w.views.closeTop(user, all || v.flag("clear_on_close"))
	payload := w.whoAndWhere(v.in, user)
	payload["type"] = "view_closed"
	payload["view"] = v.json(w)
	payload["is_cleared"] = all
	closing := interactiveVisit(v.in, payload, false)
	wanted := v.flag("notify_on_close")
	w.mu.Unlock()
	w.news.tell()
	if !wanted {
		return nil
	}
	_, err := w.ask(ctx, closing)
	return err
}

// ClickView lets a person use a button or menu in the topmost modal. It returns
// when the app has answered.
func (w *Workspace) ClickView(ctx context.Context, user, actionID string, values ...string) error {
	w.mu.Lock()
	v := w.views.top(user)
	w.mu.Unlock()
	if v == nil {
		return errNoModal
	}
	return w.clickIn(ctx, v, actionID, values)
}

// ClickHome is ClickView in the Home tab of an app.
func (w *Workspace) ClickHome(ctx context.Context, user, appID, actionID string, values ...string) error {
	w.mu.Lock()
	v := w.views.homes[homeKey{appID, user}]
	w.mu.Unlock()
	if v == nil {
		return errNoHome
	}
	return w.clickIn(ctx, v, actionID, values)
}

func (w *Workspace) clickIn(ctx context.Context, v *view, actionID string, values []string) error {
	w.mu.Lock()
	blocks, _ := v.content["blocks"].([]any)
	blockID, element := findElement(blocks, actionID, values)
	if element == nil {
		w.mu.Unlock()
		return fmt.Errorf("fakeslack: nothing with the action_id %q is in the view", actionID)
	}
	at := chooser{w, v.user, blockID, element}
	action, err := at.action(values)
	if err == nil && quietInput(blocks, blockID) {
		// Documented: reference/block-kit/blocks/input-block, dispatch_action.
		err = fmt.Errorf("fakeslack: the input %q tells the app nothing before the modal is submitted, it has no dispatch_action", blockID)
	}
	if err != nil {
		w.mu.Unlock()
		return err
	}
	if state := v.state[blockID]; state != nil && state[actionID] != nil {
		state[actionID], _ = at.state(values) // action has checked the values
	}
	payload := w.whoAndWhere(v.in, v.user)
	shown := v.json(w)
	maps.Copy(payload, map[string]any{
		"type": "block_actions", "trigger_id": w.newTrigger(v.in, v.user, v, v.opened),
		"container": map[string]any{"type": "view", "view_id": v.id},
		"view":      shown, "state": shown["state"], "actions": []any{action},
	})
	click := interactiveVisit(v.in, payload, false)
	w.mu.Unlock()
	_, err = w.ask(ctx, click)
	return err
}

// quietInput reports whether a block is an input of which the app hears only when
// all is submitted.
func quietInput(blocks []any, blockID string) bool {
	for _, x := range blocks {
		if b, _ := x.(map[string]any); b["block_id"] == blockID && b["type"] == "input" {
			dispatch, _ := b["dispatch_action"].(bool)
			return !dispatch
		}
	}
	return false
}

// OpenHome lets a person open the app's Home tab: the app gets app_home_opened.
func (w *Workspace) OpenHome(user, appID string) error { return w.openApp(user, appID, "home") }

// OpenMessages lets a person open the conversation with the app instead, which is
// told by the same event.
func (w *Workspace) OpenMessages(user, appID string) error { return w.openApp(user, appID, "messages") }

// openApp is documented in reference/events/app_home_opened: what was published for
// this person is in it, if anything was.
func (w *Workspace) openApp(user, appID, tab string) error {
	return w.act(func() error {
		in := w.installed(appID)
		if in == nil {
			return noSuchApp(appID)
		}
		if w.people[user] == nil {
			return noSuchPerson(user)
		}
		dm, _ := w.directChannel(user, in.BotUserID)
		body := map[string]any{
			"type": "app_home_opened", "user": user, "channel": dm.id, "tab": tab, "event_ts": w.eventTS(),
		}
		if v := w.views.home(in, user); v != nil && tab == "home" {
			body["view"] = v.json(w)
		}
		w.happen(occurrence{name: "app_home_opened", only: in, body: plain(body)})
		return nil
	})
}
