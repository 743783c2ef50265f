package fakeslack_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

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
