package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
	"github.com/slack-go/slack"
	"golang.org/x/sync/singleflight"

	"github.com/chatgroups/chatgroups/bridge"
)

// people knows the people of the workspace: who they are, which decides what they
// may do, and how they look to visitors. Names and avatars are fetched ahead and
// in the background; nothing that relays a message ever waits for them.
type people struct {
	api   *slack.Client
	http  *http.Client
	log   zerolog.Logger
	clock Clock
	// keep gives a name and a picture to the bridge.
	keep func(ctx context.Context, id, name string, avatar []byte) error
	// host is that of the Web API, whose pictures are trusted as Slack's are.
	host string

	once singleflight.Group // one question about a person at a time

	mu    sync.Mutex // guards the following
	known map[string]person
	looks map[string]looks // what waits for its picture
	wake  chan struct{}
}

// person is what Slack says of somebody.
type person struct {
	id, name                   string
	team                       string
	avatar                     string // address
	admin, owner               bool
	guest, stranger, bot, gone bool
	at                         time.Time
}

// looks is how somebody looks to visitors.
type looks struct{ name, avatar string }

// maxPeople bounds the memory; a workspace with more people asks more often.
const maxPeople = 20_000

// belongs reports whether the person is a full member of the workspace: no guest,
// nobody from outside, no bot, not deactivated.
func (p person) belongs() bool { return p.id != "" && !p.guest && !p.stranger && !p.bot && !p.gone }

func personOf(u *slack.User, home bridge.WorkspaceID, at time.Time) person {
	return person{
		id: u.ID, name: displayName(u), team: u.TeamID, avatar: u.Profile.Image72,
		admin: u.IsAdmin, owner: u.IsOwner || u.IsPrimaryOwner,
		guest:    u.IsRestricted || u.IsUltraRestricted,
		stranger: u.IsStranger || u.TeamID != "" && bridge.WorkspaceID(u.TeamID) != home,
		bot:      u.IsBot, gone: u.Deleted, at: at,
	}
}

func displayName(u *slack.User) string {
	for _, n := range []string{u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name} {
		if n = strings.TrimSpace(n); n != "" {
			return n
		}
	}
	return ""
}

// name is what the person is called, or "" while that is not known; then it is
// found out.
func (p *people) name(id string) string {
	p.mu.Lock()
	who, ok := p.known[id]
	p.mu.Unlock()
	if !ok && id != "" {
		p.want(id, looks{})
	}
	return who.name
}

// person returns what Slack said at most maxAge ago. It asks Slack where need be,
// and fails where Slack does not answer: then nobody may do anything.
func (p *people) person(ctx context.Context, id string, maxAge time.Duration, home bridge.WorkspaceID) (person, error) {
	p.mu.Lock()
	who, ok := p.known[id]
	p.mu.Unlock()
	if ok && p.clock.Now().Sub(who.at) <= maxAge {
		return who, nil
	}
	got, err, _ := p.once.Do(id, func() (any, error) {
		u, err := p.api.GetUserInfoContext(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("ask Slack about a person: %w", err)
		}
		who := personOf(u, home, p.clock.Now())
		p.learn(who)
		return who, nil
	})
	if err != nil {
		return person{}, err
	}
	return got.(person), nil
}

func (p *people) learn(who person) {
	p.mu.Lock()
	if len(p.known) >= maxPeople {
		clear(p.known)
	}
	p.known[who.id] = who
	p.mu.Unlock()
	p.want(who.id, looks{who.name, who.avatar})
}

// want queues a look-up of how somebody looks.
func (p *people) want(id string, l looks) {
	p.mu.Lock()
	if len(p.looks) < maxPeople {
		p.looks[id] = l
	}
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// changed takes a user_change event.
func (p *people) changed(event json.RawMessage, home bridge.WorkspaceID) {
	var e struct {
		User slack.User `json:"user"`
	}
	if json.Unmarshal(event, &e) == nil && e.User.ID != "" {
		p.learn(personOf(&e.User, home, p.clock.Now()))
	}
}

// run learns everybody once, then keeps names and pictures up to date until ctx
// is done.
func (p *people) run(ctx context.Context, home bridge.WorkspaceID) {
	p.warm(ctx, home)
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		}
		for id, l := range p.take() {
			if ctx.Err() != nil {
				return
			}
			if l.name == "" {
				// learn queues the person again, with a name this time.
				if _, err := p.person(ctx, id, 0, home); err != nil && ctx.Err() == nil {
					p.log.Warn().Str("code", classify(err, true).code).Msg("look an agent up")
				}
				continue
			}
			picture, err := p.picture(ctx, l.avatar)
			if err != nil && ctx.Err() == nil {
				p.log.Debug().Err(err).Msg("fetch an agent's picture")
			}
			if err := p.keep(ctx, id, l.name, picture); err != nil && ctx.Err() == nil {
				p.log.Warn().Err(err).Msg("keep an agent's name")
			}
		}
	}
}

