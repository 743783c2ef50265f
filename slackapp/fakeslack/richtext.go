package fakeslack

import (
	"regexp"
	"strings"
)

// richText makes of escaped text the block that Slack's editor sends along. Bold
// and the like stay as typed.
//
// Observed: every message of a person has such a block. Documented:
// reference/block-kit/blocks/rich-text-block.
func richText(text, blockID string) []any {
	elements := []any{}
	plainText := func(s string) {
		for s != "" {
			at := emoji.FindStringSubmatchIndex(s)
			if at == nil {
				elements = append(elements, map[string]any{"type": "text", "text": unescape(s)})
				return
			}
			if at[0] > 0 {
				elements = append(elements, map[string]any{"type": "text", "text": unescape(s[:at[0]])})
			}
			elements = append(elements, map[string]any{"type": "emoji", "name": s[at[2]:at[3]]})
			s = s[at[1]:]
		}
	}
	last := 0
	for _, at := range token.FindAllStringSubmatchIndex(text, -1) {
		plainText(text[last:at[0]])
		elements = append(elements, richElement(text[at[2]:at[3]]))
		last = at[1]
	}
	plainText(text[last:])
	return []any{map[string]any{
		"type": "rich_text", "block_id": blockID,
		"elements": []any{map[string]any{"type": "rich_text_section", "elements": elements}},
	}}
}

var emoji = regexp.MustCompile(`:([a-z0-9_+'-]*[a-z_+'-][a-z0-9_+'-]*):`)

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

var (
	typedThing = regexp.MustCompile(`https?://[^\s<>]+|[@#][\p{L}\p{N}._-]+`)
	wordBefore = regexp.MustCompile(`[\p{L}\p{N}_]$`)
)

// typed is Typed, with a choice of how a person is written.
func (w *Workspace) typed(text string, person func(id string) string) string {
	var b strings.Builder
	last := 0
	for _, at := range typedThing.FindAllStringIndex(text, -1) {
		if wordBefore.MatchString(text[:at[0]]) {
			continue // ann@example.com
		}
		thing := text[at[0]:at[1]]
		name := strings.TrimRight(thing, ".-_,;:!?")
		meaning, ok := w.meaningOf(name, person)
		if !ok {
			continue
		}
		b.WriteString(escapeAll(text[last:at[0]]))
		b.WriteString(meaning)
		last = at[0] + len(name)
	}
	b.WriteString(escapeAll(text[last:]))
	return b.String()
}

func (w *Workspace) meaningOf(thing string, person func(id string) string) (string, bool) {
	if strings.HasPrefix(thing, "http") {
		return "<" + escapeAmpersands(thing) + ">", true
	}
	name := strings.ToLower(thing[1:])
	id := w.names[name]
	switch {
	case thing[0] == '@' && (name == "here" || name == "channel" || name == "everyone"):
		return "<!" + name + ">", true
	case thing[0] == '@' && w.people[id] != nil:
		return person(id), true
	case thing[0] == '@' && w.groups[id] != nil:
		return "<!subteam^" + id + "|@" + name + ">", true
	case thing[0] == '#' && w.channels[id] != nil:
		if w.channels[id].kind != public {
			name = "" // Documented: interactivity/implementing-slash-commands
		}
		return "<#" + id + "|" + name + ">", true
	}
	return "", false
}
