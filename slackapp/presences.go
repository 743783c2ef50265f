package slackapp

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// presences knows who is there: active in Slack, and not to be left alone. Slack tells
// of neither by events (docs.slack.dev/apis/web-api/user-presence-and-status), so it is
// asked, one person a call, and only for the groups that need people to be there.
type presences struct {
	app  *App
	wake chan struct{} // holds one: groups may have changed

	watches map[watched]*outlook // of run's goroutine alone

	mu     sync.Mutex // guards the following
	people map[string]sighting
	// Before these moments Slack is not asked, so that its limits hold.
	nextPresence, nextQuiet time.Time
}

// watched is a group that is open only while people are there.
type watched struct {
	group bridge.GroupID
	least int
}

// outlook is how far it is known of a group whether enough are there.
type outlook struct {
	looked  bool      // whether it was looked at all
	certain time.Time // when it was last known, zero for never
}

// sighting is what Slack said of one person.
type sighting struct {
	active            bool
	at                time.Time // when it said so
	quiet, quietUntil time.Time // the period without notifications that is on, or the next
	quietAt           time.Time // when it said so
}

const (
	// presenceEvery is how often each group is looked at; with many people it takes as
	// long as Slack's limits make it.
	presenceEvery = 30 * time.Second
	// presencePace is the time between two calls of users.getPresence, of which Slack
	// allows fifty a minute (Tier 3), and quietPace that of dnd.teamInfo (Tier 2, twenty).
	presencePace = 1300 * time.Millisecond
	quietPace    = 3200 * time.Millisecond
	// quietBatch is of how many people one call of dnd.teamInfo tells.
	quietBatch = 50
	// freshFor is how old a sighting may be within one look at all groups.
	freshFor = 15 * time.Second
	// seenFor is how long a sighting counts of somebody who is not asked for every time:
	// Slack itself takes ten minutes to call somebody away.
	seenFor = 10 * time.Minute
	// quietFor is how long it counts when somebody is not to be disturbed; a pause that
	// is made meanwhile is noticed after it.
	quietFor = time.Minute
	// maxAsked is of how many people of one group Slack is asked in one look.
	maxAsked = 40
	// believed is for how long the last certain answer holds while Slack does not answer.
	believed = 5 * time.Minute
)

func newPresences(a *App) *presences {
	return &presences{app: a, wake: make(chan struct{}, 1), watches: map[watched]*outlook{}, people: map[string]sighting{}}
}

// changed tells that groups may have changed. It does not block.
func (p *presences) changed() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// run looks who is there, until ctx is done.
func (p *presences) run(ctx context.Context) {
	for {
		for _, g := range p.watch() {
			if p.look(ctx, g); ctx.Err() != nil {
				return
			}
		}
		tick, stop := p.app.cfg.Clock.NewTimer(presenceEvery)
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				stop()
				return
			case <-tick:
				waiting = false
			case <-p.wake: // by a group that was never looked at
				waiting = !slices.ContainsFunc(p.watch(), func(g bridge.Group) bool { return !p.watches[watchedAs(g)].looked })
			}
		}
		stop()
	}
}

func watchedAs(g bridge.Group) watched { return watched{g.ID, g.LeastPresent} }

// watch returns the groups that need people to be there. Of those that need none any
// more, or more than were counted, the bridge is told that nothing is known.
func (p *presences) watch() []bridge.Group {
	b, w := p.app.bridge.Load(), p.app.self().Workspace
	var groups []bridge.Group
	current := map[watched]bool{}
	least := map[bridge.GroupID]int{}
	for _, g := range b.Groups(w) {
		if g.LeastPresent > 0 && g.Offered() {
			groups = append(groups, g)
			current[watchedAs(g)], least[g.ID] = true, g.LeastPresent
			if p.watches[watchedAs(g)] == nil {
				p.watches[watchedAs(g)] = &outlook{}
			}
		}
	}
	for key := range p.watches {
		if !current[key] {
			delete(p.watches, key)
			if n := least[key.group]; n == 0 || n > key.least {
				b.SetPresence(w, key.group, -1)
			}
		}
	}
	return groups
}

// look finds out how many people of a group are there, as far as it matters, and tells
// the bridge.
func (p *presences) look(ctx context.Context, g bridge.Group) {
	b, w, o := p.app.bridge.Load(), p.app.self().Workspace, p.watches[watchedAs(g)]
	o.looked = true
	active, certain := p.count(ctx, g)
	now := p.app.cfg.Clock.Now()
	switch {
	case ctx.Err() != nil:
	case certain:
		o.certain = now
		b.SetPresence(w, g.ID, active)
	case now.Sub(o.certain) > believed:
		b.SetPresence(w, g.ID, -1)
	}
}

// count counts the people of a group who are there, no further than to how many must
// be. It is certain where those of whom nothing is known would make no difference.
func (p *presences) count(ctx context.Context, g bridge.Group) (active int, certain bool) {
	ids, err := p.app.peopleOf(ctx, g)
	if err != nil {
		return 0, false
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { gone, _ := p.app.people.gone(id); return gone })
	p.sort(ids)
	unknown, asked := 0, 0
	for i, id := range ids {
		if active == g.LeastPresent || ctx.Err() != nil {
			break
		}
		var s sighting
		if asked < maxAsked {
			calls := 0
			s, calls, err = p.sight(ctx, id, freshFor, inTurn)
			asked += calls
		} else {
			s, _, err = p.sight(ctx, id, seenFor, never)
		}
		if err == nil && s.active {
			s, err = p.quietness(ctx, id, ids[i:], inTurn)
		}
		switch {
		case err != nil:
			unknown++
		case s.there(p.app.cfg.Clock.Now()):
			active++
		}
	}
	return active, active >= g.LeastPresent || active+unknown < g.LeastPresent
}

