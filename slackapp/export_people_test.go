package slackapp

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// People are the people of a workspace, without the app around them.
type People struct {
	*people
	home bridge.WorkspaceID
}

// NewPeople returns the people as an App with this configuration has them, over a
// network of the test's.
func NewPeople(cfg Config, b *bridge.Bridge, home bridge.WorkspaceID, dial func(ctx context.Context, network, address string) (net.Conn, error)) People {
	a := New(cfg)
	a.bridge.Store(b)
	a.identity.Store(&identity{Workspace: home})
	transport := &http.Transport{DialContext: dial}
	a.api = slack.New(cfg.BotToken, slack.OptionAPIURL(cfg.APIURL), slack.OptionHTTPClient(&http.Client{Transport: transport}))
	p := newPeople(a)
	p.http.Transport = transport
	return People{p, home}
}

func (p People) Run(ctx context.Context)       { p.run(ctx, p.home) }
func (p People) Name(id string) string         { return p.name(id) }
func (p People) Called(id string) string       { return p.called(id) }
func (p People) Changed(event json.RawMessage) { p.changed(event, p.home) }

func (p People) Fetch(ctx context.Context, address string) ([]byte, error) {
	return p.fetchPicture(ctx, address)
}

// A Standing is what somebody may do.
type Standing struct{ Belongs, Admin, Owner, Guest, Stranger, Bot, Gone bool }

func (p People) Person(ctx context.Context, id string, maxAge time.Duration) (Standing, error) {
	who, err := p.person(ctx, id, maxAge, p.home)
	return Standing{who.belongs(), who.admin, who.owner, who.guest, who.stranger, who.bot, who.gone}, err
}
