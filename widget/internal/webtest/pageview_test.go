package webtest_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/domstorage"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// visited is what a browser saw a page do.
type visited struct {
	mu                        sync.Mutex // guards the following
	requests, sockets, writes []string
	headers                   []string // Cookie and Set-Cookie
}

// watch sees what pages of the tab do from now on.
func (p tab) watch() *visited {
	p.t.Helper()
	v := &visited{}
	err := chromedp.Listen(p.ctx, func(ev any) {
		v.mu.Lock()
		defer v.mu.Unlock()
		switch e := ev.(type) {
		case *network.EventRequestWillBeSent:
			v.requests = append(v.requests, e.Request.URL)
		case *network.EventWebSocketCreated:
			v.sockets = append(v.sockets, e.URL)
		case *domstorage.EventDomStorageItemAdded:
			v.writes = append(v.writes, e.Key)
		case *domstorage.EventDomStorageItemUpdated:
			v.writes = append(v.writes, e.Key)
		case *network.EventResponseReceivedExtraInfo:
			for name := range e.Headers {
				if strings.EqualFold(name, "Set-Cookie") {
					v.headers = append(v.headers, name)
				}
			}
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, err := range []error{
		second(chromedp.Call(p.ctx, network.Enable, network.EnableParams{})),
		second(chromedp.Call(p.ctx, domstorage.Enable, cdp.Empty{})),
	} {
		if err != nil {
			p.t.Fatal(err)
		}
	}
	return v
}

func second[T any](_ T, err error) error { return err }

func TestAPageViewCostsOneRequestAndNothingElse(t *testing.T) {
	theatre := newStage(t, map[string]*play{"view": {}})
	p := newTab(t)
	v := p.watch()
	address := theatre.page("shop", "view", "lang=de")
	p.visit(address)
	p.until("the launcher is there", `root.querySelector('.launcher')`)
	// Anything that the widget put off until the page is at rest would show now.
	p.run("let the page come to rest", `await new Promise((rest) => requestIdleCallback(() => setTimeout(rest, 500)))`)

	kept := ask[[]string](p, "look what is kept", `return [...Object.keys(localStorage), ...Object.keys(sessionStorage), ...(await indexedDB.databases()).map((d) => d.name),
		...(await caches.keys()), ...(await navigator.serviceWorker.getRegistrations()).map((r) => r.scope), ...document.cookie.split(';').filter(Boolean)]`)
	v.mu.Lock()
	defer v.mu.Unlock()
	var ours []string
	for _, r := range v.requests {
		if r != address && !strings.HasSuffix(r, "/favicon.ico") {
			ours = append(ours, strings.TrimPrefix(r, theatre.base))
		}
	}
	if want := []string{"/w/v1/shop.js?play=view&accent="}; !slices.Equal(ours, want) {
		t.Errorf("a page view requests %v, want %v", ours, want)
	}
	for what, found := range map[string][]string{"sockets": v.sockets, "writes to storage": v.writes, "cookies": v.headers, "things kept": kept} {
		if len(found) > 0 {
			t.Errorf("a page view has %s: %v", what, found)
		}
	}
}

// Nothing is written while a visitor only looks, either; it is once they write.
func TestNothingIsKeptBeforeTheFirstMessage(t *testing.T) {
	theatre := newStage(t, map[string]*play{"view": {}})
	v := &visit{tab: newTab(t), stage: theatre, site: "shop", play: "view"}
	watched := v.watch()
	v.visit(theatre.page("shop", "view", ""))
	v.open()
	v.choose("Tech")
	v.write("Shall I?")
	v.until("the server has answered", `texts('.status').length`)
	watched.mu.Lock()
	if len(watched.writes) > 0 {
		t.Errorf("before the first message this is written: %v", watched.writes)
	}
	watched.mu.Unlock()
	v.send("I shall")
	v.until("the message is kept", `Object.keys(localStorage).length`)
}

// What a page view costs the main thread of a computer four times as slow as this
// one, over the same page without the widget: a figure, as machines differ.
func TestMainThreadOfAPageView(t *testing.T) {
	theatre := newStage(t, map[string]*play{"view": {}})
	p := newTab(t)
	if _, err := chromedp.Call(p.ctx, performance.Enable, performance.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(p.ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(p.ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(p.ctx, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}); err != nil {
		t.Fatal(err)
	}
	// cost is of one page view: the time in all tasks, and that in scripts.
	cost := func(query string) (tasks, scripts time.Duration) {
		p.visit("about:blank")
		t0, s0 := p.spent()
		p.visit(theatre.page("shop", "view", query))
		rest := chromedp.Evaluate[chromedp.Void](`new Promise((rest) => requestIdleCallback(() => setTimeout(rest, 200)))`, chromedp.EvalAwaitPromise)
		if err := chromedp.Do(p.ctx, rest); err != nil {
			t.Fatal(err)
		}
		t1, s1 := p.spent()
		return t1 - t0, s1 - s0
	}
	cost("") // what only the first one costs is the browser's
	// In turns, as whatever else the machine does then counts for both.
	var tasks, scripts, emptyTasks, emptyScripts []time.Duration
	for range 5 {
		t0, s0 := cost("empty")
		t1, s1 := cost("")
		emptyTasks, emptyScripts = append(emptyTasks, t0), append(emptyScripts, s0)
		tasks, scripts = append(tasks, t1), append(scripts, s1)
	}
	t.Logf("CPU throttled four times: %d ms of main thread over the empty page's %d ms, %d ms of them in scripts",
		(median(tasks) - median(emptyTasks)).Milliseconds(), median(emptyTasks).Milliseconds(), (median(scripts) - median(emptyScripts)).Milliseconds())
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// spent returns how long the tab's main thread has worked.
func (p tab) spent() (tasks, scripts time.Duration) {
	p.t.Helper()
	result, err := chromedp.Call(p.ctx, performance.GetMetrics, cdp.Empty{})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, m := range result.Metrics {
		d := time.Duration(m.Value * float64(time.Second))
		switch m.Name {
		case "TaskDuration":
			tasks = d
		case "ScriptDuration":
			scripts = d
		}
	}
	return tasks, scripts
}
