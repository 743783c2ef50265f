package mrkdwn_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

func TestSplitCutsWhereReadersPause(t *testing.T) {
	for _, row := range []struct {
		name  string
		text  string
		limit int
		want  []string
	}{
		{"nothing", "", 5, []string{""}},
		{"what fits", "hello", 5, []string{"hello"}},
		{"what fits in runes", "größe", 5, []string{"größe"}},
		{"lines", "one\ntwo\nthree", 9, []string{"one\ntwo\n", "three"}},
		{"a line before a word", "one\ntwo three four", 11, []string{"one\n", "two three ", "four"}},
		{"words", "one two three", 9, []string{"one two ", "three"}},
		{"a long word", "abcdefg", 3, []string{"abc", "def", "g"}},
		{"words of other spaces", "一\u3000二三", 3, []string{"一\u3000", "二三"}},
		{"accent", "cafe\u0301s", 4, []string{"caf", "e\u0301s"}},
		{"joined emoji", "a👩\u200d💻b", 3, []string{"a", "👩\u200d💻", "b"}},
		{"skin tone", "ab👋🏽", 3, []string{"ab", "👋🏽"}},
		{"variation selector", "ab❤\ufe0f", 3, []string{"ab", "❤\ufe0f"}},
		{"flag of tags", "a🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 7, []string{"a", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"}},
		{"half a joined letter", "ab\u200cc", 2, []string{"a", "b\u200c", "c"}},
		{"flags", "🇩🇪🇫🇷", 3, []string{"🇩🇪", "🇫🇷"}},
		{"CRLF", "ab\r\ncd", 3, []string{"ab", "\r\nc", "d"}},
		{"an emoji longer than the limit", "👩\u200d💻", 2, []string{"👩\u200d", "💻"}},
		{"white space at the end", "abc  ", 3, []string{"ab", "c  "}},
		{"an accent before white space", "e\u0301  ", 3, []string{"e", "\u0301  "}},
		{"white space at the end of a later part", "abcdef  ", 3, []string{"abc", "de", "f  "}},
		{"white space at the start", "  abcd", 4, []string{"  ab", "cd"}},
		{"lines of nothing", "ab\n\n\ncd", 4, []string{"ab\n\n", "\ncd"}},
		{"more white space than fits", "a        b", 3, []string{"a  ", "   ", "   ", "b"}},
		{"only white space", "    ", 3, []string{"   ", " "}},
		{"limit of nothing", "ab", 0, []string{"a", "b"}},
		{"no UTF-8", "\xff\xfe\xfd", 2, []string{"\xff\xfe", "\xfd"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := mrkdwn.Split(row.text, row.limit); !slices.Equal(got, row.want) {
				t.Errorf("Split(%q, %d) gives %q; want %q", row.text, row.limit, got, row.want)
			}
		})
	}
}

func FuzzSplit(f *testing.F) {
	for _, text := range []string{"", "one two\nthree", "e\u0301👩\u200d💻🇩🇪🇫", " a  b \n\n", "a\xff\r\n", "    e\u0301  "} {
		f.Add(text, 3)
		f.Add(text, 7)
	}
	f.Add("", -1)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		parts := mrkdwn.Split(text, limit)
		if strings.Join(parts, "") != text {
			t.Errorf("Split(%q, %d) gives %q, which is another text", text, limit, parts)
		}
		most := max(limit, 1)
		if len(parts) == 1 && utf8.RuneCountInString(text) <= most {
			return // even if it is empty or white space
		}
		spaced := longestSpace(text) >= (most+1)/2
		for i, part := range parts {
			switch n := utf8.RuneCountInString(part); {
			case n > most:
				t.Errorf("part %d of Split(%q, %d) has %d runes: %q", i, text, limit, n, part)
			case n == 0:
				t.Errorf("part %d of Split(%q, %d) is empty", i, text, limit)
			case !spaced && strings.TrimSpace(part) == "":
				t.Errorf("part %d of Split(%q, %d) is white space: %q", i, text, limit, part)
			}
		}
	})
}

// longestSpace counts the runes of the longest stretch of white space.
func longestSpace(text string) int {
	longest, n := 0, 0
	for _, r := range text {
		if !unicode.IsSpace(r) {
			n = 0
			continue
		}
		n++
		longest = max(longest, n)
	}
	return longest
}
