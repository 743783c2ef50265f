package fakeslack

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// A Fault is something that goes wrong with a call of the Web API.
type Fault struct {
	kind       faultKind
	status     int
	code       string
	retryAfter time.Duration
	delay      time.Duration
	done       bool
}

// AfterEffect is the same fault, except that what was asked is done all the same:
// a 500 that follows the post that it denies.
func (f Fault) AfterEffect() Fault {
	f.done = true
	return f
}

type faultKind int

const (
	noFault faultKind = iota
	faultLimited
	faultLimitedMute
	faultServer
	faultRefuse
	faultTruncated
	faultSlow
	faultLostAnswer
	faultLostRequest
	faultForgotten
)

// RateLimited answers 429 with a Retry-After of whole seconds.
func RateLimited(after time.Duration) Fault {
	return Fault{kind: faultLimited, retryAfter: after}
}

// RateLimitedMute answers 429 without saying for how long.
func RateLimitedMute() Fault { return Fault{kind: faultLimitedMute} }

// ServerError answers with this status and a page of HTML, and does nothing.
func ServerError(status int) Fault { return Fault{kind: faultServer, status: status} }

// Refuse answers 200 with ok:false and this error, and does nothing. Without a
// code it is ok:false alone, which some clients take for success.
func Refuse(code string) Fault { return Fault{kind: faultRefuse, code: code} }

// Truncated does what was asked, and answers with half of the JSON.
func Truncated() Fault { return Fault{kind: faultTruncated} }

// Slow does what was asked, and answers only after this time on the clock of the
// workspace.
func Slow(by time.Duration) Fault { return Fault{kind: faultSlow, delay: by} }

// LostAnswer does what was asked and closes the connection without an answer.
func LostAnswer() Fault { return Fault{kind: faultLostAnswer} }

// LostRequest closes the connection without an answer and does nothing. Its
// sender cannot tell it from LostAnswer.
func LostRequest() Fault { return Fault{kind: faultLostRequest} }

// Forgotten accepts a post, with a ts, and loses it: it is in no channel, and no
// app is told of it. It is for chat.postMessage only and does nothing to others.
//
// Observed: Slack did so on 22 December 2021 (slack-status.com/2021-12-22).
func Forgotten() Fault { return Fault{kind: faultForgotten} }

var faultNames = map[faultKind]string{
	faultLimited: "429", faultLimitedMute: "429 without Retry-After", faultServer: "server error",
	faultRefuse: "refused", faultTruncated: "truncated", faultSlow: "slow",
	faultLostAnswer: "lost answer", faultLostRequest: "lost request", faultForgotten: "forgotten",
}

// An EventFault is something that goes wrong with bringing an event to an app.
type EventFault struct {
	kind  eventFaultKind
	delay time.Duration
}

type eventFaultKind int

const (
	eventAsUsual eventFaultKind = iota
	eventNever
	eventLate
	eventTwice
	eventSwapped
)

// Never loses the event, retries included.
func Never() EventFault { return EventFault{kind: eventNever} }

// Late brings the event only after this time.
func Late(by time.Duration) EventFault { return EventFault{kind: eventLate, delay: by} }

// Twice brings the event two times, with one event_id and neither marked a retry.
func Twice() EventFault { return EventFault{kind: eventTwice} }

// OutOfOrder brings the event after the next thing that is brought to the app.
func OutOfOrder() EventFault { return EventFault{kind: eventSwapped} }

// faults are what is still to go wrong.
type faults struct {
	mu      sync.Mutex // guards the following fields
	methods map[string][]*pending[Fault]
	events  []*pending[EventFault]
	// What decides where nothing is pending; nil for none.
	chooseCall  func(Request) Fault
	chooseEvent func(json.RawMessage) EventFault
}

type pending[F any] struct {
	left  int // negative: until cleared
	event string
	fault F
}

