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

// pairs tells of each byte of a line whether it is a mark that Slack takes for
// formatting: of a pair, opened before and closed after a word's border, with
// something between that neither begins nor ends with a space. So 2*3*4,
// snake_case_name, a lone * and the stars of **this** stay. Of two pairs that
// cross, the first to close wins. n is how many there are.
func pairs(line string) (found []bool, n int) {
	found = make([]bool, len(line))
	opened := [len(marks)]int{-1, -1, -1} // where each mark may have been opened
	for i := 0; i < len(line); i++ {
		m := strings.IndexByte(marks, line[i])
		if m < 0 {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(line[:i])
		after, _ := utf8.DecodeRuneInString(line[i+1:])
		from := opened[m]
		switch mark := rune(line[i]); {
		case before == mark || after == mark:
		case from >= 0 && !blank(before) && !inWord(after):
			found[from], found[i] = true, true
			n += 2
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
	return found, n
}

// blank tells whether r is no visible neighbour: a space, or an end of the line.
func blank(r rune) bool { return r == utf8.RuneError || unicode.IsSpace(r) }

func inWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}
