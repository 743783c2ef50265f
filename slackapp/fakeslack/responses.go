package fakeslack

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	// hookUses and hookLife bound a response_url.
	// Documented: interactivity/handling-user-interaction.
	hookUses = 5
	hookLife = 30 * time.Minute
)

// A Result collects what an app answers to a command, a click or a shortcut: at
// once, and later through its response_url.
type Result struct {
	w    *Workspace
	said []Response // guarded by w.mu
}

// A Response is one thing that an app said in answer.
type Response struct {
	Text      string
	Blocks    json.RawMessage
	InChannel bool   // everybody sees it; otherwise only the person who asked
	TS        string // of the message or ephemeral
	ThreadTS  string
	Replaced  bool // it took the place of the message that was clicked
	Deleted   bool // the message that was clicked was taken away
	At        time.Time
}

// Responses returns what has been said so far, oldest first. Later ones come
// while the response_url lives: use Workspace.Wait.
func (r *Result) Responses() []Response {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	return slices.Clone(r.said)
}

// hook is a response_url.
type hook struct {
	in       *install
	user     string
	channel  *channel
	threadTS string // of what was clicked
	uses     int
	expires  time.Time
	result   *Result

	original  *entry     // what was clicked, if it is a message
	ephemeral *Ephemeral // or if only this person sees it
}

// newHook makes a response_url. The caller holds w.mu.
func (w *Workspace) newHook(h *hook) (address string, err error) {
	if w.baseURL == "" {
		return "", errNoAddress
	}
	id := w.newSecret()
	h.uses, h.expires = hookUses, w.clock.Now().Add(hookLife)
	h.result = &Result{w: w}
	w.hooks[id] = h
	return w.baseURL + "/actions/" + id, nil
}

// saidJSON is what an app sends to a response_url or answers a command with.
type saidJSON struct {
	Text            string          `json:"text"`
	Blocks          json.RawMessage `json:"blocks"`
	Attachments     json.RawMessage `json:"attachments"`
	ResponseType    string          `json:"response_type"`
	ReplaceOriginal *bool           `json:"replace_original"`
	DeleteOriginal  bool            `json:"delete_original"`
	ThreadTS        string          `json:"thread_ts"`
}

// serveHook takes a post to a response_url.
//
// Documented: interactivity/handling-user-interaction, "Message responses".
// Observed: used_url and expired_url, with status 404.
func (w *Workspace) serveHook(rw http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	refused := func(status int, code string) {
		rw.Header().Set("Content-Type", "application/json; charset=utf-8")
		rw.WriteHeader(status)
		_, _ = rw.Write(marshal(map[string]any{"ok": false, "error": code}))
	}
	if err != nil {
		refused(http.StatusBadRequest, "invalid_payload")
		return
	}
	w.mu.Lock()
	h := w.hooks[r.PathValue("hook")]
	code := ""
	switch {
	case h == nil:
		code = "no_such_url"
	case h.uses == 0:
		code = "used_url"
	case w.clock.Now().After(h.expires):
		code = "expired_url"
	default:
		h.uses--
	}
	w.mu.Unlock()
	if code != "" {
		refused(http.StatusNotFound, code)
		return
	}
	if err := h.in.w.respond(h, raw); err != nil {
		refused(http.StatusBadRequest, err.Error())
		return
	}
	_, _ = rw.Write([]byte("ok"))
}

// respond does what an app's answer asks for. An answer of nothing does nothing.
func (w *Workspace) respond(h *hook, raw json.RawMessage) error {
	if s := strings.TrimSpace(string(raw)); s == "" || s == "{}" || s == "null" || s == `""` {
		return nil
	}
	var said saidJSON
	if err := json.Unmarshal(raw, &said); err != nil {
		return refuse("invalid_payload")
	}
	d := draft{by: h.in, threadTS: said.ThreadTS}
	var blocks json.RawMessage
	if b := strings.TrimSpace(string(said.Blocks)); b != "" && b != "null" {
		decoded, out, problems, err := readBlocks(b, onMessage, "/blocks", w.lockedID)
		if err != nil {
			return err
		}
		if problems != nil {
			return refuse("invalid_blocks", problems...)
		}
		d.blocks, blocks = decoded, out
	}
	if said.Text == "" && blocks == nil && said.Attachments == nil && !said.DeleteOriginal {
		return refuse("no_text")
	}
	d.mentions.scan(said.Text)
	d.mentions.scanBlocks(d.blocks, w.cfg.Assume.QuietNonVerbatim)
	return w.act(func() error {
		r := Response{Text: said.Text, Blocks: blocks, ThreadTS: said.ThreadTS, At: w.clock.Now()}
		switch {
		case said.DeleteOriginal:
			w.deleteOriginal(h)
			r.Deleted = true
		case h.replaces(said):
			r.Replaced, r.TS = true, w.replaceOriginal(h, said.Text, blocks, d)
		case said.ResponseType == "in_channel":
			// Documented: it needs no membership. Assumed: it is a bot_message.
			e := w.post(h.channel, &Message{
				Type: "message", Subtype: "bot_message", BotID: h.in.BotID, AppID: h.in.AppID,
				Text: escapeLoose(said.Text), Blocks: blocks,
			}, d)
			r.InChannel, r.TS = true, e.msg.TS
		default:
			e := &Ephemeral{User: h.user, AppID: h.in.AppID, Text: said.Text, Blocks: blocks, ThreadTS: said.ThreadTS}
			w.showAlone(h.channel, e)
			r.TS = e.TS
		}
		h.result.said = append(h.result.said, r)
		return nil
	})
}

// replaces reports whether an answer takes the place of what was clicked.
//
// Documented: interactivity/handling-user-interaction. Assumed: only where it
// says so.
func (h *hook) replaces(said saidJSON) bool {
	return said.ReplaceOriginal != nil && *said.ReplaceOriginal && (h.original != nil || h.ephemeral != nil)
}

func (w *Workspace) replaceOriginal(h *hook, text string, blocks json.RawMessage, d draft) (ts string) {
	if e := h.ephemeral; e != nil {
		e.Text, e.Blocks = text, blocks
		return e.TS
	}
	e := h.original
	next := *e.msg
	next.Text, next.Blocks = escapeLoose(text), blocks
	before := e.mentions
	e.mentions, e.rich = d.mentions, hasRichText(d.blocks)
	w.edit(h.channel, e, &next)
	w.notifyEdit(h.channel, e, before)
	return next.TS
}

func (w *Workspace) deleteOriginal(h *hook) {
	if h.ephemeral != nil {
		h.ephemeral.Deleted = true
	}
	if h.original != nil {
		w.erase(h.channel, h.original)
	}
}
