package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// searches are the readings for posts in doubt. They run beside the lanes, so that
// a thread in doubt delays no other, and few at a time: after a crash each thread
// that is behind is searched, and Slack takes 50 readings a minute from the whole
// workspace (Tier 3, docs.slack.dev/apis/web-api/rate-limits).
type searches struct {
	slots chan struct{}

	mu    sync.Mutex // guards the following
	pause time.Time  // none before: Slack said so
}

// searchesAtOnce leaves room for one that hangs.
const searchesAtOnce = 3

func newSearches() *searches { return &searches{slots: make(chan struct{}, searchesAtOnce)} }

// paused is how long Slack still asks to read nothing.
func (s *searches) paused(now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pause.Sub(now)
}

func (s *searches) hold(until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if until.After(s.pause) {
		s.pause = until
	}
}

// A reading is what a search for a post in doubt came to.
type reading struct {
	hit *found // nil where it was not there
	err error  // why it is not known whether it was
	at  time.Time
}

// look begins a search for the post in doubt, unless one is under way. What it
// finds is in the doubt when the thread has its next turn.
func (a *App) look(ctx context.Context, l *lane, d *doubt, w bridge.Work) {
	if wait := a.searches.paused(a.cfg.Clock.Now()); wait > 0 {
		l.park(w.Key, wait)
		return
	}
	l.mu.Lock()
	under := d.looking
	d.looking = true
	l.mu.Unlock()
	if under {
		return
	}
	a.laneCrew.start(func() {
		select {
		case a.searches.slots <- struct{}{}:
			defer func() { <-a.searches.slots }()
		case <-ctx.Done():
			return
		}
		hit, err := a.search(ctx, l.channel, d, w)
		now := a.cfg.Clock.Now()
		if v := classify(err, true); v.code == "ratelimited" {
			a.searches.hold(now.Add(max(v.retryAfter, time.Second)))
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		d.looking, d.reading = false, &reading{hit, err, now}
		delete(l.parked, w.Key)
		l.addLocked(w.Key)
	})
}

const (
	searchPage  = 100
	searchPages = 10
	// searchBefore is how much earlier than a root was posted it is looked for:
	// Slack's clock and ours may differ.
	searchBefore = 5 * time.Minute
)

// errTooMuch says that a search did not come to the end: what it did not find may
// be there all the same.
var errTooMuch = errors.New("too much was written to search it all")

// search looks for the post in doubt: in its thread, or in the channel where it is
// the root.
func (a *App) search(ctx context.Context, channel string, d *doubt, w bridge.Work) (*found, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout) // in all: others wait for the slot
	defer cancel()
	if d.root() {
		return a.searchHistory(ctx, channel, d, w)
	}
	root := a.where(w.Thread)
	params := &slack.GetConversationRepliesParameters{
		ChannelID: root.channel, Timestamp: root.ts, Oldest: w.Last,
		Limit: searchPage, IncludeAllMetadata: true,
	}
	for range searchPages {
		msgs, more, cursor, err := a.api.GetConversationRepliesContext(ctx, params)
		if err != nil {
			return nil, err
		}
		if hit := a.among(msgs, d, w.Key); hit != nil {
			return hit, nil
		}
		if !more || cursor == "" {
			return nil, nil
		}
		params.Cursor = cursor
	}
	return nil, errTooMuch
}

func (a *App) searchHistory(ctx context.Context, channel string, d *doubt, w bridge.Work) (*found, error) {
	params := &slack.GetConversationHistoryParameters{
		ChannelID: channel, Limit: searchPage, IncludeAllMetadata: true,
		Oldest: tsOf(d.from.Add(-searchBefore)),
	}
	for range searchPages {
		page, err := a.api.GetConversationHistoryContext(ctx, params)
		if err != nil {
			return nil, err
		}
		for _, m := range page.Messages {
			if mk, ok := a.ourMark(m); ok && mk.root() {
				a.stands(mk, address{channel, m.Timestamp}, false)
			}
		}
		if hit := a.among(page.Messages, d, w.Key); hit != nil {
			return hit, nil
		}
		if !page.HasMore || page.ResponseMetaData.NextCursor == "" {
			return nil, nil
		}
		params.Cursor = page.ResponseMetaData.NextCursor
	}
	return nil, errTooMuch
}

// among returns the post in doubt where it is one of the messages: the earliest,
// where more than one attempt at it had an effect.
func (a *App) among(msgs []slack.Message, d *doubt, key bridge.ThreadKey) *found {
	var hit *found
	for _, m := range msgs {
		mk, ok := a.ourMark(m)
		if !ok || mk.conversation != key.Conversation || mk.group != key.Group || !d.is(mk) {
			continue
		}
		if hit == nil || laterTS(hit.ts, m.Timestamp) {
			hit = &found{mark: mk, ts: m.Timestamp, how: settledSearch}
		}
	}
	return hit
}

// ourMark returns the mark of a message that was read, where it is a post of ours.
func (a *App) ourMark(m slack.Message) (mark, bool) {
	blocks, _ := json.Marshal(m.Blocks)
	mk, ok := readMark(m.Metadata, blocks)
	return mk, ok && a.ours(m.BotID)
}
