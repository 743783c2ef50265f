package mrkdwn

import (
	"strconv"
	"strings"
)

// Plain gives the plain text of a message's mrkdwn text, as Slack sends it in
// events and in the history of a conversation. It fails on nothing: what is no
// markup stays as it is.
//
//   - Mentions of people, channels and user groups become their names with @ or #
//     in front, by names, then by the label in the mention. A nameless one becomes
//     "@someone", "#channel" or "@group": an id never comes through. names may be
//     nil.
//   - A link becomes "label (address)", or the address when both say the same.
//     Only http, https, mailto and tel addresses are shown.
//   - Well-known emoji become Unicode, without skin tone; others stay :typed:.
//   - The marks of bold, italic, strike and code are removed. Code is kept as it
//     is, a block of it on lines of its own. Quoted lines keep their "> ".
//   - &amp;, &lt; and &gt; are read once.
//
// Use [FromBlocks] first: a message written in Slack's own clients has rich_text
// blocks, which leave nothing to guess.
func Plain(text string, names Names) string {
	d := holdTokens(clean(text), speller{names})
	d = holdCode(d)
	d.text = removeMarks(d.text)
	return d.fill()
}

// holdTokens spells what stands in angle brackets, then reads the entities of the
// rest. A token holds no bracket and ends on its line; "<" outside of one is
// literal. It comes before code, so that a backtick in a label cannot cut a token
// open and let its id out.
func holdTokens(text string, s speller) draft {
	var b draftBuilder
	for {
		i := strings.IndexByte(text, '<')
		if i < 0 {
			break
		}
		b.add(text[:i])
		text = text[i+1:]
		end := strings.IndexAny(text, "<>\n")
		if end <= 0 || text[end] != '>' {
			b.add("<")
			continue
		}
		b.hold(s.token(text[:end]))
		text = text[end+1:]
	}
	b.add(text)
	d := b.draft()
	d.text = unescape(d.text)
	return d
}

// token spells the inside of <…>. Slack tells the kinds apart by the first
// character ("Retrieving messages" in the guide named in the package comment).
func (s speller) token(inner string) string {
	what, label, _ := strings.Cut(inner, "|")
	what, label = unescape(what), unescape(label)
	switch {
	case strings.HasPrefix(what, "@"):
		return s.person(what[1:], label)
	case strings.HasPrefix(what, "#"):
		return s.channel(what[1:], label)
	case strings.HasPrefix(what, "!"):
		return s.special(what[1:], label)
	}
	return link(what, spellEmoji(label))
}

func (s speller) special(command, label string) string {
	name, argument, _ := strings.Cut(command, "^")
	switch name {
	case "subteam":
		return s.userGroup(argument, label)
	case "date":
		stamp, _, _ := strings.Cut(argument, "^")
		seconds, err := strconv.ParseInt(stamp, 10, 64)
		if err != nil {
			return label
		}
		return date(seconds, label)
	}
	if to := broadcast(name); to != "" {
		return to
	}
	if mentions(label, argument) {
		return ""
	}
	return label
}
