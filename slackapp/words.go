package slackapp

import "strings"

// splitWords cuts a command into words; straight or curly quotes hold a name
// together. Slack writes a mention or a link in angle brackets, which may hold
// spaces in its label and stays one word.
func splitWords(text string) []string {
	var words []string
	var b strings.Builder
	var closing rune // the quote or bracket that ends the word
	open := false    // a word has begun
	end := func() {
		if open {
			words = append(words, b.String())
		}
		b.Reset()
		open, closing = false, 0
	}
	for _, r := range text {
		switch {
		case closing != 0 && r == closing:
			if r == '>' {
				b.WriteRune(r)
			}
			end()
		case closing != 0:
			b.WriteRune(r)
		case r == ' ' || r == '\t' || r == '\n' || r == '\u00a0':
			end()
		case !open && (r == '"' || r == '\u201c' || r == '\u201d' || r == '\u201e'):
			open, closing = true, '"'
			if r != '"' {
				closing = '\u201d'
			}
		case !open && r == '<':
			open, closing = true, '>'
			b.WriteRune(r)
		default:
			open = true
			b.WriteRune(r)
		}
	}
	end()
	return words
}

// A reference is a person, user group or channel that somebody named in a
// command. Slack sends `<@U1>`, `<@U1|ann>`, `<!subteam^S1|@tech>`,
// `<#C1|chat-tech>` and, for a private channel, `<#C1|>`; typed by hand it is
// @tech or #chat-tech (docs.slack.dev, should_escape).
type reference struct {
	kind refKind
	id   string // as Slack gave it, or "" when only a name was typed
	name string // without @ or #
}

type refKind int

const (
	noRef refKind = iota
	personRef
	userGroupRef
	channelRef
	handleRef // @something typed by hand: a user group's or a person's
)

func parseReference(word string) reference {
	inner, bracketed := strings.CutPrefix(word, "<")
	if bracketed {
		inner = strings.TrimSuffix(inner, ">")
		id, label, _ := strings.Cut(inner, "|")
		switch {
		case strings.HasPrefix(id, "@"):
			return reference{personRef, id[1:], label}
		case strings.HasPrefix(id, "!subteam^"):
			return reference{userGroupRef, strings.TrimPrefix(id, "!subteam^"), strings.TrimPrefix(label, "@")}
		case strings.HasPrefix(id, "#"):
			return reference{channelRef, id[1:], label}
		}
		return reference{}
	}
	switch {
	case len(word) > 1 && word[0] == '@':
		return reference{handleRef, "", strings.ToLower(word[1:])}
	case len(word) > 1 && word[0] == '#':
		return reference{channelRef, "", strings.ToLower(word[1:])}
	}
	return reference{}
}

// conversationNumber reads "1042" or "#1042".
func conversationNumber(word string) (int, bool) {
	word = strings.TrimPrefix(word, "#")
	if len(word) < 4 || len(word) > 9 {
		return 0, false
	}
	n := 0
	for _, r := range word {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = 10*n + int(r-'0')
	}
	return n, true
}
