package mrkdwn

import (
	"strconv"
	"strings"
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
	return u, end + skinTone(text[end:])
}

func emojiNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '+' || c == '\''
}

// skinTone is the length of the skin tone that follows an emoji, as in
// :wave::skin-tone-3:, or 0.
func skinTone(text string) int {
	const prefix = ":skin-tone-"
	if len(text) > len(prefix)+1 && strings.HasPrefix(text, prefix) &&
		'1' <= text[len(prefix)] && text[len(prefix)] <= '6' && text[len(prefix)+1] == ':' {
		return len(prefix) + 2
	}
	return 0
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

// emojiOf spells an emoji of a rich_text block: its name, and its code points in
// hex ("1f44b-1f3fb") unless it is a workspace's own.
func emojiOf(name, unicode string) string {
	name, _, _ = strings.Cut(name, "::") // the skin tone
	if u := fromCodePoints(unicode); u != "" {
		return u
	}
	if u, ok := emoji[name]; ok {
		return u
	}
	return ":" + name + ":"
}

// fromCodePoints leaves skin tones out. It returns "" for what is no emoji.
func fromCodePoints(hex string) string {
	const longest = 16 // code points; a family of four has 7
	var b strings.Builder
	for i, point := range strings.SplitN(hex, "-", longest+1) {
		r, err := strconv.ParseUint(point, 16, 21)
		switch {
		case err != nil, i == longest, i == 0 && r < 0x23: // the lowest is that of #️⃣
			return ""
		case r < 0x1F3FB || r > 0x1F3FF:
			b.WriteRune(rune(r))
		}
	}
	return b.String()
}
