package slackapp

import (
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// address is where a message stands in a workspace. A ts is a string that is
// unique in its channel, never a number: as a float it would lose digits.
type address struct{ channel, ts string }

// ref is the bridge's name for the thread whose root stands at a: "C1/1700.0001".
func (a address) ref() bridge.ThreadRef { return bridge.ThreadRef(a.channel + "/" + a.ts) }

// parseRef is the inverse of address.ref; an empty ref gives an empty address.
func parseRef(ref bridge.ThreadRef) address {
	channel, ts, _ := strings.Cut(string(ref), "/")
	return address{channel, ts}
}

var entryIDEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// entryID makes the id of what stands at a. The same message gives the same id
// whatever event tells of it, and the id, which visitors see, tells nothing of
// the workspace.
func entryID(w bridge.WorkspaceID, a address) bridge.EntryID {
	sum := sha256.Sum256([]byte(string(w) + "\x00" + a.channel + "\x00" + a.ts))
	return bridge.EntryID("s" + entryIDEncoding.EncodeToString(sum[:16]))
}

// permalink is the address of a message in the browser. Slack builds it so
// (docs.slack.dev/reference/methods/chat.getPermalink); teamURL is auth.test's
// url, with its final slash.
func permalink(teamURL string, a address) string {
	if teamURL == "" || a.ts == "" {
		return ""
	}
	return teamURL + "archives/" + a.channel + "/p" + strings.ReplaceAll(a.ts, ".", "")
}

// laterTS reports whether a ts is later than another; the empty one is earliest.
// Slack writes both parts with a fixed number of digits until the year 2286.
func laterTS(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}

// tsOf is the earliest ts that a message posted at t can have.
func tsOf(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) + ".000000" }

// timeOf is when a message with this ts was posted, to the second.
func timeOf(ts string) time.Time {
	sec, _, _ := strings.Cut(ts, ".")
	n, _ := strconv.ParseInt(sec, 10, 64)
	return time.Unix(n, 0)
}
