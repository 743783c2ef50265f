package slackapp

import (
	"context"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// A doubt is a thread's next post of which nobody knows whether it was made. It
// begins before each post and ends when the post is recorded or certainly not
// made; it stays where Slack's answer was lost, where recording failed, or where a
// program died between the two. Posting again could show a line twice, not posting
// could lose it; so the thread is searched for the post's mark first.
//
// found, lost, looking and reading are guarded by lane.mu; absent, failed and since
// belong to the lane's goroutine; the rest never changes.
type doubt struct {
	extent
	from   time.Time // when it can have been made at the earliest
	since  time.Time // when it was begun, or its answer lost
	lost   bool      // the answer was lost, or may have come to a program that died
	absent time.Time // the first reading that counts and found nothing; zero before
	failed int       // readings that failed in a row
	found  *found    // where it stands

	looking bool     // a search is under way
	reading *reading // what the last one came to, until the thread's turn
}

// An extent is the lines that a post shows.
type extent struct {
	joined bridge.Seq // Work.Joined
	first  bridge.Seq // the first line; 0 for the root
	upto   bridge.Seq // the last line; 0 for the root, or where nobody knows
}

// in returns how many of the next lines of w the extent covers, 0 where it is not
// the next post's.
func (e extent) in(w bridge.Work) (n int) {
	if e.joined != w.Joined || e.first != w.Lines[0].Seq {
		return 0
	}
	for n < len(w.Lines) && w.Lines[n].Seq <= e.upto {
		n++
	}
	return n
}

// found is where a post stands, and how that is known: settledEcho and so on.
type found struct {
	mark mark
	ts   string
	how  string
	knew bridge.Seq // the last entry that it takes into account, 0 where nobody knows
}

func (d *doubt) root() bool { return d.first == 0 }

// is reports whether a mark is that of the post in doubt. An earlier post's echo
// can be late, and must not pass for it.
func (d *doubt) is(m mark) bool {
	if m.joined != d.joined || d.root() != m.root() {
		return false
	}
	return d.root() || m.upto >= d.first || planted(anyEchoSettles)
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

// begin puts the next post of w in doubt: it is about to be made.
func (l *lane) begin(t *laneThread, w bridge.Work) {
	now := l.app.cfg.Clock.Now()
	d := &doubt{extent: extent{joined: w.Joined}, from: now, since: now}
	if w.Thread != "" {
		if len(w.Lines) == 0 {
			return
		}
		d.first, d.upto = w.Lines[0].Seq, w.Lines[len(w.Lines)-1].Seq
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	t.doubt = d
}

// suspect puts the next post of w in doubt since a program that died may have made
// it, at any time since it was due and with as many lines as there were then.
func (l *lane) suspect(t *laneThread, w bridge.Work) {
	if w.Thread != "" && len(w.Lines) > 0 && w.Lines[0].Revises != nil {
		return // to be done again, whether or not it was
	}
	l.begin(t, w)
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := t.doubt; d != nil {
		d.from, d.upto, d.lost = pendingSince(w), 0, true
	}
}

// lose notes that the answer to the post in doubt was lost.
func (l *lane) lose(t *laneThread) {
	t.lost++
	l.mu.Lock()
	defer l.mu.Unlock()
	t.doubt.lost, t.doubt.since = true, l.app.cfg.Clock.Now()
}

// know says where the post in doubt stands, and returns where it stands: that is
// somewhere else where an earlier attempt at it has shown up first.
func (l *lane) know(t *laneThread, f found) found {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.doubt == nil {
		return f
	}
	if t.doubt.found == nil {
		t.doubt.found = &f
	}
	return *t.doubt.found
}

// settle ends a doubt, if there is one.
func (l *lane) settle(t *laneThread, how string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.doubt != nil && t.doubt.lost && how != "" {
		l.app.lanesMetrics.settled.WithLabelValues(how).Inc()
	}
	t.doubt = nil
}

func (l *lane) doubtOf(t *laneThread) *doubt {
	l.mu.Lock()
	defer l.mu.Unlock()
	return t.doubt
}

// giveUp is for how long a thread that cannot be read is waited for. Losing a line
// is worse than repeating it.
const giveUp = 10 * time.Minute

// resolve searches for the post in doubt, and reports whether the doubt is over
// and how: the post was found and is recorded, or it had time to surface and did
// not. Until then the thread is parked.
//
// Slack may act on a request well after it dropped it. So only what is read at
// least Settle after the answer was lost counts against the post, and it must be
// missing twice, at least Settle apart; each time more where the same post is lost
// again. The reading before that is for the usual case, in which it stands there.
func (a *App) resolve(ctx context.Context, l *lane, t *laneThread, d *doubt, w bridge.Work) (how string, over bool) {
	if d.over(w) || planted(repostBlindly) {
		return settledMoot, true
	}
	l.mu.Lock()
	seen := d.reading
	d.reading = nil
	if d.found != nil {
		seen = &reading{hit: d.found}
	}
	l.mu.Unlock()
	if seen == nil {
		a.look(ctx, l, d, w)
		return "", false
	}
	hit, err, now := seen.hit, seen.err, seen.at
	settle := a.cfg.Settle << min(max(t.lost-1, 0), maxSettleDoublings)
	switch {
	case hit != nil:
		l.fine(t)
		a.keep(ctx, l, t, w, l.know(t, *hit)) // settles it, and gives the thread a turn
		return "", false
	case ctx.Err() != nil:
		return "", false
	case err != nil:
		return a.unread(ctx, l, t, d, w, classify(err, true), now.Sub(d.since), settle)
	}
	d.failed = 0
	switch {
	case now.Sub(d.since) < settle:
		l.park(w.Key, settle-now.Sub(d.since))
	case d.absent.IsZero():
		d.absent = now
		l.park(w.Key, settle)
	case now.Sub(d.absent) >= settle:
		t.again = d.extent
		return settledAbsent, true
	default: // something else gave the thread a turn
		l.park(w.Key, settle-now.Sub(d.absent))
	}
	return "", false
}

// maxSettleDoublings bounds the wait where one post is lost again and again.
const maxSettleDoublings = 3

// unread is what follows where a search failed: it is tried again, but not for
// ever.
func (a *App) unread(ctx context.Context, l *lane, t *laneThread, d *doubt, w bridge.Work, v verdict, waited, settle time.Duration) (how string, over bool) {
	hopeless := v.outcome == refused && (unreadable(v.code) || d.root() && w.Group.Channel != l.channel)
	dead := v.outcome == refused && wholeChannel(v.code) && !hopeless
	switch {
	case rootMissing(v.code) && w.Thread != "" && a.lostRoot(ctx, w):
		return settledMoot, true
	case hopeless && waited >= settle, !dead && waited >= giveUp:
		a.log.Warn().Str("channel", l.channel).Str("code", v.code).Msg("a thread cannot be searched: its next post may be a repeat")
		t.repeat, t.again = true, d.extent
		return settledRepeat, true
	case hopeless:
		l.park(w.Key, settle-waited) // it may still tell of itself
	case dead:
		// Nothing can be posted either: what is in doubt can wait for the mend.
		a.mend(l, v)
		l.refused(w.Key, v)
	default:
		d.failed++
		l.park(w.Key, max(v.retryAfter, min(backOff(d.failed-1), longestPause)))
	}
	return "", false
}

// unreadable reports whether a refusal is about reading alone, so that it may stay
// for as long as posting goes well.
func unreadable(code string) bool {
	switch code {
	case "missing_scope", "no_permission", "not_allowed_token_type", "access_denied", "ekm_access_denied",
		"channel_is_limited_access", "method_not_supported_for_channel_type", "thread_not_found":
		return true
	}
	return false
}

// echo takes a post of our own that an event or a reading tells of. Where that
// post is in doubt, this ends it without a search. It can come before Slack's
// answer to the post, and it may tell of a repeat.
func (a *App) echo(channel, ts string, m mark) {
	a.settleByEcho(channel, ts, m)
	a.stands(m, address{channel, ts}, false)
}

func (a *App) settleByEcho(channel, ts string, m mark) {
	l := a.knownLane(channel)
	if l == nil {
		return
	}
	key := bridge.ThreadKey{Workspace: a.self().Workspace, Conversation: m.conversation, Group: m.group}
	l.mu.Lock()
	defer l.mu.Unlock()
	if t := l.threads[key]; t != nil && t.doubt != nil && t.doubt.is(m) && t.doubt.found == nil {
		t.doubt.found = &found{mark: m, ts: ts, how: settledEcho}
		delete(l.parked, key)
		l.addLocked(key)
	}
}
