package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

type demoCmd struct {
	Listen string `env:"CHATGROUPS_LISTEN" default:"127.0.0.1:8080" help:"Where the demo's page is; another port is taken where this one is in use."`
	Log    string `env:"CHATGROUPS_LOG" default:"warn" help:"debug, info, warn or error."`
}

// Run plays the whole thing: a simulated Slack workspace, a store in a temporary
// folder, the bridge between them, and a page that shows a shop and the workspace
// side by side. The bridge is the real one, over Socket Mode and HTTP.
func (c *demoCmd) Run(p *program) error {
	listen, err := freeAddress(c.Listen)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "chatgroups-demo-")
	if err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	defer os.RemoveAll(folder)

	world, err := newDemoWorld()
	if err != nil {
		return err
	}
	stopWorld := world.start()
	defer stopWorld()

	address := "http://" + listen
	_, port, _ := net.SplitHostPort(listen)
	s := settings{
		SlackBotToken: secret(world.installed.BotToken), SlackAppToken: secret(world.installed.AppToken),
		SlackAPIURL: world.apiURL(),
		Listen:      listen, AdminListen: "127.0.0.1:0", PublicURL: address,
		Origins: "http://localhost:" + port + ",http://127.0.0.1:" + port,
		Store:   "bolt:" + filepath.Join(folder, "chatgroups.db"), Log: c.Log,
		PostsPerSecond: 1,
		PostSettle:     time.Second, // the simulated Slack shows a post at once or never
	}
	if err := s.check(); err != nil {
		return err
	}
	n, err := newNode(p.ctx, &s, s.logger(p.stderr))
	if err != nil {
		return err
	}
	if err := world.setUp(p.ctx, n.bridge, s.slack()); err != nil {
		n.close()
		return err
	}
	n.mux.Handle("/sim/", http.StripPrefix("/sim", world.slack.Handler()))
	n.mux.Handle("/", demoPage())
	fmt.Fprintf(p.stdout, "Open %s\nCtrl-C stops the demo; nothing of it is kept.\n", address)
	return n.run(p.ctx)
}

// freeAddress returns addr, or the same host with another port where that one is
// in use: the demo should start whatever else runs on the machine.
func freeAddress(addr string) (string, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return "", badSetting("CHATGROUPS_LISTEN must be host:port, like 127.0.0.1:8080")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		l, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return "", badSetting("CHATGROUPS_LISTEN: %v: choose another address", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// demoWorld is the simulated workspace with its people, as the demo begins.
type demoWorld struct {
	slack     *fakeslack.Workspace
	installed fakeslack.Installation
	listener  net.Listener // for the app's own calls

	general, tech, sales             string // channels
	techGroup, salesGroup, frontDesk string // user groups
}

func newDemoWorld() (*demoWorld, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the simulated Slack: %w", err)
	}
	w := &demoWorld{listener: l, slack: fakeslack.New(fakeslack.Config{
		Name: "Kettle & Leaf", Domain: "kettle", Plan: fakeslack.Paid, BaseURL: "http://" + l.Addr().String(),
	})}
	person := func(real, title string, p fakeslack.Person) string {
		first, _, _ := strings.Cut(real, " ")
		p.Name, p.RealName, p.Display, p.Title = strings.ToLower(first), real, first, title
		return w.slack.AddPerson(p).ID
	}
	ann := person("Ann Lee", "Tech", fakeslack.Person{})
	tom := person("Tom Okafor", "Tech", fakeslack.Person{Away: true})
	bea := person("Bea Rossi", "Sales", fakeslack.Person{})
	cleo := person("Cleo Novak", "Office", fakeslack.Person{Admin: true})
	gil := person("Gil Marsh", "Photographer", fakeslack.Person{Restricted: true})
	ines := person("Ines Duarte", "Tea importer", fakeslack.Person{TeamID: "T0IMPORTS"})
	person("Otto Brandt", "Sales", fakeslack.Person{Deleted: true})

	w.installed = w.slack.InstallApp(slackApp())
	bot := w.installed.BotUserID
	w.general = w.slack.AddChannel("chat-general", false, cleo, ann, bea, tom, bot)
	w.tech = w.slack.AddChannel("chat-tech", false, ann, tom, cleo, bot)
	w.sales = w.slack.AddChannel("chat-sales", false, bea, cleo, ines, bot)
	w.slack.AddChannel("tea-room", false, ann, tom, bea, cleo, gil)
	w.techGroup = w.slack.AddUserGroup("Tech", "tech", ann, tom)
	w.salesGroup = w.slack.AddUserGroup("Sales", "sales", bea)
	w.frontDesk = w.slack.AddUserGroup("Front desk", "front-desk", cleo)
	return w, nil
}

// slackApp is the app as manifest.yml describes it, for a simulated workspace.
func slackApp() fakeslack.App {
	scopes, events := slackapp.Needs()
	return fakeslack.App{
		Name: "chatgroups", Scopes: scopes, Events: events, SocketMode: true,
		Commands: []fakeslack.SlashCommand{{Name: "/chatgroups", ShouldEscape: true}},
	}
}

func (w *demoWorld) apiURL() string { return "http://" + w.listener.Addr().String() + "/api/" }

// start runs the workspace and returns what stops it and waits.
func (w *demoWorld) start() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	server := httpServer(w.slack.Handler())
	var wg sync.WaitGroup
	wg.Go(func() { _ = w.slack.Run(ctx) })
	wg.Go(func() {
		if err := server.Serve(w.listener); !errors.Is(err, http.ErrServerClosed) {
			fmt.Fprintln(os.Stderr, "chatgroups: the simulated Slack stopped:", err)
		}
	})
	return func() {
		cancel()
		server.Close()
		wg.Wait()
	}
}

// setUp makes two groups besides the default one, as an admin would with
// /chatgroups create.
func (w *demoWorld) setUp(ctx context.Context, b *bridge.Bridge, cfg slackapp.Config) error {
	id := bridge.WorkspaceID(w.slack.TeamID())
	if err := b.Setup(ctx, bridge.Workspace{ID: id, Name: "Kettle & Leaf"}, cfg.Site, cfg.Origins); err != nil {
		return err
	}
	for _, g := range []bridge.Group{
		{Name: "Tech", About: "Kettles, scales and the app", Channel: w.tech, UserGroup: w.techGroup},
		{Name: "Sales", About: "Orders, prices and tea advice", Channel: w.sales, UserGroup: w.salesGroup},
	} {
		g.Workspace = id
		if _, err := b.CreateGroup(ctx, g, bridge.Author{}); err != nil {
			return err
		}
	}
	general, err := b.FindGroup(id, "general")
	if err != nil {
		return err
	}
	general.About = "Anything else"
	general.Channel, general.UserGroup = w.general, w.frontDesk
	_, err = b.UpdateGroup(ctx, general, bridge.Author{})
	return err
}
