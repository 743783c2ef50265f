package webtest_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axe-core's rules for WCAG 2.0 to 2.2, A and AA, and for good practice. target-size
// runs only where wcag22aa is asked for (github.com/dequelabs/axe-core, doc/API.md).
const findings = `const found = await axe.run(document, { resultTypes: ['violations'],
	runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
	return found.violations.flatMap((v) => v.nodes.map((n) => v.id + ' (' + v.impact + '): ' + n.target.flat().join(' ') + ' — ' + n.failureSummary.replaceAll('\n', ' ')));`

// axeCore returns axe-core's script.
func axeCore(t *testing.T) string {
	t.Helper()
	script, err := os.ReadFile("../../web/node_modules/axe-core/axe.min.js")
	if err != nil {
		missing(t, "no axe-core: run npm ci --ignore-scripts in widget/web")
	}
	return string(script)
}

// A look is how a page is looked at. Looks with the same query share a page view.
type look struct {
	name          string
	query         string
	scheme        string
	forced        bool
	width, height int64
	scale         float64
}

var looks = []look{
	{name: "light", width: 1100, height: 800},
	{name: "dark", scheme: "dark", width: 1100, height: 800},
	{name: "forced-colours", forced: true, width: 1100, height: 800},
	// Text of 200 % is the browser's zoom: half as many pixels, each twice as large.
	{name: "zoom-200", width: 550, height: 400, scale: 2},
	{name: "phone", width: 390, height: 780, scale: 2},
	{name: "rtl", query: "lang=ar", width: 1100, height: 800},
	{name: "rtl-phone-dark", query: "lang=ar", scheme: "dark", width: 390, height: 780, scale: 2},
	{name: "accent", query: "accent=ffd400", width: 1100, height: 800},
	{name: "accent-dark", query: "accent=ffd400", scheme: "dark", width: 1100, height: 800},
}

// as makes the tab look at its page so.
func (p tab) as(l look) {
	p.t.Helper()
	scale := max(l.scale, 1)
	scheme, forced := "light", "none"
	if l.scheme != "" {
		scheme = l.scheme
	}
	if l.forced {
		forced = "active"
	}
	p.do("look at it as "+l.name, chromedp.EmulateViewport(l.width, l.height, chromedp.EmulateScale(scale)))
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "forced-colors", Value: forced},
		{Name: "prefers-reduced-motion", Value: "reduce"},
	}}
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, media); err != nil {
		p.t.Fatal(err)
	}
}

func TestEveryStateInEveryLook(t *testing.T) {
	axe := axeCore(t)
	all := slices.Concat(states(), moments(), attachments(), ownLines())
	plays := map[string]*play{}
	for _, s := range all {
		plays[s.name] = &s.play
	}
	theatre := newStage(t, plays)
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			p := newTab(t)
			query := "none yet"
			for _, l := range looks {
				if l.query != query {
					query = l.query
					p.as(l)
					site := "site-" + l.name
					v := &visit{tab: p, stage: theatre, site: site, play: s.name}
					p.visit(theatre.page(site, s.name, query))
					s.reach(v)
					if _, err := chromedp.Run(p.ctx, chromedp.Evaluate[chromedp.Void](axe)); err != nil {
						t.Fatal(err)
					}
				}
				p.as(l)
				p.until(s.name+" in the look "+l.name, s.ready)
				p.run("let the page be drawn", `await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))`)
				p.shot(s.name + "." + l.name)
				found := ask[[]string](p, "run axe-core", findings)
				slices.Sort(found)
				if len(found) > 0 {
					t.Errorf("as %s:\n%s", l.name, strings.Join(found, "\n"))
				}
				if wide := ask[[]string](p, "look for what is cut off", cutOff); len(wide) > 0 {
					t.Errorf("as %s these are cut off:\n%s", l.name, strings.Join(wide, "\n"))
				}
			}
		})
	}
}

// cutOff lists what is wider than it may be, and the panel where it is too low for
// what must be in sight: it does not scroll, parts of it do.
var cutOff = fmt.Sprintf(`const panel = root.querySelector('.panel:not([hidden])')
	if (!panel) return [];
	const area = panel.getBoundingClientRect();
	const low = panel.scrollHeight - panel.clientHeight;
	if (low > 1) return ['the panel is ' + low + ' pixels too low'];
	return [...panel.querySelectorAll('*')].filter((e) => {
		const box = e.getBoundingClientRect();
		if (!box.width || e.closest('.spoken')) return false;
		return e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline' || box.left < area.left - 1 || box.right > area.right + 1;
	}).map((e) => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, %d));`, 60)
