package fakeslack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestEveryMethodIsInTheDigest(t *testing.T) {
	for _, method := range fakeslack.Methods() {
		if !slices.Contains(fakeslack.Digest(), method) {
			t.Errorf("%s is not", method)
		}
	}
}

func TestTheSameSeedMakesTheSameIDs(t *testing.T) {
	ids := func(seed uint64) string {
		w := fakeslack.New(fakeslack.Config{Seed: seed})
		p := w.AddPerson(fakeslack.Person{Name: "ann"})
		in := w.InstallApp(fakeslack.App{Name: "x"})
		return fmt.Sprint(w.TeamID(), p.ID, w.AddChannel("c", false), in)
	}
	first, again, other := ids(1), ids(1), ids(2)
	if first != again || first == other {
		t.Errorf("ids do not follow the seed: %s, %s, %s", first, again, other)
	}
}

func TestAWorldThatMakesNoSenseIsRefused(t *testing.T) {
	w := newWorld(t)
	for name, add := range map[string]func(){
		"two people of one name":      func() { w.AddPerson(fakeslack.Person{Name: "ann"}) },
		"two people of one id":        func() { w.AddPerson(fakeslack.Person{ID: w.ann.ID, Name: "other"}) },
		"a person without a name":     func() { w.AddPerson(fakeslack.Person{}) },
		"a channel named as a person": func() { w.AddChannel("bob", false) },
		"a channel of nobody known":   func() { w.AddChannel("c", false, "U404") },
		"a group named as a channel":  func() { w.AddUserGroup("Chat", "chat-sales") },
		"a group of nobody known":     func() { w.AddUserGroup("Chat", "chat", "U404") },
		"a token for nobody known":    func() { w.AddUserToken(w.app.AppID, "U404") },
		"a fault of no method":        func() { w.Fail("chat.postMassage", 1, fakeslack.LostAnswer()) },
		"somebody in no channel":      func() { w.AddToChannel("C404", w.ann.ID) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it is taken")
				}
			}()
			add()
		})
	}
}

func TestTheWorldCanBeLookedAt(t *testing.T) {
	w := newWorld(t)
	if people := w.People(); len(people) != 3 || people[0].Name != "ann" || people[2].ID != w.app.BotUserID || !people[2].Bot {
		t.Errorf("people are %+v", people)
	}
	if channels := w.Channels(); len(channels) != 1 || channels[0].Name != "chat-sales" || len(channels[0].Members) != 3 {
		t.Errorf("channels are %+v", channels)
	}
	if groups := w.UserGroups(); len(groups) != 1 || groups[0].Handle != "sales" || !slices.Equal(groups[0].Members, []string{w.ann.ID}) {
		t.Errorf("user groups are %+v", groups)
	}
	for name, found := range map[string]bool{
		"person":     func() bool { _, ok := w.Person("U404"); return ok }(),
		"channel":    func() bool { _, ok := w.Channel("C404"); return ok }(),
		"user group": func() bool { _, ok := w.UserGroup("S404"); return ok }(),
		"message":    func() bool { _, ok := w.Message(w.chat, "1.1"); return ok }(),
		"thread":     w.Thread(w.chat, "1.1") != nil,
		"messages":   w.Messages("C404") != nil,
		"modal":      func() bool { _, ok := w.Modal(w.ann.ID); return ok }(),
		"home":       func() bool { _, ok := w.Home(w.ann.ID, w.app.AppID); return ok }(),
	} {
		if found {
			t.Errorf("there is a %s that is not", name)
		}
	}
}

func TestChangesWakeThoseWhoWait(t *testing.T) {
	w := newWorld(t)
	changed := w.Changed()
	w.say(w.ann, "x")
	<-changed
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := w.Wait(ctx, func() bool { return false }); err == nil {
		t.Error("Wait ends well although nothing came true")
	}
}

func TestActsWaitForRun(t *testing.T) {
	w := fakeslack.New(fakeslack.Config{BaseURL: "http://127.0.0.1:1"})
	in := w.InstallApp(fakeslack.App{Name: "x", SocketMode: true, Commands: []fakeslack.SlashCommand{{Name: "/x"}}})
	ann := w.AddPerson(fakeslack.Person{Name: "ann"})
	chat := w.AddChannel("chat", false, ann.ID, in.BotUserID)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := w.Command(ctx, ann.ID, chat, "/x", false); err == nil || !strings.Contains(err.Error(), "call Run") {
		t.Errorf("before: %v", err)
	}
	if err := w.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Command(context.Background(), ann.ID, chat, "/x", false); err == nil || !strings.Contains(err.Error(), "has stopped") {
		t.Errorf("after: %v", err)
	}
}

