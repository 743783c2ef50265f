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
	closed bool
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
			s.hub.w.failed(f.delivery, reasonUnacked, "socket closed")
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
		for _, f := range batch {
			// A failed write is found by the reader, which ends the socket.
			_ = s.writeFrame(f)
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
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		_ = s.conn.WriteMessage(websocket.CloseMessage, bye)
		return s.conn.Close()
	}
	return nil
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

// finish ends the writer and the timers, and returns what was never written.
func (s *socket) finish() (unsent []frame) {
	s.mu.Lock()
	s.closed = true
	unsent, s.queue = s.queue, nil
	timers := s.timers
	s.timers = nil
	s.mu.Unlock()
	for t := range timers {
		s.hub.w.agenda.cancel(t)
	}
	close(s.done)
	s.conn.Close()
	return unsent
}

// drop closes the connection without a closing frame.
func (s *socket) drop(hard bool) {
	if tcp, ok := s.conn.NetConn().(*net.TCPConn); ok && hard {
		_ = tcp.SetLinger(0) // so that closing resets the connection
	}
	s.conn.Close()
}

// warn announces the end of the socket, which comes ten seconds later.
//
// Documented: apis/events-api/using-socket-mode, "Disconnect messages".
func (s *socket) warn() {
	s.push(disconnectFrame("warning", false))
	s.schedule(refreshNotice, func() { s.push(disconnectFrame("refresh_requested", true)) })
}

// keepAlive pings the socket for as long as it is open.
func (s *socket) keepAlive() {
	s.schedule(pingEvery, func() {
		s.push(frame{ping: true})
		s.keepAlive()
	})
}

// schedule does something later unless the socket is closed by then.
func (s *socket) schedule(d time.Duration, do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
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
