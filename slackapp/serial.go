package slackapp

import "sync"

const (
	// maxWaiting bounds what has arrived and is not handled yet, over all keys and
	// for one: a channel that is stuck must leave room for the others.
	maxWaiting       = 2_000
	maxWaitingPerKey = 200
)

// turns lets jobs with the same key go one after the other, in the order in which
// they took their turn, while jobs with other keys go on. It starts no goroutine:
// each job runs on the one that waits for its turn.
type turns struct {
	mu      sync.Mutex // guards the following fields
	lines   map[string]*turnLine
	waiting int
}

// turnLine is the line of one key; it exists while somebody stands in it.
type turnLine struct {
	last    *turn
	waiting int
}

// A turn is a place in the line of a key. Whoever took it must call wait and then
// end, once each.
type turn struct {
	of    *turns
	key   string
	ahead <-chan struct{} // closed when the one ahead has ended; nil for the first
	ended chan struct{}
}

func newTurns() *turns { return &turns{lines: make(map[string]*turnLine)} }

// take gets in line for a key without blocking. It reports false when too much
// waits already. Jobs with the key "" wait for nobody.
func (t *turns) take(key string) (*turn, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waiting >= maxWaiting {
		return nil, false
	}
	mine := &turn{of: t, key: key}
	if key != "" {
		line := t.lines[key]
		switch {
		case line == nil:
			line = &turnLine{}
			t.lines[key] = line
		case line.waiting >= maxWaitingPerKey:
			return nil, false
		default:
			mine.ahead = line.last.ended
		}
		mine.ended = make(chan struct{})
		line.last = mine
		line.waiting++
	}
	t.waiting++
	return mine, true
}

// wait blocks until everybody ahead has ended. It takes no context: leaving the
// line early would let the next one overtake, and those ahead have deadlines of
// their own.
func (m *turn) wait() {
	if m.ahead != nil {
		<-m.ahead
	}
}

// end lets the next one go.
func (m *turn) end() {
	t := m.of
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting--
	if m.key == "" {
		return
	}
	line := t.lines[m.key]
	if line.waiting--; line.waiting == 0 {
		delete(t.lines, m.key)
	}
	close(m.ended)
}
