package fakeslack_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// A pair is a world whose app is installed in a second workspace too.
type pair struct {
	*world
	other    *fakeslack.Workspace
	otherApp fakeslack.Installation
	eve      fakeslack.Person // of the other workspace
}

func newPair(t *testing.T, change ...func(*fakeslack.Config, *fakeslack.App)) *pair {
	t.Helper()
	app := fakeslack.App{
		ID: "A0BOTH", Name: "Chatgroups", Scopes: scopes, Events: events, SocketMode: true,
		Commands: []fakeslack.SlashCommand{{Name: "/chatgroups"}},
	}
	for _, c := range change {
		c(&fakeslack.Config{}, &app)
	}
	p := &pair{world: newWorld(t, append(change, func(_ *fakeslack.Config, a *fakeslack.App) { *a = app })...)}
	p.other = p.Neighbour(fakeslack.Config{Limits: fakeslack.Limits{Off: true}})
	p.eve = p.other.AddPerson(fakeslack.Person{Name: "eve"})
	p.otherApp = p.other.InstallApp(app)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.other.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return p
}

func TestAppsTellWorkspacesApartByTeamID(t *testing.T) {
	shows(t, 43)
	p := newPair(t)
	if p.otherApp.AppToken != p.app.AppToken || p.otherApp.SigningSecret != p.app.SigningSecret || p.otherApp.BotToken == p.app.BotToken {
		t.Fatalf("the installations are %+v and %+v", p.app, p.otherApp)
	}
	chat := p.other.AddChannel("chat-sales", false, p.eve.ID, p.otherApp.BotUserID) // the name is free there
	l := p.connect()
	p.say(p.ann, "here")
	here := l.next()
	l.ack(here)
	if _, err := p.other.Say(p.eve.ID, chat, "there"); err != nil {
		t.Fatal(err)
	}
	there := l.next()
	l.ack(there)
	if here.Payload["team_id"] != p.TeamID() || there.Payload["team_id"] != p.other.TeamID() || here.Payload["team_id"] == there.Payload["team_id"] {
		t.Errorf("the events are of %v and %v", here.Payload["team_id"], there.Payload["team_id"])
	}
	if dig(there.Payload["authorizations"].([]any)[0], "user_id") != p.otherApp.BotUserID {
		t.Errorf("the authorization is %v", there.Payload["authorizations"])
	}
	// A token opens its own workspace only, at the one address.
	a := p.callAs(p.otherApp.BotToken, "chat.postMessage", "channel", chat, "text", "x").ok(t)
	if a.str("message.team") != p.other.TeamID() {
		t.Errorf("the post is %s", a.raw)
	}
	p.call("chat.postMessage", "channel", chat, "text", "x").refused(t, "channel_not_found")
	if id := p.callAs(p.otherApp.BotToken, "auth.test").ok(t).str("team_id"); id != p.other.TeamID() {
		t.Errorf("auth.test says %s", id)
	}
	l.ack(l.next()) // the echo
	// So do commands.
	_, err := during(t, func() (*fakeslack.Result, error) {
		return p.other.Command(p.ctx(), p.eve.ID, chat, "/chatgroups", false)
	}, func() {
		e := l.next()
		l.ack(e, map[string]any{"text": "done"})
		if e.Payload["team_id"] != p.other.TeamID() {
			t.Errorf("the command is of %v", e.Payload["team_id"])
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestASharedChannelHasOneIDInTwoWorkspaces(t *testing.T) {
	shows(t, 43)
	p := newPair(t)
	if err := p.ShareChannel(p.chat, p.other); err != nil {
		t.Fatal(err)
	}
	p.other.AddToChannel(p.chat, p.eve.ID, p.otherApp.BotUserID)
	l := p.connect()
	if _, err := p.other.Say(p.eve.ID, p.chat, "hello"); err != nil {
		t.Fatal(err)
	}
	one, other := l.next(), l.next()
	teams := []string{one.Payload["team_id"].(string), other.Payload["team_id"].(string)}
	if !slices.Contains(teams, p.TeamID()) || !slices.Contains(teams, p.other.TeamID()) {
		t.Errorf("the events are of %v", teams)
	}
	for _, e := range []envelope{one, other} {
		if e.event("channel") != p.chat || e.event("user_team") != p.other.TeamID() || e.Payload["is_ext_shared_channel"] != true {
			t.Errorf("the event is %v", e.Payload)
		}
	}
	if one.event("ts") != other.event("ts") || one.Payload["event_id"] == other.Payload["event_id"] {
		t.Errorf("the events are %v and %v", one.Payload, other.Payload)
	}
	for token, team := range map[string]string{p.app.BotToken: p.TeamID(), p.otherApp.BotToken: p.other.TeamID()} {
		a := p.callAs(token, "conversations.info", "channel", p.chat).ok(t)
		if a.str("channel.context_team_id") != team || dig(a.body, "channel.is_ext_shared") != true {
			t.Errorf("for %s the channel is %s", team, a.raw)
		}
	}
	if a := p.call("users.info", "user", p.eve.ID).ok(t); a.str("user.team_id") != p.other.TeamID() {
		t.Errorf("eve is %s", a.raw)
	}
	if err := p.ShareChannel(p.chat, p.other); err == nil {
		t.Error("it is shared twice")
	}
	changed := p.other.Changed()
	p.say(p.ann, "and you?")
	<-changed // who waits in one workspace sees what is said in the other
	// What becomes of the channel becomes of it in both.
	id, err := p.ChangeChannelID(p.chat)
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := p.other.Channel("chat-sales"); !ok || c.ID != id {
		t.Errorf("there it is %+v", c)
	}
}

func TestASharedEventMayComeOnce(t *testing.T) {
	shows(t, 43)
	p := newPair(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Assume.SharedEventOnce = true })
	if err := p.ShareChannel(p.chat, p.other); err != nil {
		t.Fatal(err)
	}
	p.other.AddToChannel(p.chat, p.otherApp.BotUserID)
	l := p.connect()
	p.say(p.ann, "one")
	p.say(p.ann, "two")
	if one, two := l.next(), l.next(); one.event("text") != "one" || two.event("text") != "two" {
		t.Errorf("got %v, %v", one.Payload, two.Payload)
	}
}

func TestAFileIsAStubOnlyOnTheOtherSide(t *testing.T) {
	p := newPair(t)
	if err := p.ShareChannel(p.chat, p.other); err != nil {
		t.Fatal(err)
	}
	p.other.AddToChannel(p.chat, p.otherApp.BotUserID)
	l := p.connect()
	p.say(p.ann, "look", fakeslack.Attach(fakeslack.File{Name: "a.txt"}))
	for range 2 {
		e := l.next()
		files, _ := e.event("files").([]any)
		want := "visible"
		if e.Payload["team_id"] == p.other.TeamID() {
			want = "check_file_info"
		}
		if len(files) != 1 || dig(files[0], "file_access") != want {
			t.Errorf("%v sees %v", e.Payload["team_id"], files)
		}
	}
}

func TestOnlyNeighboursShareChannels(t *testing.T) {
	w := newWorld(t)
	stranger := fakeslack.New(fakeslack.Config{})
	if err := w.ShareChannel(w.chat, stranger); err == nil || !strings.Contains(err.Error(), "Neighbour") {
		t.Errorf("got %v", err)
	}
}

func TestTheEndOfSharingIsToldToBoth(t *testing.T) {
	shows(t, 54)
	p := newPair(t, told("channel_shared", "channel_unshared"))
	l := p.connect()
	if err := p.ShareChannel(p.chat, p.other); err != nil {
		t.Fatal(err)
	}
	shared := []envelope{l.next(), l.next()}
	for _, e := range shared {
		l.ack(e)
		other := map[any]any{p.TeamID(): p.other.TeamID(), p.other.TeamID(): p.TeamID()}[e.Payload["team_id"]]
		if e.event("type") != "channel_shared" || e.event("connected_team_id") != other || e.event("channel") != p.chat {
			t.Errorf("told of %v", e.Payload["event"])
		}
	}
	p.other.AddToChannel(p.chat, p.eve.ID)
	if err := p.UnshareChannel(p.chat, p.other); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		e := l.next()
		l.ack(e)
		if e.event("type") != "channel_unshared" || e.event("channel") != p.chat || e.event("is_ext_shared") != false ||
			e.event("previously_connected_team_id") == e.Payload["team_id"] {
			t.Errorf("told of %v", e.Payload["event"])
		}
	}
	if c, _ := p.Channel(p.chat); slices.Contains(c.Members, p.eve.ID) {
		t.Errorf("those of the other workspace are still in: %v", c.Members)
	}
	p.callAs(p.otherApp.BotToken, "conversations.info", "channel", p.chat).refused(t, "channel_not_found")
	if a := p.call("conversations.info", "channel", p.chat).ok(t); dig(a.body, "channel.is_ext_shared") != false {
		t.Errorf("got %s", a.raw)
	}
	if err := p.UnshareChannel(p.chat, p.other); err == nil {
		t.Error("sharing ended twice")
	}
}
