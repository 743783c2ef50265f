package bridge

import (
	"context"
	"errors"
	"slices"
	"time"
)

// An owner is the one place where a conversation is looked at and changed. What is
// to be done waits in its queue and is carried out by one goroutine at a time, the
// owner loop, which exists only while the queue holds something. That gives order
// inside the conversation without a lock on its state, and lets conversations
// proceed side by side.
type owner struct {
	id ConversationID
	b  *Bridge

	// Guarded by Bridge.mu.
	queue   []*task
	running bool
	used    time.Time // when the loop last ended

	// Owned by the loop.
	state *state // nil until loaded
	read  uint64 // the last line that the visitor is known to have read
}

type task struct {
	ctx  context.Context
	do   func(context.Context, *owner) error
	done chan error
}

// do carries out fn in the owner loop of a conversation and waits for it. fn finds
// o.state loaded. When ctx ends while fn is still queued, it is taken back; once
// begun, it is finished and waited for, on a context that does not end: a message
// must not be left half taken because its tab was closed. fn may be called again,
// on a fresh state, where the log turned out to have moved on.
func (b *Bridge) do(ctx context.Context, id ConversationID, fn func(context.Context, *owner) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &task{context.WithoutCancel(ctx), fn, make(chan error, 1)}
	b.mu.Lock()
	if b.stopping {
		b.mu.Unlock()
		return errStopping
	}
	o := b.owners[id]
	if o == nil {
		o = &owner{id: id, b: b}
		b.owners[id] = o
	}
	o.queue = append(o.queue, t)
	if !o.running {
		o.running = true
		b.loops.Go(o.loop)
	}
	b.mu.Unlock()
	select {
	case err := <-t.done:
		return err
	case <-ctx.Done():
		if o.takeBack(t) {
			return ctx.Err()
		}
		return <-t.done
	}
}

// takeBack removes a task that has not begun and reports whether it could.
func (o *owner) takeBack(t *task) bool {
	o.b.mu.Lock()
	defer o.b.mu.Unlock()
	i := slices.Index(o.queue, t)
	if i < 0 {
		return false
	}
	o.queue = slices.Delete(o.queue, i, i+1)
	return true
}

func (o *owner) loop() {
	for {
		o.b.mu.Lock()
		if len(o.queue) == 0 {
			o.queue, o.running, o.used = nil, false, o.b.cfg.Now()
			o.b.mu.Unlock()
			return
		}
		t := o.queue[0]
		o.queue[0] = nil
		o.queue = o.queue[1:]
		o.b.mu.Unlock()
		t.done <- o.carryOut(t)
	}
}

func (o *owner) carryOut(t *task) error {
	err := o.attempt(t)
	if o.state == nil {
		// A write failed, and may have been made all the same. If it was, somebody
		// must be told of it, whether or not the one who asked asks again.
		if lost := o.load(t.ctx); lost != nil {
			o.b.lookAgainAt(o.id, lost)
			return err
		}
	}
	o.afterwards(t.ctx)
	return err
}

func (o *owner) attempt(t *task) error {
	const tries = 3 // a conflict means another node wrote; twice in a row is rare
	for i := 1; ; i++ {
		if o.state == nil {
			if err := o.load(t.ctx); err != nil {
				return err
			}
		}
		err := t.do(t.ctx, o)
		if o.state != nil || !errors.Is(err, ErrConflict) {
			return err
		}
		if i == tries {
			return Errorf(CodeUnavailable, "conversation %s is being changed elsewhere: %w", o.id, err)
		}
	}
}

func (o *owner) load(ctx context.Context) error {
	entries, err := o.b.store.Read(ctx, o.id, 0, 0)
	if err != nil {
		return Errorf(CodeOf(err), "read conversation %s: %w", o.id, err)
	}
	s := newState()
	for _, e := range entries {
		s.apply(o.id, e)
	}
	o.state = s
	return nil
}

// append saves e as the next entry and applies it. An entry that is there already
// changes nothing and is returned. After an error o.state is nil, since it is not
// known whether the entry was saved: the caller must return.
func (o *owner) append(ctx context.Context, e Entry) (Entry, error) {
	s := o.state
	o.state = nil
	w := s.opening.Workspace
	if e.Opening != nil {
		w = e.Opening.Workspace
	}
	if err := o.b.list(ctx, w, o.id); err != nil {
		return Entry{}, err
	}
	e.At = o.b.cfg.Now().UTC()
	e.Line = 0
	if e.Kind.Visible() {
		e.Line = s.line + 1
	}
	got, err := o.b.store.Append(ctx, o.id, s.last, e)
	if err != nil {
		return Entry{}, err
	}
	if got.Seq > s.last {
		s.apply(o.id, got)
	}
	o.state = s
	return got, nil
}

// afterwards tells the desk of every thread that has work which it was not told
// of, and takes the conversation off the list once nobody is owed anything.
func (o *owner) afterwards(ctx context.Context) {
	s := o.state
	if s.begun() {
		for g, t := range s.threads {
			if owed := t.owed(); owed > t.told {
				t.told = owed
				o.b.desk.Behind(ThreadKey{s.opening.Workspace, o.id, g}, t.ref)
			}
		}
	}
	if s.finished() {
		o.b.unlist(ctx, o.id)
	}
}
