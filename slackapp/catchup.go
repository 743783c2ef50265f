package slackapp

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// catchup finds what agents wrote while nobody listened. Slack repeats an event
// that was not acknowledged three times, over six minutes, and after that or
// after an outage of its own not at all; so after each gap the threads of open
// conversations that went on are read, and what they hold goes through the same handler
// as a live event, where what is known already changes nothing. Which went on, a glance
// at their channels tells.
//
// A thread that may have gone on in the last gap is read before a live message in it is
// handled, so that answers keep their order.
//
// Every few minutes each thread is read once more, whatever the glance says: what was
// edited or deleted, and events that Slack lost while all seemed well, show there alone.
// Threads are read whole: what was edited may be old. What the bridge has and a whole
// reading has not was deleted.
type catchup struct {
	app *App

	mu  sync.Mutex // guards the following
	gap int        // how many gaps there have been
	// read is in which gap it was last made sure that nothing of a thread is missing. A
	// conversation that goes on after its end has a new thread: that the old one was
	// read says nothing of it.
	read map[bridge.ThreadRef]int
	// round counts the times that all threads are read whole, and wholly is in which a
	// thread was.
	round  int
	wholly map[bridge.ThreadRef]int
	// heard is the ts of the last message of a thread before which none is missing.
	heard map[bridge.ThreadRef]string
	known map[bridge.ThreadRef]bridge.ThreadKey // the threads to be read until they have ended
	wake  chan struct{}

	stumbles int // messages that were heard and could not be kept
	// owing are the threads with such a message that the store did not take, until
	// they are read whole: nothing in them may overtake it, however long that takes.
	owing map[bridge.ThreadRef]bool
}

const (
	catchupEvery = 5 * time.Minute
	// catchupPace keeps the readings under Slack's limit of 50 a minute for
	// conversations.replies (Tier 3), with room for searches.
	catchupPace = 1500 * time.Millisecond
	// catchupBurst is how many threads are read at once after a gap.
	catchupBurst = 15
	// catchupSoon is when threads that could not be read are tried again.
	catchupSoon = 30 * time.Second
	// catchupPage is the most that Slack advises for one reading.
	catchupPage = 200
	// surfaced is how old a message must be for its absence to say that it was
	// deleted: Slack may take a while to show in readings what it has told.
	surfaced = time.Minute
	// holdBack is how long a message waits for those before it that cannot be read:
	// until Slack tells it for the third time, a minute after the first. A late
	// message is better than one that waits for as long as Slack is in trouble.
	holdBack = 30 * time.Second
	// rereads and rereadPause are how often, within the three seconds that Slack
	// waits for an answer, a failed reading is repeated.
	rereads     = 3
	rereadPause = 500 * time.Millisecond
)

func newCatchup(a *App) *catchup {
	return &catchup{
		app: a, gap: 1, round: 1,
		read: map[bridge.ThreadRef]int{}, wholly: map[bridge.ThreadRef]int{}, heard: map[bridge.ThreadRef]string{},
		known: map[bridge.ThreadRef]bridge.ThreadKey{},
		owing: map[bridge.ThreadRef]bool{},
		wake:  make(chan struct{}, 1),
	}
}

