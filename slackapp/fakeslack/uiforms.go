package fakeslack

import (
	"context"
	"time"
)

// suggestDeed is typing into a menu whose options come from the app: in the modal
// that a person sees, in a Home tab, or in a message.
type suggestDeed struct {
	As      string `json:"as"`
	View    string `json:"view,omitempty"`
	App     string `json:"app,omitempty"` // whose Home tab it is
	Channel string `json:"channel,omitempty"`
	TS      string `json:"ts,omitempty"`
	Action  string `json:"action"`
	Query   string `json:"query"`
}

func (w *Workspace) uiSuggest(ctx context.Context, d suggestDeed) ([]Choice, error) {
	switch {
	case d.App != "":
		return w.SuggestHome(ctx, d.As, d.App, d.Action, d.Query)
	case d.View == "":
		return w.SuggestIn(ctx, d.As, d.Channel, d.TS, d.Action, d.Query)
	}
	if err := w.stillOnTop(viewDeed{As: d.As, View: d.View}, unchanged); err != nil {
		return nil, err
	}
	return w.Suggest(ctx, d.As, d.Action, d.Query)
}

// uploadDeed is choosing a file for a modal.
type uploadDeed struct {
	As   string   `json:"as"`
	File attached `json:"file"`
}

func (w *Workspace) uiUpload(_ context.Context, d uploadDeed) (id string, err error) {
	return w.Upload(d.As, File{Name: d.File.Name, Mimetype: d.File.Type, Content: d.File.Content})
}

// globalDeed is choosing an app's entry beside the box in which one writes.
type globalDeed struct {
	As       string `json:"as"`
	Callback string `json:"callback"`
}

func (w *Workspace) uiGlobalShortcut(ctx context.Context, d globalDeed) error {
	return w.GlobalShortcut(ctx, d.As, d.Callback)
}

// presenceDeed is going away or coming back, and pausing notifications.
type presenceDeed struct {
	As     string `json:"as"`
	Away   *bool  `json:"away,omitempty"`
	Paused *int   `json:"paused,omitempty"` // for how many minutes; 0 ends a pause
}

func (w *Workspace) uiPresence(_ context.Context, d presenceDeed) error {
	return w.ChangePerson(d.As, func(p *Person) {
		if d.Away != nil {
			p.Away = *d.Away
		}
		if d.Paused != nil {
			p.DNDUntil = w.clock.Now().Add(time.Duration(*d.Paused) * time.Minute)
		}
	})
}

func (w *Workspace) uiOpenMessages(_ context.Context, d homeDeed) error {
	return w.OpenMessages(d.As, d.App)
}
