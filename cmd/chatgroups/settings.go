package main

import (
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp"
	"github.com/chatgroups/chatgroups/widget"
)

// settings are what the operator may set, each by a flag or an environment
// variable. One line here and one in the README is all that a setting takes.
type settings struct {
	SlackBotToken      secret `env:"SLACK_BOT_TOKEN" help:"Bot token, xoxb-…"`
	SlackAppToken      secret `env:"SLACK_APP_TOKEN" help:"App-level token, xapp-…; turns Socket Mode on."`
	SlackSigningSecret secret `env:"SLACK_SIGNING_SECRET" help:"Signing secret; turns signed HTTP on."`
	SlackAdminToken    secret `env:"SLACK_ADMIN_TOKEN" help:"An admin's token, xoxp-…, with usergroups:write; for workspaces that let no bot change user groups."`
	SlackAPIURL        string `env:"SLACK_API_URL" name:"slack-api-url" default:"https://slack.com/api/" help:"Base of Slack's Web API."`

	Listen         string `env:"CHATGROUPS_LISTEN" default:"127.0.0.1:8080" help:"Where visitors and Slack's HTTP arrive."`
	AdminListen    string `env:"CHATGROUPS_ADMIN_LISTEN" default:"127.0.0.1:8081" help:"Where /metrics, /healthz, /readyz and pprof are; never the public address."`
	PublicURL      string `env:"CHATGROUPS_PUBLIC_URL" name:"public-url" default:"http://localhost:8080" help:"How browsers reach the bridge."`
	Origins        string `env:"CHATGROUPS_ORIGINS" help:"Origins whose pages may use the widget, comma-separated, until an admin edits them in Slack."`
	Texts          string `env:"CHATGROUPS_TEXTS" help:"JSON file of texts that the widget says in the site's own words, by language and key."`
	Greetings      string `env:"CHATGROUPS_GREETINGS" help:"JSON file of what visitors are asked after a while on some pages."`
	IdentitySecret secret `env:"CHATGROUPS_IDENTITY_SECRET" help:"Secret with which your own server signs who its visitors are, at least 32 bytes."`
	Store          string `env:"CHATGROUPS_STORE" default:"bolt:./data/chatgroups.db" help:"Where conversations are kept."`
	Log            string `env:"CHATGROUPS_LOG" default:"info" help:"debug, info, warn or error."`

	PostsPerSecond float64       `env:"CHATGROUPS_POSTS_PER_SECOND" default:"1" help:"How many messages a second the app posts into one Slack channel; Slack allows about one."`
	PostSettle     time.Duration `env:"CHATGROUPS_POST_SETTLE" default:"10s" help:"How long a post whose answer was lost may still surface in Slack before it is made again."`

	MaxFileBytes int64 `env:"CHATGROUPS_MAX_FILE_BYTES" default:"10485760" help:"The largest file that visitors and agents send each other."`

	RelayExternal bool `env:"CHATGROUPS_RELAY_EXTERNAL" help:"Let visitors read replies of people from outside the workspace (Slack Connect)."`
}

// secret is a token. It prints as nothing useful, whoever prints it.
type secret string

func (s secret) String() string {
	if s == "" {
		return ""
	}
	return "[secret]"
}

// GoString keeps %#v quiet as well.
func (s secret) GoString() string { return s.String() }

// MarshalText keeps encoders quiet.
func (s secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// check refuses what cannot work before anything is started.
func (s *settings) check() error {
	switch {
	case s.SlackBotToken == "":
		return badSetting("SLACK_BOT_TOKEN is not set: create the Slack app from manifest.yml, install it, and set its bot token (xoxb-…); or try `chatgroups demo`, which needs none")
	case !strings.HasPrefix(string(s.SlackBotToken), "xoxb-"):
		return badSetting("SLACK_BOT_TOKEN is not a bot token: it must start with xoxb- (the app's page, OAuth & Permissions)")
	case s.SlackAppToken != "" && !strings.HasPrefix(string(s.SlackAppToken), "xapp-"):
		return badSetting("SLACK_APP_TOKEN is not an app-level token: it must start with xapp- (the app's page, Basic Information, with connections:write)")
	case s.SlackAppToken == "" && s.SlackSigningSecret == "":
		return badSetting("neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (signed HTTP) is set: Slack could not tell the bridge anything; set one")
	case s.SlackAdminToken != "" && !strings.HasPrefix(string(s.SlackAdminToken), "xoxp-"):
		return badSetting("SLACK_ADMIN_TOKEN is not a person's token: it must start with xoxp- (the app's page, OAuth & Permissions, with the user scope usergroups:write)")
	case s.IdentitySecret != "" && len(s.IdentitySecret) < widget.MinIdentitySecret:
		return badSetting("CHATGROUPS_IDENTITY_SECRET has fewer than %d bytes and could be guessed: make one with `openssl rand -hex 32`", widget.MinIdentitySecret)
	case s.PostsPerSecond <= 0:
		return badSetting("CHATGROUPS_POSTS_PER_SECOND must be more than 0: use 1")
	case s.MaxFileBytes < 0 || s.MaxFileBytes > 1<<30:
		return badSetting("CHATGROUPS_MAX_FILE_BYTES must be between 1 and 1073741824, the most that Slack takes: use 10485760")
	case s.PostSettle < 0:
		return badSetting("CHATGROUPS_POST_SETTLE must not be negative: use 10s")
	}
	api, err := url.Parse(s.SlackAPIURL)
	if err != nil || api.Host == "" || !strings.HasSuffix(s.SlackAPIURL, "/") {
		return badSetting("SLACK_API_URL must be an address that ends in a slash, like https://slack.com/api/")
	}
	public, err := bridge.ParseOrigin(s.PublicURL)
	if err != nil {
		return badSetting("CHATGROUPS_PUBLIC_URL: %v", err)
	}
	s.PublicURL = public
	for name, addr := range map[string]string{"CHATGROUPS_LISTEN": s.Listen, "CHATGROUPS_ADMIN_LISTEN": s.AdminListen} {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			return badSetting("%s must be host:port, like 127.0.0.1:8080", name)
		}
	}
	if s.Listen == s.AdminListen && !strings.HasSuffix(s.Listen, ":0") {
		return badSetting("CHATGROUPS_ADMIN_LISTEN must not be the public address %s: metrics and profiles are not for everybody", s.Listen)
	}
	if _, err := s.origins(); err != nil {
		return err
	}
	if _, err := s.ownTexts(); err != nil {
		return err
	}
	if _, err := s.greetings(); err != nil {
		return err
	}
	if _, err := s.level(); err != nil {
		return err
	}
	_, err = s.storePath()
	return err
}

