package webtest_test

import (
	"testing"
	"time"
)

// A reply to a visitor who has closed the panel is heard once, unless they turned the
// sound off, and counted in the page's title.
func TestAReplyIsHeardWhereItIsNotSeen(t *testing.T) {
	// The answer comes with the reply, when the panel is closed already.
	replies := play{lines: conversation(), answer: func(s *session, frame object) []object {
		frames := echo(s, frame)
		if len(frames) > 0 {
			s.seq++
			reply := number(by("Yes, I am"), s.seq)
			reply["at"] = time.Now().UnixMilli()
			frames = append(frames, reply)
		}
		return frames
	}}
	theatre := newStage(t, map[string]*play{"shop": &replies})
	p := newTab(t)
	p.visit(theatre.page("kettles", "shop", ""))
	v := &visit{p, theatre, "kettles", "shop"}
	// Counted where it would sound; what follows fails, as on a machine without sound.
	p.run("listen", `window.rung = 0; window.AudioContext = class { constructor() { window.rung++ } }`)
	ask := func(text string) {
		t.Helper()
		v.write(text)
		p.press("\r") // a real key: browsers let nothing sound before one
		p.run("close", `chatgroups('close')`)
	}
	v.open()
	v.settle()
	ask("Are you there?")
	p.until("it rings", `window.rung === 1`)
	p.until("the title counts it", `document.title === '(1) Kettles'`)
	v.open()
	p.until("the title is the page's own", `document.title === 'Kettles'`)

	p.run("turn the sound off", `root.querySelector('header [aria-expanded]').click()`)
	p.until("the menu is open", `root.querySelector('.menu:not([hidden])')`)
	p.run("turn the sound off", `root.querySelector('.menu input').click(); root.querySelector('header [aria-expanded]').click()`)
	ask("And now?")
	p.until("the title counts it", `document.title === '(1) Kettles'`)
	p.until("it could have rung by now", `(window.since ??= performance.now()) + 500 < performance.now()`)
	p.until("it does not ring", `window.rung === 1`)

	p.run("let the page change its title", `document.title = 'Teapots'`)
	v.open()
	p.until("that stays", `document.title === 'Teapots'`)
}
