package mrkdwn

import (
	"strings"
	"time"
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

// What stands for something whose name is not known. A visitor is never shown an
// id: it means nothing to them and tells about the workspace.
const (
	someone   = "@someone"
	someGroup = "@group"
	someplace = "#channel"
)

// speller writes the parts of a message that Slack gives as data. It is shared by
// both readers, so that a message reads the same from its text and its blocks.
type speller struct{ names Names }

func (s speller) person(id, label string) string {
	name := ""
	if s.names != nil {
		name = s.names.Person(id)
	}
	return called("@", someone, id, name, label)
}

func (s speller) channel(id, label string) string {
	name := ""
	if s.names != nil {
		name = s.names.Channel(id)
	}
	return called("#", someplace, id, name, label)
}

func (s speller) userGroup(id, label string) string {
	name := ""
	if s.names != nil {
		name = s.names.UserGroup(id)
	}
	return called("@", someGroup, id, name, label)
}

// called picks the first candidate that is a name. Slack leaves a label empty
// where the reader may not know it (a private channel), and some clients repeat
// the id as the label.
func called(sign, unknown, id string, candidates ...string) string {
	for _, c := range candidates {
		c = strings.TrimPrefix(strings.TrimSpace(clean(c)), sign)
		if c != "" && !mentions(c, id) {
			return sign + c
		}
	}
	return unknown
}

func mentions(text, id string) bool {
	return id != "" && strings.Contains(strings.ToUpper(text), strings.ToUpper(id))
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

// date writes a moment in Unix seconds. The fallback is what its author wanted to
// be shown by a reader who does not format dates.
func date(seconds int64, fallback string) string {
	if fallback != "" {
		return fallback
	}
	return time.Unix(seconds, 0).UTC().Format("2006-01-02 15:04 UTC")
}
