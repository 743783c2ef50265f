package fakeslack_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

const callbackURL = "https://app.example/oauth"

// An applicant is an app that has yet to be installed.
type applicant struct {
	*world
	app fakeslack.Installation
}

func newApplicant(t *testing.T, rotate bool) *applicant {
	w := newWorld(t)
	return &applicant{world: w, app: w.RegisterApp(fakeslack.App{
		Name: "Newcomer", Events: events, SocketMode: true,
		RedirectURLs: []string{callbackURL}, TokenRotation: rotate,
	})}
}

// page is the address that the app sends a person to.
func (a *applicant) page(more ...string) string {
	q := url.Values{
		"client_id": {a.app.ClientID}, "scope": {"chat:write,users:read"},
		"redirect_uri": {callbackURL}, "state": {"s 1"},
	}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return a.url + "/oauth/v2/authorize?" + q.Encode()
}

// code has ann approve and returns the code.
func (a *applicant) code(more ...string) string {
	a.t.Helper()
	back := must[string](a.t)(a.Approve(a.ann.ID, a.page(more...)))
	u, err := url.Parse(back)
	if err != nil || !strings.HasPrefix(back, callbackURL+"?") || u.Query().Get("state") != "s 1" {
		a.t.Fatalf("sent back to %s", back)
	}
	return u.Query().Get("code")
}

func (a *applicant) exchange(args ...string) answer {
	return a.callAs("", "oauth.v2.access", append([]string{"client_id", a.app.ClientID, "client_secret", a.app.ClientSecret}, args...)...)
}

