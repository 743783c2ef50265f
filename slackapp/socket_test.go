package slackapp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/chatgroups/chatgroups/slackapp"
)

// The tests here run against a server that does what the test says, frame by
// frame. How the client gets on with Slack's own habits is in socketstory_test.go.

const (
	appToken = "xapp-1-secret"
	ticket   = "ticket-secret"
)

// slackEnd is the other end: the Web API with one method, and WebSockets that a
// test takes from conns and plays by hand.
type slackEnd struct {
	t     *testing.T
	net   *memNet
	conns chan *websocket.Conn

	mu     sync.Mutex // guards the following fields
	open   func() (status int, header http.Header, body string)
	opened int
}

func newSlackEnd(t *testing.T) *slackEnd {
	s := &slackEnd{t: t, net: newMemNet(), conns: make(chan *websocket.Conn, 20)}
	s.answer(200, nil, `{"ok":true,"url":"ws://127.0.0.1:9/link?ticket=`+ticket+`"}`)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/apps.connections.open", func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization"); got != "Bearer "+appToken {
			t.Errorf("apps.connections.open was called with the authorization %q", got)
		}
		s.mu.Lock()
		s.opened++
		status, header, body := s.open()
		s.mu.Unlock()
		for k, v := range header {
			w.Header()[k] = v
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
	mux.HandleFunc("GET /link", func(w http.ResponseWriter, r *http.Request) {
		conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err == nil {
			s.conns <- conn
		}
	})
	server := &http.Server{Handler: mux}
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(s.net) }()
	t.Cleanup(func() { _ = server.Close(); <-served })
	return s
}

func (s *slackEnd) answer(status int, header http.Header, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = func() (int, http.Header, string) { return status, header, body }
}

func (s *slackEnd) timesOpened() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

// A wire is one connection as Slack sees it.
type wire struct {
	*websocket.Conn
	t     *testing.T
	acks  chan string // as they were written
	pongs atomic.Int64
	ended chan error // gets one, after the last ack
}

// acceptDeaf returns the next connection, on which nothing is said or heard yet.
func (s *slackEnd) acceptDeaf() *wire {
	conn := &wire{Conn: <-s.conns, t: s.t, acks: make(chan string, 100), ended: make(chan error, 1)}
	s.t.Cleanup(func() { conn.Close() })
	return conn
}

// acceptMute returns one that hears and answers pings, and has not greeted.
func (s *slackEnd) acceptMute() *wire {
	conn := s.acceptDeaf()
	conn.SetPongHandler(func(string) error { conn.pongs.Add(1); return nil })
	go func() { // ends with the connection
		defer close(conn.acks)
		for {
			_, raw, err := conn.ReadMessage()
			if err != nil {
				conn.ended <- err
				return
			}
			conn.acks <- string(raw)
		}
	}()
	return conn
}

// accept returns one that has greeted too.
func (s *slackEnd) accept() *wire {
	conn := s.acceptMute()
	conn.send(`{"type":"hello","num_connections":1,"debug_info":{"host":"applink-1"}}`)
	return conn
}

func (w *wire) send(frame string) {
	w.t.Helper()
	if err := w.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		w.t.Errorf("send %.60s: %v", frame, err)
	}
}

// next returns the next acknowledgement.
func (w *wire) next() string {
	w.t.Helper()
	ack, ok := <-w.acks
	if !ok {
		w.t.Fatal("the connection ended without an acknowledgement")
	}
	return ack
}

// client is a running client.
type client struct {
	*slackapp.SocketClient
	logs    *bytes.Buffer
	metrics *prometheus.Registry
	stop    func()
}

