package webtest_test

import (
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// Visitors who ask for notifications get one for a reply while the page is out of sight,
// which names who replied and says nothing of what; nobody else is asked or notified.
func TestNotificationsAreForThoseWhoAskForThem(t *testing.T) {
	for name, allowed := range map[string]bool{"allowed": true, "blocked": false} {
		t.Run(name, func(t *testing.T) {
			theatre := newStage(t, map[string]*play{"talk": {lines: conversation(), answer: echoThenReply}})
			p := newTab(t)
			setting := browser.PermissionSettingDenied
			if allowed {
				setting = browser.PermissionSettingGranted
			}
			_, err := chromedp.Call(p.ctx, browser.SetPermission, browser.SetPermissionParams{
				Permission: &browser.PermissionDescriptor{Name: "notifications"}, Setting: setting, Origin: theatre.base,
			})
			if err != nil {
				t.Skip("this browser's permissions cannot be set: ", err)
			}
			v := &visit{p, theatre, "shop", "talk"}
			p.visit(theatre.page("shop", "talk", ""))
			p.run("listen", `window.shown = []; window.asked = 0;
				const Real = Notification, ask = Real.requestPermission.bind(Real);
				window.Notification = class extends Real { constructor(title, more) { super(title, more); shown.push([title, more.body ?? '']) } };
				Notification.requestPermission = () => { asked++; return ask() }`)
			v.open()
			v.settle()
			if n := ask[int](p, "count the questions", `return window.asked`); n != 0 {
				t.Errorf("a visitor who did nothing was asked %d times", n)
			}
			p.run("open the menu", `root.querySelector('header [aria-expanded]').click()`)
			p.until("the menu is open", `root.querySelector('.menu:not([hidden])')`)
			p.run("ask for notifications", `root.querySelectorAll('.menu input')[1].click()`)
			if !allowed {
				p.until("it is said that the browser does not", `texts('[role=status]').includes('Your browser blocks notifications here.') && !root.querySelectorAll('.menu input')[1].checked`)
				return
			}
			p.until("the browser was asked", `window.asked === 1 && root.querySelectorAll('.menu input')[1].checked`)
			// A tab of a browser without windows is never out of sight.
			p.run("look elsewhere", `Object.defineProperty(document, 'hidden', { get: () => true })`)
			v.send("Are you there?")
			p.until("it is notified", `window.shown.length`)
			if got, want := ask[string](p, "read it", `return shown.flat().join('|')`), "Reply from Ann|"; got != want {
				t.Errorf("the notification says %q, want %q", got, want)
			}
		})
	}
}