func TestAnAppIsInstalledByOAuth(t *testing.T) {
	shows(t, 43)
	a := newApplicant(t, false)
	if a.app.BotToken != "" || a.app.ClientID == "" {
		t.Fatalf("registered as %+v", a.app)
	}
	code := a.code("user_scope", "usergroups:write")
	a.exchange("code", code).refused(t, "bad_redirect_uri")
	a.callAs("", "oauth.v2.access", "client_id", "x", "code", code).refused(t, "invalid_client_id")
	a.callAs("", "oauth.v2.access", "client_id", a.app.ClientID, "client_secret", "x", "code", code).refused(t, "bad_client_secret")
	got, err := slack.GetOAuthV2ResponseContext(context.Background(), http.DefaultClient,
		a.app.ClientID, a.app.ClientSecret, code, callbackURL, slack.OAuthOptionAPIURL(a.url+"/api/"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Team.ID != a.TeamID() || got.Scope != "chat:write,users:read" || got.AuthedUser.ID != a.ann.ID ||
		!strings.HasPrefix(got.AccessToken, "xoxb-") || !strings.HasPrefix(got.AuthedUser.AccessToken, "xoxp-") || got.ExpiresIn != 0 {
		t.Errorf("got %+v", got)
	}
	if id := a.callAs(got.AccessToken, "auth.test").ok(t).str("user_id"); id != got.BotUserID {
		t.Errorf("the token is of %s", id)
	}
	a.callAs(got.AuthedUser.AccessToken, "usergroups.users.update", "usergroup", a.sales, "users", a.bob.ID).ok(t)
	a.exchange("code", code, "redirect_uri", callbackURL).refused(t, "invalid_code") // once only
	late := a.code()
	a.clock.Advance(10*time.Minute + time.Second)
	a.exchange("code", late, "redirect_uri", callbackURL).refused(t, "invalid_code")
	a.exchange("grant_type", "magic").refused(t, "invalid_grant_type")
}

func TestInstallingAnewAddsScopes(t *testing.T) {
	shows(t, 43)
	a := newApplicant(t, false)
	first := a.exchange("code", a.code(), "redirect_uri", callbackURL).ok(t)
	a.callAs(first.str("access_token"), "usergroups.list").refused(t, "missing_scope")
	again := a.exchange("code", a.code("scope", "usergroups:read"), "redirect_uri", callbackURL).ok(t)
	if again.str("scope") != "chat:write,usergroups:read,users:read" || again.str("access_token") != first.str("access_token") || again.str("bot_user_id") != first.str("bot_user_id") {
		t.Errorf("first %s, then %s", first.raw, again.raw)
	}
	a.callAs(first.str("access_token"), "usergroups.list").ok(t)
	// After an uninstallation it starts anew, with the same bot.
	if err := a.Uninstall(a.app.AppID); err != nil {
		t.Fatal(err)
	}
	a.callAs(first.str("access_token"), "auth.test").refused(t, "account_inactive")
	back := a.exchange("code", a.code(), "redirect_uri", callbackURL).ok(t)
	if back.str("scope") != "chat:write,users:read" || back.str("access_token") == first.str("access_token") || back.str("bot_user_id") != first.str("bot_user_id") {
		t.Errorf("it comes back as %s", back.raw)
	}
	a.callAs(first.str("access_token"), "auth.test").refused(t, "token_revoked")
}

func TestPeopleMayDeclineAnApp(t *testing.T) {
	a := newApplicant(t, false)
	back := must[string](t)(a.Decline(a.ann.ID, a.page()))
	if back != callbackURL+"?error=access_denied&state=s+1" {
		t.Errorf("sent back to %s", back)
	}
	guest := a.AddPerson(fakeslack.Person{Name: "guest", Restricted: true})
	for name, try := range map[string]func() (string, error){
		"a guest":              func() (string, error) { return a.Approve(guest.ID, a.page()) },
		"nobody":               func() (string, error) { return a.Approve("U404", a.page()) },
		"of an unknown client": func() (string, error) { return a.Approve(a.ann.ID, a.page("client_id", "x")) },
		"to a stranger":        func() (string, error) { return a.Approve(a.ann.ID, a.page("redirect_uri", "https://evil.example")) },
		"for nothing":          func() (string, error) { return a.Approve(a.ann.ID, a.page("scope", "")) },
	} {
		if back, err := try(); err == nil {
			t.Errorf("%s approves and is sent to %s", name, back)
		}
	}
}

func TestABrowserIsSentBackWithACode(t *testing.T) {
	a := newApplicant(t, false)
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := browser.Get(a.page())
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	browser.CloseIdleConnections()
	if to := resp.Header.Get("Location"); resp.StatusCode != 302 || !strings.HasPrefix(to, callbackURL+"?code=") {
		t.Errorf("got %d to %s", resp.StatusCode, to)
	}
}

func TestPKCEBindsTheCode(t *testing.T) {
	a := newApplicant(t, false)
	verifier := strings.Repeat("v", 43)
	sum := sha256.Sum256([]byte(verifier))
	code := a.code("code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]), "code_challenge_method", "S256")
	a.exchange("code", code, "redirect_uri", callbackURL).refused(t, "invalid_code_verifier")
	a.exchange("code", code, "redirect_uri", callbackURL, "code_verifier", verifier).ok(t)
}

func TestTokensRotate(t *testing.T) {
	shows(t, 43)
	a := newApplicant(t, true)
	first := a.exchange("code", a.code(), "redirect_uri", callbackURL).ok(t)
	if first.body["expires_in"] != 43200.0 || !strings.HasPrefix(first.str("access_token"), "xoxe.xoxb-") {
		t.Fatalf("got %s", first.raw)
	}
	renew := func(old answer) answer {
		return a.exchange("grant_type", "refresh_token", "refresh_token", old.str("refresh_token"))
	}
	a.clock.Advance(6 * time.Hour)
	second := renew(first).ok(t)
	renew(first).refused(t, "invalid_refresh_token") // once only
	a.callAs(first.str("access_token"), "auth.test").ok(t)
	third := renew(second).ok(t)
	a.callAs(first.str("access_token"), "auth.test").refused(t, "token_revoked") // two live at most
	a.callAs(second.str("access_token"), "auth.test").ok(t)
	a.clock.Advance(12 * time.Hour)
	a.callAs(third.str("access_token"), "auth.test").refused(t, "token_expired")
	fourth := renew(third).ok(t)
	a.callAs(fourth.str("access_token"), "auth.test").ok(t)
	if err := a.Uninstall(a.app.AppID); err != nil {
		t.Fatal(err)
	}
	renew(fourth).refused(t, "invalid_refresh_token")
}

func TestATokenThatNeverExpiredIsExchanged(t *testing.T) {
	shows(t, 43)
	w := newWorld(t)
	exchange := func(token string) answer {
		return w.callAs(token, "oauth.v2.exchange", "client_id", w.app.ClientID, "client_secret", w.app.ClientSecret)
	}
	exchange(w.app.BotToken).refused(t, "token_rotation_not_enabled")
	if err := w.RotateTokens(w.app.AppID); err != nil {
		t.Fatal(err)
	}
	exchange("xoxb-bad").refused(t, "invalid_token")
	a := exchange(w.app.BotToken).ok(t)
	w.callAs(a.str("access_token"), "auth.test").ok(t)
	w.callAs(w.app.BotToken, "auth.test").refused(t, "token_revoked")
	exchange(a.str("access_token")).refused(t, "token_already_exchanged")
}

func TestAnAppGivesUpItsTokens(t *testing.T) {
	shows(t, 43)
	w := newWorld(t)
	l := w.connect()
	person := w.AddUserToken(w.app.AppID, w.ann.ID, "users:read")
	w.callAs(person, "auth.revoke", "test", "true").ok(t)
	w.callAs(person, "auth.test").ok(t)
	w.callAs(person, "auth.revoke").ok(t)
	w.callAs(person, "auth.test").refused(t, "token_revoked")
	e := l.next()
	l.ack(e)
	if e.event("type") != "tokens_revoked" || dig(e.Payload, "event.tokens.oauth").([]any)[0] != w.ann.ID {
		t.Errorf("the event is %v", e.Payload["event"])
	}
	w.call("apps.uninstall", "client_id", w.app.ClientID, "client_secret", "x").refused(t, "bad_client_secret")
	w.call("apps.uninstall", "client_id", w.app.ClientID, "client_secret", w.app.ClientSecret).ok(t)
	for _, want := range []string{"tokens_revoked", "app_uninstalled"} {
		e := l.next()
		l.ack(e)
		if e.event("type") != want {
			t.Errorf("the event is %v, want %s", e.Payload["event"], want)
		}
	}
	w.call("auth.test").refused(t, "account_inactive")
}

func TestTheUninstallationMayBeToldFirst(t *testing.T) {
	shows(t, 43)
	w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Assume.UninstalledFirst = true })
	l := w.connect()
	if err := w.Uninstall(w.app.AppID); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"app_uninstalled", "tokens_revoked"} {
		if e := l.next(); e.event("type") != want {
			t.Errorf("the event is %v, want %s", e.Payload["event"], want)
		}
	}
	if err := w.Uninstall(w.app.AppID); err == nil {
		t.Error("it is uninstalled twice")
	}
}

