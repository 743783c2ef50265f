package slackapp

import (
	"encoding/json"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// A socketConn is one connection to Slack. One goroutine reads it and one watches
// over it; each delivery has one of its own, which also writes its
// acknowledgement, on this connection and no other.
type socketConn struct {
	client *socketClient
	ws     *websocket.Conn

	greeted time.Time
	host    string
	counted int // connections of the app, as Slack counts

	reads     atomic.Int64 // frames of any sort
	delivered atomic.Int64
	hand      hand
	writing   chan struct{} // holds one: the right to write data; control frames need none

	gone   chan struct{} // closed when nothing can be read any more
	told   chan struct{} // closed when Slack said that the connection ends
	reason string        // why; set before told is closed

	retireOnce sync.Once
	retired    chan struct{}
}

func newSocketConn(c *socketClient, ws *websocket.Conn) *socketConn {
	ws.SetReadLimit(maxFrame)
	s := &socketConn{
		client: c, ws: ws, writing: make(chan struct{}, 1),
		gone: make(chan struct{}), told: make(chan struct{}), retired: make(chan struct{}),
	}
	pong := ws.PingHandler() // answers
	ws.SetPingHandler(func(text string) error {
		s.alive()
		return pong(text)
	})
	ws.SetPongHandler(func(string) error {
		s.alive()
		return nil
	})
	return s
}

// retire lets a connection end that is not needed any more: what is on its way is
// still read and acknowledged.
func (s *socketConn) retire() { s.retireOnce.Do(func() { close(s.retired) }) }

// serve works the connection until it has ended and nothing of it is in hand.
func (s *socketConn) serve(r *socketRun) {
	var own sync.WaitGroup
	own.Go(func() {
		s.read(r)
		s.client.left(s)
		close(s.gone)
	})
	own.Go(s.watch)

	select {
	case <-s.gone:
	case <-s.retired:
		s.linger(r)
	case <-r.ctx.Done():
	}
	empty := s.hand.shut()
	if r.ctx.Err() != nil {
		// The last acknowledgements; Run bounds the time by ending r.work.
		select {
		case <-empty:
		case <-s.gone:
		}
	}
	// After its closing frame a side may send nothing, so it comes last. Slack's
	// own is not waited for.
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = s.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second))
	s.ws.Close()
	own.Wait()
	<-empty
}

// linger waits until Slack has stopped using the connection.
func (s *socketConn) linger(r *socketRun) {
	for range lingerRounds {
		before := s.delivered.Load()
		quiet, stop := s.client.cfg.Clock.NewTimer(lingerQuiet)
		select {
		case <-quiet:
		case <-s.gone:
		case <-r.ctx.Done():
		}
		stop()
		if s.hand.idle() && s.delivered.Load() == before || r.ctx.Err() != nil {
			return
		}
	}
}

// watch pings, and ends a connection on which nothing comes back: a half-open one
// takes what is written to it for many minutes.
func (s *socketConn) watch() {
	clock := s.client.cfg.Clock
	read, heard, unmet := s.reads.Load(), clock.Now(), 0
	for {
		tick, stop := clock.NewTimer(pingEvery)
		select {
		case <-tick:
		case <-s.gone:
			stop()
			return
		}
		if n := s.reads.Load(); n != read {
			read, heard, unmet = n, clock.Now(), 0
		}
		// The pings count as well as the time, which jumps when a machine wakes up.
		if unmet >= pingsUnmet && clock.Now().Sub(heard) >= silentFor {
			s.client.metrics.disconnects.WithLabelValues("silent").Inc()
			s.client.log.Warn().Str("host", s.host).Msg("Socket Mode connection went silent")
			s.ws.Close()
			return
		}
		unmet++
		if err := s.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTimeout)); err != nil {
			s.broken()
			return
		}
	}
}

// alive notes that something was read.
func (s *socketConn) alive() {
	s.reads.Add(1)
	s.client.hearing()
}

// broken ends a connection that cannot be written to, after what it still has to
// say: that may be why Slack has closed it.
func (s *socketConn) broken() { _ = s.ws.SetReadDeadline(time.Now().Add(time.Second)) }

// socketFrame is what Slack sends: a greeting, a goodbye, or an envelope.
type socketFrame struct {
	Type string `json:"type"`

	EnvelopeID   string          `json:"envelope_id"`
	Payload      json.RawMessage `json:"payload"`
	TakesReply   bool            `json:"accepts_response_payload"`
	RetryAttempt int             `json:"retry_attempt"`
	RetryReason  string          `json:"retry_reason"`

	Reason         string `json:"reason"` // of a disconnect
	NumConnections int    `json:"num_connections"`
	DebugInfo      struct {
		Host string `json:"host"`
	} `json:"debug_info"`
}

// read takes frames until the connection ends. It waits for nothing but the
// network, so that pings are answered however long deliveries take.
func (s *socketConn) read(r *socketRun) {
	for {
		kind, raw, err := s.ws.ReadMessage()
		if err != nil {
			s.ended(r, err)
			return
		}
		s.alive()
		var f socketFrame
		if kind != websocket.TextMessage || json.Unmarshal(raw, &f) != nil || len(f.EnvelopeID) > maxEnvelopeID {
			s.client.metrics.malformed.Inc()
			if id := envelopeIn(raw); id != "" {
				s.put(id, nil) // what cannot be read now, cannot be read when it is repeated
			}
			continue
		}
		switch {
		case f.Type == "disconnect":
			s.disconnect(f.Reason)
		case f.EnvelopeID == "": // hello again, or something new that asks for no answer
			s.client.metrics.deliveries.WithLabelValues("unknown").Inc()
		case !deliveryKind(f.Type).known():
			s.client.metrics.deliveries.WithLabelValues("unknown").Inc()
			s.client.log.Debug().Str("type", printable(f.Type)).Msg("unknown Socket Mode envelope")
			s.put(f.EnvelopeID, nil)
		case len(f.Payload) == 0 || f.Payload[0] != '{':
			s.client.metrics.malformed.Inc()
			s.put(f.EnvelopeID, nil)
		default:
			s.deliver(r, f)
		}
	}
}

