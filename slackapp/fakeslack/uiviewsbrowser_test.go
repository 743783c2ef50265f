package fakeslack_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// click presses what a selector finds. What is drawn anew between finding and
// pressing is looked for again.
func click(t *testing.T, ctx context.Context, selector string) {
	t.Helper()
	for {
		err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector)))
		switch {
		case err == nil:
			return
		case !strings.Contains(err.Error(), "Could not find node"):
			t.Fatalf("click %s: %v", selector, err)
		}
	}
}

func typeKeys(t *testing.T, ctx context.Context, keys string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.KeyEvent(keys)); err != nil {
		t.Fatal(err)
	}
}

func TestAModalIsRefusedAndTakenInTheBrowser(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	ctx := browser(t)
	openPage(t, ctx, w.url+"/ui/#as=ann&channel=chat-sales")
	w.opens(l, modal).ok(t)
	until(t, ctx, "the modal is there, with the focus in its first input",
		`document.querySelector('#modal').open && document.activeElement.dataset.action === 'name'`)

	click(t, ctx, "#modal [type=submit]")
	until(t, ctx, "the form asks for what is required",
		`document.querySelector('[data-block=name] .error')?.innerText === 'Please complete this required field.'`)

	click(t, ctx, "#modal [data-action=name]")
	typeKeys(t, ctx, "Tech")
	click(t, ctx, "#modal [data-action=who]")
	typeKeys(t, ctx, "bo")
	evaluate[bool](t, ctx, `document.querySelector('.choices li').dispatchEvent(new MouseEvent('mousedown', {bubbles: true, cancelable: true})); return true`)
	click(t, ctx, "#modal [type=submit]")
	e := l.next()
	if who, _ := dig(e.Payload, "view.state.values.who.who.selected_users").([]any); len(who) != 1 || who[0] != w.bob.ID {
		t.Errorf("the app is told of %v, want Bob", who)
	}
	until(t, ctx, "nobody can submit twice", `document.querySelector('#modal [type=submit]').disabled`)
	l.ack(e, map[string]any{"response_action": "errors", "errors": map[string]string{"name": "There is a <b>Tech</b> already."}})
	until(t, ctx, "the app's words stand below the input, and what was typed stays",
		`document.querySelector('[data-block=name] .error')?.innerText === 'There is a <b>Tech</b> already.' &&
		document.querySelector('#modal [data-action=name]').value === 'Tech' && document.querySelector('#modal .chip').innerText === 'Bob Ray'`)

	click(t, ctx, "#modal [data-action=name]")
	typeKeys(t, ctx, "2")
	click(t, ctx, "#modal [type=submit]")
	e = l.next()
	l.ack(e)
	if name := dig(e.Payload, "view.state.values.name.name.value"); name != "Tech2" {
		t.Errorf("the name is submitted as %v", name)
	}
	until(t, ctx, "the modal has closed", `!document.querySelector('#modal').open`)
}

func TestModalsAreStackedInTheBrowser(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	ctx := browser(t)
	w.opens(l, modal).ok(t)
	openPage(t, ctx, w.url+"/ui/#as=ann&channel=chat-sales")
	until(t, ctx, "the modal that was open is there", `document.querySelector('#modal').open`)
	click(t, ctx, "#modal [data-action=name]")
	typeKeys(t, ctx, "Half ty")
	evaluate[bool](t, ctx, `const s = document.querySelector('#modal [data-action=kind]'); s.value = 'new'; s.dispatchEvent(new Event('change')); return true`)
	e := l.next()
	if name := dig(e.Payload, "view.state.values.name.name.value"); name != "Half ty" {
		t.Errorf("a choice in the modal tells the app of the name %v, want what was typed so far", name)
	}
	const above = `{"type":"modal","notify_on_close":true,"title":{"type":"plain_text","text":"Above"},"blocks":[{"type":"divider"}]}`
	w.call("views.push", "trigger_id", e.Payload["trigger_id"].(string), "view", above).ok(t)
	l.ack(e)
	until(t, ctx, "the one above covers it", `document.querySelector('#modal h2').innerText === 'Above' && document.querySelector('[aria-label=Back]')`)
	typeKeys(t, ctx, "\x1b")
	e = l.next()
	l.ack(e)
	if e.Payload["type"] != "view_closed" || e.Payload["is_cleared"] != false {
		t.Errorf("Escape brings %v, cleared %v", e.Payload["type"], e.Payload["is_cleared"])
	}
	until(t, ctx, "the one below is as it was left", `document.querySelector('#modal h2').innerText === 'New group' &&
		document.querySelector('#modal [data-action=name]').value === 'Half ty' && document.querySelector('#modal [data-action=kind]').value === 'new'`)
}

