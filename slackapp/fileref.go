package slackapp

import (
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// fileRef is where a file lies: its id, by which Slack gives its bytes, and its
// permalink, by which a post shows it.
type fileRef struct{ id, permalink string }

func (r fileRef) ref() bridge.FileRef { return bridge.FileRef(r.id + " " + r.permalink) }

// parseFileRef is the inverse of fileRef.ref.
func parseFileRef(ref bridge.FileRef) fileRef {
	id, link, _ := strings.Cut(string(ref), " ")
	return fileRef{id, link}
}
