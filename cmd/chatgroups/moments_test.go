package main_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// turbo serves a page that swaps its body as Turbo does, and has a link to a group.
func turbo(t *testing.T, base *string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><script async src="%s/w/v1/main.js"></script>
<body><main><h1>Shop</h1><button data-chat-open="sales">Talk to sales</button></main></body></html>`, *base)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// waitPost waits for a post of the app in a thread.
func (w *world) waitPost(t *testing.T, channel, root, text string) {
	t.Helper()
	w.wait(t, fmt.Sprintf("the post %q", text), func() bool {
		return slices.ContainsFunc(w.slack.Thread(channel, root), func(m fakeslack.Message) bool { return strings.Contains(m.Text, text) })
	})
}

func TestAConversationEndsIsRatedAndAnotherBegins(t *testing.T) {
	ctx := browser(t)
	w := newWorld(t, fakeslack.Config{})
	site := turbo(t, &w.base)
	w.env = append(w.env, "CHATGROUPS_ORIGINS="+site)
	ann := w.slack.AddPerson(fakeslack.Person{Name: "ann", RealName: "Ann Lee"}).ID
	bea := w.slack.AddPerson(fakeslack.Person{Name: "bea", RealName: "Bea Rossi"}).ID
	p := w.start(t, "serve")
	defer p.kill()
	w.ready(t, p)
	tech := w.group(t, "Tech", ann)
	sales := w.group(t, "Sales", bea)

	v := page{t, ctx}
	v.do("open the page", chromedp.Navigate(site))
	v.until("the launcher is there", `root.querySelector('button.launcher')`)
	v.run("come by a link that names the group", `document.querySelector('[data-chat-open]').click();`)
	v.until("the group is chosen", `root.querySelector('.card:has(:checked)')?.textContent.includes('Sales')`)
	v.do("write", chromedp.KeyEvent("I want a kettle\r"))
	root := w.waitRoot(t, sales)
	w.waitLine(t, sales, root, "I want a kettle")
	v.until("it is said to be delivered", `texts('.own .meta').some((s) => s.endsWith('Delivered'))`)
	w.say(t, bea, sales, root, "// a new one")
	v.until("it is said to be seen", `texts('.own .meta').some((s) => s.endsWith('Seen'))`)

	v.run("swap the body", `const next = document.createElement('body'); next.innerHTML = '<h1>Another page</h1>'; document.body.replaceWith(next);`)
	v.until("the panel is on the other page", `document.body.lastElementChild.shadowRoot === root && !root.querySelector('.panel').hidden && texts('[role=log] bdi').includes('I want a kettle')`)

	v.run("close the panel", `root.querySelector('button.launcher').click();`)
	w.say(t, bea, sales, root, "Which one?")
	v.until("the title counts the reply", `document.title === '(1) Shop'`)
	v.run("open the panel", `root.querySelector('button.launcher').click();`)
	v.until("the title is the page's own again", `document.title === 'Shop'`)

	w.command(t, bea, sales, `/chatgroups close 1001`)
	v.until("the visitor is asked how it was", `root.querySelector('.rating:not([hidden])')`)
	v.run("give four stars and a comment", `root.querySelectorAll('.stars input')[3].click(); root.querySelector('.rating textarea').value = 'quick';
		root.querySelector('.rating .primary').click();`)
	w.waitPost(t, sales, root, "The visitor rated this conversation 4 of 5 (★★★★☆): quick")
	v.until("the visitor is thanked, and not asked again", `root.textContent.includes('Thank you for your rating.') && root.querySelector('.rating').hidden`)
	v.shot("moments-rated")

	v.run("begin another", `[...root.querySelectorAll('.ending button')].find((b) => b.textContent === 'Start a new conversation').click();`)
	v.until("the groups are offered", `root.querySelector('.card')?.offsetParent`)
	v.run("choose Tech", `[...root.querySelectorAll('label')].find((l) => l.textContent.trim().startsWith('Tech')).click(); root.querySelector('#first-message').focus();`)
	v.do("write", chromedp.KeyEvent("And now it leaks\r"))
	w.waitLine(t, tech, w.waitRoot(t, tech), "And now it leaks")
	v.until("only that is there", `texts('[role=log] bdi').join() === 'And now it leaks'`)
}

func TestAMessageIsLeftWhileNobodyIsThere(t *testing.T) {
	ctx := browser(t)
	w := newWorld(t, fakeslack.Config{})
	ann := w.slack.AddPerson(fakeslack.Person{Name: "ann", RealName: "Ann Lee"}).ID
	p := w.start(t, "serve")
	defer p.kill()
	w.ready(t, p)
	tech := w.group(t, "Tech", ann)
	v := page{t, ctx}
	v.do("open the page", chromedp.Navigate(w.base+"/c/main"))
	v.until("the panel is there", `root.querySelector('#first-message')?.offsetParent`)
	v.run("write", `root.querySelector('#first-message').value = 'half a thought'`)
	w.command(t, w.cleo, tech, `/chatgroups off tech`)
	v.until("what is written stays, and the way changes", `root.querySelector('#first-message').value === 'half a thought' && root.querySelector('.primary').textContent === 'Leave a message'
		&& texts('[role=status]').some((s) => s.includes('Tech just went away'))`)

	v.do("load the page anew", chromedp.Reload())
	v.until("the form is there", `root.querySelector('#offline-message')?.offsetParent`)
	v.run("fill it in", `root.querySelector('#visitor-name').value = 'Ada'; root.querySelector('#offline-message').value = 'Please call me back';
		root.querySelector('form.offline .primary').click();`)
	v.until("an address is missing", `texts('form.offline [role=alert]').some(Boolean) && root.activeElement.type === 'email'`)
	v.run("give one", `root.activeElement.value = 'ada@example.com'; root.querySelector('form.offline .primary').click();`)
	root := w.waitRoot(t, tech)
	w.waitLine(t, tech, root, "Please call me back")
	card, _ := w.slack.Message(tech, root)
	for _, want := range []string{"left for", "Ada", "ada@example.com"} {
		if !strings.Contains(string(card.Blocks), want) {
			t.Errorf("the card lacks %q: %s", want, card.Blocks)
		}
	}
	v.until("the visitor knows how the answer comes", `texts('.note').some((s) => s.includes('We will reply to ada@example.com')) && texts('[role=log] bdi').includes('Please call me back')`)
	v.shot("moments-left")
}
