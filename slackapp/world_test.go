package slackapp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/slackapp"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// world is a simulated workspace with the app at work in it: Tech (Ann, Tom) and
// Sales (Bea), an admin (Cleo), and somebody of neither (Dan).
type world struct {
	t     testing.TB
	slack *fakeslack.Workspace
	app   *slackapp.App
	b     *bridge.Bridge
	inst  fakeslack.Installation
	ws    bridge.WorkspaceID
	stop  func()  // ends app and bridge, in order
	net   *memNet // nil: a real one on loopback

	apiURL  string
	metrics *prometheus.Registry // of the app that runs now

	mistaken bool // the story takes scopes away, so that calls of the app are wrong

	ann, tom, bea, cleo, dan string
	tech, sales, lobby       string // channels
	techGroup, salesGroup    string
}

type worldOptions struct {
	slack fakeslack.Config
	app   slackapp.Config
	store bridge.Store
	net   *memNet // for stories in a bubble of testing/synctest

	unconnected bool // do not wait for the app to be connected
}

func newWorld(t testing.TB, o worldOptions) *world {
	t.Helper()
	var l net.Listener = o.net
	if o.net == nil {
		var err error
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	o.slack.BaseURL = "http://" + l.Addr().String()
	w := &world{t: t, net: o.net, slack: fakeslack.New(o.slack)}
	person := func(p fakeslack.Person) string { return w.slack.AddPerson(p).ID }
	w.ann = person(fakeslack.Person{Name: "ann"})
	w.tom = person(fakeslack.Person{Name: "tom"})
	w.bea = person(fakeslack.Person{Name: "bea"})
	w.cleo = person(fakeslack.Person{Name: "cleo", Admin: true})
	w.dan = person(fakeslack.Person{Name: "dan"})
	scopes, events := slackapp.Needs()
	w.inst = w.slack.InstallApp(fakeslack.App{
		Name: "chatgroups", Scopes: scopes, Events: events, SocketMode: true,
		Commands: []fakeslack.SlashCommand{{Name: "/chatgroups", ShouldEscape: true}},
	})
	bot := w.inst.BotUserID
	w.tech = w.slack.AddChannel("chat-tech", false, w.ann, w.tom, w.cleo, w.dan, bot)
	w.sales = w.slack.AddChannel("chat-sales", false, w.bea, w.cleo, bot)
	w.lobby = w.slack.AddChannel("lobby", false, w.ann, w.bea, w.cleo, w.dan, bot)
	w.techGroup = w.slack.AddUserGroup("Tech", "tech", w.ann, w.tom)
	w.salesGroup = w.slack.AddUserGroup("Sales", "sales", w.bea)
	w.ws = bridge.WorkspaceID(w.slack.TeamID())

	ctx, cancel := context.WithCancel(context.Background())
	server := &http.Server{Handler: w.slack.Handler()}
	var running sync.WaitGroup
	running.Go(func() { _ = w.slack.Run(ctx) })
	running.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Errorf("serve the simulated Slack: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		server.Close()
		running.Wait()
		if w.mistaken {
			return
		}
		// No call may be one that Slack would refuse whatever the workspace is like.
		for _, r := range w.slack.Mistakes() {
			t.Errorf("%s was called wrongly: %s", r.Method, r.Error)
		}
	})
	if o.store == nil {
		o.store = bridgetest.NewMemory()
	}
	o.app.BotToken, o.app.AppToken = w.inst.BotToken, w.inst.AppToken
	w.apiURL = o.slack.BaseURL + "/api/"
	o.app.APIURL = w.apiURL
	o.app.PublicURL = "https://chat.example.com"
	w.start(o)
	return w
}

