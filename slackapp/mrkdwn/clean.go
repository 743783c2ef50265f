package mrkdwn

import (
	"strings"
	"unicode"
)

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n")

// clean repairs text that crosses the bridge, in either direction: invalid UTF-8
// becomes U+FFFD, every kind of line end becomes \n, and characters that make text
// look like something else are dropped. Cleaning twice changes nothing more.
func clean(text string) string {
	text = lineEnds.Replace(strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if deceives(r) {
			return -1
		}
		return r
	}, text)
}

// deceives tells whether r hides in a text or turns its order around, so that an
// address or a name reads as another. Joiners stay, which emoji and many scripts
// are written with, and so do the plain marks of direction (U+200E, U+200F), which
// turn nothing around.
func deceives(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r == '\u200b' || r == '\u2060' || r == '\ufeff': // no width, no break
		return true
	case '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069': // bidi controls
		return true
	}
	return unicode.IsControl(r)
}
