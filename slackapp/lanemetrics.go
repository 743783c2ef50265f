package slackapp

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/chatgroups/chatgroups/bridge"
)

// How a doubt was settled; see the metric.
const (
	settledAnswer = "answer" // Slack's own answer, recorded at a later try
	settledEcho   = "echo"
	settledSearch = "search"
	settledAbsent = "absent"
	settledRepeat = "repeat"
	settledMoot   = "moot"
)

// Why a lane waited.
const (
	throttledByBudget = "budget"
	throttledBySlack  = "slack"
)

// laneMetrics count what the lanes do, and look into them when they are asked.
// A channel's label is Slack's id of it; there are as many as groups ever had
// channels.
type laneMetrics struct {
	app *App

	merged    prometheus.Counter
	retries   *prometheus.CounterVec // why
	throttled *prometheus.CounterVec // by
	settled   *prometheus.CounterVec // how
	repaired  *prometheus.CounterVec // what
	left      *prometheus.CounterVec // what

	waiting, oldest, doubts *prometheus.Desc
}

func newLaneMetrics(r prometheus.Registerer, a *App) *laneMetrics {
	m := &laneMetrics{
		app: a,
		merged: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "chatgroups_posts_merged_total", Help: "Posts that show several lines, since the channel's budget was used up.",
		}),
		retries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chatgroups_post_retries_total", Help: "Posts that did not succeed at once: limited by Slack, unreached, unsure (the answer was lost), refused (until somebody mends something) or bad (Slack does not take the content).",
		}, []string{"why"}),
		throttled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chatgroups_lane_throttled_seconds_total", Help: "Seconds that lanes waited with work in hand: for their own budget of posts, or since Slack asked for a pause.",
		}, []string{"by"}),
		settled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chatgroups_doubts_settled_total", Help: "Posts of which it was unknown whether they were made, by how that was settled: by their echo, by a search, by Slack's answer that could not be recorded before, absent (not found, so made again), repeat (could not be searched for, so made again with a remark), moot (no longer needed).",
		}, []string{"how"}),
		repaired: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chatgroups_duplicates_repaired_total", Help: "Posts that stood in Slack twice, and of which one was removed.",
		}, []string{"what"}),
		left: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chatgroups_duplicates_left_total", Help: "Posts that stand in Slack twice and were left so: people have replied under both, the two differ, or Slack does not let one be removed.",
		}, []string{"what"}),
		waiting: prometheus.NewDesc("chatgroups_lane_waiting_lines",
			"Lines that wait to be posted into a channel: those seen at each thread's last turn, at most 80 of a thread, and what was told since.", []string{"channel"}, nil),
		oldest: prometheus.NewDesc("chatgroups_lane_oldest_seconds",
			"For how long the oldest of the lines has waited that wait to be posted into a channel; 0 where none does.", []string{"channel"}, nil),
		doubts: prometheus.NewDesc("chatgroups_doubts_open",
			"Posts into a channel of which it is unknown whether they were made.", []string{"channel"}, nil),
	}
	r.MustRegister(m.merged, m.retries, m.throttled, m.settled, m.repaired, m.left, m)
	return m
}

// retried counts a post that did not succeed.
func (m *laneMetrics) retried(v verdict) {
	why := v.outcome.String()
	switch {
	case v.code == "ratelimited":
		why = "limited"
	case v.outcome == notDone:
		why = "unreached"
	}
	m.retries.WithLabelValues(why).Inc()
}

// Describe implements prometheus.Collector.
func (m *laneMetrics) Describe(ch chan<- *prometheus.Desc) {
	ch <- m.waiting
	ch <- m.oldest
	ch <- m.doubts
}

// Collect implements prometheus.Collector. It takes each lane's lock for a moment.
func (m *laneMetrics) Collect(ch chan<- prometheus.Metric) {
	for channel, l := range m.app.everyLane() {
		waiting, oldest, doubts := l.backlog()
		for desc, value := range map[*prometheus.Desc]float64{
			m.waiting: float64(waiting), m.oldest: oldest.Seconds(), m.doubts: float64(doubts),
		} {
			ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, channel)
		}
	}
}

// A queue is what is known of a thread's waiting lines without asking the bridge.
type queue struct {
	lines int
	since time.Time // of the oldest; zero where none waits
	told  int       // how often more was told of, ever
}

// told takes note of one entry more, and gives its thread a turn.
func (l *lane) told(key bridge.ThreadKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.addLocked(key)
	q := &l.threads[key].queue
	q.told++
	if q.lines++; q.since.IsZero() {
		q.since = l.app.cfg.Clock.Now()
	}
}

// count sets a thread's queue to what its turn has seen, and adds what was told of
// after told, when the turn began to look.
func (l *lane) count(t *laneThread, w bridge.Work, told int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := &t.queue
	q.lines = len(w.Lines) + q.told - told
	switch {
	case len(w.Lines) > 0:
		q.since = w.Lines[0].At
	case q.lines == 0:
		q.since = time.Time{}
	}
}

// work asks the bridge what a thread needs, and returns how much had been told of it
// before. What is told of meanwhile may be in the answer or not, so it asks again then,
// but not for ever.
func (l *lane) work(ctx context.Context, t *laneThread, key bridge.ThreadKey) (w bridge.Work, ok bool, told int, err error) {
	toldOf := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return t.queue.told
	}
	for range 3 {
		told = toldOf()
		w, ok, err = l.app.bridge.Load().Work(ctx, key, batch)
		if err != nil || told == toldOf() {
			break
		}
	}
	return w, ok, told, err
}

// backlog sums up what waits, and for how long the oldest has.
func (l *lane) backlog() (waiting int, oldest time.Duration, doubts int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.app.cfg.Clock.Now()
	for _, t := range l.threads {
		waiting += t.queue.lines
		if t.queue.lines > 0 {
			oldest = max(oldest, now.Sub(t.queue.since))
		}
		if t.doubt != nil && t.doubt.lost {
			doubts++
		}
	}
	return waiting, oldest, doubts
}