func TestAnAppIsApprovedInASecondWorkspace(t *testing.T) {
	a := newApplicant(t, false)
	first := a.exchange("code", a.code(), "redirect_uri", callbackURL).ok(t)
	other := a.Neighbour(fakeslack.Config{})
	eve := other.AddPerson(fakeslack.Person{Name: "eve", Admin: true})
	back := must[string](t)(other.Approve(eve.ID, a.page()))
	u, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	second := a.exchange("code", u.Query().Get("code"), "redirect_uri", callbackURL).ok(t)
	if second.str("team.id") != other.TeamID() || second.str("app_id") != first.str("app_id") || second.str("access_token") == first.str("access_token") {
		t.Errorf("first %s, second %s", first.raw, second.raw)
	}
}

func TestAllWhoCouldSeeAnEventAreListed(t *testing.T) {
	p := newPair(t)
	if err := p.ShareChannel(p.chat, p.other); err != nil {
		t.Fatal(err)
	}
	p.other.AddToChannel(p.chat, p.otherApp.BotUserID)
	l := p.connect()
	p.say(p.ann, "hello")
	e := l.next()
	a := p.callAs(p.app.AppToken, "apps.event.authorizations.list", "event_context", e.Payload["event_context"].(string)).ok(t)
	if list, _ := a.body["authorizations"].([]any); len(list) != 2 {
		t.Errorf("got %s", a.raw)
	}
	p.callAs(p.app.AppToken, "apps.event.authorizations.list", "event_context", "x").refused(t, "invalid_event_context")
}