func TestTheHomeTabInTheBrowser(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	ctx := browser(t)
	openPage(t, ctx, w.url+"/ui/#as=ann&channel=chat-sales")
	click(t, ctx, "[data-app=Chatgroups]")
	e := l.next()
	l.ack(e)
	if e.event("type") != "app_home_opened" || e.event("user") != w.ann.ID {
		t.Errorf("the app is told %v of %v", e.event("type"), e.event("user"))
	}
	until(t, ctx, "nothing is there yet", `document.querySelector('#home').innerText.includes('has published nothing so far')`)
	w.call("views.publish", "user_id", w.ann.ID, "view", `{"type":"home","blocks":[
		{"type":"section","text":{"type":"mrkdwn","text":"*Tech*"},"accessory":{"type":"overflow","action_id":"more","options":[
			{"text":{"type":"plain_text","text":"Edit"},"value":"edit"},{"text":{"type":"plain_text","text":"Delete"},"value":"delete"}]}}]}`).ok(t)
	click(t, ctx, "#home [data-action=more]")
	click(t, ctx, "#popover button:nth-of-type(2)")
	e = l.next()
	if actions, _ := e.Payload["actions"].([]any); len(actions) != 1 || dig(actions[0].(map[string]any), "selected_option.value") != "delete" {
		t.Errorf("the app is told of %v", e.Payload["actions"])
	}
	w.call("views.open", "trigger_id", e.Payload["trigger_id"].(string), "view", modal).ok(t)
	l.ack(e)
	until(t, ctx, "the modal of the Home tab is there", `document.querySelector('#modal').open`)
	click(t, ctx, "#modal [data-focus=close]")
	l.ack(l.next())
	until(t, ctx, "it has closed", `!document.querySelector('#modal').open`)

	click(t, ctx, "[data-person=bob]")
	e = l.next()
	l.ack(e)
	if e.event("user") != w.bob.ID {
		t.Errorf("after a change of person the app is told of %v", e.event("user"))
	}
	click(t, ctx, "[data-channel=chat-sales]")
	until(t, ctx, "the channel is back", `document.querySelector('#home').hidden && !document.querySelector('#channel').hidden`)
}

func TestUnreadMarksInTheBrowser(t *testing.T) {
	w := newWorld(t)
	w.AddChannel("other", false, w.ann.ID, w.bob.ID)
	ctx := browser(t)
	openPage(t, ctx, w.url+"/ui/#as=bob&channel=chat-sales")
	if _, err := w.Say(w.ann.ID, "other", "News"); err != nil {
		t.Fatal(err)
	}
	until(t, ctx, "the channel is bold", `document.querySelector('[data-channel=other]').matches('.unread')`)
	if evaluate[bool](t, ctx, `return Boolean(document.querySelector('[data-channel=other] .badge'))`) {
		t.Error("a message that called nobody has a number")
	}
	if _, err := w.Say(w.ann.ID, "other", w.Typed("@bob, for you")); err != nil {
		t.Fatal(err)
	}
	until(t, ctx, "what calls Bob has a number", `document.querySelector('[data-channel=other] .badge')?.innerText === '1'`)
	click(t, ctx, "[data-channel=other]")
	until(t, ctx, "it was read", `!document.querySelector('[data-channel=other]').matches('.unread') && !document.querySelector('[data-channel=other] .badge')`)
}

func TestTroubleInTheBrowser(t *testing.T) {
	w := newWorld(t)
	ctx := browser(t)
	openPage(t, ctx, w.url+"/ui/#as=ann&channel=chat-sales")
	click(t, ctx, "#faults")
	click(t, ctx, "[data-fault=down]")
	until(t, ctx, "the page says so", `document.querySelector('#fault-strip').innerText.includes('Slack is down') &&
		document.querySelector('[data-fault=down]').getAttribute('aria-checked') === 'true'`)
	if a := w.call("auth.test"); a.status != http.StatusServiceUnavailable {
		t.Errorf("Slack is down and answers %d", a.status)
	}
	click(t, ctx, "[data-end=down]")
	until(t, ctx, "it has ended", `document.querySelector('#fault-strip').hidden`)
	w.call("auth.test").ok(t)

	click(t, ctx, "[data-fault=silent]") // with no app connected
	until(t, ctx, "the page says why not", `document.querySelector('#toasts').innerText.includes('nothing can fall silent')`)
}