// start runs the app and a bridge over the store of o.
func (w *world) start(o worldOptions) {
	w.t.Helper()
	if o.app.Settle == 0 {
		o.app.Settle = 200 * time.Millisecond
	}
	o.app.Log = zerolog.Nop()
	w.metrics = prometheus.NewRegistry()
	o.app.Metrics = w.metrics
	if w.net != nil {
		w.app = slackapp.NewOver(o.app, w.net.Dial)
	} else {
		w.app = slackapp.New(o.app)
	}
	var err error
	if w.b, err = bridge.New(context.Background(), o.store, w.app, bridge.Config{Files: w.app.Files()}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.b.Setup(context.Background(), bridge.Workspace{ID: w.ws, Name: "Example"}, "main", nil); err != nil {
		w.t.Fatal(err)
	}
	for _, g := range []bridge.Group{
		{Workspace: w.ws, Name: "Tech", Channel: w.tech, UserGroup: w.techGroup},
		{Workspace: w.ws, Name: "Sales", Channel: w.sales, UserGroup: w.salesGroup},
	} {
		if _, err := w.b.CreateGroup(context.Background(), g, bridge.Author{}); err != nil && bridge.CodeOf(err) != bridge.CodeConflict {
			w.t.Fatal(err)
		}
	}
	appCtx, stopApp := context.WithCancel(context.Background())
	bridgeCtx, stopBridge := context.WithCancel(context.Background())
	appDone, bridgeDone := make(chan error, 1), make(chan error, 1)
	b, app := w.b, w.app
	go func() { bridgeDone <- b.Run(bridgeCtx) }()
	go func() { appDone <- app.Run(appCtx, b) }()
	w.stop = sync.OnceFunc(func() {
		stopApp()
		if err := <-appDone; err != nil {
			w.t.Errorf("the app ended: %v", err)
		}
		stopBridge()
		if err := <-bridgeDone; err != nil {
			w.t.Errorf("the bridge ended: %v", err)
		}
	})
	w.t.Cleanup(w.stop)
	if !o.unconnected {
		w.wait("the app is connected", func() bool { return app.Ready() == nil })
	}
}

// fast is an app that is not slowed by Slack's limits.
var fast = worldOptions{
	slack: fakeslack.Config{Limits: fakeslack.Limits{Off: true}, RetryDelays: []time.Duration{0, 50 * time.Millisecond}},
	app:   slackapp.Config{PostsPerSecond: 1000, Burst: 100},
}

// wait returns once ok holds; it is asked again whenever something happens in the
// workspace, and now and then, since not all happens there.
func (w *world) wait(what string, ok func() bool) {
	w.t.Helper()
	if !w.holds(ok) {
		w.t.Fatalf("waited in vain: %s", what)
	}
}

func (w *world) holds(ok func() bool) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	for {
		short, done := context.WithTimeout(ctx, 100*time.Millisecond)
		err := w.slack.Wait(short, ok)
		done()
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
	}
}

// tab is a visitor at the bridge.
type tab struct {
	w *world
	*bridge.Visit
	Leave func()
	token string
	to    string // the group of the first message
	n     int
	woken chan struct{}
	seen  []bridge.Event
}

func (w *world) visitor() *tab {
	w.t.Helper()
	return w.returning("")
}

// returning is the visitor of a token, from the first line on.
func (w *world) returning(token string) *tab {
	w.t.Helper()
	c := &tab{w: w, to: "tech", token: token, woken: make(chan struct{}, 1)}
	v, err := w.b.Enter(context.Background(), "main", token, func() {
		select {
		case c.woken <- struct{}{}:
		default:
		}
	})
	if err != nil {
		w.t.Fatal(err)
	}
	c.Visit = v
	if token == "" {
		c.token = v.Token()
	}
	c.Leave = sync.OnceFunc(v.Leave)
	w.t.Cleanup(c.Leave)
	if _, err := v.Resume(context.Background(), "", "", 0); err != nil {
		w.t.Fatal(err)
	}
	return c
}

// say sends a message; the first one goes to Tech.
func (c *tab) say(body string) bridge.Receipt {
	c.w.t.Helper()
	c.n++
	r, err := c.Send(context.Background(), bridge.Draft{
		ID: bridge.EntryID(fmt.Sprintf("m%d", c.n)), Body: body, Group: bridge.GroupID(c.to),
		Page: bridge.Page{URL: "https://shop.example/tea", Title: "Tea"},
	})
	if err != nil {
		c.w.t.Fatal(err)
	}
	return r
}

