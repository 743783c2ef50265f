package mrkdwn

import (
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// hole stands in a draft for a piece held out of it. It cannot be in the text
// itself, which was cleaned of control characters.
const hole = '\x00'

// A draft is a text of which some pieces are done: these are held apart, in order,
// each leaving one hole, so that no later step mistakes a person's name, an address
// or code for markup.
type draft struct {
	text string
	held []piece
}

// A piece is what stands in a hole. Of a block of code there is one span.
type piece struct {
	spans []bridge.Span
	block bool // a block of code, on a line of its own
}

// block returns the code of a line that is nothing but a block of it.
func (d draft) block() (code string, ok bool) {
	if len(d.held) == 1 && d.held[0].block {
		return d.held[0].spans[0].Text, true
	}
	return "", false
}

// take cuts the first n bytes off d, with what is held for their holes.
func (d *draft) take(n int) draft {
	holes := strings.Count(d.text[:n], string(hole))
	taken := draft{d.text[:n], d.held[:holes]}
	d.text, d.held = d.text[n:], d.held[holes:]
	return taken
}

// spans gives a line its looks: the marks that format are gone, and the holes filled.
func (d draft) spans() []bridge.Span {
	formats, n := pairs(d.text)
	spans := make([]bridge.Span, 0, n+2*len(d.held)+2) // one for the line's end
	var look bridge.Span
	held, from := d.held, 0
	add := func(s bridge.Span) {
		if s.Text != "" {
			s.Bold, s.Italic, s.Strike = look.Bold, look.Italic, look.Strike
			spans = append(spans, s)
		}
	}
	for i := 0; i < len(d.text); i++ {
		if d.text[i] != hole && !formats[i] {
			continue
		}
		add(bridge.Span{Text: d.text[from:i]})
		from = i + 1
		switch d.text[i] {
		case hole:
			for _, s := range held[0].spans {
				add(s)
			}
			held = held[1:]
		case '*':
			look.Bold = !look.Bold
		case '_':
			look.Italic = !look.Italic
		case '~':
			look.Strike = !look.Strike
		}
	}
	add(bridge.Span{Text: d.text[from:]})
	return spans
}

// code gives d as code, in which no mark counts.
func (d draft) code() []bridge.Span {
	var spans []bridge.Span
	add := func(s bridge.Span) {
		if s.Text != "" {
			s.Code = true
			spans = append(spans, s)
		}
	}
	text, held := d.text, d.held
	for {
		before, after, found := strings.Cut(text, string(hole))
		add(bridge.Span{Text: before})
		if !found {
			return spans
		}
		for _, s := range held[0].spans {
			add(s)
		}
		text, held = after, held[1:]
	}
}

type draftBuilder struct {
	text []byte
	held []piece
}

func (b *draftBuilder) add(text string) { b.text = append(b.text, text...) }

func (b *draftBuilder) hold(p piece) {
	b.text = append(b.text, hole)
	b.held = append(b.held, p)
}

func (b *draftBuilder) draft() draft { return draft{string(b.text), b.held} }
