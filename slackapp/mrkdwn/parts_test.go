package mrkdwn_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

func TestPartsAreNumberedAndKeepCodeTogether(t *testing.T) {
	words := func(n int) string { return strings.Repeat("word ", n) }
	lines := func(n int) string { return strings.Repeat("code\n", n) }
	for _, row := range []struct {
		name, text string
		want       []string
	}{
		{"what fits", "```\na\n```", []string{"```\na\n```"}},
		{"what just fits", strings.Repeat("ä", 64), []string{strings.Repeat("ä", 64)}},
		{"words", words(13), []string{"(1/2) " + words(8), "(2/2) " + words(5)}},
		{"code that fits in a part of its own", words(4) + "\n```\n" + lines(6) + "```\n" + words(2),
			[]string{"(1/3) " + words(4) + "\n", "(2/3) ```\n" + lines(6) + "```\n", "(3/3) " + words(2)}},
		{"code longer than a part", "```" + lines(14) + "```",
			[]string{"(1/2) ```" + lines(8) + "```", "(2/2) ```\n" + lines(6) + "```"}},
		{"code longer than a part after words", words(2) + "\n```\n" + lines(10) + "```",
			[]string{"(1/2) " + words(2) + "\n```\n" + lines(5) + "```", "(2/2) ```\n" + lines(5) + "```"}},
		{"a cut within the opening fence", words(8) + "```" + lines(14) + "```",
			[]string{"(1/3) " + words(8), "(2/3) ```" + lines(8) + "```", "(3/3) ```\n" + lines(6) + "```"}},
		{"a cut within the closing fence", "```" + strings.Repeat("x", 39) + "``` " + words(5),
			[]string{"(1/2) ```" + strings.Repeat("x", 39) + "```", "(2/2)  " + words(5)}},
		{"a fence that is never closed", words(4) + "```" + words(9),
			[]string{"(1/2) " + words(4) + "```" + words(4), "(2/2) " + words(5)}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := mrkdwn.Parts(row.text, 64); !slices.Equal(got, row.want) {
				t.Errorf("Parts(%q) gives\n%q, want\n%q", row.text, got, row.want)
			}
		})
	}
}

func FuzzParts(f *testing.F) {
	for _, text := range []string{"", "```\n" + strings.Repeat("a b\n", 99) + "``` c", strings.Repeat("```a``` ", 40), strings.Repeat("`", 200), strings.Repeat("e\u0301👩\u200d💻", 40)} {
		f.Add(text, 64)
		f.Add(text, 100)
	}
	number := regexp.MustCompile(`^\((\d+)/(\d+)\) `)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		parts := mrkdwn.Parts(text, limit)
		if len(parts) == 1 && parts[0] == text {
			return
		}
		most := max(limit, 64)
		var whole strings.Builder
		for i, part := range parts {
			if n := utf8.RuneCountInString(part); n > most {
				t.Errorf("part %d of %q has %d runes, more than %d: %q", i, text, n, most, part)
			}
			if want := fmt.Sprintf("(%d/%d) ", i+1, len(parts)); number.FindString(part) != want {
				t.Errorf("part %d of %q is %q, want it numbered %q", i, text, part, want)
			}
			part = number.ReplaceAllString(part, "")
			if closed := strings.Count(text, "```")%2 == 0; closed && strings.Count(part, "```")%2 != 0 {
				t.Errorf("part %d of %q leaves a block of code open: %q", i, text, part)
			}
			whole.WriteString(part)
		}
		// Apart from fences at the cuts nothing is lost or added.
		bare := strings.NewReplacer("`", "", "\n", "").Replace
		if got, want := bare(whole.String()), bare(text); got != want {
			t.Errorf("%q in parts is %q", want, got)
		}
	})
}
