// Package likeness runs Slack's own Node clients against fakeslack. What they
// refuse is not like Slack, and is mended there. `npm ci` in this folder installs
// them; without it the tests are skipped, or fail where CHATGROUPS_REQUIRE_BROWSER
// is 1.
package likeness_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a Node program may take for one step.
const patience = 60 * time.Second

const secret = "8f742231b10e8888abcd99yyyzzz85a5"

// A house is a workspace on a port, with an app for a Node program to be.
type house struct {
	*fakeslack.Workspace
	t    *testing.T
	url  string
	ann  fakeslack.Person
	chat string
	app  fakeslack.Installation
}

func newHouse(t *testing.T, change func(*fakeslack.App)) *house {
	t.Helper()
	node(t)
	h := &house{t: t, Workspace: fakeslack.New(fakeslack.Config{Limits: fakeslack.Limits{PostBurst: 20}})}
	server := httptest.NewServer(h.Handler())
	h.url = server.URL
	h.SetBaseURL(h.url)
	h.ann = h.AddPerson(fakeslack.Person{Name: "ann", Admin: true})
	for _, name := range []string{"bob", "cat", "dan"} {
		h.AddPerson(fakeslack.Person{Name: name})
	}
	h.AddUserGroup("Sales", "sales", h.ann.ID)
	app := fakeslack.App{
		Name: "Chatgroups", SocketMode: true, SigningSecret: secret,
		Scopes: strings.Fields(`app_mentions:read channels:history channels:read chat:write chat:write.customize
			commands dnd:read files:read files:write reactions:write team:read usergroups:read usergroups:write users:read`),
		Events:    []string{"message.channels", "app_mention", "member_joined_channel", "app_home_opened", "file_shared"},
		Commands:  []fakeslack.SlashCommand{{Name: "/chatgroups", ShouldEscape: true}},
		Shortcuts: []fakeslack.MessageShortcut{{Name: "Close chat", CallbackID: "close_chat"}},

		GlobalShortcuts: []fakeslack.GlobalShortcut{{Name: "New group", CallbackID: "new_group"}},
	}
	if change != nil {
		change(&app)
	}
	h.app = h.InstallApp(app)
	h.chat = h.AddChannel("chat-sales", false, h.ann.ID, h.app.BotUserID)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		server.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return h
}

// node finds Node and the clients, or ends the test.
func node(t *testing.T) string {
	t.Helper()
	missing := t.Skipf
	if os.Getenv("CHATGROUPS_REQUIRE_BROWSER") == "1" {
		missing = t.Fatalf
	}
	path, err := exec.LookPath("node")
	if err != nil {
		missing("Slack's own clients are not tried: node is not installed")
	}
	if _, err := os.Stat("node_modules/@slack/bolt"); err != nil {
		missing("Slack's own clients are not tried: run npm ci in slackapp/fakeslack/likeness")
	}
	return path
}

// A program is a Node script that tells what it sees.
type program struct {
	t    *testing.T
	name string
	told chan map[string]any
}

// run starts a script. It ends with the test, by the end of its stdin.
func (h *house) run(script string, env ...string) *program {
	h.t.Helper()
	cmd := h.command(script, env...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	cmd.Stderr = &testLog{h.t}
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	p := &program{t: h.t, name: script, told: make(chan map[string]any, 100)}
	read := make(chan struct{})
	go func() {
		defer close(read)
		defer close(p.told)
		p.read(stdout)
	}()
	h.t.Cleanup(func() {
		stdin.Close()
		// Whatever the script does, it does not outlive the test.
		kill := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		<-read
		if err := cmd.Wait(); err != nil {
			h.t.Errorf("%s: %v", script, err)
		}
	})
	return p
}

func (h *house) command(script string, env ...string) *exec.Cmd {
	cmd := exec.Command(node(h.t), script)
	cmd.Env = append(os.Environ(), append(env,
		"API_URL="+h.url+"/api/", "BOT_TOKEN="+h.app.BotToken, "APP_TOKEN="+h.app.AppToken,
		"SIGNING_SECRET="+secret, "CHANNEL="+h.chat, "PERSON="+h.ann.ID)...)
	return cmd
}

func (p *program) read(stdout io.Reader) {
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		var told map[string]any
		if json.Unmarshal(lines.Bytes(), &told) != nil {
			told = map[string]any{"saw": "noise", "error": lines.Text()}
		}
		p.told <- told
	}
}