func TestWithoutAnAddressNothingIsClicked(t *testing.T) {
	w := fakeslack.New(fakeslack.Config{})
	in := w.InstallApp(fakeslack.App{Name: "x", SocketMode: true, Commands: []fakeslack.SlashCommand{{Name: "/x"}}})
	ann := w.AddPerson(fakeslack.Person{Name: "ann"})
	chat := w.AddChannel("chat", false, ann.ID, in.BotUserID)
	if _, err := w.Command(context.Background(), ann.ID, chat, "/x", false); err == nil || !strings.Contains(err.Error(), "SetBaseURL") {
		t.Errorf("got %v", err)
	}
}

func TestOnTheSystemClock(t *testing.T) {
	w := fakeslack.New(fakeslack.Config{})
	server := httptest.NewServer(w.Handler())
	defer server.Close()
	in := w.InstallApp(fakeslack.App{Name: "x", SocketMode: true, Scopes: []string{"channels:history"}, Events: []string{"message.channels"}})
	ann := w.AddPerson(fakeslack.Person{Name: "ann"})
	chat := w.AddChannel("chat", false, ann.ID, in.BotUserID)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- w.Run(ctx) }()
	api := slack.New(in.BotToken, slack.OptionAPIURL(server.URL+"/api/"), slack.OptionAppLevelToken(in.AppToken))
	_, address, err := api.StartSocketModeContext(ctx)
	if err != nil {
		t.Fatal(err)
	}
	l := (&world{t: t}).dial(address)
	l.next()
	before := time.Now().Add(-time.Second)
	ts, err := w.Say(ann.ID, chat, "hello")
	if err != nil {
		t.Fatal(err)
	}
	e := l.next()
	l.ack(e)
	if e.event("ts") != ts || ts < fmt.Sprint(before.Unix()) {
		t.Errorf("got %v", e.Payload["event"])
	}
	if err := w.Wait(ctx, func() bool { return len(w.Deliveries()) == 1 }); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestMultipartBodiesAreTaken(t *testing.T) {
	shows(t, 26)
	w := newWorld(t)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("user", w.ann.ID); err != nil {
		t.Fatal(err)
	}
	form.Close()
	w.post("users.info", form.FormDataContentType(), body.String(), w.app.BotToken).ok(t)
}

func TestSayTakesSubtypesAndBlocks(t *testing.T) {
	w := newWorld(t)
	own := json.RawMessage(`[{"type":"rich_text","elements":[]}]`)
	m, _ := w.Message(w.chat, w.say(w.ann, "waves", fakeslack.Subtype("me_message"), fakeslack.Blocks(own)))
	if m.Subtype != "me_message" || string(m.Blocks) != string(own) {
		t.Errorf("got %+v", m)
	}
	if _, err := w.Say(w.ann.ID, w.chat, "x", fakeslack.Blocks(json.RawMessage("{"))); err == nil {
		t.Error("blocks that are no JSON are taken")
	}
}

func TestABotAdministersItsChannels(t *testing.T) {
	w := newWorld(t)
	own := w.call("conversations.create", "name", "own").ok(t).str("channel.id")
	general := w.AddChannel("general", false, w.ann.ID, w.app.BotUserID)
	alone := w.call("conversations.create", "name", "alone", "is_private", "true").ok(t).str("channel.id")
	w.call("conversations.setTopic", "channel", own, "topic", "chats").ok(t)
	w.call("conversations.setTopic", "channel", own, "topic", strings.Repeat("x", 251)).refused(t, "too_long")
	w.call("conversations.rename", "channel", own, "name", "renamed").ok(t)
	w.call("conversations.rename", "channel", w.chat, "name", "mine").refused(t, "not_authorized")
	w.call("conversations.invite", "channel", own, "users", w.bob.ID).ok(t)
	w.call("conversations.kick", "channel", own, "user", w.bob.ID).ok(t)
	w.call("conversations.kick", "channel", own, "user", w.bob.ID).refused(t, "not_in_channel")
	w.call("conversations.kick", "channel", own, "user", w.app.BotUserID).refused(t, "cant_kick_self")
	w.call("conversations.kick", "channel", general, "user", w.ann.ID).refused(t, "cant_kick_from_general")
	w.call("conversations.leave", "channel", general).refused(t, "cant_leave_general")
	w.call("conversations.leave", "channel", alone).refused(t, "last_member")
	w.call("conversations.archive", "channel", general).refused(t, "cant_archive_general")
	w.call("conversations.archive", "channel", own).ok(t)
	w.call("conversations.archive", "channel", own).refused(t, "already_archived")
	w.call("conversations.join", "channel", own).refused(t, "is_archived")
	w.call("conversations.unarchive", "channel", own).refused(t, "not_in_channel")
	if c, _ := w.Channel("renamed"); c.ID != own || c.Topic != "chats" || !c.Archived {
		t.Errorf("got %+v", c)
	}
}

