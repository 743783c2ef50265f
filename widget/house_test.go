package widget_test

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/widget"
)

const (
	shop   = "https://shop.example"  // the origin of the site main
	branch = "https://other.example" // the origin of the site branch, in another workspace
	public = "http://chat.example"   // the bridge's own
)

// house is a whole bridge with its visitors' side, over a Store in memory.
type house struct {
	t       testing.TB
	store   *bridgetest.Memory
	bridge  *bridge.Bridge
	desk    *desk
	widget  *widget.Server
	metrics *prometheus.Registry
	dialer  func(context.Context, string, string) (net.Conn, error)
	client  *http.Client // for everything but WebSockets
	stop    func()       // stops the widget, then the bridge; may be called again
}

// desk is the agents' side: it remembers what it was told.
type desk struct{ behind chan bridge.ThreadKey }

func (d *desk) Behind(key bridge.ThreadKey, _ bridge.ThreadRef) {
	select {
	case d.behind <- key:
	default: // tests look at the first ones only
	}
}

// option changes how a house is built.
type option func(*options)

type options struct {
	cfg       widget.Config
	files     bridge.Files
	texts     bridge.Texts
	greetings []bridge.Greeting
	listen    func() net.Listener
	dial      func(net.Listener) func(context.Context, string, string) (net.Conn, error)
}

// limited sets limits.
func limited(l widget.Limits) option { return func(o *options) { o.cfg.Limits = l } }

// clocked makes rates go by a clock of the test's.
func clocked(c *clock) option { return func(o *options) { o.cfg.Now = c.now } }

// piped makes every connection a net.Pipe, which holds nothing that was not read
// and works in a synctest bubble.
func piped(o *options) {
	l := newPipeListener()
	o.listen = func() net.Listener { return l }
	o.dial = func(net.Listener) func(context.Context, string, string) (net.Conn, error) {
		return func(ctx context.Context, _, _ string) (net.Conn, error) { return l.dial(ctx) }
	}
}

func newHouse(t testing.TB, opts ...option) *house {
	t.Helper()
	own, err := url.Parse(public)
	if err != nil {
		t.Fatal(err)
	}
	o := options{
		listen: func() net.Listener {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			return l
		},
		dial: func(l net.Listener) func(context.Context, string, string) (net.Conn, error) {
			return func(ctx context.Context, _, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
			}
		},
	}
	h := &house{t: t, store: bridgetest.NewMemory(), desk: &desk{make(chan bridge.ThreadKey, 64)}, metrics: prometheus.NewRegistry()}
	o.cfg = widget.Config{PublicURL: own, Metrics: h.metrics}
	for _, opt := range opts {
		opt(&o)
	}
	h.bridge, err = bridge.New(t.Context(), h.store, h.desk, bridge.Config{Files: o.files, Texts: o.texts, Greetings: o.greetings, Words: widget.Words()})
	if err != nil {
		t.Fatal(err)
	}
	h.furnish()
	h.widget = widget.New(h.bridge, o.cfg)

	l := o.listen()
	h.dialer = o.dial(l)
	web := &http.Server{Handler: h.widget.Handler()}
	h.client = &http.Client{Transport: &http.Transport{DialContext: h.dialer}}

	var bridgeRun, rest sync.WaitGroup
	bridgeCtx, stopBridge := context.WithCancel(context.Background())
	widgetCtx, stopWidget := context.WithCancel(context.Background())
	bridgeRun.Go(func() { h.bridge.Run(bridgeCtx) })
	widgetOver := make(chan struct{})
	rest.Go(func() {
		h.widget.Run(widgetCtx)
		close(widgetOver)
	})
	rest.Go(func() { web.Serve(l) })
	h.stop = sync.OnceFunc(func() {
		stopWidget()
		<-widgetOver
		stopBridge()
		bridgeRun.Wait()
	})
	t.Cleanup(func() {
		h.stop()
		h.client.CloseIdleConnections()
		web.Close()
		rest.Wait()
		h.store.Close()
	})
	return h
}

