package slackapp

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// batch is how many lines are asked for at once: those of the next post and some,
// so that a story is seen to end.
const batch = 2 * maxPostLines

// shortly is the wait where something is tried again that costs nobody.
const shortly = 2 * time.Second

// turn does one step for a thread: it makes the root, or updates the card, or
// posts the next line. If more is to do, the thread goes to the end of the turns.
// It is called by the lane's goroutine alone.
func (a *App) turn(ctx context.Context, l *lane, key bridge.ThreadKey) {
	t := l.thread(key)
	w, ok, told, err := l.work(ctx, t, key)
	if err != nil {
		if ctx.Err() == nil {
			a.log.Error().Err(err).Str("conversation", string(key.Conversation)).Msg("ask for a thread's work")
			l.park(key, 5*time.Second)
		}
		return
	}
	if !ok {
		a.nothingOwed(ctx, l, t, key, told)
		return
	}
	if t.card != nil && t.card.Joined != w.Joined {
		t.card = nil // of a thread that has been replaced
	}
	if t.again.joined != w.Joined {
		t.repeat, t.again = false, extent{}
	}
	if !t.begun {
		t.begun = true
		if a.cfg.Unclean && pendingSince(w).Before(a.started) {
			// The run before this one may have posted what comes next without
			// having lived to record it.
			l.suspect(t, w)
		}
	}
	l.count(t, w, told)
	if d := l.doubtOf(t); d != nil {
		if how, over := a.resolve(ctx, l, t, d, w); over {
			l.settle(t, how)
			l.add(key) // ask anew: what was found is recorded now
		}
		return
	}
	a.step(ctx, l, t, w)
}

// step does what comes next for a thread of which nothing is in doubt.
func (a *App) step(ctx context.Context, l *lane, t *laneThread, w bridge.Work) {
	stale := t.card != nil || w.Stale && w.Upto > t.carded
	switch {
	case a.channelOf(w.Key, w.Thread) != l.channel:
		// The group got another channel before the root was made, or the channel
		// another id.
		l.forget(w.Key)
		a.Behind(w.Key, w.Thread)
	case w.Thread == "":
		a.postRoot(ctx, l, t, w)
	case stale && a.cards.allow(a.cfg.Clock.Now()):
		if a.updateCard(ctx, l, t, w) {
			a.afterCard(ctx, l, t, w)
		}
	case stale && len(w.Lines) == 0:
		l.park(w.Key, time.Second)
	case len(w.Lines) > 0:
		if stale {
			t.card = cardOf(w)
		}
		a.postNext(ctx, l, t, w)
	default: // the card shows it already
		a.record(ctx, l, w, bridge.Post{Thread: w.Thread, Upto: w.Upto})
	}
}

// nothingOwed is the turn of a thread that shows all, except that its card may
// have been overtaken by lines.
func (a *App) nothingOwed(ctx context.Context, l *lane, t *laneThread, key bridge.ThreadKey, told int) {
	l.settle(t, settledMoot)
	l.count(t, bridge.Work{}, told)
	if t.card == nil {
		l.forget(key)
		return
	}
	if !a.cards.allow(a.cfg.Clock.Now()) {
		l.park(key, time.Second)
		return
	}
	b := a.bridge.Load()
	w := *t.card
	now, err := b.ConversationFor(ctx, key)
	if err != nil {
		l.park(key, shortly)
		return
	}
	w.Conversation = now
	if g, err := b.Group(key.Workspace, key.Group); err == nil {
		w.Group = g
	}
	if a.updateCard(ctx, l, t, w) {
		l.add(key)
	}
}

// cardOf keeps of w what a card is made of.
func cardOf(w bridge.Work) *bridge.Work {
	w.Lines = nil
	return &w
}

// pendingSince is when the next post of w became due.
func pendingSince(w bridge.Work) time.Time {
	switch {
	case w.Thread != "" && len(w.Lines) > 0:
		return w.Lines[0].At
	case w.Thread == "" && w.Invited != nil:
		return w.Invited.At
	}
	return w.Conversation.Opened
}

func (a *App) card(w bridge.Work) card {
	var untold string
	w.Group, untold = a.tellable(a.channelLocale(), w.Group)
	return card{in: a.channelLocale(), work: w, untold: untold, teamURL: a.self().URL, where: a.where, groups: a.groupName(w.Key.Workspace), agent: a.agentName(w.Key.Workspace)}
}

