package bridge

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
)

// A RichText is an agent's text with its looks: paragraphs, quotes, code and lists
// from top to bottom. It stands beside a plain body that says the same and is all
// that a reader needs; so a rich text that is not in order is left away, never
// mended by guessing. Its JSON is what the widget gets.
type RichText []Block

// A BlockType says what a Block is and which of its fields count.
type BlockType string

const (
	BlockParagraph BlockType = "paragraph" // Spans; none are an empty line
	BlockQuote     BlockType = "quote"     // Spans
	BlockCode      BlockType = "code"      // one of Spans, without marks or link
	BlockList      BlockType = "list"      // Items, Level
	BlockOrdered   BlockType = "ordered"   // Items, Level, Start
)

// A Block stands on lines of its own. A nested list is a Block of a higher Level
// after the one whose last item it belongs to; that one goes on in a further Block.
type Block struct {
	Type  BlockType `json:"type"`
	Spans []Span    `json:"spans,omitempty"`
	Items [][]Span  `json:"items,omitempty"`
	Start int       `json:"start,omitempty"` // the first item's number up to MaxListStart; 0 is 1
	Level int       `json:"level,omitempty"` // 0 to MaxListLevel
}

// A Span is a stretch of text with the same looks. Text may hold newlines, emoji
// as Unicode and the names of people; never markup, nor an id of the desk's.
type Span struct {
	Text   string `json:"text"`
	Bold   bool   `json:"b,omitempty"`
	Italic bool   `json:"i,omitempty"`
	Strike bool   `json:"s,omitempty"`
	Code   bool   `json:"code,omitempty"`
	Link   string `json:"link,omitempty"` // an address that Linkable allows
}

// Limits of a RichText. MaxRichBytes is of its JSON.
const (
	MaxListLevel = 8
	MaxListStart = 1_000_000
	MaxRichBytes = 64 << 10
)

// Linkable reports whether a visitor may be offered target to follow: an absolute
// http or https address, mailto or tel. One with a name before its host is none, for
// it can pose as another site.
func Linkable(target string) bool {
	u, err := url.Parse(target)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "http", "https":
		return u.Host != "" && u.User == nil
	case "mailto", "tel":
		return u.Opaque != ""
	}
	return false
}

// Clean returns a copy of r fit to be kept and shown, or nil where r is not in order
// (an unknown type, a level or number out of range, code with looks, longer than
// MaxRichBytes) or says no more than its Plain text does. Spans without text and
// blocks without spans are dropped, spans of the same looks joined, and a Link that is
// not Linkable is taken off its text.
func (r RichText) Clean() RichText {
	var clean RichText
	for _, b := range r {
		if b.Level < 0 || b.Level > MaxListLevel || b.Start < 0 || b.Start > MaxListStart {
			return nil
		}
		c := Block{Type: b.Type}
		switch b.Type {
		case BlockParagraph, BlockQuote:
			c.Spans = cleanSpans(b.Spans)
		case BlockCode:
			c.Spans = cleanSpans(b.Spans)
			if len(c.Spans) > 1 || len(c.Spans) == 1 && c.Spans[0] != (Span{Text: c.Spans[0].Text}) {
				return nil
			}
		case BlockOrdered:
			c.Start = b.Start
			fallthrough
		case BlockList:
			c.Level = b.Level
			for _, item := range b.Items {
				c.Items = append(c.Items, cleanSpans(item)) // an empty one counts on
			}
		default:
			return nil
		}
		if b.Type == BlockParagraph || len(c.Spans) > 0 || len(c.Items) > 0 {
			clean = append(clean, c)
		}
	}
	if !clean.saysMore() {
		return nil
	}
	if data, err := json.Marshal(clean); err != nil || len(data) > MaxRichBytes {
		return nil
	}
	return clean
}

// cleanSpans never returns nil, which would be null in JSON.
func cleanSpans(spans []Span) []Span {
	clean := make([]Span, 0, len(spans))
	var text strings.Builder // of the last of clean, so that joining many takes no longer
	for _, s := range spans {
		if s.Text == "" {
			continue
		}
		if s.Link != "" && !Linkable(s.Link) {
			s.Link = ""
		}
		if n := len(clean); n == 0 || !clean[n-1].looksLike(s) {
			text.Reset()
			clean = append(clean, s)
		}
		text.WriteString(s.Text)
		clean[len(clean)-1].Text = text.String()
	}
	return clean
}

func (s Span) looksLike(other Span) bool {
	s.Text = other.Text
	return s == other
}

// saysMore reports whether something of r is lost in a plain text.
func (r RichText) saysMore() bool {
	for _, b := range r {
		if b.Type != BlockParagraph {
			return true
		}
		for _, s := range b.Spans {
			if s != (Span{Text: s.Text}) && s != (Span{Text: s.Text, Link: s.Text}) {
				return true
			}
		}
	}
	return false
}

// roomBesides is what an entry's other fields may take of MaxEntryBytes.
const roomBesides = 16 << 10

// beside is Clean for a text that is kept with body in one entry: nil also where
// both do not fit.
func (r RichText) beside(body string) RichText {
	clean := r.Clean()
	if clean == nil {
		return nil
	}
	data, err := json.Marshal(clean)
	if err != nil || len(data)+len(appendString(nil, body)) > MaxEntryBytes-roomBesides {
		return nil
	}
	return clean
}

// Plain writes r as a plain text that stands alone: list items with bullets or
// numbers and indented by their level, quoted lines after "> ", links with their
// address in brackets where their text does not say it, other looks left out.
func (r RichText) Plain() string {
	var b strings.Builder
	for i, block := range r {
		if i > 0 {
			b.WriteByte('\n')
		}
		switch block.Type {
		case BlockQuote:
			writeLines(&b, "> ", "> ", plainSpans(block.Spans))
		case BlockList, BlockOrdered:
			pad := strings.Repeat("    ", min(max(block.Level, 0), MaxListLevel))
			for n, item := range block.Items {
				if n > 0 {
					b.WriteByte('\n')
				}
				writeLines(&b, Bullet(block, n), pad+"  ", plainSpans(item))
			}
		default:
			b.WriteString(plainSpans(block.Spans))
		}
	}
	return b.String()
}

// Bullet is what stands before item i of a list in a plain text.
func Bullet(list Block, i int) string {
	pad := strings.Repeat("    ", min(max(list.Level, 0), MaxListLevel))
	if list.Type == BlockOrdered {
		return pad + strconv.Itoa(max(list.Start, 1)+i) + ". "
	}
	return pad + "• "
}

func writeLines(b *strings.Builder, first, others, text string) {
	b.WriteString(first)
	b.WriteString(strings.ReplaceAll(text, "\n", "\n"+others))
}

func plainSpans(spans []Span) string {
	var b strings.Builder
	from := 0 // where the text of the current link begins
	for i, s := range spans {
		b.WriteString(s.Text)
		if i+1 < len(spans) && spans[i+1].Link == s.Link {
			continue // one link of several looks
		}
		if label := b.String()[from:]; s.Link != "" && !says(label, s.Link) {
			b.WriteString(" (" + LinkText(s.Link) + ")")
		}
		from = b.Len()
	}
	return b.String()
}

// LinkText is how a link's target is written for people: mail and phone without the
// scheme.
func LinkText(target string) string {
	for _, scheme := range []string{"mailto:", "tel:"} {
		if len(target) >= len(scheme) && strings.EqualFold(target[:len(scheme)], scheme) {
			return target[len(scheme):]
		}
	}
	return target
}

// says reports whether the text of a link is its address.
func says(text, link string) bool { return text == link || text == LinkText(link) }
