package slackapp

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/chatgroups/chatgroups/bridge"
)

// Config is what an App must be told. Tokens are never logged.
type Config struct {
	BotToken      string // xoxb-…
	AppToken      string // xapp-…; turns Socket Mode on
	SigningSecret string // turns signed HTTP on
	// AdminToken is a workspace admin's own token, xoxp-…, with usergroups:write, for
	// workspaces that let no bot change user groups; "" where they do. Nothing else is
	// done with it.
	AdminToken string
	APIURL     string // ends in a slash; Slack's own by default

	// Site is the key of the workspace's first site, and Origins the origins
	// whose pages may use it until an admin edits them.
	Site    bridge.SiteID
	Origins []string
	// PublicURL is how browsers reach the bridge; the snippet holds it.
	PublicURL string

	// PostsPerSecond is how many messages a second the app posts into one
	// channel, 1 by default as Slack allows
	// (docs.slack.dev/apis/web-api/rate-limits), and Burst how many at once
	// after a pause, 2 by default: a root and its first line.
	PostsPerSecond float64
	Burst          int
	// Settle is how long a post whose answer was lost may still surface in
	// Slack. It is made again when a reading after that time and another one as
	// much later have not found it; so after twice Settle at the earliest. 10
	// seconds by default.
	Settle time.Duration
	// Unclean says that the last run may have died with posts under way, so
	// that each thread is searched before it is posted to.
	Unclean bool
	// RelayExternal lets visitors read what people from outside the workspace
	// (Slack Connect) reply in threads. They can do nothing else in any case.
	RelayExternal bool
	// Sockets is how many Socket Mode connections to hold, 1 by default.
	Sockets int

	Clock   Clock
	Log     zerolog.Logger
	Metrics prometheus.Registerer // nil: not registered
}

func (c *Config) defaults() {
	if c.APIURL == "" {
		c.APIURL = "https://slack.com/api/"
	}
	if c.Site == "" {
		c.Site = "main"
	}
	if c.PostsPerSecond <= 0 {
		c.PostsPerSecond = 1
	}
	if c.Burst <= 0 {
		c.Burst = 2
	}
	if c.Settle <= 0 {
		c.Settle = 10 * time.Second
	}
	if c.Sockets <= 0 {
		c.Sockets = 1
	}
	if c.Clock == nil {
		c.Clock = systemClock{}
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
}
