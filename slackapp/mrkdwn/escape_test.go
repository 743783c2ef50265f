package mrkdwn_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

func TestEscapeLeavesNothingForSlackToRead(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"words", "Grüße, 世界 👋🏽", "Grüße, 世界 👋🏽"},
		{"broadcast", "<!channel> <!here> <!everyone>", "&lt;!channel&gt; &lt;!here&gt; &lt;!everyone&gt;"},
		{"user group", "<!subteam^S0614TZR7|@sales>", "&lt;!subteam^S0614TZR7|@sales&gt;"},
		{"person", "<@U061F7AUR>", "&lt;@U061F7AUR&gt;"},
		{"channel", "<#C061EG9SL|general>", "&lt;#C061EG9SL|general&gt;"},
		{"link", "<https://evil.example|https://bank.example>", "&lt;https://evil.example|https://bank.example&gt;"},
		{"escaped before", "&lt;!here&gt; &#60;!here&#62;", "&amp;lt;!here&amp;gt; &amp;#60;!here&amp;#62;"},
		{"nested", "<<!here>!here>", "&lt;&lt;!here&gt;!here&gt;"},
		{"quote", "> said an agent", "&gt; said an agent"},
		{"marks", "*a* `b`", "*a* `b`"},
		{"line ends", "a\r\nb\rc\u2028d\u2029e\nf\r\n\r\ng\n\rh", "a\nb\nc\nd\ne\nf\n\ng\n\nh"},
		{"control characters", "a\x00b\x1b[31m\tc\x7f\u0085", "ab[31m\tc"},
		{"bidi controls", "\u202aa\u202bb\u202cc\u202dd\u202ee \u2066f\u2067g\u2068h\u2069i", "abcde fghi"},
		{"without width", "pay\u200bpal\u2060.exa\ufeffmple", "paypal.example"},
		{"what scripts and emoji need", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 👩\u200d💻 \u200fא\u200e", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 👩\u200d💻 \u200fא\u200e"},
		{"a bracket in pieces", "<\u200b!he\x00re>", "&lt;!here&gt;"},
		{"no UTF-8", "a\xff\xfe<\xc3", "a\ufffd&lt;\ufffd"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := mrkdwn.Escape(row.text); got != row.want {
				t.Errorf("Escape(%q) gives %q; want %q", row.text, got, row.want)
			}
		})
	}
}

func TestEscapedTextReadsAsTyped(t *testing.T) {
	const typed = "Is 1 < 2 & 3 > 2? <@U061F7AUR> &lt;"
	if got := plain(mrkdwn.Escape(typed), acme{}); got != typed {
		t.Errorf("%q reads as %q", typed, got)
	}
}

func FuzzEscape(f *testing.F) {
	for _, text := range []string{"<!channel>", "&lt;!here&gt;", "a\r\nb\u2028", "\u202e<\u2066&\ufeff>", "\xff<\xc3>", "&&amp;&"} {
		f.Add(text)
	}
	markup := regexp.MustCompile(`[<>]|&`)
	entity := regexp.MustCompile(`&(amp|lt|gt);`)
	unescape := strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")
	f.Fuzz(func(t *testing.T, text string) {
		got := mrkdwn.Escape(text)
		if rest := entity.ReplaceAllString(got, ""); markup.MatchString(rest) {
			t.Errorf("Escape(%q) leaves markup: %q", text, got)
		}
		if back, want := unescape.Replace(got), cleaned(text); back != want {
			t.Errorf("Escape(%q) is read back as %q; want %q", text, back, want)
		}
	})
}

var (
	otherLineEnds = regexp.MustCompile(`\r\n?|[\x{2028}\x{2029}]`)
	unwanted      = regexp.MustCompile(`[^\P{Cc}\n\t]|[\x{200B}\x{2060}\x{FEFF}\x{202A}-\x{202E}\x{2066}-\x{2069}]`)
)

// cleaned is the text that crosses the bridge, put in other words than the code's.
func cleaned(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	text = otherLineEnds.ReplaceAllLiteralString(text, "\n")
	return unwanted.ReplaceAllLiteralString(text, "")
}
