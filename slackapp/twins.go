package slackapp

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// Twins are two posts that show the same. They come about where Slack acts on a
// request long after it dropped it, and the app has taken the post for lost and
// made it again: waiting for ever would lose it. So the app keeps an eye on where
// its posts stand, by their echoes and by what it reads in threads, and removes
// the one too many: the one that the log does not know, else the later one.
//
// Nothing is removed on the strength of memory: both are read again just before.
type twins struct {
	mu    sync.Mutex // guards the following
	posts map[twinKey]placed
	order []twinKey // oldest first

	// One repair at a time, so that never both of two are removed. It may wait for
	// minutes, so who comes meanwhile waits by idle, not for a lock.
	repairing bool
	idle      *sync.Cond
}

func (s *twins) beginRepair() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.idle == nil {
		s.idle = sync.NewCond(&s.mu)
	}
	for s.repairing {
		s.idle.Wait()
	}
	s.repairing = true
}

func (s *twins) endRepair() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repairing = false
	s.idle.Signal()
}

// twinKey is what two posts have in common that show the same lines, or begin to.
type twinKey struct {
	conversation bridge.ConversationID
	group        bridge.GroupID
	joined, from bridge.Seq
}

// placed is a post and where it stands.
type placed struct {
	mark
	at       address
	recorded bool // in the log, as far as this program has seen
}

// maxTwins bounds what is remembered: the posts of an hour in a busy channel.
const maxTwins = 4096

// saw takes note of a post. Where its twin stands elsewhere it returns both: the
// one to keep and the one to remove.
func (s *twins) saw(one placed) (kept, extra placed, twice bool) {
	key := twinKey{one.conversation, one.group, one.joined, one.from}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.posts == nil {
		s.posts = map[twinKey]placed{}
	}
	known, ok := s.posts[key]
	switch {
	case !ok:
		if s.order = append(s.order, key); len(s.order) > maxTwins {
			delete(s.posts, s.order[0])
			s.order = s.order[1:]
		}
		s.posts[key] = one
		return one, placed{}, false
	case known.at == one.at:
		known.recorded = known.recorded || one.recorded
		s.posts[key] = known
		return known, placed{}, false
	case known.preferred(one):
		kept, extra = known, one
	default:
		kept, extra = one, known
	}
	s.posts[key] = kept
	return kept, extra, true
}

// preferred reports whether p is to be kept rather than its twin. What the log has
// recorded stays, since edits go there and its lines are accounted for; else what
// shows more, so that no line goes; else the earlier one, whose place is right.
func (p placed) preferred(twin placed) bool {
	switch {
	case p.recorded != twin.recorded:
		return p.recorded
	case p.upto != twin.upto:
		return p.upto > twin.upto
	}
	return laterTS(twin.at.ts, p.at.ts)
}

// stands takes note of where a post of ours stands, and has the one too many
// removed where it stands twice.
func (a *App) stands(m mark, at address, recorded bool) {
	kept, extra, twice := a.twins.saw(placed{m, at, recorded})
	if !twice || a.samePlace(kept.at, extra.at) {
		return
	}
	a.mu.Lock()
	ctx := a.laneCtx
	a.mu.Unlock()
	if ctx != nil {
		a.laneCrew.start(func() { a.repair(ctx, kept, extra) })
	}
}

// repairTries are how often a repair is begun. Where all fail, the next reading of
// the thread begins another.
const repairTries = 5