// missed says that events may have been missed from now back.
func (c *catchup) missed() {
	if planted(noCatchUp) {
		return
	}
	c.mu.Lock()
	c.gap++
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// run reads the threads of open conversations that went on after each gap, and all of
// them now and then.
func (c *catchup) run(ctx context.Context) {
	for {
		every := catchupEvery
		if !c.sweep(ctx) {
			every = catchupSoon
		}
		due, stop := c.app.cfg.Clock.NewTimer(every)
		select {
		case <-ctx.Done():
		case <-c.wake:
		case <-due:
			if every == catchupEvery && !planted(noTimedCatchUp) {
				c.mu.Lock()
				c.round++ // look again, whatever the sockets say
				c.mu.Unlock()
			}
		}
		stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// sweep reads each thread that may have gone on since the last gap, then those that have
// not been read whole in this round, and reports whether all of them could be. A new gap
// ends it: what was written in that one comes first.
func (c *catchup) sweep(ctx context.Context) (all bool) {
	open, err := c.app.bridge.Load().OpenConversations(ctx, c.app.self().Workspace)
	if err != nil {
		if ctx.Err() == nil {
			c.app.log.Error().Err(err).Msg("list the open conversations to catch up with")
		}
		return false
	}
	threads := c.toRead(open)
	n := c.glance(ctx, threads)
	gap := c.gaps()
	all = true
	for _, t := range c.inTurn(threads) {
		if ctx.Err() != nil || !c.unread(t.ref) && !c.due(t.ref) {
			continue
		}
		if c.gaps() != gap {
			return false
		}
		v := classify(c.thread(ctx, t.key, t.ref, ""), true)
		wait := v.retryAfter
		switch {
		case t.ended && (v.outcome == done || v.outcome == refused):
			c.forget(t)
		case v.outcome != done:
			all = false
		}
		if n++; n >= catchupBurst {
			wait = max(wait, catchupPace)
		}
		c.pause(ctx, wait)
	}
	return all
}

// A thread is one to be read.
type thread struct {
	key   bridge.ThreadKey
	ref   bridge.ThreadRef
	ended bool // its conversation was closed, or its group left
}

// toRead returns the threads that are answered in, after those that were until the
// last sweep: what was written there just before the end may have been missed, and
// its author must be told that it came too late.
func (c *catchup) toRead(open []bridge.Conversation) []thread {
	var live, ended []thread
	current := map[bridge.ThreadRef]bool{}
	for _, v := range open {
		for _, g := range v.With {
			key := bridge.ThreadKey{Workspace: v.Opening.Workspace, Conversation: v.ID, Group: g}
			if ref := v.Threads[g]; ref != "" {
				live = append(live, thread{key: key, ref: ref})
				current[ref] = true
			}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for ref, key := range c.known {
		if !current[ref] && !planted(leaveEndedThreads) {
			ended = append(ended, thread{key, ref, true})
			delete(c.read, ref)
		}
	}
	return append(ended, live...)
}

// inTurn puts the threads first that may have gone on.
func (c *catchup) inTurn(threads []thread) []thread {
	var first, later []thread
	for _, t := range threads {
		if c.unread(t.ref) {
			first = append(first, t)
		} else {
			later = append(later, t)
		}
	}
	return append(first, later...)
}

func (c *catchup) pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	due, stop := c.app.cfg.Clock.NewTimer(d)
	defer stop()
	select {
	case <-ctx.Done():
	case <-due:
	}
}

// expect says that there will be something to read in a thread.
func (c *catchup) expect(key bridge.ThreadKey, ref bridge.ThreadRef) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[ref] = key
}

// forget drops what is known of a thread that has ended.
func (c *catchup) forget(t thread) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.known, t.ref)
	delete(c.read, t.ref)
	delete(c.wholly, t.ref)
	delete(c.heard, t.ref)
	delete(c.owing, t.ref)
}

func (c *catchup) gaps() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.gap
}

// due reports whether a thread has not been read whole in this round.
func (c *catchup) due(ref bridge.ThreadRef) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wholly[ref] < c.round
}

// unread reports whether something may be missing of a thread since the last gap.
func (c *catchup) unread(ref bridge.ThreadRef) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read[ref] < c.gap
}

