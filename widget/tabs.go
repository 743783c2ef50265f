package widget

import (
	"slices"
	"sync"

	"github.com/chatgroups/chatgroups/bridge"
)

// A tab is an open way to a visitor: a WebSocket, or a poll that is held. None of
// its methods waits.
type tab interface {
	// wake tells that there is something for the tab in the log, or in the groups.
	wake()
	// dismiss makes it end with b.
	dismiss(b bye)
	// cut ends it without a word.
	cut()
}

// tabs knows the open tabs, and counts the goroutines that serve visitors.
type tabs struct {
	working sync.WaitGroup

	mu        sync.Mutex // guards the following
	stopping  bool
	strangers map[tab]struct{}           // before the hello, or one too many
	visitors  map[bridge.VisitorID][]tab // the oldest first
}

// begin counts one more goroutine, which must call done; not while stopping.
func (t *tabs) begin() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.stopping {
		t.working.Add(1)
	}
	return !t.stopping
}

func (t *tabs) done() { t.working.Done() }

// add adds a tab of nobody known; not while stopping.
func (t *tabs) add(one tab) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.stopping {
		t.strangers[one] = struct{}{}
	}
	return !t.stopping
}

// enter makes a tab one of a visitor's. Where there are more than most then, the
// oldest is taken out and returned.
func (t *tabs) enter(one tab, v bridge.VisitorID, most int) (tooMany tab) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.strangers, one)
	theirs := append(t.visitors[v], one)
	if len(theirs) > most {
		tooMany = theirs[0]
		theirs = slices.Delete(theirs, 0, 1)
		t.strangers[tooMany] = struct{}{}
	}
	t.visitors[v] = theirs
	return tooMany
}

// remove takes a tab out, which is the visitor's, or nobody's for "".
func (t *tabs) remove(one tab, v bridge.VisitorID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.strangers, one)
	theirs := slices.DeleteFunc(t.visitors[v], func(other tab) bool { return other == one })
	if len(theirs) == 0 {
		delete(t.visitors, v)
	} else {
		t.visitors[v] = theirs
	}
}

// all returns the tabs that are open.
func (t *tabs) all() (open []tab) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for one := range t.strangers {
		open = append(open, one)
	}
	for _, theirs := range t.visitors {
		open = append(open, theirs...)
	}
	return open
}

// stop lets no further tab in.
func (t *tabs) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopping = true
}
