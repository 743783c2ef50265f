package slackapp

import (
	"context"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"github.com/chatgroups/chatgroups/bridge"
)

// post makes one chat.postMessage. It outlives a stop, within callTimeout, so that
// a clean stop leaves nothing in doubt. An ok answer without a ts is no success.
func (a *App) post(ctx context.Context, channel, thread string, opts []slack.MsgOption) (ts string, v verdict) {
	if thread != "" {
		opts = append(opts, slack.MsgOptionTS(thread))
	}
	v = mutate(context.WithoutCancel(ctx), func(ctx context.Context) error {
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

// judge acts on the outcome of a post and reports whether it was made. Where it
// certainly was not, nothing is in doubt any more.
func (a *App) judge(ctx context.Context, l *lane, t *laneThread, w bridge.Work, v verdict) bool {
	if v.outcome == done {
		l.fine(t)
		return true
	}
	if v.outcome != unsure {
		l.settle(t, "")
	}
	a.lanesMetrics.retried(v)
	log := a.log.Warn().Str("channel", l.channel).Str("code", v.code).Err(v.err)
	switch {
	case v.code == "ratelimited": // the whole channel waits, and no other
		l.hold(w.Key, v.retryAfter)
		log.Dur("retry_after", v.retryAfter).Msg("Slack asks for a pause")
	case v.outcome == unsure:
		l.lose(t)
		l.park(w.Key, min(a.cfg.Settle/10, time.Second))
		log.Msg("post: the answer was lost, looking for it in the thread")
	case v.outcome == notDone:
		l.failed(w.Key, t, v)
		log.Msg("post: Slack was not reached")
	case v.outcome == bad && !t.bare:
		t.bare = true
		l.add(w.Key)
		log.Msg("post: Slack does not take the blocks, trying plain text")
	case v.outcome == bad:
		// Even bare text is refused. Waiting will not help, but losing the line
		// silently is not allowed: it is tried again, seldom, and doctor shows it.
		l.failed(w.Key, t, v)
		log.Msg("post: Slack does not take this line")
	case a.moveAway(ctx, w, v):
		l.add(w.Key) // the next turn sees that it belongs elsewhere
	case wholeChannel(v.code):
		a.mend(l, v)
		l.refused(w.Key, v)
		log.Msg("post: Slack refuses the channel")
	case rootMissing(v.code) && w.Thread != "" && a.lostRoot(ctx, w):
		l.add(w.Key)
	case a.closedThread(ctx, w, v):
		l.add(w.Key)
		log.Msg("post: Slack takes no more replies in the thread")
	default:
		l.failed(w.Key, t, v)
		log.Msg("post: Slack refuses the thread")
	}
	return false
}

// mend does the one thing that the app can do about a refusal by itself: join a
// public channel that it is not in, unless it was told that somebody removed it.
func (a *App) mend(l *lane, v verdict) {
	if v.code != "not_in_channel" || a.troubles.stands(outsideChannel, l.channel) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	if _, _, _, err := a.api.JoinConversationContext(ctx, l.channel); err != nil {
		a.log.Warn().Err(err).Str("channel", l.channel).Msg("join a channel")
	}
}

// record tells the bridge that a step is done, also after a stop, and gives the
// thread its next turn. Where it cannot be recorded, a post stays in doubt: its
// place is known, so the next turn records it without posting again.
func (a *App) record(ctx context.Context, l *lane, w bridge.Work, p bridge.Post) (ok bool) {
	if err := a.bridge.Load().Posted(context.WithoutCancel(ctx), w.Key, w.Joined, p); err != nil {
		a.log.Error().Err(err).Str("conversation", string(w.Key.Conversation)).Msg("record a post")
		l.park(w.Key, time.Second)
		return false
	}
	l.add(w.Key)
	return true
}

// plainLinks keeps Slack from showing what links lead to: a visitor chooses them.
func plainLinks(opts []slack.MsgOption) []slack.MsgOption {
	return append(opts, slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
}

// cardBudget keeps the updates of cards under Slack's limit: chat.update is Tier
// 3, 50 a minute for the workspace (docs.slack.dev/apis/web-api/rate-limits).
type cardBudget struct {
	limit *rate.Limiter

	mu    sync.Mutex // guards the following
	pause time.Time
}

// cardBurst at once and the rate together make at most 45 in any minute.
const cardBurst = 15

func newCardBudget() *cardBudget {
	return &cardBudget{limit: rate.NewLimiter(rate.Every(time.Minute/(45-cardBurst)), cardBurst)}
}

// allow takes an update now, or reports that there is none to take.
func (c *cardBudget) allow(now time.Time) bool {
	c.mu.Lock()
	pause := c.pause
	c.mu.Unlock()
	return !now.Before(pause) && c.limit.AllowN(now, 1)
}

// hold allows none before a time.
func (c *cardBudget) hold(until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pause = until
}
