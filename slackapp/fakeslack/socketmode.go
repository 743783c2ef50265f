package fakeslack

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// maxSockets is how many connections one app may have.
	// Documented: apis/events-api/using-socket-mode.
	maxSockets = 10
	// maxAck is the size from which an acknowledgement is silently ignored.
	// Observed: slack-go, socketmode.
	maxAck = 20 << 10
	// pingEvery keeps clients content that give up after 30 s without a ping.
	// Observed: slack-go and node-slack-sdk.
	pingEvery = 10 * time.Second
	// refreshNotice is the time between the warning and the end of a socket.
	// Documented: apis/events-api/using-socket-mode.
	refreshNotice = 10 * time.Second
	// goodbye is how long a client may take to close a socket that we have closed.
	goodbye = 5 * time.Second
	// debugLifetime is that of sockets opened with debug_reconnects=true.
	// Documented: apis/events-api/using-socket-mode.
	debugLifetime = 360 * time.Second
)

// A socketHub holds the sockets of one app and what was sent on them.
type socketHub struct {
	in *install
	w  *Workspace

	mu       sync.Mutex // guards the following fields; taken after Workspace.mu, never before
	rng      *rand.Rand
	tickets  map[string]bool
	open     map[*socket]struct{} // all connections
	sockets  []*socket            // those that deliveries go to
	inflight map[string]*inflight // by envelope_id
	serial   int
}

// inflight is a delivery that waits for its acknowledgement.
type inflight struct {
	d        *delivery
	on       *socket
	deadline *appointment
}

func newSocketHub(in *install, seed uint64) *socketHub {
	return &socketHub{
		in: in, w: in.w, rng: rand.New(rand.NewPCG(seed, 0x50c4e7)),
		open: make(map[*socket]struct{}), tickets: make(map[string]bool), inflight: make(map[string]*inflight),
	}
}

// ticket makes the one-shot key of a socket's address.
func (h *socketHub) ticket(secret string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tickets[secret] = true
	return secret
}

func (h *socketHub) redeem(ticket string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	ok := h.tickets[ticket]
	delete(h.tickets, ticket)
	return ok
}

// send puts d on any one of the sockets.
//
// Documented: apis/events-api/using-socket-mode, "Using multiple connections".
func (h *socketHub) send(d *delivery) {
	h.mu.Lock()
	if len(h.sockets) == 0 {
		h.mu.Unlock()
		d.to.w.failed(d, reasonUnacked, "no socket")
		return
	}
	s := h.sockets[h.rng.IntN(len(h.sockets))]
	h.mu.Unlock()
	s.push(frame{delivery: d})
}

// arm gives d an envelope_id and starts its deadline, before it is written: an
// answer can never come too early.
func (h *socketHub) arm(s *socket, d *delivery) (envelope string) {
	defer d.to.w.news.tell()
	h.mu.Lock()
	defer h.mu.Unlock()
	// Assumed: a retry has a new envelope_id (switch: Assumptions.RetryKeepsEnvelope).
	if d.envelope == "" || !h.w.cfg.Assume.RetryKeepsEnvelope {
		h.serial++
		d.envelope = fmt.Sprintf("%08x-0000-4000-8000-%012x", h.rng.Uint32(), h.serial)
	}
	envelope = d.envelope
	h.inflight[envelope] = &inflight{d: d, on: s, deadline: h.w.agenda.after(ackDeadline, func() {
		if h.take(envelope, nil) != nil {
			d.to.w.failed(d, reasonUnacked, "not acked in 3 s")
		}
	})}
	return envelope
}

// take removes what is in flight under envelope, if it may be acknowledged on s;
// nil for any.
//
// Assumed: only on the socket it came on (switch: Assumptions.AnySocketAcks).
func (h *socketHub) take(envelope string, on *socket) *inflight {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := h.inflight[envelope]
	if f == nil || (on != nil && f.on != on && !h.w.cfg.Assume.AnySocketAcks) {
		return nil
	}
	delete(h.inflight, envelope)
	return f
}

// ackFrame is what an app answers.
type ackFrame struct {
	EnvelopeID string          `json:"envelope_id"`
	Payload    json.RawMessage `json:"payload"`
}

func (h *socketHub) ack(s *socket, raw []byte) {
	var a ackFrame
	if len(raw) > maxAck || json.Unmarshal(raw, &a) != nil || a.EnvelopeID == "" {
		return
	}
	f := h.take(a.EnvelopeID, s)
	if f == nil {
		return
	}
	h.w.agenda.cancel(f.deadline)
	if !f.d.accepts {
		a.Payload = nil
	}
	f.d.to.w.acked(f.d, a.Payload)
}

