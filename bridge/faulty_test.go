package bridge_test

import (
	"context"
	"errors"
	"sync"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
)

var errFault = errors.New("the disk is on strike")

// faulty is a Store whose writes fail when a test wants.
type faulty struct {
	*bridgetest.Memory

	mu     sync.Mutex // guards the following
	writes int
	failAt int // the write that fails, 0 for none; all from there on where all is set
	all    bool
	after  bool  // it fails after it was made
	err    error // with what
	deaf   bool  // reads of logs fail too, from the first failure on

	failKind bridge.Kind // entries that cannot be appended
	failed   bool

	onWrite func() // called before each write
}

func newFaulty() *faulty { return &faulty{Memory: bridgetest.NewMemory(), err: errFault} }

// plan makes the nth write from now on fail.
func (f *faulty) plan(n int, after bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writes, f.failAt, f.after, f.err, f.failed = 0, n, after, err, false
}

// failAppending makes entries of a kind fail, none for "".
func (f *faulty) failAppending(kind bridge.Kind) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failKind = kind
}

func (f *faulty) heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failAt, f.deaf = 0, false
}

func (f *faulty) hasFailed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

// write carries out a write, or fails before or after it.
func (f *faulty) write(do func() error) error {
	f.mu.Lock()
	f.writes++
	fail := f.failAt > 0 && (f.writes == f.failAt || f.all && f.writes > f.failAt)
	f.failed = f.failed || fail
	after, err, before := f.after, f.err, f.onWrite
	f.mu.Unlock()
	if before != nil {
		before()
	}
	if fail && !after {
		return err
	}
	if made := do(); !fail {
		return made
	}
	return err
}

func (f *faulty) Append(ctx context.Context, c bridge.ConversationID, last bridge.Seq, e bridge.Entry) (got bridge.Entry, err error) {
	f.mu.Lock()
	refuse := e.Kind == f.failKind
	f.mu.Unlock()
	if refuse {
		return bridge.Entry{}, f.err
	}
	err = f.write(func() (err error) {
		got, err = f.Memory.Append(ctx, c, last, e)
		return err
	})
	if err != nil {
		got = bridge.Entry{}
	}
	return got, err
}

func (f *faulty) Put(ctx context.Context, kind bridge.RecordKind, key string, value []byte, revision uint64) (got uint64, err error) {
	err = f.write(func() (err error) {
		got, err = f.Memory.Put(ctx, kind, key, value, revision)
		return err
	})
	return got, err
}

func (f *faulty) Delete(ctx context.Context, kind bridge.RecordKind, key string, revision uint64) error {
	return f.write(func() error { return f.Memory.Delete(ctx, kind, key, revision) })
}

func (f *faulty) Read(ctx context.Context, c bridge.ConversationID, after bridge.Seq, limit int) ([]bridge.Entry, error) {
	f.mu.Lock()
	deaf := f.deaf && f.failed
	f.mu.Unlock()
	if deaf {
		return nil, f.err
	}
	return f.Memory.Read(ctx, c, after, limit)
}
