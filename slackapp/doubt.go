package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// A doubt is a thread's next post of which nobody knows whether it was made. It
// begins before each post and ends when the post is recorded or certainly not
// made; it stays where Slack's answer was lost, where recording failed, or where a
// program died between the two. Posting again could show a line twice, not posting
// could lose it; so the thread is searched for the post's mark first.
//
// found is guarded by lane.mu, absent belongs to the lane's goroutine, and the
// rest never changes.
type doubt struct {
	joined bridge.Seq // Work.Joined
	first  bridge.Seq // the first line of the post; 0 for the root
	since  time.Time
	absent time.Time // the first reading that found nothing; zero before
	found  *found    // where it stands: told by the post's own echo, or by Slack's answer
}

type found struct {
	mark mark
	ts   string
}

func (d *doubt) root() bool { return d.first == 0 }

// is reports whether a mark is that of the post in doubt. An earlier post's echo
// can be late, and must not pass for it.
func (d *doubt) is(m mark) bool {
	if m.joined != d.joined || d.root() != (m.upto == 0) {
		return false
	}
	return d.root() || m.upto >= d.first
}

// over reports whether what was in doubt is recorded, or owed no more, or safe to
// do twice.
func (d *doubt) over(w bridge.Work) bool {
	switch {
	case w.Joined != d.joined, d.root() != (w.Thread == ""):
		return true
	case d.root():
		return false
	}
	return len(w.Lines) == 0 || w.Lines[0].Own || w.Lines[0].Seq > d.first
}

// begin puts the next post of w in doubt.
func (l *lane) begin(t *laneThread, w bridge.Work) {
	d := &doubt{joined: w.Joined, since: l.app.cfg.Clock.Now()}
	if w.Thread != "" {
		if len(w.Lines) == 0 {
			return
		}
		d.first = w.Lines[0].Seq
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	t.doubt = d
}

// know says where the post in doubt stands.
func (l *lane) know(t *laneThread, f found) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.doubt != nil {
		t.doubt.found = &f
	}
}

// clear ends a doubt.
func (l *lane) clear(t *laneThread) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.doubt = nil
}

func (l *lane) doubtOf(t *laneThread) *doubt {
	l.mu.Lock()
	defer l.mu.Unlock()
	return t.doubt
}

const (
	searchPage  = 100
	searchPages = 10
	// giveUp is for how long a thread that cannot be read is waited for. Losing
	// a line is worse than repeating it.
	giveUp = 10 * time.Minute
	// searchBefore is how much earlier than a post was due its root is looked
	// for: Slack's clock and ours may differ.
	searchBefore = 5 * time.Minute
)

// errTooMuch says that a search did not come to the end: what it did not find may
// be there all the same.
var errTooMuch = errors.New("too much was written to search it all")

// resolve searches for the post in doubt. It returns true when the doubt is over:
// either the post was found and is recorded, or it has had time to surface and did
// not, in two readings at least Settle apart. Else the thread is parked and false
// returned.
func (a *App) resolve(ctx context.Context, l *lane, t *laneThread, d *doubt, w bridge.Work) bool {
	if d.over(w) {
		return true
	}
	l.mu.Lock()
	hit := d.found
	l.mu.Unlock()
	var err error
	if hit == nil {
		hit, err = a.search(ctx, l.channel, d, w)
	}
	now := a.cfg.Clock.Now()
	switch {
	case hit != nil:
		a.metrics.resolved.Inc()
		p := bridge.Post{Thread: w.Thread, TS: hit.ts, Upto: hit.mark.upto}
		if d.root() {
			p.Thread = address{l.channel, hit.ts}.ref()
			return a.recordRoot(ctx, l, w, p)
		}
		return a.record(ctx, l, w, p)
	case ctx.Err() != nil:
		return false
	case err != nil:
		v := classify(err, true)
		waited := now.Sub(d.since)
		if v.outcome == refused && waited >= a.cfg.Settle || waited >= giveUp {
			a.log.Warn().Str("channel", l.channel).Msg("a thread cannot be searched: its next post may be a repeat")
			t.repeat = true
			return true
		}
		l.park(w.Key, max(v.retryAfter, time.Second))
	case d.absent.IsZero():
		d.absent = now
		l.park(w.Key, a.cfg.Settle)
	case now.Sub(d.absent) >= a.cfg.Settle:
		return true
	default: // something else gave the thread a turn
		l.park(w.Key, a.cfg.Settle-now.Sub(d.absent))
	}
	return false
}

// search looks for the post in doubt: in its thread, or in the channel where it is
// the root.
func (a *App) search(ctx context.Context, channel string, d *doubt, w bridge.Work) (*found, error) {
	if d.root() {
		return a.searchHistory(ctx, channel, d, w)
	}
	root := a.where(w.Thread)
	params := &slack.GetConversationRepliesParameters{
		ChannelID: root.channel, Timestamp: root.ts, Oldest: w.Last,
		Limit: searchPage, IncludeAllMetadata: true,
	}
	for range searchPages {
		msgs, more, cursor, err := a.api.GetConversationRepliesContext(ctx, params)
		if err != nil {
			return nil, err
		}
		if hit := a.among(msgs, d, w.Key); hit != nil {
			return hit, nil
		}
		if !more || cursor == "" {
			return nil, nil
		}
		params.Cursor = cursor
	}
	return nil, errTooMuch
}

func (a *App) searchHistory(ctx context.Context, channel string, d *doubt, w bridge.Work) (*found, error) {
	params := &slack.GetConversationHistoryParameters{
		ChannelID: channel, Limit: searchPage, IncludeAllMetadata: true,
		Oldest: tsOf(pendingSince(w).Add(-searchBefore)),
	}
	for range searchPages {
		page, err := a.api.GetConversationHistoryContext(ctx, params)
		if err != nil {
			return nil, err
		}
		if hit := a.among(page.Messages, d, w.Key); hit != nil {
			return hit, nil
		}
		if !page.HasMore || page.ResponseMetaData.NextCursor == "" {
			return nil, nil
		}
		params.Cursor = page.ResponseMetaData.NextCursor
	}
	return nil, errTooMuch
}

// among returns the post in doubt where it is one of the messages.
func (a *App) among(msgs []slack.Message, d *doubt, key bridge.ThreadKey) *found {
	for _, m := range msgs {
		blocks, _ := json.Marshal(m.Blocks)
		mk, ok := readMark(m.Metadata, blocks)
		if ok && a.ours(m.BotID) && mk.conversation == key.Conversation && mk.group == key.Group && d.is(mk) {
			return &found{mk, m.Timestamp}
		}
	}
	return nil
}

// echo takes the event of a post of our own. Where that post is in doubt, this ends
// it without a search. It can come before Slack's answer to the post.
func (a *App) echo(channel, ts string, m mark) {
	l := a.knownLane(channel)
	if l == nil {
		return
	}
	key := bridge.ThreadKey{Workspace: a.self().Workspace, Conversation: m.conversation, Group: m.group}
	l.mu.Lock()
	defer l.mu.Unlock()
	if t := l.threads[key]; t != nil && t.doubt != nil && t.doubt.is(m) {
		t.doubt.found = &found{m, ts}
		delete(l.parked, key)
		l.addLocked(key)
	}
}
