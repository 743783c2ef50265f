package fakeslack_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// browser starts headless Chromium for the test. Where there is none the test is
// skipped, unless CHATGROUPS_REQUIRE_BROWSER=1 makes that a failure.
func browser(t *testing.T) context.Context {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CHATGROUPS_REQUIRE_BROWSER") == "1" {
			t.Fatal("no Chromium on this machine, but CHATGROUPS_REQUIRE_BROWSER=1")
		}
		t.Skip("no Chromium on this machine: apt-get install chromium")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1200, 800),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // closes the browser and waits for it
		cancel()
	})
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func openPage(t *testing.T, ctx context.Context, address string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	until(t, ctx, "the page has drawn", `document.querySelector('#channel-bar h1')`)
}

// until waits for a JavaScript expression to be true.
func until(t *testing.T, ctx context.Context, what, expression string) {
	t.Helper()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+expression+")",
		chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(20*time.Second)))
	if err != nil {
		text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
		t.Fatalf("%s: %v; the page reads:\n%s", what, err, text)
	}
}

func evaluate[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T]("(async () => {"+js+"})()", chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestHostileTextStaysText(t *testing.T) {
	w := newWorld(t)
	const hostile = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> javascript:alert(1) "'&lt;b&gt;`
	plain := func() *slack.TextBlockObject { return slack.NewTextBlockObject("plain_text", hostile, false, false) }
	marked := func() *slack.TextBlockObject {
		return &slack.TextBlockObject{Type: "mrkdwn", Verbatim: true, Text: hostile + ` <javascript:window.hacked=1|press> <!x|` + hostile + `>`}
	}
	ts, err := w.postAs(hostile, slack.NewHeaderBlock(plain()),
		slack.NewSectionBlock(marked(), []*slack.TextBlockObject{plain(), marked()}, nil),
		slack.NewContextBlock("c", plain(), marked()),
		slack.NewActionBlock("a", slack.NewButtonBlockElement("b", "v", slack.NewTextBlockObject("plain_text", `<b>press</b>`, false, false))),
		slack.NewRichTextBlock("r", slack.NewRichTextSection(slack.NewRichTextSectionTextElement(hostile, nil),
			slack.NewRichTextSectionLinkElement("https://a.example/", hostile, nil))))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Say(w.bob.ID, w.chat, hostile, fakeslack.InThread(ts)); err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	openPage(t, ctx, w.url+"/ui/#as=ann&channel=chat-sales&thread="+ts+"&ledger")
	until(t, ctx, "the hostile post is there", `document.querySelector('#messages .header')`)
	openPage(t, ctx, w.url+"/ui/?again#as=ann&channel=chat-sales&thread="+ts)
	until(t, ctx, "the hostile thread is there", `document.querySelectorAll('#side article').length >= 2`)
	if n := evaluate[int](t, ctx, `return document.querySelectorAll('#app img, #app script, #app b, a[href^="javascript:"]').length`); n != 0 {
		t.Errorf("hostile text became %d elements", n)
	}
	if evaluate[bool](t, ctx, `return 'hacked' in window`) {
		t.Error("hostile text ran")
	}
	if !evaluate[bool](t, ctx, `return document.querySelector('#messages .rich').innerText.includes('<img src=x onerror=')`) {
		t.Error("the text is not shown as it was written")
	}
}

// postAs posts as the app, under a hostile name.
func (w *world) postAs(name string, blocks ...slack.Block) (ts string, err error) {
	_, ts, err = w.api.PostMessage(w.chat, slack.MsgOptionText("<!subteam^"+w.sales+"> "+name, false),
		slack.MsgOptionBlocks(blocks...), slack.MsgOptionUsername(name), slack.MsgOptionIconEmoji(":"+name+":"))
	return ts, err
}

func TestPlayingAPersonOnThePage(t *testing.T) {
	w := newWorld(t)
	ctx := browser(t)
	openPage(t, ctx, w.url+"/ui/#as=bob&channel=chat-sales")
	if err := chromedp.Do(ctx,
		chromedp.Click(chromedp.CSS("#channel-writing textarea")),
		chromedp.KeyEvent("Is anybody of @sales there?\r")); err != nil {
		t.Fatal(err)
	}
	until(t, ctx, "the line below the post says whom it notified",
		`document.querySelector('#messages .notified')?.innerText.includes('@sales (Ann)')`)
	until(t, ctx, "Ann's picture has a number", `document.querySelector('.person:nth-of-type(1) .badge')?.innerText === '1'`)

	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(".person:nth-of-type(1)"))); err != nil {
		t.Fatal(err)
	}
	until(t, ctx, "Ann has seen it", `!document.querySelector('.person:nth-of-type(1) .badge') && document.querySelector('.for-me')`)
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS("#bell"))); err != nil {
		t.Fatal(err)
	}
	until(t, ctx, "the ledger says who was spared", `document.querySelector('.calls .call')?.innerText.includes('@sales')`)
}

func TestMarkupBecomesNodes(t *testing.T) {
	w := newWorld(t)
	ctx := browser(t)
	openPage(t, ctx, w.url+"/ui/")
	tests := []struct{ source, want string }{
		{"a *b* _c_ ~d~ `e`", "a <strong>b</strong> <em>c</em> <s>d</s> <code>e</code>"},
		{"*bold _both_*", "<strong>bold <em>both</em></strong>"},
		{"snake_case_name, 2*3*4 and * no *", "snake_case_name, 2*3*4 and * no *"},
		{"&lt;b&gt; &amp;amp;", "&lt;b&gt; &amp;amp;"},
		{"`*not bold*`", "<code>*not bold*</code>"},
		{"```\n*x* &lt;y&gt;\n```\nafter", "<pre>*x* &lt;y&gt;</pre>after"},
		{"&gt; one\n&gt; two\nthree", "<blockquote>one\ntwo</blockquote>three"},
		{"a\n• b\n• c", `a<div class="bullet">b</div><div class="bullet">c</div>`},
		{"<https://a.example/?x=1&amp;y=2|here>", `<a href="https://a.example/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer">here</a>`},
		{"<javascript:alert(1)|here>", "here"},
		{"<@U1|ann> <#C1|> <!here>", `<span class="mention">@ann</span> <span class="mention">#a private channel</span> <span class="mention mine">@here</span>`},
		{"<!subteam^S1|@tech>", `<span class="mention">@tech</span>`},
		{"<!date^129600^{date_num}|then>", `<time title="then">1970-01-02</time>`},
		{"<!date^x^{time}|then>", "then"},
		{":nosuch: 12:30:45", ":nosuch: 12:30:45"},
	}
	for _, test := range tests {
		js := fmt.Sprintf(`
			const { mrkdwn } = await import('./mrkdwn.js')
			const box = document.createElement('div')
			box.append(...mrkdwn(%q))
			return box.innerHTML`, test.source)
		if got := evaluate[string](t, ctx, js); got != test.want {
			t.Errorf("%q becomes\n%s, want\n%s", test.source, got, test.want)
		}
	}
}
