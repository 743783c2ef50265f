package widget

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// writeTimeout is how long a visitor may take to receive one frame.
	writeTimeout = 10 * time.Second
	// lingering is how long a connection stays after its close frame: a socket
	// that is closed with bytes unread is reset, and the visitor would not get to
	// know why.
	lingering = 2 * time.Second
)

// conn is a WebSocket. Its goroutine is serve, which reads; pump is a second one,
// which takes what there is out of the log and writes it, and exists only while
// there may be something.
type conn struct {
	session
	ws *websocket.Conn

	writing sync.Mutex // held to write, and to call the session but for answer
	lost    bool       // guarded by writing: a write failed
	said    bool       // guarded by writing: the bye was sent

	mu      sync.Mutex // guards the following
	pumping bool
	again   bool // woken while pumping
	leaving *bye
	gone    bool // serve is over
}

// newUpgrader returns what makes a WebSocket cheap while it is idle: the smallest read
// buffer there is (a frame that does not fit costs one more system call), and a write buffer
// only for the moment of a write.
func newUpgrader() websocket.Upgrader {
	return websocket.Upgrader{
		HandshakeTimeout: writeTimeout,
		ReadBufferSize:   128,
		WriteBufferSize:  4096,
		WriteBufferPool:  new(sync.Pool),
		Subprotocols:     []string{subprotocol},
		CheckOrigin:      func(*http.Request) bool { return true }, // checked before
	}
}

func (s *Server) serveWebSocket(w http.ResponseWriter, r *http.Request) {
	origin, ok := s.pageOrigin(r)
	if !ok || origin != s.own && !s.bridge.AllowsOrigin(origin) {
		// Which site it is, and whether that one allows the page, hello will tell.
		s.metrics.refused.inc("origin")
		http.Error(w, "This page may not connect: no site allows its origin.", http.StatusForbidden)
		return
	}
	if !slices.Contains(websocket.Subprotocols(r), subprotocol) {
		s.metrics.refused.inc("subprotocol")
		http.Error(w, "The subprotocol must be "+subprotocol+".", http.StatusBadRequest)
		return
	}
	from := s.limits.source(r.RemoteAddr)
	if wait := s.limits.arrive(from); wait > 0 {
		s.metrics.refused.inc("address")
		askAgain(w.Header(), wait)
		http.Error(w, "Too many connections from this address.", http.StatusTooManyRequests)
		return
	}
	if !s.tabs.begin() {
		s.metrics.refused.inc("stopping")
		askAgain(w.Header(), comeBack)
		http.Error(w, "The server restarts.", http.StatusServiceUnavailable)
		return
	}
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil { // and answered
		s.metrics.refused.inc("upgrade")
		s.tabs.done()
		return
	}
	c := &conn{ws: ws}
	c.session = session{srv: s, origin: origin, source: from, to: c}
	ws.SetPingHandler(c.pinged)
	ws.SetPongHandler(c.ponged)
	// The handler returns, and with it go the request and net/http's buffers.
	go c.serve()
}

// serve reads frames until the connection ends. While it waits, it is NextReader
// alone that stands above it: the stack of an idle connection is then small enough
// for the runtime to halve it, to 4 KiB.
func (c *conn) serve() {
	c.arrive()
	for {
		kind, r, err := c.ws.NextReader()
		if err == nil {
			err = c.read(kind, r)
		}
		if err != nil {
			c.depart(err)
			return
		}
	}
}

func (c *conn) arrive() {
	c.srv.metrics.connected("ws", 1)
	if !c.srv.tabs.add(c) {
		c.dismiss(bye{closeRestart, comeBack})
	}
	c.extend(helloTimeout)
}

func (c *conn) depart(why error) {
	defer c.srv.tabs.done()
	code := c.farewell(why)
	c.ws.Close()
	visitor := c.visitor()
	c.srv.tabs.remove(c, visitor)
	c.mu.Lock()
	c.gone = true
	pumping := c.pumping
	c.mu.Unlock()
	if !pumping { // the last one out
		c.leave()
	}
	c.srv.metrics.connected("ws", -1)
	c.srv.metrics.closed.inc(code)
	c.srv.log.Debug().Str("visitor", string(visitor)).Str("code", code).Msg("a visitor's connection ended")
}

var frameBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// read takes one frame in and carries it out.
func (c *conn) read(kind int, r io.Reader) error {
	if kind != websocket.TextMessage {
		return errBroken
	}
	// Taken only now: an idle connection holds no buffer.
	buf := frameBuffers.Get().(*bytes.Buffer)
	defer frameBuffers.Put(buf)
	buf.Reset()
	if _, err := buf.ReadFrom(io.LimitReader(r, maxFrameBytes+1)); err != nil {
		return err
	}
	if buf.Len() > maxFrameBytes {
		return bye{code: closeTooLarge}
	}
	frame, err := decodeFrame(buf.Bytes())
	if err != nil {
		return err
	}
	if err := c.receive(frame); err != nil {
		return err
	}
	if c.visit != nil {
		c.extend(silence)
	}
	return nil
}

