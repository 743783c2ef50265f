package bridge

import (
	"context"
	"errors"
	"sync"
	"time"
)

// conversation is the owner of one conversation while something happens in it.
// All that is done to a conversation goes through its queue and is carried out by
// one goroutine at a time, the owner loop, which exists only while the queue
// holds something. That gives order inside the conversation without a lock on its
// state, and lets conversations proceed side by side.
type conversation struct {
	id ConversationID
	b  *Bridge

	mu      sync.Mutex // guards the following
	queue   []task
	running bool
	used    time.Time

	// Owned by the loop.
	state *state // nil until loaded
}

type task struct {
	ctx  context.Context
	do   func(*conversation) error
	done chan error
}

// do carries out fn in the owner loop and waits for it. fn finds c.state loaded,
// and may be called a second time, on a fresh state, where the log turned out to
// have moved on. It returns early, with fn perhaps still to be carried out, only
// when ctx ends.
func (c *conversation) do(ctx context.Context, fn func(*conversation) error) error {
	t := task{ctx, fn, make(chan error, 1)}
	c.mu.Lock()
	c.used = c.b.cfg.Now()
	c.queue = append(c.queue, t)
	if !c.running {
		if !c.b.startLoop(c.loop) {
			c.queue = c.queue[:len(c.queue)-1]
			c.mu.Unlock()
			return errStopping
		}
		c.running = true
	}
	c.mu.Unlock()
	select {
	case err := <-t.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *conversation) loop() {
	for {
		c.mu.Lock()
		if len(c.queue) == 0 {
			c.queue, c.running = nil, false
			c.mu.Unlock()
			return
		}
		t := c.queue[0]
		c.queue = c.queue[1:]
		c.mu.Unlock()
		t.done <- c.carryOut(t)
	}
}

func (c *conversation) carryOut(t task) error {
	const tries = 3 // a conflict means another node wrote; twice in a row is rare
	for i := 1; ; i++ {
		if err := t.ctx.Err(); err != nil {
			return err
		}
		if c.state == nil {
			if err := c.load(t.ctx); err != nil {
				return err
			}
		}
		err := t.do(c)
		if err == nil {
			c.afterwards(t.ctx)
			return nil
		}
		if _, ok := errors.AsType[*Error](err); !ok {
			c.state = nil // an unknown outcome: the log knows better
		}
		if !errors.Is(err, ErrConflict) || i == tries {
			return err
		}
	}
}

func (c *conversation) load(ctx context.Context) error {
	entries, err := c.b.store.Read(ctx, c.id, 0, 0)
	if err != nil {
		return Errorf(CodeInternal, "read conversation %s: %w", c.id, err)
	}
	s := newState()
	for _, e := range entries {
		s.apply(c.id, e)
	}
	c.state = s
	return nil
}

// append saves e as the next entry and applies it. An entry that is there
// already changes nothing.
func (c *conversation) append(ctx context.Context, e Entry) (Entry, error) {
	e.At = c.b.cfg.Now().UTC()
	e.Line = 0
	if e.Kind.Visible() {
		e.Line = c.state.line + 1
	}
	got, err := c.b.store.Append(ctx, c.id, c.state.last, e)
	if err != nil {
		return Entry{}, err
	}
	if got.Seq > c.state.last {
		c.state.apply(c.id, got)
	}
	return got, nil
}

// afterwards tells the desk which threads are behind now, and takes the
// conversation off the list of those that need attention once it is finished.
func (c *conversation) afterwards(ctx context.Context) {
	s := c.state
	if s.last == 0 {
		return
	}
	for g, t := range s.threads {
		if t.behind(s.last) {
			c.b.desk.Behind(ThreadKey{s.opening.Workspace, c.id, g}, t.ref)
		}
	}
	c.b.noteActive(ctx, c.id, s)
}

func (c *conversation) join(ctx context.Context, g Group, by Author, reason string) error {
	_, err := c.append(ctx, Entry{
		ID: EntryID("j." + newID()), Kind: KindJoined, By: by,
		Group: g.ID, GroupName: g.Name, Reason: reason,
	})
	return err
}

func (c *conversation) leave(ctx context.Context, g Group, by Author) error {
	_, err := c.append(ctx, Entry{
		ID: EntryID("l." + newID()), Kind: KindLeft, By: by,
		Group: g.ID, GroupName: g.Name,
	})
	return err
}