// A pace is how urgent it is to ask Slack.
type pace int

const (
	never  pace = iota
	inTurn      // when Slack's limits allow it
	atOnce      // for a person who waits; what asks in turn makes up for it
)

// there reports whether somebody is active and may be disturbed, for a person who waits.
func (p *presences) there(ctx context.Context, id string) (bool, error) {
	s, _, err := p.sight(ctx, id, presenceEvery, atOnce)
	if err == nil && s.active {
		s, err = p.quietness(ctx, id, []string{id}, atOnce)
	}
	return err == nil && s.there(p.app.cfg.Clock.Now()), err
}

// sort puts those first who were there last time, since they may do, and then those
// who have not been asked for longest.
func (p *presences) sort(ids []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	slices.SortStableFunc(ids, func(x, y string) int {
		sx, sy := p.people[x], p.people[y]
		switch {
		case sx.active && !sy.active:
			return -1
		case sy.active && !sx.active:
			return 1
		}
		return sx.at.Compare(sy.at)
	})
}

// there reports whether the person is active and may be disturbed.
func (s sighting) there(now time.Time) bool {
	return s.active && (now.Before(s.quiet) || !now.Before(s.quietUntil))
}

// sight returns what Slack said of somebody at most age ago. It asks where need be, and
// says how many calls that took.
func (p *presences) sight(ctx context.Context, id string, age time.Duration, asking pace) (s sighting, calls int, err error) {
	if s = p.seen(id); p.app.cfg.Clock.Now().Sub(s.at) < age && !s.at.IsZero() {
		return s, 0, nil
	}
	if asking == never {
		return s, 0, errNotAsked
	}
	if err := p.wait(ctx, &p.nextPresence, presencePace, asking); err != nil {
		return s, 0, err
	}
	said, err := p.app.api.GetUserPresenceContext(ctx, id)
	if err != nil {
		p.failed("users.getPresence", err, &p.nextPresence)
		return s, 1, err
	}
	s.active, s.at = said.Presence == "active", p.app.cfg.Clock.Now()
	p.keep(id, func(kept *sighting) { kept.active, kept.at = s.active, s.at })
	return s, 1, nil
}

// errNotAsked says that Slack was not asked, as enough of a look went into one group.
var errNotAsked = errors.New("not asked yet")

// quietness completes what is known of somebody active by when they are to be left
// alone. Slack is asked about the others at once, who may be asked about next.
func (p *presences) quietness(ctx context.Context, id string, others []string, asking pace) (sighting, error) {
	now := p.app.cfg.Clock.Now()
	if s := p.seen(id); now.Sub(s.quietAt) < quietFor && !s.quietAt.IsZero() {
		return s, nil
	}
	if err := p.wait(ctx, &p.nextQuiet, quietPace, asking); err != nil {
		return sighting{}, err
	}
	batch := others[:min(len(others), quietBatch)]
	said, err := p.app.api.GetDNDTeamInfoContext(ctx, batch)
	if err != nil {
		v := p.failed("dnd.teamInfo", err, &p.nextQuiet)
		if v.code != "missing_scope" { // of an older installation: doctor says so; all may be disturbed then
			return sighting{}, err
		}
		said = map[string]slack.DNDStatus{}
	}
	at := p.app.cfg.Clock.Now()
	for _, other := range batch {
		status := said[other]
		p.keep(other, func(s *sighting) {
			s.quiet, s.quietUntil, s.quietAt = time.Time{}, time.Time{}, at
			if status.Enabled {
				s.quiet, s.quietUntil = time.Unix(int64(status.NextStartTimestamp), 0), time.Unix(int64(status.NextEndTimestamp), 0)
			}
		})
	}
	return p.seen(id), nil
}

func (p *presences) seen(id string) sighting {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.people[id]
}

func (p *presences) keep(id string, change func(*sighting)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.people[id]; !known && len(p.people) >= maxPeople {
		clear(p.people) // all are asked for again
	}
	s := p.people[id]
	change(&s)
	p.people[id] = s
}

// wait takes the next turn of a method, of which there is one in each gap, and waits for
// it.
func (p *presences) wait(ctx context.Context, next *time.Time, gap time.Duration, asking pace) error {
	p.mu.Lock()
	now := p.app.cfg.Clock.Now()
	turn := *next
	if turn.Before(now) {
		turn = now
	}
	*next = turn.Add(gap)
	p.mu.Unlock()
	if turn.After(now) && asking == inTurn {
		p.app.people.sleep(ctx, turn.Sub(now))
	}
	return ctx.Err()
}

// failed notes a call that failed, and puts the next one off for as long as Slack wants.
func (p *presences) failed(method string, err error, next *time.Time) verdict {
	v := classify(err, true)
	p.app.metrics.call(method, v)
	p.app.log.Warn().Str("code", v.code).Str("method", method).Msg("look who is there")
	if v.retryAfter > 0 {
		p.mu.Lock()
		defer p.mu.Unlock()
		if then := p.app.cfg.Clock.Now().Add(v.retryAfter); then.After(*next) {
			*next = then
		}
	}
	return v
}
