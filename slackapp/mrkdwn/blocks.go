package mrkdwn

import (
	"encoding/json"
	"strconv"
	"strings"
)

// FromBlocks gives the plain text of the rich_text blocks of a message, by the
// rules of [Plain]; list items get bullets or numbers and are indented by their
// level, quoted lines begin with "> ". blocks is the message's array of blocks as
// Slack sends it; blocks of other kinds in it, and elements that have neither text
// nor address, are passed over. names may be nil.
//
// It reports false when blocks is missing or not of the documented form, has no
// rich_text block or shows nothing; the message's text is all there is then.
func FromBlocks(blocks json.RawMessage, names Names) (string, bool) {
	var list []struct {
		Type     string          `json:"type"`
		Elements json.RawMessage `json:"elements"` // their form depends on the type
	}
	if json.Unmarshal(blocks, &list) != nil {
		return "", false
	}
	s := newSpeller(names)
	var b strings.Builder
	for _, block := range list {
		if block.Type != "rich_text" {
			continue
		}
		var paragraphs []element
		if json.Unmarshal(block.Elements, &paragraphs) != nil {
			return "", false
		}
		for _, p := range paragraphs {
			startLine(&b)
			b.WriteString(s.paragraph(p))
		}
	}
	text := strings.TrimRight(clean(b.String()), " \t\n")
	return text, strings.TrimSpace(text) != ""
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
	Value       string `json:"value"` // of a color
	Timestamp   int64  `json:"timestamp"`
	Fallback    string `json:"fallback"`
}

// startLine ends the line before, if that is not done yet: before a list or quote,
// Slack's composer writes the line's end into the text itself; apps leave it out.
func startLine(b *strings.Builder) {
	if s := b.String(); s != "" && !strings.HasSuffix(s, "\n") {
		b.WriteByte('\n')
	}
}

func (s speller) paragraph(e element) string {
	var text string
	switch e.Type {
	case "rich_text_list":
		text = s.list(e)
	case "rich_text_quote":
		return prefixLines("> ", "> ", s.line(e.Elements))
	default: // rich_text_section, rich_text_preformatted
		text = s.line(e.Elements)
	}
	if e.Border == 1 { // how Slack writes a list or code within a quote
		return prefixLines("> ", "> ", text)
	}
	return text
}

// maxIndent is the deepest level that Slack's composer makes.
const maxIndent = 8

// list numbers from Offset on, with which Slack continues a list after a nested
// one: nesting is written as lists of different Indent one after the other.
func (s speller) list(e element) string {
	ordered := string(e.Style) == `"ordered"`
	pad := strings.Repeat("    ", min(max(e.Indent, 0), maxIndent))
	var items []string
	for i, item := range e.Elements {
		point := "• "
		if ordered {
			point = strconv.Itoa(e.Offset+i+1) + ". "
		}
		items = append(items, prefixLines(pad+point, pad+"  ", s.line(item.Elements)))
	}
	return strings.Join(items, "\n")
}

// prefixLines drops the newlines at the end of text: they only end its last line.
func prefixLines(first, others, text string) string {
	text = strings.TrimRight(text, "\n")
	return first + strings.ReplaceAll(text, "\n", "\n"+others)
}

func (s speller) line(elements []element) string {
	var b strings.Builder
	s.write(&b, elements)
	return b.String()
}

func (s speller) write(b *strings.Builder, elements []element) {
	for _, e := range elements {
		if len(e.Elements) > 0 { // a section within a quote, in some clients
			startLine(b)
			s.write(b, e.Elements)
			continue
		}
		b.WriteString(s.inline(e))
	}
}

func (s speller) inline(e element) string {
	switch e.Type {
	case "text":
		return e.Text
	case "user", "canvas_user_mention":
		return s.person(e.UserID, "")
	case "channel":
		return s.channel(e.ChannelID, "")
	case "usergroup":
		return s.userGroup(e.UserGroupID, "")
	case "broadcast":
		return broadcast(e.Range)
	case "emoji":
		return emojiOf(e.Name, e.Unicode)
	case "color":
		return e.Value
	case "date":
		return date(e.Timestamp, e.Fallback)
	}
	if e.URL != "" { // link, and mentions of files, messages and the like
		return link(e.URL, e.Text)
	}
	return e.Text
}
