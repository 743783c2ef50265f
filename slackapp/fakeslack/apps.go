package fakeslack

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An App is what a manifest says about an app.
type App struct {
	Name      string
	ID        string   // made up where empty
	Scopes    []string // of the bot
	Events    []string // bot_events, such as "message.channels"
	Commands  []SlashCommand
	Shortcuts []MessageShortcut

	// SocketMode delivers over WebSockets and leaves the URLs unused.
	SocketMode       bool
	EventsURL        string
	InteractivityURL string
	SigningSecret    string // made up where empty

	// NoHomeTab and NoInteractivity switch off what manifests usually switch on.
	NoHomeTab       bool
	NoInteractivity bool

	// BotToken and AppToken may be chosen, for a program that is started with
	// them; they are made up where empty.
	BotToken string
	AppToken string
}

// A SlashCommand is one command of an app.
type SlashCommand struct {
	Name         string // with its slash: "/chatgroups"
	URL          string // for signed HTTP
	ShouldEscape bool   // people and channels arrive as <@U…> and <#C…>
}

// A MessageShortcut is an entry in the menu of every message.
type MessageShortcut struct {
	Name       string
	CallbackID string
}

// An Installation is what an app is given when it is installed.
type Installation struct {
	AppID         string
	BotUserID     string
	BotID         string
	BotToken      string // "xoxb-…"
	AppToken      string // "xapp-…", with connections:write
	SigningSecret string
}

// install is an app in this workspace.
type install struct {
	Installation
	w     *Workspace
	app   App
	bot   *person
	scope map[string]bool
	event map[string]bool
	gone  bool      // uninstalled
	held  *delivery // kept back by OutOfOrder; guarded by Workspace.mu

	sockets *socketHub   // of Socket Mode
	courier *httpCourier // of signed HTTP
}

// has reports whether the app was granted a scope. The caller holds w.mu.
func (i *install) has(scope string) bool { return i.scope[scope] }

// hasAny is has for scopes of which one is enough; for none, none is needed.
func (i *install) hasAny(scopes []string) bool {
	return len(scopes) == 0 || slices.ContainsFunc(scopes, i.has)
}

// tokenKind is the sort of a token.
type tokenKind string

const (
	botToken  tokenKind = "bot"
	appToken  tokenKind = "app"
	userToken tokenKind = "user"
)

// grant is what a token stands for.
type grant struct {
	kind    tokenKind
	install *install
	user    string // who acts: the bot's user, or the person of a user token
	scopes  map[string]bool
	revoked bool
	expires time.Time // zero for never
}

// refusal is the error code of a token that opens nothing any more, or "".
//
// Documented: the errors of every method.
func (g *grant) refusal(now time.Time) string {
	switch {
	case g.install.gone && g.kind != appToken:
		return "account_inactive"
	case g.revoked:
		return "token_revoked"
	case !g.expires.IsZero() && !now.Before(g.expires):
		return "token_expired"
	}
	return ""
}

// InstallApp installs an app and returns its tokens. Its bot is in no channel
// yet. It panics where the name of the bot is taken.
func (w *Workspace) InstallApp(app App) Installation {
	w.mu.Lock()
	defer w.mu.Unlock()
	secret := func(given, prefix string) string {
		if given != "" {
			return given
		}
		return prefix + w.newSecret()
	}
	in := &install{
		w: w, app: app, scope: setOf(app.Scopes), event: setOf(app.Events),
		Installation: Installation{
			AppID:         app.ID,
			BotToken:      secret(app.BotToken, "xoxb-"),
			AppToken:      secret(app.AppToken, "xapp-1-"),
			SigningSecret: secret(app.SigningSecret, ""),
		},
	}
	if in.AppID == "" {
		in.AppID = w.newID("A")
	}
	in.bot = w.addPerson(Person{Name: strings.ToLower(app.Name), RealName: app.Name, Bot: true})
	in.bot.appID = in.AppID
	in.bot.install = in
	in.BotID = in.bot.botID
	in.BotUserID = in.bot.ID
	w.tokens[in.BotToken] = &grant{kind: botToken, install: in, user: in.BotUserID, scopes: in.scope}
	w.tokens[in.AppToken] = &grant{kind: appToken, install: in, scopes: map[string]bool{"connections:write": true}}
	for _, c := range app.Commands {
		// Documented: interactivity/implementing-slash-commands; the app that was
		// installed last owns the command.
		w.commands[c.Name] = in
	}
	in.sockets = newSocketHub(in, w.rng.Uint64())
	if !app.SocketMode {
		in.courier = newHTTPCourier(in, app.EventsURL)
		w.life.start(in.courier.run)
	}
	w.installs = append(w.installs, in)
	return in.Installation
}