func TestHowCommandsNameTheirChannel(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	dm, err := w.OpenDM(w.ann.ID, w.app.BotUserID)
	if err != nil {
		t.Fatal(err)
	}
	for channel, want := range map[string]string{
		w.chat: "chat-sales", dm: "directmessage", w.AddChannel("secret", true, w.ann.ID): "privategroup",
	} {
		var e envelope
		_, err := during(t, func() (*fakeslack.Result, error) {
			return w.Command(w.ctx(), w.ann.ID, channel, "/chatgroups", false)
		}, func() { e = l.next(); l.ack(e) })
		if err != nil || e.Payload["channel_name"] != want {
			t.Errorf("got %v, %v, want %s", e.Payload["channel_name"], err, want)
		}
	}
}

func TestDoNotDisturbAndPresence(t *testing.T) {
	shows(t, 45)
	w := newWorld(t)
	if err := w.ChangePerson(w.ann.ID, func(p *fakeslack.Person) {
		p.Away, p.DNDUntil = true, w.clock.Now().Add(time.Hour)
	}); err != nil {
		t.Fatal(err)
	}
	if p, err := w.api.GetUserPresence(w.ann.ID); err != nil || p.Presence != "away" {
		t.Errorf("got %+v, %v", p, err)
	}
	if d, err := w.api.GetDNDInfo(&w.ann.ID); err != nil || !d.Enabled || int64(d.NextEndTimestamp) != w.clock.Now().Add(time.Hour).Unix() {
		t.Errorf("got %+v, %v", d, err)
	}
	w.clock.Advance(time.Hour)
	if d, err := w.api.GetDNDInfo(&w.ann.ID); err != nil || d.Enabled {
		t.Errorf("got %+v, %v", d, err)
	}
	w.call("users.getPresence", "user", "U404").refused(t, "user_not_found")
	w.call("dnd.teamInfo", "users", "U404").refused(t, "no_users_provided")
}

func TestWhereSomebodyIs(t *testing.T) {
	w := newWorld(t)
	w.AddChannel("without-ann", false, w.bob.ID)
	secret := w.AddChannel("secret", true, w.ann.ID)
	list := func(args ...string) (names []string) {
		a := w.call("users.conversations", append([]string{"types", "public_channel,private_channel"}, args...)...).ok(t)
		for _, c := range a.body["channels"].([]any) {
			names = append(names, dig(c, "name").(string))
		}
		return names
	}
	if got := list("user", w.ann.ID); !slices.Equal(got, []string{"chat-sales"}) {
		t.Errorf("ann is seen in %v", got)
	}
	w.AddToChannel(secret, w.app.BotUserID)
	if got := list("user", w.ann.ID); !slices.Equal(got, []string{"chat-sales", "secret"}) {
		t.Errorf("ann is seen in %v", got)
	}
	if got := list(); !slices.Equal(got, []string{"chat-sales", "secret"}) {
		t.Errorf("the bot is in %v", got)
	}
}

func TestSmallMethods(t *testing.T) {
	w := newWorld(t, func(_ *fakeslack.Config, a *fakeslack.App) {
		a.Scopes = append([]string{"users.profile:read"}, scopes...)
	})
	ts := w.call("chat.meMessage", "channel", w.chat, "text", "waves").ok(t).str("ts")
	if m, _ := w.Message(w.chat, ts); m.Subtype != "me_message" || m.BotID != w.app.BotID {
		t.Errorf("got %+v", m)
	}
	w.call("conversations.setPurpose", "channel", w.chat, "purpose", "chats").ok(t)
	if a := w.call("conversations.info", "channel", w.chat).ok(t); a.str("channel.purpose.value") != "chats" {
		t.Errorf("got %s", a.raw)
	}
	w.call("conversations.mark", "channel", w.chat, "ts", ts).ok(t)
	w.call("conversations.mark", "channel", w.chat, "ts", "yesterday").refused(t, "invalid_timestamp")
	if a := w.call("users.profile.get", "user", w.ann.ID).ok(t); a.str("profile.real_name") != "Ann Lee" {
		t.Errorf("got %s", a.raw)
	}
	w.call("users.profile.get", "user", "U404").refused(t, "user_not_found")
}