// run starts a client that ends with the test. Its random pauses are at their
// bounds.
func (s *slackEnd) run(receive slackapp.Receiver, change ...func(*slackapp.SocketConfig)) client {
	var logs bytes.Buffer
	registry := prometheus.NewRegistry()
	cfg := slackapp.SocketConfig{
		AppToken: appToken, APIURL: "http://127.0.0.1:9/api/",
		Dial: s.net.Dial, HTTP: s.net.client(),
		Jitter:  func(below time.Duration) time.Duration { return below },
		Log:     zerolog.New(zerolog.SyncWriter(&logs)),
		Metrics: registry,
	}
	for _, c := range change {
		c(&cfg)
	}
	c := client{slackapp.NewSocketClient(cfg), &logs, registry, nil}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx, receive) }()
	c.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Errorf("Run: %v", err)
		}
		for _, secret := range []string{appToken, ticket} {
			if strings.Contains(logs.String(), secret) {
				s.t.Errorf("the log holds %q", secret)
			}
		}
	})
	s.t.Cleanup(c.stop)
	return c
}

// client returns an HTTP client on the network.
func (n *memNet) client() *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: n.Dial}}
}

// counted returns the value of a counter, by the label where it has one.
func (c client) counted(t *testing.T, name, label string) float64 {
	t.Helper()
	families, err := c.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "chatgroups_slack_socket_"+name {
			continue
		}
		for _, m := range f.GetMetric() {
			if len(m.GetLabel()) == 0 || m.GetLabel()[0].GetValue() == label {
				return m.GetCounter().GetValue()
			}
		}
	}
	return 0
}

func accept(context.Context, slackapp.Delivery) (json.RawMessage, error) { return nil, nil }

func envelope(id, kind, rest string) string {
	return fmt.Sprintf(`{"envelope_id":%q,"type":%q,"payload":{"x":1}%s}`, id, kind, rest)
}

func TestAcknowledgements(t *testing.T) {
	for _, c := range []struct {
		name, frame string
		reply       string
		err         error
		want        string // "" for none
		handled     bool
	}{
		{"an event", envelope("e1", "events_api", ""), "", nil, `{"envelope_id":"e1"}`, true},
		{"a command with a reply", envelope("e1", "slash_commands", `,"accepts_response_payload":true`),
			`{"text":"hi"}`, nil, `{"envelope_id":"e1","payload":{"text":"hi"}}`, true},
		{"a reply that Slack does not take", envelope("e1", "interactive", ""), `{"text":"hi"}`, nil, `{"envelope_id":"e1"}`, true},
		{"a reply that Slack would drop", envelope("e1", "slash_commands", `,"accepts_response_payload":true`),
			`{"text":"` + strings.Repeat("a", 20<<10) + `"}`, nil, `{"envelope_id":"e1"}`, true},
		{"an event that failed", envelope("e1", "events_api", ""), "", errors.New("disk full"), "", true},
		{"a click that failed", envelope("e1", "interactive", ""), "", errors.New("disk full"), "", true},
		{"a command that failed", envelope("e1", "slash_commands", `,"accepts_response_payload":true`),
			"", errors.New("disk full"), `{"envelope_id":"e1","payload":` + string(slackapp.Sorry()) + `}`, true},
		{"an unknown kind", envelope("e1", "telepathy", ""), "", nil, `{"envelope_id":"e1"}`, false},
		{"an unknown kind that asks for nothing", `{"type":"telepathy"}`, "", nil, "", false},
		{"no payload", `{"envelope_id":"e1","type":"events_api"}`, "", nil, `{"envelope_id":"e1"}`, false},
		{"a payload that is no object", `{"envelope_id":"e1","type":"events_api","payload":[1]}`, "", nil, `{"envelope_id":"e1"}`, false},
		{"cut short", `{"envelope_id":"e1","type":"events_api","payl`, "", nil, `{"envelope_id":"e1"}`, false},
		{"fields of other types", `{"envelope_id":"e1","type":"events_api","payload":{},"retry_attempt":"twice"}`, "", nil, `{"envelope_id":"e1"}`, false},
		{"not JSON at all", `hello?`, "", nil, "", false},
		{"an id without end", `{"envelope_id":"` + strings.Repeat("e", 5000) + `","type":"events_api","payload":{}}`, "", nil, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slack := newSlackEnd(t)
				var handled []slackapp.Delivery
				slack.run(func(_ context.Context, d slackapp.Delivery) (json.RawMessage, error) {
					if strings.Contains(string(d.Payload), "last") {
						return nil, nil
					}
					handled = append(handled, d)
					if c.reply == "" {
						return nil, c.err
					}
					return json.RawMessage(c.reply), c.err
				})
				conn := slack.accept()
				conn.send(c.frame)
				synctest.Wait()
				// Whatever that was, the connection goes on.
				conn.send(`{"envelope_id":"last","type":"events_api","payload":{"last":true}}`)
				got := conn.next()
				if c.want == "" {
					c.want = `{"envelope_id":"last"}`
				}
				if got != c.want {
					t.Errorf("acknowledged by %.200s, want %.200s", got, c.want)
				}
				if (len(handled) == 1) != c.handled {
					t.Errorf("handed over: %v", handled)
				}
			})
		})
	}
}

