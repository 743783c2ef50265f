package webtest_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// chromium is the one browser of all tests, started by the first that needs it.
var chromium struct {
	once sync.Once
	path string
	ctx  context.Context
	err  error // why it did not start
	stop func()
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.stop != nil {
		chromium.stop()
	}
	os.Exit(code)
}

// missing skips the test for want of a tool, unless tools are required.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CHATGROUPS_REQUIRE_BROWSER") == "1" {
		t.Fatal(what + ", but CHATGROUPS_REQUIRE_BROWSER=1")
	}
	t.Skip(what)
}

// startChromium starts the browser, which knows no host but this machine.
func startChromium() {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			chromium.path = found
			break
		}
	}
	if chromium.path == "" {
		return
	}
	profile, err := os.MkdirTemp("", "webtest-chromium-")
	if err != nil {
		chromium.err = err
		return
	}
	ctx, stopProcess := chromedp.NewExecAllocator(context.Background(), append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(chromium.path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(profile), chromedp.WindowSize(1100, 800),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)...)
	ctx, stopFirstTab := chromedp.NewContext(ctx)
	chromium.ctx, chromium.err = ctx, chromedp.Do(ctx)
	chromium.stop = func() {
		_ = chromedp.Cancel(ctx) // closes the browser and waits for it
		stopFirstTab()
		stopProcess()
		_ = os.RemoveAll(profile)
	}
}

// tab is a tab of the browser, with or without a page that has the widget.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// newTab opens a tab for as long as the test runs. Tabs share what pages store.
func newTab(t *testing.T) tab {
	t.Helper()
	chromium.once.Do(startChromium)
	if chromium.path == "" {
		missing(t, "no Chromium on this machine: apt-get install chromium")
	}
	if chromium.err != nil {
		t.Fatalf("start Chromium: %v", chromium.err)
	}
	ctx, cancel := chromedp.NewContext(chromium.ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	return tab{t, ctx}
}

func (p tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

func (p tab) visit(address string) {
	p.t.Helper()
	p.do("open "+address, chromedp.Navigate(address))
}

// within is JavaScript with the widget's shadow root as root.
const within = `const root = document.querySelector('chatgroups-widget')?.shadowRoot;
	const texts = (s) => [...root.querySelectorAll(s)].map((e) => e.textContent.trim());
	const button = (name) => [...root.querySelectorAll('button')].find((b) => (b.getAttribute('aria-label') ?? b.textContent).trim() === name);
	const focused = () => root.activeElement;`

// ask returns what JavaScript over root returns.
func ask[T any](p tab, what, body string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](`(async () => {`+within+body+`})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	return v
}

// run carries JavaScript out over root.
func (p tab) run(what, body string) {
	p.t.Helper()
	ask[bool](p, what, body+"; return true;")
}

// until waits for a JavaScript expression over root to be true.
func (p tab) until(what, expression string) {
	p.t.Helper()
	js := `(() => {` + within + `if (!root) return false; return Boolean(` + expression + `); })()`
	_, err := chromedp.Run(p.ctx, chromedp.Poll[bool](js,
		chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(20*time.Second)))
	if err != nil {
		text, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.querySelector('chatgroups-widget')?.shadowRoot?.textContent ?? document.documentElement.outerHTML`))
		p.shot("failed-" + strings.ReplaceAll(what, " ", "-"))
		p.t.Fatalf("%s: %v; the widget reads:\n%s", what, err, text)
	}
}

// press types keys, as a person with a keyboard would.
func (p tab) press(keys string, options ...chromedp.KeyOption) {
	p.t.Helper()
	p.do(fmt.Sprintf("press %q", keys), chromedp.KeyEvent(keys, options...))
}

// shot saves a picture where CHATGROUPS_SHOTS names a folder.
func (p tab) shot(name string) {
	p.t.Helper()
	folder := os.Getenv("CHATGROUPS_SHOTS")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(folder+"/"+name+".png", png, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
