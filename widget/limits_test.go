package widget_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/widget"
)

func TestMessagesOfOneVisitor(t *testing.T) {
	for name, visit := range transports {
		t.Run(name, func(t *testing.T) {
			c := newClock()
			h := newHouse(t, clocked(c))
			v := visit(h)
			v.hello()
			for i := range 5 {
				if a := v.send(fmt.Sprint("m", i), "x"); a.T != "ack" {
					t.Fatalf("message %d got %+v", i, a)
				}
			}
			n := v.send("m5", "x")
			if n.T != "nack" || n.Code != "rate" || n.ID != "m5" || n.RetryMS != 1000 {
				t.Fatalf("the sixth at once got %+v", n)
			}
			if again := v.send("m5", "x"); again.RetryMS != 1000 {
				t.Errorf("asking too soon was punished: %+v", again)
			}
			c.pass(time.Duration(n.RetryMS) * time.Millisecond)
			if a := v.send("m5", "x"); a.T != "ack" {
				t.Errorf("after retry_ms it got %+v", a)
			}
		})
	}
}

// A widget sends without waiting for answers, so messages after a refused one are
// on their way already. Were they taken, they would overtake it.
func TestMessagesAfterARefusedOneWaitForIt(t *testing.T) {
	c := newClock()
	h := newHouse(t, clocked(c))
	v := h.visit()
	v.hello()
	for i := range 5 {
		v.send(fmt.Sprint("m", i), fmt.Sprint(i))
	}
	v.send("m5", "5") // refused
	c.pass(time.Second)
	if n := v.send("m6", "6"); n.T != "nack" || n.Code != "rate" || n.RetryMS <= 0 {
		t.Errorf("the message after the refused one got %+v", n)
	}
	for i := range 3 {
		if a := v.send(fmt.Sprint("m", 5+i), fmt.Sprint(5+i)); a.T != "ack" {
			t.Errorf("message %d got %+v", 5+i, a)
		}
		c.pass(time.Second)
	}
	v.send("m8", "8")
	v.send("m9", "9") // refused, and its visitor gives it up
	c.pass(10 * time.Second)
	if a := v.send("m10", "10"); a.T != "ack" {
		t.Errorf("after a message was given up, the next got %+v", a)
	}
}

func TestMessagesOfOneVisitorInTheLongRun(t *testing.T) {
	c := newClock()
	h := newHouse(t, clocked(c))
	v := h.visit()
	v.hello()
	sent := 0
	start := c.now()
	for ; ; sent++ {
		c.pass(time.Second)
		if n := v.send(fmt.Sprint("m", sent), "x"); n.T == "nack" {
			if n.Code != "rate" || n.RetryMS <= 0 || n.RetryMS > 6000 {
				t.Errorf("it ends with %+v", n)
			}
			break
		}
	}
	// A hundred, and what came back while they were sent.
	if most := 100 + int(c.now().Sub(start)/(6*time.Second)) + 1; sent > most || sent < 100 {
		t.Errorf("%d messages in %v, want 100 to %d", sent, c.now().Sub(start), most)
	}
}

func TestMessagesAreCountedOverTabsAndTransports(t *testing.T) {
	c := newClock()
	h := newHouse(t, clocked(c))
	one := h.visit()
	one.hello()
	for i := range 3 {
		one.send(fmt.Sprint("m", i), "x")
	}
	two := one.tab()
	for i := range 2 {
		two.send(fmt.Sprint("n", i), "x")
	}
	polls := h.visitByPoll()
	polls.tok = one.tok
	polls.hello()
	if n := polls.send("p0", "x"); n.T != "nack" || n.Code != "rate" {
		t.Errorf("the sixth message got %+v", n)
	}
}

func TestHellosOfOneVisitor(t *testing.T) {
	c := newClock()
	h := newHouse(t, clocked(c))
	v := h.visit()
	v.hello()
	for range 9 {
		v.leave()
		v.again()
	}
	v.leave()
	late := &visitor{house: h, origin: shop, site: "main", tok: v.tok, transport: h.socket(shop)}
	late.say(late.greeting())
	if e := late.untilEnd(); e.bye.Code != "4429" || e.bye.RetryMS != 6000 {
		t.Errorf("the eleventh hello in a minute ended with %v after %d ms", e, e.bye.RetryMS)
	}
	if status, _, bye := h.poll(t.Context(), shop, late.greeting(), nil); status != http.StatusTooManyRequests || bye.Code != "4429" {
		t.Errorf("by a poll it got %d, %+v", status, bye)
	}
	c.pass(6 * time.Second)
	late.again()
}

func TestPollsOfOneVisitor(t *testing.T) {
	c := newClock()
	h := newHouse(t, clocked(c))
	v := h.visitByPoll()
	v.hello()
	hello := v.greeting()
	hello.Again = true
	for range 20 {
		if status, _, bye := h.poll(t.Context(), shop, hello, []frame{{T: "read", Seq: 1}}); status != http.StatusOK {
			t.Fatalf("a poll got %d, %+v", status, bye)
		}
	}
	if status, _, bye := h.poll(t.Context(), shop, hello, []frame{{T: "read", Seq: 1}}); status != http.StatusTooManyRequests || bye.RetryMS != 500 {
		t.Errorf("the twenty-first at once got %d, %+v", status, bye)
	}
}

