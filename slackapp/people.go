package slackapp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// people knows the people of the workspace: who they are, which decides what they
// may do, and how the agents among them look to visitors. Nothing that relays a
// message waits for it: names that are not known yet, and pictures, are fetched in
// the background by run.
type people struct {
	api   *slack.Client
	http  *http.Client // for pictures
	host  string       // of the Web API, whose pictures are trusted as Slack's are
	log   zerolog.Logger
	clock Clock
	// keep gives the bridge an agent's name and picture; kept says what it has,
	// from earlier runs too.
	keep func(context.Context, bridge.AgentID, string, []byte) error
	kept func(bridge.AgentID) (bridge.Agent, bool)
	// left is told that somebody was deactivated. It must not block.
	left func()

	wake chan struct{} // holds one: the queue has something

	mu      sync.Mutex // guards the following fields
	known   map[string]person
	nobody  map[string]time.Time // ids that Slack did not know, since when
	agents  map[string]looks     // how each agent was last brought to the bridge
	queue   []string             // ids to look up, or to bring to the bridge
	queued  map[string]bool
	flights map[string]*flight
}

// person is what Slack says of somebody.
type person struct {
	id, name, team, picture    string // picture is an address
	admin, owner               bool
	locale                     locale.Locale
	tz                         string // the IANA name of the time zone, "" where Slack does not say
	guest, stranger, bot, gone bool
	at                         time.Time // when Slack said so
}

// looks is how an agent looks to visitors; its zero value is not at all yet.
type looks struct{ name, picture string }

// A flight is a question to Slack about one person, which all who ask meanwhile
// wait for.
type flight struct {
	done chan struct{}
	who  person
	err  error
}

const (
	// maxPeople bounds the memory: of a larger workspace, some people are asked
	// for again.
	maxPeople = 20_000
	// maxLookups bounds the queue. Who finds it full is looked up when next seen.
	maxLookups = 1_000
	// nobodyFor is how long an unknown id is not asked for again.
	nobodyFor = 10 * time.Minute
	// lookupPause is the wait after a failure in the background; it doubles up to
	// a minute.
	lookupPause = 2 * time.Second
	// peoplePage is the most that Slack advises for users.list.
	peoplePage = 200
)

// newPeople returns the people of the workspace that a's token belongs to. Nobody
// is asked for before run.
func newPeople(a *App) *people {
	p := &people{
		api: a.api, log: a.log, clock: a.cfg.Clock, http: newHTTPClient(),
		keep: func(ctx context.Context, id bridge.AgentID, name string, picture []byte) error {
			return a.bridge.Load().SetAgent(ctx, bridge.Agent{Workspace: a.self().Workspace, ID: id, Name: name, Avatar: picture})
		},
		kept:  func(id bridge.AgentID) (bridge.Agent, bool) { return a.bridge.Load().Agent(a.self().Workspace, id) },
		left:  func() { a.troubles.look() },
		wake:  make(chan struct{}, 1),
		known: map[string]person{}, nobody: map[string]time.Time{}, agents: map[string]looks{},
		queued: map[string]bool{}, flights: map[string]*flight{},
	}
	if u, err := url.Parse(a.cfg.APIURL); err == nil {
		p.host = u.Host
	}
	p.http.CheckRedirect = p.checkRedirect
	return p
}

// belongs reports whether the person is a full member of the workspace: no guest,
// nobody from outside, no bot, not deactivated.
func (p person) belongs() bool { return p.id != "" && !p.guest && !p.stranger && !p.bot && !p.gone }

// personOf reads a user object (docs.slack.dev/reference/objects/user-object).
func personOf(u *slack.User, home bridge.WorkspaceID, at time.Time) person {
	// In an organisation of several workspaces team_id may name another one of them.
	elsewhere := u.TeamID != string(home) && !slices.Contains(u.Enterprise.Teams, string(home))
	return person{
		id: u.ID, name: displayName(u), team: u.TeamID, picture: u.Profile.Image72,
		admin: u.IsAdmin, owner: u.IsOwner || u.IsPrimaryOwner,
		guest:    u.IsRestricted || u.IsUltraRestricted,
		stranger: u.IsStranger || elsewhere,
		// Slackbot says that it is none.
		bot:  u.IsBot || u.IsWorkflowBot || u.IsConnectorBot || u.ID == "USLACKBOT",
		gone: u.Deleted, at: at, locale: locale.Of(u.Locale), tz: u.TZ,
	}
}

// zone is the person's time zone, UTC where it is not known.
func (p person) zone() *time.Location {
	if zone, err := bridge.ParseZone(p.tz); err == nil {
		return zone
	}
	return time.UTC
}

func displayName(u *slack.User) string {
	for _, n := range []string{u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name} {
		if n = strings.TrimSpace(n); n != "" {
			return n
		}
	}
	return ""
}

