package bridge

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// manyLines makes typed text of several lines fit to keep, "" where nothing
// readable is left.
func manyLines(s string) string {
	return readable(strings.TrimSpace(strings.Map(typed, strings.ReplaceAll(s, "\r\n", "\n"))))
}

// oneLine makes a text of one line fit to keep: a name, a title.
func oneLine(s string) string {
	return readable(strings.Join(strings.Fields(strings.Map(typed, strings.ToValidUTF8(s, ""))), " "))
}

// cut is oneLine with at most n runes.
func cut(s string, n int) string {
	s = oneLine(s)
	if utf8.RuneCountInString(s) > n {
		s = string([]rune(s)[:n-1]) + "…"
	}
	return s
}

// typed is for strings.Map. It makes one kind of line end of all, and drops what
// has no place in typed text: control characters, and the bidirectional marks and
// overrides by which a name or an address can be made to read as another one.
// Joiners stay, scripts and emoji need them.
func typed(r rune) rune {
	switch {
	case r == '\n', r == '\t':
		return r
	case r == '\r', r == '\u2028', r == '\u2029':
		return '\n'
	case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\ufeff':
		return -1
	}
	return r
}

// readable returns s where it has something to see, else "": a line that shows
// nothing puzzles whoever finds it.
func readable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) }) < 0 {
		return ""
	}
	return s
}
