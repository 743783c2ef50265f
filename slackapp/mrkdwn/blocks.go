package mrkdwn

import (
	"encoding/json"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// ReadBlocks gives the text of the rich_text blocks of a message, by the rules of
// [ReadText]. A list or code within a quote becomes a part of that quote. blocks is
// the message's array of blocks as Slack sends it; blocks of other kinds in it, and
// elements that have neither text nor address, are passed over. names may be nil.
//
// It reports false when blocks is missing or not of the documented form, has no
// rich_text block or shows nothing; the message's text is all there is then.
func ReadBlocks(blocks json.RawMessage, names Names) (bridge.RichText, bool) {
	var list []struct {
		Type     string          `json:"type"`
		Elements json.RawMessage `json:"elements"` // their form depends on the type
	}
	if json.Unmarshal(blocks, &list) != nil {
		return nil, false
	}
	r := blockReader{speller: newSpeller(names)}
	for _, block := range list {
		if block.Type != "rich_text" {
			continue
		}
		var elements []element
		if json.Unmarshal(block.Elements, &elements) != nil {
			return nil, false
		}
		for _, e := range elements {
			r.block(e)
		}
	}
	text := r.finish()
	return text, strings.TrimSpace(text.Plain()) != ""
}

// An element is any part of a rich_text block, down to a single word; Type says
// which fields are set.
type element struct {
	Type     string    `json:"type"`
	Elements []element `json:"elements"`

	// rich_text_list, and Border also of rich_text_preformatted.
	Style  json.RawMessage `json:"style"` // a string in lists, an object in text
	Indent int             `json:"indent"`
	Offset int             `json:"offset"`
	Border int             `json:"border"`

	Text        string `json:"text"`
	URL         string `json:"url"`
	UserID      string `json:"user_id"`
	UserGroupID string `json:"usergroup_id"`
	ChannelID   string `json:"channel_id"`
	Range       string `json:"range"` // of a broadcast
	Name        string `json:"name"`  // of an emoji
	Unicode     string `json:"unicode"`
	SkinTone    int    `json:"skin_tone"`
	Value       string `json:"value"` // of a color
	Timestamp   int64  `json:"timestamp"`
	Fallback    string `json:"fallback"`
}

type blockReader struct {
	speller
	document
}

func (r *blockReader) block(e element) {
	quoted := e.Border == 1 // how Slack writes a list or code within a quote
	switch {
	case e.Type == "rich_text_list" && quoted:
		for i, item := range r.items(e) {
			r.quote(listed(bridge.Bullet(r.listOf(e), i), item))
		}
	case e.Type == "rich_text_list":
		r.list(r.listOf(e), r.items(e))
	case e.Type == "rich_text_preformatted":
		text := strings.TrimSuffix(flat(r.spans(e.Elements)), "\n")
		if quoted {
			r.quote([]bridge.Span{{Text: text, Code: true}})
		} else {
			r.code(text)
		}
	case e.Type == "rich_text_quote" || quoted:
		r.quote(r.spans(e.Elements))
	default: // rich_text_section
		r.paragraph(r.spans(e.Elements))
	}
}

// listOf gives a list without its items. It numbers from Offset on, with which Slack
// continues a list after a nested one: nesting is written as lists of different
// Indent one after the other.
func (r *blockReader) listOf(e element) bridge.Block {
	b := bridge.Block{Type: bridge.BlockList, Level: min(max(e.Indent, 0), bridge.MaxListLevel)}
	if string(e.Style) == `"ordered"` {
		b.Type = bridge.BlockOrdered
		if e.Offset > 0 {
			b.Start = min(e.Offset, bridge.MaxListStart-1) + 1
		}
	}
	return b
}

func (r *blockReader) items(list element) [][]bridge.Span {
	var items [][]bridge.Span
	for _, item := range list.Elements {
		items = append(items, r.spans(item.Elements))
	}
	return items
}

// listed puts a bullet before an item, and indents its other lines.
func listed(bullet string, item []bridge.Span) []bridge.Span {
	spans := []bridge.Span{{Text: bullet}}
	indent := strings.Repeat(" ", len(bullet)-len(strings.TrimLeft(bullet, " "))) + "  "
	for _, s := range trimEnd(item, "\n") {
		s.Text = strings.ReplaceAll(s.Text, "\n", "\n"+indent)
		spans = append(spans, s)
	}
	return spans
}

func (s speller) spans(elements []element) []bridge.Span { return s.appendSpans(nil, elements) }

func (s speller) appendSpans(spans []bridge.Span, elements []element) []bridge.Span {
	for _, e := range elements {
		if len(e.Elements) > 0 { // a section within a quote, in some clients
			spans = s.appendSpans(startLine(spans), e.Elements)
			continue
		}
		span := s.inline(e)
		span.Text = clean(span.Text)
		if span.Text != "" {
			spans = append(spans, styled(span, e.Style))
		}
	}
	return spans
}

// styled gives a span the looks of its element; some that Slack has are nothing
// to a visitor (an agent's own highlights) and pass.
func styled(span bridge.Span, style json.RawMessage) bridge.Span {
	var look struct{ Bold, Italic, Strike, Code bool }
	if len(style) > 0 && json.Unmarshal(style, &look) == nil {
		span.Bold, span.Italic, span.Strike, span.Code = look.Bold, look.Italic, look.Strike, look.Code
	}
	return span
}

func (s speller) inline(e element) bridge.Span {
	var text string
	switch e.Type {
	case "text":
		text = e.Text
	case "user", "canvas_user_mention":
		text = s.person(e.UserID, "")
	case "channel":
		text = s.channel(e.ChannelID, "")
	case "usergroup":
		text = s.userGroup(e.UserGroupID, "")
	case "broadcast":
		text = broadcast(e.Range)
	case "emoji":
		text = emojiOf(e.Name, e.Unicode, e.SkinTone)
	case "color":
		text = e.Value
	case "date":
		return date(e.Timestamp, clean(e.Fallback), clean(e.URL))
	default: // link, and mentions of files, messages and the like
		if e.URL != "" {
			return link(clean(e.URL), clean(e.Text))
		}
		text = e.Text
	}
	return bridge.Span{Text: text}
}