// name is what an agent is called, or "" while that is not known. It sees to it
// that visitors come to see the agent by name and picture. It does not block.
func (p *people) name(id string) string {
	if id == "" {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.agents[id]; !ok && len(p.agents) < maxPeople {
		p.agents[id] = looks{}
	}
	who := p.known[id]
	if p.agents[id] != who.looks() || who.id == "" {
		p.want(id)
	}
	return who.name
}

// called is what somebody is called who was only mentioned, or "". A name that is
// not known is found out for the next time. It does not block.
func (p *people) called(id string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.known[id]
	if !ok {
		p.want(id)
	}
	return who.name
}

func (p person) looks() looks { return looks{p.name, p.picture} }

// locale is the language in which somebody reads Slack, English while that is not
// known. It does not block.
func (p *people) locale(id string) locale.Locale {
	p.mu.Lock()
	defer p.mu.Unlock()
	if who, ok := p.known[id]; ok {
		return who.locale
	}
	return locale.English
}

// gone reports whether somebody was deactivated, and whether that is known. Whoever
// is not known is looked up for the next time. It does not block.
func (p *people) gone(id string) (gone, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, known := p.known[id]
	if !known {
		p.want(id)
	}
	return who.gone, known
}

// admins are the admins and owners of the workspace that are known, owners first.
func (p *people) admins() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []person
	for _, who := range p.known {
		if (who.admin || who.owner) && who.belongs() {
			all = append(all, who)
		}
	}
	slices.SortFunc(all, func(x, y person) int {
		if x.owner != y.owner {
			if x.owner {
				return -1
			}
			return 1
		}
		return strings.Compare(x.id, y.id)
	})
	ids := make([]string, len(all))
	for i, who := range all {
		ids[i] = who.id
	}
	return ids
}

// person returns what Slack said at most maxAge ago. It asks Slack where need be,
// once for all who want to know, and fails where Slack does not answer: then
// nobody may do anything.
func (p *people) person(ctx context.Context, id string, maxAge time.Duration, home bridge.WorkspaceID) (person, error) {
	for {
		p.mu.Lock()
		if who, ok := p.known[id]; ok && p.clock.Now().Sub(who.at) <= maxAge {
			p.mu.Unlock()
			return who, nil
		}
		f, flying := p.flights[id]
		if !flying {
			f = &flight{done: make(chan struct{})}
			p.flights[id] = f
		}
		p.mu.Unlock()

		if !flying {
			return p.fly(ctx, f, id, home)
		}
		select {
		case <-ctx.Done():
			return person{}, ctx.Err()
		case <-f.done:
		}
		// Whoever asked may have given up before Slack answered; that is no
		// answer for this caller. singleflight would make it one.
		if !errors.Is(f.err, context.Canceled) && !errors.Is(f.err, context.DeadlineExceeded) {
			return f.who, f.err
		}
	}
}

// fly asks for all who wait.
func (p *people) fly(ctx context.Context, f *flight, id string, home bridge.WorkspaceID) (person, error) {
	defer func() {
		p.mu.Lock()
		delete(p.flights, id)
		p.mu.Unlock()
		close(f.done)
	}()
	f.who, f.err = p.ask(ctx, id, home)
	return f.who, f.err
}

func (p *people) ask(ctx context.Context, id string, home bridge.WorkspaceID) (person, error) {
	u, err := p.api.GetUserInfoContext(ctx, id)
	if err != nil {
		return person{}, fmt.Errorf("ask Slack about a person: %w", err)
	}
	if u.ID == "" { // {"ok":false} without an error passes for success in slack-go
		return person{}, errors.New("ask Slack about a person: the answer names nobody")
	}
	who := personOf(u, home, p.clock.Now())
	p.learn(who)
	return who, nil
}

// changed takes a user_change event. It does not block.
func (p *people) changed(event json.RawMessage, home bridge.WorkspaceID) {
	var e struct {
		User slack.User `json:"user"`
	}
	if json.Unmarshal(event, &e) == nil && e.User.ID != "" {
		who := personOf(&e.User, home, p.clock.Now())
		if e.User.Locale == "" { // which Slack leaves out of some events
			who.locale = p.locale(who.id)
		}
		p.learn(who)
	}
}

// learn notes what Slack says of somebody. Where an agent looks different now,
// visitors will see it; one who was deactivated stays as people knew them, since
// the old lines are theirs.
func (p *people) learn(who person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who.tz = cmp.Or(who.tz, p.known[who.id].tz) // some events leave it out
	if old, ok := p.known[who.id]; ok && who.gone {
		who.name, who.picture = cmp.Or(old.name, who.name), cmp.Or(old.picture, who.picture)
		if !old.gone {
			p.left()
		}
	}
	if _, ok := p.known[who.id]; !ok && len(p.known) >= maxPeople {
		for id := range p.known { // any one: a miss costs one question
			delete(p.known, id)
			break
		}
	}
	p.known[who.id] = who
	delete(p.nobody, who.id)
	if shown, ok := p.agents[who.id]; ok && shown != who.looks() {
		p.want(who.id)
	}
}

