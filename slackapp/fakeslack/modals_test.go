package fakeslack_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

const modal = `{"type":"modal","callback_id":"create","title":{"type":"plain_text","text":"New group"},
	"submit":{"type":"plain_text","text":"Create"},"close":{"type":"plain_text","text":"Cancel"},"notify_on_close":true,"private_metadata":"m","blocks":[
	{"type":"input","block_id":"name","label":{"type":"plain_text","text":"Name"},"element":{"type":"plain_text_input","action_id":"name"}},
	{"type":"input","block_id":"who","optional":true,"label":{"type":"plain_text","text":"Who"},"element":{"type":"multi_users_select","action_id":"who"}},
	{"type":"actions","block_id":"kind","elements":[{"type":"static_select","action_id":"kind","options":[
		{"text":{"type":"plain_text","text":"Linked"},"value":"linked"},{"text":{"type":"plain_text","text":"New"},"value":"new"}]}]}]}`

// opens has Ann run a command and the app open a modal.
func (w *world) opens(l *link, view string) answer {
	w.t.Helper()
	_, e := w.command(l, "/chatgroups create")
	return w.call("views.open", "trigger_id", e.Payload["trigger_id"].(string), "view", view)
}

func TestATriggerOpensOneModalForThreeSeconds(t *testing.T) {
	shows(t, 37)
	w := newWorld(t)
	l := w.connect()
	_, e := w.command(l, "/chatgroups create")
	trigger := e.Payload["trigger_id"].(string)
	w.call("views.open", "trigger_id", "1.2.x", "view", modal).refused(t, "invalid_trigger_id")
	w.call("views.open", "view", modal).refused(t, "invalid_arguments")
	w.call("views.open", "trigger_id", trigger, "view", modal).ok(t)
	w.call("views.open", "trigger_id", trigger, "view", modal).refused(t, "exchanged_trigger_id")
	if v, ok := w.Modal(w.ann.ID); !ok || v.Title != "New group" || v.CallbackID != "create" || v.PrivateMetadata != "m" {
		t.Errorf("Ann sees %+v", v)
	}
	_, e = w.command(l, "/chatgroups create")
	w.clock.Advance(3*time.Second + time.Millisecond)
	w.call("views.open", "trigger_id", e.Payload["trigger_id"].(string), "view", modal).refused(t, "expired_trigger_id")
}

func TestViewsAreChecked(t *testing.T) {
	shows(t, 39)
	w := newWorld(t)
	l := w.connect()
	for name, row := range map[string]struct{ view, code, message string }{
		"long title":       {strings.Replace(modal, "New group", strings.Repeat("x", 25), 1), "invalid_arguments", "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"},
		"no submit":        {strings.Replace(modal, `"submit":{"type":"plain_text","text":"Create"},`, "", 1), "invalid_arguments", "[ERROR] missing required field: submit [json-pointer:/view]"},
		"a home":           {`{"type":"home","blocks":[]}`, "invalid_arguments", "[ERROR] must be one of: modal [json-pointer:/view/type]"},
		"101 blocks":       {`{"type":"modal","title":{"type":"plain_text","text":"x"},"blocks":` + blocks(101, `{"type":"divider"}`) + `}`, "invalid_arguments", "[ERROR] no more than 100 items allowed [json-pointer:/view/blocks]"},
		"no object":        {`[]`, "invalid_arguments", "[ERROR] must be a JSON object [json-pointer:/view]"},
		"too large":        {strings.Replace(modal, `"m"`, `"`+strings.Repeat("x", 260_000)+`"`, 1), "view_too_large", ""},
		"private_metadata": {strings.Replace(modal, `"m"`, `"`+strings.Repeat("x", 3001)+`"`, 1), "invalid_arguments", "[ERROR] must be less than 3001 characters [json-pointer:/view/private_metadata]"},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.opens(l, row.view)
			a.refused(t, row.code)
			if !strings.Contains(a.raw, row.message) {
				t.Errorf("got %s", a.raw)
			}
		})
	}
}

// submits plays a submission; answer is the payload of the ack.
func (w *world) submits(l *link, values map[string][]string, answer ...any) (fakeslack.Submission, envelope, error) {
	w.t.Helper()
	var e envelope
	s, err := during(w.t, func() (fakeslack.Submission, error) {
		return w.SubmitView(w.ctx(), w.ann.ID, values)
	}, func() {
		e = l.next()
		l.ack(e, answer...)
	})
	return s, e, err
}

func TestASubmissionHasTheState(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	w.opens(l, modal).ok(t)
	_, e, err := w.submits(l, map[string][]string{"name": {"Tech"}, "who": {w.ann.ID, w.bob.ID}, "kind": {"new"}})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(e.Payload)
	if err != nil {
		t.Fatal(err)
	}
	var cb slack.InteractionCallback
	if err := json.Unmarshal(raw, &cb); err != nil {
		t.Fatal(err)
	}
	state := cb.View.State.Values
	if cb.Type != slack.InteractionTypeViewSubmission || !e.Accepts || state["name"]["name"].Value != "Tech" ||
		len(state["who"]["who"].SelectedUsers) != 2 || state["kind"]["kind"].SelectedOption.Value != "new" ||
		cb.View.PrivateMetadata != "m" || cb.View.CallbackID != "create" {
		t.Errorf("got %s", raw)
	}
	if _, open := w.Modal(w.ann.ID); open {
		t.Error("the modal is open")
	}
}