// Fail lets the next n calls of a method go wrong, or all where n is negative; or
// of a place such as AtFile.
// Calls of Fail for one method queue up. It panics where Slack has no such method.
func (w *Workspace) Fail(method string, n int, f Fault) {
	if !canFail(method) {
		panic(fmt.Sprintf("fakeslack: the digest has no method %q", method))
	}
	w.faults.mu.Lock()
	defer w.faults.mu.Unlock()
	if w.faults.methods == nil {
		w.faults.methods = make(map[string][]*pending[Fault])
	}
	w.faults.methods[method] = append(w.faults.methods[method], &pending[Fault]{left: n, fault: f})
}

// FailEvents lets the next n events of a type (such as "message"; "" for any) go
// wrong, or all where n is negative.
func (w *Workspace) FailEvents(event string, n int, f EventFault) {
	w.faults.mu.Lock()
	defer w.faults.mu.Unlock()
	w.faults.events = append(w.faults.events, &pending[EventFault]{left: n, event: event, fault: f})
}

// FailBy asks choose of each call that was let in what goes wrong with it, except
// where Fail has something for it; the zero Fault is nothing. choose gets the call
// without its outcome, on the goroutine of the call, several at a time.
func (w *Workspace) FailBy(choose func(Request) Fault) {
	w.faults.mu.Lock()
	defer w.faults.mu.Unlock()
	w.faults.chooseCall = choose
}

// FailEventsBy asks choose of each event what goes wrong with bringing it, except
// where FailEvents has something for it; the zero EventFault is nothing. choose
// gets the event as it is brought, with its envelope, in the order in which things
// happen. It must not call w.
func (w *Workspace) FailEventsBy(choose func(event json.RawMessage) EventFault) {
	w.faults.mu.Lock()
	defer w.faults.mu.Unlock()
	w.faults.chooseEvent = choose
}

// ClearFaults ends all that Fail, FailBy and their like for events began. An event
// that OutOfOrder holds back is brought now.
func (w *Workspace) ClearFaults() {
	w.faults.mu.Lock()
	w.faults.methods, w.faults.events = nil, nil
	w.faults.chooseCall, w.faults.chooseEvent = nil, nil
	w.faults.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, in := range w.installs {
		if d := in.takeHeld(); d != nil {
			w.send(d)
		}
	}
}

// takesEffect reports whether what was asked is done all the same.
func (f Fault) takesEffect() bool {
	switch f.kind {
	case faultLimited, faultLimitedMute, faultServer, faultRefuse, faultLostRequest:
		return f.done
	}
	return true
}

// pendingFor takes the next fault of a method or place that Fail has set.
func (f *faults) pendingFor(name string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	fault, rest := take(f.methods[name], func(string) bool { return true })
	if f.methods != nil {
		f.methods[name] = rest
	}
	return fault
}

func (f *faults) forCall(r Request) Fault {
	fault := f.pendingFor(r.Method)
	f.mu.Lock()
	choose := f.chooseCall
	f.mu.Unlock()
	if fault.kind == noFault && choose != nil {
		return choose(r)
	}
	return fault
}

func (f *faults) forEvent(d *delivery) EventFault {
	if d.kind != eventsAPI {
		return EventFault{}
	}
	f.mu.Lock()
	fault, rest := take(f.events, func(event string) bool { return event == "" || event == d.label })
	f.events = rest
	choose := f.chooseEvent
	f.mu.Unlock()
	if fault.kind == eventAsUsual && choose != nil {
		return choose(d.payload.json())
	}
	return fault
}

// take returns the first fault that applies, and what is left of all.
func take[F any](all []*pending[F], applies func(event string) bool) (F, []*pending[F]) {
	for i, p := range all {
		if !applies(p.event) {
			continue
		}
		if p.left > 0 {
			p.left--
		}
		if p.left == 0 {
			all = append(all[:i:i], all[i+1:]...)
		}
		return p.fault, all
	}
	var none F
	return none, all
}

// hold keeps an event back until the next delivery; the caller holds w.mu.
func (i *install) hold(d *delivery) { i.held = d }

// takeHeld returns what hold kept, once.
func (i *install) takeHeld() *delivery {
	d := i.held
	i.held = nil
	return d
}