func TestFramesOfOneVisitor(t *testing.T) {
	c := newClock()
	for name, say := range map[string]func(*visitor){
		"ping":    func(v *visitor) { v.say(frame{T: "ping"}) },
		"unknown": func(v *visitor) { v.say(frame{T: "wave"}) },
		"control": func(v *visitor) {
			v.transport.(*socket).ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(patience))
		},
		"unasked": func(v *visitor) {
			v.transport.(*socket).ws.WriteControl(websocket.PongMessage, nil, time.Now().Add(patience))
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, clocked(c))
			v := h.visit()
			v.hello()
			for range 61 {
				say(v)
			}
			if e := v.untilEnd(); e.bye.Code != "4429" || e.bye.RetryMS != 100 {
				t.Errorf("it ended with %v, %d ms", e, e.bye.RetryMS)
			}
			v.again()
		})
	}
}

func TestTypingTooOftenIsDropped(t *testing.T) {
	c := newClock()
	h := newHouse(t, clocked(c))
	v := h.visit()
	v.hello()
	type1 := func() {
		v.say(frame{T: "typing"})
		v.say(frame{T: "ping"})
		v.until("pong")
	}
	type1()
	type1()
	if n := h.count("refused_total", "typing"); n != 1 {
		t.Errorf("%v of two were dropped", n)
	}
	c.pass(3 * time.Second)
	type1()
	if n := h.count("refused_total", "typing"); n != 1 {
		t.Errorf("%v of three were dropped", n)
	}
}

// from makes connections seem to come from an address.
type from struct {
	net.Conn
	addr net.Addr
}

func (f from) RemoteAddr() net.Addr { return f.addr }

type fromListener struct {
	net.Listener
	addr string
}

func (l fromListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	addr, err := net.ResolveTCPAddr("tcp", l.addr)
	return from{c, addr}, err
}

// addressed makes every connection come from one address.
func addressed(addr string) option {
	return func(o *options) {
		listen, dial := o.listen, o.dial
		o.listen = func() net.Listener { return fromListener{listen(), addr} }
		o.dial = func(l net.Listener) func(context.Context, string, string) (net.Conn, error) {
			return dial(l.(fromListener).Listener)
		}
	}
}

func TestOneAddress(t *testing.T) {
	few := widget.Limits{
		Arrival: widget.Rate{Burst: 4, Every: time.Minute},
		Message: widget.Rate{Burst: 3, Every: time.Minute},
		Begin:   widget.Rate{Burst: 2, Every: time.Minute},
	}
	c := newClock()
	h := newHouse(t, limited(few), clocked(c), addressed("203.0.113.7:4711"))
	one, two, three := h.visit(), h.visit(), h.visit()
	for _, v := range []*visitor{one, two, three} {
		v.hello()
	}
	if a := one.send("m1", "x"); a.T != "ack" {
		t.Fatalf("the first got %+v", a)
	}
	if a := two.send("m1", "x"); a.T != "ack" {
		t.Fatalf("the second got %+v", a)
	}
	if n := three.send("m1", "x"); n.Code != "rate" || n.RetryMS != 60_000 {
		t.Errorf("the third conversation got %+v", n)
	}
	if n := one.send("m2", "x"); n.Code != "rate" {
		t.Errorf("the fourth message got %+v", n)
	}
	h.visitByPoll().hello()
	header := http.Header{"Origin": {shop}, "X-Forwarded-For": {"198.51.100.1"}, "Forwarded": {"for=198.51.100.1"}} // as anybody can say
	if _, resp, err := h.dial("/w/v1/ws", header); err == nil || resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "60" {
		t.Errorf("the fifth connection got %v, %v", resp, err)
	}
	if status, _, bye := h.poll(t.Context(), shop, frame{T: "hello", V: 1, Site: "main", Again: true}, nil); status != http.StatusTooManyRequests || bye.Code != "4429" {
		t.Errorf("a poll of nobody known got %d, %+v", status, bye)
	}
}

func TestAnOfficeBehindOneAddress(t *testing.T) {
	h := newHouse(t, clocked(newClock()), addressed("203.0.113.7:4711"))
	for i := range 50 { // who all write in the same instant
		v := h.visit()
		v.hello()
		for j := range 4 {
			if a := v.send(fmt.Sprint("m", j), "x"); a.T != "ack" {
				t.Fatalf("visitor %d's message %d got %+v", i, j, a)
			}
		}
		v.leave()
	}
}

func TestWhatAnAddressIsLimitedBy(t *testing.T) {
	for remote, want := range map[string]string{
		"203.0.113.7:80":             "203.0.113.7",
		"[::ffff:203.0.113.7]:80":    "203.0.113.7",
		"[2001:db8:1:2:3:4:5:6]:80":  "2001:db8:1:2::",
		"[2001:db8:1:2:ffff::1%1]:8": "2001:db8:1:2::",
		"127.0.0.1:80":               "",
		"[::1]:80":                   "",
		"10.1.2.3:80":                "",
		"192.168.1.1:80":             "",
		"[fe80::1%eth0]:80":          "",
		"[fd00::1]:80":               "",
		"pipe":                       "",
		"":                           "",
	} {
		if got := widget.AddressOf(remote); got != want {
			t.Errorf("%s is limited as %q, want %q", remote, got, want)
		}
	}
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	r := widget.NewRecent(100)
	*r.Use("regular") = 1
	for i := range 100_000 {
		r.Use(bridge.VisitorID(fmt.Sprint(i)))
		if i%99 == 0 {
			r.Use("regular")
		}
	}
	if n := r.Len(); n > 200 {
		t.Errorf("%d are remembered", n)
	}
	if *r.Use("regular") != 1 {
		t.Error("who came all the time was forgotten")
	}
	if *r.Use("7") != 0 {
		t.Error("who never came back is still known")
	}
}