// serve upgrades the request and stays until the socket is closed.
func (h *socketHub) serve(rw http.ResponseWriter, r *http.Request) {
	ctx, leave, err := h.w.life.await(r.Context())
	if err != nil {
		http.Error(rw, err.Error(), http.StatusServiceUnavailable)
		return
	}
	defer leave()
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(rw, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	s := newSocket(h, conn)
	h.mu.Lock()
	h.open[s] = struct{}{}
	h.mu.Unlock()
	if ctx.Err() != nil {
		conn.Close() // Run has closed all others already
	}
	var writing sync.WaitGroup
	writing.Go(s.write)
	h.join(s, r.URL.Query().Get("debug_reconnects") == "true")
	s.read()
	h.retire(s, nil)
	s.finish()
	writing.Wait()
	h.mu.Lock()
	delete(h.open, s)
	h.mu.Unlock()
}

// join counts s in and greets it; the eleventh is shown out.
func (h *socketHub) join(s *socket, debug bool) {
	h.mu.Lock()
	if len(h.sockets) >= maxSockets {
		h.mu.Unlock()
		// Observed: bolt-js issue 2225, node-slack-sdk issues 1654 and 2709.
		s.push(disconnectFrame("too_many_websockets", true))
		return
	}
	// All this comes before anybody can find the socket: the greeting is the first
	// thing on it, and who sees the socket can rely on its timers.
	s.push(h.hello(len(h.sockets) + 1))
	s.push(frame{ping: true})
	s.keepAlive()
	lifetime := h.w.cfg.SocketLifetime
	if debug {
		lifetime = debugLifetime
	}
	if lifetime > 0 {
		s.schedule(lifetime-refreshNotice, s.warn)
	}
	h.sockets = append(h.sockets, s)
	h.mu.Unlock()
	h.w.news.tell()
}

// retire counts s out. What was still to be sent on it failed; what was sent and
// not acknowledged waits for its deadline.
func (h *socketHub) retire(s *socket, unsent []frame) {
	h.mu.Lock()
	h.sockets = slices.DeleteFunc(h.sockets, func(o *socket) bool { return o == s })
	h.mu.Unlock()
	for _, f := range append(unsent, s.shut()...) {
		if f.delivery != nil {
			f.delivery.to.w.failed(f.delivery, reasonUnacked, "socket closed")
		}
	}
	h.w.news.tell()
}

func (h *socketHub) hello(connections int) frame {
	return textFrame(map[string]any{
		"type":            "hello",
		"num_connections": connections,
		"connection_info": map[string]any{"app_id": h.in.AppID},
		"debug_info": map[string]any{
			"host": "fakeslack-applink", "build_number": 1, "approximate_connection_time": 18060,
			"started": h.w.clock.Now().UTC().Format("2006-01-02 15:04:05.000"),
		},
	})
}

func disconnectFrame(reason string, last bool) frame {
	f := textFrame(map[string]any{
		"type": "disconnect", "reason": reason,
		"debug_info": map[string]any{"host": "fakeslack-applink"},
	})
	f.last = last
	return f
}

// eachHub calls do with the sockets of every app, locked.
func (w *Workspace) eachHub(do func(*socketHub)) {
	w.mu.Lock()
	installs := slices.Clone(w.installs)
	w.mu.Unlock()
	for _, in := range installs {
		in.sockets.mu.Lock()
		do(in.sockets)
		in.sockets.mu.Unlock()
	}
}

// eachSocket calls do with every socket that deliveries go to, and returns how
// many there were.
func (w *Workspace) eachSocket(do func(*socket)) int {
	var all []*socket
	w.eachHub(func(h *socketHub) { all = append(all, h.sockets...) })
	for _, s := range all {
		do(s)
	}
	return len(all)
}

// closeSockets ends every connection, when Run does.
func (w *Workspace) closeSockets() {
	w.eachHub(func(h *socketHub) {
		if h.w != w {
			return // the sockets of an app that was installed in a neighbour first
		}
		for s := range h.open {
			s.conn.Close()
		}
	})
}

// Sockets returns how many Socket Mode connections are open.
func (w *Workspace) Sockets() int { return w.eachSocket(func(*socket) {}) }

// InFlight returns how many envelopes have been sent on sockets and are neither
// acknowledged nor over their deadline. Once one is in flight, advancing the clock
// by three seconds is enough to have it sent again.
func (w *Workspace) InFlight() int {
	n := 0
	w.eachHub(func(h *socketHub) { n += len(h.inflight) })
	return n
}

// DropSockets ends every Socket Mode connection without a word: with a closing
// frame, or hard, by resetting the TCP connection. It returns how many there were.
func (w *Workspace) DropSockets(hard bool) int {
	return w.eachSocket(func(s *socket) {
		if hard {
			s.reset()
		} else {
			s.push(frame{last: true})
		}
	})
}

// Silence makes every open connection half-open: it stays, but nothing is sent
// on it, no ping is answered and no acknowledgement heard. It returns how many
// there were. New connections are not silent.
func (w *Workspace) Silence() int {
	return w.eachSocket(func(s *socket) { s.silent.Store(true) })
}

// Disconnect tells every connection to go, for one of Slack's reasons: "warning"
// (the connection ends ten seconds later by refresh_requested),
// "refresh_requested", "link_disabled" or "too_many_websockets" (it ends at once).
// It returns how many there were.
func (w *Workspace) Disconnect(reason string) (int, error) {
	switch reason {
	case "warning":
		return w.eachSocket((*socket).warn), nil
	case "refresh_requested", "link_disabled", "too_many_websockets":
		return w.eachSocket(func(s *socket) { s.push(disconnectFrame(reason, true)) }), nil
	}
	return 0, fmt.Errorf("fakeslack: Slack gives no reason %q; it is warning, refresh_requested, link_disabled or too_many_websockets", reason)
}

// SendFrame sends a text frame of any content on every connection, such as one
// that is not JSON or has an unknown type. It returns how many there were.
func (w *Workspace) SendFrame(text string) int {
	return w.eachSocket(func(s *socket) { s.push(frame{text: []byte(text)}) })
}
