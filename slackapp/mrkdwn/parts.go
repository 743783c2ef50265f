package mrkdwn

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Parts cuts a text that is too long for one block into parts of at most limit
// runes, each of which says which one it is of how many: "(2/3) …". It cuts at the end
// of a line, else after a space, else between two characters, but not within a block
// of code between ``` fences that fits in a part: rather before it. Where a block is longer, the fences are closed at the cut and
// opened again after it. A text of at most limit runes is the only part, as it is. A
// limit below 64 counts as 64.
func Parts(text string, limit int) []string {
	limit = max(limit, 64)
	if utf8.RuneCountInString(text) <= limit {
		return []string{text}
	}
	const closing, opening = "\n" + fence, fence + "\n"
	const number = len("(1234/1234) ")
	room := limit - number - len(opening) - len(closing)
	code := fenced(text, 0)
	last := strings.LastIndexFunc(text, visible)
	var parts []string
	for from, reopened := 0, false; from < len(text); {
		to := from + cut(text[from:], room, last-from)
		for code.end <= to && code.start < len(text) {
			code = fenced(text, code.end)
		}
		within := false
		if to < len(text) && code.start < to {
			switch {
			case strings.TrimSpace(text[from:max(from, code.start)]) != "" &&
				(to < code.start+len(fence) || utf8.RuneCountInString(text[code.start:code.end]) <= room):
				to = code.start
			case code.end-to < len(fence): // between the backquotes of the end
				to = code.end
			default:
				within = true
			}
		}
		part := text[from:to]
		if reopened {
			part = opening + part
		}
		if within {
			part = strings.TrimSuffix(part, "\n") + closing
		}
		parts = append(parts, part)
		from, reopened = to, within
	}
	for i, part := range parts {
		parts[i] = fmt.Sprintf("(%d/%d) %s", i+1, len(parts), part)
	}
	return parts
}

// A stretch is a part of a text, in bytes.
type stretch struct{ start, end int }

// fenced finds the first block of code that begins at from or after, fences
// included; where there is none, it begins at the end. A fence that nothing closes
// begins none.
func fenced(text string, from int) stretch {
	none := stretch{len(text), len(text)}
	start := strings.Index(text[from:], fence)
	if start < 0 {
		return none
	}
	start += from
	length := strings.Index(text[start+len(fence):], fence)
	if length < 0 {
		return none
	}
	return stretch{start, start + len(fence) + length + len(fence)}
}