func TestAFormThatIsNotFilledInIsNotSubmitted(t *testing.T) {
	w := newWorld(t)
	w.opens(w.connect(), modal).ok(t)
	for name, values := range map[string]map[string][]string{
		"nothing":       nil,
		"empty":         {"name": {""}},
		"unknown block": {"name": {"x"}, "colour": {"red"}},
		"no option":     {"name": {"x"}, "kind": {"other"}},
	} {
		if _, err := w.SubmitView(w.ctx(), w.ann.ID, values); err == nil {
			t.Errorf("%s is submitted", name)
		}
	}
}

func TestWhatAnAnswerDoesToAModal(t *testing.T) {
	shows(t, 39)
	w := newWorld(t)
	l := w.connect()
	second := json.RawMessage(strings.Replace(modal, "New group", "Second", 1))
	w.opens(l, modal).ok(t)
	name := map[string][]string{"name": {"x"}}
	title := func() string { v, _ := w.Modal(w.ann.ID); return v.Title }

	s, _, err := w.submits(l, name, map[string]any{"response_action": "errors", "errors": map[string]string{"name": "taken"}})
	if err != nil || s.Errors["name"] != "taken" || title() != "New group" {
		t.Errorf("errors: %+v, %v, %s", s, err, title())
	}
	if _, _, err = w.submits(l, name, map[string]any{"response_action": "errors", "errors": map[string]string{"nme": "taken"}}); err == nil {
		t.Error("errors of an unknown block pass")
	}
	if _, _, err = w.submits(l, name, map[string]any{"response_action": "push", "view": second}); err != nil || title() != "Second" {
		t.Errorf("push: %v, %s", err, title())
	}
	if _, _, err = w.submits(l, name); err != nil || title() != "New group" {
		t.Errorf("closing one: %v, %s", err, title())
	}
	if _, _, err = w.submits(l, name, map[string]any{"response_action": "update", "view": second}); err != nil || title() != "Second" {
		t.Errorf("update: %v, %s", err, title())
	}
	if _, _, err = w.submits(l, name, map[string]any{"response_action": "clear"}); err != nil || title() != "" {
		t.Errorf("clear: %v, %s", err, title())
	}
	if _, err := w.SubmitView(w.ctx(), w.ann.ID, name); err == nil {
		t.Error("no modal is submitted")
	}
}

func TestClosingAModalIsToldOnDemand(t *testing.T) {
	shows(t, 39)
	w := newWorld(t)
	l := w.connect()
	w.opens(l, modal).ok(t)
	var e envelope
	_, err := during(t, func() (any, error) { return nil, w.CloseView(w.ctx(), w.ann.ID, false) }, func() { e = l.next(); l.ack(e) })
	if err != nil || e.Payload["type"] != "view_closed" || e.Payload["is_cleared"] != false {
		t.Errorf("got %v, %v", e.Payload, err)
	}
	w.opens(l, strings.Replace(modal, `"notify_on_close":true`, `"notify_on_close":false`, 1)).ok(t)
	if err := w.CloseView(w.ctx(), w.ann.ID, true); err != nil {
		t.Error(err)
	}
	if _, open := w.Modal(w.ann.ID); open {
		t.Error("the modal is open")
	}
}

func TestModalsStackUpToThree(t *testing.T) {
	shows(t, 39)
	w := newWorld(t)
	l := w.connect()
	w.opens(l, modal).ok(t)
	push := func() answer {
		var e envelope
		_, err := during(t, func() (any, error) { return nil, w.ClickView(w.ctx(), w.ann.ID, "kind", "new") }, func() { e = l.next(); l.ack(e) })
		if err != nil {
			t.Fatal(err)
		}
		if dig(e.Payload, "view.state.values.kind.kind.selected_option.value") != "new" {
			t.Errorf("the state is %v", dig(e.Payload, "view.state"))
		}
		return w.call("views.push", "trigger_id", e.Payload["trigger_id"].(string), "view", modal)
	}
	root := push().ok(t).str("view.root_view_id")
	a := push().ok(t)
	if a.str("view.root_view_id") != root || a.str("view.previous_view_id") == "" {
		t.Errorf("got %s", a.raw)
	}
	push().refused(t, "push_limit_reached")
}

func TestViewsAreUpdatedByHash(t *testing.T) {
	shows(t, 39)
	w := newWorld(t)
	a := w.opens(w.connect(), strings.Replace(modal, `"type":"modal"`, `"type":"modal","external_id":"e1"`, 1)).ok(t)
	id, hash := a.str("view.id"), a.str("view.hash")
	next := strings.Replace(modal, "New group", "Next", 1)
	w.call("views.update", "view_id", id, "hash", hash, "view", next).ok(t)
	w.call("views.update", "view_id", id, "hash", hash, "view", next).refused(t, "hash_conflict")
	w.call("views.update", "external_id", "e2", "view", next).refused(t, "not_found")
	w.call("views.update", "external_id", "e1", "view", next).ok(t)
	w.call("views.update", "view", next).refused(t, "invalid_arguments")
	if v, _ := w.Modal(w.ann.ID); v.Title != "Next" {
		t.Errorf("Ann sees %+v", v)
	}
}

