package fakeslack_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// tells reads events until all of these types have come, and returns the last
// of each.
func (l *link) tells(types ...string) map[string]envelope {
	l.t.Helper()
	got := make(map[string]envelope)
	for len(got) < len(types) {
		e := l.next()
		l.ack(e)
		kind := fmt.Sprint(e.event("type"))
		if !slices.Contains(types, kind) {
			l.t.Fatalf("told of %v, want one of %v", e.Payload["event"], types)
		}
		got[kind] = e
	}
	return got
}

func TestJoiningAndLeavingIsToldInside(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	eve := w.AddPerson(fakeslack.Person{Name: "eve"})
	other := w.AddChannel("other", false, w.ann.ID)
	if err := w.Join(eve.ID, other); err != nil { // the bot is not in there
		t.Fatal(err)
	}
	if err := w.Join(eve.ID, w.chat); err != nil {
		t.Fatal(err)
	}
	got := l.tells("message", "member_joined_channel")
	if e := got["message"]; e.event("subtype") != "channel_join" || e.event("channel") != w.chat {
		t.Errorf("got %v", e.Payload["event"])
	}
	if e := got["member_joined_channel"]; e.event("user") != eve.ID || e.event("channel_type") != "C" || e.event("inviter") != nil {
		t.Errorf("got %v", e.Payload["event"])
	}
	if err := w.Leave(eve.ID, w.chat); err != nil {
		t.Fatal(err)
	}
	if e := l.tells("member_left_channel")["member_left_channel"]; e.event("user") != eve.ID {
		t.Errorf("got %v", e.Payload["event"])
	}
}

func TestABotThatIsRemovedIsTold(t *testing.T) {
	shows(t, 44)
	for name, row := range map[string]struct {
		private, withheld bool
		want              []string
	}{
		"public":   {false, false, []string{"member_left_channel", "channel_left"}},
		"private":  {true, false, []string{"member_left_channel", "group_left"}},
		"withheld": {false, true, []string{"member_left_channel"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Assume.WithholdChannelLeft = row.withheld })
			l := w.connect()
			c := w.AddChannel("c", row.private, w.ann.ID, w.app.BotUserID)
			if err := w.Kick(w.ann.ID, c, w.app.BotUserID); err != nil {
				t.Fatal(err)
			}
			for _, e := range l.tells(row.want...) {
				if e.event("channel") != c {
					t.Errorf("got %v", e.Payload["event"])
				}
			}
			w.call("chat.postMessage", "channel", c, "text", "x").refused(t, map[bool]string{false: "not_in_channel", true: "channel_not_found"}[row.private])
			if _, err := w.Say(w.ann.ID, c, "unheard"); err != nil {
				t.Fatal(err)
			}
			w.say(w.ann, "heard")
			if e := l.next(); e.event("text") != "heard" {
				t.Errorf("told of %v", e.Payload["event"])
			}
		})
	}
}

func TestChannelsAreRenamedArchivedAndDeleted(t *testing.T) {
	shows(t, 44)
	w := newWorld(t)
	l := w.connect()
	secret := w.AddChannel("secret", true, w.ann.ID, w.app.BotUserID)
	hidden := w.AddChannel("hidden", true, w.ann.ID)
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(w.Rename(w.ann.ID, hidden, "hidden2")) // untold
	do(w.Rename(w.ann.ID, w.chat, "chat-money"))
	got := l.tells("channel_rename", "message")
	if e := got["channel_rename"]; e.event("channel.name") != "chat-money" {
		t.Errorf("got %v", e.Payload["event"])
	}
	if e := got["message"]; e.event("subtype") != "channel_name" || e.event("old_name") != "chat-sales" || e.event("name") != "chat-money" || e.event("user") != w.ann.ID {
		t.Errorf("got %v", e.Payload["event"])
	}
	do(w.Archive(w.ann.ID, w.chat))
	if e := l.tells("channel_archive", "message")["message"]; e.event("subtype") != "channel_archive" {
		t.Errorf("got %v", e.Payload["event"])
	}
	w.call("chat.postMessage", "channel", w.chat, "text", "x").refused(t, "is_archived")
	do(w.Unarchive(w.ann.ID, w.chat))
	l.tells("channel_unarchive", "message")
	do(w.Archive(w.ann.ID, secret))
	if e := l.tells("group_archive", "message")["message"]; e.event("subtype") != "group_archive" {
		t.Errorf("got %v", e.Payload["event"])
	}
	do(w.DeleteChannel(w.ann.ID, w.chat))
	l.tells("channel_deleted")
	w.call("conversations.info", "channel", w.chat).refused(t, "channel_not_found")
	if err := w.Rename(w.ann.ID, hidden, "secret"); err == nil {
		t.Error("a taken name is given")
	}
}

