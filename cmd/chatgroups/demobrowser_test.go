package main_test

import (
	"bufio"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// demo starts `chatgroups demo` for the test and returns its address.
func demo(t *testing.T) (address string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "demo", "--listen=127.0.0.1:0", "--log=error")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the demo ends: %v", err)
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the demo prints %q: %v", line, err)
	}
	return strings.TrimSpace(strings.TrimPrefix(line, "Open "))
}

// demoFrames is JavaScript with the shop's widget as root and the simulated Slack
// as sim.
const demoFrames = `
	const shop = document.querySelector('#shop iframe').contentDocument
	const root = shop.querySelector('chatgroups-widget')?.shadowRoot
	const sim = document.querySelector('#slack iframe').contentDocument
	const write = (text) => {
		const box = root.querySelector('textarea')
		box.focus()
		box.value = text
		box.dispatchEvent(new Event('input', {bubbles: true}))
	}
	const button = (text) => [...root.querySelectorAll('button')].find((b) => b.textContent.trim() === text)
`

func TestTheDemoGetsThroughABadDay(t *testing.T) {
	ctx := browser(t)
	address := demo(t)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 860), chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	until := func(what, expression string) {
		t.Helper()
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](`(() => {`+demoFrames+`; return Boolean(root && (`+expression+`)) })()`,
			chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(40*time.Second)))
		if err != nil {
			page{t, ctx}.shot("demo-failed")
			t.Fatalf("%s: %v", what, err)
		}
	}
	run := func(what, js string) {
		t.Helper()
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`(() => {`+demoFrames+`;`+js+`; return true })()`)); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}

	until("the shop has the launcher", `root.querySelector('button[aria-haspopup=dialog]')`)
	run("open the chat", `root.querySelector('button[aria-haspopup=dialog]').click()`)
	until("the groups are offered", `[...root.querySelectorAll('label')].some((l) => l.textContent.trim().startsWith('Tech'))`)
	run("choose Tech and write", `[...root.querySelectorAll('label')].find((l) => l.textContent.trim().startsWith('Tech')).click(); write('My kettle leaks')`)
	until("the chat may start", `!button('Start chat').disabled`)
	run("start the chat", `button('Start chat').click()`)
	until("Ann sees the thread", `sim.querySelector('.thread-line')`)
	run("open the thread", `sim.querySelector('.thread-line').click()`)
	until("Ann reads it", `sim.querySelector('#side').innerText.includes('My kettle leaks')`)

	run("look at what can go wrong", `sim.querySelector('#faults').click()`)
	until("the switches are there", `sim.querySelector('[data-fault=down]')`)
	run("take Slack down", `sim.querySelector('[data-fault=down]').click()`)
	until("the page says so", `sim.querySelector('#fault-strip').innerText.includes('Slack is down')`)
	until("the step is ticked", `document.querySelector('[data-step=trouble]').matches('.done')`)
	run("write on", `write('Is somebody there?'); root.querySelector('textarea').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true}))`)
	until("the visitor sees it", `root.querySelector('[role=log]').textContent.includes('Is somebody there?')`)
	run("let Slack be up again", `sim.querySelector('[data-end=down]').click()`)
	until("it is up", `sim.querySelector('#fault-strip').hidden`)
	run("look at the thread", `sim.querySelector('.thread-line').click()`)
	until("it has arrived", `sim.querySelector('#side').innerText.includes('Is somebody there?')`)

	lines, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`(() => {`+demoFrames+`
		return [...sim.querySelectorAll('#side .message .content .text')].map((n) => n.innerText.trim()) })()`))
	if err != nil {
		t.Fatal(err)
	}
	written := func(line string) bool { return line == "My kettle leaks" || line == "Is somebody there?" }
	if got := slices.DeleteFunc(lines, func(l string) bool { return !written(l) }); len(got) != 2 || got[0] == got[1] {
		t.Errorf("of what the visitor wrote the thread has %q, want each line once", got)
	}
	page{t, ctx}.shot("demo-bad-day")
}
