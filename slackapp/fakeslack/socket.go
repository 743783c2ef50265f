package fakeslack

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// A socket is one Socket Mode connection. Its reader is the goroutine of the
// request that opened it; its writer is one more.
type socket struct {
	hub    *socketHub
	conn   *websocket.Conn
	silent atomic.Bool   // half-open: says and hears nothing
	wake   chan struct{} // holds one: there is something to write
	done   chan struct{} // closed when the reader has gone

	mu     sync.Mutex // guards the following fields
	queue  []frame
	closed bool // nothing is queued any more
	timers map[*appointment]struct{}
}

// A frame is one thing to write: a delivery, a text, a ping or a close.
type frame struct {
	delivery *delivery
	text     []byte
	ping     bool
	last     bool // the connection ends after it
}

func textFrame(v any) frame { return frame{text: marshal(v)} }

func newSocket(h *socketHub, conn *websocket.Conn) *socket {
	s := &socket{
		hub: h, conn: conn, wake: make(chan struct{}, 1), done: make(chan struct{}),
		timers: make(map[*appointment]struct{}),
	}
	pong := conn.PingHandler()
	conn.SetPingHandler(func(text string) error {
		if s.silent.Load() {
			return nil
		}
		return pong(text)
	})
	return s
}

// push queues f for the writer. On a closed socket it is a delivery that failed.
func (s *socket) push(f frame) {
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.queue = append(s.queue, f)
	}
	s.mu.Unlock()
	if closed {
		if f.delivery != nil {
			f.delivery.to.w.failed(f.delivery, reasonUnacked, "socket closed")
		}
		return
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// write sends what is queued until the reader has gone.
func (s *socket) write() {
	for {
		s.mu.Lock()
		batch := s.queue
		s.queue = nil
		s.mu.Unlock()
		for i, f := range batch {
			// A failed write is found by the reader, which ends the socket.
			_ = s.writeFrame(f)
			if f.last {
				s.hub.retire(s, batch[i+1:])
				break
			}
		}
		if len(batch) > 0 {
			continue
		}
		select {
		case <-s.wake:
		case <-s.done:
			return
		}
	}
}

// envelopeJSON is how Socket Mode wraps a payload.
type envelopeJSON struct {
	EnvelopeID             string  `json:"envelope_id"`
	Type                   string  `json:"type"`
	Payload                any     `json:"payload"`
	AcceptsResponsePayload bool    `json:"accepts_response_payload"`
	RetryAttempt           *int    `json:"retry_attempt,omitempty"`
	RetryReason            *string `json:"retry_reason,omitempty"`
}

func (s *socket) writeFrame(f frame) error {
	text := f.text
	if d := f.delivery; d != nil {
		e := envelopeJSON{
			EnvelopeID: s.hub.arm(s, d), Type: d.kind, Payload: d.payload.json(),
			AcceptsResponsePayload: d.accepts,
		}
		if d.kind == eventsAPI {
			e.RetryAttempt, e.RetryReason = &d.attempt, &d.reason
		}
		text = marshal(e)
	}
	if s.silent.Load() {
		return nil
	}
	if f.ping {
		return s.conn.WriteMessage(websocket.PingMessage, []byte("Ping from fakeslack-applink"))
	}
	if text != nil {
		if err := s.conn.WriteMessage(websocket.TextMessage, text); err != nil {
			return err
		}
	}
	if f.last {
		return s.sayGoodbye()
	}
	return nil
}

// sayGoodbye ends our side of the connection. The other side is left open until
// the app has closed it: closing at once while something of the app's is still
// unread would reset the connection, and the app might lose our last words.
func (s *socket) sayGoodbye() error {
	s.schedule(goodbye, func() { s.conn.Close() })
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if err := s.conn.WriteMessage(websocket.CloseMessage, bye); err != nil {
		return err
	}
	if half, ok := s.conn.NetConn().(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return s.conn.Close()
}

// read hears acknowledgements until the connection ends.
func (s *socket) read() {
	for {
		_, raw, err := s.conn.ReadMessage()
		if err != nil {
			return
		}
		if !s.silent.Load() {
			s.hub.ack(s, raw)
		}
	}
}

// shut lets nothing more be queued and returns what was never written.
func (s *socket) shut() (unsent []frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	unsent, s.queue = s.queue, nil
	return unsent
}

// finish ends the writer and the timers.
func (s *socket) finish() {
	s.mu.Lock()
	timers := s.timers
	s.timers = nil
	s.mu.Unlock()
	for t := range timers {
		s.hub.w.agenda.cancel(t)
	}
	close(s.done)
	s.conn.Close()
}

// reset ends the connection as a crash would.
func (s *socket) reset() {
	if tcp, ok := s.conn.NetConn().(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // so that closing sends no more than a reset
	}
	s.conn.Close()
}

// warn announces the end of the socket, which comes ten seconds later.
//
// Documented: apis/events-api/using-socket-mode, "Disconnect messages".
func (s *socket) warn() {
	// In this order, so that who has seen the warning can rely on the end.
	s.schedule(refreshNotice, func() { s.push(disconnectFrame("refresh_requested", true)) })
	s.push(disconnectFrame("warning", false))
}

// keepAlive pings the socket for as long as it is open.
func (s *socket) keepAlive() {
	s.schedule(pingEvery, func() {
		s.keepAlive() // first: who has seen the ping can rely on the next one
		s.push(frame{ping: true})
	})
}

// schedule does something later unless the socket has gone by then.
func (s *socket) schedule(d time.Duration, do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timers == nil {
		return
	}
	var t *appointment
	t = s.hub.w.agenda.after(d, func() {
		s.mu.Lock()
		delete(s.timers, t) // t is set: after's caller held the lock
		s.mu.Unlock()
		do()
	})
	s.timers[t] = struct{}{}
}