// furnish makes two workspaces: one with the site main and the groups Tech, Sales
// and Product, which is off, and one with the site branch and the group Support.
func (h *house) furnish() {
	h.t.Helper()
	ctx := h.t.Context()
	h.must(h.bridge.Setup(ctx, bridge.Workspace{ID: "W1", Name: "One"}, "main", []string{shop}))
	h.must(h.bridge.Setup(ctx, bridge.Workspace{ID: "W2", Name: "Two"}, "branch", []string{branch}))
	for i, g := range []bridge.Group{
		{Workspace: "W1", Name: "Tech", About: "Help with the product"},
		{Workspace: "W1", Name: "Sales", About: "Prices & orders"},
		{Workspace: "W1", Name: "Product", Switch: &bridge.Switch{}},
		{Workspace: "W2", Name: "Support"},
	} {
		g.Channel = fmt.Sprintf("C%d", i)
		_, err := h.bridge.CreateGroup(ctx, g, bridge.Author{})
		h.must(err)
	}
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) taken(_ bridge.Taken, err error) { h.t.Helper(); h.must(err) }

// agent is somebody at the desk with the thread of one conversation open.
type agent struct {
	house *house
	key   bridge.ThreadKey
	ref   bridge.ThreadRef
	wrote int
}

// answered waits until the desk is told of a conversation and opens its thread.
func (h *house) answered() *agent {
	h.t.Helper()
	a := &agent{house: h}
	select {
	case a.key = <-h.desk.behind:
	case <-time.After(patience):
		h.t.Fatal("the desk was told of nothing")
	}
	w, ok, err := h.bridge.Work(h.t.Context(), a.key, 0)
	h.must(err)
	if !ok {
		h.t.Fatal("the desk was told of a conversation without work")
	}
	a.ref = bridge.ThreadRef("C/" + string(a.key.Conversation))
	h.must(h.bridge.Posted(h.t.Context(), a.key, w.Joined, bridge.Post{Thread: a.ref}))
	return a
}

// write answers the visitor.
func (a *agent) write(body string) {
	a.house.t.Helper()
	a.wrote++
	a.house.taken(a.house.bridge.FromDesk(a.house.t.Context(), a.key, a.ref, bridge.DeskMessage{
		ID: bridge.EntryID(fmt.Sprintf("s.%d", a.wrote)), By: bridge.Author{Agent: "U1", Name: "Ann"}, Body: body,
	}))
}

// note writes for colleagues alone.
func (a *agent) note(body string) {
	a.house.t.Helper()
	a.wrote++
	a.house.taken(a.house.bridge.FromDesk(a.house.t.Context(), a.key, a.ref, bridge.DeskMessage{
		ID: bridge.EntryID(fmt.Sprintf("s.%d", a.wrote)), By: bridge.Author{Agent: "U1", Name: "Ann"}, Body: body, Note: true,
	}))
}

// stored returns every record of what visitors can cause to be written.
func (h *house) stored() map[string]string {
	h.t.Helper()
	all := map[string]string{}
	for _, kind := range []bridge.RecordKind{
		bridge.VisitorRecords, bridge.ConversationRecords, bridge.ActiveRecords, bridge.ThreadRecords,
	} {
		h.must(h.store.Records(h.t.Context(), kind, "", func(r bridge.Record) error {
			all[string(kind)+" "+r.Key] = string(r.Value)
			return nil
		}))
	}
	return all
}

// nothingWritten runs fn and fails if anything of a visitor's was stored by it, or
// if the house does not serve a well-behaved visitor afterwards.
func (h *house) nothingWritten(fn func()) {
	h.t.Helper()
	before := h.stored()
	fn()
	if after := h.stored(); !maps.Equal(before, after) {
		h.t.Errorf("what was refused has been stored:\n before %v\n after  %v", before, after)
	}
	v := h.visit()
	v.hello()
	v.leave()
}

// count returns a metric's value for a label's value, 0 where it was never counted.
func (h *house) count(metric, label string) float64 {
	h.t.Helper()
	families, err := h.metrics.Gather()
	h.must(err)
	for _, f := range families {
		if f.GetName() != "chatgroups_widget_"+metric {
			continue
		}
		for _, m := range f.GetMetric() {
			if m.GetLabel()[0].GetValue() == label {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return 0
}

// clock is a clock that stands until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// pipeListener accepts the other ends of pipes.
type pipeListener struct {
	conns chan net.Conn
	over  chan struct{}
	close func()
}

func newPipeListener() *pipeListener {
	l := &pipeListener{conns: make(chan net.Conn), over: make(chan struct{})}
	l.close = sync.OnceFunc(func() { close(l.over) })
	return l
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.over:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.over:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error { l.close(); return nil }

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }
