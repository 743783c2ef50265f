package fakeslack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// scopes and events are those of the chatgroups app.
var (
	scopes = strings.Fields(`app_mentions:read channels:history channels:join channels:manage channels:read
		chat:write chat:write.customize commands dnd:read files:read groups:history groups:read groups:write
		im:history im:write reactions:read reactions:write team:read usergroups:read usergroups:write users:read`)
	events = strings.Fields(`app_home_opened app_mention app_uninstalled channel_archive channel_id_changed channel_left
		channel_rename channel_unarchive channel_deleted group_archive group_left group_rename member_joined_channel
		member_left_channel message.channels message.groups message.im reaction_added reaction_removed subteam_created
		subteam_members_changed subteam_updated tokens_revoked user_change`)
)

// A world is a running workspace with two people, a user group, a public channel
// that both and the bot are in, and an app.
type world struct {
	*fakeslack.Workspace
	t     *testing.T
	clock *fakeslack.ManualClock
	url   string

	ann, bob fakeslack.Person
	sales    string // the user group: ann
	chat     string // #chat-sales
	app      fakeslack.Installation
	api      *slack.Client
}

// newWorld makes one. change may alter what it is made of.
func newWorld(t *testing.T, change ...func(*fakeslack.Config, *fakeslack.App)) *world {
	t.Helper()
	clock := fakeslack.NewManualClock(time.Time{})
	config := fakeslack.Config{Clock: clock, Limits: fakeslack.Limits{Off: true}}
	app := fakeslack.App{
		Name: "Chatgroups", Scopes: scopes, Events: events, SocketMode: true,
		Commands:  []fakeslack.SlashCommand{{Name: "/chatgroups", ShouldEscape: true}},
		Shortcuts: []fakeslack.MessageShortcut{{Name: "Close chat", CallbackID: "close_chat"}},

		GlobalShortcuts: []fakeslack.GlobalShortcut{{Name: "New group", CallbackID: "new_group"}},
	}
	for _, c := range change {
		c(&config, &app)
	}
	w := &world{Workspace: fakeslack.New(config), t: t, clock: clock}
	server := httptest.NewServer(w.Handler())
	w.url = server.URL
	w.SetBaseURL(server.URL)
	w.ann = w.AddPerson(fakeslack.Person{Name: "ann", RealName: "Ann Lee", Admin: true})
	w.bob = w.AddPerson(fakeslack.Person{Name: "bob", RealName: "Bob Ray"})
	w.chat = w.AddChannel("chat-sales", false, w.ann.ID, w.bob.ID)
	w.sales = w.AddUserGroup("Sales", "sales", w.ann.ID)
	w.app = w.InstallApp(app)
	w.api = slack.New(w.app.BotToken, slack.OptionAPIURL(server.URL+"/api/"), slack.OptionAppLevelToken(w.app.AppToken))
	w.AddToChannel(w.chat, w.app.BotUserID)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		server.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return w
}

// call makes a raw call of the Web API with a form body and the bot's token.
func (w *world) call(method string, args ...string) answer {
	w.t.Helper()
	return w.callAs(w.app.BotToken, method, args...)
}

func (w *world) callAs(token, method string, args ...string) answer {
	w.t.Helper()
	form := url.Values{}
	if token != "" {
		form.Set("token", token)
	}
	for i := 0; i < len(args); i += 2 {
		form.Set(args[i], args[i+1])
	}
	return w.post(method, "application/x-www-form-urlencoded", form.Encode(), "")
}

func (w *world) post(method, contentType, body, bearer string) answer {
	w.t.Helper()
	req, err := http.NewRequest(http.MethodPost, w.url+"/api/"+method, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.body)
	return a
}

// answer is what a raw call got.
type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

func (a answer) str(path string) string {
	s, _ := dig(a.body, path).(string)
	return s
}

// dig follows keys with dots between.
func dig(x any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		m, _ := x.(map[string]any)
		x = m[key]
	}
	return x
}

// refused fails the test unless the call was refused with this code.
func (a answer) refused(t *testing.T, code string) {
	t.Helper()
	if a.body["ok"] != false || a.body["error"] != code {
		t.Errorf("got %s, want the error %s", a.raw, code)
	}
}

func (a answer) ok(t *testing.T) answer {
	t.Helper()
	if a.body["ok"] != true {
		t.Errorf("got %d %s, want ok", a.status, a.raw)
	}
	return a
}

// until waits for a condition, and fails the test where it never comes true.
func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.Wait(ctx, ok); err != nil {
		w.t.Fatalf("waited in vain for: %s", what)
	}
}

func (w *world) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	w.t.Cleanup(cancel)
	return ctx
}

// must is for acts that cannot fail in a test.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// An envelope is what a raw Socket Mode connection gets.
type envelope struct {
	Type        string         `json:"type"`
	Reason      string         `json:"reason"`
	EnvelopeID  string         `json:"envelope_id"`
	Payload     map[string]any `json:"payload"`
	Accepts     bool           `json:"accepts_response_payload"`
	Attempt     int            `json:"retry_attempt"`
	RetryReason string         `json:"retry_reason"`
	Connections int            `json:"num_connections"`
}

func (e envelope) event(path string) any { return dig(e.Payload, "event."+path) }

// A link is a raw Socket Mode connection.
type link struct {
	t    *testing.T
	conn *websocket.Conn
}

// connect opens a socket and reads the hello.
func (w *world) connect() *link {
	w.t.Helper()
	l := w.dial(w.socketURL())
	if hello := l.next(); hello.Type != "hello" {
		w.t.Fatalf("the first frame is %+v, want hello", hello)
	}
	return l
}

func (w *world) socketURL() string {
	w.t.Helper()
	return w.post("apps.connections.open", "", "", w.app.AppToken).ok(w.t).str("url")
}

func (w *world) dial(address string) *link {
	w.t.Helper()
	conn, resp, err := websocket.DefaultDialer.Dial(address, nil)
	if err != nil {
		w.t.Fatalf("dial: %v (%v)", err, resp)
	}
	w.t.Cleanup(func() { conn.Close() })
	return &link{t: w.t, conn: conn}
}

// next reads one frame.
func (l *link) next() envelope {
	l.t.Helper()
	e, err := l.read()
	if err != nil {
		l.t.Fatalf("reading a frame: %v", err)
	}
	return e
}

func (l *link) read() (e envelope, err error) {
	if err := l.conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return e, err
	}
	_, raw, err := l.conn.ReadMessage()
	if err != nil {
		return e, err
	}
	return e, json.NewDecoder(bytes.NewReader(raw)).Decode(&e)
}

// ack acknowledges e, with a payload where one is given.
func (l *link) ack(e envelope, payload ...any) {
	l.t.Helper()
	a := map[string]any{"envelope_id": e.EnvelopeID}
	if len(payload) > 0 {
		a["payload"] = payload[0]
	}
	if err := l.conn.WriteJSON(a); err != nil {
		l.t.Fatal(err)
	}
}

// serve makes a call with a JSON body without a network.
func serve(w *fakeslack.Workspace, method, token, body string) []byte {
	r := httptest.NewRequest(http.MethodPost, "/api/"+method, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	w.Handler().ServeHTTP(answer, r)
	return answer.Body.Bytes()
}
