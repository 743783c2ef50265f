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
//     Only http, https, mailto and tel addresses are shown, and none that leads
//     into the workspace itself; such a link becomes its label or "[link]".
//   - Well-known emoji become Unicode, without skin tone; others stay :typed:.
//   - The marks of bold, italic, strike and code are removed. Code is kept as it
//     is, a block of it on lines of its own. Quoted lines keep their "> ".
//   - &amp;, &lt; and &gt; are read once.
//   - Characters are repaired and dropped as in [Escape].
//
// Use [FromBlocks] first: a message written in Slack's own clients has rich_text
// blocks, which leave nothing to guess.
func Plain(text string, names Names) string {
	d := holdTokens(clean(text), newSpeller(names))
	d = holdCode(d)
	d.text = removeMarks(d.text)
	return d.fill()
}

// holdTokens spells what stands in angle brackets, then reads the entities of the
// rest. It comes before code, so that a backtick in a label cannot cut a token
// open and let its id out.
func holdTokens(text string, s speller) draft {
	var b draftBuilder
	for {
		before, rest, found := strings.Cut(text, "<")
		b.add(before)
		if !found {
			break
		}
		inner, after, ok := cutToken(rest)
		if ok {
			b.hold(s.token(inner))
		} else {
			b.add("<")
		}
		text = after
	}
	d := b.draft()
	d.text = unescape(d.text)
	return d
}

// cutToken cuts text, which follows a "<", after the token that this opens. A
// token holds no bracket and ends on its line. Where none is opened, after is all
// of text.
//
// Slack cuts long texts off, be it in the middle of a mention; what is left of
// that counts as one.
func cutToken(text string) (inner, after string, ok bool) {
	end := strings.IndexAny(text, "<>\n")
	switch {
	case end > 0 && text[end] == '>':
		return text[:end], text[end+1:], true
	case end < 0 && text != "" && strings.IndexByte("@#!", text[0]) >= 0:
		return text, "", true
	}
	return "", text, false
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

// special spells a command. One that is not known is shown by its label, which
// Slack asks for so that a reader can do just that.
func (s speller) special(command, label string) string {
	name, argument, _ := strings.Cut(command, "^")
	switch name {
	case "subteam":
		return s.userGroup(argument, label)
	case "date":
		stamp, _, _ := strings.Cut(argument, "^")
		if seconds, err := strconv.ParseInt(stamp, 10, 64); err == nil {
			return date(seconds, withoutID(label))
		}
	}
	if to := broadcast(name); to != "" {
		return to
	}
	return withoutID(label)
}
