package fakeslack

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// An agenda holds what the workspace will do later: retries, deadlines, pings.
// One goroutine works through it, so that stopping the workspace is stopping
// that goroutine, and no timer outlives it.
type agenda struct {
	clock Clock
	wake  chan struct{} // holds one: the earliest entry has changed

	mu      sync.Mutex // guards the following fields
	entries agendaHeap
	seq     uint64
}

// An appointment is one entry. Its zero value is not on any agenda.
type appointment struct {
	at    time.Time
	seq   uint64 // keeps entries of one instant in the order they were made
	do    func()
	index int // in the heap; -1 when it has left
}

func newAgenda(clock Clock) *agenda {
	return &agenda{clock: clock, wake: make(chan struct{}, 1)}
}

// after notes that do is to run when d has passed. It runs on the agenda's
// goroutine and must not block. Entries made before run starts are kept for it.
func (a *agenda) after(d time.Duration, do func()) *appointment {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seq++
	e := &appointment{at: a.clock.Now().Add(d), seq: a.seq, do: do}
	heap.Push(&a.entries, e)
	if e.index == 0 {
		a.nudge()
	}
	return e
}

// cancel takes e off the agenda. It reports whether e had not run yet and now
// never will. A nil e is none.
func (a *agenda) cancel(e *appointment) bool {
	if e == nil {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if e.index < 0 {
		return false
	}
	heap.Remove(&a.entries, e.index)
	return true
}

// run works through the agenda until ctx is done.
func (a *agenda) run(ctx context.Context) {
	for {
		due, wait, idle := a.next()
		for _, e := range due {
			e.do()
		}
		if len(due) > 0 {
			continue
		}
		var timer Timer
		var fires <-chan time.Time
		if !idle {
			timer = a.clock.NewTimer(wait)
			fires = timer.C()
			// A clock that was advanced since next read it has given the timer a
			// start that is too late: then what is due is due now.
			if a.overdue() {
				timer.Stop()
				continue
			}
		}
		select {
		case <-ctx.Done():
		case <-a.wake:
		case <-fires:
		}
		if timer != nil {
			timer.Stop()
		}
		if ctx.Err() != nil {
			return
		}
	}
}

// next takes off what is due, or says how long until something is.
func (a *agenda) next() (due []*appointment, wait time.Duration, idle bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.clock.Now()
	for len(a.entries) > 0 && !a.entries[0].at.After(now) {
		due = append(due, heap.Pop(&a.entries).(*appointment))
	}
	if len(a.entries) == 0 {
		return due, 0, true
	}
	return due, a.entries[0].at.Sub(now), false
}

// overdue reports whether something is due already.
func (a *agenda) overdue() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.entries) > 0 && !a.entries[0].at.After(a.clock.Now())
}

func (a *agenda) nudge() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

type agendaHeap []*appointment

func (h agendaHeap) Len() int { return len(h) }

func (h agendaHeap) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].seq < h[j].seq
	}
	return h[i].at.Before(h[j].at)
}

func (h agendaHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *agendaHeap) Push(x any) {
	e := x.(*appointment)
	e.index = len(*h)
	*h = append(*h, e)
}

func (h *agendaHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	old[len(old)-1] = nil
	e.index = -1
	*h = old[:len(old)-1]
	return e
}
