package slackapp

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// A doubt is a thread's next post of which nobody knows whether it was made:
// Slack's answer was lost, or the program died between the post and its record.
// Posting again could show a line twice, not posting could lose it; so the thread
// is searched for the post's mark first.
type doubt struct {
	since time.Time // when the post was, or may have been, made
	reads int       // searches that found nothing
	found *found    // told by the post's own echo
}

type found struct {
	mark mark
	ts   string
}

const (
	searchPage  = 100
	searchPages = 10
	// giveUp is for how long a thread that cannot be read is waited for. Losing
	// a line is worse than repeating it.
	giveUp = 10 * time.Minute
)

// resolve searches for the post in doubt. It returns true when the doubt is over:
// either the post was found and is recorded, or it has had time to surface and
// did not, in two readings. Else the thread is parked and false returned.
func (a *App) resolve(ctx context.Context, l *lane, t *laneThread, w bridge.Work) bool {
	d := t.doubt
	if w.Thread != "" && (len(w.Lines) == 0 || w.Lines[0].Own) {
		return true // what comes next may be done twice without harm
	}
	l.mu.Lock()
	hit := d.found
	l.mu.Unlock()
	var err error
	if hit == nil {
		hit, err = a.search(ctx, l.channel, w)
	}
	switch {
	case hit != nil:
		p := bridge.Post{Thread: w.Thread, TS: hit.ts, Upto: hit.mark.upto}
		if w.Thread == "" {
			p.Thread = address{l.channel, hit.ts}.ref()
		}
		a.metrics.resolved.Inc()
		if w.Thread == "" {
			return a.recordRoot(ctx, l, t, w, p)
		}
		return a.record(ctx, l, w, p)
	case err != nil:
		v := classify(err, true)
		waited := a.cfg.Clock.Now().Sub(d.since)
		if v.outcome == refused && waited >= a.cfg.Settle || waited >= giveUp {
			a.log.Warn().Str("channel", l.channel).Msg("a thread cannot be searched: its next post may be a repeat")
			t.repeat = true
			return true
		}
		l.park(w.Key, max(v.retryAfter, time.Second))
	default:
		d.reads++
		left := a.cfg.Settle - a.cfg.Clock.Now().Sub(d.since)
		if d.reads >= 2 && left <= 0 {
			l.rooting(t, false)
			return true
		}
		l.park(w.Key, max(left, a.cfg.Settle/10))
	}
	l.kick()
	return false
}

// search looks for a post of ours that covers the first line of w, or for the
// root where the thread has none yet.
func (a *App) search(ctx context.Context, channel string, w bridge.Work) (*found, error) {
	if w.Thread == "" {
		return a.searchHistory(ctx, channel, w)
	}
	root := parseRef(w.Thread)
	params := &slack.GetConversationRepliesParameters{
		ChannelID: root.channel, Timestamp: root.ts, Oldest: w.Last,
		Limit: searchPage, IncludeAllMetadata: true,
	}
	for range searchPages {
		msgs, more, cursor, err := a.api.GetConversationRepliesContext(ctx, params)
		if err != nil {
			return nil, err
		}
		for _, m := range msgs {
			mk, ok := parseMark(m.Metadata)
			if ok && a.ours(m.BotID) && mk.conversation == w.Key.Conversation && mk.group == w.Key.Group &&
				mk.joined == w.Joined && mk.upto >= w.Lines[0].Seq {
				return &found{mk, m.Timestamp}, nil
			}
		}
		if !more || cursor == "" {
			return nil, nil
		}
		params.Cursor = cursor
	}
	return nil, nil
}

func (a *App) searchHistory(ctx context.Context, channel string, w bridge.Work) (*found, error) {
	params := &slack.GetConversationHistoryParameters{
		ChannelID: channel, Limit: searchPage, IncludeAllMetadata: true,
		Oldest: tsOf(w.Conversation.Opened.Add(-time.Minute)),
	}
	for range searchPages {
		page, err := a.api.GetConversationHistoryContext(ctx, params)
		if err != nil {
			return nil, err
		}
		for _, m := range page.Messages {
			mk, ok := parseMark(m.Metadata)
			if ok && a.ours(m.BotID) && mk.upto == 0 && mk.conversation == w.Key.Conversation &&
				mk.group == w.Key.Group && mk.joined == w.Joined {
				return &found{mk, m.Timestamp}, nil
			}
		}
		if !page.HasMore || page.ResponseMetaData.NextCursor == "" {
			return nil, nil
		}
		params.Cursor = page.ResponseMetaData.NextCursor
	}
	return nil, nil
}

// echo takes the event of a post of our own. Where the post is in doubt, that
// ends it without a search.
func (a *App) echo(channel, ts string, m mark) {
	key := bridge.ThreadKey{Workspace: a.self().Workspace, Conversation: m.conversation, Group: m.group}
	l := a.lane(channel)
	l.mu.Lock()
	defer l.mu.Unlock()
	if t := l.threads[key]; t != nil && t.doubt != nil {
		t.doubt.found = &found{m, ts}
		delete(l.parked, key)
		l.addLocked(key)
	}
}
