package webtest_test

import "testing"

// A page may change its language without being loaded again; whatever the visitor has
// before them stays.
func TestTheLanguageChangesLive(t *testing.T) {
	theatre := newStage(t, map[string]*play{"talk": {lines: conversation()}, "ask": {}})
	p := newTab(t)
	p.as(looks[0])

	v := &visit{p, theatre, "shop", "talk"}
	p.visit(theatre.page("shop", "talk", ""))
	v.open()
	v.settle()
	v.write("One more thing")
	p.run("switch to German", `chatgroups('config', { lang: 'de' })`)
	p.until("it speaks German", `root.querySelector('.panel').ariaLabel === 'Chatten Sie mit uns' || root.host.lang === 'de' && focused()?.ariaLabel === 'Nachricht'`)
	p.until("the conversation and what was written are there", `texts('bdi').includes('It is not 🤔') && focused().value === 'One more thing'`)
	p.run("switch to Arabic, and at once to French", `chatgroups('config', { lang: 'ar' }); chatgroups('config', { lang: 'fr' })`)
	p.until("it speaks French", `root.host.lang === 'fr' && root.host.dir === 'ltr' && focused()?.ariaLabel === 'Message'`)
	if n := ask[int](p, "count panels", `return root.querySelectorAll('.panel').length`); n != 1 {
		t.Errorf("there are %d panels", n)
	}
	p.run("close", `chatgroups('close')`)
	p.until("the launcher speaks French, too", `root.querySelector('.launcher').ariaLabel === 'Ouvrir le chat' && !root.querySelector('.panel:not([hidden])')`)
	p.run("switch while it is closed", `chatgroups('config', { lang: 'en' })`)
	p.until("it speaks English", `root.querySelector('.launcher').ariaLabel === 'Open chat' && !root.querySelector('.panel:not([hidden])')`)
	p.press("\x1b")

	v = &visit{p, theatre, "shop", "ask"}
	p.visit(theatre.page("shop", "ask", ""))
	v.open()
	v.choose("Sales")
	v.write("What does it cost?")
	p.run("switch to German", `document.documentElement.lang = 'de'; chatgroups('config', { lang: 'auto' })`)
	p.until("what was chosen and written is there", `root.host.lang === 'de' && root.querySelector('[value=sales]').checked && root.querySelector('#first-message').value === 'What does it cost?'`)
	p.press("\x1b")
	p.until("Escape closes the new panel", `!root.querySelector('.panel:not([hidden])')`)
}
