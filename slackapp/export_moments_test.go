package slackapp

import "time"

// ParseEnd reads the end of "off tech for 2h" from its words.
func ParseEnd(words []string, now time.Time) (time.Time, error) {
	_, end := cutEnd(append([]string{"tech"}, words...))
	return parseEnd(end, now)
}

// ParseMoment reads a moment by the clock of now's zone.
func ParseMoment(text string, now time.Time) (time.Time, error) { return parseMoment(text, now) }
