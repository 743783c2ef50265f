package bridge

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// waits knows how long visitors waited for a group's first words, in the last hour.
type waits struct {
	mu sync.Mutex // guards the following
	of map[string][]waited
}

// waited is one first reply: when it came, and after how long.
type waited struct {
	at   time.Time
	long time.Duration
}

const (
	// waitsOf is for how long a first reply tells how long one waits now.
	waitsOf = time.Hour
	// minWaits is how many first replies it takes to tell: of fewer, one slow or quick
	// colleague is all that they show.
	minWaits = 3
	// maxWaits bounds what is kept of a group.
	maxWaits = 200
	// recallAfter is how long a start has other things to do than to read logs for what
	// was waited: until then Wait knows only what has happened since.
	recallAfter = 30 * time.Second
	// maxWaitCourses bounds how many conversations a start looks at.
	maxWaitCourses = 1000
)

// replied takes note of a group's first words to a visitor.
func (ws *waits) replied(key string, at time.Time, long time.Duration) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	all := append(ws.of[key], waited{at, max(long, 0)})
	if len(all) > maxWaits {
		all = slices.Clone(all[len(all)-maxWaits:])
	}
	ws.of[key] = all
}

// Wait returns how long visitors of a group waited for its first words: the median of the
// last hour, rounded up as people say it, and of how many. It is 0 where there were fewer
// than three, since they would promise what nobody knows. The watchers of the directory
// are told when it becomes another one, within a minute.
func (b *Bridge) Wait(w WorkspaceID, g GroupID) (typical time.Duration, n int) {
	since := b.cfg.Now().Add(-waitsOf)
	b.waits.mu.Lock()
	defer b.waits.mu.Unlock()
	key := groupKey(w, g)
	all := slices.DeleteFunc(b.waits.of[key], func(one waited) bool { return one.at.Before(since) })
	if b.waits.of[key] = all; len(all) == 0 {
		delete(b.waits.of, key)
	}
	if len(all) < minWaits {
		return 0, len(all)
	}
	long := make([]time.Duration, len(all))
	for i, one := range all {
		long[i] = one.long
	}
	return asSaid(quantile(long, 0.5)), len(all)
}

// asSaid rounds up to 30 seconds, from one minute on to minutes, from ten on to five.
func asSaid(d time.Duration) time.Duration {
	step := 30 * time.Second
	switch {
	case d > 10*time.Minute:
		step = 5 * time.Minute
	case d > time.Minute:
		step = time.Minute
	}
	return max((d+step-1)/step, 1) * step
}

// watchWaits tells the watchers of the directory, at most once a minute, that a group's
// wait has become another one, until ctx is done.
func (b *Bridge) watchWaits(ctx context.Context) {
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	told := map[string]time.Duration{}
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		now := map[string]time.Duration{}
		for _, r := range b.dir.groups.under("") {
			if d, _ := b.Wait(r.value.Workspace, r.value.ID); d > 0 {
				now[r.key] = d
			}
		}
		if !maps.Equal(now, told) {
			told = now
			b.dir.tellWatchers()
		}
	}
}

// recallWaits learns from the logs what was waited before this start, once that has
// settled.
func (b *Bridge) recallWaits(ctx context.Context) {
	began := b.cfg.Now()
	settled := time.NewTimer(recallAfter)
	defer settled.Stop()
	select {
	case <-ctx.Done():
		return
	case <-settled.C:
	}
	since := began.Add(-waitsOf)
	workspaces := b.dir.workspaces.under("")
	for _, w := range workspaces {
		n := 0
		// A conversation that began before may have been answered within the hour; few
		// are, and what they waited is not what one waits now.
		err := b.eachCourse(ctx, w.value.ID, since.Add(-waitsOf), began, func(c *course) bool {
			for i, s := range c.stays {
				if s.replied.After(since) && !s.replied.After(began) && !(i == 0 && c.opening.Left) {
					b.waits.replied(groupKey(w.value.ID, s.group), s.replied, s.replied.Sub(s.from))
				}
			}
			n++
			return n < maxWaitCourses && ctx.Err() == nil
		})
		if err != nil && ctx.Err() == nil {
			b.log.Warn().Err(err).Msg("recall how long visitors waited")
		}
	}
}