func TestTopicsAndPurposesAreSaidInTheChannel(t *testing.T) {
	shows(t, 65)
	w := newWorld(t)
	l := w.connect()
	for which, text := range map[string]string{"topic": "Tea & kettles", "purpose": "Chats"} {
		method := map[string]string{"topic": "conversations.setTopic", "purpose": "conversations.setPurpose"}[which]
		w.call(method, "channel", w.chat, which, text).ok(t)
		if e := l.tells("message")["message"]; e.event("subtype") != "channel_"+which || e.event(which) != text || e.event("user") != w.app.BotUserID {
			t.Errorf("told of %v", e.Payload["event"])
		}
	}
	if n := len(w.Ledger()); n != 0 {
		t.Errorf("%d people were notified", n)
	}
}

func TestAChannelIDMayChange(t *testing.T) {
	shows(t, 44)
	w := newWorld(t)
	l := w.connect()
	ts := w.say(w.ann, "x")
	l.tells("message")
	id, err := w.ChangeChannelID(w.chat)
	if err != nil {
		t.Fatal(err)
	}
	e := l.tells("channel_id_changed")["channel_id_changed"]
	if e.event("old_channel_id") != w.chat || e.event("new_channel_id") != id {
		t.Errorf("got %v", e.Payload["event"])
	}
	if _, there := w.Message(id, ts); !there {
		t.Error("the messages are gone")
	}
	w.call("conversations.info", "channel", w.chat).refused(t, "channel_not_found")
}

func TestChannelsAsSlackGoSeesThem(t *testing.T) {
	w := newWorld(t)
	w.AddChannel("secret", true, w.ann.ID)
	inside := w.AddChannel("inside", true, w.ann.ID, w.app.BotUserID)
	old := w.AddChannel("old", false, w.ann.ID)
	if err := w.Archive(w.ann.ID, old); err != nil {
		t.Fatal(err)
	}
	channels, _, err := w.api.GetConversations(&slack.GetConversationsParameters{
		Types: []string{"public_channel", "private_channel"}, ExcludeArchived: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range channels {
		names = append(names, c.Name)
	}
	if !slices.Equal(names, []string{"chat-sales", "inside"}) {
		t.Errorf("got %v", names)
	}
	c, err := w.api.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: inside, IncludeNumMembers: true})
	if err != nil || !c.IsPrivate || !c.IsMember || c.NumMembers != 2 {
		t.Errorf("got %+v, %v", c, err)
	}
	members, _, err := w.api.GetUsersInConversation(&slack.GetUsersInConversationParameters{ChannelID: w.chat})
	if err != nil || !slices.Equal(members, []string{w.ann.ID, w.bob.ID, w.app.BotUserID}) {
		t.Errorf("got %v, %v", members, err)
	}
}

func TestABotMakesJoinsAndLeavesChannels(t *testing.T) {
	shows(t, 56)
	w := newWorld(t)
	c, err := w.api.CreateConversation(slack.CreateConversationParams{ChannelName: "chat-tech"})
	if err != nil || !c.IsMember {
		t.Fatalf("got %+v, %v", c, err)
	}
	for name, code := range map[string]string{
		"chat-tech": "name_taken", "sales": "name_taken", "ann": "name_taken", "Tech": "invalid_name_specials",
		"a b": "invalid_name_specials", "--": "invalid_name_punctuation", strings.Repeat("x", 81): "invalid_name_maxlength",
	} {
		w.call("conversations.create", "name", name).refused(t, code)
	}
	if _, err := w.api.InviteUsersToConversation(c.ID, w.ann.ID, w.bob.ID); err != nil {
		t.Error(err)
	}
	w.call("conversations.invite", "channel", c.ID, "users", w.ann.ID).refused(t, "already_in_channel")
	w.call("conversations.invite", "channel", c.ID, "users", w.app.BotUserID).refused(t, "cant_invite_self")
	w.call("conversations.invite", "channel", c.ID, "users", "U404").refused(t, "user_not_found")
	outsider := w.AddPerson(fakeslack.Person{Name: "partner", TeamID: "TOTHER"})
	w.call("conversations.invite", "channel", c.ID, "users", outsider.ID).refused(t, "cant_invite")
	eve := w.AddPerson(fakeslack.Person{Name: "eve"})
	a := w.call("conversations.invite", "channel", c.ID, "users", "U404,"+eve.ID, "force", "true").ok(t)
	if errs, _ := a.body["errors"].([]any); len(errs) != 1 {
		t.Errorf("got %s", a.raw)
	}
	if left, err := w.api.LeaveConversation(c.ID); err != nil || left {
		t.Errorf("leaving: %v, %v", left, err)
	}
	w.call("conversations.history", "channel", c.ID).refused(t, "not_in_channel")
	if _, warning, _, err := w.api.JoinConversation(c.ID); err != nil || warning != "" {
		t.Errorf("joining: %q, %v", warning, err)
	}
	if _, warning, _, err := w.api.JoinConversation(c.ID); err != nil || warning != "already_in_channel" {
		t.Errorf("joining again: %q, %v", warning, err)
	}
	secret := w.AddChannel("secret", true, w.ann.ID)
	w.call("conversations.join", "channel", secret).refused(t, "channel_not_found")
}

