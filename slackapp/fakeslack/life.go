package fakeslack

import (
	"context"
	"errors"
	"sync"
)

// errNotRunning is what an act gets that needs the app's answer while nobody
// delivers anything.
var errNotRunning = errors.New("fakeslack: the workspace is not running; call Run first, and do this before its context ends")

// A life keeps count of the goroutines between the start and the end of Run.
type life struct {
	mu      sync.Mutex // guards the following fields
	ctx     context.Context
	over    bool
	waiting []func(context.Context) // to be started by begin
	wg      sync.WaitGroup
}

// begin starts what waits to be started. A life begins once.
func (l *life) begin(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx != nil {
		return errors.New("fakeslack: Run was called twice; make another workspace")
	}
	l.ctx = ctx
	for _, f := range l.waiting {
		l.wg.Go(func() { f(ctx) })
	}
	l.waiting = nil
	return nil
}

// start runs f on a goroutine of its own, now or when the life begins. f must
// return soon after its context ends.
func (l *life) start(f func(context.Context)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.over:
	case l.ctx == nil:
		l.waiting = append(l.waiting, f)
	default:
		ctx := l.ctx
		l.wg.Go(func() { f(ctx) })
	}
}

// join counts the caller's goroutine in, until it calls leave. The context ends
// with the life.
func (l *life) join() (ctx context.Context, leave func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ctx == nil || l.over || l.ctx.Err() != nil {
		return nil, nil, errNotRunning
	}
	l.wg.Add(1)
	return l.ctx, l.wg.Done, nil
}

// end lets nobody in any more and waits until everybody has left.
func (l *life) end() {
	l.mu.Lock()
	l.over = true
	l.mu.Unlock()
	l.wg.Wait()
}
