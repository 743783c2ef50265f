package boltstore

import (
	"runtime"
	"sync"
	"time"
)

// A committer puts everything that waits into one transaction, then everything
// that came to wait meanwhile into the next. bbolt's own Batch waits for a timer
// instead, which costs ten milliseconds a write and nine tenths of the rate.
type committer[T any] struct {
	// commit carries out a batch, leaves what became of each operation in it, and
	// returns what to call after whoever waits for the batch was answered. Only run
	// calls it, so it is never called twice at a time.
	commit func([]T) (after []func())
	wake   chan struct{}

	// mu guards the following fields.
	mu     sync.Mutex
	next   *batch[T]
	usual  int // how many operations the last batch had
	closed bool
}

// A batch is operations that will be carried out together.
type batch[T any] struct {
	operations []T
	done       chan struct{} // closed after they were
}

func newCommitter[T any](commit func([]T) []func()) *committer[T] {
	return &committer[T]{commit: commit, wake: make(chan struct{}, 1)}
}

// submit queues an operation and returns a channel that is closed when it has been
// carried out. It is nil when the committer is closed.
func (c *committer[T]) submit(operation T) (done <-chan struct{}) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	if c.next == nil {
		c.next = &batch[T]{operations: make([]T, 0, c.usual+1), done: make(chan struct{})}
	}
	b := c.next
	b.operations = append(b.operations, operation)
	first := len(b.operations) == 1
	c.mu.Unlock()

	if first {
		c.wakeUp()
	}
	return b.done
}

// run carries out batches until close was called and nothing waits any more.
func (c *committer[T]) run() {
	company := false // whether the last batch had more than one operation
	for {
		if company {
			c.gather()
		}
		b, closed := c.take()
		if b != nil {
			company = len(b.operations) > 1
			after := c.commit(b.operations)
			close(b.done)
			for _, call := range after {
				call()
			}
			continue
		}
		if closed {
			return
		}
		<-c.wake
	}
}

// gather lets those that were just answered come back with their next operation, so
// that it goes along now instead of waiting for a transaction of half the size. It
// waits for nothing but goroutines that can run: it gives way to them until no
// operation has come for some turns. Where so much else can run that a turn is long,
// the time ends it.
func (c *committer[T]) gather() {
	const turns, most = 200, 300 * time.Microsecond
	start := time.Now()
	for n, idle := 0, 0; idle < turns && time.Since(start) < most; idle++ {
		switch now := c.waiting(); {
		case now == 0:
			return
		case now > n:
			n, idle = now, 0
		}
		runtime.Gosched()
	}
}

// waiting returns how many operations wait.
func (c *committer[T]) waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == nil {
		return 0
	}
	return len(c.next.operations)
}

func (c *committer[T]) take() (b *batch[T], closed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b, c.next = c.next, nil; b != nil {
		c.usual = len(b.operations)
	}
	return b, c.closed
}

// close refuses further operations and lets run end.
func (c *committer[T]) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.wakeUp()
}

func (c *committer[T]) wakeUp() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}
