package locale

import (
	"fmt"
	"strings"
	"time"
)

// A Locale is a language that the app speaks.
type Locale string

// The languages there are. Whoever has another one reads English.
const (
	English Locale = "en"
	French  Locale = "fr"
)

// All lists every Locale.
var All = []Locale{English, French}

// Of returns the Locale for a language tag such as Slack's "fr-CA" of a person
// (docs.slack.dev/reference/methods/users.info, include_locale), English where it is
// empty or none of ours.
func Of(tag string) Locale {
	language, _, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")
	if strings.EqualFold(language, string(French)) {
		return French
	}
	return English
}

// A Key is an English sentence or word that stands in a table and is said later.
// Given to Say among the arguments, it is said in the same language.
type Key string

// Say formats a sentence as fmt.Sprintf does. format is the English one, written in the
// code as a literal, for that is how a test finds what must be translated.
func (l Locale) Say(format string, args ...any) string {
	return l.format(l.translated(format).other, args)
}

// Count says a sentence about n things: one or other is the English format, of which
// other is the key. n is the first of its arguments, args are the others.
func (l Locale) Count(n int, one, other string, args ...any) string {
	m, known := catalogues[l][other]
	switch {
	case !known:
		m = message{one: one, other: other}
	case m.one == "":
		m.one = m.other
	}
	format := m.other
	if l.singular(n) {
		format = m.one
	}
	return l.format(format, append([]any{n}, args...))
}

// singular follows the cardinal rules of CLDR for whole numbers: French says zero
// in the singular.
func (l Locale) singular(n int) bool { return n == 1 || l == French && n == 0 }

func (l Locale) format(format string, args []any) string {
	if len(args) == 0 {
		return strings.ReplaceAll(format, "%%", "%")
	}
	said := make([]any, len(args))
	for i, a := range args {
		if k, ok := a.(Key); ok {
			a = l.Say(string(k))
		}
		said[i] = a
	}
	return fmt.Sprintf(format, said...)
}

// List joins names as the language does: "Ann, Tom and Bea".
func (l Locale) List(items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	last := len(items) - 1
	return l.Say("%s and %s", strings.Join(items[:last], ", "), items[last])
}

// Duration says how long something takes, in its two largest units and no less than
// a second: "2 d 3 h", "5 min".
func (l Locale) Duration(d time.Duration) string {
	units := []struct {
		size   time.Duration
		format string
	}{
		{24 * time.Hour, l.Say("%d d")}, {time.Hour, l.Say("%d h")}, {time.Minute, l.Say("%d min")}, {time.Second, l.Say("%d s")},
	}
	d = max(d.Abs().Round(time.Second), time.Second)
	if d > 10*time.Minute {
		d = d.Round(time.Minute)
	}
	for i, u := range units {
		if d < u.size {
			continue
		}
		said := fmt.Sprintf(u.format, d/u.size)
		if rest := d % u.size; i+1 < len(units) && rest >= units[i+1].size {
			said += " " + fmt.Sprintf(units[i+1].format, rest/units[i+1].size)
		}
		return said
	}
	return ""
}
