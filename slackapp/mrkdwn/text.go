package mrkdwn

import (
	"strconv"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// ReadText gives what a message's mrkdwn text says, as Slack sends it in events and
// in the history of a conversation. It fails on nothing: what is no markup stays as
// it is.
//
//   - Mentions of people, channels and user groups become their names with @ or #
//     in front, by names, then by the label in the mention. A nameless one becomes
//     "@someone", "#channel" or "@group": an id never comes through. names may be
//     nil.
//   - A link keeps its label, or shows its address when both say the same. Only
//     http, https, mailto and tel addresses come through, and none that leads into
//     the workspace itself; such a link becomes its label or "[link]".
//   - Well-known emoji become Unicode with their skin tone; others stay :typed:.
//   - Bold, italic, strike and code become the looks of spans, a block of code, lines
//     that begin with ">" and those that begin with a bullet blocks. A line that
//     begins with a number stays text: it may be one.
//   - &amp;, &lt; and &gt; are read once.
//   - Characters are repaired and dropped as in [Escape], and so is white space at
//     the end.
func ReadText(text string, names Names) bridge.RichText {
	d := holdTokens(clean(text), newSpeller(names))
	d = holdCode(d)
	var doc document
	for more := true; more; {
		end := strings.IndexByte(d.text, '\n')
		if more = end >= 0; !more {
			end = len(d.text)
		}
		line := d.take(end)
		if more {
			d.take(1)
		}
		doc.readLine(line)
	}
	return doc.finish()
}

// readLine adds a line to the block that it belongs to.
func (d *document) readLine(line draft) {
	if code, ok := line.block(); ok {
		d.code(code)
		return
	}
	if quoted, ok := cutQuote(line.text); ok && (quoted != "" || d.last(bridge.BlockQuote) != nil) {
		line.text = quoted
		d.quote(line.spans())
		return
	}
	if item, level, ok := cutBullet(line.text); ok {
		line.text = item
		if l := d.last(bridge.BlockList); l != nil && l.Level == level {
			l.Items = append(l.Items, line.spans())
			return
		}
		d.start(bridge.Block{Type: bridge.BlockList, Level: level, Items: [][]bridge.Span{line.spans()}})
		return
	}
	d.paragraph(append(line.spans(), bridge.Span{Text: "\n"}))
}

// cutQuote cuts what makes a line a quoted one. Slack's own text of a quote has a
// space after it; >> makes none.
func cutQuote(line string) (string, bool) {
	rest, ok := strings.CutPrefix(line, ">")
	if !ok || strings.HasPrefix(rest, ">") {
		return line, false
	}
	return strings.TrimPrefix(rest, " "), true
}

// cutBullet cuts the bullet off that Slack writes an item with into a message's text:
// a different one for each level, after four spaces a level.
func cutBullet(line string) (item string, level int, ok bool) {
	rest := strings.TrimLeft(line, " ")
	for _, bullet := range []string{"• ", "◦ ", "▪︎ ", "▪ "} {
		if item, ok := strings.CutPrefix(rest, bullet); ok {
			return item, min((len(line)-len(rest))/4, bridge.MaxListLevel), true
		}
	}
	return line, 0, false
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
			b.hold(piece{spans: []bridge.Span{s.token(inner)}})
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
func (s speller) token(inner string) bridge.Span {
	what, label, _ := strings.Cut(inner, "|")
	what, label = unescape(what), unescape(label)
	switch {
	case strings.HasPrefix(what, "@"):
		return bridge.Span{Text: s.person(what[1:], label)}
	case strings.HasPrefix(what, "#"):
		return bridge.Span{Text: s.channel(what[1:], label)}
	case strings.HasPrefix(what, "!"):
		return s.special(what[1:], label)
	}
	return link(what, spellEmoji(label))
}

// special spells a command. One that is not known is shown by its label, which
// Slack asks for so that a reader can do just that.
func (s speller) special(command, label string) bridge.Span {
	name, argument, _ := strings.Cut(command, "^")
	switch name {
	case "subteam":
		return bridge.Span{Text: s.userGroup(argument, label)}
	case "date":
		stamp, format, _ := strings.Cut(argument, "^")
		_, target, _ := strings.Cut(format, "^")
		if seconds, err := strconv.ParseInt(stamp, 10, 64); err == nil {
			return date(seconds, withoutID(label), target)
		}
	}
	if to := broadcast(name); to != "" {
		return bridge.Span{Text: to}
	}
	return bridge.Span{Text: withoutID(label)}
}
