package fakeslack

import "strings"

// escapeLoose escapes what is not part of an escaped form already.
//
// Documented: messaging/formatting-message-text, "Escaping text". Assumed: Slack
// escapes a lone special character of an app, as it does a person's.
func escapeLoose(text string) string {
	if !strings.ContainsAny(text, "&<>") {
		return text
	}
	var b strings.Builder
	last := 0
	for _, at := range token.FindAllStringSubmatchIndex(text, -1) {
		if !isToken(text[at[2]:at[3]]) {
			continue
		}
		b.WriteString(escapeAll(text[last:at[0]]))
		b.WriteString("<" + escapeAmpersands(text[at[2]:at[3]]) + ">")
		last = at[1]
	}
	b.WriteString(escapeAll(text[last:]))
	return b.String()
}

// isToken reports whether this stands in angle brackets for something.
func isToken(body string) bool {
	for _, start := range []string{"@U", "@W", "#C", "#G", "#D", "!", "http://", "https://", "mailto:", "tel:", "slack://"} {
		if strings.HasPrefix(body, start) {
			return true
		}
	}
	return false
}

func escapeAll(text string) string {
	return strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(escapeAmpersands(text))
}

func escapeAmpersands(text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "&")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte('&')
		if !strings.HasPrefix(after, "amp;") && !strings.HasPrefix(after, "lt;") && !strings.HasPrefix(after, "gt;") {
			b.WriteString("amp;")
		}
		text = after
	}
}