func TestAConversationWithAPersonIsOpenedOnce(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	first, _, existed, err := w.api.OpenConversation(&slack.OpenConversationParameters{Users: []string{w.ann.ID}})
	if err != nil || existed {
		t.Fatalf("got %v, %v", existed, err)
	}
	again, _, existed, err := w.api.OpenConversation(&slack.OpenConversationParameters{Users: []string{w.ann.ID}, ReturnIM: true})
	if err != nil || !existed || again.ID != first.ID || !again.IsIM {
		t.Errorf("got %+v, %v, %v", again, existed, err)
	}
	if id, err := w.OpenDM(w.ann.ID, w.app.BotUserID); err != nil || id != first.ID {
		t.Errorf("got %v, %v", id, err)
	}
	if _, err := w.Say(w.ann.ID, first.ID, "help"); err != nil {
		t.Fatal(err)
	}
	if e := l.next(); e.event("channel_type") != "im" || e.event("text") != "help" {
		t.Errorf("got %v", e.Payload["event"])
	}
	w.call("conversations.open").refused(t, "users_list_not_supplied")
	w.call("conversations.open", "users", "U404").refused(t, "user_not_found")
	w.call("conversations.open", "users", w.ann.ID+","+w.bob.ID).refused(t, "missing_scope")
}

func TestPeopleFromOutsideMakeAChannelShared(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	partner := w.AddPerson(fakeslack.Person{Name: "partner", TeamID: "TOTHER"})
	w.AddToChannel(w.chat, partner.ID)
	w.say(partner, "hello")
	e := l.next()
	if e.Payload["is_ext_shared_channel"] != true || e.event("user_team") != "TOTHER" || e.event("team") != "TOTHER" || e.Payload["team_id"] != w.TeamID() {
		t.Errorf("got %v", e.Payload)
	}
	if a := w.call("conversations.info", "channel", w.chat).ok(t); dig(a.body, "channel.is_ext_shared") != true {
		t.Errorf("got %s", a.raw)
	}
}

func TestWhatPeopleCannotDo(t *testing.T) {
	w := newWorld(t)
	secret := w.AddChannel("secret", true, w.ann.ID)
	out := w.AddPerson(fakeslack.Person{Name: "out"})
	gone := w.AddPerson(fakeslack.Person{Name: "gone", Deleted: true})
	w.AddToChannel(w.chat, gone.ID)
	say := func(user, channel string) error { _, err := w.Say(user, channel, "x"); return err }
	for name, err := range map[string]error{
		"speak outside of a channel":  say(out.ID, w.chat),
		"see a private channel":       say(out.ID, secret),
		"join a private channel":      w.Join(out.ID, secret),
		"speak when deactivated":      say(gone.ID, w.chat),
		"invite from outside":         w.Invite(out.ID, w.chat, out.ID),
		"leave where they are not":    w.Leave(out.ID, w.chat),
		"remove who is not there":     w.Kick(w.ann.ID, w.chat, out.ID),
		"archive from outside":        w.Archive(out.ID, w.chat),
		"react to nothing":            w.React(w.ann.ID, w.chat, "1.1", "eyes"),
		"edit nothing":                w.Edit(w.ann.ID, w.chat, "1.1", "x"),
		"say nothing":                 func() error { _, err := w.Say(w.ann.ID, w.chat, ""); return err }(),
		"reply to nothing":            func() error { _, err := w.Say(w.ann.ID, w.chat, "x", fakeslack.InThread("1.1")); return err }(),
		"be somebody who is not here": say("U404", w.chat),
	} {
		if err == nil {
			t.Errorf("people can %s", name)
		}
	}
}

