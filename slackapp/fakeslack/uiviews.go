package fakeslack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// screenApp is an app that the page lists at the side.
type screenApp struct {
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	Bot       string           `json:"bot"` // its bot's user
	Home      bool             `json:"home,omitempty"`
	Shortcuts []screenShortcut `json:"shortcuts,omitempty"`
	Global    []screenShortcut `json:"global,omitempty"`
}

// screenShortcut is an entry that an app has in the menu of every message, or beside
// the box in which one writes.
type screenShortcut struct {
	Name     string `json:"name"`
	Callback string `json:"callback"`
}

// screenView is a modal or a Home tab with what has been chosen in it so far.
type screenView struct {
	ID             string                    `json:"id"`
	App            string                    `json:"app"`
	Hash           string                    `json:"hash"` // another after each change by the app
	Title          any                       `json:"title,omitempty"`
	Submit         any                       `json:"submit,omitempty"`
	Close          any                       `json:"close,omitempty"`
	SubmitDisabled bool                      `json:"submit_disabled,omitempty"`
	Blocks         any                       `json:"blocks"`
	Values         map[string]map[string]any `json:"values"` // states, by block and action
	Below          int                       `json:"below"`  // modals that this one covers
}

// screenApps lists the apps that are installed. The caller holds w.mu.
func (w *Workspace) screenApps() []screenApp {
	apps := []screenApp{}
	for _, in := range w.installs {
		if in.gone {
			continue
		}
		a := screenApp{ID: in.AppID, Name: in.app.Name, Bot: in.BotUserID, Home: !in.app.NoHomeTab}
		for _, s := range in.app.Shortcuts {
			a.Shortcuts = append(a.Shortcuts, screenShortcut{Name: s.Name, Callback: s.CallbackID})
		}
		for _, s := range in.app.GlobalShortcuts {
			a.Global = append(a.Global, screenShortcut{Name: s.Name, Callback: s.CallbackID})
		}
		apps = append(apps, a)
	}
	return apps
}

// screenModal is the topmost modal that a person sees, or nil. The caller holds w.mu.
func (w *Workspace) screenModal(user string) *screenView {
	v := w.views.top(user)
	if v == nil {
		return nil
	}
	shown := v.screen()
	shown.Below = len(w.views.modals[user]) - 1
	return shown
}

// screenHome is what an app has published for a person, or nil. The caller holds w.mu.
func (w *Workspace) screenHome(user, appID string) *screenView {
	if v := w.views.homes[homeKey{appID, user}]; v != nil {
		return v.screen()
	}
	return nil
}

// screen copies a view: it is written as JSON only after w.mu is given up.
func (v *view) screen() *screenView {
	values := make(map[string]map[string]any, len(v.state))
	for block, actions := range v.state {
		values[block] = maps.Clone(actions)
	}
	return &screenView{
		ID: v.id, App: v.in.AppID, Hash: v.hash,
		Title: v.content["title"], Submit: v.content["submit"], Close: v.content["close"],
		SubmitDisabled: v.flag("submit_disabled"), Blocks: v.content["blocks"], Values: values,
	}
}

// viewDeed is about the modal that a person sees.
type viewDeed struct {
	As      string              `json:"as"`
	View    string              `json:"view"`              // its id: it must still be the topmost
	Action  string              `json:"action,omitempty"`  // the action_id of what was used
	Values  []string            `json:"values,omitempty"`  // what was chosen there
	Filled  map[string][]string `json:"filled,omitempty"`  // what the inputs hold, by block_id
	Cleared bool                `json:"cleared,omitempty"` // the whole stack is closed
}

var errViewGone = errors.New("fakeslack: the app has replaced this modal meanwhile; look at what is there now")

// stillOnTop does something with the modal that a deed is about, where that is
// what the person sees.
func (w *Workspace) stillOnTop(d viewDeed, do func(*view) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := w.views.top(d.As)
	if v == nil || v.id != d.View {
		return errViewGone
	}
	return do(v)
}

func unchanged(*view) error { return nil }

// refusedInputs are what an app says about single inputs by response_action
// errors, by block_id. The modal stays open.
type refusedInputs map[string]string

func (e refusedInputs) Error() string {
	return fmt.Sprintf("fakeslack: the app refuses what was filled in: %s", strings.Join(slices.Sorted(maps.Values(e)), "; "))
}

func (w *Workspace) uiSubmit(ctx context.Context, d viewDeed) error {
	if err := w.stillOnTop(d, unchanged); err != nil {
		return err
	}
	s, err := w.SubmitView(ctx, d.As, d.Filled)
	var form FormError
	switch {
	case errors.As(err, &form):
		return refusedInputs(form)
	case err == nil && s.Action == "errors":
		return refusedInputs(s.Errors)
	}
	return err
}

func (w *Workspace) uiCloseView(ctx context.Context, d viewDeed) error {
	if err := w.stillOnTop(d, unchanged); err != nil {
		return err
	}
	return w.CloseView(ctx, d.As, d.Cleared)
}

// uiClickView lets the app see, beside what was used, what the inputs hold.
//
// Documented: surfaces/modals, "view.state.values".
func (w *Workspace) uiClickView(ctx context.Context, d viewDeed) error {
	if err := w.stillOnTop(d, func(v *view) error { return v.keep(w, d.Filled) }); err != nil {
		return err
	}
	return w.ClickView(ctx, d.As, d.Action, d.Values...)
}

// keep sets the state of inputs that were filled in, and asks nothing of others.
func (v *view) keep(w *Workspace, filled map[string][]string) error {
	blocks, _ := v.content["blocks"].([]any)
	for _, x := range blocks {
		b, _ := x.(map[string]any)
		blockID, _ := b["block_id"].(string)
		values, ok := filled[blockID]
		element, _ := b["element"].(map[string]any)
		if !ok || element == nil {
			continue
		}
		state, err := chooser{w, v.user, blockID, element}.state(values)
		if err != nil {
			return err
		}
		v.state[blockID][fmt.Sprint(element["action_id"])] = state
	}
	return nil
}

// homeDeed is opening an app's Home tab, or using something there.
type homeDeed struct {
	As     string   `json:"as"`
	App    string   `json:"app"`
	Action string   `json:"action,omitempty"`
	Values []string `json:"values,omitempty"`
}

func (w *Workspace) uiOpenHome(_ context.Context, d homeDeed) error {
	return w.OpenHome(d.As, d.App)
}

func (w *Workspace) uiClickHome(ctx context.Context, d homeDeed) error {
	return w.ClickHome(ctx, d.As, d.App, d.Action, d.Values...)
}

// shortcutDeed is choosing an app's entry in the menu of a message.
type shortcutDeed struct {
	As       string `json:"as"`
	Channel  string `json:"channel"`
	TS       string `json:"ts"`
	Callback string `json:"callback"`
}

func (w *Workspace) uiShortcut(ctx context.Context, d shortcutDeed) error {
	_, err := w.Shortcut(ctx, d.As, d.Channel, d.TS, d.Callback)
	return err
}
