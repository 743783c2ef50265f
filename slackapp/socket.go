package slackapp

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
)

// Socket Mode, the way in that needs no public address
// (docs.slack.dev/apis/events-api/using-socket-mode). slack-go has a client for
// it too; this one differs where a chat would lose lines or a workspace its
// peace: the next connection is open before the last one closes, an
// acknowledgement goes out on the connection its envelope came on, every reason
// to end is known, and there is a pause before each attempt that follows a failure.

const (
	helloTimeout = 10 * time.Second // for one step of opening a connection
	writeTimeout = 10 * time.Second

	pingEvery  = 10 * time.Second
	silentFor  = 30 * time.Second // nothing read for so long: the connection is dead
	pingsUnmet = 2                // … and so many pings went unanswered

	// A connection that was replaced is read on until it has been quiet for
	// lingerQuiet, at most lingerRounds times: Slack chooses any of the open
	// connections for each delivery, until it has seen this one close.
	lingerQuiet  = 2 * time.Second
	lingerRounds = 5

	// stableAfter is how long a connection must have lived before the next one
	// may follow without a pause.
	stableAfter = 10 * time.Second

	// shutdownGrace is how long deliveries in hand may take once Run is to end.
	shutdownGrace = 5 * time.Second

	// Slack does not put fragmented frames together, so an acknowledgement must
	// fit the write buffer, and it ignores replies of 20 KB and more (slack-go,
	// socketmode).
	writeBuffer = 32 << 10
	maxReply    = 20 << 10
	maxFrame    = 8 << 20
)

// socketConfig is what a socketClient must be told; zero fields have defaults.
type socketConfig struct {
	AppToken string // xapp-…, with the scope connections:write
	APIURL   string // ends in a slash
	Sockets  int    // connections to hold, 1 by default; Slack allows 10

	// Connected is called each time a connection stands after there was none,
	// before anything that comes on it is handed over. lost is when something
	// was last heard from Slack, zero at the first connection: what happened
	// since may have to be looked up. It must return at once.
	Connected func(lost time.Time)

	Clock   Clock
	Jitter  func(below time.Duration) time.Duration // random, 0 ≤ d < below
	HTTP    *http.Client
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Log     zerolog.Logger
	Metrics prometheus.Registerer
}

// A socketClient keeps Socket Mode connections to Slack. Its methods may be
// called from any goroutine.
type socketClient struct {
	cfg     socketConfig
	log     zerolog.Logger
	api     *slack.Client
	turns   *turns
	metrics *socketMetrics

	mu      sync.Mutex // guards the following fields
	live    map[*socketConn]struct{}
	since   time.Time // of live being empty, or not
	heard   time.Time // last, on any connection; zero before the first
	trouble []string  // by slot
	others  int
}

// socketStatus says how the app stands with Slack.
type socketStatus struct {
	Sockets int       // connections that Slack has greeted
	Since   time.Time // since when there has been one, or none
	// Trouble is a sentence with the mend, for admins; "" while all is well. One
	// of several connections may be in trouble while others stand.
	Trouble string
	// Others is how many more connections of this app Slack counted at the last
	// greeting. Each takes a share of the deliveries, so another running copy
	// makes this one miss messages; one that Slack has not noticed to be gone
	// counts too.
	Others int
}

// newSocketClient returns a client that has not connected yet.
func newSocketClient(cfg socketConfig) *socketClient {
	if cfg.Sockets <= 0 {
		cfg.Sockets = 1
	}
	if cfg.Connected == nil {
		cfg.Connected = func(time.Time) {}
	}
	if cfg.Clock == nil {
		cfg.Clock = systemClock{}
	}
	if cfg.Jitter == nil {
		cfg.Jitter = rand.N[time.Duration]
	}
	if cfg.HTTP == nil {
		cfg.HTTP = newHTTPClient()
	}
	return &socketClient{
		cfg: cfg, log: cfg.Log,
		api: slack.New("", slack.OptionAppLevelToken(cfg.AppToken),
			slack.OptionAPIURL(cfg.APIURL), slack.OptionHTTPClient(cfg.HTTP)),
		turns:   newTurns(),
		metrics: newSocketMetrics(cfg.Metrics),
		live:    make(map[*socketConn]struct{}),
		since:   cfg.Clock.Now(),
		trouble: make([]string, cfg.Sockets),
	}
}

// Run keeps the connections open and hands what Slack tells to receive, until ctx
// is done. Then it takes nothing new, lets what is in hand finish for
// shutdownGrace, and returns nil when everything it started is gone. What was not
// acknowledged is Slack's to repeat. No trouble with Slack ends Run: see Status.
//
// The context that receive gets outlives ctx by shutdownGrace. Run may be called
// once.
func (c *socketClient) Run(ctx context.Context, receive receiver) error {
	defer c.cfg.HTTP.CloseIdleConnections()
	work, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()

	r := &socketRun{client: c, ctx: ctx, work: work, receive: receive}
	for slot := range c.cfg.Sockets {
		r.all.Go(func() { r.keep(slot) })
	}
	gone := make(chan struct{})
	go func() { // ends before Run does: Run waits for gone
		r.all.Wait()
		close(gone)
	}()
	<-ctx.Done()
	grace, stop := c.cfg.Clock.NewTimer(shutdownGrace)
	defer stop()
	select {
	case <-gone:
	case <-grace:
		giveUp()
		<-gone
	}
	return nil
}