// thread takes what stands in a thread before a message, or all of it for "". After an
// error the thread counts as unread, and the next sweep or message reads it again.
func (c *catchup) thread(ctx context.Context, key bridge.ThreadKey, ref bridge.ThreadRef, before string) error {
	c.mu.Lock()
	gap, round, stumbles := c.gap, c.round, c.stumbles
	c.mu.Unlock()
	c.expect(key, ref)
	// Before the reading: what comes in meanwhile may not stand in it.
	standing, err := c.app.bridge.Load().DeskMessages(ctx, key, ref)
	if err != nil {
		return err
	}
	root := c.app.where(ref)
	params := &slack.GetConversationRepliesParameters{
		ChannelID: root.channel, Timestamp: root.ts, Limit: catchupPage,
	}
	whole, rooted, last := true, false, root.ts
	for {
		msgs, more, cursor, err := c.app.api.GetConversationRepliesContext(ctx, params)
		if err != nil {
			v := classify(err, true)
			c.app.metrics.call("conversations.replies", v)
			if rootMissing(v.code) && c.app.rootGone(ctx, ref) {
				c.app.replaceThread(ctx, key, ref)
			}
			return err
		}
		for _, m := range msgs {
			rooted = rooted || m.Timestamp == root.ts
			if m.SubType == tombstone {
				if m.Timestamp == root.ts {
					c.app.replaceThread(ctx, key, ref)
				}
				continue
			}
			delete(standing, c.app.messageID(ref, m.Timestamp))
			if laterTS(m.Timestamp, last) {
				last = m.Timestamp
			}
			if before != "" && !laterTS(before, m.Timestamp) {
				// A message after this one may have been missed too.
				whole = whole && m.Timestamp == before
				continue
			}
			if err := c.app.message(ctx, eventOf(root.channel, m), false); err != nil {
				return err // the store does not take it now
			}
		}
		if !more || cursor == "" {
			break
		}
		params.Cursor = cursor
	}
	if !whole {
		return nil
	}
	if rooted { // else Slack hides what is old, as it does without a paid plan
		if err := c.gone(ctx, key, ref, standing); err != nil {
			return err
		}
	}
	c.mu.Lock()
	if c.stumbles == stumbles { // else what could not be kept may not stand in this reading
		c.read[ref], c.wholly[ref], c.heard[ref] = gap, round, last
		delete(c.owing, ref)
	}
	c.mu.Unlock()
	return nil
}

// gone takes away what agents wrote in a thread and no longer stands there.
func (c *catchup) gone(ctx context.Context, key bridge.ThreadKey, ref bridge.ThreadRef, missing map[bridge.EntryID]string) error {
	for _, ts := range slices.Sorted(maps.Values(missing)) {
		if c.app.cfg.Clock.Now().Sub(timeOf(ts)) < surfaced {
			continue
		}
		if _, err := c.app.withdraw(ctx, key, ref, ts, false); err != nil {
			return err
		}
	}
	return nil
}

// before takes what stands in a thread before a live message of this ts, or returns
// an error where that cannot be read just now and the message is to wait for it:
// not acknowledged, it is told again. Where waiting promises nothing there is no
// error, and the message is not held back.
func (c *catchup) before(ctx context.Context, key bridge.ThreadKey, ref bridge.ThreadRef, ts string) error {
	for try := 1; c.unread(ref); try++ {
		err := c.thread(ctx, key, ref, ts)
		if err == nil {
			return nil
		}
		if c.app.cfg.Clock.Now().Sub(timeOf(ts)) >= holdBack && !c.owes(ref) {
			return nil
		}
		switch v := classify(err, true); {
		case v.outcome == refused, v.outcome == bad:
			return nil
		case try == rereads, v.retryAfter > rereadPause, ctx.Err() != nil:
			c.unsure(ref) // a reading that has begun may end meanwhile, without this message
			return err
		}
		c.pause(ctx, rereadPause)
	}
	return nil
}

// unsure says that a message of a thread was heard but could not be kept: the next
// one must not overtake it.
func (c *catchup) unsure(ref bridge.ThreadRef) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stumbles++
	delete(c.read, ref)
	delete(c.heard, ref)
}

// unkept says that the store did not take a message of a thread.
func (c *catchup) unkept(ref bridge.ThreadRef) {
	c.unsure(ref)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.owing[ref] = true
}

func (c *catchup) owes(ref bridge.ThreadRef) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.owing[ref]
}

// eventOf makes of a message that was read what an event would have told.
func eventOf(channel string, m slack.Message) event {
	blocks, _ := json.Marshal(m.Blocks)
	e := event{
		Type: "message", Subtype: m.SubType, Channel: channel, User: m.User, Team: m.Team,
		BotID: m.BotID, Text: m.Text, Blocks: blocks, Metadata: m.Metadata,
		TS: m.Timestamp, ThreadTS: m.ThreadTimestamp,
	}
	for i := range m.Files {
		raw, _ := json.Marshal(attachmentOf(&m.Files[i]))
		e.Files = append(e.Files, raw)
	}
	if m.Edited != nil {
		e.Edited = &edited{TS: m.Edited.Timestamp}
	}
	return e
}
