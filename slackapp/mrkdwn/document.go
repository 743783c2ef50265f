package mrkdwn

import (
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// A document is a rich text in the making. What follows its like joins it: Slack
// writes neighbouring lines and quotes as paragraphs of their own.
type document struct{ blocks bridge.RichText }

// last returns the block that more of a type may join, nil where there is none.
func (d *document) last(t bridge.BlockType) *bridge.Block {
	if n := len(d.blocks); n > 0 && d.blocks[n-1].Type == t {
		return &d.blocks[n-1]
	}
	return nil
}

// start begins a block. The newline at the end of a paragraph before it only ended
// that one's last line.
func (d *document) start(b bridge.Block) {
	if p := d.last(bridge.BlockParagraph); p != nil {
		if n := len(p.Spans); n > 0 && strings.HasSuffix(p.Spans[n-1].Text, "\n") {
			p.Spans[n-1].Text = strings.TrimSuffix(p.Spans[n-1].Text, "\n")
		}
	}
	d.blocks = append(d.blocks, b)
}

// paragraph adds lines of text. Slack's composer ends them with newlines, apps leave
// these out.
func (d *document) paragraph(spans []bridge.Span) {
	if !hasText(spans) {
		return
	}
	p := d.last(bridge.BlockParagraph)
	if p == nil {
		d.start(bridge.Block{Type: bridge.BlockParagraph, Spans: spans})
		return
	}
	p.Spans = append(startLine(p.Spans), spans...)
}

// quote adds quoted lines.
func (d *document) quote(spans []bridge.Span) {
	spans = trimEnd(spans, "\n")
	q := d.last(bridge.BlockQuote)
	if q == nil {
		if !hasText(spans) {
			return
		}
		d.start(bridge.Block{Type: bridge.BlockQuote, Spans: spans})
		return
	}
	q.Spans = append(append(q.Spans, bridge.Span{Text: "\n"}), spans...)
}

// code adds a block of code, which has no looks of its own.
func (d *document) code(text string) {
	if text != "" {
		d.start(bridge.Block{Type: bridge.BlockCode, Spans: []bridge.Span{{Text: text}}})
	}
}

// list adds a list, for which b has no items yet.
func (d *document) list(b bridge.Block, items [][]bridge.Span) {
	for _, item := range items {
		b.Items = append(b.Items, trimEnd(item, "\n"))
	}
	if len(b.Items) > 0 {
		d.start(b)
	}
}

// finish returns the text without the white space at its end.
func (d *document) finish() bridge.RichText {
	for {
		n := len(d.blocks)
		if n == 0 || d.blocks[n-1].Type == bridge.BlockCode {
			return d.blocks
		}
		b := &d.blocks[n-1]
		if i := len(b.Items); i > 0 {
			b.Items[i-1] = trimEnd(b.Items[i-1], " \t\n")
			return d.blocks
		}
		if b.Spans = trimEnd(b.Spans, " \t\n"); len(b.Spans) > 0 {
			return d.blocks
		}
		d.blocks = d.blocks[:n-1]
	}
}

// startLine ends the line before, if that is not done yet.
func startLine(spans []bridge.Span) []bridge.Span {
	if n := len(spans); n > 0 && !strings.HasSuffix(spans[n-1].Text, "\n") {
		return append(spans, bridge.Span{Text: "\n"})
	}
	return spans
}

// trimEnd drops the characters of cutset that spans end with.
func trimEnd(spans []bridge.Span, cutset string) []bridge.Span {
	for n := len(spans); n > 0; n-- {
		if spans[n-1].Text = strings.TrimRight(spans[n-1].Text, cutset); spans[n-1].Text != "" {
			return spans[:n]
		}
	}
	return nil
}

func hasText(spans []bridge.Span) bool {
	for _, s := range spans {
		if s.Text != "" {
			return true
		}
	}
	return false
}

// flat is how spans read where there can be no looks and no links.
func flat(spans []bridge.Span) string {
	return bridge.RichText{{Type: bridge.BlockParagraph, Spans: spans}}.Plain()
}
