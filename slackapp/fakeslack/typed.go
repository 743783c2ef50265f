package fakeslack

import (
	"regexp"
	"strings"
)

var (
	typedThing = regexp.MustCompile(`https?://[^\s<>]+|[@#][\p{L}\p{N}._-]+`)
	wordBefore = regexp.MustCompile(`[\p{L}\p{N}_]$`)
)

// Typed turns what a person types into Slack's editor into the escaped form
// that Say takes: "@ann", "@sales", "@here", "#chat-sales" and addresses become
// what they mean, and the three special characters are escaped.
func (w *Workspace) Typed(text string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.typed(text, func(id string) string { return "<@" + id + ">" })
}

// typed is Typed, with a choice of how a person is written.
func (w *Workspace) typed(text string, person func(id string) string) string {
	var b strings.Builder
	last := 0
	for _, at := range typedThing.FindAllStringIndex(text, -1) {
		if wordBefore.MatchString(text[:at[0]]) {
			continue // ann@example.com
		}
		thing := text[at[0]:at[1]]
		name := strings.TrimRight(thing, ".-_,;:!?*~`)")
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
