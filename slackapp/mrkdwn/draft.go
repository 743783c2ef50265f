package mrkdwn

import "strings"

// hole stands in a draft for a stretch held out of it. It cannot be in the text
// itself, which was cleaned of control characters.
const hole = '\x00'

// A draft is a text of which some stretches are done: these are held apart, in
// order, each leaving one hole, so that no later step mistakes a person's name, an
// address or code for markup.
type draft struct {
	text string
	held []string
}

// fill puts what is held into its holes.
func (d draft) fill() string {
	var b strings.Builder
	rest := d.text
	for _, s := range d.held {
		i := strings.IndexByte(rest, hole)
		b.WriteString(rest[:i])
		b.WriteString(s)
		rest = rest[i+1:]
	}
	b.WriteString(rest)
	return b.String()
}

// take cuts the first n bytes off d, with what is held for their holes.
func (d *draft) take(n int) draft {
	holes := strings.Count(d.text[:n], string(hole))
	taken := draft{d.text[:n], d.held[:holes]}
	d.text, d.held = d.text[n:], d.held[holes:]
	return taken
}

type draftBuilder struct {
	text []byte
	held []string
}

func (b *draftBuilder) add(text string) { b.text = append(b.text, text...) }

func (b *draftBuilder) hold(done string) {
	b.text = append(b.text, hole)
	b.held = append(b.held, done)
}

func (b *draftBuilder) draft() draft { return draft{string(b.text), b.held} }
