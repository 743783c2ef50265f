package fakeslack

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
)

// uiFiles are the page: plain HTML, CSS and JavaScript modules, whose addresses
// are all relative, so that it works below any prefix.
//
//go:embed ui
var uiFiles embed.FS

// ui serves the page below /ui/, on which somebody plays the people of the
// workspace, and what the page asks for:
//
//	GET  /ui/                the page and its files
//	GET  /ui/api/screen      what one person sees, held until it changes; see screens
//	POST /ui/api/say         a message, in a channel or thread
//	POST /ui/api/edit        another text for a message
//	POST /ui/api/delete      the end of a message
//	POST /ui/api/react       an emoji under a message, or no longer
//	POST /ui/api/command     a slash command
//	POST /ui/api/click       a press of a button
//	POST /ui/api/join        entering a public channel
//	POST /ui/api/shortcut    an app's entry in the menu of a message
//	POST /ui/api/submit      a modal, as it was filled in
//	POST /ui/api/close-view  the end of a modal
//	POST /ui/api/click-view  a press in a modal
//	POST /ui/api/suggest     typing into a menu whose options come from the app
//	POST /ui/api/upload      a file for a modal
//	POST /ui/api/global      an app's entry beside the box in which one writes
//	POST /ui/api/presence    going away or coming back, and pausing notifications
//	POST /ui/api/open-home   looking at an app's Home tab
//	POST /ui/api/open-messages  looking at the conversation with an app
//	POST /ui/api/click-home  a press in there
//	POST /ui/api/fault       trouble on or off
//	GET  /ui/api/file/{id}   the content of a file
//
// Whoever may call it may be anybody in the workspace, so only the page itself
// may, on the machine that serves it: see samePageOnly.
func (w *Workspace) ui() http.Handler {
	files, err := fs.Sub(uiFiles, "ui")
	if err != nil {
		panic("fakeslack: " + err.Error()) // the folder is embedded above
	}
	mux := http.NewServeMux()
	mux.Handle("GET /ui/", http.StripPrefix("/ui/", http.FileServerFS(files)))
	mux.Handle("GET /ui/api/screen", w.screens())
	mux.Handle("POST /ui/api/say", deed(w.uiSay))
	mux.Handle("POST /ui/api/edit", deed(w.uiEdit))
	mux.Handle("POST /ui/api/delete", deed(w.uiDelete))
	mux.Handle("POST /ui/api/react", deed(w.uiReact))
	mux.Handle("POST /ui/api/command", deed(w.uiCommand))
	mux.Handle("POST /ui/api/click", deed(w.uiClick))
	mux.Handle("POST /ui/api/join", deed(w.uiJoin))
	mux.Handle("POST /ui/api/shortcut", deed(w.uiShortcut))
	mux.Handle("POST /ui/api/submit", deed(w.uiSubmit))
	mux.Handle("POST /ui/api/close-view", deed(w.uiCloseView))
	mux.Handle("POST /ui/api/click-view", deed(w.uiClickView))
	mux.Handle("POST /ui/api/suggest", question(w.uiSuggest))
	mux.Handle("POST /ui/api/upload", question(w.uiUpload))
	mux.Handle("POST /ui/api/global", deed(w.uiGlobalShortcut))
	mux.Handle("POST /ui/api/presence", deed(w.uiPresence))
	mux.Handle("POST /ui/api/open-home", deed(w.uiOpenHome))
	mux.Handle("POST /ui/api/open-messages", deed(w.uiOpenMessages))
	mux.Handle("POST /ui/api/click-home", deed(w.uiClickHome))
	mux.Handle("POST /ui/api/fault", deed(w.uiFault))
	mux.HandleFunc("GET /ui/api/file/{id}", w.uiFile)
	return samePageOnly(mux)
}

// errBadDeed is a request that is wrong in itself, whatever the workspace is like.
var errBadDeed = errors.New("fakeslack: the request is not what the page sends")

// deed decodes the body of a request, lets do act, and answers {"ok": true} or
// {"ok": false, "error": "…"} in the words for the person on the page. What an app
// says about single inputs of a modal is beside it under "inputs".
func deed[T any](do func(context.Context, T) error) http.Handler {
	return question(func(ctx context.Context, what T) (any, error) { return nil, do(ctx, what) })
}

// question is deed for what brings something back, which the answer has as "answer".
func question[T, A any](do func(context.Context, T) (A, error)) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var what T
		var answer A
		d := json.NewDecoder(http.MaxBytesReader(rw, r.Body, maxAttached))
		d.DisallowUnknownFields()
		err := d.Decode(&what)
		if err != nil {
			err = fmt.Errorf("%w: %w", errBadDeed, err)
		} else {
			answer, err = do(r.Context(), what)
		}
		var inputs refusedInputs
		switch {
		case err == nil:
			writeJSON(rw, http.StatusOK, map[string]any{"ok": true, "answer": answer})
		case errors.As(err, &inputs):
			writeJSON(rw, http.StatusConflict, map[string]any{"ok": false, "error": inputs.Error(), "inputs": inputs})
		case errors.Is(err, errBadDeed):
			uiRefuse(rw, http.StatusBadRequest, err.Error())
		default:
			uiRefuse(rw, http.StatusConflict, err.Error())
		}
	})
}

