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
	// Idle is after how long without use a conversation's state leaves memory, and
	// with it what is known of a visitor who left without having written. 10
	// minutes by default.
	Idle time.Duration
	// Files is where the bytes of files lie; nil: visitors can neither send files nor
	// read those of agents. MaxFileBytes is how large one may be, DefaultMaxFileBytes
	// where it is 0.
	Files        Files
	MaxFileBytes int64
	// Texts and Greetings are of the sites that Setup makes, until an admin changes them.
	Texts     Texts
	Greetings []Greeting
	// Words is what the widget says by itself; nil: nobody knows, and a site's texts may
	// have any key.
	Words Words
	Log   zerolog.Logger
}

// A Bridge carries conversations between visitors and the desk. Its methods may
// be called from any goroutine, before, during and after Run. Once Run's context
// is done, whatever writes or looks into a conversation is refused with
// CodeUnavailable; what was begun before is finished.
type Bridge struct {
	store Store
	desk  Desk
	cfg   Config
	dir   *directory
	log   zerolog.Logger

	loops sync.WaitGroup

	waits waits

	// A visitor's beginning may be held while waiting for an owner loop, and
	// directory.writing while waiting for the Store. All other locks are held for a
	// moment only, and none of them is taken under another.
	mu       sync.Mutex // guards the following
	stopping bool
	owners   map[ConversationID]*owner
	again    map[ConversationID]struct{} // to be looked at again, see lookAgainAt
	active   map[ConversationID]WorkspaceID
	visitors map[VisitorID]*visitor
	fresh    freshVisitors
	numbers  map[WorkspaceID]int // the last number given, once known
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
	if cfg.MaxFileBytes == 0 {
		cfg.MaxFileBytes = DefaultMaxFileBytes
	}
	b := &Bridge{
		store: store, desk: desk, cfg: cfg, log: cfg.Log,
		dir:      newDirectory(store, cfg.Now),
		waits:    waits{of: map[string][]waited{}},
		owners:   map[ConversationID]*owner{},
		again:    map[ConversationID]struct{}{},
		active:   map[ConversationID]WorkspaceID{},
		visitors: map[VisitorID]*visitor{},
		numbers:  map[WorkspaceID]int{},
	}
	if err := errors.Join(b.dir.load(ctx), b.loadActive(ctx)); err != nil {
		return nil, err
	}
	return b, nil
}

// retryEvery is how often what the Store failed at is tried again.
const retryEvery = 5 * time.Second

// Run takes up what an earlier run left undone (threads that are behind, groups
// half deleted), keeps what is in memory fresh, tells when groups open and close by
// themselves, and returns nil after ctx is done and every owner loop has ended. It is
// called once.
func (b *Bridge) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer func() {
		b.mu.Lock()
		b.stopping = true
		b.mu.Unlock()
		b.dir.stop()
		wg.Wait()
		b.loops.Wait()
	}()
	for kind := range b.dir.loads {
		// Changes that come during a reload are folded into one more.
		dirty := make(chan struct{}, 1)
		stop := b.store.Watch(kind, func() {
			select {
			case dirty <- struct{}{}:
			default:
			}
		})
		defer stop()
		wg.Go(func() { b.reload(ctx, kind, dirty) })
	}
	wg.Go(func() { b.tellTurns(ctx) })
	wg.Go(func() { b.recallWaits(ctx); b.watchWaits(ctx) })
	for _, id := range b.listed("") {
		b.takeUp(ctx, id)
	}
	retry := time.NewTicker(retryEvery)
	defer retry.Stop()
	idle := time.NewTicker(b.cfg.Idle)
	defer idle.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-retry.C:
			for _, id := range b.lookAgain() {
				b.takeUp(ctx, id)
			}
		case <-idle.C:
			b.forgetIdle()
		}
	}
}

// reload reads a kind of records anew whenever it is dirty, until ctx is done.
func (b *Bridge) reload(ctx context.Context, kind RecordKind, dirty <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-dirty:
		}
		for {
			err := b.dir.reload(ctx, kind)
			if err == nil || ctx.Err() != nil {
				break
			}
			b.log.Error().Err(err).Str("kind", string(kind)).Msg("reload records")
			select {
			case <-ctx.Done():
				return
			case <-time.After(retryEvery):
			}
		}
	}
}

// takeUp wakes a conversation that may have work: what its threads are owed, and
// what a deletion of a group left undone.
func (b *Bridge) takeUp(ctx context.Context, id ConversationID) {
	err := b.do(ctx, id, func(ctx context.Context, o *owner) error {
		if o.state.closed {
			return nil
		}
		_, err := o.withoutDeleted(ctx, Author{Role: RoleSystem})
		return err
	})
	if err != nil && ctx.Err() == nil {
		b.log.Error().Err(err).Str("conversation", string(id)).Msg("take up a conversation")
	}
}

// lookAgainAt remembers a conversation whose log could not be read after a write
// to it had failed: what the log holds must still be told to the desk. Damage does
// not mend by looking again.
func (b *Bridge) lookAgainAt(id ConversationID, why error) {
	if errors.Is(why, ErrDamaged) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.again[id] = struct{}{}
}

func (b *Bridge) lookAgain() []ConversationID {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ids []ConversationID
	for id := range b.again {
		ids = append(ids, id)
	}
	clear(b.again)
	return ids
}

// forgetIdle drops from memory what nobody has used for a while; the log has it.
func (b *Bridge) forgetIdle() {
	before := b.cfg.Now().Add(-b.cfg.Idle)
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, o := range b.owners {
		if !o.running && !o.used.After(before) {
			delete(b.owners, id)
		}
	}
	b.fresh.expire(before)
}
