package slackapp

import (
	"context"
	"net"
	"net/http"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// NewOver returns an App that reaches Slack over a network of the test's.
func NewOver(cfg Config, dial func(ctx context.Context, network, address string) (net.Conn, error)) *App {
	a := New(cfg)
	cfg.defaults()
	a.http.Transport = &http.Transport{DialContext: dial}
	a.people.http.Transport = &http.Transport{DialContext: dial}
	a.files.http.Transport = &http.Transport{DialContext: dial}
	if a.socket != nil {
		a.socket.cfg.Dial = dial
		a.socket.cfg.HTTP.Transport = &http.Transport{DialContext: dial}
	}
	return a
}

// TroubleKinds is every kind of trouble there is.
var TroubleKinds = troubleKinds

// Words say what a trouble is and what mends it.
func Words(t bridge.Trouble) (what, mend string) { return words(locale.English, t) }

// Sections cuts a reply as blocks do.
func Sections(text string) []string { return sections(text) }

const MaxSectionRunes, MaxSections = maxSectionRunes, maxSections

// CheckPublic says what doctor does about the public address.
func CheckPublic(publicURL string, sites []bridge.Site) string {
	return summary(checkPublic(locale.English, publicURL, sites))
}

// Notice is what a person reads of a trouble.
func (a *App) Notice(user string, x bridge.Trouble) string {
	return a.troubles.notice(a.people.locale(user), x)
}
