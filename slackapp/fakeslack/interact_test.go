package fakeslack_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// during runs an act of a person beside what the test does for the app.
func during[T any](t *testing.T, act func() (T, error), app func()) (T, error) {
	t.Helper()
	type outcome struct {
		v   T
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		v, err := act()
		done <- outcome{v, err}
	}()
	app()
	o := <-done
	return o.v, o.err
}

// command plays a command to its end; answer is the payload of the ack.
func (w *world) command(l *link, text string, answer ...any) (*fakeslack.Result, envelope) {
	w.t.Helper()
	var e envelope
	r, err := during(w.t, func() (*fakeslack.Result, error) {
		return w.Command(w.ctx(), w.ann.ID, w.chat, text, false)
	}, func() {
		e = l.next()
		l.ack(e, answer...)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return r, e
}

// respond posts to a response_url and returns the status.
func respond(t *testing.T, address any, body any) int {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(address.(string), "application/json", bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func TestACommandArrivesWithWhoWhereAndWhat(t *testing.T) {
	w := newWorld(t)
	r, e := w.command(w.connect(), "/chatgroups list  all", map[string]string{"text": "none yet"})
	for key, want := range map[string]any{
		"command": "/chatgroups", "text": "list  all", "user_id": w.ann.ID, "user_name": "ann",
		"channel_id": w.chat, "channel_name": "chat-sales", "team_id": w.TeamID(), "api_app_id": w.app.AppID,
	} {
		if e.Payload[key] != want {
			t.Errorf("%s is %v, want %v", key, e.Payload[key], want)
		}
	}
	if e.Type != "slash_commands" || !e.Accepts {
		t.Errorf("the envelope is %+v", e)
	}
	got := r.Responses()
	if len(got) != 1 || got[0].Text != "none yet" || got[0].InChannel {
		t.Errorf("responses are %+v", got)
	}
	if seen := w.Ephemerals(w.ann.ID); len(seen) != 1 || seen[0].Text != "none yet" {
		t.Errorf("Ann sees %+v", seen)
	}
}

func TestCommandsEscapeWhatTheyName(t *testing.T) {
	shows(t, 40)
	w := newWorld(t)
	w.AddChannel("secret", true, w.ann.ID)
	secret, _ := w.Channel("secret")
	_, e := w.command(w.connect(), `/chatgroups create "Tech & co" @sales #chat-sales #secret @bob @nobody`)
	want := `create "Tech &amp; co" <!subteam^` + w.sales + `|@sales> <#` + w.chat + `|chat-sales> <#` + secret.ID + `|> <@` + w.bob.ID + `|bob> @nobody`
	if e.Payload["text"] != want {
		t.Errorf("got  %s\nwant %s", e.Payload["text"], want)
	}
}

func TestCommandsWithoutShouldEscapeStayAsTyped(t *testing.T) {
	w := newWorld(t, func(_ *fakeslack.Config, a *fakeslack.App) { a.Commands[0].ShouldEscape = false })
	_, e := w.command(w.connect(), "/chatgroups managers @bob")
	if e.Payload["text"] != "managers @bob" {
		t.Errorf("got %s", e.Payload["text"])
	}
}

func TestWhereCommandsDoNotRun(t *testing.T) {
	shows(t, 40)
	w := newWorld(t)
	partner := w.AddPerson(fakeslack.Person{Name: "partner", TeamID: "TOTHER"})
	w.AddToChannel(w.chat, partner.ID)
	outside := w.AddPerson(fakeslack.Person{Name: "outside"})
	if _, err := w.Command(w.ctx(), w.ann.ID, w.chat, "/chatgroups", true); !errors.Is(err, fakeslack.ErrInThread) {
		t.Errorf("in a thread: %v", err)
	}
	for name, user := range map[string]string{"from another workspace": partner.ID, "outside of the channel": outside.ID} {
		if _, err := w.Command(w.ctx(), user, w.chat, "/chatgroups", false); err == nil {
			t.Errorf("%s it runs", name)
		}
	}
	if _, err := w.Command(w.ctx(), w.ann.ID, w.chat, "/remind", false); err == nil {
		t.Error("an unknown one runs")
	}
}

func TestTheAppInstalledLastOwnsTheCommand(t *testing.T) {
	shows(t, 40)
	w := newWorld(t)
	other := w.InstallApp(fakeslack.App{Name: "Other", SocketMode: true, Commands: []fakeslack.SlashCommand{{Name: "/chatgroups"}}})
	a := w.post("apps.connections.open", "", "", other.AppToken).ok(t)
	l := w.dial(a.str("url"))
	l.next()
	if _, e := w.command(l, "/chatgroups"); e.Payload["api_app_id"] != other.AppID {
		t.Errorf("it went to %v", e.Payload["api_app_id"])
	}
}

func TestACommandWithoutAnAckFailsAndIsNotRepeated(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	_, err := during(t, func() (*fakeslack.Result, error) {
		return w.Command(w.ctx(), w.ann.ID, w.chat, "/chatgroups", false)
	}, func() {
		l.next()
		w.clock.Advance(3 * time.Second)
	})
	if err == nil {
		t.Error("it succeeded")
	}
	w.clock.Advance(time.Hour)
	w.say(w.ann, "next")
	if e := l.next(); e.Type != "events_api" {
		t.Errorf("it came again: %+v", e)
	}
}

func TestAResponseURLWorksFiveTimesInThirtyMinutes(t *testing.T) {
	shows(t, 38)
	w := newWorld(t)
	l := w.connect()
	r, e := w.command(l, "/chatgroups list")
	address := e.Payload["response_url"]
	for i := range 5 {
		if got := respond(t, address, map[string]string{"text": "later"}); got != 200 {
			t.Errorf("use %d: %d", i+1, got)
		}
	}
	if got := respond(t, address, map[string]string{"text": "later"}); got != 404 {
		t.Errorf("use 6: %d", got)
	}
	if n := len(r.Responses()); n != 5 {
		t.Errorf("%d responses", n)
	}
	_, e = w.command(l, "/chatgroups list")
	w.clock.Advance(30*time.Minute + time.Second)
	if got := respond(t, e.Payload["response_url"], map[string]string{"text": "too late"}); got != 404 {
		t.Errorf("after 30 minutes: %d", got)
	}
}

func TestAnInChannelResponseIsSeenByAll(t *testing.T) {
	shows(t, 38)
	w := newWorld(t)
	r, _ := w.command(w.connect(), "/chatgroups list", map[string]string{"text": "for all", "response_type": "in_channel"})
	got := r.Responses()
	if len(got) != 1 || !got[0].InChannel {
		t.Fatalf("got %+v", got)
	}
	if m, ok := w.Message(w.chat, got[0].TS); !ok || m.Text != "for all" || m.BotID != w.app.BotID {
		t.Errorf("got %+v", m)
	}
}

func TestAnAnswerWithWrongBlocksIsNotShown(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	_, err := during(t, func() (*fakeslack.Result, error) {
		return w.Command(w.ctx(), w.ann.ID, w.chat, "/chatgroups", false)
	}, func() {
		l.ack(l.next(), map[string]any{"blocks": []any{map[string]string{"type": "marquee"}}})
	})
	if err == nil {
		t.Error("it is shown")
	}
}

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
