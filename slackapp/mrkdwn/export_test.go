package mrkdwn

import "strings"

// Split cuts all of a text as Parts does, but for numbers and code. The parts joined
// are the text; there is always one.
func Split(text string, limit int) []string {
	limit = max(limit, 1)
	last := strings.LastIndexFunc(text, visible)
	var parts []string
	for {
		n := cut(text, limit, last)
		parts = append(parts, text[:n])
		if text = text[n:]; text == "" {
			return parts
		}
		last -= n
	}
}
