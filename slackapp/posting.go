package slackapp

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// Behind implements bridge.Desk. It only notes that the thread has work.
func (a *App) Behind(key bridge.ThreadKey, ref bridge.ThreadRef) {
	if channel := a.channelOf(key, ref); channel != "" {
		a.lane(channel).add(key)
		return
	}
	// Told before Run, or the group has no channel (any more): kept until there
	// is one.
	a.mu.Lock()
	a.homeless[key] = ref
	a.mu.Unlock()
}

func (a *App) channelOf(key bridge.ThreadKey, ref bridge.ThreadRef) string {
	b := a.bridge.Load()
	if b == nil {
		return ""
	}
	if ref != "" {
		return parseRef(ref).channel
	}
	g, err := b.Group(key.Workspace, key.Group)
	if err != nil {
		return ""
	}
	return g.Channel
}

// house gives the threads that had no channel another chance.
func (a *App) house() {
	a.mu.Lock()
	waiting := a.homeless
	a.homeless = map[bridge.ThreadKey]bridge.ThreadRef{}
	a.mu.Unlock()
	for key, ref := range waiting {
		a.Behind(key, ref)
	}
}

// lane returns the lane of a channel, starting it where it is the first time.
func (a *App) lane(channel string) *lane {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.lanes[channel]
	if l == nil {
		l = newLane(a, channel)
		a.lanes[channel] = l
		if a.laneCtx != nil {
			a.startLane(l)
		}
	}
	return l
}

// early reports whether a thread that the bridge does not know may be one that a
// lane is opening just now.
func (a *App) early(channel, thread string) bool {
	a.mu.Lock()
	l := a.lanes[channel]
	a.mu.Unlock()
	return l != nil && l.stray(thread)
}

// startLane is called with a.mu held.
func (a *App) startLane(l *lane) {
	ctx := a.laneCtx
	a.laneWG.Go(func() { l.run(ctx) })
}

// turn does one step for a thread: it makes the root, or updates the card, or
// posts the next line. If more is to do, the thread goes to the end of the turns.
func (a *App) turn(ctx context.Context, l *lane, key bridge.ThreadKey) {
	b := a.bridge.Load()
	t := l.thread(key)
	w, ok, err := b.Work(ctx, key, 2*maxPostLines)
	if err != nil {
		if ctx.Err() == nil {
			a.log.Error().Err(err).Str("conversation", string(key.Conversation)).Msg("ask for a thread's work")
			l.park(key, 5*time.Second)
			l.kick()
		}
		return
	}
	if !ok && !t.dirty {
		l.forget(key)
		return
	}
	if !t.begun {
		t.begun = true
		if a.cfg.Unclean && pendingSince(w).Before(a.started) {
			// The run before this one may have posted what comes next without
			// having lived to record it.
			t.doubt = &doubt{since: a.started}
			l.rooting(t, w.Thread == "")
		}
	}
	if t.doubt != nil {
		if a.resolve(ctx, l, t, w) {
			t.doubt = nil
			l.add(key) // ask anew: what was found is recorded now
		}
		return
	}
	// The call itself outlives a stop, within callTimeout.
	call := context.WithoutCancel(ctx)
	stale := t.dirty || w.Stale && w.Upto > t.carded
	switch {
	case w.Thread == "":
		a.postRoot(ctx, call, l, t, w)
	case stale && a.updates.AllowN(a.cfg.Clock.Now(), 1):
		a.updateCard(ctx, call, l, t, w)
	case stale && len(w.Lines) == 0:
		l.park(key, time.Second)
		l.kick()
	case len(w.Lines) > 0:
		t.dirty = stale
		a.postLines(ctx, call, l, t, w)
	case w.Stale: // the card shows it already
		a.record(call, l, w, bridge.Post{Thread: w.Thread, Upto: w.Upto})
	default:
		l.forget(key)
	}
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
	return card{work: w, teamURL: a.self().URL, groups: a.groupName(w.Key.Workspace), agent: a.agentName(w.Key.Workspace)}
}

