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

	mu       sync.Mutex // guards the following
	stopping bool
	open     map[tab]bridge.VisitorID // "" before the hello
	present  map[bridge.VisitorID]*presence
}

// presence is a visitor with open tabs, the oldest first.
type presence struct {
	workspace bridge.WorkspaceID
	tabs      []tab
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

// add adds a tab; not while stopping.
func (t *tabs) add(one tab) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.stopping {
		t.open[one] = ""
	}
	return !t.stopping
}

// enter says whose an open tab is. Where the visitor has more than most then, the
// oldest is no longer theirs and is returned.
func (t *tabs) enter(one tab, v bridge.VisitorID, w bridge.WorkspaceID, most int) (tooMany tab) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.open[one]; !ok {
		return nil // the server stops
	}
	t.exit(one)
	p := t.present[v]
	if p == nil {
		p = &presence{workspace: w}
		t.present[v] = p
	}
	t.open[one] = v
	p.tabs = append(p.tabs, one)
	if len(p.tabs) > most {
		tooMany = p.tabs[0]
		t.exit(tooMany)
	}
	return tooMany
}

// exit takes a tab from its visitor. t.mu is held.
func (t *tabs) exit(one tab) {
	v := t.open[one]
	p := t.present[v]
	if p == nil {
		return
	}
	t.open[one] = ""
	p.tabs = slices.DeleteFunc(p.tabs, func(other tab) bool { return other == one })
	if len(p.tabs) == 0 {
		delete(t.present, v)
	}
}

func (t *tabs) remove(one tab) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.exit(one)
	delete(t.open, one)
}

// of returns the tabs of a workspace's visitors.
func (t *tabs) of(w bridge.WorkspaceID) (found []tab) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range t.present {
		if p.workspace == w {
			found = append(found, p.tabs...)
		}
	}
	return found
}

// stop lets no further tab in and returns those that are open.
func (t *tabs) stop() (open []tab) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopping = true
	for one := range t.open {
		open = append(open, one)
	}
	return open
}