// AddUserToken gives an app a token of a person, "xoxp-…", with these user scopes.
// It panics where the app or the person is unknown.
func (w *Workspace) AddUserToken(appID, user string, scopes ...string) (token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	in := w.installed(appID)
	if in == nil || w.people[user] == nil {
		panic(fmt.Sprintf("fakeslack: no app %q or no person %q", appID, user))
	}
	token = "xoxp-" + w.newSecret()
	w.tokens[token] = &grant{kind: userToken, install: in, user: user, scopes: setOf(scopes)}
	return token
}

// SetURLs enters other request URLs of an app of signed HTTP: for events, for
// interactions, and for all of its commands.
func (w *Workspace) SetURLs(appID, events, interactivity, commands string) error {
	return w.act(func() error {
		in := w.installed(appID)
		if in == nil {
			return noSuchApp(appID)
		}
		if in.courier == nil {
			return errors.New("fakeslack: the app uses Socket Mode, it has no URLs")
		}
		in.courier.setURL(events)
		in.app.InteractivityURL = interactivity
		in.app.Commands = slices.Clone(in.app.Commands)
		for i := range in.app.Commands {
			in.app.Commands[i].URL = commands
		}
		return nil
	})
}

// SetScopes is what installing the app anew with other scopes does.
func (w *Workspace) SetScopes(appID string, scopes ...string) error {
	return w.act(func() error {
		in := w.installed(appID)
		if in == nil {
			return noSuchApp(appID)
		}
		in.scope = setOf(scopes)
		w.tokens[in.BotToken].scopes = in.scope
		return nil
	})
}

// RevokeToken makes a token useless and tells the app by tokens_revoked.
func (w *Workspace) RevokeToken(token string) error {
	return w.act(func() error {
		g := w.tokens[token]
		if g == nil || g.kind == appToken {
			return errors.New("fakeslack: that is no bot or user token of this workspace")
		}
		g.revoked = true
		w.tokensRevoked(g)
		return nil
	})
}

// Uninstall removes an app: its tokens are revoked, its sockets stay (another
// workspace may use them), and it is told by tokens_revoked and app_uninstalled.
//
// Assumed: in this order.
func (w *Workspace) Uninstall(appID string) error {
	return w.act(func() error {
		in := w.installed(appID)
		if in == nil {
			return noSuchApp(appID)
		}
		for _, g := range w.tokens {
			if g.install == in && g.kind != appToken {
				g.revoked = true
			}
		}
		w.tokensRevoked(w.tokens[in.BotToken])
		w.happen(occurrence{
			name: "app_uninstalled", only: in,
			body: plain(map[string]any{"type": "app_uninstalled", "event_ts": w.eventTS()}),
		})
		in.gone = true
		in.bot.Deleted = true
		return nil
	})
}

func (w *Workspace) tokensRevoked(g *grant) {
	revoked := map[string][]string{"oauth": {}, "bot": {}}
	if g.kind == botToken {
		revoked["bot"] = []string{g.user}
	} else {
		revoked["oauth"] = []string{g.user}
	}
	w.happen(occurrence{
		name: "tokens_revoked", only: g.install,
		body: plain(map[string]any{"type": "tokens_revoked", "tokens": revoked, "event_ts": w.eventTS()}),
	})
}

func (w *Workspace) installed(appID string) *install {
	for _, in := range w.installs {
		if in.AppID == appID {
			return in
		}
	}
	return nil
}

func noSuchApp(id string) error {
	return fmt.Errorf("fakeslack: there is no app %q; InstallApp returns the id", id)
}

// profile is how messages name the app.
func (i *install) profile() *BotProfile {
	return &BotProfile{
		ID: i.BotID, AppID: i.AppID, Name: i.app.Name, TeamID: i.w.cfg.TeamID, Updated: i.bot.updated,
	}
}

func setOf(list []string) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, s := range list {
		set[s] = true
	}
	return set
}
