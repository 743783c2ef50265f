package mrkdwn

import (
	"bytes"
	"strings"
)

const fence = "```"

// holdCode holds code and emoji apart: code because nothing in it is markup, emoji
// because their names are full of underscores. Both are found in one pass, since
// there are no emoji in code.
func holdCode(d draft) draft {
	var b draftBuilder
	fenced := true // a fence may yet be closed; searched for in vain only once
	for d.text != "" {
		i := strings.IndexAny(d.text, "`:\x00")
		if i < 0 {
			break
		}
		b.add(d.text[:i])
		d.text = d.text[i:]

		if fenced && strings.HasPrefix(d.text, fence) {
			switch n := strings.Index(d.text[len(fence):], fence); n {
			case -1:
				fenced = false
			case 0:
				b.add(d.take(2 * len(fence)).text)
				continue
			default:
				b.holdBlock(d.code(n, fence))
				d.text = strings.TrimLeft(d.text, " ")
				if d.text != "" && d.text[0] != '\n' {
					b.add("\n")
				}
				continue
			}
		}
		switch d.text[0] {
		case hole:
			b.hold(d.take(1).fill())
			continue
		case '`':
			if n := strings.IndexAny(d.text[1:], "`\n"); n > 0 && d.text[1+n] == '`' {
				b.hold(d.code(n, "`"))
				continue
			}
		case ':':
			if spelled, n := leadingEmoji(d.text); n > 0 {
				b.hold(spelled)
				d.text = d.text[n:]
				continue
			}
		}
		b.add(d.take(1).text)
	}
	b.add(d.text)
	return b.draft()
}

// code takes n bytes of code between two marks.
func (d *draft) code(n int, mark string) string {
	d.take(len(mark))
	code := d.take(n).fill()
	d.take(len(mark))
	return code
}

// holdBlock puts a block of code on lines of its own, as Slack shows it even when
// the fences stand in the middle of a line.
func (b *draftBuilder) holdBlock(code string) {
	b.text = bytes.TrimRight(b.text, " ")
	if len(b.text) > 0 && b.text[len(b.text)-1] != '\n' {
		b.add("\n")
	}
	b.hold(strings.TrimSuffix(strings.TrimPrefix(code, "\n"), "\n"))
}