func (a *App) postRoot(ctx, call context.Context, l *lane, t *laneThread, w bridge.Work) {
	if _, ok := l.take(ctx); !ok {
		return
	}
	c := a.card(w)
	opts := []slack.MsgOption{
		slack.MsgOptionText(c.text(), false),
		slack.MsgOptionMetadata(mark{w.Key.Conversation, w.Key.Group, w.Joined, 0, 0}.metadata()),
	}
	if !t.bare {
		opts = append(opts, slack.MsgOptionBlocks(c.blocks()...))
	}
	l.rooting(t, true)
	ts, v := a.post(call, l.channel, "", opts)
	if a.judge(l, t, w, v) {
		a.recordRoot(call, l, t, w, bridge.Post{Thread: address{l.channel, ts}.ref(), TS: ts})
	} else if v.outcome != unsure {
		l.rooting(t, false)
	}
}

// recordRoot records a thread's root, and then takes what people wrote under it
// before the bridge knew the thread.
func (a *App) recordRoot(ctx context.Context, l *lane, t *laneThread, w bridge.Work, p bridge.Post) (ok bool) {
	if !a.record(ctx, l, w, p) {
		return false
	}
	l.rooting(t, false)
	if l.recorded(p.TS) {
		a.later(func(ctx context.Context) { a.catchup.thread(ctx, w.Key, p.Thread, "") })
	}
	return true
}

func (a *App) updateCard(ctx, call context.Context, l *lane, t *laneThread, w bridge.Work) {
	root := parseRef(w.Thread)
	c := a.card(w)
	v := mutate(call, func(ctx context.Context) error {
		_, _, _, err := a.api.UpdateMessageContext(ctx, root.channel, root.ts,
			slack.MsgOptionText(c.text(), false), slack.MsgOptionBlocks(c.blocks()...))
		return err
	})
	a.metrics.call("chat.update", v)
	switch v.outcome {
	case notDone, unsure: // an update is idempotent: doing it again is safe
		l.park(w.Key, max(v.retryAfter, 2*time.Second))
		l.kick()
		return
	case refused, bad:
		// A card that cannot be updated (its message was deleted, say) must not
		// hold back the visitor's lines.
		a.log.Warn().Str("code", v.code).Str("channel", root.channel).Msg("update a card")
	}
	t.dirty, t.carded = false, w.Upto
	if len(w.Lines) == 0 {
		if w.Stale {
			a.record(call, l, w, bridge.Post{Thread: w.Thread, Upto: w.Upto})
		}
		return
	}
	a.postLines(ctx, call, l, t, w)
}

func (a *App) postLines(ctx, call context.Context, l *lane, t *laneThread, w bridge.Work) {
	first := w.Lines[0]
	if first.Own { // written here: a note, marked so that its author sees it was kept
		v := mutate(call, func(ctx context.Context) error {
			err := a.api.AddReactionContext(ctx, "lock", slack.NewRefToMessage(l.channel, first.Post))
			if answer, ok := err.(slack.SlackErrorResponse); ok && answer.Err == "already_reacted" {
				return nil
			}
			return err
		})
		a.metrics.call("reactions.add", v)
		if v.outcome == notDone || v.outcome == unsure {
			l.park(w.Key, max(v.retryAfter, 2*time.Second))
			l.kick()
			return
		}
		a.record(call, l, w, bridge.Post{Thread: w.Thread, Upto: first.Seq})
		return
	}
	waited, ok := l.take(ctx)
	if !ok {
		return
	}
	if waited {
		// More may have come while the budget was used up.
		again, more, err := a.bridge.Load().Work(ctx, w.Key, 2*maxPostLines)
		if err != nil || !more || len(again.Lines) == 0 || again.Thread != w.Thread {
			l.add(w.Key)
			return
		}
		t.dirty = t.dirty || again.Stale && again.Upto > t.carded
		w = again
	}
	n := together(w.Lines, waited)
	p := renderer{w.Conversation.Opening, a.groupName(w.Key.Workspace), a.agentName(w.Key.Workspace)}.post(w.Lines[:n])
	if t.repeat {
		p.again()
	}
	if t.bare {
		p.bare()
	}
	root := parseRef(w.Thread)
	opts := []slack.MsgOption{
		slack.MsgOptionText(p.text, false),
		slack.MsgOptionMetadata(mark{w.Key.Conversation, w.Key.Group, w.Joined, p.from, p.upto}.metadata()),
	}
	if len(p.blocks) > 0 {
		opts = append(opts, slack.MsgOptionBlocks(p.blocks...))
	}
	if p.username != "" {
		opts = append(opts, slack.MsgOptionUsername(p.username))
	}
	if p.icon != "" {
		opts = append(opts, slack.MsgOptionIconEmoji(p.icon))
	}
	ts, v := a.post(call, root.channel, root.ts, opts)
	if a.judge(l, t, w, v) {
		a.record(call, l, w, bridge.Post{Thread: w.Thread, TS: ts, Upto: p.upto})
	}
}

