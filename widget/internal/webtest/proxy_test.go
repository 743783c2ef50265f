package webtest_test

import (
	"bufio"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A proxy stands between browsers and a server, and treats connections as a bad
// network does: it delays what passes, swallows one direction, and cuts, also in
// the middle of a frame. What befalls the n-th connection follows from the seed.
// Files pass unharmed: that pages load is the browser's business.
type proxy struct {
	address string
	server  string
	seed    uint64
	// noSockets refuses WebSockets, as some companies' networks do.
	noSockets bool

	listener net.Listener
	conns    sync.WaitGroup
	over     chan struct{}
	harmed   atomic.Int64 // connections that came to a bad end
	calm     atomic.Bool  // from now on nothing bad happens

	mu   sync.Mutex    // guards the following
	gone chan struct{} // closed while no socket and no poll gets through
}

// cut ends every socket and every poll, and lets none through until mend.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.gone)
}

func (p *proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone = make(chan struct{})
}

func newProxy(t *testing.T, seed uint64, noSockets bool) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return &proxy{address: l.Addr().String(), seed: seed, noSockets: noSockets, listener: l, over: make(chan struct{}), gone: make(chan struct{})}
}

// serve passes connections on to the server until the test is over.
func (p *proxy) serve(t *testing.T, server string) {
	p.server = server
	p.conns.Go(func() {
		for n := uint64(0); ; n++ {
			conn, err := p.listener.Accept()
			if err != nil {
				return
			}
			p.conns.Go(func() { p.carry(conn.(*net.TCPConn), rand.New(rand.NewPCG(p.seed, n))) })
		}
	})
	t.Cleanup(func() {
		close(p.over)
		p.listener.Close()
		p.conns.Wait()
	})
}

// carry is one connection, from its first request on.
func (p *proxy) carry(visitor *net.TCPConn, chance *rand.Rand) {
	defer visitor.Close()
	stop := make(chan struct{})
	defer close(stop)
	p.closeAtEnd(visitor, p.over, stop)
	in := bufio.NewReader(visitor)
	head, err := in.Peek(len("POST /w/v1/poll"))
	if err != nil {
		return
	}
	socket, poll := strings.HasPrefix(string(head), "GET /w/v1/ws"), strings.HasPrefix(string(head), "POST /w/v1/poll")
	if socket && p.noSockets {
		return
	}
	far, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	server := far.(*net.TCPConn)
	defer server.Close()
	p.closeAtEnd(server, p.over, stop)
	if socket || poll {
		p.mu.Lock()
		gone := p.gone
		p.mu.Unlock()
		p.closeAtEnd(visitor, gone, stop)
		p.closeAtEnd(server, gone, stop)
	}

	f := fate{}
	if (socket || poll) && !p.calm.Load() {
		f = newFate(chance)
	}
	var both sync.WaitGroup
	both.Go(func() { p.pass(server, in, f.delay, f.up) })
	both.Go(func() { p.pass(visitor, server, f.delay, f.down) })
	if f.up == 0 && f.down == 0 {
		both.Wait()
		return
	}
	// The first direction to end is a half-open connection for a while; then all of
	// it breaks.
	ended := make(chan struct{})
	go func() { both.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-p.over:
	case <-time.After(f.life):
	}
	p.harmed.Add(1)
	for _, conn := range []*net.TCPConn{visitor, server} {
		if f.reset {
			conn.SetLinger(0)
		}
		conn.Close()
	}
	<-ended
}

// closeAtEnd closes a connection at the end of something, unless it stops before.
func (p *proxy) closeAtEnd(conn *net.TCPConn, end, stop <-chan struct{}) {
	p.conns.Go(func() {
		select {
		case <-end:
			conn.Close()
		case <-stop:
		}
	})
}

// fate is what befalls a connection.
type fate struct {
	delay    time.Duration // of each piece, at most
	up, down int           // how many bytes pass in each direction before they are swallowed, 0 for all
	life     time.Duration // after which all ends
	reset    bool          // the end is a reset, not a close
}

func newFate(chance *rand.Rand) fate {
	f := fate{
		delay: time.Duration(chance.IntN(40)) * time.Millisecond,
		up:    700 + chance.IntN(6_000), // the request itself has some 600
		down:  300 + chance.IntN(30_000),
		life:  time.Duration(200+chance.IntN(3_000)) * time.Millisecond,
		reset: chance.IntN(2) == 0,
	}
	if chance.IntN(8) == 0 { // dead before the welcome
		f.down = 1 + chance.IntN(400)
	}
	return f
}

// pass copies until either end closes; after most bytes it reads on, but what it
// reads is gone.
func (p *proxy) pass(to *net.TCPConn, from io.Reader, delay time.Duration, most int) {
	buf := make([]byte, 4096)
	passed := 0
	for {
		n, err := from.Read(buf)
		piece := buf[:n]
		if most > 0 && passed+n > most {
			piece = buf[:max(0, most-passed)]
		}
		passed += n
		if delay > 0 && n > 0 {
			select {
			case <-time.After(delay):
			case <-p.over:
			}
		}
		if len(piece) > 0 {
			if _, err := to.Write(piece); err != nil {
				return
			}
		}
		if err != nil {
			to.CloseWrite()
			return
		}
	}
}
