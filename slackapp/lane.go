package slackapp

import (
	"context"
	"slices"
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
// bridge what they need when their turn has come. Its goroutine alone takes
// turns; anybody may give them.
type lane struct {
	channel string
	app     *App
	limit   *rate.Limiter
	wake    chan struct{} // holds one, so that a call is never missed

	mu       sync.Mutex // guards the following
	turns    []bridge.ThreadKey
	parked   map[bridge.ThreadKey]time.Time // threads that must wait, until when
	threads  map[bridge.ThreadKey]*laneThread
	pause    time.Time       // no post before: Slack said so
	shut     time.Time       // no post before: Slack refuses the whole channel
	refusals int             // of the whole channel, in a row
	limited  int             // pauses that Slack asked for, in a row
	trouble  trouble         // the channel's, until a post succeeds
	strays   map[string]bool // threads in which somebody wrote before their root was recorded
}

// laneThread is what a lane remembers of a thread beside the log.
type laneThread struct {
	// Guarded by lane.mu.
	inTurn  bool // stands in turns
	doubt   *doubt
	trouble trouble // this thread's own, until a post succeeds
	queue   queue

	// Of the lane's goroutine alone.
	begun  bool         // had its first turn
	fails  int          // refusals in a row
	bare   bool         // Slack took the blocks of its next post for invalid
	stuck  bridge.Seq   // an edit whose post Slack does not let be changed
	repeat bool         // its next post may be a repeat, and says so
	again  extent       // of the post that was taken for not made; it is made anew
	lost   int          // answers to posts lost in a row
	carded bridge.Seq   // the last entry that its card was updated for
	card   *bridge.Work // what its card must still show, though lines went first
}

// trouble is why posts wait, and since when.
type trouble struct {
	verdict
	since time.Time
}

// longestWait is the most that passes before what Slack refused is tried again.
const longestWait = 5 * time.Minute

// backOff is the wait after a number of failures in a row.
func backOff(fails int) time.Duration { return min(time.Second<<min(fails, 9), longestWait) }

func newLane(app *App, channel string) *lane {
	return &lane{
		channel: channel, app: app,
		limit:   rate.NewLimiter(rate.Limit(app.cfg.PostsPerSecond), app.cfg.Burst),
		wake:    make(chan struct{}, 1),
		parked:  map[bridge.ThreadKey]time.Time{},
		threads: map[bridge.ThreadKey]*laneThread{},
		strays:  map[string]bool{},
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

// first gives a thread the next turn. It is for a thread that has just got its
// root, which tells nobody anything without the first line; that it takes two turns
// at once happens to a thread once.
func (l *lane) first(key bridge.ThreadKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.addLocked(key)
	if i := slices.Index(l.turns, key); i > 0 {
		l.turns = slices.Insert(slices.Delete(l.turns, i, i+1), 0, key)
	}
}

func (l *lane) kick() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// park takes a thread out of turn for a while. Only the lane's goroutine parks,
// and looks for what is due right after, so there is nobody to wake.
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
	if d := max(l.pause.Sub(now), l.shut.Sub(now)); d > 0 {
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

// run works until ctx is done. A post under way is finished and recorded, so that
// a clean stop leaves nothing in doubt; none is begun after.
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

// take waits for the channel's budget. waited reports that it was used up; ok is
// false where the program stops meanwhile.
func (l *lane) take(ctx context.Context) (waited, ok bool) {
	if ctx.Err() != nil {
		return false, false
	}
	now := l.app.cfg.Clock.Now()
	r := l.limit.ReserveN(now, 1)
	d := r.DelayFrom(now)
	if d <= 0 {
		return false, true
	}
	c, stop := l.app.cfg.Clock.NewTimer(d)
	defer stop()
	l.app.lanesMetrics.throttled.WithLabelValues(throttledByBudget).Add(d.Seconds())
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

// longestPause is the most that passes before Slack is asked again where it said
// "too many" but not for how long.
const longestPause = 30 * time.Second

// hold stops the whole channel for as long as Slack asks, or ever longer where it
// does not say. The thread that met with it keeps its turn, and after the pause
// one post goes out at a time: what the limit had saved up meanwhile is forfeit.
func (l *lane) hold(key bridge.ThreadKey, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d <= 0 {
		d = min(backOff(l.limited), longestPause)
	}
	if planted(forgetRetryAfter) {
		d = 0
	}
	l.limited++
	l.pause = l.app.cfg.Clock.Now().Add(max(d, time.Second))
	l.limit.AllowN(l.pause, l.limit.Burst()-1)
	l.app.lanesMetrics.throttled.WithLabelValues(throttledBySlack).Add(max(d, time.Second).Seconds())
	if t := l.threads[key]; t != nil && !t.inTurn {
		t.inTurn = true
		l.turns = slices.Insert(l.turns, 0, key)
	}
}

// refused notes that Slack refuses the whole channel. One thread tries again
// after a while, and the others wait with it, so that an archived channel costs a
// call now and then, not one for each thread.
func (l *lane) refused(key bridge.ThreadKey, v verdict) {
	l.mu.Lock()
	now := l.app.cfg.Clock.Now()
	l.trouble.add(v, now)
	l.refusals++
	// A channel that the app is not in it has just entered, if it can.
	lasts := v.code != "not_in_channel" || l.refusals > 1
	l.shut = now.Add(backOff(l.refusals))
	l.addLocked(key)
	l.mu.Unlock()
	if lasts {
		l.app.troubles.refusedPost(l.channel, v)
	}
}

// retry ends the wait after a refusal: an admin may have mended its reason.
func (l *lane) retry() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shut.IsZero() {
		return
	}
	l.shut = time.Time{}
	l.kick()
}

// failed parks a thread whose post was not made: longer each time.
func (l *lane) failed(key bridge.ThreadKey, t *laneThread, v verdict) {
	t.fails++
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.app.cfg.Clock.Now()
	t.trouble.add(v, now)
	l.parked[key] = now.Add(backOff(t.fails))
}

func (tr *trouble) add(v verdict, now time.Time) {
	if tr.err == nil {
		tr.since = now
	}
	tr.verdict = v
}

// fine notes that a post succeeded: the channel works, and this thread.
func (l *lane) fine(t *laneThread) {
	t.fails, t.bare, t.repeat, t.again, t.lost = 0, false, false, extent{}, 0
	l.mu.Lock()
	l.trouble, t.trouble = trouble{}, trouble{}
	l.shut, l.refusals, l.limited = time.Time{}, 0, 0
	l.mu.Unlock()
	l.app.troubles.posted(l.channel)
}

// complaint returns why posts wait: the channel's trouble, else the oldest of a
// thread's, and how many threads wait. Nothing is wrong where its err is nil.
func (l *lane) complaint() (worst trouble, waiting int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.trouble.err != nil && len(l.threads) > 0 {
		return l.trouble, len(l.threads)
	}
	for _, t := range l.threads {
		if t.trouble.err == nil {
			continue
		}
		waiting++
		if worst.err == nil || t.trouble.since.Before(worst.since) {
			worst = t.trouble
		}
	}
	return worst, waiting
}

// certain reports whether no post is in doubt.
func (l *lane) certain() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.threads {
		if t.doubt != nil {
			return false
		}
	}
	return true
}

// maxStrays bounds strays: most are threads that were never ours. One that is
// forgotten in error is told again by Slack.
const maxStrays = 1000

// stray takes note of a message in a thread that the bridge does not know. It
// reports whether the thread may be one whose root was posted a moment ago and is
// not recorded yet: people can be quicker than Slack's answer.
func (l *lane) stray(thread string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.threads {
		if t.doubt != nil && t.doubt.root() {
			if len(l.strays) >= maxStrays {
				clear(l.strays)
			}
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
	return had
}
