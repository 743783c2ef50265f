package webtest_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/widget"
)

// house is a whole bridge with its visitors' side, behind a proxy.
type house struct {
	t      *testing.T
	bridge *bridge.Bridge
	base   string
	work   chan bridge.ThreadKey
}

func (h *house) Behind(key bridge.ThreadKey, _ bridge.ThreadRef) {
	select {
	case h.work <- key:
	default: // of a thread that is known there is nothing to do
	}
}

// A drawer takes every file, and has none.
type drawer struct{}

func (drawer) Keep(_ context.Context, _ bridge.WorkspaceID, f bridge.File, bytes io.Reader) (bridge.FileRef, error) {
	_, err := io.Copy(io.Discard, bytes)
	return bridge.FileRef(f.Name), err
}

func (drawer) Drop(context.Context, bridge.WorkspaceID, bridge.FileRef) {}

func (drawer) Open(context.Context, bridge.WorkspaceID, bridge.File) (io.ReadCloser, error) {
	return nil, bridge.Errorf(bridge.CodeNotFound, "the drawer keeps nothing")
}

// plenty allows a test in seconds what a visitor may do in hours.
var plenty = widget.Rate{Burst: 1_000_000, Every: time.Microsecond}

func newHouse(t *testing.T, p *proxy) *house {
	t.Helper()
	h := &house{t: t, base: "http://" + p.address, work: make(chan bridge.ThreadKey, 16)}
	own, err := url.Parse(h.base)
	if err != nil {
		t.Fatal(err)
	}
	store := bridgetest.NewMemory()
	h.bridge, err = bridge.New(t.Context(), store, h, bridge.Config{Files: drawer{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.bridge.Setup(t.Context(), bridge.Workspace{ID: "W1", Name: "One"}, "main", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := h.bridge.CreateGroup(t.Context(), bridge.Group{Workspace: "W1", Name: "Tech", Channel: "C1"}, bridge.Author{}); err != nil {
		t.Fatal(err)
	}
	visitors := widget.New(h.bridge, widget.Config{PublicURL: own, Limits: widget.Limits{
		Hello: plenty, Poll: plenty, Frame: plenty, Send: plenty, Steady: plenty, Typing: plenty, Tabs: 50,
	}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path != "/w/v1/ws" {
			// The proxy takes a connection for what its first request is.
			w.Header().Set("Connection", "close")
		}
		visitors.Handler().ServeHTTP(w, r)
	})}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { h.bridge.Run(ctx) })
	running.Go(func() { visitors.Run(ctx) })
	running.Go(func() { web.Serve(l) })
	t.Cleanup(func() {
		cancel()
		web.Close()
		running.Wait()
		store.Close()
	})
	p.serve(t, l.Addr().String())
	return h
}

// answer writes messages of an agent's, once there is a conversation.
func (h *house) answer(ctx context.Context, messages int) error {
	var key bridge.ThreadKey
	select {
	case key = <-h.work:
	case <-ctx.Done():
		return ctx.Err()
	}
	w, ok, err := h.bridge.Work(ctx, key, 0)
	if err != nil || !ok {
		return fmt.Errorf("the desk has no work: %v", err)
	}
	ref := bridge.ThreadRef("C1/1")
	if err := h.bridge.Posted(ctx, key, w.Joined, bridge.Post{Thread: ref}); err != nil {
		return err
	}
	for i := range messages {
		_, err := h.bridge.FromDesk(ctx, key, ref, bridge.DeskMessage{
			ID: bridge.EntryID(fmt.Sprintf("s.%d", i)), By: bridge.Author{Agent: "U1", Name: "Ann"}, Body: fmt.Sprintf("agent %d", i),
		})
		if err != nil {
			return err
		}
		select {
		case <-time.After(40 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Of a thousand messages over a network that breaks all the time, from two tabs
// that are loaded again now and then and from an agent, every tab shows each once,
// in the order in which it was written.
func TestEveryMessageArrivesOnceAndInOrder(t *testing.T) {
	const ofATab, ofTheAgent, piece = 400, 200, 50
	seed := uint64(1)
	if own, err := strconv.ParseUint(os.Getenv("CHATGROUPS_CHAOS_SEED"), 10, 64); err == nil {
		seed = own
	}
	for name, noSockets := range map[string]bool{"by WebSocket": false, "by long poll": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := newTab(t), newTab(t)
			network := newProxy(t, seed, noSockets)
			h := newHouse(t, network)
			var agent sync.WaitGroup
			agent.Go(func() {
				if err := h.answer(t.Context(), ofTheAgent); err != nil {
					t.Error(err)
				}
			})

			began := time.Now()
			first.chat(h)
			first.say("first", 0, 1)
			// On a bad day so much follows meanwhile that the first lines are left out of what the tab is told.
			first.until("the conversation has begun", `(texts('bdi').includes('first 0') || texts('bdi').length >= 50) && !root.querySelector('.wait')`)
			second.chat(h)
			for at := 0; at < ofATab; at += piece {
				var both sync.WaitGroup
				both.Go(func() { first.say("first", max(at, 1), at+piece) })
				both.Go(func() { second.say("second", at, at+piece) })
				both.Wait()
				// Whatever is under way at this moment must survive.
				switch at / piece % 4 {
				case 1:
					first.chat(h)
				case 2:
					second.chat(h)
				}
			}
			agent.Wait()
			network.calm.Store(true)
			for _, p := range []tab{first, second} {
				p.until("nothing waits any more", `!root.querySelector('.wait')`)
			}
			t.Logf("seed %d: %d connections came to a bad end; %.1f s", seed, network.harmed.Load(), time.Since(began).Seconds())

			want := map[string]int{"first": ofATab, "second": ofATab, "agent": ofTheAgent}
			var one, other []string
			var both sync.WaitGroup
			both.Go(func() { one = first.everything(want) })
			both.Go(func() { other = second.everything(want) })
			both.Wait()
			t.Logf("everything is read after %.1f s", time.Since(began).Seconds())
			inOrder(t, one, want)
			if !slices.Equal(one, other) {
				t.Errorf("the tabs differ: one has %d lines, the other %d", len(one), len(other))
			}
		})
	}
}

// chat loads the page, again where it is there already, and opens the chat.
func (p tab) chat(h *house) {
	p.t.Helper()
	p.visit(h.base + "/c/main")
	p.until("the chat is open", `root.querySelector('.panel:not([hidden]):not([aria-busy])')`)
}

// say writes messages from one number up to another, faster than anybody types, and
// returns once the widget has them.
func (p tab) say(who string, from, to int) {
	p.t.Helper()
	p.run("write", fmt.Sprintf(`for (let i = %d; i < %d; i++) {
		chatgroups('start', { group: 'tech', text: '%s ' + i, send: true });
		await new Promise((next) => setTimeout(next, 15));
	}`, from, to, who))
}

// everything returns all messages that the tab shows, once as many as wanted are
// there, the oldest first.
func (p tab) everything(want map[string]int) []string {
	p.t.Helper()
	total := 0
	for _, n := range want {
		total += n
	}
	// Earlier ones are fetched until there are none; some of the newest may be under way.
	js := `(async () => {` + within + `
		for (const end = Date.now() + 30_000; Date.now() < end;) {
			const earlier = root.querySelector('.earlier');
			if (!earlier.hidden) earlier.click();
			else if (texts('bdi').length >= ` + strconv.Itoa(total) + `) break;
			await new Promise((later) => setTimeout(later, 30));
		}
		await new Promise((later) => setTimeout(later, 300)); // one too many would come now
		return texts('bdi'); })()`
	lines, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]string](js, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatal(err)
	}
	return lines
}

// inOrder fails unless each of the wanted lines is there once, and after the one
// that was written before it.
func inOrder(t *testing.T, lines []string, want map[string]int) {
	t.Helper()
	next := map[string]int{}
	var odd []string
	for _, line := range lines {
		who, number, _ := strings.Cut(line, " ")
		n, err := strconv.Atoi(number)
		if err != nil || n != next[who] {
			odd = append(odd, fmt.Sprintf("%q where %s %d should be", line, who, next[who]))
		}
		next[who] = n + 1
	}
	if len(odd) > 0 {
		t.Errorf("of %d lines these are not the next: %s", len(lines), strings.Join(odd, "; "))
	}
	for who, n := range want {
		if next[who] != n {
			t.Errorf("what %s wrote ends after %d lines, want %d", who, next[who], n)
		}
	}
}
