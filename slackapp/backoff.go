package slackapp

import "time"

const (
	firstPause = 500 * time.Millisecond // doubles with each failure
	maxPause   = 30 * time.Second
	// Where somebody has to mend something first, asking every few seconds helps
	// nobody.
	firstSlowPause = time.Minute
	maxSlowPause   = 5 * time.Minute
)

// backoff says how long to wait before the next attempt to connect. After a
// connection that was stable that is not at all.
type backoff struct {
	jitter   func(below time.Duration) time.Duration
	failures int
	trouble  *socketTrouble // of the last attempt
}

func (b *backoff) failed(t *socketTrouble) {
	b.failures++
	b.trouble = t
}

// ended notes that a connection ended which had lived for so long. One that Slack
// ends at once counts as a failure: else the next would follow without a pause,
// and the next, some hundred a second.
func (b *backoff) ended(lived time.Duration) {
	b.trouble = nil
	if lived >= stableAfter {
		b.failures = 0
	} else {
		b.failures++
	}
}

// next returns the pause: random below a bound that doubles ("full jitter"), so
// that many copies that lost Slack at one moment do not come back at one moment.
func (b *backoff) next() time.Duration {
	switch {
	case b.failures == 0:
		return 0
	case b.trouble == nil:
		return b.jitter(doubled(firstPause, b.failures-1, maxPause))
	case b.trouble.slow:
		most := doubled(firstSlowPause, b.failures, maxSlowPause)
		return max(firstSlowPause+b.jitter(most-firstSlowPause), b.trouble.retryAfter)
	default:
		return max(b.jitter(doubled(firstPause, b.failures-1, maxPause)), b.trouble.retryAfter)
	}
}

// doubled returns d·2^n, at most limit.
func doubled(d time.Duration, n int, limit time.Duration) time.Duration {
	for ; n > 0 && d < limit; n-- {
		d *= 2
	}
	return min(d, limit)
}
