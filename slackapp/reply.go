package slackapp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// A reply is what the app answers a person; only that person sees it.
type reply struct {
	text    string // mrkdwn
	buttons []slack.BlockElement
	charts  []slack.Block // are drawn in messages alone; text says the same
	// view is a modal that is opened for the person instead of saying something.
	view *slack.ModalViewRequest
}

// Slack allows 3,000 characters in a section and 50 blocks in a message
// (docs.slack.dev/reference/block-kit/blocks/section-block).
const (
	maxSectionRunes = 2900
	maxSections     = 8
)

// sections cuts a text at its line ends into what fits a section each. Of a text
// that is longer than a message should be, the last section says how much is left
// out.
func sections(text string) []string {
	var all []string
	var b strings.Builder
	size := 0
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		line = cutText(line, maxSectionRunes)
		n := utf8.RuneCountInString(line) + 1
		if size > 0 && size+n > maxSectionRunes {
			all = append(all, b.String())
			b.Reset()
			size = 0
			if len(all) == maxSections-1 {
				return append(all, fmt.Sprintf("… and %d more.", len(lines)-i))
			}
		}
		if size > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(line)
		size += n
	}
	return append(all, b.String())
}

func (r reply) blocks() []slack.Block {
	var blocks []slack.Block
	for _, s := range sections(r.text) {
		blocks = append(blocks, slack.NewSectionBlock(verbatim(s), nil, nil))
	}
	blocks = append(blocks, r.charts...)
	if len(r.buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("choose", r.buttons...))
	}
	return blocks
}

// maxFallbackRunes follows Slack's advice for the text beside blocks, which screen
// readers and notifications give (docs.slack.dev, chat.postMessage).
const maxFallbackRunes = 3500

func (r reply) fallback() string { return cutText(r.text, maxFallbackRunes) }

// response is the body by which a slash command or a response_url is answered
// (docs.slack.dev/interactivity/handling-user-interaction).
type response struct {
	ResponseType    string        `json:"response_type,omitempty"`
	Text            string        `json:"text,omitempty"`
	Blocks          []slack.Block `json:"blocks,omitempty"`
	ReplaceOriginal bool          `json:"replace_original,omitempty"`
	DeleteOriginal  bool          `json:"delete_original,omitempty"`
}

func (r reply) response() response {
	return response{ResponseType: "ephemeral", Text: r.fallback(), Blocks: r.blocks()}
}

// show posts a reply that only user sees, into a thread where there is one, and
// reports whether Slack took it.
func (a *App) show(ctx context.Context, channel, user, thread string, r reply) bool {
	if r.text == "" {
		return true
	}
	opts := []slack.MsgOption{slack.MsgOptionText(r.fallback(), false), slack.MsgOptionBlocks(r.blocks()...)}
	if thread != "" {
		opts = append(opts, slack.MsgOptionTS(thread))
	}
	if _, err := a.api.PostEphemeralContext(ctx, channel, user, opts...); err != nil {
		v := classify(err, true)
		a.metrics.call("chat.postEphemeral", v)
		a.log.Warn().Str("code", v.code).Msg("answer a person")
		return false
	}
	return true
}

// tell is show for one sentence, later and unseen by the caller: an agent is told
// why a line stays inside without the event that brought it being held up.
func (a *App) tell(channel, user, thread, text string) {
	a.later(func(ctx context.Context) { a.show(ctx, channel, user, thread, reply{text: text}) })
}

// later runs fn on its own; Run waits for it, and gives it callTimeout. It reports
// false, and runs nothing, once Run has ended.
func (a *App) later(fn func(context.Context)) bool {
	return a.replies.start(func() {
		ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
		defer cancel()
		fn(ctx)
	})
}

// respond answers through a response_url, which Slack accepts five times within
// thirty minutes. The address comes from Slack and is the only one ever fetched.
func (a *App) respond(ctx context.Context, url string, r response) {
	if url == "" {
		return
	}
	body, err := json.Marshal(r)
	if err != nil {
		a.log.Error().Err(err).Msg("encode a response")
		return
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err == nil {
		req.Header.Set("Content-Type", "application/json")
		var res *http.Response
		if res, err = a.http.Do(req); err == nil {
			res.Body.Close()
			if res.StatusCode >= 400 {
				err = fmt.Errorf("HTTP %d", res.StatusCode)
			}
		}
	}
	if err != nil {
		// Without the error's text: it holds the address, which is a secret.
		a.log.Warn().Msg("answer through a response_url")
	}
}

// prompt is how long a command or a press may take before its answer is sent
// after the acknowledgement; Slack waits three seconds.
const prompt = 2 * time.Second

// within runs fn and returns what it gives where that comes within d; else it goes to
// afterwards once it is there. running is false, and nothing is run, once Run has ended.
func within[T any](a *App, d time.Duration, fn func(context.Context) T, afterwards func(context.Context, T)) (result T, inTime, running bool) {
	results := make(chan T, 1)
	if !a.later(func(ctx context.Context) { results <- fn(ctx) }) {
		return result, false, false
	}
	due, stop := a.cfg.Clock.NewTimer(d)
	defer stop()
	select {
	case result = <-results:
		return result, true, true
	case <-due:
		a.later(func(ctx context.Context) { afterwards(ctx, <-results) })
		return result, false, true
	}
}

func stoppingNow(in locale.Locale) string {
	return in.Say("The program is being stopped, so nothing was done. Try again in a moment.")
}

// answer tells a person what came of a form, where they asked for it. Where Slack shows
// nothing there (a channel that the app is not in), it comes as a direct message.
func (a *App) answer(ctx context.Context, req request, r reply) {
	if a.show(ctx, req.channel, req.user, req.thread.ts, r) {
		return
	}
	dm, _, _, err := a.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{req.user}})
	method := "conversations.open"
	if err == nil && dm != nil {
		method = "chat.postMessage"
		_, _, err = a.api.PostMessageContext(ctx, dm.ID, slack.MsgOptionText(r.fallback(), false), slack.MsgOptionBlocks(r.blocks()...),
			slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	}
	if err != nil {
		v := classify(err, true)
		a.metrics.call(method, v)
		a.log.Warn().Str("code", v.code).Msg("answer a person directly")
	}
}