func TestTheMenuOfAMessageInTheBrowser(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	ts, err := w.Say(w.bob.ID, w.chat, "Close this")
	if err != nil {
		t.Fatal(err)
	}
	l.ack(l.next())
	ctx := browser(t)
	openPage(t, ctx, w.url+"/ui/#as=bob&channel=chat-sales")
	if err := chromedp.Do(ctx, chromedp.Focus(chromedp.CSS("#messages .message"))); err != nil { // shows its tools
		t.Fatal(err)
	}
	click(t, ctx, "#messages [aria-label='More actions']")
	click(t, ctx, "[data-entry=close_chat]")
	e := l.next()
	l.ack(e)
	if e.Payload["type"] != "message_action" || e.Payload["callback_id"] != "close_chat" || e.Payload["message_ts"] != ts {
		t.Errorf("the app is told %v %v of %v", e.Payload["type"], e.Payload["callback_id"], e.Payload["message_ts"])
	}

	click(t, ctx, "#messages [aria-label='Add a reaction']")
	click(t, ctx, "[data-emoji=tada]")
	until(t, ctx, "the reaction is there", `document.querySelector('.reaction[aria-pressed=true]')`)
	l.ack(l.next())
	if m, _ := w.Message(w.chat, ts); len(m.Reactions) != 1 || m.Reactions[0].Name != "tada" {
		t.Errorf("the message has the reactions %v", m.Reactions)
	}
}

func TestPeopleAreShownWithWhatTheyAre(t *testing.T) {
	w := newWorld(t)
	w.AddPerson(fakeslack.Person{Name: "gus", RealName: "Gus Guest", Restricted: true})
	w.AddPerson(fakeslack.Person{Name: "eve", RealName: "Eve Else", TeamID: "T0OTHER"})
	w.AddPerson(fakeslack.Person{Name: "odo", RealName: "Odo Old", Deleted: true})
	ctx := browser(t)
	openPage(t, ctx, w.url+"/ui/#as=ann&channel=chat-sales")
	click(t, ctx, ".everybody")
	got := evaluate[map[string]string](t, ctx, `return Object.fromEntries([...document.querySelectorAll('#popover [role=menuitemradio]')].map(
		(b) => [b.querySelector('strong').innerText, b.querySelector('.tag').innerText.toLowerCase() + (b.disabled ? ' (disabled)' : '')]))`)
	for name, role := range map[string]string{
		"Ann Lee": "admin", "Bob Ray": "member", "Gus Guest": "guest", "Eve Else": "external", "Odo Old": "deactivated (disabled)",
	} {
		if got[name] != role {
			t.Errorf("%s is shown as %q, want %q", name, got[name], role)
		}
	}
	click(t, ctx, "#popover button:nth-of-type(3)")
	until(t, ctx, "one is the guest", `document.querySelector('.person.chosen').innerText.includes('Gus Guest')`)
}

