package webtest_test

import (
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Before the visitor agrees to what the site says, nothing is sent and nothing is kept.
func TestASiteThatAsksForConsent(t *testing.T) {
	asks := object{
		"consent": true, "texts": object{"consent": "May we keep this?"},
		"translations": object{"de": object{"consent": "Dürfen wir das behalten?"}},
	}
	plays := map[string]*play{
		"asks":    {config: asks},
		"knows":   {config: asks, script: `data-consent=""`},
		"insists": {script: `data-consent="required"`},
	}
	gated := `root.querySelector('.panel.gated .gate .primary')`
	for play, says := range map[string]string{"asks": "Dürfen wir das behalten?", "insists": ""} {
		theatre, p := newStage(t, plays), newTab(t)
		p.visit(theatre.page("kettles", play, "lang=de"))
		p.run("open it", `root.querySelector('.launcher').click()`)
		p.until("the visitor is asked", gated)
		if says != "" && !ask[bool](p, "read", `return root.querySelector('.gate').textContent.includes('`+says+`')`) {
			t.Errorf("%s does not say %q", play, says)
		}
		if n := ask[int](p, "look at what is kept", `return Object.keys(localStorage).length + Object.keys(sessionStorage).length`); n != 0 || len(theatre.open) > 0 {
			t.Errorf("%s: %d things are kept and %d connections made of a visitor who did not agree", play, n, len(theatre.open))
		}
		p.run("agree", `root.querySelector('.gate .primary').click()`)
		p.until("the question is there", `root.querySelector('.panel:not(.gated) .card')`)
	}
	theatre, p := newStage(t, plays), newTab(t)
	p.visit(theatre.page("kettles", "knows", ""))
	p.run("open it", `root.querySelector('.launcher').click()`)
	p.until("nobody is asked where the page knows better", `root.querySelector('.panel:not(.gated) .card')`)
}

// The site's own language is the last wish, not the first.
func TestTheLanguageOfASite(t *testing.T) {
	theatre := newStage(t, map[string]*play{"french": {config: object{"lang": "fr"}}})
	p := newTab(t)
	for query, want := range map[string]string{"lang=de": "de", "lang=xx": "en"} { // the browser speaks English
		p.visit(theatre.page("kettles", "french", query))
		p.run("open it", `root.querySelector('.launcher').click()`)
		p.until("it speaks "+want, `root.host.lang.startsWith('`+want+`') && root.querySelector('.panel .card')`)
	}
	foreign := page.AddScriptToEvaluateOnNewDocumentParams{Source: `Object.defineProperty(Navigator.prototype, 'languages', { get: () => ['xx-XX'] })`}
	if _, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, foreign); err != nil {
		t.Fatal(err)
	}
	p.visit(theatre.page("kettles", "french", "lang=xx"))
	p.run("open it", `root.querySelector('.launcher').click()`)
	p.until("it speaks the site's language", `root.host.lang === 'fr'`)
}

// A group that is hidden is there for a page that asks for it, before and after the
// server has been met.
func TestAPageAsksForAHiddenGroup(t *testing.T) {
	theatre := newStage(t, map[string]*play{"vip": {
		config: object{"hidden": []object{{"id": "vip", "name": "Concierge", "about": "", "state": "on"}}},
	}})
	p := newTab(t)
	p.visit(theatre.page("kettles", "vip", ""))
	p.run("open it", `root.querySelector('.launcher').click()`)
	p.until("the others are there", `texts('.card b').length === 3 && !texts('.card b').includes('Concierge')`)
	p.run("ask for it", `chatgroups('start', { group: 'vip' })`)
	p.until("it is chosen", `root.querySelector('.card input[value=vip]')?.checked && texts('.card b').includes('Concierge')`)
	v := &visit{tab: p, stage: theatre, site: "kettles", play: "vip"}
	v.send("A table for two, please")
	p.until("the message is there", `texts('bdi').includes('A table for two, please')`)
}
