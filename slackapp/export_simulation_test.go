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

// Rounds is how often all threads were to be read whole so far.
func (a *App) Rounds() int {
	a.catchup.mu.Lock()
	defer a.catchup.mu.Unlock()
	return a.catchup.round
}

// CaughtUp reports whether each thread of an open conversation has been read since
// the beginning of a round, and each that has ended once more after its end.
func (a *App) CaughtUp(ctx context.Context, round int) (bool, error) {
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
			if ref != "" && a.catchup.wholly[ref] < round {
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
