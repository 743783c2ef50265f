package fakeslack

import (
	"sync"
	"time"
)

// A Clock tells the workspace the time and wakes it up.
type Clock interface {
	Now() time.Time
	// NewTimer returns a timer that sends on its channel once, when d has
	// passed; at once where d is not positive.
	NewTimer(d time.Duration) Timer
}

// A Timer is what a Clock makes. Stop gives it back; after that the channel
// sends nothing new.
type Timer interface {
	C() <-chan time.Time
	Stop()
}

// SystemClock is the real time.
type SystemClock struct{}

// Now returns the system's time.
func (SystemClock) Now() time.Time { return time.Now() }

// NewTimer returns a timer of package time.
func (SystemClock) NewTimer(d time.Duration) Timer { return systemTimer{time.NewTimer(d)} }

type systemTimer struct{ *time.Timer }

func (t systemTimer) C() <-chan time.Time { return t.Timer.C }
func (t systemTimer) Stop()               { t.Timer.Stop() }

// A ManualClock stands still until a test advances it.
type ManualClock struct {
	mu     sync.Mutex // guards the following fields
	now    time.Time
	timers map[*manualTimer]struct{}
}

// NewManualClock returns a clock that shows start, or a fixed day in 2026 where
// start is zero.
func NewManualClock(start time.Time) *ManualClock {
	if start.IsZero() {
		start = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	}
	return &ManualClock{now: start, timers: make(map[*manualTimer]struct{})}
}

// Now returns the time that the clock was last advanced to.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d and fires the timers that are due. It does not
// wait for what they set off: use Workspace.Wait for that.
func (c *ManualClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for t := range c.timers {
		if !t.due.After(c.now) {
			t.c <- c.now // never blocks: one send, room for one
			delete(c.timers, t)
		}
	}
}

// Timers returns how many timers have neither fired nor been stopped. A test
// that has something wait on the clock can watch for it here.
func (c *ManualClock) Timers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.timers)
}

// NewTimer returns a timer that fires when the clock is advanced by d or more.
func (c *ManualClock) NewTimer(d time.Duration) Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &manualTimer{clock: c, due: c.now.Add(d), c: make(chan time.Time, 1)}
	if d <= 0 {
		t.c <- c.now
	} else {
		c.timers[t] = struct{}{}
	}
	return t
}

type manualTimer struct {
	clock *ManualClock
	due   time.Time
	c     chan time.Time
}

func (t *manualTimer) C() <-chan time.Time { return t.c }

func (t *manualTimer) Stop() {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	delete(t.clock.timers, t)
}