func (s *settings) origins() ([]string, error) {
	var origins []string
	for _, typed := range strings.FieldsFunc(s.Origins, func(r rune) bool { return r == ',' || r == ' ' }) {
		o, err := bridge.ParseAllowedOrigin(typed)
		if err != nil {
			return nil, badSetting("CHATGROUPS_ORIGINS: %v", err)
		}
		origins = append(origins, o)
	}
	return origins, nil
}

// ownTexts reads the file of the site's own words, if there is one.
func (s *settings) ownTexts() (bridge.Texts, error) {
	if s.Texts == "" {
		return nil, nil
	}
	file, err := os.Open(s.Texts)
	if err != nil {
		return nil, badSetting("CHATGROUPS_TEXTS: %v", err)
	}
	defer file.Close()
	own, err := widget.ReadOwnTexts(file)
	if err != nil {
		return nil, badSetting("CHATGROUPS_TEXTS: %s: %v", s.Texts, err)
	}
	return own, nil
}

// greetings reads the file of greetings, if there is one.
func (s *settings) greetings() ([]bridge.Greeting, error) {
	if s.Greetings == "" {
		return nil, nil
	}
	file, err := os.Open(s.Greetings)
	if err != nil {
		return nil, badSetting("CHATGROUPS_GREETINGS: %v", err)
	}
	defer file.Close()
	all, err := widget.ReadGreetings(file)
	if err != nil {
		return nil, badSetting("CHATGROUPS_GREETINGS: %s: %v", s.Greetings, err)
	}
	return all, nil
}

// firstSite is the key of the site that the settings are for; others are made in Slack.
const firstSite bridge.SiteID = "main"

// identitySecret is the first site's, until it has one of its own.
func (s *settings) identitySecret(site bridge.SiteID) []byte {
	if site != firstSite {
		return nil
	}
	return []byte(s.IdentitySecret)
}

func (s *settings) level() (zerolog.Level, error) {
	l, err := zerolog.ParseLevel(s.Log)
	if err != nil || l == zerolog.NoLevel || s.Log == "" {
		return 0, badSetting("CHATGROUPS_LOG must be debug, info, warn or error, not %q", s.Log)
	}
	return l, nil
}

func (s *settings) storePath() (string, error) {
	path, ok := strings.CutPrefix(s.Store, "bolt:")
	switch {
	case strings.HasPrefix(s.Store, "nats://"):
		return "", badSetting("CHATGROUPS_STORE: this version keeps its data in a file only: use bolt:./data/chatgroups.db")
	case !ok || path == "":
		return "", badSetting("CHATGROUPS_STORE must be bolt: and a file, like bolt:./data/chatgroups.db")
	}
	return path, nil
}

// logger writes JSON, or lines for people where stderr is a terminal.
func (s *settings) logger(stderr io.Writer) zerolog.Logger {
	level, err := s.level()
	if err != nil {
		level = zerolog.InfoLevel
	}
	if f, ok := stderr.(*os.File); ok {
		if st, err := f.Stat(); err == nil && st.Mode()&os.ModeCharDevice != 0 {
			stderr = zerolog.ConsoleWriter{Out: f, TimeFormat: time.TimeOnly}
		}
	}
	return zerolog.New(stderr).Level(level).With().Timestamp().Logger()
}

func (s *settings) slack() slackapp.Config {
	origins, _ := s.origins() // check has seen them
	return slackapp.Config{
		BotToken: string(s.SlackBotToken), AppToken: string(s.SlackAppToken), SigningSecret: string(s.SlackSigningSecret),
		AdminToken: string(s.SlackAdminToken),
		APIURL:     s.SlackAPIURL, Site: firstSite, Origins: origins, PublicURL: s.PublicURL,
		PostsPerSecond: s.PostsPerSecond, Settle: s.PostSettle, RelayExternal: s.RelayExternal,
	}
}
