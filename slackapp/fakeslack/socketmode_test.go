package fakeslack_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestATicketOpensOneSocketOnce(t *testing.T) {
	shows(t, 12)
	w := newWorld(t)
	address := w.socketURL()
	w.dial(address).next()
	_, resp, err := websocket.DefaultDialer.Dial(address, nil)
	if err == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("the second time: %v, %v", err, resp)
	}
}

func TestHelloCountsTheConnections(t *testing.T) {
	shows(t, 13)
	w := newWorld(t)
	for want := 1; want <= 3; want++ {
		hello := w.dial(w.socketURL()).next()
		if hello.Type != "hello" || hello.Connections != want {
			t.Errorf("got %+v, want %d connections", hello, want)
		}
	}
	if n := w.Sockets(); n != 3 {
		t.Errorf("%d sockets", n)
	}
}

func TestTheEleventhSocketIsShownOut(t *testing.T) {
	shows(t, 16)
	w := newWorld(t)
	for range 10 {
		w.connect()
	}
	l := w.dial(w.socketURL())
	if e := l.next(); e.Type != "disconnect" || e.Reason != "too_many_websockets" {
		t.Errorf("got %+v", e)
	}
	if _, err := l.read(); err == nil {
		t.Error("the socket stays open")
	}
	if n := w.Sockets(); n != 10 {
		t.Errorf("%d sockets", n)
	}
}

func TestTheAppTokenIsInTheHeader(t *testing.T) {
	shows(t, 12)
	w := newWorld(t)
	w.callAs(w.app.AppToken, "apps.connections.open").refused(t, "not_authed")
}

func TestWithoutSocketModeThereAreNoSockets(t *testing.T) {
	shows(t, 12)
	w := newWorld(t, func(_ *fakeslack.Config, a *fakeslack.App) { a.SocketMode = false })
	w.post("apps.connections.open", "", "", w.app.AppToken).refused(t, "forbidden_team")
}

func TestEachEventGoesToExactlyOneSocket(t *testing.T) {
	shows(t, 17)
	w := newWorld(t)
	const sockets, events = 3, 60
	got := make(chan string)
	for i := range sockets {
		l := w.connect()
		go func() {
			for {
				e, err := l.read()
				if err != nil {
					return
				}
				l.ack(e)
				got <- fmt.Sprint(i, " ", e.event("text"))
			}
		}()
	}
	go func() {
		for i := range events {
			if _, err := w.Say(w.ann.ID, w.chat, fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		}
	}()
	perSocket, seen := map[string]int{}, map[string]int{}
	for range events {
		socket, text, _ := strings.Cut(<-got, " ")
		perSocket[socket]++
		seen[text]++
	}
	if len(seen) != events {
		t.Errorf("%d different events of %d", len(seen), events)
	}
	if len(perSocket) != sockets {
		t.Errorf("per socket: %v", perSocket)
	}
}

func TestEventsThatAreNotAckedComeAgain(t *testing.T) {
	shows(t, 18)
	w := newWorld(t)
	l := w.connect()
	w.say(w.ann, "hello")
	first := l.next()
	if first.Attempt != 0 || first.RetryReason != "" {
		t.Errorf("the first attempt: %+v", first)
	}
	seen := []string{first.EnvelopeID}
	for attempt, pause := range []time.Duration{0, time.Minute, 5 * time.Minute} {
		w.clock.Advance(3 * time.Second) // the deadline of the attempt before
		w.until("the deadline", func() bool { return len(w.Deliveries()) == attempt+1 })
		w.clock.Advance(pause)
		e := l.next()
		if e.Attempt != attempt+1 || e.RetryReason != "timeout" || e.Payload["event_id"] != first.Payload["event_id"] {
			t.Errorf("attempt %d: %+v", attempt+1, e)
		}
		if slices.Contains(seen, e.EnvelopeID) {
			t.Errorf("attempt %d has an old envelope_id", attempt+1)
		}
		seen = append(seen, e.EnvelopeID)
	}
	w.clock.Advance(3 * time.Second)
	w.until("the last deadline", func() bool { return len(w.Deliveries()) == 4 })
	w.clock.Advance(24 * time.Hour)
	w.say(w.ann, "next")
	if e := l.next(); e.event("text") != "next" {
		t.Errorf("a fifth attempt: %+v", e)
	}
}

func TestARetryMayKeepItsEnvelope(t *testing.T) {
	shows(t, 18)
	w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Assume.RetryKeepsEnvelope = true })
	l := w.connect()
	w.say(w.ann, "hello")
	first := l.next()
	w.clock.Advance(3 * time.Second)
	if again := l.next(); again.EnvelopeID != first.EnvelopeID || again.Attempt != 1 {
		t.Errorf("got %+v after %+v", again, first)
	}
}

