package bridge

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// Config holds what a Bridge may be told; the zero value works.
type Config struct {
	// Now is the clock; time.Now by default.
	Now func() time.Time
	// ReopenWindow is for how long after its close a conversation goes on when
	// the visitor writes again; after that a new one begins. 24 hours by default.
	ReopenWindow time.Duration
	// Idle is after how long without use a conversation's state leaves memory.
	// 10 minutes by default.
	Idle time.Duration
	Log  zerolog.Logger
}

// A Bridge carries conversations between visitors and the desk. Its methods may
// be called from any goroutine, before, during and after Run; once Run's context
// is done, whatever would write is refused with CodeUnavailable.
type Bridge struct {
	store Store
	desk  Desk
	cfg   Config
	dir   *directory
	log   zerolog.Logger

	mu            sync.Mutex // guards the following
	stopping      bool
	loops         sync.WaitGroup
	conversations map[ConversationID]*conversation
	active        map[ConversationID]WorkspaceID
	visitors      map[VisitorID]*visitor
	fresh         freshVisitors
	numbers       map[WorkspaceID]int // the last number given, once known
}

var errStopping = &Error{Code: CodeUnavailable, Message: "the bridge is stopping: try again in a moment", RetryAfter: 3 * time.Second}

// New returns a Bridge over a Store that holds what earlier ones left. It reads
// from the Store and starts nothing. desk is first called during Run or by the
// first method that adds to a conversation.
func New(ctx context.Context, store Store, desk Desk, cfg Config) (*Bridge, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.ReopenWindow == 0 {
		cfg.ReopenWindow = 24 * time.Hour
	}
	if cfg.Idle == 0 {
		cfg.Idle = 10 * time.Minute
	}
	b := &Bridge{
		store: store, desk: desk, cfg: cfg, log: cfg.Log,
		dir:           newDirectory(store),
		conversations: map[ConversationID]*conversation{},
		active:        map[ConversationID]WorkspaceID{},
		visitors:      map[VisitorID]*visitor{},
		numbers:       map[WorkspaceID]int{},
	}
	if err := b.dir.load(ctx); err != nil {
		return nil, err
	}
	err := store.Records(ctx, ActiveRecords, "", func(r Record) error {
		b.active[ConversationID(r.Key)] = WorkspaceID(r.Value)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Run takes up what an earlier run left undone (threads that are behind, groups
// half deleted), keeps what is in memory fresh, and returns nil after ctx is done
// and every owner loop has ended.
func (b *Bridge) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer func() {
		b.mu.Lock()
		b.stopping = true
		b.mu.Unlock()
		wg.Wait()
		b.loops.Wait()
	}()

	// One reload at a time for each kind; changes that come meanwhile are folded
	// into one more.
	for kind, reload := range b.dir.reloads() {
		dirty := make(chan struct{}, 1)
		stop := b.store.Watch(kind, func() {
			select {
			case dirty <- struct{}{}:
			default:
			}
		})
		defer stop()
		wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-dirty:
				}
				if err := reload(ctx); err != nil {
					if ctx.Err() == nil {
						b.log.Error().Err(err).Str("kind", string(kind)).Msg("reload records")
					}
					continue
				}
				b.dir.tellWatchers()
			}
		})
	}

	b.takeUp(ctx)

	tick := time.NewTicker(b.cfg.Idle)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			b.forgetIdle()
		}
	}
}

// takeUp wakes every conversation that may have work.
func (b *Bridge) takeUp(ctx context.Context) {
	for _, id := range b.activeIDs("") {
		err := b.conversation(id).do(ctx, func(c *conversation) error {
			if c.state.last == 0 { // listed, then a crash before its first entry
				return c.b.dropActive(ctx, id)
			}
			return nil
		})
		if err != nil && ctx.Err() == nil {
			b.log.Error().Err(err).Str("conversation", string(id)).Msg("take up a conversation")
		}
	}
	for _, g := range b.dir.halfDeleted() {
		if _, err := b.finishDelete(ctx, g, Author{Role: RoleSystem}); err != nil && ctx.Err() == nil {
			b.log.Error().Err(err).Str("group", string(g.ID)).Msg("finish deleting a group")
		}
	}
}

// startLoop starts an owner loop unless the bridge is stopping.
func (b *Bridge) startLoop(loop func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopping {
		return false
	}
	b.loops.Go(loop)
	return true
}

// conversation returns the one owner of a conversation.
func (b *Bridge) conversation(id ConversationID) *conversation {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.conversations[id]
	if c == nil {
		c = &conversation{id: id, b: b, used: b.cfg.Now()}
		b.conversations[id] = c
	}
	return c
}

// forgetIdle drops from memory what nobody has used for a while; the log has it.
func (b *Bridge) forgetIdle() {
	before := b.cfg.Now().Add(-b.cfg.Idle)
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, c := range b.conversations {
		c.mu.Lock()
		if !c.running && c.used.Before(before) {
			delete(b.conversations, id)
		}
		c.mu.Unlock()
	}
	b.fresh.expire(before)
}

// noteActive keeps the list of conversations that a start must look at: a
// superset of those that are open or owe something to a thread. A conversation is
// put on it before its first entry and before it is reopened, and taken off by
// its owner loop.
func (b *Bridge) noteActive(ctx context.Context, id ConversationID, s *state) {
	b.mu.Lock()
	_, on := b.active[id]
	b.mu.Unlock()
	if !on || !s.finished() {
		return
	}
	if err := b.dropActive(ctx, id); err != nil {
		b.log.Warn().Err(err).Str("conversation", string(id)).Msg("take a finished conversation off the list")
	}
}

func (b *Bridge) dropActive(ctx context.Context, id ConversationID) error {
	r, err := b.store.Record(ctx, ActiveRecords, string(id))
	if err == nil {
		err = b.store.Delete(ctx, ActiveRecords, string(id), r.Revision)
	}
	if err != nil && !errors.Is(err, ErrNoRecord) {
		return err
	}
	b.mu.Lock()
	delete(b.active, id)
	b.mu.Unlock()
	return nil
}

func (b *Bridge) putActive(ctx context.Context, w WorkspaceID, id ConversationID) error {
	_, err := b.store.Put(ctx, ActiveRecords, string(id), []byte(w), 0)
	if err != nil && !errors.Is(err, ErrConflict) { // a conflict: it is there
		return err
	}
	b.mu.Lock()
	b.active[id] = w
	b.mu.Unlock()
	return nil
}

// activeIDs lists the active conversations of a workspace, or of all for "".
func (b *Bridge) activeIDs(w WorkspaceID) []ConversationID {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ids []ConversationID
	for id, ws := range b.active {
		if w == "" || ws == w {
			ids = append(ids, id)
		}
	}
	return ids
}