func TestADeliveryIsHandedOverAsSlackSentIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := newSlackEnd(t)
		got := make(chan slackapp.Delivery, 1)
		slack.run(func(_ context.Context, d slackapp.Delivery) (json.RawMessage, error) {
			got <- d
			return nil, nil
		})
		conn := slack.accept()
		conn.send(`{"envelope_id":"e1","type":"events_api","payload":{"event":{"type":"message"}},"retry_attempt":2,"retry_reason":"timeout"}`)
		d := <-got
		if d.Kind != slackapp.KindEvents || string(d.Payload) != `{"event":{"type":"message"}}` || d.Retry != 2 || d.RetryReason != "timeout" {
			t.Errorf("got %+v with the payload %s", d, d.Payload)
		}
	})
}

// TestAnAcknowledgementIsOneFrame holds because Slack does not put fragments
// together: the largest reply must fit the buffer.
func TestAnAcknowledgementIsOneFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := newSlackEnd(t)
		large := json.RawMessage(`{"text":"` + strings.Repeat("a", 20<<10-20) + `"}`)
		slack.run(func(context.Context, slackapp.Delivery) (json.RawMessage, error) { return large, nil })
		conn := slack.acceptDeaf()
		conn.send(`{"type":"hello"}`)
		conn.send(envelope("e1", "slash_commands", `,"accepts_response_payload":true`))
		// Read below the WebSocket library, which would join the fragments.
		raw := make([]byte, 2)
		if _, err := conn.NetConn().Read(raw); err != nil {
			t.Fatal(err)
		}
		if final := raw[0]&0x80 != 0; !final {
			t.Error("the first frame is not the last")
		}
	})
}

func TestABlockedReceiverStopsNeitherPingsNorOtherChannels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := newSlackEnd(t)
		release := make(chan struct{})
		var stuck atomic.Int64
		c := slack.run(func(_ context.Context, d slackapp.Delivery) (json.RawMessage, error) {
			if strings.Contains(string(d.Payload), "C-stuck") {
				stuck.Add(1)
				<-release
			}
			return nil, nil
		})
		conn := slack.accept()
		message := `{"envelope_id":%q,"type":"events_api","payload":{"event":{"type":"message","channel":%q}}}`
		conn.send(fmt.Sprintf(message, "e1", "C-stuck"))
		conn.send(fmt.Sprintf(message, "e2", "C-stuck"))
		conn.send(fmt.Sprintf(message, "e3", "C-free"))
		if got := conn.next(); got != `{"envelope_id":"e3"}` {
			t.Fatalf("first acknowledged: %s", got)
		}
		for range 12 {
			if err := conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Second)
		}
		if n := stuck.Load(); n != 1 {
			t.Errorf("%d messages of one channel were handled at a time", n)
		}
		close(release)
		for _, want := range []string{`{"envelope_id":"e1"}`, `{"envelope_id":"e2"}`} {
			if got := conn.next(); got != want {
				t.Errorf("acknowledged %s, want %s", got, want)
			}
		}
		if n := conn.pongs.Load(); n != 12 {
			t.Errorf("%d of 12 pings were answered", n)
		}
		if n := slack.timesOpened(); n != 1 {
			t.Errorf("the connection was opened %d times", n)
		}
		if st := c.Status(); st.Sockets != 1 {
			t.Errorf("status %+v", st)
		}
	})
}

