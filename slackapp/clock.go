package slackapp

import "time"

// A Clock tells the time and wakes up; tests put one in that runs by hand.
type Clock interface {
	Now() time.Time
	// NewTimer returns a channel on which the time is sent once d has passed,
	// and what gives the timer back.
	NewTimer(d time.Duration) (c <-chan time.Time, stop func())
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) NewTimer(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}
