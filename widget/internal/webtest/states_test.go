package webtest_test

import (
	"fmt"
	"strings"
)

// A state is something that visitors may have before them.
type state struct {
	name string
	play
	// reach does what leads to the state, from the page view on.
	reach func(v *visit)
	// ready is JavaScript over root that is true once the state is reached.
	ready string
}

// visit is a page view in which a state is reached.
type visit struct {
	tab
	stage      *stage
	site, play string
}

func (v *visit) open() {
	v.until("the launcher is there", `root.querySelector('.launcher')`)
	v.run("open the chat", `root.querySelector('.launcher').click()`)
	v.until("the panel is open", `root.querySelector('.panel:not([hidden]):not([aria-busy])')`)
}

func (v *visit) write(text string) {
	v.run("write", fmt.Sprintf(`const box = [...root.querySelectorAll('textarea')].find((e) => e.offsetParent); box.focus(); box.value = %q; box.dispatchEvent(new Event('input', { bubbles: true }))`, text))
}

// settle waits for the conversation, where there is one.
func (v *visit) settle() {
	if len(v.stage.plays[v.play].lines) > 0 {
		v.until("the conversation is there", `texts('bdi').length >= 4`)
	}
}

// send writes and sends.
func (v *visit) send(text string) {
	v.settle()
	v.write(text)
	v.run("send", `[...root.querySelectorAll('button[type=submit]')].find((e) => e.offsetParent).click()`)
}

func (v *visit) choose(group string) {
	v.run("choose "+group, fmt.Sprintf(`[...root.querySelectorAll('label')].find((l) => l.textContent.includes(%q)).click()`, group))
}

// conversation is one with a bit of everything that is usual.
func conversation() []object {
	return []object{
		own("Hello, my kettle does not boil"),
		event("joined", object{"by": object{"role": "system"}, "group": "tech", "groupName": "Tech"}),
		by("Hello! Is the light on?"),
		by("If it is, please have a look at https://kettles.example/manual"),
		own("It is not 🤔"),
	}
}