// bodies returns what the visitor has read so far of others' messages.
func (c *tab) bodies() []string {
	c.w.t.Helper()
	for {
		events, moved, err := c.Next(context.Background(), 50)
		if err != nil {
			c.w.t.Fatal(err)
		}
		if moved {
			if _, err := c.Resume(context.Background(), "", "", 0); err != nil {
				c.w.t.Fatal(err)
			}
			c.seen = nil
			continue
		}
		if len(events) == 0 {
			break
		}
		c.seen = append(c.seen, events...)
	}
	var bodies []string
	for _, e := range c.seen {
		if e.Kind == bridge.KindMessage && !e.Mine {
			bodies = append(bodies, e.Body)
		}
	}
	return bodies
}

func (c *tab) waitBodies(want ...string) {
	c.w.t.Helper()
	var got []string
	ok := c.w.holds(func() bool { got = c.bodies(); return slices.Equal(got, want) })
	if !ok {
		c.w.t.Fatalf("the visitor reads\n%q\nwant\n%q", got, want)
	}
}

// root waits for the root card in a channel, the nth one from 0.
func (w *world) root(channel string, n int) fakeslack.Message {
	w.t.Helper()
	var roots []fakeslack.Message
	w.wait("a root card", func() bool {
		roots = nil
		for _, m := range w.slack.Messages(channel) {
			if m.BotID == w.inst.BotID && !m.IsReply() {
				roots = append(roots, m)
			}
		}
		return len(roots) > n
	})
	return roots[n]
}

// posts are the texts that the app posted in a thread, with the name they were
// posted under.
func (w *world) posts(channel, root string) []string {
	var texts []string
	for _, m := range w.slack.Thread(channel, root) {
		if m.BotID == w.inst.BotID && m.IsReply() {
			texts = append(texts, strings.TrimPrefix(m.Username+": "+m.Text, ": "))
		}
	}
	return texts
}

func (w *world) waitPosts(channel, root string, want ...string) {
	w.t.Helper()
	ok := false
	w.wait("posts in the thread", func() bool {
		ok = slices.Equal(w.posts(channel, root), want)
		return ok || len(w.posts(channel, root)) > len(want)
	})
	if !ok {
		w.t.Fatalf("in the thread stands\n%q\nwant\n%q", w.posts(channel, root), want)
	}
}

func (w *world) reply(user, channel, root, text string) (ts string) {
	w.t.Helper()
	ts, err := w.slack.Say(user, channel, text, fakeslack.InThread(root))
	if err != nil {
		w.t.Fatal(err)
	}
	return ts
}

// command runs a slash command and returns the last answer.
func (w *world) command(user, channel, text string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	res, err := w.slack.Command(ctx, user, channel, text, false)
	if err != nil {
		w.t.Fatalf("%s: %v", text, err)
	}
	said := res.Responses()
	if len(said) == 0 {
		w.t.Fatalf("%s: no answer", text)
	}
	return said[len(said)-1].Text
}

func (w *world) press(user, channel, ts, action string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if _, err := w.slack.Click(ctx, user, channel, ts, action); err != nil {
		w.t.Fatalf("press %s: %v", action, err)
	}
}

// whisper waits for an ephemeral message to a person that holds a text.
func (w *world) whisper(user, text string) fakeslack.Ephemeral {
	w.t.Helper()
	var found fakeslack.Ephemeral
	w.wait("a whisper that says "+text, func() bool {
		for _, e := range w.slack.Ephemerals(user) {
			if strings.Contains(e.Text, text) {
				found = e
				return true
			}
		}
		return false
	})
	return found
}

// stands reports whether the JSON of a message's blocks holds a text.
func stands(m fakeslack.Message, text string) bool {
	quoted, _ := json.Marshal(text)
	return strings.Contains(string(m.Blocks), strings.Trim(string(quoted), `"`))
}
