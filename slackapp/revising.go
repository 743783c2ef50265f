package slackapp

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// maxUpdateRunes is the longest text that chat.update takes; of a longer one
// cutUpdateRunes are given, which fit however many of them are escaped
// (docs.slack.dev/reference/methods/chat.update: msg_too_long).
const (
	maxUpdateRunes = 4000
	cutUpdateRunes = maxUpdateRunes/5 - 1
)

// revise changes a post that shows what was edited or deleted. A deleted line leaves
// a sentence where it stood, in place of chat.delete: colleagues may have read it and
// answered, an empty place would puzzle them, and Slack may refuse to delete a post
// that was made under another name. Doing it twice is harmless, so nothing is in
// doubt.
func (a *App) revise(ctx context.Context, l *lane, t *laneThread, w bridge.Work) {
	first := w.Lines[0]
	if ctx.Err() != nil {
		return
	}
	if !a.cards.allow(a.cfg.Clock.Now()) {
		l.park(w.Key, time.Second)
		return
	}
	p := a.renderer(w).revised(first.Revises.Lines)
	if t.bare {
		p.bare()
	}
	at := a.where(w.Thread)
	v := mutate(context.WithoutCancel(ctx), func(ctx context.Context) error {
		_, _, _, err := a.api.UpdateMessageContext(ctx, at.channel, first.Revises.Post, p.update()...)
		return err
	})
	a.metrics.call("chat.update", v)
	switch {
	case v.outcome == done:
		l.fine(t)
	case v.code == "ratelimited":
		a.cards.hold(a.cfg.Clock.Now().Add(max(v.retryAfter, time.Second)))
		l.park(w.Key, max(v.retryAfter, time.Second))
		return
	case v.outcome == refused && wholeChannel(v.code):
		l.refused(w.Key, v)
		return
	case v.outcome == notDone, v.outcome == unsure && l.failingFor(t) < giveUp:
		l.failed(w.Key, t, v)
		return
	case v.outcome == bad && !t.bare:
		t.bare = true
		l.add(w.Key)
		return
	default:
		// It is gone, or too old to be changed, or Slack does not say why it cannot be:
		// colleagues are told in a line of its own, and what follows is not held back.
		a.log.Warn().Str("code", v.code).Str("channel", at.channel).Msg("revise a post")
		a.unshare(ctx, first.Revises.Lines)
		t.bare, t.stuck = false, first.Seq
		l.add(w.Key)
		return
	}
	a.unshare(ctx, first.Revises.Lines)
	a.record(ctx, l, w, bridge.Post{Thread: w.Thread, Upto: first.Seq, Knew: w.Knew})
}

// failingFor is for how long what comes next in a thread has failed.
func (l *lane) failingFor(t *laneThread) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.trouble.err == nil {
		return 0
	}
	return l.app.cfg.Clock.Now().Sub(t.trouble.since)
}

// update is the post as chat.update takes it. Its mark stays what it is, for the post
// to be found by.
func (p *post) update() []slack.MsgOption {
	if utf8.RuneCountInString(p.text) > maxUpdateRunes {
		p.text = mrkdwn.Escape(cutText(p.whole, cutUpdateRunes))
	}
	blocks := p.blocks
	if blocks == nil {
		blocks = []slack.Block{} // takes away those that were there
	}
	return []slack.MsgOption{
		slack.MsgOptionText(p.text, false), slack.MsgOptionMetadata(p.metadata()), slack.MsgOptionBlocks(blocks...),
	}
}
