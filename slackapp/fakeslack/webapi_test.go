package fakeslack_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestUnknownMethodIsRefused(t *testing.T) {
	shows(t, 25)
	w := newWorld(t)
	w.call("chat.postMassage", "channel", w.chat).refused(t, "unknown_method")
}

func TestTokenMayComeInHeaderOrForm(t *testing.T) {
	shows(t, 24)
	w := newWorld(t)
	w.call("auth.test").ok(t)
	a := w.post("auth.test", "", "", w.app.BotToken).ok(t)
	if a.str("bot_id") != w.app.BotID || a.str("user_id") != w.app.BotUserID {
		t.Errorf("auth.test says %s", a.raw)
	}
}

func TestTokenInJSONBodyIsNotLookedAt(t *testing.T) {
	shows(t, 24)
	w := newWorld(t)
	body := `{"token":"` + w.app.BotToken + `"}`
	w.post("auth.test", "application/json; charset=utf-8", body, "").refused(t, "not_authed")
}

func TestTokensThatOpenNothing(t *testing.T) {
	shows(t, 24)
	w := newWorld(t)
	w.callAs("", "auth.test").refused(t, "not_authed")
	w.callAs("xoxb-unknown", "auth.test").refused(t, "invalid_auth")
	w.callAs(w.app.AppToken, "chat.postMessage", "channel", w.chat, "text", "x").refused(t, "not_allowed_token_type")
	w.post("apps.connections.open", "", "", w.app.BotToken).refused(t, "not_allowed_token_type")
}

func TestRevokedTokenIsRefused(t *testing.T) {
	shows(t, 24)
	w := newWorld(t)
	if err := w.RevokeToken(w.app.BotToken); err != nil {
		t.Fatal(err)
	}
	w.call("auth.test").refused(t, "token_revoked")
}

func TestUninstalledAppIsInactive(t *testing.T) {
	shows(t, 24)
	w := newWorld(t)
	if err := w.Uninstall(w.app.AppID); err != nil {
		t.Fatal(err)
	}
	w.call("auth.test").refused(t, "account_inactive")
}

func TestMissingScopeSaysWhatIsNeededAndProvided(t *testing.T) {
	shows(t, 24)
	w := newWorld(t)
	if err := w.SetScopes(w.app.AppID, "users:read", "team:read"); err != nil {
		t.Fatal(err)
	}
	a := w.call("chat.postMessage", "channel", w.chat, "text", "x")
	a.refused(t, "missing_scope")
	if a.str("needed") != "chat:write" || a.str("provided") != "team:read,users:read" {
		t.Errorf("got %s", a.raw)
	}
	_, _, err := w.api.PostMessage(w.chat, slack.MsgOptionText("x", false))
	var refused slack.SlackErrorResponse
	if !errors.As(err, &refused) || refused.Needed != "chat:write" {
		t.Errorf("slack-go says %v", err)
	}
}

func TestScopesArePerSortOfChannel(t *testing.T) {
	shows(t, 24)
	w := newWorld(t)
	secret := w.AddChannel("secret", true, w.ann.ID, w.app.BotUserID)
	if err := w.SetScopes(w.app.AppID, "channels:history", "channels:read"); err != nil {
		t.Fatal(err)
	}
	w.call("conversations.info", "channel", w.chat).ok(t)
	w.call("conversations.history", "channel", w.chat).ok(t)
	if a := w.call("conversations.info", "channel", secret); a.str("needed") != "groups:read" {
		t.Errorf("info: %s", a.raw)
	}
	if a := w.call("conversations.history", "channel", secret); a.str("needed") != "groups:history" {
		t.Errorf("history: %s", a.raw)
	}
	w.call("conversations.list", "types", "public_channel,private_channel").refused(t, "missing_scope")
}

func TestGrantedScopesAreInTheHeader(t *testing.T) {
	w := newWorld(t)
	got := strings.Split(w.call("auth.test").header.Get("X-OAuth-Scopes"), ",")
	want := slices.Sorted(slices.Values(scopes))
	if !slices.Equal(got, want) {
		t.Errorf("X-OAuth-Scopes is %v", got)
	}
}

