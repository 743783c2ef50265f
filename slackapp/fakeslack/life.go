package fakeslack

import (
	"context"
	"errors"
	"sync"
)

var (
	// errNotRunning is what an act gets that needs the app's answer while
	// nobody delivers anything.
	errNotRunning = errors.New("fakeslack: the workspace is not running; call Run")
	// errOver is what it gets afterwards.
	errOver = errors.New("fakeslack: the workspace has stopped; Run has ended or is about to")
)

// A life keeps count of the goroutines between the start and the end of Run.
type life struct {
	begun chan struct{} // closed by begin

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
	close(l.begun)
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

// join counts the caller's goroutine in, until it calls leave. What it returns
// ends with the life.
func (l *life) join() (life context.Context, leave func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.ctx == nil:
		return nil, nil, errNotRunning
	case l.over || l.ctx.Err() != nil:
		return nil, nil, errOver
	}
	l.wg.Add(1)
	return l.ctx, l.wg.Done, nil
}

// await is join, and waits for the life to begin for as long as ctx allows.
func (l *life) await(ctx context.Context) (life context.Context, leave func(), err error) {
	select {
	case <-l.begun:
	case <-ctx.Done():
	}
	return l.join()
}

// end lets nobody in any more and waits until everybody has left.
func (l *life) end() {
	l.mu.Lock()
	l.over = true
	l.mu.Unlock()
	l.wg.Wait()
}