// testLog passes what a program complains about to the test's log.
type testLog struct{ t *testing.T }

func (l *testLog) Write(b []byte) (int, error) {
	l.t.Logf("node: %s", strings.TrimSpace(string(b)))
	return len(b), nil
}

// sees waits for the program to tell of something, and returns what it tells.
func (p *program) sees(what string) map[string]any {
	p.t.Helper()
	for {
		select {
		case told, ok := <-p.told:
			if !ok {
				p.t.Fatalf("%s ended before it saw %s", p.name, what)
			}
			if told["saw"] == "error" {
				p.t.Errorf("%s: %v", p.name, told["error"])
			}
			if told["saw"] == what {
				return told
			}
		case <-time.After(patience):
			p.t.Fatalf("%s never saw %s", p.name, what)
		}
	}
}

func (h *house) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	h.t.Cleanup(cancel)
	return ctx
}

func (h *house) until(what string, ok func() bool) {
	h.t.Helper()
	if err := h.Wait(h.ctx(), ok); err != nil {
		h.t.Fatalf("waited in vain for %s", what)
	}
}

func TestBolt(t *testing.T) {
	t.Run("over Socket Mode", func(t *testing.T) {
		h := newHouse(t, nil)
		bolt := h.run("bolt.js", "MODE=socket")
		bolt.sees("ready")
		h.until("a socket", func() bool { return h.Sockets() == 1 })
		tryBolt(h, bolt)
	})
	t.Run("over signed HTTP", func(t *testing.T) {
		h := newHouse(t, func(a *fakeslack.App) { a.SocketMode = false })
		bolt := h.run("bolt.js", "MODE=http")
		base := fmt.Sprintf("http://127.0.0.1:%v/slack/events", bolt.sees("ready")["port"])
		if err := h.SetURLs(h.app.AppID, base, base, base); err != nil {
			t.Fatal(err)
		}
		if err := h.VerifyURL(h.ctx(), h.app.AppID); err != nil {
			t.Error(err)
		}
		if err := h.CheckSSL(h.ctx(), h.app.AppID, "/chatgroups"); err != nil {
			t.Error(err)
		}
		for _, forgery := range []fakeslack.Forgery{fakeslack.WrongSignature, fakeslack.StaleTimestamp, fakeslack.NoSignature} {
			if status, err := h.Forge(h.ctx(), h.app.AppID, forgery); err != nil || status < 400 || status > 499 {
				t.Errorf("forgery %d is answered %d, %v", forgery, status, err)
			}
		}
		tryBolt(h, bolt)
	})
}

// One Bolt app serves two workspaces on one connection, and a channel of both.
func TestBoltInTwoWorkspaces(t *testing.T) {
	app := fakeslack.App{}
	h := newHouse(t, func(a *fakeslack.App) {
		a.ID = "A0BOTH"
		app = *a
	})
	other := h.Neighbour(fakeslack.Config{Limits: fakeslack.Limits{PostBurst: 20}})
	there := other.InstallApp(app)
	eve := other.AddPerson(fakeslack.Person{Name: "eve"})
	chat := other.AddChannel("chat-support", false, eve.ID, there.BotUserID)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- other.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	installation := func(in fakeslack.Installation) map[string]string {
		return map[string]string{"botToken": in.BotToken, "botId": in.BotID, "botUserId": in.BotUserID}
	}
	installations, err := json.Marshal(map[string]any{h.TeamID(): installation(h.app), other.TeamID(): installation(there)})
	if err != nil {
		t.Fatal(err)
	}
	bolt := h.run("bolt.js", "MODE=socket", "INSTALLATIONS="+string(installations))
	bolt.sees("ready")
	h.until("a socket", func() bool { return h.Sockets() == 1 })

	answered := func(w *fakeslack.Workspace, who fakeslack.Person, channel, botID string) {
		t.Helper()
		ts, err := w.Say(who.ID, channel, "hello from "+who.Name)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Wait(h.ctx(), func() bool { return len(w.Thread(channel, ts)) == 2 }); err != nil {
			t.Fatalf("%s waits in vain", who.Name)
		}
		if m := w.Thread(channel, ts)[1]; m.BotID != botID {
			t.Errorf("%s is answered by %+v", who.Name, m)
		}
	}
	answered(h.Workspace, h.ann, h.chat, h.app.BotID)
	answered(other, eve, chat, there.BotID)

	if err := h.ShareChannel(h.chat, other); err != nil {
		t.Fatal(err)
	}
	other.AddToChannel(h.chat, eve.ID)
	answered(other, eve, h.chat, h.app.BotID) // only that bot is in it
}

