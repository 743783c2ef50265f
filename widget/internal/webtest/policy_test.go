package webtest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// What pages may forbid without a loss to the widget. Every one allows scripts and
// connections of the server's origin and nothing else, in the strictest way.
var policies = map[string]string{
	"no-styles":      "default-src 'none'; script-src %s; connect-src %s; img-src %s; style-src 'none'",
	"strict-dynamic": "default-src 'none'; script-src 'nonce-n0nc3' 'strict-dynamic'; connect-src %[2]s; img-src %[3]s; style-src 'none'; base-uri 'none'; object-src 'none'",
	"trusted-types":  "default-src 'none'; script-src %s; connect-src %s; img-src %s; style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
	"all-of-it":      "default-src 'none'; script-src 'nonce-n0nc3' 'strict-dynamic'; connect-src %[2]s; img-src %[3]s; style-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'; form-action 'none'; frame-src 'none'; worker-src 'none'",
}

func TestTheWidgetWorksUnderTheStrictestPolicies(t *testing.T) {
	plays := map[string]*play{}
	for name := range policies {
		plays[name] = &play{answer: echoThenReply}
	}
	theatre := newStage(t, plays)
	theatre.policy = func(name string) (policy, attributes string) {
		own, socket := theatre.base, strings.Replace(theatre.base, "http", "ws", 1)
		return fmt.Sprintf(policies[name], own, own+" "+socket, own), `nonce="n0nc3"`
	}
	for name := range policies {
		t.Run(name, func(t *testing.T) {
			p := newTab(t)
			reports := p.violations()
			p.visit(theatre.page("shop", name, "lang=de"))
			v := &visit{tab: p, stage: theatre, site: "shop", play: name}
			v.open()
			v.until("it speaks the page's language", `root.host.lang === 'de'`)
			v.choose("Tech")
			v.send("Mein Wasserkocher leckt")
			v.until("the answer is there", `texts('bdi').includes('Yes, I am')`)
			if looks := ask[string](p, "look at the panel", `return getComputedStyle(root.querySelector('.panel')).position + ' ' + getComputedStyle(root.querySelector('.launcher')).width`); looks != "fixed 56px" {
				t.Errorf("the styles do not hold: %s", looks)
			}
			for _, report := range reports() {
				t.Error(report)
			}
		})
	}
}

// violations collects what goes against the policy of pages that the tab visits
// from now on: as the page hears of it, and as the browser does.
func (p tab) violations() func() []string {
	p.t.Helper()
	var mu sync.Mutex
	var issues []string
	err := chromedp.Listen(p.ctx, func(ev any) {
		if added, ok := ev.(*audits.EventIssueAdded); ok && added.Issue.Details.ContentSecurityPolicyIssueDetails != nil {
			d := added.Issue.Details.ContentSecurityPolicyIssueDetails
			mu.Lock()
			defer mu.Unlock()
			issues = append(issues, fmt.Sprintf("the browser reports: %s %s", d.ViolatedDirective, d.BlockedURL))
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := chromedp.Call(p.ctx, audits.Enable, cdp.Empty{}); err != nil {
		p.t.Fatal(err)
	}
	listen := page.AddScriptToEvaluateOnNewDocumentParams{Source: `window.violations = [];
		addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample), true);
		addEventListener('error', (e) => violations.push(String(e.message)));
		addEventListener('unhandledrejection', (e) => violations.push(String(e.reason)));`}
	if _, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, listen); err != nil {
		p.t.Fatal(err)
	}
	return func() []string {
		heard := ask[[]string](p, "ask for violations", `return violations`)
		mu.Lock()
		defer mu.Unlock()
		return append(heard, issues...)
	}
}

// A listener that hears nothing would prove nothing.
func TestViolationsAreHeard(t *testing.T) {
	theatre := newStage(t, map[string]*play{"no-styles": {}})
	theatre.policy = func(string) (policy, attributes string) {
		return "default-src 'none'; script-src " + theatre.base + "; style-src 'none'", ""
	}
	p := newTab(t)
	reports := p.violations()
	p.visit(theatre.page("shop", "no-styles", ""))
	p.until("the launcher is there", `root.querySelector('.launcher')`)
	p.run("break the policy", `root.querySelector('.launcher').setAttribute('style', 'color: red'); await new Promise((r) => setTimeout(r))`)
	if len(reports()) < 2 {
		t.Errorf("of a violation only this is heard: %q", reports())
	}
}
