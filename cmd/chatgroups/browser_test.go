package main_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// browser starts headless Chromium for the test. Where there is none the test is
// skipped, unless CHATGROUPS_REQUIRE_BROWSER=1 makes that a failure.
func browser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("CHATGROUPS_REQUIRE_BROWSER") == "1" {
			t.Fatal("no Chromium on this machine, but CHATGROUPS_REQUIRE_BROWSER=1")
		}
		t.Skip("no Chromium on this machine: apt-get install chromium")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1100, 800),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// page drives the widget on a page, through its open shadow root.
type page struct {
	t   *testing.T
	ctx context.Context
}

func (p page) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// eval evaluates JavaScript over `root`, the widget's shadow root.
func eval[T any](p page, what, body string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](`(() => { const root = document.querySelector('chatgroups-widget').shadowRoot; `+body+` })()`))
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	return v
}

// until waits for a JavaScript expression over `root` to be true.
func (p page) until(what, expression string) {
	p.t.Helper()
	js := `(() => { const root = document.querySelector('chatgroups-widget')?.shadowRoot; if (!root) return false;
		const texts = (s) => [...root.querySelectorAll(s)].map((e) => e.textContent.trim()); return Boolean(` + expression + `); })()`
	_, err := chromedp.Run(p.ctx, chromedp.Poll[bool](js, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(20*time.Second)))
	if err != nil {
		text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.querySelector('chatgroups-widget')?.shadowRoot?.textContent ?? document.body.outerHTML`))
		p.shot("failed")
		p.t.Fatalf("%s: %v; the widget reads:\n%s", what, err, text)
	}
}

// run carries JavaScript out over `root`.
func (p page) run(what, body string) {
	p.t.Helper()
	eval[bool](p, what, body+"; return true;")
}

// shot saves a picture when CHATGROUPS_SHOTS names a folder.
func (p page) shot(name string) {
	p.t.Helper()
	folder := os.Getenv("CHATGROUPS_SHOTS")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// lines are the messages in the widget, oldest first.
func (p page) lines() []string {
	p.t.Helper()
	return eval[[]string](p, "read the messages", `return [...root.querySelectorAll('[role=log] bdi')].map((e) => e.textContent.trim());`)
}

func TestTheWholeStoryInABrowser(t *testing.T) {
	ctx := browser(t)
	w := newWorld(t, fakeslack.Config{})
	ann := w.slack.AddPerson(fakeslack.Person{Name: "ann", RealName: "Ann Lee"}).ID
	bea := w.slack.AddPerson(fakeslack.Person{Name: "bea", RealName: "Bea Rossi"}).ID
	p := w.start(t, "serve")
	defer p.kill()
	w.ready(t, p)
	tech := w.group(t, "Tech", ann)
	sales := w.group(t, "Sales", bea)

	v := page{t, ctx}
	v.do("open the page", chromedp.Navigate(w.base+"/c/main"))
	v.until("the launcher or the panel is there", `root.querySelector('button')`)
	v.run("open the chat", `const b = root.querySelector('button[aria-haspopup=dialog]'); if (b && b.getAttribute('aria-expanded') !== 'true') b.click();`)
	v.until("the groups are offered", `texts('label').some((s) => s.startsWith('Tech')) && texts('label').some((s) => s.startsWith('Sales'))`)
	v.shot("1-choose")
	v.run("choose Tech", `[...root.querySelectorAll('label')].find((l) => l.textContent.trim().startsWith('Tech')).click(); root.querySelector('textarea').focus();`)
	v.do("write", chromedp.KeyEvent("My kettle does not boil"))
	v.run("send", `[...root.querySelectorAll('button')].find((b) => b.textContent.trim() === 'Start chat').click();`)

	root := w.waitRoot(t, tech)
	w.waitLine(t, tech, root, "My kettle does not boil")
	w.say(t, ann, tech, root, "Hello! Is the light on?")
	v.until("the agent's answer is there", `texts('[role=log] bdi').includes('Hello! Is the light on?')`)
	w.say(t, ann, tech, root, "// looks like a return, maybe Sales?")
	v.shot("2-answered")

	w.command(t, ann, tech, `/chatgroups invite sales wants a new one`)
	salesRoot := w.waitRoot(t, sales)
	v.until("the visitor reads who joined", `root.textContent.includes('Sales joined')`)
	w.command(t, ann, tech, `/chatgroups leave`)
	v.until("the visitor reads who left", `root.textContent.includes('Tech left')`)
	w.say(t, bea, sales, salesRoot, "I can send you a new one.")
	v.until("the other group's answer is there", `texts('[role=log] bdi').includes('I can send you a new one.')`)
	v.run("go to the message box", `root.querySelector('textarea').focus();`)
	v.do("write again", chromedp.KeyEvent("Yes please\r"))
	w.waitLine(t, sales, salesRoot, "Yes please")

	want := []string{"My kettle does not boil", "Hello! Is the light on?", "I can send you a new one.", "Yes please"}
	if got := v.lines(); !slices.Equal(got, want) {
		t.Errorf("the visitor reads\n%q\nwant\n%q", got, want)
	}
	v.shot("3-handed-over")

	v.do("load the page again", chromedp.Reload())
	v.until("the launcher is there again", `root.querySelector('button')`)
	v.run("open the chat again", `const b = root.querySelector('button[aria-haspopup=dialog]'); if (b && b.getAttribute('aria-expanded') !== 'true') b.click();`)
	v.until("the last message is there again", `texts('[role=log] bdi').includes('Yes please')`)
	if got := v.lines(); !slices.Equal(got, want) {
		t.Errorf("after loading again the visitor reads\n%q\nwant\n%q", got, want)
	}
	text := eval[string](v, "read everything", `return root.textContent;`)
	if strings.Contains(text, "maybe Sales") {
		t.Error("the visitor reads the agent's note")
	}
	v.shot("4-loaded-again")

	// Whom all this notified: each group by its own root, and nobody else.
	for _, n := range w.slack.Ledger() {
		if n.User == w.cleo {
			t.Errorf("Cleo is in neither group and was notified: %v", n)
		}
	}
}

func (w *world) say(t *testing.T, user, channel, root, text string) {
	t.Helper()
	if _, err := w.slack.Say(user, channel, text, fakeslack.InThread(root)); err != nil {
		t.Fatal(err)
	}
}

// waitRoot waits for the first root card in a channel.
func (w *world) waitRoot(t *testing.T, channel string) (ts string) {
	t.Helper()
	w.wait(t, "a root card in "+channel, func() bool {
		roots := rootsIn(w, channel)
		if len(roots) > 0 {
			ts = roots[0]
		}
		return len(roots) > 0
	})
	return ts
}

func (w *world) waitLine(t *testing.T, channel, root, text string) {
	t.Helper()
	w.wait(t, fmt.Sprintf("the line %q", text), func() bool {
		return slices.Contains(visitorLines(w, channel, root), text)
	})
}

func (w *world) wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := w.slack.Wait(ctx, ok); err != nil {
		t.Fatalf("wait for %s: %v", what, err)
	}
}