// tryBolt plays a person with the app, in every way that there is.
func tryBolt(h *house, bolt *program) {
	t := h.t
	// A message, which the app answers in a thread.
	ts, err := h.Say(h.ann.ID, h.chat, "hello")
	if err != nil {
		t.Fatal(err)
	}
	if got := bolt.sees("message"); got["text"] != "hello" {
		t.Errorf("it saw %v", got)
	}
	h.until("the reply", func() bool { return len(h.Thread(h.chat, ts)) == 2 })
	if m := h.Thread(h.chat, ts)[1]; m.Text != "heard: hello" || m.BotID != h.app.BotID {
		t.Errorf("the reply is %+v", m)
	}

	// A mention, which it reacts to.
	ts, err = h.Say(h.ann.ID, h.chat, h.Typed("@chatgroups invite tech"))
	if err != nil {
		t.Fatal(err)
	}
	bolt.sees("app_mention")
	if m, _ := h.Message(h.chat, ts); len(m.Reactions) != 1 || m.Reactions[0].Name != "eyes" {
		t.Errorf("the mention is %+v", m)
	}

	// Somebody joins; the Home tab is opened.
	cat := h.AddPerson(fakeslack.Person{Name: "newcomer"})
	if err := h.Join(cat.ID, h.chat); err != nil {
		t.Fatal(err)
	}
	if got := bolt.sees("member_joined_channel"); got["user"] != cat.ID {
		t.Errorf("it saw %v", got)
	}
	if err := h.OpenHome(h.ann.ID, h.app.AppID); err != nil {
		t.Fatal(err)
	}
	bolt.sees("app_home_opened")
	if _, ok := h.Home(h.ann.ID, h.app.AppID); !ok {
		t.Error("no Home tab is published")
	}

	// A command, answered at once and later.
	r, err := h.Command(h.ctx(), h.ann.ID, h.chat, "/chatgroups list", false)
	if err != nil {
		t.Fatal(err)
	}
	h.until("the later answer", func() bool { return len(r.Responses()) == 2 })
	said := []string{r.Responses()[0].Text, r.Responses()[1].Text}
	slices.Sort(said) // over HTTP the two may overtake each other
	if !slices.Equal(said, []string{"and later this", "you said list"}) {
		t.Errorf("it answered %q", said)
	}

	tryModals(h, bolt)
	tryForm(h, bolt)
	tryErrands(h, bolt)

	// A button on a card, which the app then changes.
	card := h.card()
	if _, err := h.Click(h.ctx(), h.ann.ID, h.chat, card, "claim"); err != nil {
		t.Fatal(err)
	}
	if got := bolt.sees("action"); got["value"] != "1042" {
		t.Errorf("it saw %v", got)
	}
	if m, _ := h.Message(h.chat, card); m.Text != "claimed 1042 by <@"+h.ann.ID+">" || m.Blocks != nil {
		t.Errorf("the card is %+v", m)
	}

	// A message shortcut.
	if _, err := h.Shortcut(h.ctx(), h.ann.ID, h.chat, card, "close_chat"); err != nil {
		t.Fatal(err)
	}
	bolt.sees("shortcut")
	for _, d := range h.Deliveries() {
		if d.Outcome != "acked" {
			t.Errorf("not taken: %+v", d)
		}
	}
}

