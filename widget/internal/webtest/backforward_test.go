package webtest_test

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A page with a conversation can be kept by the browser for Back: its socket and its
// channel are let go, and taken up again.
func TestAPageWithAConversationComesBackAsItWasLeft(t *testing.T) {
	theatre := newStage(t, map[string]*play{"talk": {lines: conversation(), answer: echoThenReply}})
	p := newTab(t)
	v := &visit{p, theatre, "shop", "talk"}
	p.visit(theatre.page("shop", "talk", ""))
	v.open()
	v.send("Are you there?")
	p.until("it is answered", `texts('bdi').includes('Yes, I am')`)
	v.write("One more thing")
	p.run("remember the page", `addEventListener('pageshow', ({ persisted }) => { window.back = persisted })`)
	p.visit(theatre.page("shop", "talk", "empty"))
	p.run("go back", `setTimeout(() => history.back())`)
	if !p.comes(`location.search !== '?empty' && document.readyState === 'complete'`) {
		t.Fatal("the page does not come back")
	}
	if !p.comes(`window.back`) {
		t.Fatal("the page was loaded anew")
	}
	if !p.comes(`[...root.querySelectorAll('textarea')].some((field) => field.value === 'One more thing')`) {
		t.Error("what was written is lost")
	}
	p.comes(`(root.querySelector('.send').click(), true)`)
	if !p.comes(`texts('bdi').filter((text) => text === 'Yes, I am').length === 2 && !root.querySelector('.wait')`) {
		t.Error("the conversation does not go on")
	}
}

// comes is until for a page that the browser took out of its cache, of which the tools do not know
// where scripts run in it, unless they leave that to the browser; false once that took too long.
func (p tab) comes(expression string) bool {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 20*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		found, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
			Expression:    `new Promise((done) => { const look = () => { ` + within + ` if (` + expression + `) done(true); else setTimeout(look, 20) }; look() })`,
			AwaitPromise:  new(true),
			ReturnByValue: new(true),
		})
		// A page that goes takes the script with it.
		if err == nil && found.ExceptionDetails == nil {
			return true
		}
	}
	return false
}
