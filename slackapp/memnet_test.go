package slackapp_test

import (
	"context"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// memNet is a network in memory. Everything in it waits in ways that
// testing/synctest understands, so that a test over it takes no time. Unlike
// net.Pipe it buffers, as TCP does: two sides may write to each other at once.
type memNet struct {
	incoming chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func newMemNet() *memNet {
	return &memNet{incoming: make(chan net.Conn), closed: make(chan struct{})}
}

func (n *memNet) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	a, b := newMemStream(), newMemStream()
	select {
	case n.incoming <- &memConn{in: a, out: b}:
		return &memConn{in: b, out: a}, nil
	case <-n.closed:
		return nil, &net.OpError{Op: "dial", Net: "mem", Err: os.ErrClosed}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *memNet) Accept() (net.Conn, error) {
	select {
	case c := <-n.incoming:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *memNet) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

func (n *memNet) Addr() net.Addr { return memAddr{} }

type memAddr struct{}

func (memAddr) Network() string { return "mem" }
func (memAddr) String() string  { return "127.0.0.1:9" }

// memConn is one end of a connection.
type memConn struct{ in, out *memStream }

func (c *memConn) Read(p []byte) (int, error)  { return c.in.read(p) }
func (c *memConn) Write(p []byte) (int, error) { return c.out.write(p) }
func (c *memConn) LocalAddr() net.Addr         { return memAddr{} }
func (c *memConn) RemoteAddr() net.Addr        { return memAddr{} }

func (c *memConn) Close() error {
	c.in.close(true)
	c.out.close(false)
	return nil
}

func (c *memConn) SetDeadline(t time.Time) error {
	c.in.readBy.set(c.in, t)
	c.out.writeBy.set(c.out, t)
	return nil
}

func (c *memConn) SetReadDeadline(t time.Time) error  { c.in.readBy.set(c.in, t); return nil }
func (c *memConn) SetWriteDeadline(t time.Time) error { c.out.writeBy.set(c.out, t); return nil }

// memStream is one direction.
type memStream struct {
	mu              sync.Mutex // guards the following fields
	changed         *sync.Cond
	data            []byte
	ended, gone     bool // the writer has closed; the reader has
	readBy, writeBy memDeadline
}

const memBuffer = 256 << 10

func newMemStream() *memStream {
	s := &memStream{}
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *memStream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.gone:
			return 0, net.ErrClosed
		case s.readBy.passed():
			return 0, os.ErrDeadlineExceeded
		case len(s.data) > 0:
			n := copy(p, s.data)
			s.data = s.data[n:]
			s.changed.Broadcast()
			return n, nil
		case s.ended:
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

func (s *memStream) write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(p) > 0 {
		switch room := memBuffer - len(s.data); {
		case s.ended:
			return n, net.ErrClosed
		case s.gone:
			return n, io.ErrClosedPipe
		case s.writeBy.passed():
			return n, os.ErrDeadlineExceeded
		case room > 0:
			k := min(room, len(p))
			s.data = append(s.data, p[:k]...)
			p, n = p[k:], n+k
			s.changed.Broadcast()
			continue
		}
		s.changed.Wait()
	}
	return n, nil
}

func (s *memStream) close(reader bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if reader {
		s.gone = true
	} else {
		s.ended = true
	}
	s.readBy.stop()
	s.writeBy.stop()
	s.changed.Broadcast()
}

type memDeadline struct {
	at    time.Time
	timer *time.Timer
}

func (d *memDeadline) set(s *memStream, t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d.stop()
	if d.at = t; !t.IsZero() {
		d.timer = time.AfterFunc(time.Until(t), s.changed.Broadcast)
	}
	s.changed.Broadcast()
}

func (d *memDeadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func (d *memDeadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
}
