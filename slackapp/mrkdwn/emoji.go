package mrkdwn

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxEmojiName is more than the longest name of an emoji in Slack.
const maxEmojiName = 100

// leadingEmoji spells the emoji at the start of text and returns the number of
// bytes it takes, 0 where there is none. The name of an emoji that is not known (a
// workspace's own) is given as it is, up to its second colon: that one may begin
// another.
func leadingEmoji(text string) (spelled string, n int) {
	if text[0] != ':' {
		return "", 0
	}
	end := 1
	for end < len(text) && end <= maxEmojiName && emojiNameByte(text[end]) {
		end++
	}
	if end == 1 || end == len(text) || text[end] != ':' {
		return "", 0
	}
	u, ok := emoji[text[1:end]]
	if !ok {
		return text[:end], end
	}
	end++
	tone, n := leadingTone(text[end:])
	return toned(u, tone), end + n
}

func emojiNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '+' || c == '\''
}

// leadingTone reads the skin tone that follows an emoji, as in :wave::skin-tone-3:,
// and returns the number of bytes it takes, 0 where there is none. Tone 1 is none.
func leadingTone(text string) (tone rune, n int) {
	const prefix = ":skin-tone-"
	if len(text) > len(prefix)+1 && strings.HasPrefix(text, prefix) &&
		'1' <= text[len(prefix)] && text[len(prefix)] <= '6' && text[len(prefix)+1] == ':' {
		return toneOf(int(text[len(prefix)] - '0')), len(prefix) + 2
	}
	return 0, 0
}

// toneOf gives the modifier of Slack's skin tones 2 to 6, 0 for all else.
func toneOf(n int) rune {
	if n < 2 || n > 6 {
		return 0
	}
	return 0x1F3FB + rune(n-2)
}

// toned gives an emoji a skin tone where it can have one. The modifier follows the
// first code point, and takes the place of the selector of emoji style.
func toned(emoji string, tone rune) string {
	base, n := utf8.DecodeRuneInString(emoji)
	if tone == 0 || !unicode.Is(takesTone, base) {
		return emoji
	}
	return emoji[:n] + string(tone) + strings.TrimPrefix(emoji[n:], "\ufe0f")
}

// takesTone is Emoji_Modifier_Base of unicode.org/Public/emoji/latest/emoji-data.txt.
var takesTone = &unicode.RangeTable{
	R16: []unicode.Range16{{0x261D, 0x261D, 1}, {0x26F9, 0x26F9, 1}, {0x270A, 0x270D, 1}},
	R32: []unicode.Range32{
		{0x1F385, 0x1F385, 1}, {0x1F3C2, 0x1F3C4, 1}, {0x1F3C7, 0x1F3C7, 1}, {0x1F3CA, 0x1F3CC, 1},
		{0x1F442, 0x1F443, 1}, {0x1F446, 0x1F450, 1}, {0x1F466, 0x1F478, 1}, {0x1F47C, 0x1F47C, 1},
		{0x1F481, 0x1F483, 1}, {0x1F485, 0x1F487, 1}, {0x1F48F, 0x1F48F, 1}, {0x1F491, 0x1F491, 1},
		{0x1F4AA, 0x1F4AA, 1}, {0x1F574, 0x1F575, 1}, {0x1F57A, 0x1F57A, 1}, {0x1F590, 0x1F590, 1},
		{0x1F595, 0x1F596, 1}, {0x1F645, 0x1F647, 1}, {0x1F64B, 0x1F64F, 1}, {0x1F6A3, 0x1F6A3, 1},
		{0x1F6B4, 0x1F6B6, 1}, {0x1F6C0, 0x1F6C0, 1}, {0x1F6CC, 0x1F6CC, 1}, {0x1F90C, 0x1F90C, 1},
		{0x1F90F, 0x1F90F, 1}, {0x1F918, 0x1F91F, 1}, {0x1F926, 0x1F926, 1}, {0x1F930, 0x1F939, 1},
		{0x1F93C, 0x1F93E, 1}, {0x1F977, 0x1F977, 1}, {0x1F9B5, 0x1F9B6, 1}, {0x1F9B8, 0x1F9B9, 1},
		{0x1F9BB, 0x1F9BB, 1}, {0x1F9CD, 0x1F9CF, 1}, {0x1F9D1, 0x1F9DD, 1}, {0x1FAC3, 0x1FAC5, 1},
		{0x1FAF0, 0x1FAF8, 1},
	},
}

func spellEmoji(text string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, ':')
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		text = text[i:]
		spelled, n := leadingEmoji(text)
		if n == 0 {
			spelled, n = ":", 1
		}
		b.WriteString(spelled)
		text = text[n:]
	}
}

// emojiOf spells an emoji of a rich_text block: its name, its code points in hex
// ("1f44b-1f3fb") unless it is a workspace's own, and the number of its skin tone,
// which some clients write into the name.
func emojiOf(name, codePoints string, tone int) string {
	if u := fromCodePoints(codePoints); u != "" {
		return u
	}
	name, written, _ := strings.Cut(name, "::skin-tone-")
	if n, err := strconv.Atoi(written); err == nil {
		tone = n
	}
	if u, ok := emoji[name]; ok {
		return toned(u, toneOf(tone))
	}
	return ":" + name + ":"
}

// fromCodePoints returns "" for what is no emoji.
func fromCodePoints(hex string) string {
	const longest = 16 // code points; a family of four has 7
	var b strings.Builder
	for i, point := range strings.SplitN(hex, "-", longest+1) {
		r, err := strconv.ParseUint(point, 16, 21)
		if err != nil || i == longest || i == 0 && r < 0x23 { // the lowest is that of #️⃣
			return ""
		}
		b.WriteRune(rune(r))
	}
	return b.String()
}