func uiRefuse(rw http.ResponseWriter, status int, why string) {
	writeJSON(rw, status, map[string]any{"ok": false, "error": strings.TrimPrefix(why, "fakeslack: ")})
}

func writeJSON(rw http.ResponseWriter, status int, v any) {
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.WriteHeader(status)
	_, _ = rw.Write(marshal(v)) // the caller may have gone
}

// sayDeed is a message as it was typed; Typed makes mentions of it.
type sayDeed struct {
	As      string `json:"as"`
	Channel string `json:"channel"`
	Thread  string `json:"thread,omitempty"` // the ts of its root
	Text    string `json:"text"`

	Broadcast bool       `json:"broadcast,omitempty"` // a reply that the channel sees too
	Files     []attached `json:"files,omitempty"`
}

func (w *Workspace) uiSay(_ context.Context, d sayDeed) error {
	var options []SayOption
	if d.Thread != "" {
		options = append(options, InThread(d.Thread))
		if d.Broadcast {
			options = append(options, Broadcast())
		}
	}
	for _, f := range d.Files {
		options = append(options, Attach(File{Name: f.Name, Mimetype: f.Type, Content: f.Content}))
	}
	_, err := w.Say(d.As, d.Channel, w.Typed(d.Text), options...)
	return err
}

// messageDeed is about one message.
type messageDeed struct {
	As      string `json:"as"`
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Text    string `json:"text,omitempty"`  // of an edit, as typed
	Emoji   string `json:"emoji,omitempty"` // of a reaction, without colons
	Off     bool   `json:"off,omitempty"`   // the reaction is taken away
}

func (w *Workspace) uiEdit(_ context.Context, d messageDeed) error {
	return w.Edit(d.As, d.Channel, d.TS, w.Typed(d.Text))
}

func (w *Workspace) uiDelete(_ context.Context, d messageDeed) error {
	return w.Delete(d.As, d.Channel, d.TS)
}

func (w *Workspace) uiReact(_ context.Context, d messageDeed) error {
	if d.Off {
		return w.Unreact(d.As, d.Channel, d.TS, d.Emoji)
	}
	return w.React(d.As, d.Channel, d.TS, d.Emoji)
}

// joinDeed is entering a channel.
type joinDeed struct {
	As      string `json:"as"`
	Channel string `json:"channel"`
}

func (w *Workspace) uiJoin(_ context.Context, d joinDeed) error {
	return w.Join(d.As, d.Channel)
}

// commandDeed is a slash command with its arguments, as typed.
type commandDeed struct {
	As      string `json:"as"`
	Channel string `json:"channel"`
	Thread  string `json:"thread,omitempty"` // where Slack refuses it
	Text    string `json:"text"`
}

// uiCommand knows one command of Slack's own, by which an app comes into a
// private channel.
func (w *Workspace) uiCommand(ctx context.Context, d commandDeed) error {
	name, rest, _ := strings.Cut(strings.TrimSpace(d.Text), " ")
	if name == "/invite" && d.Thread == "" {
		return w.uiInvite(d.As, d.Channel, strings.Fields(rest))
	}
	_, err := w.Command(ctx, d.As, d.Channel, d.Text, d.Thread != "")
	return err
}

func (w *Workspace) uiInvite(inviter, channel string, names []string) error {
	if len(names) == 0 {
		return errors.New("fakeslack: say whom to invite, such as /invite @ann")
	}
	for _, name := range names {
		w.mu.Lock()
		id := w.names[strings.ToLower(strings.TrimPrefix(name, "@"))]
		w.mu.Unlock()
		if err := w.Invite(inviter, channel, id); err != nil {
			return err
		}
	}
	return nil
}

// clickDeed is the use of a button, or of a menu by the values chosen in it.
type clickDeed struct {
	As        string   `json:"as"`
	Channel   string   `json:"channel"`
	TS        string   `json:"ts"`
	Ephemeral bool     `json:"ephemeral,omitempty"`
	Action    string   `json:"action"` // its action_id
	Values    []string `json:"values,omitempty"`
}

func (w *Workspace) uiClick(ctx context.Context, d clickDeed) error {
	click := w.Click
	if d.Ephemeral {
		click = w.ClickEphemeral
	}
	_, err := click(ctx, d.As, d.Channel, d.TS, d.Action, d.Values...)
	return err
}