func (a *App) postRoot(ctx context.Context, l *lane, t *laneThread, w bridge.Work) {
	if _, ok := l.take(ctx); !ok {
		return
	}
	c := a.card(w)
	text, blocks := c.text(), c.blocks()
	if t.repeat {
		text += " " + maybeRepeat(a.channelLocale())
		blocks = append(blocks, repeatBlock(a.channelLocale()))
	}
	if t.bare {
		blocks = nil
	}
	opts := []slack.MsgOption{
		slack.MsgOptionText(text, false),
		slack.MsgOptionMetadata(markOf(w).metadata()),
	}
	if len(blocks) > 0 {
		opts = append(opts, slack.MsgOptionBlocks(blocks...))
	}
	l.begin(t, w)
	ts, v := a.post(ctx, l.channel, "", plainLinks(opts))
	if !a.judge(ctx, l, t, w, v) {
		return
	}
	t.card = nil // a new card shows all
	a.keep(ctx, l, t, w, l.know(t, found{mark: markOf(w), ts: ts, how: settledAnswer}))
}

// keep records where the next post of w stands, and ends its doubt.
func (a *App) keep(ctx context.Context, l *lane, t *laneThread, w bridge.Work, f found) (ok bool) {
	at := address{l.channel, f.ts}
	p := bridge.Post{Thread: w.Thread, TS: f.ts, Upto: f.mark.upto, Knew: f.knew}
	if f.mark.root() {
		p.Thread = at.ref()
		ok = a.recordRoot(ctx, l, w, p)
	} else {
		at.channel = a.where(w.Thread).channel
		ok = a.record(ctx, l, w, p)
	}
	if ok && f.mark.root() {
		l.first(w.Key)
	}
	if ok {
		l.settle(t, f.how)
		a.stands(f.mark, at, true)
	}
	return ok
}

// recordRoot records a thread's root, and then takes what people wrote under it
// before the bridge knew the thread.
func (a *App) recordRoot(ctx context.Context, l *lane, w bridge.Work, p bridge.Post) (ok bool) {
	if !a.record(ctx, l, w, p) {
		return false
	}
	a.catchup.expect(w.Key, p.Thread)
	if l.recorded(p.TS) {
		a.later(func(ctx context.Context) { _ = a.catchup.thread(ctx, w.Key, p.Thread, "") })
	}
	return true
}

// updateCard reports whether the card is done with: it shows how things stand, or
// it never will.
func (a *App) updateCard(ctx context.Context, l *lane, t *laneThread, w bridge.Work) bool {
	root := a.where(w.Thread)
	c := a.card(w)
	v := mutate(context.WithoutCancel(ctx), func(ctx context.Context) error {
		_, _, _, err := a.api.UpdateMessageContext(ctx, root.channel, root.ts,
			slack.MsgOptionText(c.text(), false), slack.MsgOptionBlocks(c.blocks()...))
		return err
	})
	a.metrics.call("chat.update", v)
	switch {
	case v.outcome == done:
	case v.code == "ratelimited":
		// All cards of the workspace wait; the lines of this thread need not.
		t.card = cardOf(w)
		a.cards.hold(a.cfg.Clock.Now().Add(max(v.retryAfter, time.Second)))
		l.add(w.Key)
		return false
	case v.outcome == refused && wholeChannel(v.code):
		l.refused(w.Key, v)
		return false
	case v.outcome == notDone, v.outcome == unsure: // an update is idempotent: doing it again is safe
		l.park(w.Key, shortly)
		return false
	default:
		if rootMissing(v.code) && a.lostRoot(ctx, w) {
			l.add(w.Key)
			return false
		}
		// A card that cannot be updated must not hold back the visitor's lines.
		a.log.Warn().Str("code", v.code).Str("channel", root.channel).Msg("update a card")
	}
	t.card, t.carded = nil, max(t.carded, w.Upto)
	return true
}

// afterCard goes on in the same turn: an update takes nothing from the budget of
// posts.
func (a *App) afterCard(ctx context.Context, l *lane, t *laneThread, w bridge.Work) {
	switch {
	case len(w.Lines) > 0:
		a.postNext(ctx, l, t, w)
	case w.Stale:
		a.record(ctx, l, w, bridge.Post{Thread: w.Thread, Upto: w.Upto})
	default:
		l.add(w.Key)
	}
}

