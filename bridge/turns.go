package bridge

import (
	"context"
	"time"
)

const (
	// clockLook is how often the clock is looked at while a change is to come: it may be
	// set anew, or the machine sleep, and then no timer is right.
	clockLook = time.Second / 2
	// planLook is how often the next change is looked for where none is known.
	planLook = 24 * time.Hour
)

// tellTurns tells those who watch the directory at the moment when a group opens or closes
// by itself, until ctx is done. What somebody changes meanwhile counts at once.
func (b *Bridge) tellTurns(ctx context.Context) {
	changed := make(chan struct{}, 1)
	stop := b.WatchDirectory(func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	defer stop()
	for {
		asked := b.cfg.Now()
		next := b.nextTurn(asked)
		wait := planLook
		if !next.IsZero() {
			wait = min(next.Sub(asked), clockLook)
		}
		look := time.NewTimer(wait)
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				look.Stop()
				return
			case <-changed:
				waiting = false
			case <-look.C:
				now := b.cfg.Now()
				if now.Before(asked) || !next.IsZero() && !now.Before(next) {
					b.dir.tellWatchers()
				}
				if waiting = !next.IsZero() && now.Before(next) && !now.Before(asked); waiting {
					look.Reset(min(next.Sub(now), clockLook))
				}
			}
		}
		look.Stop()
	}
}

// nextTurn returns when the first of all groups opens or closes by itself after a moment,
// zero where none does.
func (b *Bridge) nextTurn(at time.Time) time.Time {
	var next time.Time
	for _, r := range b.dir.groups.under("") {
		g := b.dir.asItStands(r.value)
		if until := g.Openness(at, g.Present).Until; !until.IsZero() && (next.IsZero() || until.Before(next)) {
			next = until
		}
	}
	return next
}
