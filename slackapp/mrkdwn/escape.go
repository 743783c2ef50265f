package mrkdwn

import "strings"

var (
	escaper   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	unescaper = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")
)

// Escape makes text safe to be part of a mrkdwn text: Slack finds no mention, link
// or command in the result, whatever the text holds. Only &, < and > are replaced,
// which is all that Slack takes back ("Escaping text" in
// docs.slack.dev/messaging/formatting-message-text); so * _ ~ and ` still format.
//
// Invalid UTF-8 becomes U+FFFD and every line end \n. Dropped are control
// characters other than newline and tab, and those that turn text around (U+202A
// to U+202E, U+2066 to U+2069) or hide in it (U+200B, U+2060, U+FEFF).
//
// The result is up to five times as long as the text: cut first, with [Parts],
// then escape. Escaping twice shows the entities to the reader.
func Escape(text string) string { return escaper.Replace(clean(text)) }

// unescape undoes Escape once: what was "&lt;" before escaping is "&lt;" again.
func unescape(text string) string { return unescaper.Replace(text) }
