package slackapp

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// glancePages bounds how far back a glance at a channel looks, in pages of
// catchupPage. Threads that began before are read themselves.
const glancePages = 3

// glance looks at the channels of the threads that may have gone on in the last gap: a
// channel's history tells of each root how its thread ends
// (docs.slack.dev/reference/methods/conversations.history, latest_reply), so that one
// call spares the reading of all threads where nothing was said. Roots of our own that
// are met are taken as if their events had come. It returns how many calls it made.
func (c *catchup) glance(ctx context.Context, threads []thread) (calls int) {
	c.mu.Lock()
	gap, stumbles := c.gap, c.stumbles
	c.mu.Unlock()
	byChannel := map[string][]thread{}
	for _, t := range threads {
		if !t.ended && c.unread(t.ref) && c.hasHeard(t.ref) {
			channel := c.app.where(t.ref).channel
			byChannel[channel] = append(byChannel[channel], t)
		}
	}
	for channel, unread := range byChannel {
		if len(unread) == 1 { // reading it costs no more
			continue
		}
		if ctx.Err() != nil {
			return calls
		}
		oldest := slices.MinFunc(unread, func(x, y thread) int { return compareTS(c.app.where(x.ref).ts, c.app.where(y.ref).ts) })
		ends, n := c.ends(ctx, channel, c.app.where(oldest.ref).ts)
		calls += n
		c.mu.Lock()
		for _, t := range unread {
			last, seen := ends[c.app.where(t.ref).ts]
			heard := c.heard[t.ref]
			if seen && heard != "" && !laterTS(last, heard) && c.stumbles == stumbles && !c.owing[t.ref] {
				c.read[t.ref] = gap
			}
		}
		c.mu.Unlock()
		if calls >= catchupBurst {
			c.pause(ctx, catchupPace)
		}
	}
	return calls
}

// ends returns with which message each thread of a channel ends, by the ts of its root:
// the root itself where nobody replied. A root that was deleted is not among them.
func (c *catchup) ends(ctx context.Context, channel, oldest string) (ends map[string]string, calls int) {
	ends = map[string]string{}
	params := &slack.GetConversationHistoryParameters{
		ChannelID: channel, Oldest: oldest, Inclusive: true, Limit: catchupPage, IncludeAllMetadata: true,
	}
	for range glancePages {
		calls++
		page, err := c.app.api.GetConversationHistoryContext(ctx, params)
		if err != nil {
			c.app.metrics.call("conversations.history", classify(err, true))
			return ends, calls // what was not seen is read itself
		}
		for _, m := range page.Messages {
			if m.SubType == tombstone {
				continue
			}
			if ends[m.Timestamp] = m.LatestReply; m.LatestReply == "" {
				ends[m.Timestamp] = m.Timestamp
			}
			if mk, ok := c.app.ourMark(m); ok {
				c.app.echo(channel, m.Timestamp, mk)
			}
		}
		if params.Cursor = page.ResponseMetaData.NextCursor; params.Cursor == "" {
			break
		}
	}
	return ends, calls
}

func compareTS(x, y string) int {
	switch {
	case laterTS(x, y):
		return 1
	case laterTS(y, x):
		return -1
	}
	return 0
}

func (c *catchup) hasHeard(ref bridge.ThreadRef) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard[ref] != ""
}

// hear takes note of a message whose event came, where none is missing before it.
func (c *catchup) hear(ref bridge.ThreadRef, ts string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last, ok := c.heard[ref]; ok && c.read[ref] == c.gap && laterTS(ts, last) {
		c.heard[ref] = ts
	}
}
