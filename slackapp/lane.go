package slackapp

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/chatgroups/chatgroups/bridge"
)

// A lane posts into one channel. Slack's limit on posts is per channel
// (docs.slack.dev/apis/web-api/rate-limits: about one a second), so each channel
// has a lane of its own and none waits for another. Within a lane the threads
// that have work take turns, one post each, so that a chatty visitor delays
// nobody.
//
// A lane keeps no messages: it keeps which threads are behind, and asks the
// bridge what they need when their turn has come.
type lane struct {
	channel string
	app     *App
	limit   *rate.Limiter

	mu      sync.Mutex // guards the following
	turns   []bridge.ThreadKey
	parked  map[bridge.ThreadKey]time.Time // threads that must wait, until when
	threads map[bridge.ThreadKey]*laneThread
	pause   time.Time       // no post before: Slack said so
	strays  map[string]bool // threads in which somebody wrote before their root was recorded
	trouble verdict         // the last refusal, until a post succeeds
	since   time.Time       // of the trouble
	wake    chan struct{}
}

// laneThread is what a lane remembers of a thread beside the log.
type laneThread struct {
	inTurn bool       // stands in turns
	dirty  bool       // its card must be updated, though its cursor may be past the reason
	carded bridge.Seq // the last entry that its card was updated for
	fails  int        // refusals in a row
	bare   bool       // Slack took the blocks of its next post for invalid
	repeat bool       // its next post may be a repeat, and says so
	begun  bool       // had its first turn
	rooted bool       // its root may stand in Slack, but is not recorded yet
	doubt  *doubt
}

func newLane(app *App, channel string) *lane {
	return &lane{
		channel: channel, app: app,
		limit:   rate.NewLimiter(rate.Limit(app.cfg.PostsPerSecond), app.cfg.Burst),
		parked:  map[bridge.ThreadKey]time.Time{},
		threads: map[bridge.ThreadKey]*laneThread{},
		strays:  map[string]bool{},
		wake:    make(chan struct{}, 1),
	}
}

// add gives a thread a turn unless it waits for one already.
func (l *lane) add(key bridge.ThreadKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.addLocked(key)
}

func (l *lane) addLocked(key bridge.ThreadKey) {
	t := l.threads[key]
	if t == nil {
		t = &laneThread{}
		l.threads[key] = t
	}
	if _, waits := l.parked[key]; t.inTurn || waits {
		return
	}
	t.inTurn = true
	l.turns = append(l.turns, key)
	l.kick()
}

func (l *lane) kick() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// park takes a thread out of turn for a while.
func (l *lane) park(key bridge.ThreadKey, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.parked[key] = l.app.cfg.Clock.Now().Add(d)
}

// next takes the thread whose turn it is, or says how long nothing is due; a
// negative wait means until woken.
func (l *lane) next() (key bridge.ThreadKey, ok bool, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.app.cfg.Clock.Now()
	wait = -1
	for k, until := range l.parked {
		if d := until.Sub(now); d <= 0 {
			delete(l.parked, k)
			l.addLocked(k)
		} else if wait < 0 || d < wait {
			wait = d
		}
	}
	if d := l.pause.Sub(now); d > 0 {
		return key, false, d
	}
	if len(l.turns) == 0 {
		return key, false, wait
	}
	key = l.turns[0]
	l.turns = l.turns[1:]
	l.threads[key].inTurn = false
	return key, true, 0
}

// run works until ctx is done. A post under way is finished, so that a clean
// stop leaves nothing in doubt.
func (l *lane) run(ctx context.Context) {
	for ctx.Err() == nil {
		key, ok, wait := l.next()
		if !ok {
			l.sleep(ctx, wait)
			continue
		}
		l.app.turn(ctx, l, key)
	}
}

// sleep waits for d, or for ever where d is negative, or until woken.
func (l *lane) sleep(ctx context.Context, d time.Duration) {
	var due <-chan time.Time
	if d >= 0 {
		c, stop := l.app.cfg.Clock.NewTimer(d)
		defer stop()
		due = c
	}
	select {
	case <-ctx.Done():
	case <-l.wake:
	case <-due:
	}
}

// take waits for the channel's budget. waited reports that it was used up.
func (l *lane) take(ctx context.Context) (waited, ok bool) {
	now := l.app.cfg.Clock.Now()
	r := l.limit.ReserveN(now, 1)
	d := r.DelayFrom(now)
	if d <= 0 {
		return false, true
	}
	c, stop := l.app.cfg.Clock.NewTimer(d)
	defer stop()
	select {
	case <-c:
		return true, true
	case <-ctx.Done():
		r.CancelAt(l.app.cfg.Clock.Now())
		return true, false
	}
}

func (l *lane) thread(key bridge.ThreadKey) *laneThread {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.threads[key]
}

// forget drops a thread that has no work; if it is told of again meanwhile, it
// stays.
func (l *lane) forget(key bridge.ThreadKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t := l.threads[key]; t != nil && !t.inTurn {
		if _, waits := l.parked[key]; !waits {
			delete(l.threads, key)
		}
	}
}

// failed notes a refusal and returns for how long the thread waits: longer each
// time, up to five minutes.
func (l *lane) failed(t *laneThread, v verdict) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.trouble.err == nil {
		l.since = l.app.cfg.Clock.Now()
	}
	l.trouble = v
	t.fails++
	return min(time.Second<<min(t.fails, 9), 5*time.Minute)
}

func (l *lane) fine(t *laneThread) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trouble, t.fails, t.bare, t.repeat = verdict{}, 0, false, false
}

// rooting says that a thread's root is about to stand in Slack, or that it is
// recorded or known not to stand there.
func (l *lane) rooting(t *laneThread, on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.rooted = on
}

// stray takes note of a message in a thread that the bridge does not know. It
// reports whether the thread may be one whose root was posted a moment ago and is
// not recorded yet: people can be quicker than Slack's answer.
func (l *lane) stray(thread string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.threads {
		if t.rooted {
			l.strays[thread] = true
			return true
		}
	}
	return false
}

// recorded forgets the strays of a thread whose root is recorded now, and reports
// whether there were any.
func (l *lane) recorded(thread string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	had := l.strays[thread]
	delete(l.strays, thread)
	if len(l.strays) > 1000 { // threads that were never ours
		clear(l.strays)
	}
	return had
}