func (a *App) repair(ctx context.Context, kept, extra placed) {
	a.twins.beginRepair()
	defer a.twins.endRepair()
	for n := range repairTries {
		if a.samePlace(kept.at, extra.at) {
			return
		}
		wait, again := a.removeTwin(ctx, kept, extra)
		if !again {
			return
		}
		due, stop := a.cfg.Clock.NewTimer(max(wait, shortly<<n))
		select {
		case <-due:
		case <-ctx.Done():
		}
		stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// removeTwin removes extra, provided that both stand there and show the same. It
// reports whether it should be tried again, and after how long at the least.
func (a *App) removeTwin(ctx context.Context, kept, extra placed) (wait time.Duration, again bool) {
	what := "line"
	if extra.root() {
		what = "root"
		known, err := a.recordedRoot(ctx, extra.mark)
		switch {
		case err != nil:
			return 0, true
		case known == "": // one of the two is recorded in a moment
			return 0, true
		case a.where(known) == extra.at:
			kept, extra = extra, kept
		}
	}
	left := func(why string) (time.Duration, bool) {
		a.lanesMetrics.left.WithLabelValues(what).Inc()
		a.log.Warn().Str("channel", extra.at.channel).Str("kept", kept.at.ts).Str("left", extra.at.ts).
			Msg("a " + what + " stands twice and is left so: " + why)
		return 0, false
	}
	first, err := a.readPost(ctx, kept)
	if err != nil {
		return classify(err, true).retryAfter, true
	}
	second, err := a.readPost(ctx, extra)
	if err != nil {
		return classify(err, true).retryAfter, true
	}
	switch {
	case first == nil || second == nil:
		return 0, false // only one is left: nothing is wrong any more
	case extra.root() && second.ReplyCount > 0:
		a.tellUnder(ctx, extra)
		return left("people have replied under both")
	case !extra.root() && !sameText(first.Text, second.Text):
		return left("they do not say the same")
	}
	v := mutate(ctx, func(ctx context.Context) error {
		_, _, err := a.api.DeleteMessageContext(ctx, extra.at.channel, extra.at.ts)
		return err
	})
	a.metrics.call("chat.delete", v)
	switch {
	case v.outcome == done, v.code == "message_not_found":
		a.lanesMetrics.repaired.WithLabelValues(what).Inc()
		a.log.Info().Str("channel", extra.at.channel).Str("kept", kept.at.ts).Str("removed", extra.at.ts).Msg("removed a repeated " + what)
		return 0, false
	case v.outcome == refused, v.code == "cant_delete_message":
		return left("Slack does not let it be removed (" + v.code + ")")
	}
	return v.retryAfter, true
}

// recordedRoot is the root that the log knows of the thread of a mark, "" where it
// has none yet.
func (a *App) recordedRoot(ctx context.Context, m mark) (bridge.ThreadRef, error) {
	v, err := a.bridge.Load().Conversation(ctx, m.conversation)
	return v.Threads[m.group], err
}

// tellUnder lets the bridge know of a root that it does not keep: who replies there
// is told that nobody reads it.
func (a *App) tellUnder(ctx context.Context, root placed) {
	key := bridge.ThreadKey{Workspace: a.self().Workspace, Conversation: root.conversation, Group: root.group}
	if err := a.bridge.Load().Posted(ctx, key, root.joined, bridge.Post{Thread: root.at.ref(), TS: root.at.ts}); err != nil {
		a.log.Error().Err(err).Str("conversation", string(root.conversation)).Msg("note a repeated root")
	}
}

// readPost reads one post of ours, nil where it stands there no more.
func (a *App) readPost(ctx context.Context, p placed) (*slack.Message, error) {
	msgs, _, _, err := a.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
		ChannelID: p.at.channel, Timestamp: p.at.ts, Oldest: p.at.ts, Latest: p.at.ts, Inclusive: true,
		Limit: 2, IncludeAllMetadata: true,
	})
	if v := classify(err, true); v.code == "thread_not_found" || v.code == "message_not_found" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, m := range msgs {
		if mk, ok := a.ourMark(m); ok && m.Timestamp == p.at.ts && mk == p.mark {
			return &m, nil
		}
	}
	return nil, nil
}

// sameText reports whether two posts say the same, or one what the other begins
// with. A remark that one may be a repeat does not count.
func sameText(a, b string) bool {
	a, b = withoutRepeat(a), withoutRepeat(b)
	return strings.HasPrefix(a, b) || strings.HasPrefix(b, a)
}