// tryModals goes through a modal: opened, refused, replaced, covered, closed.
func tryModals(h *house, bolt *program) {
	t := h.t
	open := func() {
		t.Helper()
		if _, err := h.Command(h.ctx(), h.ann.ID, h.chat, "/chatgroups create", false); err != nil {
			t.Fatal(err)
		}
		bolt.sees("opened")
	}
	submit := func(name, action string) fakeslack.Submission {
		t.Helper()
		s, err := h.SubmitView(h.ctx(), h.ann.ID, map[string][]string{"name": {name}})
		if err != nil || s.Action != action {
			t.Fatalf("%s: %+v, %v, want the action %q", name, s, err, action)
		}
		return s
	}
	title := func(want string) {
		t.Helper()
		if v, _ := h.Modal(h.ann.ID); v.Title != want {
			t.Errorf("the modal is %q, want %q", v.Title, want)
		}
	}
	open()
	if s := submit("taken", "errors"); s.Errors["name"] == "" {
		t.Errorf("a taken name: %+v", s)
	}
	submit("other", "update")
	title("Another name")
	submit("more", "push")
	title("Details")
	submit("anything", "clear")
	title("")

	open()
	if err := h.ClickView(h.ctx(), h.ann.ID, "rename_view"); err != nil {
		t.Fatal(err)
	}
	bolt.sees("updated")
	title("Renamed")
	if err := h.ClickView(h.ctx(), h.ann.ID, "push_view"); err != nil {
		t.Fatal(err)
	}
	bolt.sees("pushed")
	title("On top")
	if err := h.CloseView(h.ctx(), h.ann.ID, false); err != nil {
		t.Fatal(err)
	}
	if got := bolt.sees("view_closed"); got["title"] != "On top" {
		t.Errorf("it saw %v", got)
	}
	title("Renamed")
	submit("Tech", "")
	title("")
}

