package widget

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"

	"github.com/chatgroups/chatgroups/bridge"
)

const (
	// returnSpread is the time over which visitors are told to come back after a
	// restart.
	returnSpread = 10 * time.Second
	// patience is how long Run waits for visitors to take their bye.
	patience = 5 * time.Second
)

// A Server lets visitors reach a bridge.
type Server struct {
	bridge   *bridge.Bridge
	cfg      Config
	log      zerolog.Logger
	own      string // the origin of the server's own pages
	limits   *limiter
	links    *fileLinks
	views    siteViews
	tabs     tabs
	metrics  *metrics
	upgrader websocket.Upgrader

	loaders      *loaders
	panel        *asset
	locales      map[string]*asset
	spoken       map[string]bool // languages by their primary subtags
	openChat     *asset
	hostedPolicy string

	// base is the context of what WebSockets ask of the bridge.
	base  context.Context
	abort context.CancelFunc
}

// New returns a Server of the sites that b knows. It starts nothing.
func New(b *bridge.Bridge, cfg Config) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	own := ownOrigin(cfg.PublicURL)
	s := &Server{
		bridge: b, cfg: cfg, log: cfg.Log, own: own,
		limits:       newLimiter(cfg.Limits, cfg.Now),
		links:        newFileLinks(cfg.Now),
		views:        siteViews{bridge: b, now: cfg.Now, views: map[bridge.SiteID]*siteView{}},
		tabs:         tabs{strangers: map[tab]struct{}{}, visitors: map[bridge.VisitorID][]tab{}},
		metrics:      newMetrics(cfg.Metrics),
		upgrader:     newUpgrader(),
		loaders:      newLoaders(readAsset("loader.js")),
		panel:        newAsset(javaScript, readAsset("panel.js")),
		locales:      newLocales(),
		openChat:     newAsset(javaScript, []byte(openChat)),
		hostedPolicy: hostedPolicy(own),
	}
	s.spoken = spokenLanguages(s.locales)
	s.base, s.abort = context.WithCancel(context.Background())
	return s
}

// Handler serves every path in the package's list, and 404 for all others. It may
// be used before Run, which alone keeps open tabs up to date; after Run, visitors
// are told to come back.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /w/v1/{file}", s.serveLoader)
	mux.HandleFunc("GET /w/v1/panel.js", serveVersion(s.panel))
	mux.HandleFunc("GET /w/v1/more.js", serveVersion(newAsset(javaScript, readAsset("more.js"))))
	mux.HandleFunc("GET /w/v1/l/{version}/{file}", s.serveLocale)
	mux.HandleFunc("GET /w/v1/ws", s.serveWebSocket)
	mux.HandleFunc("POST /w/v1/poll", s.servePoll)
	mux.HandleFunc("GET /w/v1/history", s.serveHistory)
	mux.HandleFunc("OPTIONS /w/v1/history", s.allow(http.MethodGet))
	mux.HandleFunc("POST /w/v1/files", s.serveUpload)
	mux.HandleFunc("OPTIONS /w/v1/files", s.allow(http.MethodPost, "Content-Type", fileNameHeader, idHeader, groupHeader, leaveHeader))
	mux.HandleFunc("GET /w/v1/files/{entry}/{n}", s.serveFile)
	mux.HandleFunc("OPTIONS /w/v1/files/{entry}/{n}", s.allow(http.MethodGet))
	mux.HandleFunc("GET /w/v1/files/{entry}/{n}/link", s.serveFileLink)
	mux.HandleFunc("OPTIONS /w/v1/files/{entry}/{n}/link", s.allow(http.MethodGet))
	mux.HandleFunc("GET /w/v1/avatars/{name}", s.serveAvatar)
	mux.HandleFunc("GET /c/{site}", s.serveHosted)
	mux.HandleFunc("POST /c/{site}", s.serveHostedPost)
	mux.HandleFunc("POST /c/{site}/visit", s.serveHostedVisit)
	mux.HandleFunc("GET /c/open.js", func(w http.ResponseWriter, r *http.Request) {
		s.openChat.serve(w, r, briefly)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		mux.ServeHTTP(w, r)
	})
}

// Run tells open tabs when the groups of their sites change, and ends those of sites that
// no longer let them in. Once ctx is done it lets nobody in,
// tells every visitor when to come back, and returns nil when no goroutine is
// left. A visitor who does not take a bye is cut off after some seconds.
func (s *Server) Run(ctx context.Context) error {
	changed := make(chan struct{}, 1)
	stop := s.bridge.WatchDirectory(func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	defer stop()
	changed <- struct{}{} // whatever changed before the watch
	for {
		select {
		case <-ctx.Done():
			s.shutDown()
			return nil
		case <-changed:
			s.tellTabs()
		}
	}
}

// tellTabs wakes the open tabs where they must know of a site's difference.
func (s *Server) tellTabs() {
	if !s.views.refresh() {
		return
	}
	for _, t := range s.tabs.all() { // of whichever site
		t.wake()
	}
}

func (s *Server) shutDown() {
	s.tabs.stop()
	open := s.tabs.all()
	for i, t := range open {
		// One after the other, so that the next server is not met by all at once.
		retry := returnSpread * time.Duration(i+1) / time.Duration(len(open)+1)
		t.dismiss(bye{closeRestart, retry})
	}
	over := make(chan struct{})
	go func() {
		s.tabs.working.Wait()
		close(over)
	}()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-over:
	case <-late.C:
		s.abort()
		for _, t := range s.tabs.all() {
			t.cut()
		}
		<-over
	}
	s.abort()
	s.log.Info().Int("visitors", len(open)).Msg("visitors were told to come back")
}

// enter makes t a tab of the visitor; where there are too many, the oldest has to
// go.
func (s *Server) enter(t tab, v bridge.VisitorID) {
	if oldest := s.tabs.enter(t, v, s.limits.limits.Tabs); oldest != nil {
		oldest.dismiss(bye{code: closeTooMany})
	}
}

// asBye returns how an error ends a connection, and logs what is our own fault.
func (s *Server) asBye(err error) bye {
	if b, ok := errors.AsType[bye](err); ok {
		return b
	}
	b := byeFor(err)
	if b.code == closeRestart && s.base.Err() == nil {
		s.log.Warn().Err(err).Msg("a visitor could not be served")
	}
	return b
}

// askAgain says in an answer's header when to ask again.
func askAgain(h http.Header, wait time.Duration) {
	h.Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
}