// Every element that has no box of its own kind in HTML.
func TestInputsOfSlacksOwnKindInTheBrowser(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	ctx := browser(t)
	openPage(t, ctx, w.url+"/ui/#as=ann&channel=chat-sales")
	input := func(id, element string) string {
		return `{"type":"input","block_id":"` + id + `","label":{"type":"plain_text","text":"` + id + `"},"element":{"action_id":"` + id + `",` + element + `}}`
	}
	w.opens(l, `{"type":"modal","title":{"type":"plain_text","text":"All"},"submit":{"type":"plain_text","text":"Go"},"blocks":[`+strings.Join([]string{
		input("menu", `"type":"external_select","min_query_length":2`), input("file", `"type":"file_input","filetypes":["ics"]`),
		input("rich", `"type":"rich_text_input"`), input("at", `"type":"datetimepicker"`),
		input("kept", `"type":"rich_text_input","initial_value":{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"Kept","style":{"bold":true}}]}]}`),
	}, ",")+`]}`).ok(t)
	until(t, ctx, "the modal is there", `document.querySelector('#modal').open`)

	click(t, ctx, "#modal [data-action=menu]")
	until(t, ctx, "the menu says from when on it asks", `document.querySelector('.choices .none')?.innerText === 'Type 2 characters or more.'`)
	typeKeys(t, ctx, "te")
	e := l.next()
	if e.Payload["type"] != "block_suggestion" || e.Payload["value"] != "te" {
		t.Fatalf("the app is asked %v", e.Payload)
	}
	l.ack(e, json.RawMessage(`{"options":[`+option("Tech")+`]}`))
	until(t, ctx, "the suggestion is there", `document.querySelector('.choices li')?.innerText.includes('Tech')`)
	evaluate[bool](t, ctx, `document.querySelector('.choices li').dispatchEvent(new MouseEvent('mousedown', {bubbles: true, cancelable: true})); return true`)
	until(t, ctx, "it is chosen by its name", `document.querySelector('#modal .chip')?.innerText === 'Tech'`)

	evaluate[bool](t, ctx, `const files = new DataTransfer(); files.items.add(new File(['BEGIN'], 'hours.ics'));
		const box = document.querySelector('#modal [data-action=file]'); box.files = files.files; box.dispatchEvent(new Event('change')); return true`)
	until(t, ctx, "the file is there by its name", `document.querySelector('.file-input li')?.innerText.includes('hours.ics')`)
	click(t, ctx, "#modal [data-action=rich]")
	typeKeys(t, ctx, "*Bold*")
	evaluate[bool](t, ctx, `const box = document.querySelector('#modal [data-action=at]'); box.value = '2027-03-01T10:00'; box.dispatchEvent(new Event('change')); return true`)
	at := evaluate[float64](t, ctx, `return new Date('2027-03-01T10:00').getTime() / 1000`)
	click(t, ctx, "#modal [type=submit]")
	e = l.next()
	l.ack(e)
	values := dig(e.Payload, "view.state.values")
	files, _ := dig(values, "file.file.files").([]any)
	if len(files) != 1 || dig(values, "menu.menu.selected_option.value") != "tech" || dig(values, "at.at.selected_date_time") != at {
		t.Errorf("the app is told %v", values)
	}
	for id, text := range map[string]string{"rich": "Bold", "kept": "Kept"} {
		raw, err := json.Marshal(dig(values, id+"."+id+".rich_text_value"))
		if err != nil || !strings.Contains(string(raw), `"text":"`+text+`"`) || !strings.Contains(string(raw), `"bold":true`) {
			t.Errorf("the rich text %s is told as %s, %v", id, raw, err)
		}
	}
}

func TestAGlobalShortcutAndPresenceInTheBrowser(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	ctx := browser(t)
	openPage(t, ctx, w.url+"/ui/#as=ann&channel=chat-sales")
	click(t, ctx, "#channel-writing [aria-label='Shortcuts of apps']")
	click(t, ctx, "[data-entry=new_group]")
	e := l.next()
	l.ack(e)
	if e.Payload["type"] != "shortcut" || e.Payload["callback_id"] != "new_group" {
		t.Errorf("the app is told %v", e.Payload)
	}
	for _, entry := range []string{"away", "pause"} {
		click(t, ctx, ".everybody")
		click(t, ctx, "[data-entry="+entry+"]")
	}
	until(t, ctx, "Ann is shown as away and not to be disturbed", `document.querySelector('.person.chosen .presence').matches('.away.paused')`)
	if p, _ := w.Person(w.ann.ID); !p.Away || !p.DNDUntil.Equal(w.clock.Now().Add(time.Hour)) {
		t.Errorf("Ann is %+v", p)
	}
}

func TestChartsAndTablesAreDrawnInTheBrowser(t *testing.T) {
	w := newWorld(t)
	pie := `{"type":"data_visualization","title":"Where","chart":{"type":"pie","segments":[{"label":"All","value":1}]}}`
	w.call("chat.postMessage", "channel", w.chat, "text", "x", "blocks", `[`+bars+`,`+pie+`,`+rows+`]`).ok(t)
	w.call("chat.postMessage", "channel", w.chat, "text", "x", "blocks", `[`+strings.Replace(bars, `"bar"`, `"area"`, 1)+`]`).ok(t)
	ctx := browser(t)
	openPage(t, ctx, w.url+"/ui/#as=ann&channel=chat-sales")
	until(t, ctx, "both messages are there", `document.querySelectorAll('#messages .message').length === 2`)
	got := evaluate[[]int](t, ctx, `const count = (s) => document.querySelectorAll(s).length
		return [count('.plot rect'), count('.plot.round circle'), count('.plot .fill'), count('.table-of td'), count('.undrawn'), count('.chart tbody td')]`)
	if !slices.Equal(got, []int{2, 1, 1, 2, 0, 5}) {
		t.Errorf("drawn are %v bars, pies, areas, cells, holes and numbers", got)
	}
}
