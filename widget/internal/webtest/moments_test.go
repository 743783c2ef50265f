package webtest_test

import "time"

// moments are states that only some conversations come to: nobody is there, nobody
// answers, it is over, or the visitor looks for what the menu has.
func moments() []state {
	open := (*visit).open
	talking := func(more ...object) play { return play{lines: append(conversation(), more...)} }
	over := append(conversation(), event("closed", nil))
	closed := func(more ...object) play {
		return play{lines: append(over[:len(over):len(over)], more...), welcome: object{"closed": true}}
	}
	rating := `root.querySelector('.rating:not([hidden])')`
	rate := func(v *visit) {
		v.open()
		v.until("the rating is there", rating)
		v.run("give four stars", `root.querySelectorAll('.stars input')[3].click()`)
	}
	menu := func(v *visit) {
		v.open()
		v.settle()
		v.run("open the menu", `root.querySelector('header [aria-expanded]').click()`)
	}
	offline := func(v *visit) {
		v.open()
		v.until("the form is there", `root.querySelector('#offline-message')?.offsetParent`)
	}
	submit := func(v *visit) {
		v.run("send", `[...root.querySelectorAll('button[type=submit]')].find((e) => e.offsetParent).click()`)
	}
	// The first message is two minutes old, and nobody has said anything.
	unanswered := own("Hello, my kettle does not boil")
	unanswered["at"] = time.Now().Add(-2 * time.Minute).UnixMilli()
	alone := play{lines: []object{unanswered}, welcome: object{"agents": []object{}}}
	// A small frame of the server's comes with the answer to a message.
	with := func(frame object) func(*session, object) []object {
		return func(s *session, f object) []object {
			frames := echo(s, f)
			if len(frames) > 0 {
				frames = append(frames, frame)
			}
			return frames
		}
	}
	say := func(v *visit) { v.open(); v.send("Now it is on") }

	return []state{
		{name: "offline-form", play: play{config: object{"groups": away()}}, reach: offline, ready: `root.querySelector('select')?.offsetParent`},
		{name: "offline-form-incomplete", play: play{config: object{"groups": away()}}, reach: func(v *visit) { offline(v); submit(v) }, ready: `texts('[role=alert]').some(Boolean)`},
		{name: "offline-form-sent", play: play{config: object{"groups": away()}}, reach: func(v *visit) {
			offline(v)
			v.run("give an address", `root.querySelector('[type=email]').value = 'ada@example.com'`)
			v.write("Please call me back")
			submit(v)
		}, ready: `texts('.note').some((s) => s.includes('ada@example.com'))`},
		{name: "unanswered", play: alone, reach: open, ready: `root.querySelector('.waiting:not([hidden])')`},
		{name: "unanswered-email", play: alone, reach: func(v *visit) {
			v.open()
			v.until("the offer is there", `root.querySelector('.waiting:not([hidden])')`)
			v.run("leave an address", `root.querySelector('.waiting [aria-expanded]').click(); root.querySelector('.waiting .primary').click()`)
		}, ready: `texts('.waiting [role=alert]').some(Boolean)`},
		{name: "menu", play: talking(), reach: menu, ready: `root.querySelector('.menu:not([hidden])')`},
		{name: "rating", play: closed(), reach: open, ready: rating},
		{name: "rating-chosen", play: closed(), reach: rate, ready: `root.querySelector('.rating textarea').offsetParent`},
		{name: "rated", play: closed(object{"kind": "rated", "by": object{"role": "visitor"}, "me": true, "stars": 4}), reach: open, ready: `root.querySelector('.ending:not([hidden])') && texts('.notice').length > 2`},
		{name: "begin-anew", play: closed(), reach: func(v *visit) {
			v.open()
			v.until("the end is there", rating)
			v.run("begin anew", `[...root.querySelectorAll('.ending > button')][0].click()`)
		}, ready: `root.querySelector('fieldset .card')?.offsetParent`},
		{name: "greeting", play: play{config: object{"greet": 1, "greetings": []object{
			{"text": "On another page", "after": 1, "path": "/elsewhere"},
			{"text": "Any questions about kettles?", "texts": object{"ar": "هل لديك أسئلة؟"}, "after": 1, "path": "/*/greeting"},
		}}}, reach: func(*visit) {}, ready: `root.querySelector('.greeting')`},
		{name: "typing", play: play{lines: conversation(), answer: with(object{"t": "typing", "by": object{"name": "Ann"}})}, reach: say, ready: `texts('.typing').some(Boolean)`},
		{name: "delivered", play: play{lines: conversation(), answer: with(object{"t": "progress", "delivered": 6, "seen": 0})}, reach: say, ready: `texts('.meta').some((s) => s.split('·').length > 1)`},
		{name: "seen", play: play{lines: conversation(), answer: with(object{"t": "progress", "delivered": 6, "seen": 6})}, reach: say, ready: `texts('.own .meta').some((s) => s.split('·').length > 1)`},
	}
}