func (p *people) take() map[string]looks {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.looks
	p.looks = map[string]looks{}
	return l
}

// warm reads the list of people, so that the first reply of each carries a name.
func (p *people) warm(ctx context.Context, home bridge.WorkspaceID) {
	pages := p.api.GetUsersPaginated(slack.GetUsersOptionLimit(200))
	for range maxPeople / 200 {
		var err error
		pages, err = pages.Next(ctx)
		if err != nil {
			if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
				c, stop := p.clock.NewTimer(limited.RetryAfter)
				select {
				case <-c:
					continue
				case <-ctx.Done():
				}
				stop()
			} else if pages.Failure(err) != nil && ctx.Err() == nil {
				p.log.Warn().Str("code", classify(err, true).code).Msg("read the list of people")
			}
			return
		}
		now := p.clock.Now()
		for i := range pages.Users {
			if u := &pages.Users[i]; !u.Deleted && !u.IsBot {
				p.learn(personOf(u, home, now))
			}
		}
	}
}

const pictureTimeout = 10 * time.Second

// picture downloads an avatar from one of Slack's own hosts. An address elsewhere
// is not fetched: it would let whoever sets a profile make this machine call any
// address.
func (p *people) picture(ctx context.Context, address string) ([]byte, error) {
	if address == "" {
		return nil, nil
	}
	if !p.trusted(address) {
		return nil, errors.New("the picture is not on a host of Slack's")
	}
	ctx, cancel := context.WithTimeout(ctx, pictureTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := p.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("HTTP %d", res.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, bridge.MaxAvatarBytes+1))
	if err != nil {
		return nil, err
	}
	switch http.DetectContentType(data) {
	case "image/png", "image/jpeg":
	default:
		return nil, errors.New("the picture is neither PNG nor JPEG")
	}
	if len(data) > bridge.MaxAvatarBytes {
		return nil, errors.New("the picture is too large")
	}
	return data, nil
}

func (p *people) trusted(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return false
	}
	if u.Host == p.host {
		return u.Scheme == "https" || u.Scheme == "http" // a simulated Slack's
	}
	h := u.Hostname()
	return u.Scheme == "https" && (h == "secure.gravatar.com" || strings.HasSuffix(h, ".slack-edge.com") || strings.HasSuffix(h, ".slack.com"))
}

// newPeople returns the people of the workspace that api's token belongs to. They
// are not asked for before run.
func newPeople(a *App) *people {
	host := ""
	if u, err := url.Parse(a.cfg.APIURL); err == nil {
		host = u.Host
	}
	pictures := newHTTPClient()
	p := &people{
		api: a.api, http: pictures, log: a.log, clock: a.cfg.Clock, host: host,
		keep: func(ctx context.Context, id, name string, avatar []byte) error {
			return a.bridge.Load().SetAgent(ctx, bridge.Agent{Workspace: a.self().Workspace, ID: bridge.AgentID(id), Name: name, Avatar: avatar})
		},
		known: map[string]person{}, looks: map[string]looks{}, wake: make(chan struct{}, 1),
	}
	pictures.CheckRedirect = func(req *http.Request, _ []*http.Request) error {
		if !p.trusted(req.URL.String()) {
			return errors.New("redirected to a host that is not Slack's")
		}
		return nil
	}
	return p
}

// names resolves what a text mentions, without ever asking Slack.
type names struct{ a *App }

func (n names) Person(id string) string { return n.a.people.name(id) }

func (n names) Channel(string) string { return "" }

func (n names) UserGroup(id string) string {
	for _, g := range n.a.bridge.Load().Groups(n.a.self().Workspace) {
		if g.UserGroup == id {
			return g.Name
		}
	}
	return ""
}