// want puts an id in the queue for run. The caller holds p.mu.
func (p *people) want(id string) {
	if p.queued[id] || len(p.queue) >= maxLookups {
		return
	}
	if since, ok := p.nobody[id]; ok && p.clock.Now().Sub(since) < nobodyFor {
		return
	}
	p.queued[id] = true
	p.queue = append(p.queue, id)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// run learns everybody once, and looks up what the queue asks for, until ctx is
// done and all that it started is gone.
func (p *people) run(ctx context.Context, home bridge.WorkspaceID) {
	defer p.http.CloseIdleConnections()
	var warming sync.WaitGroup
	defer warming.Wait()
	warming.Go(func() { p.warm(ctx, home) })

	pause := lookupPause
	for {
		id, ok := p.next()
		if !ok {
			select {
			case <-ctx.Done():
				return
			case <-p.wake:
			}
			continue
		}
		err := p.lookUp(ctx, id, home)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			pause = lookupPause
			continue
		}
		v := classify(err, true)
		p.log.Warn().Str("code", v.code).Msg("look a person up")
		p.mu.Lock()
		p.want(id)
		p.mu.Unlock()
		if !p.sleep(ctx, max(pause, v.retryAfter)) {
			return
		}
		pause = min(2*pause, time.Minute)
	}
}

func (p *people) next() (id string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 {
		return "", false
	}
	id, p.queue = p.queue[0], p.queue[1:]
	delete(p.queued, id)
	return id, true
}

// lookUp learns who id is, and where that is an agent brings the looks to the
// bridge. An error is one that may go away.
func (p *people) lookUp(ctx context.Context, id string, home bridge.WorkspaceID) error {
	p.mu.Lock()
	who, ok := p.known[id]
	p.mu.Unlock()
	if !ok {
		var err error
		if who, err = p.person(ctx, id, 0, home); err != nil {
			switch classify(err, true).code {
			case "user_not_found", "user_not_visible", "users_not_found":
				p.isNobody(id)
				return nil
			}
			return err
		}
	}
	p.mu.Lock()
	shown, agent := p.agents[id]
	p.mu.Unlock()
	if !agent || shown == who.looks() {
		return nil
	}
	return p.show(ctx, who)
}

func (p *people) isNobody(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.nobody) >= maxPeople {
		clear(p.nobody)
	}
	p.nobody[id] = p.clock.Now()
}

// show brings an agent's looks to the bridge.
func (p *people) show(ctx context.Context, who person) error {
	if old, ok := p.kept(bridge.AgentID(who.id)); ok && who.gone && old.Name != "" {
		p.shown(who) // Slack may have taken the name and picture away
		return nil
	}
	picture, err := p.fetchPicture(ctx, who.picture)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		p.log.Debug().Err(err).Msg("fetch an agent's picture")
		// A picture from before is better than none.
		if old, ok := p.kept(bridge.AgentID(who.id)); ok && old.Name == who.name {
			p.shown(who)
			return nil
		}
	}
	if err := p.keep(ctx, bridge.AgentID(who.id), who.name, picture); err != nil {
		return err
	}
	p.shown(who)
	return nil
}

func (p *people) shown(who person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.agents[who.id] = who.looks()
}

// warm reads the list of people, so that the first reply of each carries a name.
// Whoever it misses is looked up when seen.
func (p *people) warm(ctx context.Context, home bridge.WorkspaceID) {
	pages := p.api.GetUsersPaginated(slack.GetUsersOptionLimit(peoplePage))
	for range maxPeople / peoplePage {
		next, err := pages.Next(ctx)
		if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
			if !p.sleep(ctx, limited.RetryAfter) {
				return
			}
			continue
		}
		if err != nil {
			if pages.Failure(err) != nil && ctx.Err() == nil {
				p.log.Warn().Str("code", classify(err, true).code).Msg("read the list of people")
			}
			return
		}
		pages = next
		now := p.clock.Now()
		for i := range pages.Users {
			if u := &pages.Users[i]; u.ID != "" && !u.Deleted {
				p.learn(personOf(u, home, now))
			}
		}
	}
}

// sleep waits for d and reports false when ctx is done first.
func (p *people) sleep(ctx context.Context, d time.Duration) bool {
	c, stop := p.clock.NewTimer(d)
	defer stop()
	select {
	case <-ctx.Done():
		return false
	case <-c:
		return true
	}
}

// names resolves what a text mentions, without ever waiting for Slack.
type names struct{ a *App }

func (n names) Person(id string) string { return n.a.people.called(id) }

func (n names) Channel(string) string { return "" }

func (n names) UserGroup(id string) string {
	for _, g := range n.a.bridge.Load().Groups(n.a.self().Workspace) {
		if g.UserGroup == id {
			return g.Name
		}
	}
	return ""
}