// tryForm goes through a form whose inputs are of Slack's own kinds, one of which asks
// the app for its options.
func tryForm(h *house, bolt *program) {
	t := h.t
	if err := h.GlobalShortcut(h.ctx(), h.ann.ID, "new_group"); err != nil {
		t.Fatal(err)
	}
	bolt.sees("global shortcut")
	choices, err := h.Suggest(h.ctx(), h.ann.ID, "group", "te")
	if err != nil || len(choices) != 2 || choices[0].Value != "tech" {
		t.Fatalf("the suggestions are %v, %v", choices, err)
	}
	if got := bolt.sees("options"); got["value"] != "te" {
		t.Errorf("it saw %v", got)
	}
	file, err := h.Upload(h.ann.ID, fakeslack.File{Name: "hours.ics", Content: []byte("BEGIN:VCALENDAR")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.SubmitView(h.ctx(), h.ann.ID, map[string][]string{
		"group": {"tech"}, "until": {"1800000000"}, "welcome": {"Hello"}, "calendar": {file}, "room": {h.chat},
	}); err != nil {
		t.Fatal(err)
	}
	got := bolt.sees("form")
	for name, want := range map[string]any{
		"group": "tech", "until": 1800000000.0, "welcome": "Hello", "calendar": "hours.ics", "room": h.chat,
	} {
		if got[name] != want {
			t.Errorf("it saw %v as %s, want %v", got[name], name, want)
		}
	}
}

// tryErrands has the app upload, page, and be rate-limited; people edit, delete and
// share files.
func tryErrands(h *house, bolt *program) {
	t := h.t
	errand := func(name string) any {
		t.Helper()
		if _, err := h.Command(h.ctx(), h.ann.ID, h.chat, "/chatgroups "+name, false); err != nil {
			t.Fatal(err)
		}
		return bolt.sees(name)["result"]
	}
	if got := errand("presence"); got != "active false" {
		t.Errorf("it saw %v", got)
	}
	if got := errand("chart"); got != "data_visualization" {
		t.Errorf("it saw %v", got)
	}
	root, _ := errand("upload").(string)
	h.until("the upload", func() bool { return len(h.Thread(h.chat, root)) == 2 })
	if m := h.Thread(h.chat, root)[1]; m.Text != "the log" || len(m.Files) != 1 || m.Files[0].Size != 8 {
		t.Errorf("the upload is %+v", m)
	}
	if got := bolt.sees("file_shared"); got["name"] != "log.txt" {
		t.Errorf("it saw %v", got)
	}
	c, _ := h.Channel(h.chat)
	if got := errand("page"); got != float64(len(c.Members)) {
		t.Errorf("it paged through %v of %d members", got, len(c.Members))
	}
	h.Fail("bots.info", 1, fakeslack.RateLimited(time.Second))
	if got := errand("limited"); got != "Chatgroups" {
		t.Errorf("after a limit it got %v", got)
	}
	if n := len(h.Requests("bots.info")); n != 2 {
		t.Errorf("bots.info was called %d times", n)
	}

	ts, err := h.Say(h.ann.ID, h.chat, "with a file", fakeslack.Attach(fakeslack.File{Name: "x.txt", Content: []byte("x")}))
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range []struct {
		subtype string
		do      func() error
	}{
		{"file_share", func() error { return nil }},
		{"message_changed", func() error { return h.Edit(h.ann.ID, h.chat, ts, "with *a* file") }},
		{"message_deleted", func() error { return h.Delete(h.ann.ID, h.chat, ts) }},
	} {
		if err := act.do(); err != nil {
			t.Fatal(err)
		}
		if got := bolt.sees("message"); got["subtype"] != act.subtype {
			t.Errorf("it saw %v, want %s", got, act.subtype)
		}
	}
}

// card posts a message with a button as the app.
func (h *house) card() (ts string) {
	h.t.Helper()
	body := fmt.Sprintf(`{"channel":%q,"text":"card","blocks":[{"type":"actions","elements":[
		{"type":"button","action_id":"claim","value":"1042","text":{"type":"plain_text","text":"Claim"}}]}]}`, h.chat)
	req, err := http.NewRequest(http.MethodPost, h.url+"/api/chat.postMessage", strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Authorization", "Bearer "+h.app.BotToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		TS    string
		Error string
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.TS == "" {
		h.t.Fatalf("the card: %+v, %v", answer, err)
	}
	return answer.TS
}

func TestWebClient(t *testing.T) {
	h := newHouse(t, nil)
	h.Fail("bots.info", 1, fakeslack.RateLimited(time.Second))
	h.Fail("conversations.members", 1, fakeslack.RateLimited(30*time.Second))
	app := h.RegisterApp(fakeslack.App{Name: "Rotator", TokenRotation: true})
	back, err := h.Approve(h.ann.ID, h.url+"/oauth/v2/authorize?scope=chat:write&client_id="+app.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	web := h.command("web.js", "CLIENT_ID="+app.ClientID, "CLIENT_SECRET="+app.ClientSecret,
		"CODE="+strings.TrimPrefix(back, "?code="))
	if out, err := web.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if n := len(h.Requests("bots.info")); n != 2 {
		t.Errorf("bots.info was called %d times, want the limited one and another", n)
	}
}

func TestSocketModeClientStaysConnected(t *testing.T) {
	h := newHouse(t, nil)
	client := h.run("socket.js")
	client.sees("connected")
	say := func(text string) map[string]any {
		t.Helper()
		if _, err := h.Say(h.ann.ID, h.chat, text); err != nil {
			t.Fatal(err)
		}
		got := client.sees("message")
		if got["text"] != text {
			t.Errorf("it saw %v, want %q", got, text)
		}
		return got
	}
	say("one")

	h.DropSockets(true)
	client.sees("connected")
	h.until("one socket", func() bool { return h.Sockets() == 1 })
	say("after a reset")

	h.Silence() // it finds out by its own pings
	client.sees("connected")
	say("after a silence")

	if _, err := h.Disconnect("refresh_requested"); err != nil {
		t.Fatal(err)
	}
	client.sees("connected")
	h.until("one socket", func() bool { return h.Sockets() == 1 })
	say("after a refresh")

	say("do not ack")
	if got := client.sees("message"); got["text"] != "do not ack" || got["attempt"] != 1.0 || got["reason"] != "timeout" {
		t.Errorf("it saw %v, want a retry", got)
	}
}
