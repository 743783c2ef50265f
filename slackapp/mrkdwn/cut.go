package mrkdwn

import (
	"cmp"
	"unicode"
	"unicode/utf8"
)

// cut returns the length in bytes of the first part of text, of at most limit runes,
// to be shown apart from the rest: up to the end of a line, else after a space, else
// between two characters. last is where the last visible rune of text is.
//
// A part is not begun with what belongs to the character before it (accents, joined
// emoji, the second half of a flag), unless that one and the white space after it are
// longer than the limit. White space at a cut stays at the end of the part. A part has
// more than white space in it, unless half of the limit or more of it comes in one
// stretch.
func cut(text string, limit, last int) int {
	var line, word, character, anywhere int // the last cut of each kind; 0 is none
	var before rune
	begun := false // something visible came before
	flag := false  // before is the first half of a flag
	runes := 0
	for i := 0; i < len(text); runes++ {
		after, size := utf8.DecodeRuneInString(text[i:])
		half := regionalIndicator(after)
		if begun && i <= last { // neither side would be white space only
			anywhere = i
			if !joined(before, after) && !(flag && half) {
				character = i
				if unicode.IsSpace(before) {
					word = i
				}
				if before == '\n' {
					line = i
				}
			}
		}
		if runes == limit {
			return cmp.Or(line, word, character, anywhere, i)
		}
		begun = begun || visible(after)
		flag = half && !flag
		before = after
		i += size
	}
	return len(text)
}

func visible(r rune) bool { return !unicode.IsSpace(r) }

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// joined tells whether two runes show as one character. It knows what is common
// in chat of Unicode's rules for text segmentation (UAX #29), not all of them.
func joined(before, after rune) bool {
	switch {
	case before == zeroWidthJoiner, after == zeroWidthJoiner, after == zeroWidthNonJoiner:
		return true
	case before == '\r' && after == '\n':
		return true
	case after >= 0x1F3FB && after <= 0x1F3FF: // skin tones
		return true
	case after >= 0xE0020 && after <= 0xE007F: // tags: the flags of Scotland and Wales
		return true
	}
	return unicode.IsMark(after)
}

// regionalIndicator tells whether r is a letter of a flag, which takes two.
func regionalIndicator(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }
