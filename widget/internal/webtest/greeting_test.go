package webtest_test

import "testing"

// A greeting waits, takes no focus and keeps nothing; once the visitor has sent it
// away, it does not come again.
func TestAGreetingIsQuiet(t *testing.T) {
	greeting := play{config: object{"greet": 1, "greetings": []object{{"text": "Any questions?", "after": 1}}}}
	theatre := newStage(t, map[string]*play{"shop": &greeting})
	p := newTab(t)
	kept := `return Object.keys(localStorage).length + Object.keys(sessionStorage).length + document.cookie.length`
	shown := func() {
		t.Helper()
		p.visit(theatre.page("kettles", "shop", ""))
		p.until("the greeting is there", `root.querySelector('.greeting')?.textContent === 'Any questions?'`)
	}
	shown()
	if ask[bool](p, "look for the focus", `return document.activeElement !== document.body`) {
		t.Error("the greeting takes the focus")
	}
	if n := ask[int](p, "look at what is kept", kept); n != 0 {
		t.Errorf("%d things are kept of a visitor who touched nothing", n)
	}
	if !ask[bool](p, "listen", `return [...root.querySelectorAll('[role=status]')].some((e) => e.textContent.trim() === 'Any questions?')`) {
		t.Error("a screen reader does not hear of it")
	}

	shown() // untouched, it is shown on the next page, too
	p.run("send it away", `root.querySelector('.greeting .away').click()`)
	p.until("it is gone", `!root.querySelector('.greeting')`)
	p.visit(theatre.page("kettles", "shop", ""))
	p.until("the panel has come, which a greeting needs", `root.querySelector('.panel')`)
	p.until("it would be there by now", `performance.now() > 3000`)
	if ask[bool](p, "look for it", `return !!root.querySelector('.greeting')`) {
		t.Error("it has come again")
	}

	p.visit(theatre.page("teapots", "shop", ""))
	p.until("another site's greeting is there", `root.querySelector('.greeting')`)
	p.run("answer it", `root.querySelector('.greeting .says').click()`)
	p.until("the chat is open", `root.querySelector('.panel:not([hidden]) .card') && !root.querySelector('.greeting')`)
}