// postNext shows the next line of w, and as many more as go with it.
func (a *App) postNext(ctx context.Context, l *lane, t *laneThread, w bridge.Work) {
	switch first := w.Lines[0]; {
	case first.Own:
		a.lock(ctx, l, w)
		return
	case first.Revises != nil && t.stuck != first.Seq:
		a.revise(ctx, l, t, w)
		return
	case first.Deleted: // and certainly not posted before
		a.unshare(ctx, w.Lines[:1])
		a.record(ctx, l, w, bridge.Post{Thread: w.Thread, Upto: first.Seq})
		return
	}
	waited, ok := l.take(ctx)
	if !ok {
		return
	}
	if waited {
		// More may have come while the budget was used up.
		again, more, err := a.bridge.Load().Work(ctx, w.Key, batch)
		if err != nil || !more || len(again.Lines) == 0 || again.Lines[0].Seq != w.Lines[0].Seq || again.Lines[0].Deleted || again.Thread != w.Thread {
			l.add(w.Key)
			return
		}
		if again.Stale && again.Upto > t.carded {
			t.card = cardOf(again)
		}
		w = again
	}
	n := together(w.Lines, waited)
	if again := t.again.in(w); again > 0 {
		// With the lines that it had before: should the first attempt surface after
		// all, it is a repeat of this one, and nothing but a repeat.
		n = again
	}
	w.Lines = w.Lines[:n]
	a.postLines(ctx, l, t, w)
}

// lock marks a note that was written in this very thread, so that its author sees
// that it was kept.
func (a *App) lock(ctx context.Context, l *lane, w bridge.Work) {
	if ctx.Err() != nil {
		return
	}
	first := w.Lines[0]
	v := mutate(context.WithoutCancel(ctx), func(ctx context.Context) error {
		err := a.api.AddReactionContext(ctx, "lock", slack.NewRefToMessage(l.channel, first.Post))
		if answer, ok := errors.AsType[slack.SlackErrorResponse](err); ok && answer.Err == "already_reacted" {
			return nil
		}
		return err
	})
	a.metrics.call("reactions.add", v)
	switch {
	case v.outcome == notDone, v.outcome == unsure && v.code == "":
		l.park(w.Key, max(v.retryAfter, shortly))
		return
	case v.outcome == refused && wholeChannel(v.code) && v.code != "missing_scope":
		l.refused(w.Key, v)
		return
	}
	// Refused for good, the note stays without its lock (its author may have
	// deleted it): that must not hold back what follows.
	a.record(ctx, l, w, bridge.Post{Thread: w.Thread, Upto: first.Seq})
}

func (a *App) renderer(w bridge.Work) renderer {
	return renderer{a.channelLocale(), markOf(w), w.Conversation.Opening, a.groupName(w.Key.Workspace), a.agentName(w.Key.Workspace)}
}

// postLines posts all lines of w as one message.
func (a *App) postLines(ctx context.Context, l *lane, t *laneThread, w bridge.Work) {
	p := a.renderer(w).post(w.Lines)
	if t.bare {
		p.bare()
	}
	if t.repeat {
		p.again(a.channelLocale())
	}
	opts := []slack.MsgOption{slack.MsgOptionText(p.text, false), slack.MsgOptionMetadata(p.metadata())}
	if len(p.blocks) > 0 {
		opts = append(opts, slack.MsgOptionBlocks(p.blocks...))
	}
	if p.username != "" {
		opts = append(opts, slack.MsgOptionUsername(p.username))
	}
	if p.icon != "" {
		opts = append(opts, slack.MsgOptionIconEmoji(p.icon))
	}
	if p.links == "" { // files are shown by links
		opts = plainLinks(opts)
	}
	root := a.where(w.Thread)
	l.begin(t, w)
	if planted(recordBeforePost) {
		a.record(ctx, l, w, bridge.Post{Thread: w.Thread, Upto: p.upto})
	}
	ts, v := a.post(ctx, root.channel, root.ts, opts)
	if !a.judge(ctx, l, t, w, v) {
		return
	}
	if len(w.Lines) > 1 && !w.Lines[0].Backlog {
		a.lanesMetrics.merged.Inc()
	}
	f := l.know(t, found{mark: p.mark, ts: ts, how: settledAnswer})
	if f.ts == ts { // not an earlier attempt, with what was known then
		f.knew = w.Knew
	}
	a.keep(ctx, l, t, w, f)
}
