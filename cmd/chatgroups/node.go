package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/rs/zerolog"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
	"github.com/chatgroups/chatgroups/slackapp"
	"github.com/chatgroups/chatgroups/widget"
)

// stopWithin bounds a clean stop, all steps together.
const stopWithin = 20 * time.Second

// node is one running chatgroups: a store, a bridge, its two sides, and what
// listens for them.
type node struct {
	log     zerolog.Logger
	store   bridge.Store
	bridge  *bridge.Bridge
	app     *slackapp.App
	widget  *widget.Server
	metrics *prometheus.Registry

	public, admin net.Listener
	mux           *http.ServeMux // of the public listener; the demo adds its page
}

// newNode opens the store and the listeners, and wires the parts. Nothing runs
// yet; close releases everything if run is not to be called.
func newNode(ctx context.Context, s *settings, log zerolog.Logger) (n *node, err error) {
	n = &node{log: log, metrics: prometheus.NewRegistry(), mux: http.NewServeMux()}
	defer func() {
		if err != nil {
			n.close()
		}
	}()
	n.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	if n.public, err = net.Listen("tcp", s.Listen); err != nil {
		return n, badSetting("CHATGROUPS_LISTEN: %v: choose another address, or stop what listens there", err)
	}
	if n.admin, err = net.Listen("tcp", s.AdminListen); err != nil {
		return n, badSetting("CHATGROUPS_ADMIN_LISTEN: %v: choose another address, or stop what listens there", err)
	}
	path, err := s.storePath()
	if err != nil {
		return n, err
	}
	store, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		return n, fmt.Errorf("CHATGROUPS_STORE: %w", err)
	}
	n.store = store

	clean, err := takeCleanStop(ctx, n.store)
	if err != nil {
		return n, fmt.Errorf("read the store: %w", err)
	}
	cfg := s.slack()
	cfg.Unclean, cfg.Log, cfg.Metrics = !clean, log, n.metrics
	n.app = slackapp.New(cfg)
	own, err := s.ownTexts()
	if err != nil {
		return n, err
	}
	greetings, err := s.greetings()
	if err != nil {
		return n, err
	}
	if n.bridge, err = bridge.New(ctx, n.store, n.app, bridge.Config{
		Log: log, Files: n.app.Files(), MaxFileBytes: s.MaxFileBytes, Texts: own, Greetings: greetings, Words: widget.Words(),
	}); err != nil {
		return n, fmt.Errorf("read the store: %w", err)
	}
	public, err := url.Parse(s.PublicURL)
	if err != nil {
		return n, badSetting("CHATGROUPS_PUBLIC_URL: %v", err)
	}
	n.widget = widget.New(n.bridge, widget.Config{PublicURL: public, Log: log, Metrics: n.metrics, IdentitySecret: s.identitySecret})

	visitors := n.widget.Handler()
	n.mux.Handle("/w/v1/", visitors)
	n.mux.Handle("/c/", visitors)
	if s.SlackSigningSecret != "" {
		n.mux.Handle("/slack/", n.app.Handler())
	}
	return n, nil
}

func (n *node) close() {
	for _, l := range []net.Listener{n.public, n.admin} {
		if l != nil {
			l.Close()
		}
	}
	if n.store != nil {
		n.store.Close()
	}
}

// run works until ctx is done or something fails for good, then stops in order:
// take no new connections, tell the visitors when to come back, finish the posts
// under way, let the owner loops end, close the store.
func (n *node) run(ctx context.Context) error {
	defer n.close()
	failed := make(chan error, 5)
	public, admin := httpServer(n.mux), httpServer(n.adminHandler())
	var servers sync.WaitGroup
	serve := func(s *http.Server, l net.Listener) {
		servers.Go(func() {
			if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("serve %s: %w", l.Addr(), err)
			}
		})
	}
	serve(public, n.public)
	serve(admin, n.admin)
	runBridge := n.start("bridge", failed, n.bridge.Run)
	runApp := n.start("Slack", failed, func(ctx context.Context) error { return n.app.Run(ctx, n.bridge) })
	runWidget := n.start("widget", failed, n.widget.Run)

	n.log.Info().Str("listen", n.public.Addr().String()).Str("admin", n.admin.Addr().String()).Msg("chatgroups is up")
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-failed:
	}

	n.log.Info().Msg("stopping")
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	var late error
	step := func(name string, stop func() error) {
		if err := stop(); err != nil {
			late = errors.Join(late, fmt.Errorf("stop %s: %w", name, err))
		}
	}
	// Shutdown takes nobody new at once, and returns when who is there has gone:
	// the widget tells them to.
	gone := make(chan error, 1)
	go func() { gone <- public.Shutdown(deadline) }()
	step("widget", runWidget.stop(deadline))
	step("public listener", func() error { return <-gone })
	step("Slack", runApp.stop(deadline))
	step("bridge", runBridge.stop(deadline))
	step("admin listener", func() error { return admin.Shutdown(deadline) })
	if late != nil {
		public.Close()
		admin.Close()
		return errors.Join(failure, late)
	}
	servers.Wait()
	if failure == nil && n.app.Certain() {
		if err := noteCleanStop(deadline, n.store); err != nil {
			return err
		}
	}
	return failure
}

// running is a part that runs in a goroutine of its own.
type running struct {
	cancel context.CancelFunc
	done   chan struct{}
}

func (n *node) start(name string, failed chan<- error, run func(context.Context) error) running {
	ctx, cancel := context.WithCancel(context.Background())
	r := running{cancel, make(chan struct{})}
	go func() {
		defer close(r.done)
		if err := run(ctx); err != nil {
			failed <- fmt.Errorf("%s: %w", name, err)
		}
	}()
	return r
}

// stop returns what asks the part to stop and waits for it.
func (r running) stop(deadline context.Context) func() error {
	return func() error {
		r.cancel()
		select {
		case <-r.done:
			return nil
		case <-deadline.Done():
			return errors.New("it took too long")
		}
	}
}

func httpServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
	}
}