func TestAnAckEndsTheDeadline(t *testing.T) {
	shows(t, 18)
	w := newWorld(t)
	l := w.connect()
	w.say(w.ann, "one")
	l.ack(l.next())
	w.until("the ack", func() bool { return len(w.Deliveries()) == 1 })
	w.clock.Advance(time.Hour)
	w.say(w.ann, "two")
	if e := l.next(); e.event("text") != "two" {
		t.Errorf("got %+v", e)
	}
}

func TestAnAckCountsOnItsOwnSocketOnly(t *testing.T) {
	shows(t, 18)
	for name, any := range map[string]bool{"strict": false, "any socket": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Assume.AnySocketAcks = any })
			a := w.connect()
			w.say(w.ann, "hello")
			e := a.next()
			b := w.connect()
			b.ack(e)
			// Something that b must answer shows that its ack has been heard.
			w.until("the pong", pinged(t, b))
			w.clock.Advance(3 * time.Second)
			w.until("an outcome", func() bool { return len(w.Deliveries()) == 1 })
			got := w.Deliveries()[0].Outcome
			if want := map[bool]string{false: "not acked in 3 s", true: "acked"}[any]; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// pinged sends a ping and returns whether its pong is there, after which the
// server has read everything sent before.
func pinged(t *testing.T, l *link) func() bool {
	t.Helper()
	pong := make(chan struct{})
	l.conn.SetPongHandler(func(string) error { close(pong); return nil })
	if err := l.conn.WriteControl(websocket.PingMessage, []byte("x"), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = l.read() }() // so that control frames are handled
	<-pong
	return func() bool { return true }
}

func TestABigAckIsIgnored(t *testing.T) {
	shows(t, 21)
	w := newWorld(t)
	l := w.connect()
	w.say(w.ann, "hello")
	l.ack(l.next(), map[string]string{"text": strings.Repeat("x", 21_000)})
	w.until("the pong", pinged(t, l))
	if got := w.Deliveries(); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestEventsOfTheTimeWithoutASocketComeAsRetries(t *testing.T) {
	shows(t, 20)
	w := newWorld(t)
	ts := w.say(w.ann, "anybody there?")
	w.until("two failures", func() bool { return len(w.Deliveries()) == 2 })
	l := w.connect()
	w.clock.Advance(time.Minute)
	e := l.next()
	if e.event("ts") != ts || e.Attempt != 2 || e.RetryReason != "timeout" {
		t.Errorf("got %+v", e)
	}
}

func TestTheServerPings(t *testing.T) {
	shows(t, 14)
	w := newWorld(t)
	l := w.connect()
	pings := make(chan struct{}, 3)
	l.conn.SetPingHandler(func(string) error { pings <- struct{}{}; return nil })
	go func() { _, _ = l.read() }()
	ping := func() {
		t.Helper()
		select {
		case <-pings:
		case <-w.ctx().Done():
			t.Fatal("no ping came")
		}
	}
	ping() // at once
	for range 2 {
		w.clock.Advance(10 * time.Second)
		ping()
	}
}

func TestPingsAreAnswered(t *testing.T) {
	shows(t, 15)
	w := newWorld(t)
	l := w.connect()
	w.until("the pong", pinged(t, l))
}

func TestAnAnswerIsHeardOnlyWhereOneIsAccepted(t *testing.T) {
	shows(t, 21)
	w := newWorld(t)
	l := w.connect()
	card := w.card()
	r, err := during(t, func() (*fakeslack.Result, error) {
		return w.Click(w.ctx(), w.ann.ID, w.chat, card, "claim")
	}, func() {
		e := l.next()
		for e.Type != "interactive" { // the echo of the card
			l.ack(e)
			e = l.next()
		}
		if e.Accepts {
			t.Error("a click accepts an answer")
		}
		l.ack(e, map[string]any{"text": "ignored"})
	})
	if err != nil || len(r.Responses()) != 0 {
		t.Errorf("got %+v, %v", r.Responses(), err)
	}
}

func TestASilentSocketIsHalfOpen(t *testing.T) {
	shows(t, 22)
	w := newWorld(t)
	l := w.connect()
	if n := w.Silence(); n != 1 {
		t.Fatalf("%d sockets fell silent", n)
	}
	w.say(w.ann, "lost")
	for attempt, pause := range []time.Duration{0, time.Minute, 5 * time.Minute, 0} {
		w.until("it to be sent", func() bool { return w.InFlight() == 1 })
		w.clock.Advance(3 * time.Second)
		w.until("the deadline", func() bool { return len(w.Deliveries()) == attempt+1 })
		if got := w.Deliveries()[attempt].Outcome; got != "not acked in 3 s" {
			t.Errorf("attempt %d: %s", attempt, got)
		}
		w.clock.Advance(pause)
	}
	if n := w.Sockets(); n != 1 {
		t.Errorf("%d sockets are open", n)
	}
	_ = l.conn.SetReadDeadline(time.Now()) // what was sent is there already
	if _, _, err := l.conn.ReadMessage(); err == nil {
		t.Error("the silent socket spoke")
	}
}

func TestDroppedSocketsAreGone(t *testing.T) {
	shows(t, 22)
	for name, hard := range map[string]bool{"reset": true, "closed": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			l := w.connect()
			w.DropSockets(hard)
			_, err := l.read()
			if closed := websocket.IsCloseError(err, websocket.CloseNormalClosure); closed == hard {
				t.Errorf("got %v", err)
			}
			w.until("it to be forgotten", func() bool { return w.Sockets() == 0 })
		})
	}
}

