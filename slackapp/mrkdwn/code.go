package mrkdwn

import (
	"bytes"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// holdCode holds code and emoji apart: code because nothing in it is markup, emoji
// because their names are full of underscores. Both are found in one pass, since
// there are no emoji in code.
func holdCode(d draft) draft {
	var b draftBuilder
	for {
		i := strings.IndexAny(d.text, "`:\x00")
		if i < 0 {
			b.add(d.text)
			return b.draft()
		}
		b.add(d.take(i).text)
		switch {
		case b.moveBlock(&d), b.moveSpan(&d), b.moveEmoji(&d):
		case d.text[0] == hole:
			b.hold(d.take(1).held[0])
		default:
			b.add(d.take(1).text)
		}
	}
}

const fence = "```"

// moveBlock moves a block of code from the start of d to b, where it is held on
// lines of its own: Slack shows it so even when its fences stand within a line.
// Where d starts with none, it does nothing and returns false.
func (b *draftBuilder) moveBlock(d *draft) bool {
	if !strings.HasPrefix(d.text, fence) {
		return false
	}
	// This reads to the end of the text only where no other fence follows, which
	// is so for three starts of a fence at most.
	n := strings.Index(d.text[len(fence):], fence)
	if n < 0 {
		return false
	}
	if n == 0 { // nothing between them
		b.add(d.take(2 * len(fence)).text)
		return true
	}
	b.text = bytes.TrimRight(b.text, " ")
	if len(b.text) > 0 && b.text[len(b.text)-1] != '\n' {
		b.add("\n")
	}
	code := flat(d.takeBetween(fence, n))
	code = strings.TrimSuffix(strings.TrimPrefix(code, "\n"), "\n")
	b.hold(piece{spans: []bridge.Span{{Text: code}}, block: true})
	d.text = strings.TrimLeft(d.text, " ")
	if d.text != "" && d.text[0] != '\n' {
		b.add("\n")
	}
	return true
}

// moveSpan is [draftBuilder.moveBlock] for code within a line.
func (b *draftBuilder) moveSpan(d *draft) bool {
	if d.text[0] != '`' {
		return false
	}
	n := strings.IndexAny(d.text[1:], "`\n")
	if n <= 0 || d.text[1+n] != '`' {
		return false
	}
	b.hold(piece{spans: d.takeBetween("`", n)})
	return true
}

// moveEmoji is [draftBuilder.moveBlock] for an emoji.
func (b *draftBuilder) moveEmoji(d *draft) bool {
	spelled, n := leadingEmoji(d.text)
	if n == 0 {
		return false
	}
	d.take(n)
	b.hold(piece{spans: []bridge.Span{{Text: spelled}}})
	return true
}

// takeBetween cuts off n bytes that stand between two marks, with both marks, and
// returns what was between them as code.
func (d *draft) takeBetween(mark string, n int) []bridge.Span {
	d.take(len(mark))
	between := d.take(n)
	d.take(len(mark))
	return between.code()
}
