package bridge

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
	"unicode"
)

// Identifiers are opaque strings with a type each, so that one cannot be passed
// for another. The package that makes a kind of identifier is the only one that
// looks inside it: a ThreadRef, for instance, is only ever parsed by the desk.
type (
	// WorkspaceID names a workspace of the desk, such as a Slack team.
	WorkspaceID string
	// SiteID is the public key of a website; it stands in the embed snippet.
	SiteID string
	// GroupID names a group within its workspace. It is the group's slug
	// ("tech-help" for "Tech help") as it was when the group was created, where
	// that can be a key and was never another group's, else a random word. It
	// survives a rename and is never given again.
	GroupID string
	// VisitorID names a visitor. It is not a secret.
	VisitorID string
	// ConversationID names a conversation across all workspaces.
	ConversationID string
	// EntryID makes an entry idempotent within its conversation: 1 to 64
	// bytes. A visitor's message carries the id its widget chose, of letters,
	// digits, - and _; the id of any other entry has a dot in it, so that no
	// visitor can take it first.
	EntryID string
	// AgentID names an agent within its workspace, such as a Slack user. It
	// never reaches a visitor.
	AgentID string
	// ThreadRef is the desk's own address of a thread.
	ThreadRef string
	// FileRef is the desk's own address of a file. It never reaches a visitor.
	FileRef string
)

// Seq numbers the entries of one conversation's log: 1, 2, 3 …
type Seq uint64

// maxEntryID is the most bytes an EntryID may have.
const maxEntryID = 64

// ids are lower-case base32, so that they are safe in keys, paths and subjects.
var idEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// idLength is how many characters newID returns.
const idLength = 26

// newID returns 128 random bits.
func newID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return idEncoding.EncodeToString(b[:])
}

// Slug makes the word by which commands and pages name a group: lower-case
// letters and digits of any script, with single hyphens between the words.
// Invisible characters count for nothing. A name without a letter or digit gives
// "".
func Slug(name string) string {
	var b strings.Builder
	gap := true
	for _, r := range strings.ToLower(name) {
		if unicode.Is(unicode.Cf, r) {
			continue
		}
		// Many scripts write vowels as marks on a letter; alone they say nothing.
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && (gap || !unicode.IsMark(r)) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(r)
	}
	return b.String()
}
