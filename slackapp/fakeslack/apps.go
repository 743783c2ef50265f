package fakeslack

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// An App is what a manifest says about an app.
type App struct {
	Name      string
	ID        string   // made up where empty
	Scopes    []string // of the bot
	Events    []string // bot_events, such as "message.channels"
	Commands  []SlashCommand
	Shortcuts []MessageShortcut

	GlobalShortcuts []GlobalShortcut

	// SocketMode delivers over WebSockets and leaves the URLs unused.
	SocketMode       bool
	EventsURL        string
	InteractivityURL string
	OptionsURL       string // for menus whose options come from the app
	SigningSecret    string // made up where empty

	// NoHomeTab, NoMessagesTab and NoInteractivity switch off what manifests usually
	// switch on.
	NoHomeTab       bool
	NoMessagesTab   bool
	NoInteractivity bool

	// BotToken and AppToken may be chosen, for a program that is started with
	// them; they are made up where empty.
	BotToken string
	AppToken string

	// ClientID and ClientSecret are for OAuth, made up where empty. RedirectURLs
	// are where people may be sent back to, and what is below them; anywhere where
	// there are none. TokenRotation lets the bot's tokens expire after 12 hours.
	ClientID      string
	ClientSecret  string
	RedirectURLs  []string
	TokenRotation bool
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

// A GlobalShortcut is an entry in the menu beside every box in which one writes.
type GlobalShortcut struct {
	Name       string
	CallbackID string
}

// An Installation is what an app is given when it is installed.
type Installation struct {
	AppID         string
	BotUserID     string
	BotID         string
	BotToken      string // "xoxb-…", the newest one where tokens rotate
	AppToken      string // "xapp-…", with connections:write
	SigningSecret string
	ClientID      string
	ClientSecret  string
	RefreshToken  string // the newest one, "" where tokens do not rotate
}

// install is an app in this workspace.
type install struct {
	Installation
	w      *Workspace
	app    App
	bot    *person // nil before the first installation
	scope  map[string]bool
	event  map[string]bool
	gone   bool     // not installed, or not any more
	live   []string // the bot's tokens that open something, oldest first
	events eventLimit
	held   *delivery // kept back by OutOfOrder; guarded by Workspace.mu

	sockets *socketHub   // of Socket Mode
	courier *httpCourier // of signed HTTP
}

// has reports whether the app was granted a scope. The caller holds w.mu.
func (i *install) has(scope string) bool { return i.scope[scope] }

// hasAny is has for scopes of which one is enough; for none, none is needed.
func (i *install) hasAny(scopes []string) bool {
	return len(scopes) == 0 || slices.ContainsFunc(scopes, i.has)
}

// InstallApp installs an app and returns its tokens. Its bot is in no channel
// yet. It panics where the name of the bot is taken.
func (w *Workspace) InstallApp(app App) Installation {
	w.mu.Lock()
	defer w.mu.Unlock()
	in := w.register(app)
	in.settle()
	in.grantScopes(app.Scopes)
	in.newBotToken(app.BotToken)
	return in.Installation
}

// RegisterApp makes an app known that is not installed: it has no bot and no
// token, only what it needs to ask for an installation by OAuth; see Approve.
func (w *Workspace) RegisterApp(app App) Installation {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.register(app).Installation
}

// register makes the record of an app in this workspace, not installed yet.
func (w *Workspace) register(app App) *install {
	first := w.elsewhere(app.ID)
	if first != nil {
		app.AppToken, app.SigningSecret = first.AppToken, first.SigningSecret
		app.ClientID, app.ClientSecret = first.ClientID, first.ClientSecret
	}
	secret := func(given, prefix string) string {
		if given != "" {
			return given
		}
		return prefix + w.newSecret()
	}
	in := &install{
		w: w, app: app, event: setOf(app.Events), gone: true,
		Installation: Installation{
			AppID:         app.ID,
			AppToken:      secret(app.AppToken, "xapp-1-"),
			SigningSecret: secret(app.SigningSecret, ""),
			ClientID:      secret(app.ClientID, ""),
			ClientSecret:  secret(app.ClientSecret, ""),
		},
	}
	if in.AppID == "" {
		in.AppID = w.newID("A")
	}
	if first != nil {
		in.sockets, in.courier = first.sockets, first.courier
	} else {
		w.tokens[in.AppToken] = &grant{kind: appToken, install: in, scopes: map[string]bool{"connections:write": true}}
		in.sockets = newSocketHub(in, w.rng.Uint64())
		if !app.SocketMode {
			in.courier = newHTTPCourier(in, app.EventsURL)
			w.life.start(in.courier.run)
		}
	}
	w.installs = append(w.installs, in)
	return in
}

// settle gives an app its bot, or the bot back that it had, and its commands.
func (i *install) settle() {
	w := i.w
	i.gone = false
	if i.bot == nil {
		i.bot = w.addPerson(Person{Name: strings.ToLower(i.app.Name), RealName: i.app.Name, Bot: true})
		i.bot.appID, i.bot.install = i.AppID, i
		i.BotID, i.BotUserID = i.bot.botID, i.bot.ID
	}
	i.bot.Deleted = false
	for _, c := range i.app.Commands {
		// Documented: interactivity/implementing-slash-commands; the app that was
		// installed last owns the command.
		w.commands[c.Name] = i
	}
}

// grantScopes gives the tokens of the bot these scopes.
func (i *install) grantScopes(scopes []string) {
	i.scope = setOf(scopes)
	for _, g := range i.w.tokens {
		if g.install == i && g.kind == botToken {
			g.scopes = i.scope
		}
	}
}

// SetURLs enters other request URLs of an app of signed HTTP: for events, for
// interactions (menus whose options come from the app included), and for all of its
// commands.
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
		in.app.InteractivityURL, in.app.OptionsURL = interactivity, interactivity
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
		in.grantScopes(scopes)
		return nil
	})
}

// Uninstall removes an app: its tokens are revoked, its sockets stay (another
// workspace may use them), and it is told by tokens_revoked and app_uninstalled.
//
// Assumed: in this order (switch: Assumptions.UninstalledFirst).
func (w *Workspace) Uninstall(appID string) error {
	return w.act(func() error {
		in := w.installed(appID)
		if in == nil || in.gone {
			return noSuchApp(appID)
		}
		in.uninstall()
		return nil
	})
}

func (i *install) uninstall() {
	w := i.w
	for _, g := range w.tokens {
		if g.install == i && g.kind != appToken {
			g.revoked = true
		}
	}
	revoked := func() { w.tokensRevoked(w.tokens[i.BotToken]) }
	if !w.cfg.Assume.UninstalledFirst {
		revoked()
	}
	w.happen(occurrence{
		name: "app_uninstalled", only: i,
		body: plain(map[string]any{"type": "app_uninstalled", "event_ts": w.eventTS()}),
	})
	if w.cfg.Assume.UninstalledFirst {
		revoked()
	}
	i.gone = true
	i.bot.Deleted = true
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