func TestArgumentsAreCheckedAgainstTheDigest(t *testing.T) {
	shows(t, 25)
	w := newWorld(t)
	for _, row := range []struct {
		name, method string
		args         []string
		message      string
	}{
		{"missing", "chat.postMessage", []string{"text", "x"}, "[ERROR] missing required field: channel"},
		{"empty counts as missing", "users.info", []string{"user", ""}, "[ERROR] missing required field: user"},
		{"unknown", "users.info", []string{"user", w.ann.ID, "usr", "x"}, "[ERROR] unsupported argument: usr"},
		{"no boolean", "users.info", []string{"user", w.ann.ID, "include_locale", "perhaps"}, "[ERROR] must be a boolean [json-pointer:/include_locale]"},
		{"no number", "users.list", []string{"limit", "ten"}, "[ERROR] must be a number [json-pointer:/limit]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := w.call(row.method, row.args...)
			a.refused(t, "invalid_arguments")
			messages, _ := dig(a.body, "response_metadata.messages").([]any)
			if !slices.Contains(messages, any(row.message)) {
				t.Errorf("messages are %q", messages)
			}
		})
	}
}

func TestUnknownArgumentsMayBeIgnored(t *testing.T) {
	shows(t, 25)
	w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Assume.LooseArguments = true })
	w.call("users.info", "user", w.ann.ID, "usr", "x").ok(t)
}

func TestBodiesAreTakenWhereSlackTakesThem(t *testing.T) {
	shows(t, 26)
	w := newWorld(t)
	post := `{"channel":"` + w.chat + `","text":"x","unfurl_links":false,"blocks":[{"type":"divider"}]}`
	for _, row := range []struct {
		name, method, contentType, body string
		want                            string // the error, "" for ok
	}{
		{"JSON", "chat.postMessage", "application/json; charset=utf-8", post, ""},
		{"JSON null", "auth.test", "application/json; charset=utf-8", "null", ""},
		{"JSON where only forms are taken", "users.info", "application/json; charset=utf-8", `{"user":"U1"}`, "invalid_post_type"},
		{"no object", "chat.postMessage", "application/json; charset=utf-8", `[1]`, "invalid_arguments"},
		{"XML", "chat.postMessage", "text/xml", "<x/>", "invalid_post_type"},
		{"no type", "chat.postMessage", "", "channel=x", "missing_post_type"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := w.post(row.method, row.contentType, row.body, w.app.BotToken)
			if row.want == "" {
				a.ok(t)
			} else {
				a.refused(t, row.want)
			}
		})
	}
	a := w.post("auth.test", "application/json", "{}", w.app.BotToken).ok(t)
	if a.str("warning") != "missing_charset" {
		t.Errorf("JSON without charset: %s", a.raw)
	}
}

func TestDescribedMethodsAreImplemented(t *testing.T) {
	for _, method := range fakeslack.Digest() {
		if !slices.Contains(fakeslack.Methods(), method) {
			t.Errorf("%s is not", method)
		}
	}
}

func TestRequestsAreLoggedWithoutTheToken(t *testing.T) {
	w := newWorld(t)
	var hooked []fakeslack.Request
	w.OnRequest(func(r fakeslack.Request) { hooked = append(hooked, r) })
	w.call("users.info", "user", "U404").refused(t, "user_not_found")
	all := w.Requests("users.info")
	if len(all) != 1 || len(hooked) != 1 {
		t.Fatalf("%d logged, %d hooked", len(all), len(hooked))
	}
	r := all[0]
	if r.Error != "user_not_found" || r.Args["user"] != "U404" || r.AppID != w.app.AppID || r.Token != "xoxb-…" {
		t.Errorf("logged %+v", r)
	}
	raw, err := json.Marshal(w.Requests())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(raw), w.app.BotToken) {
		t.Error("the log holds the token")
	}
}

func TestOldRequestsAreForgotten(t *testing.T) {
	w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.KeepRequests = 8 })
	for range 30 {
		w.call("auth.test").ok(t)
	}
	if n := len(w.Requests()); n < 8 || n > 12 {
		t.Errorf("%d requests are kept, want 8 or a few more", n)
	}
}

func TestPagesFollowACursorToTheEnd(t *testing.T) {
	shows(t, 29)
	for name, short := range map[string]bool{"full pages": false, "short pages": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Assume.ShortPages = short })
			for _, name := range []string{"c", "d", "e", "f", "g"} {
				w.AddPerson(fakeslack.Person{Name: name})
			}
			var names []string
			cursor := ""
			for {
				a := w.call("users.list", "limit", "3", "cursor", cursor).ok(t)
				members := a.body["members"].([]any)
				if len(members) > 3 || (short && len(members) > 1) {
					t.Errorf("a page has %d", len(members))
				}
				for _, m := range members {
					names = append(names, dig(m, "name").(string))
				}
				if cursor = a.str("response_metadata.next_cursor"); cursor == "" {
					break
				}
			}
			if want := []string{"ann", "bob", "chatgroups", "c", "d", "e", "f", "g"}; !slices.Equal(names, want) {
				t.Errorf("got %v", names)
			}
			w.call("users.list", "cursor", "nonsense").refused(t, "invalid_cursor")
		})
	}
}

