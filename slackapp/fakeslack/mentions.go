package fakeslack

import (
	"regexp"
	"slices"
	"strings"
)

// mentions are what a message could call somebody by, before anybody has looked
// up who that is.
type mentions struct {
	users      []string // ids
	groups     []string // ids
	broadcasts []string // here, channel, everyone
	names      []string // handles written out, where Slack turns those into mentions
}

// without returns what m mentions and before does not.
func (m mentions) without(before mentions) mentions {
	less := func(all, some []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(some, s) })
	}
	return mentions{
		users:      less(m.users, before.users),
		groups:     less(m.groups, before.groups),
		broadcasts: less(m.broadcasts, before.broadcasts),
		names:      less(m.names, before.names),
	}
}

// A token is one thing in angle brackets.
//
// Documented: messaging/formatting-message-text, "Retrieving message text".
var token = regexp.MustCompile(`<([^<>]*)>`)

// scan adds what the escaped forms in text mention. Text that was escaped, such
// as "&lt;!channel&gt;", holds none.
//
// Assumed: code spans do not shield from a mention.
func (m *mentions) scan(text string) {
	for _, t := range token.FindAllStringSubmatch(text, -1) {
		body, _, _ := strings.Cut(t[1], "|")
		switch {
		case strings.HasPrefix(body, "@U"), strings.HasPrefix(body, "@W"):
			m.users = append(m.users, body[1:])
		case strings.HasPrefix(body, "!subteam^"):
			m.groups = append(m.groups, strings.TrimPrefix(body, "!subteam^"))
		case body == "!here", body == "!channel", body == "!everyone":
			m.broadcasts = append(m.broadcasts, body[1:])
		case body == "!group": // the old name of !channel
			m.broadcasts = append(m.broadcasts, "channel")
		}
	}
}

var writtenName = regexp.MustCompile(`(?:^|[^\p{L}\p{N}_@])@([\p{L}\p{N}._-]+)`)

// scanNames adds the handles that text writes out. Slack looks for them where
// link_names or parse=full asks for it, and in text objects that are not verbatim.
//
// Documented: messaging/formatting-message-text, "Automatic parsing".
func (m *mentions) scanNames(text string) {
	for _, t := range writtenName.FindAllStringSubmatch(text, -1) {
		name := strings.ToLower(strings.TrimRight(t[1], ".-_"))
		switch name {
		case "here", "channel", "everyone":
			m.broadcasts = append(m.broadcasts, name)
		case "":
		default:
			m.names = append(m.names, name)
		}
	}
}

// scanBlocks adds what decoded blocks mention: the typed elements of rich text,
// and the text objects that are mrkdwn. plain_text mentions nobody.
func (m *mentions) scanBlocks(blocks any, quietNonVerbatim bool) {
	switch b := blocks.(type) {
	case []any:
		for _, x := range b {
			m.scanBlocks(x, quietNonVerbatim)
		}
	case map[string]any:
		text := func(key string) string { s, _ := b[key].(string); return s }
		switch text("type") {
		case "mrkdwn", "markdown":
			m.scan(text("text"))
			if verbatim, _ := b["verbatim"].(bool); !verbatim && !quietNonVerbatim {
				m.scanNames(text("text"))
			}
			return
		case "user":
			m.users = append(m.users, text("user_id"))
		case "usergroup":
			m.groups = append(m.groups, text("usergroup_id"))
		case "broadcast":
			m.broadcasts = append(m.broadcasts, text("range"))
		}
		for _, x := range b {
			switch x.(type) {
			case []any, map[string]any:
				m.scanBlocks(x, quietNonVerbatim)
			}
		}
	}
}

// scanAttachments adds what old-style attachments mention. Assumed: they notify.
func (m *mentions) scanAttachments(attachments any, names bool) {
	list, _ := attachments.([]any)
	for _, x := range list {
		a, _ := x.(map[string]any)
		for _, key := range []string{"pretext", "text", "title", "fallback"} {
			text, _ := a[key].(string)
			m.scan(text)
			if names {
				m.scanNames(text)
			}
		}
		m.scanBlocks(a["blocks"], !names)
		fields, _ := a["fields"].([]any)
		for _, f := range fields {
			field, _ := f.(map[string]any)
			value, _ := field["value"].(string)
			m.scan(value)
		}
	}
}