// Status returns how things stand now. It does not block.
func (c *socketClient) Status() socketStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := socketStatus{Sockets: len(c.live), Since: c.since, Others: c.others}
	for _, t := range c.trouble {
		if t != "" {
			s.Trouble = t
			break
		}
	}
	return s
}

// socketRun is one Run.
type socketRun struct {
	client  *socketClient
	ctx     context.Context // done: take nothing new
	work    context.Context // done: stop what is in hand
	receive receiver
	all     sync.WaitGroup
}

// keep holds one connection open, replacing it as often as it must. There are two
// for a moment where Slack announces the end of one.
func (r *socketRun) keep(slot int) {
	c := r.client
	pause := backoff{jitter: c.cfg.Jitter}
	var leaving *socketConn // works until its successor is there
	for r.sleep(pause.next()) {
		conn, trouble := c.connect(r.ctx)
		if trouble != nil {
			if r.ctx.Err() == nil {
				c.inTrouble(slot, trouble)
				pause.failed(trouble)
			}
			continue
		}
		abrupt := false
		if leaving != nil {
			// Without a warning Slack had closed it before this one stood.
			abrupt = leaving.reason != "warning"
			leaving.retire()
			leaving = nil
		}
		c.joined(slot, conn, abrupt)
		r.all.Go(func() { conn.serve(r) })

		select {
		case <-r.ctx.Done():
			return
		case <-conn.told:
			leaving = conn
		case <-conn.gone:
			c.setTrouble(slot, "The connection to Slack was lost: connecting again.")
		}
		if trouble := conn.fate(); trouble != nil {
			// Another connection would fare no better, so there is nothing to
			// keep this one for.
			c.inTrouble(slot, trouble)
			conn.retire()
			pause.failed(trouble)
			leaving = nil
			continue
		}
		pause.ended(c.cfg.Clock.Now().Sub(conn.greeted))
	}
}

// sleep waits for d and reports false when Run is to end.
func (r *socketRun) sleep(d time.Duration) bool {
	if d > 0 {
		c, stop := r.client.cfg.Clock.NewTimer(d)
		defer stop()
		select {
		case <-r.ctx.Done():
		case <-c:
		}
	}
	return r.ctx.Err() == nil
}

// joined counts a greeted connection in. abrupt says that the one before it ended
// first, whatever this side has noticed of that.
func (c *socketClient) joined(slot int, conn *socketConn, abrupt bool) {
	c.mu.Lock()
	lost, gap := c.heard, len(c.live) == 0
	c.live[conn] = struct{}{}
	c.others = max(0, conn.counted-len(c.live))
	c.heard = c.cfg.Clock.Now()
	c.trouble[slot] = ""
	if gap {
		c.since = c.heard
	}
	c.metrics.open.Set(float64(len(c.live)))
	c.mu.Unlock()
	c.metrics.connects.Inc()
	c.log.Info().Str("host", conn.host).Int("connections", conn.counted).Msg("Socket Mode is connected")
	if gap || abrupt {
		c.cfg.Connected(lost)
	}
}

// left counts a connection out.
func (c *socketClient) left(conn *socketConn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.live, conn)
	if len(c.live) == 0 {
		c.since = c.cfg.Clock.Now()
	}
	c.metrics.open.Set(float64(len(c.live)))
}

// hearing notes that a connection is alive.
func (c *socketClient) hearing() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = c.cfg.Clock.Now()
}

func (c *socketClient) setTrouble(slot int, sentence string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trouble[slot] = sentence
}

func (c *socketClient) inTrouble(slot int, t *socketTrouble) {
	c.setTrouble(slot, t.sentence)
	c.metrics.failures.WithLabelValues(t.reason).Inc()
	c.log.Error().AnErr("cause", t.cause).Str("reason", t.reason).Msg(t.sentence)
}

// address checks where Slack wants to be dialled. It holds a ticket, so no error
// may repeat it.
func (c *socketClient) address(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil {
		return "", fmt.Errorf("the address has no meaning")
	}
	api, err := url.Parse(c.cfg.APIURL)
	if err != nil {
		return "", fmt.Errorf("SLACK_API_URL is no address")
	}
	// In the clear only where the Web API is so too: a fake Slack on loopback.
	if u.Scheme == "wss" || u.Scheme == "ws" && api.Scheme == "http" {
		return s, nil
	}
	return "", fmt.Errorf("the address has the scheme %.10q instead of wss", u.Scheme)
}
