package slackapp

import (
	"context"

	"github.com/chatgroups/chatgroups/bridge"
)

// Threads keep the address under which they began, which a channel may have
// changed since (channel_id_changed). What is asked of Slack needs the new one,
// and what Slack tells must find the thread by the old.

// maxMoves bounds how often a channel may have moved.
const maxMoves = 10

// where is where a thread's root stands now.
func (a *App) where(ref bridge.ThreadRef) address {
	at := parseRef(ref)
	at.channel = a.channelNow(at.channel)
	return at
}

// channelNow follows a channel to the id it has now.
func (a *App) channelNow(channel string) string {
	w, err := a.bridge.Load().Workspace(a.self().Workspace)
	if err != nil {
		return channel
	}
	for range maxMoves {
		next, moved := w.Moved[channel]
		if !moved {
			break
		}
		channel = next
	}
	return channel
}

// findThread returns whose thread has its root at an address, and the name by
// which the bridge knows it.
func (a *App) findThread(ctx context.Context, at address) (bridge.ThreadKey, bridge.ThreadRef, error) {
	b, w := a.bridge.Load(), a.self().Workspace
	key, err := b.FindThread(ctx, w, at.ref())
	if bridge.CodeOf(err) != bridge.CodeNotFound {
		return key, at.ref(), err
	}
	home, lost := b.Workspace(w)
	if lost != nil {
		return key, "", err
	}
	for old := range home.Moved {
		if a.channelNow(old) != at.channel {
			continue
		}
		ref := address{old, at.ts}.ref()
		if key, err := b.FindThread(ctx, w, ref); bridge.CodeOf(err) != bridge.CodeNotFound {
			return key, ref, err
		}
	}
	return key, "", err
}

// samePlace reports whether two addresses are of one message: before and after its
// channel got another id.
func (a *App) samePlace(one, other address) bool {
	return one.ts == other.ts && a.channelNow(one.channel) == a.channelNow(other.channel)
}
