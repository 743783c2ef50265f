package fakeslack

import (
	"context"
	"encoding/base32"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// A Plan is what the workspace pays for.
type Plan int

const (
	Paid Plan = iota // user groups work
	Free             // user groups answer plan_upgrade_required
)

// Config is what a workspace is made of. Its zero value is a paid workspace
// with Slack's rate limits on the system's clock.
type Config struct {
	Clock Clock // SystemClock where nil

	TeamID string // made up where empty
	Name   string // "Example"
	Domain string // "example", as in example.slack.com
	Plan   Plan

	// AdminsEditUserGroups keeps the editing of user groups to owners and
	// admins. Otherwise everyone may, and only then may a bot.
	AdminsEditUserGroups bool

	// AdminsMakeChannels keeps the making of channels to owners and admins, and so
	// from bots.
	AdminsMakeChannels bool

	// Limits says how fast an app may call; zero fields are Slack's own.
	Limits Limits

	// RetryDelays are the pauses before each further attempt to deliver an
	// event. Nil means none, then 1 minute, then 5 minutes.
	RetryDelays []time.Duration

	// SocketLifetime is how long a Socket Mode connection lives before it is
	// asked to refresh; zero means for ever.
	SocketLifetime time.Duration

	// FileScan is how long Slack looks at an uploaded file before it is shared.
	// It is shared after the upload was completed even where this is zero.
	FileScan time.Duration

	// KeepRequests bounds the log of Requests and of Deliveries; the oldest
	// go first. Zero means 20,000.
	KeepRequests int

	// BaseURL is where Handler is served, such as "http://127.0.0.1:9000". It
	// is needed only where the app is called before it has called the Web API
	// itself; otherwise the address is learnt from that call.
	BaseURL string

	Seed   uint64 // for ids and for the choice of a socket
	Assume Assumptions
}

// A Workspace is one simulated Slack workspace. Its exported methods are safe
// for concurrent use.
type Workspace struct {
	cfg    Config
	clock  Clock
	agenda *agenda
	life   life
	routes http.Handler
	client *http.Client // for signed HTTP; follows no redirects by itself

	requests   *requestLog
	deliveries *deliveryLog
	faults     faults
	limiter    limiter

	*house // tokens and what else is found without knowing the workspace

	// The lock of the house guards the following fields: the world itself.
	rng        *rand.Rand
	baseURL    string
	people     map[string]*person
	peopleIDs  []string // in the order they came
	names      map[string]string
	channels   map[string]*channel
	channelIDs []string
	groups     map[string]*group
	groupIDs   []string
	installs   []*install
	commands   map[string]*install // by "/name": the app that installed it last
	ephemerals map[string][]*Ephemeral
	views      viewStore
	triggers   map[string]*trigger
	offers     map[offerKey][]any // options that apps have suggested
	uploads    UploadPolicy
	scheduled  []*scheduled // messages to be posted later
	ledger     []Notification
}

// New makes a workspace with nobody in it. It starts nothing.
func New(cfg Config) *Workspace { return newWorkspace(cfg, newHouse()) }

func newWorkspace(cfg Config, h *house) *Workspace {
	if cfg.Clock == nil {
		cfg.Clock = SystemClock{}
	}
	if cfg.Name == "" {
		cfg.Name = "Example"
	}
	if cfg.Domain == "" {
		cfg.Domain = "example"
	}
	if cfg.RetryDelays == nil {
		// Documented: apis/events-api, "Error handling".
		cfg.RetryDelays = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	if cfg.KeepRequests == 0 {
		cfg.KeepRequests = 20_000
	}
	w := &Workspace{
		house:  h,
		cfg:    cfg,
		clock:  cfg.Clock,
		agenda: newAgenda(cfg.Clock),
		life:   life{begun: make(chan struct{})},
		client: newDeliveryClient(),

		requests:   newRequestLog(cfg.KeepRequests),
		deliveries: newDeliveryLog(cfg.KeepRequests),

		rng:        rand.New(rand.NewPCG(cfg.Seed, 0x5_1ac4)),
		baseURL:    strings.TrimRight(cfg.BaseURL, "/"),
		people:     make(map[string]*person),
		names:      make(map[string]string),
		channels:   make(map[string]*channel),
		groups:     make(map[string]*group),
		commands:   make(map[string]*install),
		ephemerals: make(map[string][]*Ephemeral),
		views:      newViewStore(),
		triggers:   make(map[string]*trigger),
		offers:     make(map[offerKey][]any),
	}
	if w.cfg.TeamID == "" {
		w.cfg.TeamID = w.newID("T")
	}
	w.limiter = newLimiter(cfg.Limits, cfg.Clock)
	w.routes = w.newRoutes()
	h.workspaces = append(h.workspaces, w)
	return w
}

// Run delivers events, retries and pings until ctx ends, then closes every
// socket, waits for every goroutine and returns nil. It may be called once.
// The Web API answers before and after too; sockets, commands and clicks wait for
// Run to begin.
func (w *Workspace) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := w.life.begin(ctx); err != nil {
		return err
	}
	w.life.start(w.agenda.run)
	<-ctx.Done()
	w.closeSockets()
	w.life.end()
	w.client.CloseIdleConnections()
	w.news.tell()
	return nil
}

// TeamID returns the id of the workspace, "T…".
func (w *Workspace) TeamID() string { return w.cfg.TeamID }

// SetBaseURL says where Handler is served; see Config.BaseURL. Neighbours are
// served there too.
func (w *Workspace) SetBaseURL(url string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.workspaces {
		n.baseURL = strings.TrimRight(url, "/")
	}
}

// Changed returns a channel that is closed at the next change of anything: a
// request, an act, a delivery, a socket. Take the channel first, then look.
func (w *Workspace) Changed() <-chan struct{} { return w.news.changed() }

// Wait returns nil as soon as ok does true, which it asks now and after every
// change. ok may call the methods of w. Otherwise it returns ctx's error.
func (w *Workspace) Wait(ctx context.Context, ok func() bool) error {
	for {
		changed := w.news.changed()
		if ok() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// errNoAddress tells the caller of an act that would carry a URL of ours.
var errNoAddress = errors.New("fakeslack: the workspace does not know its own address yet; set Config.BaseURL or call SetBaseURL")

// newID makes an id such as "C08K2M4QW1". The caller holds w.mu, or w is new.
func (w *Workspace) newID(prefix string) string {
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	b := []byte(prefix + "0")
	for range 9 {
		b = append(b, letters[w.rng.IntN(len(letters))])
	}
	return string(b)
}

var tokenEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// newSecret makes the tail of a token, a ticket or a hook. It is as random as
// the seed: nothing here protects anything. The caller holds w.mu.
func (w *Workspace) newSecret() string {
	var b [15]byte
	for i := range b {
		b[i] = byte(w.rng.Uint32())
	}
	return strings.ToLower(tokenEncoding.EncodeToString(b[:]))
}

// news wakes those who wait for a change.
type news struct {
	mu sync.Mutex
	ch chan struct{} // nil while nobody listens
}

func (n *news) changed() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ch == nil {
		n.ch = make(chan struct{})
	}
	return n.ch
}

func (n *news) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ch != nil {
		close(n.ch)
		n.ch = nil
	}
}
