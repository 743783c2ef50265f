package slackapp

import (
	"context"
	"maps"

	"github.com/chatgroups/chatgroups/bridge"
)

// Behind implements bridge.Desk. It only notes that the thread has work.
func (a *App) Behind(key bridge.ThreadKey, ref bridge.ThreadRef) {
	a.homes.changed()
	if channel := a.channelOf(key, ref); channel != "" {
		a.lane(channel).told(key)
		return
	}
	// Told before Run, or the group has no channel (any more): kept until there
	// is one.
	a.mu.Lock()
	a.homeless[key] = ref
	a.mu.Unlock()
}

func (a *App) channelOf(key bridge.ThreadKey, ref bridge.ThreadRef) string {
	b := a.bridge.Load()
	if b == nil {
		return ""
	}
	if ref != "" {
		return a.where(ref).channel
	}
	g, err := b.Group(key.Workspace, key.Group)
	if err != nil {
		return ""
	}
	return g.Channel
}

// house gives the threads that had no channel another chance, and those whose
// channel Slack refuses: a group may have got another one.
func (a *App) house() {
	a.mu.Lock()
	waiting := a.homeless
	a.homeless = map[bridge.ThreadKey]bridge.ThreadRef{}
	for _, l := range a.lanes {
		l.retry()
	}
	a.mu.Unlock()
	for key, ref := range waiting {
		a.Behind(key, ref)
	}
}

// lane returns the lane of a channel, starting it where it is the first time.
func (a *App) lane(channel string) *lane {
	a.mu.Lock()
	defer a.mu.Unlock()
	l := a.lanes[channel]
	if l == nil {
		l = newLane(a, channel)
		a.lanes[channel] = l
		if a.laneCtx != nil {
			a.startLane(l)
		}
	}
	return l
}

// startLane is called with a.mu held.
func (a *App) startLane(l *lane) {
	ctx := a.laneCtx
	a.laneCrew.start(func() { l.run(ctx) })
}

// knownLane returns the lane of a channel, or nil where nothing was posted there.
func (a *App) knownLane(channel string) *lane {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.lanes[channel]
}

// everyLane returns the lanes there are, by channel.
func (a *App) everyLane() map[string]*lane {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.lanes)
}

// threadOf is findThread for a message that has just come. The error is errEarly
// where the thread may be one that is not recorded yet: Slack tells it again, and the
// thread will be read.
func (a *App) threadOf(ctx context.Context, at address) (bridge.ThreadKey, bridge.ThreadRef, error) {
	key, ref, err := a.findThread(ctx, at)
	if bridge.CodeOf(err) != bridge.CodeNotFound {
		return key, ref, err
	}
	if a.early(at.channel, at.ts) && !planted(dropStrays) {
		return key, ref, errEarly
	}
	// A lane ends its doubt after the root was recorded. Where both happened between
	// the two looks above, the thread is there now.
	return a.findThread(ctx, at)
}

// early reports whether a thread that the bridge does not know may be one that a
// lane is opening just now.
func (a *App) early(channel, thread string) bool {
	l := a.knownLane(channel)
	return l != nil && l.stray(thread)
}

// Certain reports, after Run has returned, whether the outcome of every post is
// recorded, so that the next start need not search the threads.
func (a *App) Certain() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range a.lanes {
		if !l.certain() {
			return false
		}
	}
	return true
}