func TestTheNextConnectionIsOpenBeforeTheLastOneCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := newSlackEnd(t)
		var gaps atomic.Int64
		slow := make(chan struct{})
		c := slack.run(func(_ context.Context, d slackapp.Delivery) (json.RawMessage, error) {
			if strings.Contains(string(d.Payload), "slow") {
				<-slow
			}
			return nil, nil
		}, func(cfg *slackapp.SocketConfig) { cfg.Connected = func(time.Time) { gaps.Add(1) } })
		first := slack.accept()
		time.Sleep(time.Minute)
		first.send(`{"type":"disconnect","reason":"warning"}`)
		second := slack.acceptMute()
		time.Sleep(8 * time.Second)
		// The successor is there but not greeted: all still goes by the first.
		first.send(`{"envelope_id":"e1","type":"events_api","payload":{"slow":true}}`)
		first.send(envelope("e2", "events_api", ""))
		if got := first.next(); got != `{"envelope_id":"e2"}` {
			t.Errorf("acknowledged %s", got)
		}
		second.send(`{"type":"hello"}`)
		synctest.Wait()
		if st := c.Status(); st.Sockets != 2 {
			t.Errorf("status %+v, want both", st)
		}
		// What was in hand on the first is acknowledged on the first.
		second.send(envelope("e3", "events_api", ""))
		if got := second.next(); got != `{"envelope_id":"e3"}` {
			t.Errorf("acknowledged %s", got)
		}
		time.Sleep(5 * time.Second)
		close(slow)
		if got := first.next(); got != `{"envelope_id":"e1"}` {
			t.Errorf("acknowledged %s", got)
		}
		// Then the first is closed, and properly.
		if err := <-first.ended; !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
			t.Errorf("the first connection ended by %v", err)
		}
		synctest.Wait()
		if st := c.Status(); st.Sockets != 1 || gaps.Load() != 1 {
			t.Errorf("status %+v after %d gaps", st, gaps.Load())
		}
	})
}

func TestAGapIsToldBeforeAnythingIsHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := newSlackEnd(t)
		var mu sync.Mutex
		var story []string
		tell := func(s string) { mu.Lock(); defer mu.Unlock(); story = append(story, s) }
		start := time.Now()
		slack.run(func(_ context.Context, d slackapp.Delivery) (json.RawMessage, error) {
			tell("delivery")
			return nil, nil
		}, func(cfg *slackapp.SocketConfig) {
			cfg.Connected = func(lost time.Time) {
				if lost.IsZero() {
					tell("connected first")
				} else {
					tell("connected after " + lost.Sub(start).String())
				}
			}
		})
		for range 2 {
			conn := slack.acceptMute()
			conn.send(`{"type":"hello"}`)
			conn.send(envelope("e1", "events_api", ""))
			conn.next()
			time.Sleep(65 * time.Second) // the last pong came at 60
			conn.Close()
		}
		synctest.Wait()
		want := []string{"connected first", "delivery", "connected after 1m0s", "delivery"}
		if !slices.Equal(story, want) {
			t.Errorf("got %q, want %q", story, want)
		}
	})
}

func TestASilentConnectionIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := newSlackEnd(t)
		c := slack.run(accept)
		slack.acceptDeaf().send(`{"type":"hello"}`) // no ping will be answered
		start := time.Now()
		slack.accept()
		if lasted := time.Since(start); lasted < 30*time.Second || lasted > 41*time.Second {
			t.Errorf("the connection was given up after %s", lasted)
		}
		if n := c.counted(t, "disconnects_total", "silent"); n != 1 {
			t.Errorf("counted %v silent ends", n)
		}
	})
}

func TestServersThatDoNotGreet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := newSlackEnd(t)
		c := slack.run(accept)
		mute := slack.acceptMute()
		start := time.Now()
		rude := slack.acceptMute()
		if waited := time.Since(start); waited < 10*time.Second {
			t.Errorf("waited %s for the greeting", waited)
		}
		mute.Close()
		if st := c.Status(); st.Sockets != 0 || st.Trouble == "" {
			t.Errorf("status %+v", st)
		}
		// What comes before the greeting is not acknowledged, and does not replace it.
		rude.send(envelope("e1", "events_api", ""))
		rude.send(`nonsense`)
		rude.send(`{"type":"hello"}`)
		rude.send(envelope("e2", "events_api", ""))
		if got := rude.next(); got != `{"envelope_id":"e2"}` {
			t.Errorf("acknowledged %s", got)
		}
		if st := c.Status(); st.Sockets != 1 || st.Trouble != "" {
			t.Errorf("status %+v", st)
		}
	})
}

func TestAFrameWithoutEndIsNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := newSlackEnd(t)
		slack.run(accept)
		conn := slack.accept()
		go func() { _ = conn.WriteMessage(websocket.TextMessage, bytes.Repeat([]byte("a"), 9<<20)) }()
		slack.accept() // the client came back
	})
}

func TestAConnectionOverWhichNothingCanBeWrittenIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := newSlackEnd(t)
		large := json.RawMessage(`{"text":"` + strings.Repeat("a", 19<<10) + `"}`)
		slack.run(func(context.Context, slackapp.Delivery) (json.RawMessage, error) { return large, nil })
		conn := slack.acceptDeaf()
		conn.send(`{"type":"hello"}`)
		for i := range 40 { // more than the network holds, and nobody reads
			conn.send(envelope(fmt.Sprint("e", i), "slash_commands", `,"accepts_response_payload":true`))
		}
		slack.accept()
	})
}

func TestWhyThereIsNoConnection(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		header http.Header
		body   string
		says   string
		pause  time.Duration // before the second attempt
	}{
		{"a wrong token", 200, nil, `{"ok":false,"error":"invalid_auth"}`, "SLACK_APP_TOKEN", 2 * time.Minute},
		{"a revoked token", 200, nil, `{"ok":false,"error":"token_revoked"}`, "SLACK_APP_TOKEN", 2 * time.Minute},
		{"another sort of token", 200, nil, `{"ok":false,"error":"not_allowed_token_type"}`, "xapp-", 2 * time.Minute},
		{"a token without the scope", 200, nil, `{"ok":false,"error":"missing_scope","needed":"connections:write"}`, "connections:write", 2 * time.Minute},
		{"a workspace that refuses", 200, nil, `{"ok":false,"error":"forbidden_team"}`, "admin", 2 * time.Minute},
		{"Slack's own fault", 200, nil, `{"ok":false,"error":"internal_error"}`, "internal_error", 500 * time.Millisecond},
		{"no error named", 200, nil, `{"ok":false}`, "SLACK_API_URL", 500 * time.Millisecond},
		{"an address in the clear", 200, nil, `{"ok":true,"url":"http://127.0.0.1:9/` + ticket + `"}`, "SLACK_API_URL", 500 * time.Millisecond},
		{"an address that is none", 200, nil, `{"ok":true,"url":"wss://[` + ticket + `"}`, "SLACK_API_URL", 500 * time.Millisecond},
		{"too fast", 429, http.Header{"Retry-After": {"42"}}, ``, "wait", 42 * time.Second},
		{"a server error", 503, nil, `<html>`, "503", 500 * time.Millisecond},
		{"a ticket that is used", 200, nil, `{"ok":true,"url":"ws://127.0.0.1:9/nowhere?ticket=` + ticket + `"}`, "404", 500 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slack := newSlackEnd(t)
				slack.answer(c.status, c.header, c.body)
				client := slack.run(accept)
				synctest.Wait()
				if st := client.Status(); st.Sockets != 0 || !strings.Contains(st.Trouble, c.says) || strings.Contains(st.Trouble, ticket) {
					t.Errorf("status %+v", st)
				}
				time.Sleep(c.pause - time.Millisecond)
				synctest.Wait()
				if n := slack.timesOpened(); n != 1 {
					t.Errorf("asked again too early: %d times", n)
				}
				slack.answer(200, nil, `{"ok":true,"url":"ws://127.0.0.1:9/link"}`)
				time.Sleep(2 * time.Millisecond)
				slack.accept()
				synctest.Wait()
				if st := client.Status(); st.Sockets != 1 || st.Trouble != "" {
					t.Errorf("status when mended: %+v", st)
				}
			})
		})
	}
}

