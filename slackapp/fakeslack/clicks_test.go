package fakeslack_test

import (
	"encoding/json"
	"testing"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// card posts a message with two buttons and a menu.
func (w *world) card(args ...string) string {
	w.t.Helper()
	return w.botPost(append([]string{"text", "card", "blocks", `[
		{"type":"section","text":{"type":"mrkdwn","text":"card"},"accessory":{"type":"button","action_id":"claim","value":"1042","text":{"type":"plain_text","text":"Claim"}}},
		{"type":"actions","block_id":"more","elements":[
			{"type":"button","action_id":"close","text":{"type":"plain_text","text":"Close"}},
			{"type":"static_select","action_id":"invite","options":[
				{"text":{"type":"plain_text","text":"Tech"},"value":"tech"},
				{"text":{"type":"plain_text","text":"Product"},"value":"product"}]}]}]`}, args...)...)
}

// clicks plays a click to its end.
func (w *world) clicks(l *link, ts, action string, values ...string) (*fakeslack.Result, envelope) {
	w.t.Helper()
	var e envelope
	r, err := during(w.t, func() (*fakeslack.Result, error) {
		return w.Click(w.ctx(), w.ann.ID, w.chat, ts, action, values...)
	}, func() {
		e = l.next()
		l.ack(e)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return r, e
}

func TestAClickArrivesWithItsMessage(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	root := w.card()
	l.ack(l.next())
	reply := w.card("thread_ts", root)
	l.ack(l.next())
	_, e := w.clicks(l, reply, "claim")
	raw, err := json.Marshal(e.Payload)
	if err != nil {
		t.Fatal(err)
	}
	var cb slack.InteractionCallback
	if err := json.Unmarshal(raw, &cb); err != nil {
		t.Fatal(err)
	}
	action := cb.ActionCallback.BlockActions[0]
	if cb.Type != slack.InteractionTypeBlockActions || action.ActionID != "claim" || action.Value != "1042" || action.BlockID == "" ||
		cb.Container.ThreadTs != root || cb.Container.MessageTs != reply || cb.Channel.ID != w.chat || cb.User.TeamID != w.TeamID() ||
		cb.Message.ThreadTimestamp != root || cb.ResponseURL == "" || cb.TriggerID == "" {
		t.Errorf("got %s", raw)
	}
	if e.Accepts {
		t.Error("a click accepts a payload")
	}
}

func TestAMenuSaysWhatWasChosen(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	ts := w.card()
	l.ack(l.next())
	_, e := w.clicks(l, ts, "invite", "product")
	actions := e.Payload["actions"].([]any)
	if dig(actions[0], "selected_option.value") != "product" || dig(actions[0], "block_id") != "more" {
		t.Errorf("got %v", actions)
	}
}

func TestWhatCannotBeClicked(t *testing.T) {
	w := newWorld(t)
	ts := w.card()
	anns := w.say(w.ann, "x")
	for name, click := range map[string]func() (*fakeslack.Result, error){
		"an unknown button":         func() (*fakeslack.Result, error) { return w.Click(w.ctx(), w.ann.ID, w.chat, ts, "open") },
		"a button of another value": func() (*fakeslack.Result, error) { return w.Click(w.ctx(), w.ann.ID, w.chat, ts, "claim", "7") },
		"an unknown option":         func() (*fakeslack.Result, error) { return w.Click(w.ctx(), w.ann.ID, w.chat, ts, "invite", "sales") },
		"what a person wrote":       func() (*fakeslack.Result, error) { return w.Click(w.ctx(), w.ann.ID, w.chat, anns, "claim") },
		"no message":                func() (*fakeslack.Result, error) { return w.Click(w.ctx(), w.ann.ID, w.chat, "1.1", "claim") },
		"no ephemeral":              func() (*fakeslack.Result, error) { return w.ClickEphemeral(w.ctx(), w.ann.ID, w.chat, ts, "claim") },
	} {
		if _, err := click(); err == nil {
			t.Errorf("%s can be clicked", name)
		}
	}
}

func TestWhatWasClickedCanBeReplacedAndDeleted(t *testing.T) {
	shows(t, 38)
	w := newWorld(t)
	l := w.connect()
	ts := w.card()
	l.ack(l.next())
	r, e := w.clicks(l, ts, "claim")
	if got := respond(t, e.Payload["response_url"], map[string]any{"text": "claimed", "replace_original": true}); got != 200 {
		t.Fatalf("got %d", got)
	}
	if m, _ := w.Message(w.chat, ts); m.Text != "claimed" || m.Blocks != nil {
		t.Errorf("got %+v", m)
	}
	if got := respond(t, e.Payload["response_url"], map[string]any{"delete_original": true}); got != 200 {
		t.Fatalf("got %d", got)
	}
	if _, there := w.Message(w.chat, ts); there {
		t.Error("it is still there")
	}
	if got := r.Responses(); len(got) != 2 || !got[0].Replaced || !got[1].Deleted {
		t.Errorf("got %+v", got)
	}
}

func TestAnEphemeralCanBeClickedAndReplaced(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	w.command(l, "/chatgroups delete tech", map[string]any{"blocks": json.RawMessage(
		`[{"type":"actions","elements":[{"type":"button","action_id":"sure","text":{"type":"plain_text","text":"Delete"}}]}]`)})
	shown := w.Ephemerals(w.ann.ID)[0]
	var e envelope
	_, err := during(t, func() (*fakeslack.Result, error) {
		return w.ClickEphemeral(w.ctx(), w.ann.ID, w.chat, shown.TS, "sure")
	}, func() { e = l.next(); l.ack(e) })
	if err != nil {
		t.Fatal(err)
	}
	if dig(e.Payload, "container.is_ephemeral") != true || e.Payload["message"] != nil {
		t.Errorf("got %v", e.Payload)
	}
	respond(t, e.Payload["response_url"], map[string]any{"text": "deleted", "replace_original": true})
	if got := w.Ephemerals(w.ann.ID); len(got) != 1 || got[0].Text != "deleted" || got[0].Blocks != nil {
		t.Errorf("got %+v", got)
	}
	respond(t, e.Payload["response_url"], map[string]any{"delete_original": true})
	if got := w.Ephemerals(w.ann.ID); !got[0].Deleted {
		t.Errorf("got %+v", got)
	}
}

func TestAMessageShortcutArrivesWithItsMessage(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	root := w.say(w.ann, "root")
	l.ack(l.next())
	reply := w.say(w.bob, "reply", fakeslack.InThread(root))
	l.ack(l.next())
	var e envelope
	_, err := during(t, func() (*fakeslack.Result, error) {
		return w.Shortcut(w.ctx(), w.ann.ID, w.chat, reply, "close_chat")
	}, func() { e = l.next(); l.ack(e) })
	if err != nil {
		t.Fatal(err)
	}
	if e.Payload["type"] != "message_action" || e.Payload["callback_id"] != "close_chat" || dig(e.Payload, "message.thread_ts") != root {
		t.Errorf("got %v", e.Payload)
	}
	if _, err := w.Shortcut(w.ctx(), w.ann.ID, w.chat, reply, "open_chat"); err == nil {
		t.Error("an unknown one runs")
	}
}

func TestAnAppWithoutInteractivityTakesNoClicks(t *testing.T) {
	w := newWorld(t, func(_ *fakeslack.Config, a *fakeslack.App) { a.NoInteractivity = true })
	if _, err := w.Click(w.ctx(), w.ann.ID, w.chat, w.card(), "claim"); err == nil {
		t.Error("it takes one")
	}
}

func TestAGlobalShortcutBelongsToNoChannel(t *testing.T) {
	shows(t, 61)
	w := newWorld(t)
	l := w.connect()
	var e envelope
	_, err := during(t, func() (any, error) { return nil, w.GlobalShortcut(w.ctx(), w.ann.ID, "new_group") }, func() { e = l.next(); l.ack(e) })
	if err != nil || e.Payload["type"] != "shortcut" || e.Payload["callback_id"] != "new_group" || dig(e.Payload, "user.id") != w.ann.ID {
		t.Fatalf("the app is told %v, %v", e.Payload, err)
	}
	for _, name := range []string{"channel", "response_url", "message"} {
		if _, there := e.Payload[name]; there {
			t.Errorf("there is a %s", name)
		}
	}
	w.call("views.open", "trigger_id", e.Payload["trigger_id"].(string), "view", modal).ok(t)
	if v, ok := w.Modal(w.ann.ID); !ok || v.Title != "New group" {
		t.Errorf("Ann sees %+v", v)
	}
	if err := w.GlobalShortcut(w.ctx(), w.ann.ID, "close_chat"); err == nil {
		t.Error("a message shortcut is a global one")
	}
}