func TestDisconnects(t *testing.T) {
	shows(t, 19)
	w := newWorld(t)
	l := w.connect()
	if _, err := w.Disconnect("warning"); err != nil {
		t.Fatal(err)
	}
	if e := l.next(); e.Type != "disconnect" || e.Reason != "warning" {
		t.Errorf("got %+v", e)
	}
	w.say(w.ann, "still here")
	if e := l.next(); e.event("text") != "still here" {
		t.Errorf("between warning and end: %+v", e)
	}
	w.clock.Advance(10 * time.Second)
	for {
		e, err := l.read()
		if err != nil {
			t.Fatal(err)
		}
		if e.Type == "disconnect" {
			if e.Reason != "refresh_requested" {
				t.Errorf("got %+v", e)
			}
			break
		}
	}
	if _, err := l.read(); err == nil {
		t.Error("the socket stays open")
	}
	l = w.connect()
	if _, err := w.Disconnect("link_disabled"); err != nil {
		t.Fatal(err)
	}
	if e := l.next(); e.Reason != "link_disabled" {
		t.Errorf("got %+v", e)
	}
	if _, err := w.Disconnect("tired"); err == nil {
		t.Error("an unknown reason is taken")
	}
}

func TestSocketsLiveForTheirTime(t *testing.T) {
	shows(t, 23)
	for name, lifetime := range map[string]time.Duration{"config": 100 * time.Second, "debug_reconnects": 360 * time.Second} {
		t.Run(name, func(t *testing.T) {
			query := ""
			w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) {
				if name == "config" {
					c.SocketLifetime = lifetime
				} else {
					query = "&debug_reconnects=true"
				}
			})
			l := w.dial(w.socketURL() + query)
			l.next()
			w.until("it to be counted", func() bool { return w.Sockets() == 1 })
			w.clock.Advance(lifetime - 10*time.Second)
			if e := l.next(); e.Reason != "warning" {
				t.Errorf("got %+v", e)
			}
			w.clock.Advance(10 * time.Second)
			if e := l.next(); e.Reason != "refresh_requested" {
				t.Errorf("got %+v", e)
			}
		})
	}
}

func TestAnyFrameCanBeSent(t *testing.T) {
	shows(t, 22)
	w := newWorld(t)
	l := w.connect()
	w.SendFrame(`{"type":"surprise"}`)
	if e := l.next(); e.Type != "surprise" {
		t.Errorf("got %+v", e)
	}
	w.SendFrame(`{"type":`)
	if _, err := l.read(); err == nil {
		t.Error("the broken frame is whole")
	}
}

func TestSocketsEndWithRun(t *testing.T) {
	w := fakeslack.New(fakeslack.Config{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := w.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if err := w.Run(ctx); err == nil {
		t.Error("Run runs twice")
	}
}

func TestSlackGoSocketModeClient(t *testing.T) {
	w := newWorld(t)
	client := socketmode.New(w.api)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(ctx) }()
	defer func() {
		cancel()
		<-ended
	}()
	next := func(kind socketmode.EventType) socketmode.Event {
		t.Helper()
		for {
			select {
			case e := <-client.Events:
				if e.Type == kind {
					return e
				}
			case <-w.ctx().Done():
				t.Fatalf("no %s came", kind)
			}
		}
	}
	next(socketmode.EventTypeHello)

	w.say(w.ann, w.Typed("@chatgroups close"))
	kinds := map[string]bool{}
	for range 2 {
		e := next(socketmode.EventTypeEventsAPI)
		kinds[e.Data.(slackevents.EventsAPIEvent).InnerEvent.Type] = true
		if err := client.Ack(*e.Request); err != nil {
			t.Fatal(err)
		}
	}
	if !kinds["message"] || !kinds["app_mention"] {
		t.Errorf("got %v", kinds)
	}

	result := make(chan *fakeslack.Result)
	go func() {
		r, err := w.Command(w.ctx(), w.ann.ID, w.chat, "/chatgroups list", false)
		if err != nil {
			t.Error(err)
		}
		result <- r
	}()
	e := next(socketmode.EventTypeSlashCommand)
	if c := e.Data.(slack.SlashCommand); c.Command != "/chatgroups" || c.Text != "list" || c.UserID != w.ann.ID {
		t.Errorf("got %+v", c)
	}
	if err := client.Ack(*e.Request, map[string]any{"text": "three groups"}); err != nil {
		t.Fatal(err)
	}
	if r := <-result; r == nil || len(r.Responses()) != 1 || r.Responses()[0].Text != "three groups" {
		t.Errorf("got %+v", r)
	}
}
