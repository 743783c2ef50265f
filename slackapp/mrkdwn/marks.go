package mrkdwn

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// marks are what Slack formats with. The guide does not say exactly where they
// count; a mark of which that is unsure stays, since a stray star does no harm and
// a lost one may.
const marks = "*_~"

// removeMarks removes the marks that Slack takes for formatting: a pair on one
// line, opened before and closed after a word's border, with something between
// that neither begins nor ends with a space. So 2*3*4, snake_case_name, a lone *
// and the stars of **this** stay. Of two pairs that cross, the first to close wins.
func removeMarks(text string) string {
	if !strings.ContainsAny(text, marks) {
		return text
	}
	opened := [len(marks)]int{-1, -1, -1} // where each mark may have been opened
	drop := make([]bool, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' {
			opened = [len(marks)]int{-1, -1, -1}
			continue
		}
		m := strings.IndexByte(marks, text[i])
		if m < 0 {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+1:])
		from := opened[m]
		switch mark := rune(text[i]); {
		case before == mark || after == mark:
		case from >= 0 && !blank(before) && !inWord(after):
			drop[from], drop[i] = true, true
			opened[m] = -1
			for other, at := range opened {
				if at > from {
					opened[other] = -1
				}
			}
		case !inWord(before) && !blank(after):
			opened[m] = i
		}
	}
	kept := make([]byte, 0, len(text))
	for i, gone := range drop {
		if !gone {
			kept = append(kept, text[i])
		}
	}
	return string(kept)
}

// blank tells whether r is no visible neighbour: a space, or an end of the text.
func blank(r rune) bool { return r == utf8.RuneError || unicode.IsSpace(r) }

func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}
