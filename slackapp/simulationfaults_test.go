package slackapp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// dice decide by a seed and by what they are thrown for. The order of throws plays
// no part, except between throws for the very same thing: so each run of a seed has
// the same faults, however its goroutines are scheduled.
type dice struct {
	seed uint64

	mu     sync.Mutex // guards the following
	thrown map[uint64]uint64
}

func newDice(seed uint64) *dice { return &dice{seed: seed, thrown: map[uint64]uint64{}} }

func sumOf(parts []string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return h.Sum64()
}

// stream is a source of its own for somebody.
func (d *dice) stream(parts ...string) *rand.Rand { return rand.New(rand.NewPCG(d.seed, sumOf(parts))) }

// throw draws anew each time, also for the same thing.
func (d *dice) throw(parts ...string) *rand.Rand {
	sum := sumOf(parts)
	d.mu.Lock()
	d.thrown[sum]++
	n := d.thrown[sum]
	d.mu.Unlock()
	return rand.New(rand.NewPCG(d.seed^n*0x9e3779b97f4a7c15, sum))
}

// ether is all that lies between Slack and the app: it spoils calls and events, and
// keeps a record of what went over it.
type ether struct {
	dice   *dice
	bot    string
	stored func(channel, ts string) bool

	mu      sync.Mutex // guards the following
	counts  map[string]int
	roots   map[string][]string // by conversation and group, in order
	replies map[string]string   // by event id: a person's reply in a thread, as "channel/ts"
	lost    map[string]bool     // "channel/ts" of replies of which Slack tells nothing
	paused  map[string]time.Time
	removed map[string]bool // "channel/ts" of posts that the app took away again
	wrong   []string
}

func newEther(d *dice) *ether {
	return &ether{
		dice: d, counts: map[string]int{}, roots: map[string][]string{},
		replies: map[string]string{}, lost: map[string]bool{}, paused: map[string]time.Time{},
		removed: map[string]bool{},
	}
}

func (e *ether) count(what string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.counts[what]++
}

// The shares of calls and events that go wrong.
const (
	share5xx        = 0.05 // half of them after the effect
	shareLostAnswer = 0.05
	share429        = 0.05
	shareOdd        = 0.02 // lost requests, errors that nobody knows
	shareTwice      = 0.02
	shareNever      = 0.02
	shareLate       = 0.02 // of the echoes of our own posts
)

// callFault draws what goes wrong with a call.
func (e *ether) callFault(r fakeslack.Request) fakeslack.Fault {
	channel := r.Args["channel"]
	d := e.dice.throw(r.Method, channel, r.Args["text"])
	p := d.Float64()
	name, f := "", fakeslack.Fault{}
	take := func(share float64, as string, fault fakeslack.Fault) {
		if name == "" && p >= 0 && p < share {
			name, f = as, fault
		}
		p -= share
	}
	pause := time.Duration(1+d.IntN(10)) * time.Second
	take(share5xx/2, "5xx", fakeslack.ServerError(503))
	take(share5xx/2, "5xx", fakeslack.ServerError(500).AfterEffect())
	take(shareLostAnswer, "lost answer", fakeslack.LostAnswer())
	take(share429, "429", fakeslack.RateLimited(pause))
	take(shareOdd/4, "odd", fakeslack.LostRequest())
	take(shareOdd/4, "odd", fakeslack.Refuse("internal_error"))
	take(shareOdd/4, "odd", fakeslack.Refuse("fatal_error").AfterEffect())
	take(shareOdd/4, "odd", fakeslack.Refuse("moon_phase_wrong").AfterEffect())
	e.mu.Lock()
	defer e.mu.Unlock()
	e.counts["call"]++
	if name != "" {
		e.counts[name]++
	}
	if r.Method == "chat.delete" {
		e.removed[channel+"/"+r.Args["ts"]] = true
	}
	if r.Method == "chat.postMessage" && r.Args["metadata"] != "" { // not a notice to an admin
		if until := e.paused[channel]; r.At.Before(until) {
			e.wrong = append(e.wrong, fmt.Sprintf("posted %s before Retry-After was over", until.Sub(r.At)))
		}
		if name == "429" {
			e.paused[channel] = r.At.Add(pause)
		}
	}
	return f
}

// told is what an event of a message looks like.
type told struct {
	EventID string `json:"event_id"`
	Event   struct {
		Type     string `json:"type"`
		Channel  string `json:"channel"`
		BotID    string `json:"bot_id"`
		TS       string `json:"ts"`
		ThreadTS string `json:"thread_ts"`
		Text     string `json:"text"`
		Blocks   []struct {
			ID string `json:"block_id"`
		} `json:"blocks"`
	} `json:"event"`
}

// eventFault draws what goes wrong with bringing an event, and takes note of it.
func (e *ether) eventFault(raw json.RawMessage) fakeslack.EventFault {
	var t told
	if json.Unmarshal(raw, &t) != nil || t.Event.Type != "message" || t.Event.TS == "" {
		return fakeslack.EventFault{}
	}
	m := t.Event
	ours, place := m.BotID == e.bot, m.Channel+"/"+m.TS
	d := e.dice.throw("event", m.Channel, m.Text)
	p := d.Float64()
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case ours && m.ThreadTS == "" && len(m.Blocks) > 0:
		if id := strings.Split(m.Blocks[0].ID, "|"); len(id) == 6 {
			k := id[1] + "/" + id[2]
			e.roots[k] = append(e.roots[k], m.TS)
		}
	case !ours && m.ThreadTS != "":
		e.replies[t.EventID] = place
	}
	e.counts["event"]++
	switch {
	case p < shareTwice:
		e.counts["twice"]++
		return fakeslack.Twice()
	case p < shareTwice+shareNever:
		e.counts["never"]++
		e.lost[place] = true
		return fakeslack.Never()
	case ours && p < shareTwice+shareNever+shareLate:
		e.counts["late"]++
		return fakeslack.Late(below(d, 20*time.Second))
	}
	return fakeslack.EventFault{}
}

// delivered checks that a reply that was acknowledged is on disk.
func (e *ether) delivered(d fakeslack.Delivery) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if d.Attempt > 0 {
		e.counts["retry"]++
	}
	place := e.replies[d.EventID]
	if d.Outcome != "acked" || place == "" {
		return
	}
	if channel, ts, _ := strings.Cut(place, "/"); !e.stored(channel, ts) {
		e.wrong = append(e.wrong, fmt.Sprintf("a reply was acknowledged that is not on disk (attempt %d)", d.Attempt))
	}
}

func (e *ether) rootsOf(id bridge.ConversationID, g bridge.GroupID) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.roots[string(id)+"/"+string(g)])
}

// slowStore is a store on a disk: writing takes a while, and goes wrong now and
// then, with the entry written or not.
type slowStore struct {
	bridge.Store
	dice   *dice
	faulty atomic.Bool

	mu      sync.Mutex // guards the following
	replies map[string]bool
	appends int // since it is faulty
	failed  int
}

func newSlowStore(s bridge.Store, d *dice) *slowStore {
	return &slowStore{Store: s, dice: d, replies: map[string]bool{}}
}

var errDisk = errors.New("the disk did not answer")

const shareDisk = 0.04

func (s *slowStore) Append(ctx context.Context, id bridge.ConversationID, last bridge.Seq, e bridge.Entry) (bridge.Entry, error) {
	d := s.dice.throw("append", string(e.Kind), e.Body)
	s.work(d)
	bad := false
	if s.faulty.Load() {
		bad = d.Float64() < shareDisk
		s.count(bad)
	}
	if bad && d.IntN(2) == 0 {
		return bridge.Entry{}, errDisk
	}
	got, err := s.Store.Append(ctx, id, last, e)
	if err == nil && e.Post != "" && e.Kind != bridge.KindPosted {
		channel, _, _ := strings.Cut(string(e.Thread), "/")
		s.mu.Lock()
		s.replies[channel+"/"+e.Post] = true
		s.mu.Unlock()
	}
	if bad && err == nil {
		return bridge.Entry{}, errDisk
	}
	return got, err
}

func (s *slowStore) Put(ctx context.Context, kind bridge.RecordKind, key string, value []byte, revision uint64) (uint64, error) {
	if kind == bridge.ThreadRecords {
		s.work(s.dice.throw("put", string(kind)))
	}
	return s.Store.Put(ctx, kind, key, value, revision)
}

// work takes whole milliseconds, so that now and then things coincide.
func (s *slowStore) work(d *rand.Rand) { time.Sleep(time.Duration(1+d.IntN(4)) * time.Millisecond) }

func (s *slowStore) count(bad bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.appends++
	if bad {
		s.failed++
	}
}

func (s *slowStore) has(channel, ts string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.replies[channel+"/"+ts]
}

// below draws a time from 0 up to but not including d.
func below(r *rand.Rand, d time.Duration) time.Duration { return time.Duration(r.Int64N(int64(d))) }