// post makes one chat.postMessage. An ok answer without a ts is no success.
func (a *App) post(ctx context.Context, channel, thread string, opts []slack.MsgOption) (ts string, v verdict) {
	opts = append(opts, slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	if thread != "" {
		opts = append(opts, slack.MsgOptionTS(thread))
	}
	v = mutate(ctx, func(ctx context.Context) error {
		_, got, err := a.api.PostMessageContext(ctx, channel, opts...)
		ts = got
		if err == nil && ts == "" {
			return errNoTS
		}
		return err
	})
	a.metrics.call("chat.postMessage", v)
	return ts, v
}

// judge acts on the outcome of a post and reports whether it was made.
func (a *App) judge(l *lane, t *laneThread, w bridge.Work, v verdict) bool {
	if v.outcome == done {
		l.fine(t)
		return true
	}
	log := a.log.Warn().Str("channel", l.channel).Str("code", v.code).Err(v.err)
	switch v.outcome {
	case notDone:
		if v.code == "ratelimited" {
			// The whole channel waits, and no other.
			l.mu.Lock()
			l.pause = a.cfg.Clock.Now().Add(max(v.retryAfter, time.Second))
			l.mu.Unlock()
			l.add(w.Key)
			log.Dur("retry_after", v.retryAfter).Msg("Slack asks for a pause")
			return false
		}
		l.park(w.Key, l.failed(t, v))
		log.Msg("post: Slack was not reached")
	case bad:
		if t.bare {
			// Even bare text is refused. Waiting will not help, but losing the
			// line silently is not allowed: it is tried again, seldom, and doctor
			// shows it.
			l.park(w.Key, l.failed(t, v))
			log.Msg("post: Slack does not take this line")
			break
		}
		t.bare = true
		l.add(w.Key)
		log.Msg("post: Slack does not take the blocks, trying plain text")
	case refused:
		a.mend(l, v)
		l.park(w.Key, l.failed(t, v))
		log.Msg("post: Slack refused")
	case unsure:
		t.doubt = &doubt{since: a.cfg.Clock.Now()}
		l.park(w.Key, min(a.cfg.Settle/10, time.Second))
		log.Msg("post: the answer was lost, looking for it in the thread")
	}
	l.kick()
	return false
}

// mend does the one thing that the app can do about a refusal by itself: join a
// public channel that it is not in.
func (a *App) mend(l *lane, v verdict) {
	if v.code != "not_in_channel" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	if _, _, _, err := a.api.JoinConversationContext(ctx, l.channel); err != nil {
		a.log.Warn().Err(err).Str("channel", l.channel).Msg("join a channel")
	}
}

// record tells the bridge that a step is done, and gives the thread its next
// turn. Where it cannot be recorded, the post is in doubt: it will be searched.
func (a *App) record(ctx context.Context, l *lane, w bridge.Work, p bridge.Post) (ok bool) {
	if err := a.bridge.Load().Posted(ctx, w.Key, w.Joined, p); err != nil {
		a.log.Error().Err(err).Str("conversation", string(w.Key.Conversation)).Msg("record a post")
		if t := l.thread(w.Key); t != nil {
			t.doubt = &doubt{since: a.cfg.Clock.Now()}
		}
		l.park(w.Key, time.Second)
		l.kick()
		return false
	}
	l.add(w.Key)
	return true
}