func TestAPersonIsChanged(t *testing.T) {
	shows(t, 45)
	w := newWorld(t)
	l := w.connect()
	if err := w.ChangePerson(w.bob.ID, func(p *fakeslack.Person) { p.Deleted = true }); err != nil {
		t.Fatal(err)
	}
	e := l.tells("user_change")["user_change"]
	if dig(e.Payload, "event.user.id") != w.bob.ID || dig(e.Payload, "event.user.deleted") != true {
		t.Errorf("got %v", e.Payload["event"])
	}
	if err := w.ChangePerson(w.bob.ID, func(p *fakeslack.Person) { p.Name = "ann" }); err == nil {
		t.Error("a taken name is given")
	}
}

func TestOnlySubscribedEventsWithTheirScopeAreTold(t *testing.T) {
	shows(t, 35)
	w := newWorld(t, func(_ *fakeslack.Config, a *fakeslack.App) {
		a.Events = []string{"message.channels", "message.groups", "reaction_added"}
		a.Scopes = []string{"channels:history", "chat:write"}
	})
	l := w.connect()
	secret := w.AddChannel("secret", true, w.ann.ID, w.app.BotUserID)
	if _, err := w.Say(w.ann.ID, secret, "no scope"); err != nil {
		t.Fatal(err)
	}
	ts := w.say(w.ann, "<@"+w.app.BotUserID+"> told")
	if err := w.React(w.ann.ID, w.chat, ts, "eyes"); err != nil { // no scope
		t.Fatal(err)
	}
	w.say(w.ann, "told too")
	for _, want := range []string{"<@" + w.app.BotUserID + "> told", "told too"} {
		if e := l.next(); e.event("text") != want || e.event("type") != "message" {
			t.Errorf("told of %v", e.Payload["event"])
		}
	}
}

func TestAMentionIsToldTwice(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	ts := w.say(w.ann, w.Typed("@chatgroups invite tech"))
	got := l.tells("message", "app_mention")
	if got["message"].event("ts") != ts || got["app_mention"].event("ts") != ts {
		t.Errorf("got %v", got)
	}
	if got["message"].Payload["event_id"] == got["app_mention"].Payload["event_id"] {
		t.Error("both are one event")
	}
	if got["app_mention"].event("text") != "<@"+w.app.BotUserID+"> invite tech" {
		t.Errorf("got %v", got["app_mention"].Payload["event"])
	}
	w.botPost("text", "<@"+w.app.BotUserID+"> myself")
	l.tells("message")
	w.say(w.ann, "done")
	if e := l.next(); e.event("text") != "done" {
		t.Errorf("its own mention is told: %v", e.Payload["event"])
	}
}

func TestUninstallingIsTold(t *testing.T) {
	shows(t, 43)
	w := newWorld(t)
	l := w.connect()
	if err := w.Uninstall(w.app.AppID); err != nil {
		t.Fatal(err)
	}
	got := l.tells("tokens_revoked", "app_uninstalled")
	if bots, _ := dig(got["tokens_revoked"].Payload, "event.tokens.bot").([]any); len(bots) != 1 || bots[0] != w.app.BotUserID {
		t.Errorf("got %v", got["tokens_revoked"].Payload["event"])
	}
}

func TestTheMakingOfChannelsMayBeKeptToAdmins(t *testing.T) {
	shows(t, 56)
	w := newWorld(t)
	w.KeepChannelsToAdmins(true)
	w.call("conversations.create", "name", "chat-tech").refused(t, "restricted_action")
	ann := w.AddUserToken(w.app.AppID, w.ann.ID, "channels:write") // an admin
	w.callAs(ann, "conversations.create", "name", "chat-tech").ok(t)
	bob := w.AddUserToken(w.app.AppID, w.bob.ID, "channels:write")
	w.callAs(bob, "conversations.create", "name", "chat-bob").refused(t, "restricted_action")
	w.KeepChannelsToAdmins(false)
	w.callAs(bob, "conversations.create", "name", "chat-bob").ok(t)
	w.callAs(bob, "conversations.create", "name", " ").refused(t, "invalid_name_required")
	guest := w.AddUserToken(w.app.AppID, w.AddPerson(fakeslack.Person{Name: "guest", Restricted: true}).ID, "channels:write")
	w.callAs(guest, "conversations.create", "name", "chat-guest").refused(t, "restricted_action")
}
