package webtest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// The chat's own page has to do for visitors with and without scripts, in every look.
func TestTheHostedPageInEveryLook(t *testing.T) {
	axe := axeCore(t)
	calm := newProxy(t, 1, false)
	calm.calm.Store(true)
	h := newHouse(t, calm)
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			p := newTab(t)
			allow := func(allowed bool) {
				if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !allowed}); err != nil {
					t.Fatal(err)
				}
			}
			allow(scripts)
			p.as(looks[0])
			p.visit(h.base + "/c/main")
			allow(true) // axe-core is a script
			if scripts {
				p.until("the chat is open", `root.querySelector('.panel:not([hidden]):not([aria-busy])')`)
			}
			if _, err := chromedp.Run(p.ctx, chromedp.Evaluate[chromedp.Void](axe)); err != nil {
				t.Fatal(err)
			}
			for _, l := range looks {
				if l.query != "" {
					continue // the page has no address for it
				}
				p.as(l)
				p.run("let the page be drawn", `await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))`)
				p.shot("hosted-" + strings.ReplaceAll(name, " ", "-") + "." + l.name)
				if !scripts && !ask[bool](p, "look for the form", `return document.querySelector('form textarea').checkVisibility()`) {
					t.Fatalf("as %s there is no form to be seen", l.name)
				}
				found := ask[[]string](p, "run axe-core", findings)
				slices.Sort(found)
				if len(found) > 0 {
					t.Errorf("as %s:\n%s", l.name, strings.Join(found, "\n"))
				}
			}
		})
	}
}

// TestWhereTheWidgetDoesNotLoadTheFormIsThere: for a blocker, a broken proxy, an old
// browser.
func TestWhereTheWidgetDoesNotLoadTheFormIsThere(t *testing.T) {
	calm := newProxy(t, 1, false)
	calm.calm.Store(true)
	h := newHouse(t, calm)
	p := newTab(t)
	block := network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: h.base + "/w/v1/*", Block: true}}}
	if _, err := chromedp.Call(p.ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(p.ctx, network.SetBlockedURLs, block); err != nil {
		t.Fatal(err)
	}
	p.visit(h.base + "/c/main")
	p.plainly("the script has hidden the form, and shown it again", `performance.now() > 5000 && document.querySelector('form textarea').checkVisibility() && !customElements.get('chatgroups-widget')`)
}

// TestTheWidgetGoesOnWithWhatTheFormBegan: once scripts run in the same browser.
func TestTheWidgetGoesOnWithWhatTheFormBegan(t *testing.T) {
	calm := newProxy(t, 1, false)
	calm.calm.Store(true)
	h := newHouse(t, calm)
	p := newTab(t)
	allow := func(allowed bool) {
		if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !allowed}); err != nil {
			t.Fatal(err)
		}
	}
	allow(false)
	p.visit(h.base + "/c/main")
	ask[bool](p, "fill in the form", `
		document.querySelector('[name=group]').click()
		document.querySelector('textarea').value = 'Hello from the form'
		document.querySelector('form button').click()
		return true`)
	<-h.work
	p.plainly("the page shows it", `document.body.innerText.includes('Hello from the form')`)
	allow(true)
	p.visit(h.base + "/c/main")
	p.until("the widget shows it", `root && texts('.log').join().includes('Hello from the form')`)
	if ask[bool](p, "look for the form", `return document.querySelector('#plain').checkVisibility()`) {
		t.Error("the form stands beside the widget")
	}
}

// plainly waits for an expression to be true on a page without the widget, also while
// another page takes its place.
func (p tab) plainly(what, expression string) {
	p.t.Helper()
	for {
		_, err := chromedp.Run(p.ctx, chromedp.Poll[bool](expression,
			chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(20*time.Second)))
		switch {
		case err == nil:
			return
		case !strings.Contains(err.Error(), "context with specified id"):
			p.t.Fatalf("%s: %v", what, err)
		}
	}
}