func TestTheHomeTab(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	if err := w.OpenHome(w.ann.ID, w.app.AppID); err != nil {
		t.Fatal(err)
	}
	e := l.next()
	l.ack(e)
	if e.event("type") != "app_home_opened" || e.event("user") != w.ann.ID || e.event("tab") != "home" || e.event("view") != nil {
		t.Errorf("got %v", e.Payload["event"])
	}
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, CallbackID: "home", Blocks: slack.Blocks{BlockSet: []slack.Block{
		slack.NewActionBlock("b", slack.NewButtonBlockElement("on", "sales", slack.NewTextBlockObject(slack.PlainTextType, "On", false, false)))}}}
	r, err := w.api.PublishView(w.ann.ID, view, "")
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := w.Home(w.ann.ID, w.app.AppID); !ok || v.CallbackID != "home" || v.Hash != r.Hash {
		t.Errorf("got %+v", v)
	}
	if _, err := w.api.PublishView(w.ann.ID, view, "old"); err == nil || err.Error() != "hash_conflict" {
		t.Errorf("an old hash: %v", err)
	}
	_, err = during(t, func() (any, error) { return nil, w.ClickHome(w.ctx(), w.ann.ID, w.app.AppID, "on") }, func() { e = l.next(); l.ack(e) })
	if err != nil || dig(e.Payload, "view.type") != "home" || dig(e.Payload, "container.type") != "view" {
		t.Errorf("got %v, %v", e.Payload, err)
	}
}

func TestTheHomeTabIsOpenedAgainWithWhatItShows(t *testing.T) {
	shows(t, 60)
	w := newWorld(t)
	l := w.connect()
	opens := func(open func(user, app string) error, user string) envelope {
		t.Helper()
		if err := open(user, w.app.AppID); err != nil {
			t.Fatal(err)
		}
		e := l.next()
		l.ack(e)
		return e
	}
	if e := opens(w.OpenHome, w.ann.ID); e.event("tab") != "home" || e.event("view") != nil || !strings.HasPrefix(e.event("channel").(string), "D") {
		t.Errorf("told of %v", e.Payload["event"])
	}
	id := w.call("views.publish", "user_id", w.ann.ID, "view", `{"type":"home","callback_id":"h","blocks":[]}`).ok(t).str("view.id")
	if e := opens(w.OpenHome, w.ann.ID); e.event("view.id") != id || e.event("view.callback_id") != "h" {
		t.Errorf("told of %v", e.Payload["event"])
	}
	if e := opens(w.OpenHome, w.bob.ID); e.event("view") != nil {
		t.Errorf("what Ann sees is told of Bob: %v", e.Payload["event"])
	}
	if e := opens(w.OpenMessages, w.ann.ID); e.event("tab") != "messages" || e.event("view") != nil {
		t.Errorf("told of %v", e.Payload["event"])
	}
}

func TestAnAppWithoutAMessagesTabWritesToNobody(t *testing.T) {
	shows(t, 60)
	w := newWorld(t, func(_ *fakeslack.Config, a *fakeslack.App) { a.NoMessagesTab = true })
	w.call("chat.postMessage", "channel", w.ann.ID, "text", "x").refused(t, "messages_tab_disabled")
	dm := w.call("conversations.open", "users", w.ann.ID).ok(t).str("channel.id")
	w.call("chat.postMessage", "channel", dm, "text", "x").refused(t, "messages_tab_disabled")
	w.call("chat.postMessage", "channel", w.chat, "text", "x").ok(t)
}

func TestAHomeTabMayBeSwitchedOff(t *testing.T) {
	w := newWorld(t, func(_ *fakeslack.Config, a *fakeslack.App) { a.NoHomeTab = true })
	w.call("views.publish", "user_id", w.ann.ID, "view", `{"type":"home","blocks":[]}`).refused(t, "not_enabled")
}

func TestSlackGoOpensModals(t *testing.T) {
	w := newWorld(t)
	_, e := w.command(w.connect(), "/chatgroups create")
	v, err := w.api.OpenView(e.Payload["trigger_id"].(string), slack.ModalViewRequest{
		Type: slack.VTModal, Title: slack.NewTextBlockObject(slack.PlainTextType, "New", false, false),
		Submit: slack.NewTextBlockObject(slack.PlainTextType, "Go", false, false),
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock("name", slack.NewTextBlockObject(slack.PlainTextType, "Name", false, false), nil,
				slack.NewPlainTextInputBlockElement(nil, "name")),
		}},
	})
	if err != nil || v.ID == "" {
		t.Errorf("got %+v, %v", v, err)
	}
}
