package mrkdwn

import (
	"strings"
	"unicode"
)

var (
	escaper   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	unescaper = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")
)

// Escape makes text safe to be part of a mrkdwn text: Slack finds no mention, link
// or command in the result, whatever the text holds. Only &, < and > are replaced,
// which is all that Slack takes back ("Escaping text" in
// docs.slack.dev/messaging/formatting-message-text); so * _ ~ and ` still format.
//
// Invalid UTF-8 becomes U+FFFD; control characters other than newline and tab are
// dropped. The result is up to five times as long as the text: cut first, with
// [Split], then escape. Escaping twice shows the entities to the reader.
func Escape(text string) string { return escaper.Replace(clean(text)) }

// unescape undoes Escape once: what was "&lt;" before escaping is "&lt;" again.
func unescape(text string) string { return unescaper.Replace(text) }

func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}
