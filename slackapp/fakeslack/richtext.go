package fakeslack

import (
	"encoding/json"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// richText makes of escaped text the block that Slack's editor sends along: what
// people type as "*bold*", "> quoted", "- item" or between three backquotes is
// styled in it, and everything is unescaped.
// Of nothing but marks it makes none.
//
// Observed: every message of a person has such a block. Documented:
// reference/block-kit/blocks/rich-text-block.
func richText(text, blockID string) []any {
	c := composer{elements: []any{}}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		if rest, ok := strings.CutPrefix(lines[i], fence); ok {
			code, next := fenced(rest, lines[i+1:])
			c.add("rich_text_preformatted", nil, []any{styled(unescape(code), nil)})
			i += next
			continue
		}
		c.line(lines[i])
	}
	c.end()
	if len(c.elements) == 0 {
		return nil
	}
	return []any{map[string]any{"type": "rich_text", "block_id": blockID, "elements": c.elements}}
}

// blocksOf writes what richText made.
func blocksOf(rich []any) json.RawMessage {
	if rich == nil {
		return nil
	}
	return marshal(rich)
}

const fence = "```"

// fenced collects what stands between the fence before rest and the next one, and
// says how many of the lines after it belong to it. A fence that nobody closes
// lasts to the end.
func fenced(rest string, after []string) (code string, lines int) {
	for n, line := range append([]string{rest}, after...) {
		if before, _, closed := strings.Cut(line, fence); closed {
			return strings.Trim(code+before, "\n"), n
		}
		code += line + "\n"
	}
	return strings.Trim(code, "\n"), len(after)
}

// A composer puts the lines of a text together into the parts of a rich_text.
type composer struct {
	elements []any
	kind     string // of the part that lines are being added to
	style    string // of a list: bullet or ordered
	indent   int    // of a list
	parts    []any  // the elements of a section or quote, the items of a list
}

var listItem = regexp.MustCompile(`^(\s*)(?:([-*•])|(\d+)\.)\s+(.*)$`)

func (c *composer) line(line string) {
	if quoted, ok := strings.CutPrefix(line, "&gt;"); ok {
		c.text("rich_text_quote", strings.TrimPrefix(quoted, " "))
		return
	}
	if m := listItem.FindStringSubmatch(line); m != nil {
		style := "bullet"
		if m[3] != "" {
			style = "ordered"
		}
		c.item(style, len(m[1])/4, m[4])
		return
	}
	c.text("rich_text_section", line)
}

// text adds a line to the section or quote that is open, or opens one.
func (c *composer) text(kind, line string) {
	if c.kind != kind {
		c.end()
		c.kind = kind
	} else {
		c.parts = append(c.parts, styled("\n", nil))
	}
	c.parts = append(c.parts, inline(line, nil)...)
}

func (c *composer) item(style string, indent int, line string) {
	if c.kind != "rich_text_list" || c.style != style || c.indent != indent {
		c.end()
		c.kind, c.style, c.indent = "rich_text_list", style, indent
	}
	c.parts = append(c.parts, map[string]any{"type": "rich_text_section", "elements": inline(line, nil)})
}

// end closes the part that is open.
func (c *composer) end() {
	kind, parts := c.kind, merged(c.parts)
	c.kind, c.parts = "", nil
	switch {
	case kind == "rich_text_list":
		c.add(kind, map[string]any{"style": c.style, "indent": c.indent}, parts)
	case kind != "" && len(parts) > 0:
		c.add(kind, nil, parts)
	}
}

func (c *composer) add(kind string, more map[string]any, elements []any) {
	c.end()
	part := map[string]any{"type": kind, "elements": elements}
	maps.Copy(part, more)
	if kind != "rich_text_section" && kind != "rich_text_quote" {
		part["border"] = 0
	}
	c.elements = append(c.elements, part)
}

