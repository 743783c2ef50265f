package mrkdwn

import (
	"regexp"
	"strings"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// Names tells how the people and places that Slack names by id are called.
// Each method returns "" for an id it does not know. A leading @ or # is allowed
// and makes no difference. The methods are called while a text is read, so they
// should answer from memory.
type Names interface {
	Person(id string) string    // U… or W…
	Channel(id string) string   // C… or G…
	UserGroup(id string) string // S…
}

// nameless knows nobody.
type nameless struct{}

func (nameless) Person(string) string    { return "" }
func (nameless) Channel(string) string   { return "" }
func (nameless) UserGroup(string) string { return "" }

// A speller writes out what a message holds as data. Both readers share it, so
// that a message reads the same from its text and from its blocks.
type speller struct{ names Names }

func newSpeller(names Names) speller {
	if names == nil {
		names = nameless{}
	}
	return speller{names}
}

func (s speller) person(id, label string) string {
	return called("@", id, s.names.Person(id), label, "someone")
}

func (s speller) channel(id, label string) string {
	return called("#", id, s.names.Channel(id), label, "channel")
}

func (s speller) userGroup(id, label string) string {
	return called("@", id, s.names.UserGroup(id), label, "group")
}

// called picks the first of name, label and unknown that can be shown. Slack
// leaves a label empty where the reader may not know it (a private channel), and
// some clients repeat the id as the label.
func called(sign, id, name, label, unknown string) string {
	for _, candidate := range []string{name, withoutID(label)} {
		candidate = strings.TrimPrefix(strings.TrimSpace(clean(candidate)), sign)
		if candidate != "" && !strings.EqualFold(candidate, id) {
			return sign + candidate
		}
	}
	return sign + unknown
}

// slackID matches what may be an id of Slack's, of a person, channel, file and so
// on. It also matches words in capitals, so it is no test for what people wrote.
var slackID = regexp.MustCompile(`[UWCTSBFG][A-Z0-9]{8}`)

// withoutID returns label, or "" if it may hold an id. A visitor is never shown
// one: it means nothing to them and tells about the workspace.
func withoutID(label string) string {
	if slackID.MatchString(label) {
		return ""
	}
	return label
}

func broadcast(to string) string {
	switch to {
	case "here", "channel", "everyone":
		return "@" + to
	case "group": // the name of @channel in old private channels
		return "@channel"
	}
	return ""
}

// date writes a moment in Unix seconds, which may be a link to target. The fallback
// is what its author wanted to be shown by a reader who does not format dates.
func date(seconds int64, fallback, target string) bridge.Span {
	if fallback == "" {
		fallback = time.Unix(seconds, 0).UTC().Format("2006-01-02 15:04 UTC")
	}
	if target == "" {
		return bridge.Span{Text: fallback}
	}
	return link(target, fallback)
}
