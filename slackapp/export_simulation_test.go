package slackapp

import (
	"context"

	"github.com/chatgroups/chatgroups/bridge"
)

// Idle reports whether no thread waits for anything: nothing is to be posted or
// updated, and nothing is in doubt.
func (a *App) Idle() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.homeless) > 0 {
		return false
	}
	for _, l := range a.lanes {
		l.mu.Lock()
		n := len(l.threads)
		l.mu.Unlock()
		if n > 0 {
			return false
		}
	}
	return true
}

// Gaps is how often events may have been missed so far, or were looked for anyway.
func (a *App) Gaps() int {
	a.catchup.mu.Lock()
	defer a.catchup.mu.Unlock()
	return a.catchup.gap
}

// CaughtUp reports whether each thread of an open conversation has been read since
// the gap with this number, and each that has ended once more after its end.
func (a *App) CaughtUp(ctx context.Context, gap int) (bool, error) {
	open, err := a.bridge.Load().OpenConversations(ctx, a.self().Workspace)
	if err != nil {
		return false, err
	}
	a.catchup.mu.Lock()
	defer a.catchup.mu.Unlock()
	current := map[bridge.ThreadRef]bool{}
	for _, v := range open {
		for _, g := range v.With {
			ref := v.Threads[g]
			if ref != "" && a.catchup.read[ref] < gap {
				return false, nil
			}
			current[ref] = true
		}
	}
	for ref := range a.catchup.known {
		if !current[ref] {
			return false, nil
		}
	}
	return true, nil
}
