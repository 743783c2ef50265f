package fakeslack

import "time"

// hourly counts by the minute what happened in the last 60.
type hourly struct {
	minute [60]struct {
		at          int64
		all, failed int
	}
}

func (h *hourly) add(now time.Time, ok bool) {
	at := now.Unix() / 60
	m := &h.minute[at%60]
	if m.at != at {
		m.at, m.all, m.failed = at, 0, 0
	}
	m.all++
	if !ok {
		m.failed++
	}
}

func (h *hourly) sum(now time.Time) (all, failed int) {
	at := now.Unix() / 60
	for _, m := range h.minute {
		if m.at > at-60 {
			all += m.all
			failed += m.failed
		}
	}
	return all, failed
}