// merged joins neighbouring texts of one style, as the editor does.
func merged(parts []any) []any {
	out := []any{}
	for _, x := range parts {
		p := x.(map[string]any)
		if n := len(out); n > 0 && p["type"] == "text" {
			last := out[n-1].(map[string]any)
			if last["type"] == "text" && p["style"] == nil && last["style"] == nil {
				last["text"] = last["text"].(string) + p["text"].(string)
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

var (
	emoji      = regexp.MustCompile(`^:([a-z0-9_+'-]*[a-z_+'-][a-z0-9_+'-]*):(?::skin-tone-([2-6]):)?`)
	tokenHere  = regexp.MustCompile(`^<([^<>]*)>`)
	styleMarks = map[byte]string{'*': "bold", '_': "italic", '~': "strike"}
)

// styling is how a text looks: bold, italic, strike, code.
type styling map[string]bool

func (s styling) with(name string) styling {
	next := maps.Clone(s)
	if next == nil {
		next = styling{}
	}
	next[name] = true
	return next
}

// inline makes the elements of one line of escaped text.
func inline(s string, st styling) []any {
	elements := []any{}
	start := 0
	flush := func(end int) {
		if start < end {
			elements = append(elements, styled(unescape(s[start:end]), st))
		}
	}
	for i := 0; i < len(s); {
		found, length := elementAt(s, i, st)
		if found == nil {
			i++
			continue
		}
		flush(i)
		elements = append(elements, found...)
		i += length
		start = i
	}
	flush(len(s))
	return elements
}

// elementAt reads what is more than text at s[i:], and how long that is.
func elementAt(s string, i int, st styling) (elements []any, length int) {
	switch s[i] {
	case '<':
		if m := tokenHere.FindStringSubmatch(s[i:]); m != nil {
			return []any{withStyle(richElement(m[1]), st)}, len(m[0])
		}
	case ':':
		if m := emoji.FindStringSubmatch(s[i:]); m != nil {
			e := map[string]any{"type": "emoji", "name": m[1]}
			if tone, err := strconv.Atoi(m[2]); err == nil {
				e["skin_tone"] = tone
			}
			return []any{withStyle(e, st)}, len(m[0])
		}
	case '`':
		if end := closing(s, i); end > 0 {
			return []any{styled(unescape(plainTokens(s[i+1:end])), st.with("code"))}, end + 1 - i
		}
	case '*', '_', '~':
		if end := closing(s, i); end > 0 {
			return inline(s[i+1:end], st.with(styleMarks[s[i]])), end + 1 - i
		}
	}
	return nil, 0
}

// closing finds the mark that ends the style begun at i, or 0: both stand at the
// edge of words, and there is something between them.
func closing(s string, i int) int {
	if before, _ := utf8.DecodeLastRuneInString(s[:i]); i > 0 && isWord(before) {
		return 0
	}
	mark := s[i]
	if i+1 >= len(s) || s[i+1] == ' ' || s[i+1] == mark {
		return 0
	}
	for j := i + 2; j < len(s); j++ {
		if s[j] != mark || s[j-1] == ' ' {
			continue
		}
		if after, _ := utf8.DecodeRuneInString(s[j+1:]); j+1 == len(s) || !isWord(after) {
			return j
		}
	}
	return 0
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// plainTokens undoes what Typed makes of addresses: code is shown as typed.
func plainTokens(s string) string {
	return token.ReplaceAllStringFunc(s, func(t string) string {
		body := strings.Trim(t, "<>")
		if _, label, ok := strings.Cut(body, "|"); ok {
			return label
		}
		return body
	})
}

func styled(text string, st styling) map[string]any {
	return withStyle(map[string]any{"type": "text", "text": text}, st)
}

func withStyle(element map[string]any, st styling) map[string]any {
	if len(st) > 0 {
		element["style"] = st
	}
	return element
}

// bulleted is how the text beside the block shows what was typed as a list.
//
// Observed: the editor turns the mark of an item into a bullet.
func bulleted(text string) string {
	return typedBullet.ReplaceAllString(text, "${1}• ")
}

var typedBullet = regexp.MustCompile(`(?m)^(\s*)[-*]\s+`)

func richElement(body string) map[string]any {
	id, label, _ := strings.Cut(body, "|")
	switch {
	case strings.HasPrefix(id, "@"):
		return map[string]any{"type": "user", "user_id": id[1:]}
	case strings.HasPrefix(id, "#"):
		return map[string]any{"type": "channel", "channel_id": id[1:]}
	case strings.HasPrefix(id, "!subteam^"):
		return map[string]any{"type": "usergroup", "usergroup_id": strings.TrimPrefix(id, "!subteam^")}
	case strings.HasPrefix(id, "!"):
		return map[string]any{"type": "broadcast", "range": id[1:]}
	}
	link := map[string]any{"type": "link", "url": unescape(id)}
	if label != "" {
		link["text"] = unescape(label)
	}
	return link
}

func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}

// hasRichText reports whether decoded blocks have a rich_text among them.
func hasRichText(blocks any) bool {
	list, _ := blocks.([]any)
	for _, x := range list {
		if b, _ := x.(map[string]any); b["type"] == "rich_text" {
			return true
		}
	}
	return false
}
