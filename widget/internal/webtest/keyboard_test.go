package webtest_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// focus is JavaScript that describes what has the focus within the widget.
const focus = `(() => { const e = focused(); return !e ? 'the page' : (e.getAttribute('aria-label') ?? e.labels?.[0]?.querySelector('b')?.textContent ?? e.labels?.[0]?.textContent ?? e.textContent).trim() })()`

// focused fails unless the element of that name has the focus.
func (p tab) focused(name string) {
	p.t.Helper()
	p.until("the focus is on "+name, focus+" === "+fmt.Sprintf("%q", name))
}

// tabTo presses Tab until the element of that name has the focus.
func (p tab) tabTo(name string) {
	p.t.Helper()
	var passed []string
	for range 12 {
		p.press(kb.Tab)
		at := ask[string](p, "see where the focus is", `return `+focus)
		if at == name {
			return
		}
		passed = append(passed, at)
	}
	p.t.Fatalf("Tab does not reach %q; it passes %q", name, passed)
}

func TestTheWholeStoryByKeyboard(t *testing.T) {
	theatre := newStage(t, map[string]*play{"story": {answer: echoThenReply}})
	p := newTab(t)
	p.as(looks[0])
	p.visit(theatre.page("shop", "story", ""))
	p.until("the launcher is there", `root.querySelector('.launcher')`)
	if at := ask[string](p, "see where the focus is", `return `+focus); at != "the page" {
		t.Errorf("a page view puts the focus on %q", at)
	}

	p.tabTo("Open chat")
	p.press(kb.Enter)
	p.focused("Tech")
	p.press(kb.ArrowDown)
	p.focused("Sales")
	p.press(kb.Escape)
	p.focused("Open chat")
	p.press(" ")
	p.focused("Your message") // what was chosen stays chosen, so that only this is missing

	p.press("Hello" + kb.Tab)
	p.focused("Start chat")
	p.press(kb.Enter)
	p.focused("Message")
	p.until("the answer is there", `texts('bdi').includes('Yes, I am')`)
	p.focused("Message")

	p.press("A second line", chromedp.KeyModifiers())
	p.press(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierShift))
	p.press("and a third")
	p.until("Shift and Enter make a line", `focused().value === 'A second line\nand a third'`)
	p.press(kb.Enter)
	// The tools' Enter leaves a line break in the empty field, which a real one does not.
	p.until("it is sent", `texts('bdi').includes('A second line\nand a third') && focused().value.trim() === ''`)
	p.focused("Message")

	// However long the conversation is, it has two stops: what can be done with the newest
	// message of the visitor's own, and, as it can be scrolled, itself.
	p.press(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	p.focused("Menu: A second line\nand a third")
	p.press(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	p.until("the focus is on the conversation", `focused().getAttribute('role') === 'log'`)

	// Nothing keeps the focus in: one can tab back out to the page.
	out := func() bool { return ask[string](p, "see where the focus is", `return `+focus) == "the page" }
	for range 12 {
		if out() {
			break
		}
		p.press(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	}
	if !out() {
		t.Error("Shift and Tab do not lead back to the page")
	}
	p.tabTo("Message")
	p.press(kb.Escape)
	p.focused("Open chat")
	p.press(kb.Enter)
	p.focused("Message")
}

func TestThePanelOfAPhoneIsModal(t *testing.T) {
	theatre := newStage(t, map[string]*play{"phone": {}})
	p := newTab(t)
	for _, l := range looks {
		if l.name == "phone" {
			p.as(l)
		}
	}
	p.visit(theatre.page("shop", "phone", ""))
	p.until("the launcher is there", `root.querySelector('.launcher')`)
	p.tabTo("Open chat")
	p.press(kb.Enter)
	p.focused("Tech")
	p.until("the page behind is out of reach", `root.querySelector('.panel').ariaModal === 'true' && document.querySelector('main').inert`)
	p.press(kb.Escape)
	p.focused("Open chat")
	p.until("the page can be reached again", `!document.querySelector('main').inert`)
}