func TestPeopleAsSlackGoReadsThem(t *testing.T) {
	shows(t, 45)
	w := newWorld(t)
	guest := w.AddPerson(fakeslack.Person{Name: "guest", UltraRestricted: true, Deleted: true, Email: "g@x.example"})
	u, err := w.api.GetUserInfo(guest.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !u.IsUltraRestricted || !u.IsRestricted || !u.Deleted || u.Profile.Email != "" {
		t.Errorf("got %+v", u)
	}
	all, err := w.api.GetUsers()
	if err != nil || len(all) != 4 {
		t.Errorf("GetUsers: %d, %v", len(all), err)
	}
	if p, err := w.api.GetUserPresence(w.ann.ID); err != nil || p.Presence != "active" {
		t.Errorf("presence: %+v %v", p, err)
	}
	dnd, err := w.api.GetDNDTeamInfo([]string{w.ann.ID})
	if err != nil || dnd[w.ann.ID].Enabled {
		t.Errorf("dnd: %+v %v", dnd, err)
	}
	bot, err := w.api.GetBotInfo(slack.GetBotInfoParameters{Bot: w.app.BotID})
	if err != nil || bot.AppID != w.app.AppID || bot.UserID != w.app.BotUserID {
		t.Errorf("bot: %+v %v", bot, err)
	}
	team, err := w.api.GetTeamInfo()
	if err != nil || team.ID != w.TeamID() {
		t.Errorf("team: %+v %v", team, err)
	}
}

func TestEmailNeedsItsScope(t *testing.T) {
	w := newWorld(t, func(_ *fakeslack.Config, a *fakeslack.App) {
		a.Scopes = append([]string{"users:read.email"}, scopes...)
	})
	eve := w.AddPerson(fakeslack.Person{Name: "eve", Email: "eve@x.example"})
	u, err := w.api.GetUserInfo(eve.ID)
	if err != nil || u.Profile.Email != "eve@x.example" {
		t.Errorf("got %+v, %v", u, err)
	}
	if u, err = w.api.GetUserByEmail("eve@x.example"); err != nil || u.ID != eve.ID {
		t.Errorf("by email: %+v, %v", u, err)
	}
}

func TestMistakesOfAProgramAreFound(t *testing.T) {
	shows(t, 24, 25, 26)
	w := newWorld(t)
	w.call("chat.postMessage", "channel", w.chat, "text", "x").ok(t)
	w.call("chat.postMessage", "channel", "C404", "text", "x").refused(t, "channel_not_found")
	w.Fail("auth.test", 1, fakeslack.Refuse("missing_scope"))
	w.call("auth.test").refused(t, "missing_scope")
	if got := w.Mistakes(); got != nil {
		t.Fatalf("these are none: %+v", got)
	}
	w.call("chat.postMassage")
	w.call("chat.postMessage", "channel", w.chat, "txt", "x")
	w.call("users.profile.get")
	w.post("views.open", "text/plain", "x", w.app.BotToken)
	w.post("apps.connections.open", "", "", w.app.BotToken)
	var codes []string
	for _, r := range w.Mistakes() {
		codes = append(codes, r.Error)
	}
	if want := "unknown_method invalid_arguments missing_scope invalid_post_type not_allowed_token_type"; strings.Join(codes, " ") != want {
		t.Errorf("found %v", codes)
	}
}

func TestThePersonOfATokenMayBeDeactivated(t *testing.T) {
	shows(t, 24, 45)
	w := newWorld(t)
	token := w.AddUserToken(w.app.AppID, w.ann.ID, "usergroups:write")
	if err := w.ChangePerson(w.ann.ID, func(p *fakeslack.Person) { p.Deleted = true }); err != nil {
		t.Fatal(err)
	}
	w.callAs(token, "auth.test").refused(t, "account_inactive")
	if _, err := w.Say(w.ann.ID, w.chat, "x"); err == nil {
		t.Error("a deactivated person speaks")
	}
}