func TestSlackThatEndsEveryConnectionIsNotStormed(t *testing.T) {
	for _, reason := range []string{"warning", "refresh_requested", "too_many_websockets", "link_disabled", "because"} {
		t.Run(reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				slack := newSlackEnd(t)
				c := slack.run(accept)
				go func() {
					for conn := range slack.conns {
						if reason == "warning" || reason == "because" {
							_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello"}`))
						}
						_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"disconnect","reason":"`+reason+`"}`))
						conn.Close()
					}
				}()
				time.Sleep(10 * time.Minute)
				c.stop()
				close(slack.conns)
				// At half a minute each, after the first few.
				if n := slack.timesOpened(); n < 3 || n > 30 {
					t.Errorf("%d connections in ten minutes", n)
				}
				label := reason
				if reason == "because" {
					label = "other"
				}
				if n := c.counted(t, "disconnects_total", label); n < 3 {
					t.Errorf("counted %v ends", n)
				}
			})
		})
	}
}

func TestStopping(t *testing.T) {
	t.Run("waits for what is in hand", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			slack := newSlackEnd(t)
			begun := make(chan struct{})
			c := slack.run(func(ctx context.Context, _ slackapp.Delivery) (json.RawMessage, error) {
				close(begun)
				time.Sleep(2 * time.Second)
				return nil, ctx.Err()
			})
			conn := slack.accept()
			conn.send(envelope("e1", "events_api", ""))
			<-begun
			go c.stop()
			synctest.Wait()
			conn.send(envelope("e2", "events_api", "")) // too late: not taken
			if got := conn.next(); got != `{"envelope_id":"e1"}` {
				t.Errorf("acknowledged %s", got)
			}
			if err := <-conn.ended; !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
				t.Errorf("the connection ended by %v", err)
			}
		})
	})
	t.Run("waits not for ever", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			slack := newSlackEnd(t)
			c := slack.run(func(ctx context.Context, _ slackapp.Delivery) (json.RawMessage, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			})
			conn := slack.accept()
			conn.send(envelope("e1", "events_api", ""))
			synctest.Wait()
			start := time.Now()
			c.stop()
			if took := time.Since(start); took != 5*time.Second {
				t.Errorf("stopping took %s", took)
			}
		})
	})
	t.Run("while nothing answers", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			slack := newSlackEnd(t)
			c := slack.run(accept)
			slack.acceptMute()
			c.stop()
		})
	})
	t.Run("before it began", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			slack := newSlackEnd(t)
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			c := slackapp.NewSocketClient(slackapp.SocketConfig{APIURL: "http://127.0.0.1:9/api/", Dial: slack.net.Dial, HTTP: slack.net.client()})
			if err := c.Run(ctx, accept); err != nil {
				t.Error(err)
			}
			if n := slack.timesOpened(); n != 0 {
				t.Errorf("opened %d connections", n)
			}
		})
	})
}

func TestOtherCopiesAreNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := newSlackEnd(t)
		c := slack.run(accept)
		conn := slack.acceptMute()
		conn.send(`{"type":"hello","num_connections":3}`)
		synctest.Wait()
		if st := c.Status(); st.Others != 2 {
			t.Errorf("status %+v, want 2 others", st)
		}
	})
}

func TestSeveralConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack := newSlackEnd(t)
		var gaps atomic.Int64
		c := slack.run(accept, func(cfg *slackapp.SocketConfig) {
			cfg.Sockets = 2
			cfg.Connected = func(time.Time) { gaps.Add(1) }
		})
		one, _ := slack.accept(), slack.accept()
		time.Sleep(time.Second)
		if st := c.Status(); st.Sockets != 2 {
			t.Errorf("status %+v", st)
		}
		one.Close()
		slack.accept()
		time.Sleep(time.Second)
		if st := c.Status(); st.Sockets != 2 || gaps.Load() != 1 {
			t.Errorf("status %+v after %d gaps; one connection always stood", st, gaps.Load())
		}
	})
}