// ended counts and says why a connection can be read no more.
func (s *socketConn) ended(r *socketRun, err error) {
	select {
	case <-s.told: // counted when it was announced
		return
	case <-s.retired:
		return
	case <-r.ctx.Done():
		return
	default:
	}
	reason := "lost"
	if websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway) {
		reason = "closed"
	}
	s.client.metrics.disconnects.WithLabelValues(reason).Inc()
	s.client.log.Warn().Err(err).Str("host", s.host).Str("reason", reason).Msg("Socket Mode connection ended")
}

// fate is what Slack said about the end of the connection where that is more than
// its age, or nil.
func (s *socketConn) fate() *socketTrouble {
	select {
	case <-s.told:
		return troubleOf(s.reason)
	default:
		return nil
	}
}

// disconnect notes that Slack will end the connection, the first time it says so.
func (s *socketConn) disconnect(reason string) {
	reason = knownReason(reason)
	s.client.metrics.disconnects.WithLabelValues(reason).Inc()
	s.client.log.Info().Str("host", s.host).Str("reason", reason).Msg("Slack ends a Socket Mode connection")
	select {
	case <-s.told: // a warning came before
	default:
		s.reason = reason
		close(s.told)
	}
}

// deliver hands an envelope to the receiver, on a goroutine of its own, and
// acknowledges it when the receiver is done. Where that must not be now (too much
// waits, or the connection is on its way out) it does nothing: Slack repeats it.
func (s *socketConn) deliver(r *socketRun, f socketFrame) {
	m := s.client.metrics
	m.deliveries.WithLabelValues(f.Type).Inc()
	if f.RetryAttempt > 0 {
		m.repeated.Inc()
	}
	s.delivered.Add(1)
	d := delivery{
		Kind: deliveryKind(f.Type), Payload: f.Payload,
		Retry: f.RetryAttempt, RetryReason: printable(f.RetryReason),
	}
	if d.Retry > 0 && planted(dropRetries) {
		s.put(f.EnvelopeID, nil)
		return
	}
	if !s.hand.take() {
		m.unacked.WithLabelValues("stopping").Inc()
		return
	}
	turn, ok := s.client.turns.take(conversationKey(d))
	if !ok {
		s.hand.put()
		m.unacked.WithLabelValues("full").Inc()
		return
	}
	r.all.Go(func() {
		defer s.hand.put()
		turn.wait()
		if planted(ackBeforePersist) {
			s.put(f.EnvelopeID, nil)
		}
		reply, err := r.receive(r.work, d)
		turn.end() // before the write, which may be slow
		switch {
		case err == nil:
		case d.Kind == kindCommand:
			s.client.log.Error().Err(err).Msg("a command failed")
			reply = sorry()
		default:
			m.unacked.WithLabelValues("failed").Inc()
			s.client.log.Error().Err(err).Str("kind", f.Type).Int("retry", d.Retry).Msg("a delivery failed; Slack shall repeat it")
			return
		}
		if !f.TakesReply {
			reply = nil
		} else if len(reply) >= maxReply {
			// Slack would drop the whole acknowledgement.
			s.client.log.Error().Int("bytes", len(reply)).Msg("a reply is too large for Socket Mode and was left out")
			reply = nil
		}
		s.put(f.EnvelopeID, reply)
	})
}

// put writes an acknowledgement. Where that fails the connection is over, and
// Slack repeats what it has not seen acknowledged.
func (s *socketConn) put(envelope string, reply json.RawMessage) {
	raw, err := json.Marshal(struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload,omitempty"`
	}{envelope, reply})
	if err != nil { // the reply is not JSON: our own mistake
		s.client.log.Error().Err(err).Msg("a reply could not be written")
		s.client.metrics.unacked.WithLabelValues("bad_reply").Inc()
		return
	}
	s.writing <- struct{}{}
	defer func() { <-s.writing }()
	_ = s.ws.SetWriteDeadline(time.Now().Add(writeTimeout)) // fails never
	if err := s.ws.WriteMessage(websocket.TextMessage, raw); err != nil {
		s.client.metrics.unacked.WithLabelValues("write").Inc()
		s.broken()
	}
}

const maxEnvelopeID = 200

var envelopePattern = regexp.MustCompile(`"envelope_id"\s*:\s*"([\w.:-]{1,200})"`)

// envelopeIn finds the envelope_id in a frame that is not as it should be.
func envelopeIn(raw []byte) string {
	if m := envelopePattern.FindSubmatch(raw); m != nil {
		return string(m[1])
	}
	return ""
}

// hand counts deliveries that are being worked on. Its zero value is open.
type hand struct {
	mu     sync.Mutex // guards the following fields
	n      int
	closed bool
	empty  chan struct{}
}

// take counts one in, unless the hand is shut.
func (h *hand) take() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.n++
	return true
}

func (h *hand) put() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.n--; h.n == 0 && h.closed {
		close(h.empty)
	}
}

func (h *hand) idle() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.n == 0
}

// shut lets nothing more in. The channel is closed when all have been put back.
// It is called once.
func (h *hand) shut() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed, h.empty = true, make(chan struct{})
	if h.n == 0 {
		close(h.empty)
	}
	return h.empty
}
