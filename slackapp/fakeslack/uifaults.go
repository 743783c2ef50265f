package fakeslack

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// A handFault is trouble that somebody switches on by hand on the page.
type handFault struct {
	name    string
	methods []string // of the Web API; nil for all
	fault   Fault
	event   EventFault // of events of any type, where fault is none
	times   int        // how often it happens; negative until it is ended
}

// What the page offers. Its words for them are in ui/faults.js.
var (
	slackDown   = handFault{name: "down", fault: ServerError(http.StatusServiceUnavailable), times: -1}
	silentName  = "silent" // lies with the sockets, not in faults
	handFaultOf = byName(
		slackDown,
		handFault{name: "lost", methods: []string{"chat.postMessage"}, fault: LostAnswer(), times: 1},
		handFault{name: "limited", fault: RateLimited(10 * time.Second), times: -1},
		handFault{name: "slow", fault: Slow(2 * time.Second), times: -1},
		handFault{name: "dropped", event: Never(), times: 1},
		handFault{name: "twice", event: Twice(), times: -1},
	)
)

func byName(all ...handFault) map[string]handFault {
	m := make(map[string]handFault, len(all))
	for _, h := range all {
		if h.fault.kind != noFault && h.methods == nil {
			h.methods = slices.Sorted(maps.Keys(theDigest.Methods))
		}
		m[h.name] = h
	}
	return m
}

// faultDeed switches trouble on, or ends it.
type faultDeed struct {
	As   string `json:"as"` // whoever is at the page; trouble is nobody's
	Name string `json:"name"`
	On   bool   `json:"on"`
}

func (w *Workspace) uiFault(_ context.Context, d faultDeed) error {
	h, known := handFaultOf[d.Name]
	switch {
	case d.Name == silentName && d.On:
		if w.Silence() == 0 {
			return fmt.Errorf("fakeslack: no app is connected by Socket Mode, so nothing can fall silent")
		}
	case d.Name == silentName:
		w.eachSocket(func(s *socket) {
			if s.silent.Load() {
				s.reset()
			}
		})
	case !known:
		return fmt.Errorf("%w: there is no fault %q", errBadDeed, d.Name)
	default:
		w.faults.end(h)
		if d.On {
			w.faults.begin(h)
		}
		if d.On && h.name == slackDown.name {
			w.DropSockets(true) // and no new one is given an address
		}
	}
	w.news.tell()
	return nil
}

// begin puts h before all other faults: it was asked for last.
func (f *faults) begin(h handFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if h.fault.kind == noFault {
		f.events = slices.Insert(f.events, 0, &pending[EventFault]{left: h.times, fault: h.event})
		return
	}
	if f.methods == nil {
		f.methods = make(map[string][]*pending[Fault])
	}
	for _, m := range h.methods {
		f.methods[m] = slices.Insert(f.methods[m], 0, &pending[Fault]{left: h.times, fault: h.fault})
	}
}

// end takes h away, and leaves what scripts have asked for otherwise.
func (f *faults) end(h handFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if h.fault.kind == noFault {
		f.events = slices.DeleteFunc(f.events, h.isEvent)
		return
	}
	for _, m := range h.methods {
		if some := f.methods[m]; len(some) > 0 {
			f.methods[m] = slices.DeleteFunc(some, h.isCall)
		}
	}
}

func (h handFault) isCall(p *pending[Fault]) bool { return p.fault == h.fault }
func (h handFault) isEvent(p *pending[EventFault]) bool {
	return p.fault == h.event && p.event == ""
}

// screenFaults names the trouble that is on, in the order of names. The caller
// does not hold w.mu.
func (w *Workspace) screenFaults() []string {
	on := []string{}
	silent := false
	w.eachSocket(func(s *socket) { silent = silent || s.silent.Load() })
	if silent {
		on = append(on, silentName)
	}
	w.faults.mu.Lock()
	defer w.faults.mu.Unlock()
	for name, h := range handFaultOf {
		if h.fault.kind == noFault && slices.ContainsFunc(w.faults.events, h.isEvent) ||
			h.fault.kind != noFault && slices.ContainsFunc(w.faults.methods[h.methods[0]], h.isCall) {
			on = append(on, name)
		}
	}
	slices.Sort(on)
	return on
}
