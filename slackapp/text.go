package slackapp

import (
	"regexp"
	"unicode"
	"unicode/utf8"

	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

var escapedChannel = regexp.MustCompile(`&lt;#([A-Z0-9]+)&gt;`)

// escapeSentence escapes a sentence that may hold what somebody typed, and leaves
// links to channels alive: they notify nobody.
func escapeSentence(s string) string {
	return escapedChannel.ReplaceAllString(mrkdwn.Escape(s), "<#$1>")
}

func upperFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// cutText shortens s to n runes.
func cutText(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
