package slackapp

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

var _ bridge.Desk = (*App)(nil)

// An App is the desk on Slack. Make it with New, make the Bridge with it, and Run
// it with that bridge.
type App struct {
	cfg      Config
	log      zerolog.Logger
	api      *slack.Client
	adminAPI *slack.Client // nil without Config.AdminToken
	http     *http.Client  // for response_urls
	metrics  *metrics
	twins    twins
	searches *searches
	cards    *cardBudget
	started  time.Time

	bridge   atomic.Pointer[bridge.Bridge]
	identity atomic.Pointer[identity]
	people   *people
	files    *files
	socket   *socketClient
	webhook  *webhook
	members  memberCache
	catchup  *catchup
	troubles *troubles
	rosters  *rosters
	// rewriting has a line per user group for those who change who is in it.
	rewriting *turns
	homes     *homes
	presences *presences
	mentions  onceSet
	told      onceSet // agents that were told why a line stays inside
	replies   crew    // answers on their way to people

	mu       sync.Mutex // guards the following
	lanes    map[string]*lane
	homeless map[bridge.ThreadKey]bridge.ThreadRef
	laneCtx  context.Context // nil before Run
	laneCrew crew

	lanesMetrics *laneMetrics
}

// identity is who the app is in its workspace, from auth.test.
type identity struct {
	Workspace bridge.WorkspaceID
	Team      string
	URL       string // of the workspace, with its final slash
	BotUser   string
	BotID     string
}

var errNotReady = errors.New("not connected to Slack yet: it has not said who the app is")

var errNoTS = errors.New("slack answered ok without a ts")

// New returns an App. It starts nothing and calls nobody.
func New(cfg Config) *App {
	cfg.defaults()
	httpClient := newHTTPClient()
	a := &App{
		cfg: cfg, log: cfg.Log,
		api: slack.New(cfg.BotToken,
			slack.OptionAPIURL(cfg.APIURL),
			slack.OptionHTTPClient(httpClient)),
		http:     httpClient,
		metrics:  newMetrics(cfg.Metrics),
		cards:    newCardBudget(),
		searches: newSearches(),
		started:  cfg.Clock.Now(),
		lanes:    map[string]*lane{},
		homeless: map[bridge.ThreadKey]bridge.ThreadRef{},
	}
	a.lanesMetrics = newLaneMetrics(cfg.Metrics, a)
	a.catchup, a.people, a.troubles = newCatchup(a), newPeople(a), newTroubles(a)
	a.files = newFiles(a)
	a.rosters, a.homes = newRosters(a.api, cfg.Clock), newHomes(a)
	a.presences = newPresences(a)
	a.rewriting = newTurns()
	if cfg.AdminToken != "" {
		a.adminAPI = slack.New(cfg.AdminToken, slack.OptionAPIURL(cfg.APIURL), slack.OptionHTTPClient(httpClient))
	}
	if cfg.AppToken != "" {
		a.socket = newSocketClient(socketConfig{
			AppToken: cfg.AppToken, APIURL: cfg.APIURL, Sockets: cfg.Sockets,
			Connected: func(time.Time) { a.catchup.missed() },
			Clock:     cfg.Clock, Log: cfg.Log, Metrics: cfg.Metrics,
		})
	}
	a.webhook = newWebhook(cfg.SigningSecret, a.receive, cfg.Clock, cfg.Log)
	return a
}

// Handler takes what Slack sends by signed HTTP, below /slack/. Without a signing
// secret in Config it lets nothing in.
func (a *App) Handler() http.Handler { return a.webhook }

func (a *App) self() identity {
	if id := a.identity.Load(); id != nil {
		return *id
	}
	return identity{}
}

// ours reports whether a bot id is the app's own.
func (a *App) ours(botID string) bool { return botID != "" && botID == a.self().BotID }

// Run connects to Slack and works until ctx is done; then it finishes the posts
// under way and returns nil. It returns early with an error only when the
// configuration can never work.
func (a *App) Run(ctx context.Context, b *bridge.Bridge) error {
	a.bridge.Store(b)
	if err := a.introduce(ctx, b); err != nil || ctx.Err() != nil {
		return err
	}
	var wg sync.WaitGroup
	defer wg.Wait()

	stopWatch := b.WatchDirectory(func() { a.house(); a.homes.changed(); a.presences.changed() })
	defer stopWatch()

	wg.Go(func() { a.people.run(ctx, a.self().Workspace) })
	wg.Go(func() { a.catchup.run(ctx) })
	wg.Go(func() { a.troubles.run(ctx) })
	wg.Go(func() { a.homes.run(ctx) })
	wg.Go(func() { a.presences.run(ctx) })
	if a.socket != nil {
		wg.Go(func() {
			if err := a.socket.Run(ctx, a.receive); err != nil && ctx.Err() == nil {
				a.log.Error().Err(err).Msg("Socket Mode ended")
			}
		})
	}
	a.mu.Lock()
	a.laneCtx = ctx
	for _, l := range a.lanes {
		a.startLane(l)
	}
	a.mu.Unlock()
	a.house()

	<-ctx.Done()
	wg.Wait() // no more events
	a.laneCrew.end()
	a.replies.end()
	a.http.CloseIdleConnections()
	a.files.http.CloseIdleConnections()
	return nil
}

// introduce asks Slack who the app is, as long as it takes, and sets up the
// workspace in the bridge.
func (a *App) introduce(ctx context.Context, b *bridge.Bridge) error {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		auth, err := a.api.AuthTestContext(ctx)
		if err == nil {
			id := identity{bridge.WorkspaceID(auth.TeamID), auth.Team, auth.URL, auth.UserID, auth.BotID}
			if id.Workspace == "" || id.BotUser == "" {
				return errors.New("auth.test named no workspace and bot: SLACK_BOT_TOKEN must be a bot token, xoxb-…")
			}
			a.identity.Store(&id)
			return b.Setup(ctx, bridge.Workspace{ID: id.Workspace, Name: id.Team}, a.cfg.Site, a.cfg.Origins)
		}
		if ctx.Err() != nil {
			return nil
		}
		v := classify(err, true)
		a.metrics.call("auth.test", v)
		a.troubles.unknownApp(ctx, v)
		a.log.Error().Str("code", v.code).Err(err).Dur("again_in", wait).Msg("Slack does not say who we are")
		c, stop := a.cfg.Clock.NewTimer(max(wait, v.retryAfter))
		select {
		case <-ctx.Done():
			stop()
			return nil
		case <-c:
		}
	}
}

func (a *App) groupName(w bridge.WorkspaceID) func(bridge.GroupID) string {
	return func(id bridge.GroupID) string {
		if g, err := a.bridge.Load().Group(w, id); err == nil {
			return g.Name
		}
		return string(id)
	}
}

func (a *App) agentName(w bridge.WorkspaceID) func(bridge.Author) string {
	return func(by bridge.Author) string {
		if by.Agent == "" {
			return by.Name
		}
		if known, ok := a.bridge.Load().Agent(w, by.Agent); ok && known.Name != "" {
			return known.Name
		}
		if by.Name != "" {
			return by.Name
		}
		return a.channelLocale().Say("A colleague")
	}
}
