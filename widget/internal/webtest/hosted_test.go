package webtest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// The chat's own page has to do for visitors with and without scripts, in every look.
func TestTheHostedPageInEveryLook(t *testing.T) {
	axe := axeCore(t)
	network := newProxy(t, 1, false)
	network.calm.Store(true)
	h := newHouse(t, network)
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
			// axe-core is a script, and where scripts run nobody sees what is for want of them.
			allow(true)
			p.run("keep in sight what was", `const aside = document.querySelector('noscript'); if (!root) aside.replaceWith(...aside.childNodes)`)
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
