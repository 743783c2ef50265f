package main_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// shop serves pages of a site in the language that ?lang says, with the widget that
// the program at *base serves. With ?nolanguages its network lets no texts through.
func shop(t *testing.T, base *string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		broken := ""
		if r.URL.Query().Has("nolanguages") {
			broken = `<script>{ const real = fetch; window.fetch = (to, ...rest) => String(to).includes('/l/') ? Promise.reject(new TypeError('no')) : real(to, ...rest) }</script>`
		}
		fmt.Fprintf(w, `<!doctype html><html lang="%s"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shop</title>%s<script async src="%s/w/v1/main.js"></script><main><h1>Shop</h1></main></html>`,
			html.EscapeString(r.URL.Query().Get("lang")), broken, *base)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// languages are the tags of what the widget speaks.
func languages(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../widget/web/src/i18n/locales/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("find the languages: %d, %v", len(files), err)
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(filepath.Base(file), ".json")
	}
	return files
}

const openPanel = `root.querySelector('button.launcher').click();`

func TestTheWidgetSpeaksThePagesLanguage(t *testing.T) {
	ctx := browser(t)
	w := newWorld(t, fakeslack.Config{})
	site := shop(t, &w.base)
	own := filepath.Join(w.dir, "texts.json")
	if err := os.WriteFile(own, []byte(`{"fr": {"open": "Une question", "start": "Allons-y", "group.tech": "Technique"}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	w.env = append(w.env, "CHATGROUPS_ORIGINS="+site, "CHATGROUPS_TEXTS="+own)
	ann := w.slack.AddPerson(fakeslack.Person{Name: "ann", RealName: "Ann Lee"}).ID
	bea := w.slack.AddPerson(fakeslack.Person{Name: "bea", RealName: "Bea Rossi"}).ID
	p := w.start(t, "serve")
	defer p.kill()
	w.ready(t, p)
	tech := w.group(t, "Tech", ann)
	w.group(t, "Sales", bea)
	v := page{t, ctx}

	visit := func(query string) {
		t.Helper()
		v.do("open the page", chromedp.Navigate(site+"/?"+query))
		v.until("the launcher is there", `root.querySelector('button.launcher')`)
	}
	// fetched are the widget's files that the page has asked for, without their hashes.
	fetched := func() []string {
		t.Helper()
		return eval[[]string](v, "read what was fetched", `return performance.getEntriesByType('resource')
			.map((e) => new URL(e.name).pathname).filter((p) => p.startsWith('/w/v1/')).map((p) => p.replace(/\/l\/\w+\//, '/l/'));`)
	}
	texts := func() map[string]string {
		t.Helper()
		return eval[map[string]string](v, "read the texts", `return {
			lang: root.host.lang, dir: getComputedStyle(root.querySelector('.panel')).direction,
			legend: root.querySelector('legend').textContent, button: root.querySelector('.primary').textContent,
			launcher: root.querySelector('.launcher').getAttribute('aria-label') };`)
	}

	t.Run("a page view asks for no texts", func(t *testing.T) {
		visit("lang=de-AT")
		if got := fetched(); !slices.Equal(got, []string{"/w/v1/main.js"}) {
			t.Errorf("a page view asks for %v", got)
		}
		if label := eval[string](v, "read the launcher", `return root.host.lang + ' ' + root.querySelector('.launcher').getAttribute('aria-label');`); label != "en Open chat" {
			t.Errorf("the launcher is %q", label)
		}
		v.run("open the chat", openPanel)
		v.until("the groups are offered", `root.querySelector('.card')`)
		if got := texts(); got["lang"] != "de-AT" || got["legend"] != "Was beschäftigt Sie heute?" || got["button"] != "Chat beginnen" || got["launcher"] != "Chat schließen" {
			t.Errorf("the texts are %v", got)
		}
		if got := fetched(); !slices.Equal(got, []string{"/w/v1/main.js", "/w/v1/panel.js", "/w/v1/l/de.json"}) {
			t.Errorf("opening asks for %v", got)
		}
	})

	t.Run("the site's own words are there from the start", func(t *testing.T) {
		visit("lang=fr-CA")
		if label := eval[string](v, "read the launcher", `return root.host.lang + ' ' + root.querySelector('.launcher').getAttribute('aria-label');`); label != "fr-CA Une question" {
			t.Errorf("the launcher is %q", label)
		}
		v.run("open the chat", openPanel)
		v.until("the groups are offered", `root.querySelector('.card')`)
		if got := texts(); got["button"] != "Allons-y" || got["launcher"] != "Fermer le chat" {
			t.Errorf("the texts are %v", got)
		}
		if names := eval[[]string](v, "read the groups", `return [...root.querySelectorAll('.card b')].map((e) => e.textContent);`); !slices.Equal(names, []string{"Technique", "Sales"}) {
			t.Errorf("the groups are %v", names)
		}
	})

	t.Run("texts that cannot be had are English", func(t *testing.T) {
		visit("lang=ar&nolanguages")
		v.run("open the chat", openPanel)
		v.until("the groups are offered", `root.querySelector('.card')`)
		if got := texts(); got["lang"] != "en" || got["dir"] != "ltr" || got["button"] != "Start chat" {
			t.Errorf("the texts are %v", got)
		}
	})

	t.Run("an Arabic conversation is mirrored", func(t *testing.T) {
		v.do("size the window", chromedp.EmulateViewport(1100, 800))
		visit("lang=ar")
		v.run("open the chat", openPanel)
		v.until("the groups are offered", `root.querySelector('.card')`)
		v.run("choose Tech", `[...root.querySelectorAll('label')].find((l) => l.textContent.trim().startsWith('Tech')).click(); root.querySelector('textarea').focus();`)
		v.do("write", chromedp.KeyEvent("غلايتي لا تعمل"))
		v.run("send", `root.querySelector('.primary').click();`)
		root := w.waitRoot(t, tech)
		w.say(t, ann, tech, root, "مرحبًا! هل الضوء مضاء؟")
		w.say(t, ann, tech, root, "The manual is at https://kettle.example/manual")
		v.until("the answers are there", `texts('[role=log] bdi').length === 3`)
		stands := eval[map[string]bool](v, "look where things stand", `
			const middle = (e) => { const r = (e.nodeType ? e : root.querySelector(e)).getBoundingClientRect(); return (r.left + r.right) / 2; };
			const part = (e, word) => { const range = document.createRange(), at = e.textContent.indexOf(word); range.setStart(e.firstChild, at); range.setEnd(e.firstChild, at + word.length);
				const r = range.getBoundingClientRect(); return (r.left + r.right) / 2; };
			const panel = middle('.panel'), meta = [...root.querySelectorAll('.message:not(.own) .meta')].at(-1);
			return { 'the launcher left': middle('.launcher') < innerWidth / 2, 'own messages left': middle('.own .bubble') < panel,
				"agents' messages right": middle('.message:not(.own) .bubble') > panel, 'the send button left': middle('.send') < panel,
				'the send button mirrored': getComputedStyle(root.querySelector('.send svg')).transform.startsWith('matrix(-1'),
				'the close button left': middle('header button') < panel, 'a name right of its time': part(meta, 'ann') > part(meta, ':') };`)
		for what, so := range stands {
			if !so {
				t.Errorf("it is not: %s", what)
			}
		}
		v.shot("conversation-ar")
		v.run("forget the conversation", `chatgroups('reset');`)
		v.until("it is forgotten", `!root.querySelector('.chooser').hidden`)
	})

	// At 320 pixels nobody should have to scroll sideways (WCAG 1.4.10).
	widths := []int64{320}
	if os.Getenv("CHATGROUPS_SHOTS") != "" {
		widths = append(widths, 1100)
	}
	fit := func(t *testing.T, state, ready string) {
		t.Helper()
		for _, width := range widths {
			v.do("size the window", chromedp.EmulateViewport(width, 720))
			for _, language := range languages(t) {
				visit("lang=" + language)
				v.run("open the chat", openPanel)
				v.until("the groups are offered in "+language, `root.host.lang === '`+language+`' && `+ready)
				cut := eval[[]string](v, "look for texts that are cut off", `const panel = root.querySelector('.panel').getBoundingClientRect();
					return [...root.querySelectorAll('.panel *')].filter((e) => {
						const box = e.getBoundingClientRect();
						if (!box.width || e.closest('.spoken')) return false;
						return e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline' || box.left < panel.left - 1 || box.right > panel.right + 1;
					}).map((e) => e.tagName + '.' + e.className + ' ' + e.textContent);`)
				if len(cut) > 0 {
					t.Errorf("in %s at %d pixels these are cut off: %v", language, width, cut)
				}
				v.until("the panel has risen", `root.querySelector('.panel').getAnimations().length === 0`)
				v.shot(fmt.Sprintf("language-%s-%s-%d", language, state, width))
			}
		}
	}
	t.Run("every language fits", func(t *testing.T) {
		fit(t, "there", `root.querySelector('.card .status:not(.off)')`)
	})
	t.Run("every language fits while nobody is there", func(t *testing.T) {
		w.command(t, w.cleo, tech, "/chatgroups off tech")
		w.command(t, w.cleo, tech, "/chatgroups off sales")
		fit(t, "away", `root.querySelector('.card') && !root.querySelector('.status:not(.off)')`)
	})
}
