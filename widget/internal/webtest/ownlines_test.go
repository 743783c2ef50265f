package webtest_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// lastOwn is JavaScript for the button beside the visitor's newest message.
const lastOwn = `[...root.querySelectorAll('.dots')].at(-1)`

// choose opens what can be done with the visitor's newest message and chooses the
// n-th of it, counted from 0.
func (v *visit) chooseOfOwn(n int) {
	v.settle()
	v.until("the button is there", lastOwn)
	v.run("ask what can be done", lastOwn+`.click()`)
	if n >= 0 {
		v.run("choose", fmt.Sprintf(`root.querySelectorAll('.amend button')[%d].click()`, n))
	}
}

// ownLines is the states in which visitors change what they wrote.
func ownLines() []state {
	talking := func(answer func(*session, object) []object) play {
		return play{lines: conversation(), answer: answer}
	}
	save := func(v *visit) {
		v.open()
		v.chooseOfOwn(0)
		v.run("write", `const field = root.querySelector('.amend textarea'); field.value = 'It is on, but red'; field.form.requestSubmit()`)
	}
	no := func(_ *session, frame object) []object {
		if frame["t"] != "edit" {
			return nil
		}
		return []object{{"t": "nack", "id": frame["id"], "code": "forbidden"}}
	}
	return []state{
		{name: "own-line-chosen", play: talking(silent), reach: func(v *visit) { v.open(); v.chooseOfOwn(-1) }, ready: `root.querySelectorAll('.amend button').length === 2`},
		{name: "own-line-editing", play: talking(silent), reach: func(v *visit) { v.open(); v.chooseOfOwn(0) }, ready: `root.querySelector('.amend textarea')`},
		{name: "own-line-delete-asked", play: talking(silent), reach: func(v *visit) { v.open(); v.chooseOfOwn(1) }, ready: `root.querySelector('.amend span')`},
		{name: "own-line-edit-pending", play: talking(silent), reach: save, ready: `root.querySelector('.wait')`},
		{name: "own-line-edit-refused", play: talking(no), reach: save, ready: `root.querySelectorAll('.failure button').length === 2 && texts('.failure span').some(Boolean)`},
		{name: "own-line-deleted", play: talking(silent), reach: func(v *visit) {
			v.open()
			v.chooseOfOwn(1)
			v.run("yes", `root.querySelector('.amend button').click()`)
		}, ready: `root.querySelector('.own.removed')`},
	}
}

func TestAVisitorChangesAndTakesBackWhatTheyWroteByKeyboard(t *testing.T) {
	network := newProxy(t, 1, false)
	network.calm.Store(true)
	h := newHouse(t, network)
	p, other := newTab(t), newTab(t)
	p.as(looks[0])
	p.chat(h)
	for _, line := range []string{"Good moring", "My kettle does not boil"} {
		p.run("write", fmt.Sprintf(`chatgroups('start', { group: 'tech', text: %q, send: true })`, line))
		p.until("it is there", fmt.Sprintf(`texts('bdi').includes(%q) && !root.querySelector('.wait')`, line))
	}
	other.chat(h)
	other.until("the other tab has it", `texts('bdi').length === 2`)

	p.run("begin to write something else", `root.querySelector('.composer textarea').focus()`)
	p.press("And another thing")
	p.press(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	p.focused("Attach a file")
	p.press(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	p.focused("Menu: My kettle does not boil")
	if seen := ask[string](p, "look at the button", `return getComputedStyle(focused()).opacity`); seen != "1" {
		t.Errorf("the button that has the focus has an opacity of %s", seen)
	}
	p.press(kb.ArrowUp)
	p.focused("Menu: Good moring")
	p.press(kb.Enter)
	p.focused("Edit")
	p.press(kb.Escape)
	p.focused("Menu: Good moring")
	p.until("the panel stays", `root.querySelector('.panel:not([hidden])')`)

	p.press(kb.Enter)
	p.press(kb.Enter)
	p.focused("Editing your message")
	p.press("!")
	p.press(kb.Escape)
	p.focused("Menu: Good moring")
	p.until("nothing has changed", `texts('bdi').includes('Good moring') && !root.querySelector('.amend')`)

	p.press(kb.Enter)
	p.press(kb.Enter)
	p.focused("Editing your message")
	p.run("mark all of it", `focused().select()`)
	p.press("Good morning" + kb.Tab)
	p.focused("Save")
	p.press(kb.Enter)
	p.focused("Menu: Good morning")
	for _, tab := range []tab{p, other} {
		tab.until("the other words are there", `texts('bdi').includes('Good morning') && texts('.meta').some((s) => s.endsWith('edited'))`)
	}

	p.press(kb.ArrowDown)
	p.focused("Menu: My kettle does not boil")
	p.press(kb.Enter)
	p.press(kb.Tab)
	p.focused("Delete")
	p.press(kb.Enter)
	p.until("it is asked for sure", `texts('.amend').some((s) => s.startsWith('Delete this message?'))`)
	p.press(kb.Enter)
	p.focused("Message")
	p.until("what was being written is still there", `focused().value === 'And another thing'`)
	for _, tab := range []tab{p, other} {
		tab.until("the message is gone", `texts('bdi').includes('Message removed') && !texts('bdi').includes('My kettle does not boil') && !root.querySelector('.wait')`)
	}
}

func TestChangesMadeOfflineSurviveAReload(t *testing.T) {
	network := newProxy(t, 1, false)
	network.calm.Store(true)
	h := newHouse(t, network)
	p, other := newTab(t), newTab(t)
	say := func(line string) {
		p.run("write", fmt.Sprintf(`chatgroups('start', { group: 'tech', text: %q, send: true })`, line))
		p.until("it is there", fmt.Sprintf(`texts('bdi').includes(%q)`, line))
	}
	v := &visit{tab: p, stage: &stage{plays: map[string]*play{"": {}}}}
	edit := func(words string) {
		v.chooseOfOwn(0)
		v.run("change it", fmt.Sprintf(`const field = root.querySelector('.amend textarea'); field.value = %q; field.form.requestSubmit()`, words))
		p.until("it is changed", fmt.Sprintf(`texts('bdi').includes(%q)`, words))
	}
	p.chat(h)
	say("one")
	p.until("the server has it", `!root.querySelector('.wait')`)
	other.chat(h)
	other.until("the other tab has it", `texts('bdi').includes('one')`)

	network.cut()
	edit("eins")
	say("two")
	edit("zwei")
	say("three")
	v.chooseOfOwn(1)
	v.run("yes", `root.querySelector('.amend button').click()`)
	want := `texts('bdi').join() === 'eins,zwei'`
	p.until("all of it is seen before it is sent", want)
	p.chat(h)
	p.until("all of it is there after a reload", want)
	network.mend()
	for _, tab := range []tab{p, other} {
		tab.until("all of it is sent", want+` && !root.querySelector('.wait')`)
		// What was never sent is changed where it waits, and so was not edited for others.
		tab.until("one message was edited", `texts('.meta').filter((s) => s.endsWith('edited')).length === 1`)
	}
}