// states is every one of them, each held to the same in every look.
func states() []state {
	open := (*visit).open
	long := func() (lines []object) {
		for i := range 30 {
			lines = append(lines, own(fmt.Sprint("Question ", i)), by(fmt.Sprint("Answer ", i)))
		}
		return lines
	}
	talking := func(lines ...object) play { return play{lines: append(conversation(), lines...)} }
	alone := object{"groups": groups()[:1]}
	scrolled := func(v *visit) {
		v.open()
		v.until("the conversation is there", `texts('bdi').includes('Answer 29')`)
		v.until("all is at rest", lastOwn) // it scrolls to the end as it grows
		v.run("scroll up", `root.querySelector('[role=log]').scrollTop = 600`)
	}

	return []state{
		{name: "launcher", reach: func(*visit) {}, ready: `root.querySelector('.launcher')`},
		{name: "launcher-away", play: play{config: object{"groups": away()}}, reach: func(*visit) {}, ready: `root.querySelector('.launcher')`},
		{name: "skeleton", play: play{config: object{"panel": "panel.js?never"}}, reach: func(v *visit) {
			v.until("the launcher is there", `root.querySelector('.launcher')`)
			v.run("open the chat", `root.querySelector('.launcher').click()`)
		}, ready: `root.querySelector('.panel[aria-busy] .bone')`},
		{name: "chooser", reach: open, ready: `root.querySelectorAll('input[type=radio]').length === 3`},
		{name: "chosen", reach: func(v *visit) { v.open(); v.choose("Tech"); v.write("My kettle does not boil") }, ready: `root.querySelector(':checked')`},
		{name: "chosen-away", reach: func(v *visit) { v.open(); v.choose("Product") }, ready: `button('Leave a message') || root.querySelector('.primary')`},
		{name: "chooser-incomplete", reach: func(v *visit) { v.open(); v.run("start", `root.querySelector('.primary').click()`) }, ready: `texts('[role=alert]').some(Boolean)`},
		{name: "first-message-missing", reach: func(v *visit) {
			v.open()
			v.choose("Tech")
			v.run("start", `root.querySelector('.primary').click()`)
		}, ready: `texts('[role=alert]').some(Boolean)`},
		{name: "first-message-too-long", reach: func(v *visit) { v.open(); v.choose("Tech"); v.write(strings.Repeat("long ", 900)) }, ready: `texts('[role=alert]').some(Boolean)`},
		{name: "one-group", play: play{config: alone}, reach: open, ready: `root.querySelector('.primary')`},
		{name: "one-group-away", play: play{config: object{"groups": away()[:1]}}, reach: open, ready: `root.querySelector('.primary')`},
		{name: "many-groups", play: play{config: object{"groups": many()}}, reach: open, ready: `root.querySelectorAll('input[type=radio]').length === 7`},
		{name: "all-away", play: play{config: object{"groups": away()}}, reach: open, ready: `root.querySelector('.primary')`},
		{name: "no-groups", play: play{config: object{"groups": []object{}}}, reach: open, ready: `root.querySelector('.panel')`},
		{name: "conversation", play: talking(), reach: open, ready: `texts('bdi').includes('It is not 🤔')`},
		{name: "writing", play: talking(), reach: func(v *visit) { v.open(); v.settle(); v.write("One line\nand another\nand a third") }, ready: `root.querySelector('.send[aria-disabled=false]')`},
		{name: "sent", play: talking(), reach: func(v *visit) { v.open(); v.send("Now it is on") }, ready: `texts('bdi').includes('Now it is on') && !root.querySelector('.wait')`},
		{name: "pending", play: play{lines: conversation(), answer: silent}, reach: func(v *visit) { v.open(); v.send("Is somebody there?") }, ready: `root.querySelector('.wait')`},
		{name: "failed", play: play{lines: conversation(), answer: refuse("forbidden")}, reach: func(v *visit) { v.open(); v.send("Is somebody there?") }, ready: `root.querySelector('.failure')`},
		{name: "failed-group-away", play: play{answer: refuse("group_offline")}, reach: func(v *visit) { v.open(); v.choose("Tech"); v.send("Is somebody there?") }, ready: `root.querySelector('.failure')`},
		{name: "too-long", play: talking(), reach: func(v *visit) { v.open(); v.settle(); v.write(strings.Repeat("long ", 900)) }, ready: `texts('[role=alert]').some(Boolean)`},
		{name: "edited-and-deleted", play: talking(
			by("I meant the red light"), event("edited", object{"of": "n6", "body": "I meant the green light"}),
			by("Something for a colleague"), event("deleted", object{"of": "n8"}),
		), reach: open, ready: `texts('bdi').some((s) => s.includes('green'))`},
		{name: "rich-text", play: talking(rich()), reach: open, ready: `root.querySelector('bdi ul')`},
		{name: "hand-over", play: talking(
			event("claimed", nil),
			event("joined", object{"by": object{"role": "system"}, "group": "sales", "groupName": "Sales"}),
			event("left", object{"by": object{"role": "system"}, "group": "tech", "groupName": "Tech"}),
			object{"kind": "message", "by": object{"role": "agent", "name": "Bea", "avatar": ""}, "body": "I can send you a new one."},
		), reach: open, ready: `texts('bdi').some((s) => s.includes('new one'))`},
		{name: "closed", play: play{lines: append(conversation(), event("closed", nil)), welcome: object{"closed": true}}, reach: open, ready: `texts('.notice').length > 1`},
		{name: "scrolled-up", play: play{lines: long()}, reach: scrolled, ready: `root.querySelector('[role=log]').scrollTop < 700`},
		{name: "connection-lost", play: talking(), reach: func(v *visit) {
			v.open()
			v.settle()
			v.stage.cut(v.site, v.play)
		}, ready: `root.querySelector('.banner:not([hidden])')`},
		{name: "asleep", play: play{lines: conversation(), answer: end(4409)}, reach: func(v *visit) { v.open(); v.send("One tab too many") },
			ready: `root.querySelector('.banner:not([hidden]) button:not([hidden])')`},
		{name: "turned-away", play: play{lines: conversation(), answer: end(4403)}, reach: func(v *visit) { v.open(); v.send("Am I welcome?") },
			ready: `root.querySelector('.banner:not([hidden])')`},
		{name: "consent", play: play{script: `data-consent="required" data-privacy="/privacy"`}, reach: open, ready: `root.querySelector('.gate .primary')`},
		{name: "forget-asked", play: talking(), reach: func(v *visit) {
			v.open()
			v.settle()
			v.run("open the menu", `root.querySelector('header [aria-expanded]').click()`)
			v.until("the menu is there", `root.querySelector('.menu:not([hidden])')`)
			v.run("ask to be forgotten", `[...root.querySelectorAll('.menu button')].at(-1).click()`)
		}, ready: `root.querySelector('.menu:not([hidden])')`},
		{name: "unread", play: play{lines: conversation(), welcome: object{}, answer: echoThenReply}, reach: func(v *visit) {
			v.open()
			v.send("Are you there?")
			v.until("it is answered", `texts('bdi').includes('Yes, I am')`)
			v.write("One moment")
			// At once, so that the answer finds the panel closed.
			v.run("send and close", `[...root.querySelectorAll('button[type=submit]')].find((e) => e.offsetParent).click(); chatgroups('close')`)
		}, ready: `root.querySelector('.badge:not([hidden])')`},
	}
}

// many are seven groups, the most that a chooser has.
func many() []object {
	all := groups()
	for _, name := range []string{"Returns", "Billing", "Shipping", "Press"} {
		all = append(all, object{"id": strings.ToLower(name), "name": name, "about": "", "state": "on"})
	}
	return all
}

// rich is a message with every look that one may have.
func rich() object {
	line := by("Try make -B and not this: all of it, make clean, the guide, call 030 1234")
	span := func(text string, look ...string) object {
		s := object{"text": text}
		for _, l := range look {
			s[l] = true
		}
		return s
	}
	line["rich"] = []object{
		{"type": "paragraph", "spans": []object{span("Try "), span("make -B", "code"), span(" and "), span("not", "b", "i"), span(" "), span("this", "s"), span(":")}},
		{"type": "quote", "spans": []object{span("all of it 🎉")}},
		{"type": "code", "spans": []object{span("make clean\nmake all")}},
		{"type": "list", "items": [][]object{{{"text": "the guide", "link": "https://docs.example/guide"}}, {span("the manual")}}},
		{"type": "ordered", "items": [][]object{{span("call "), {"text": "030 1234", "link": "tel:+49301234"}}}, "start": 3, "level": 1},
	}
	return line
}

// echoThenReply answers each message, and what is written after the first one
// once the panel is closed.
func echoThenReply(s *session, frame object) []object {
	frames := echo(s, frame)
	if len(frames) == 0 {
		return nil
	}
	s.seq++
	return append(frames, number(by("Yes, I am"), s.seq))
}
