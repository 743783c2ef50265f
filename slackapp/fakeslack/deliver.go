package fakeslack

import (
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"
)

// What is delivered, in the words of Socket Mode.
const (
	eventsAPI     = "events_api"
	slashCommands = "slash_commands"
	interactive   = "interactive"
)

// Why Slack delivers an event again (apis/events-api, "Retries").
const (
	reasonTimeout    = "http_timeout"
	reasonHTTPError  = "http_error"
	reasonConnection = "connection_failed"
	reasonRedirects  = "too_many_redirects"
	// reasonUnacked is the one of Socket Mode. Observed: bolt-js issue 2487.
	reasonUnacked = "timeout"
)

// ackDeadline is how long an app may take to answer.
//
// Documented: apis/events-api and interactivity, three seconds. Observed: a
// Socket Mode envelope is sent again after three to four (bolt-js issue 2487).
const ackDeadline = 3 * time.Second

// A delivery is one attempt to bring something to an app.
type delivery struct {
	to      *install
	kind    string
	label   string // the event, command or kind of interaction, for the log
	payload *payload
	accepts bool // the app may answer with a payload
	attempt int  // 0, then 1, 2, 3 for retries
	reason  string
	// envelope is the id of the first attempt, once it has one.
	envelope string
	// answered gets what the app said; nil for events, which nobody waits for.
	answered chan answer
	// take does with an answer what it asks for, before anything that the app
	// does next; nil where an answer asks for nothing.
	take func(said json.RawMessage) error
}

// payload is written out once, however often it is sent.
type payload struct {
	value any
	once  sync.Once
	raw   json.RawMessage
}

func (p *payload) json() json.RawMessage {
	p.once.Do(func() { p.raw = marshal(p.value) })
	return p.raw
}

func (d *delivery) eventID() string {
	if cb, ok := d.payload.value.(*callback); ok {
		return cb.EventID
	}
	return ""
}

// answer is how an app took a command or an interaction.
type answer struct {
	payload json.RawMessage
	err     error
}

// errNoAnswer is what the person sees whose click or command went unanswered.
var errNoAnswer = errors.New("fakeslack: the app did not answer within three seconds (Slack shows operation_timeout)")

// A Delivery tells how one attempt to reach an app went.
type Delivery struct {
	AppID   string
	Kind    string // events_api, slash_commands, interactive
	Type    string // "message", "/chatgroups", "block_actions" …
	EventID string // of an event
	Attempt int    // 0, then 1, 2, 3 for retries
	Reason  string // why it is a retry
	Outcome string // "acked", or why it was not
}

// Deliveries returns the outcome of every attempt so far, oldest first.
func (w *Workspace) Deliveries() []Delivery { return w.deliveries.all() }

// OnDelivery has hook called after each attempt to reach an app, once its outcome
// is known and before Slack acts on it. It must not call w.
func (w *Workspace) OnDelivery(hook func(Delivery)) { w.deliveries.onAdd(hook) }

// deliver brings something to its app, unless a fault keeps it.
func (w *Workspace) deliver(d *delivery) {
	held := d.to.takeHeld()
	switch f := w.faults.forEvent(d); f.kind {
	case eventNever:
		w.concluded(d, "withheld by a fault")
	case eventLate:
		w.agenda.after(f.delay, func() { w.send(d) })
	case eventTwice:
		again := *d
		w.send(d)
		w.send(&again)
	case eventSwapped:
		d.to.hold(d)
	default:
		w.send(d)
	}
	if held != nil {
		w.send(held)
	}
}

func (w *Workspace) send(d *delivery) {
	if d.to.courier != nil {
		d.to.courier.send(d)
		return
	}
	d.to.sockets.send(d)
}

// acked notes that the app took d.
func (w *Workspace) acked(d *delivery, said json.RawMessage) {
	w.concluded(d, "acked")
	if d.answered == nil {
		return
	}
	var err error
	if d.take != nil {
		err = d.take(said)
	}
	d.answered <- answer{payload: said, err: err} // has room: one answer per delivery
}

// failed notes that the app did not take d, and tries again where Slack would.
//
// Documented: apis/events-api, "Retries"; commands and clicks are not repeated.
// Assumed: Socket Mode has the same schedule; an event that found no socket is
// only seen as a retry (observed: vercel/chat issue 666).
func (w *Workspace) failed(d *delivery, reason, outcome string) {
	w.deliveries.add(d.outcome(outcome), func() {
		switch {
		case d.answered != nil:
			d.answered <- answer{err: errNoAnswer}
		case d.attempt < len(w.cfg.RetryDelays):
			next := *d
			next.attempt++
			next.reason = reason
			w.agenda.after(w.cfg.RetryDelays[d.attempt], func() { w.send(&next) })
		}
	})
	w.news.tell()
}

// concluded notes how the last attempt at d went.
func (w *Workspace) concluded(d *delivery, outcome string) {
	w.deliveries.add(d.outcome(outcome), func() {})
	w.news.tell()
}

func (d *delivery) outcome(outcome string) Delivery {
	return Delivery{
		AppID: d.to.AppID, Kind: d.kind, Type: d.label, EventID: d.eventID(),
		Attempt: d.attempt, Reason: d.reason, Outcome: outcome,
	}
}

// deliveryLog keeps the last outcomes.
type deliveryLog struct {
	mu   sync.Mutex // guards the following fields
	keep int
	log  []Delivery
	hook func(Delivery) // nil for none
}

func newDeliveryLog(keep int) *deliveryLog { return &deliveryLog{keep: keep} }

// add appends d and does what follows from it, such as planning the retry. Nobody
// sees d before that is done: a test may go on to advance the clock.
func (l *deliveryLog) add(d Delivery, then func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log = appendKeeping(l.log, d, l.keep)
	if l.hook != nil {
		l.hook(d)
	}
	then()
}

func (l *deliveryLog) onAdd(hook func(Delivery)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.hook = hook
}

func (l *deliveryLog) all() []Delivery {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.log)
}

// appendKeeping appends x and forgets the oldest beyond keep, many at a time so
// that a full log costs no more than an empty one.
func appendKeeping[T any](log []T, x T, keep int) []T {
	if len(log) >= keep+keep/4+1 {
		log = append(log[:0], log[len(log)-keep:]...)
	}
	return append(log, x)
}