func (c *conn) receive(frame any) error {
	if h, ok := frame.(*helloFrame); ok {
		return c.hello(h)
	}
	if c.visit == nil {
		if frame == nil {
			return nil
		}
		return errBroken
	}
	c.writing.Lock()
	begins := c.conversation == ""
	if begins {
		// Nothing can be on its way to the tab yet, so nothing is held up, and the
		// ack gets ahead of the welcome to the conversation.
		defer c.writing.Unlock()
	} else {
		c.writing.Unlock()
	}
	name, reply, err := c.answer(c.srv.base, frame, begins)
	if err != nil || reply == nil {
		return err
	}
	if !begins {
		c.writing.Lock()
		defer c.writing.Unlock()
	}
	return c.session.reply(name, reply)
}

func (c *conn) hello(h *helloFrame) error {
	c.srv.metrics.framesIn.inc("hello")
	h.Again = false // which only a poll can say
	c.writing.Lock()
	before := c.visitor() // of an earlier hello
	err := c.session.hello(c.srv.base, h)
	if err == nil {
		c.srv.tabs.remove(c, before)
		c.srv.enter(c, c.visitor())
		err = c.welcome(c.srv.base, h)
	}
	lost := c.lost
	c.writing.Unlock()
	switch {
	case err == nil:
		c.wake()
		return nil
	case lost:
		return err
	}
	return c.srv.asBye(err)
}

// put writes a frame. c.writing is held.
func (c *conn) put(frame []byte) error {
	c.ws.SetWriteDeadline(time.Now().Add(writeTimeout))
	err := c.ws.WriteMessage(websocket.TextMessage, frame)
	c.lost = c.lost || err != nil
	return err
}

// say sends a bye and the close frame. c.writing is held.
func (c *conn) say(b bye) error {
	if c.said {
		return nil
	}
	c.said = true
	if err := c.session.put("bye", b.encode()); err != nil {
		return err
	}
	return c.sendClose(int(b.code))
}

func (c *conn) sendClose(code int) error {
	return c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(writeTimeout))
}

// extend gives the visitor so long for the next frame.
func (c *conn) extend(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leaving == nil {
		c.ws.SetReadDeadline(time.Now().Add(d))
	}
}

// wake makes sure that pump looks at what there is after this moment.
func (c *conn) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.gone:
	case c.pumping:
		c.again = true
	default:
		// serve is not over, so the count is not zero.
		c.pumping = true
		c.srv.tabs.working.Go(c.pump)
	}
}

func (c *conn) dismiss(b bye) {
	c.mu.Lock()
	if c.leaving == nil {
		c.leaving = &b
	}
	c.mu.Unlock()
	c.wake()
}

func (c *conn) cut() { c.ws.Close() }

// pump writes what there is until nothing is left.
func (c *conn) pump() {
	for {
		more := c.write()
		c.mu.Lock()
		if c.gone { // the last one out
			c.mu.Unlock()
			c.leave()
			return
		}
		if !more && !c.again {
			c.pumping = false
			c.mu.Unlock()
			return
		}
		c.again = false
		c.mu.Unlock()
	}
}

// write sends a batch of what there is, or the last word, and reports whether
// there is more. A connection that takes nothing is cut, which ends serve.
func (c *conn) write() (more bool) {
	c.writing.Lock()
	defer c.writing.Unlock()
	if c.said {
		return false
	}
	last := c.dismissal()
	if last == nil && c.visit != nil {
		more, err := c.news(c.srv.base)
		if err == nil {
			return more
		}
		if !c.lost {
			b := c.srv.asBye(err)
			last = &b
		}
	}
	if !c.lost && last != nil && c.say(*last) == nil {
		c.mu.Lock()
		c.leaving = last
		c.ws.SetReadDeadline(time.Now().Add(lingering))
		c.mu.Unlock()
	}
	if c.lost {
		c.ws.Close()
	}
	return false
}

// dismissal returns with what the connection was told to end, nil when it was not.
func (c *conn) dismissal() *bye {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.leaving
}

// farewell tells the visitor why the connection ends, where it is not the visitor
// who ended it, and returns how metrics call the reason.
func (c *conn) farewell(why error) (code string) {
	if b := c.dismissal(); b != nil {
		return b.code.String() // pump says it, or has
	}
	b, ok := errors.AsType[bye](why)
	if !ok {
		timeout, is := errors.AsType[net.Error](why)
		if !is || !timeout.Timeout() {
			return "gone"
		}
		if c.visit != nil {
			c.sendClose(websocket.CloseGoingAway)
			return "silent"
		}
		b.code = closeNoHello
	}
	c.writing.Lock()
	err := c.say(b)
	c.writing.Unlock()
	if err == nil {
		c.ws.SetReadDeadline(time.Now().Add(lingering))
		for err == nil {
			_, _, err = c.ws.NextReader()
		}
	}
	return b.code.String()
}

// What a browser never sends, but anybody else can, counts as a frame.

func (c *conn) pinged(data string) error {
	if err := c.control(); err != nil {
		return err
	}
	err := c.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeTimeout))
	if err == websocket.ErrCloseSent {
		return nil
	}
	return err
}

func (c *conn) ponged(string) error { return c.control() }

func (c *conn) control() error {
	if c.usage == nil { // no hello yet, which has a deadline of its own
		return nil
	}
	if wait := c.srv.limits.allow(c.usage, &c.usage.frame, c.srv.limits.limits.Frame); wait > 0 {
		return bye{closeTooFast, wait}
	}
	return nil
}
