package slackapp

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// What people write for a time: how long something lasts, and a moment to come. English
// and French words are read whoever writes them.

// maxSpan is the longest time that anything is set for.
const maxSpan = 366 * 24 * time.Hour

var spanPart = regexp.MustCompile(`^(\d{1,4}) ?([a-z]*)`)

// spanUnits are the words for lengths of time.
var spanUnits = func() map[string]time.Duration {
	units := map[string]time.Duration{}
	for words, unit := range map[string]time.Duration{
		"m min mins minute minutes":     time.Minute,
		"h hour hours heure heures":     time.Hour,
		"d day days j jour jours":       24 * time.Hour,
		"w week weeks semaine semaines": 7 * 24 * time.Hour,
	} {
		for word := range strings.FieldsSeq(words) {
			units[word] = unit
		}
	}
	return units
}()

// parseSpan reads how long something lasts: "30m", "2h", "1h30", "3 days".
func parseSpan(text string) (time.Duration, error) {
	rest := strings.ToLower(strings.TrimSpace(text))
	wrong := bridge.Errorf(bridge.CodeInvalid, "%q is no length of time: write it like 30m, 2h, 1h30 or 3d", text)
	var span, unit time.Duration
	for rest != "" {
		m := spanPart.FindStringSubmatch(rest)
		if m == nil {
			return 0, wrong
		}
		n, _ := strconv.Atoi(m[1])
		size, known := spanUnits[m[2]]
		if m[2] == "" && unit == time.Hour { // the minutes of 1h30
			size, known = time.Minute, true
		}
		if !known {
			return 0, wrong
		}
		unit = size
		span += time.Duration(n) * unit
		rest = strings.TrimSpace(rest[len(m[0]):])
	}
	switch {
	case span <= 0:
		return 0, wrong
	case span > maxSpan:
		return 0, bridge.Errorf(bridge.CodeInvalid, "%q is more than a year: leave the end out, until somebody switches again", text)
	}
	return span, nil
}

// dayWords name days by how far they are ahead.
var dayWords = map[string]int{"today": 0, "aujourd'hui": 0, "tomorrow": 1, "demain": 1}

// clockWords are times of day that are not written in digits.
var clockWords = map[string]string{"noon": "12:00", "midi": "12:00", "midnight": "24:00", "minuit": "24:00"}

var isoDate = regexp.MustCompile(`^\d{4}-\d{1,2}-\d{1,2}`)

// parseMoment reads a moment by the clock of now's zone: "14:00" today, "tomorrow 9:00",
// "Sunday 03:00" the next one, "2026-12-24 14:00", "now". A day alone is its beginning.
// The moment may be past.
func parseMoment(text string, now time.Time) (time.Time, error) {
	wrong := bridge.Errorf(bridge.CodeInvalid, "%q is no moment: write it like 14:00, tomorrow 9:00, Friday 18:00 or 2026-12-24 14:00", text)
	plain := strings.NewReplacer("’", "'", "\u00a0", " ").Replace(strings.ToLower(text))
	if date := isoDate.FindString(strings.TrimSpace(plain)); date != "" { // also 2026-12-24T14:00
		plain = date + " " + strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(plain), date), "t")
	}
	words := strings.Fields(plain)
	if len(words) == 1 && (words[0] == "now" || words[0] == "maintenant") {
		return now, nil
	}
	if len(words) == 0 {
		return time.Time{}, wrong
	}
	day, weekday := bridge.DateOf(now), false
	ahead, near := dayWords[words[0]]
	named, isWeekday := bridge.ParseWeekday(strings.TrimSuffix(words[0], ","))
	switch {
	case near:
	case isWeekday:
		ahead, weekday = int(named-now.Weekday()+7)%7, true
	case isoDate.MatchString(words[0]):
		var err error
		if day, err = bridge.ParseDate(words[0]); err != nil {
			return time.Time{}, err
		}
	default:
		words = append([]string{""}, words...) // today
	}
	clock := strings.Join(words[1:], " ")
	for _, at := range []string{"at ", "à ", "a "} {
		clock = strings.TrimPrefix(clock, at)
	}
	if said, ok := clockWords[clock]; ok {
		clock = said
	}
	minute, ok := 0, true
	if clock != "" {
		minute, ok = bridge.ParseClock(clock)
	}
	if !ok {
		return time.Time{}, wrong
	}
	at := func(ahead int) time.Time {
		// By the clock on the wall, on days that are longer or shorter too.
		return time.Date(day.Year, day.Month, day.Day+ahead, 0, minute, 0, 0, now.Location())
	}
	if weekday && !at(ahead).After(now) {
		ahead += 7
	}
	return at(ahead), nil
}

// The words that begin the end of something: for how long it is, or until when.
var (
	spanWords  = map[string]bool{"for": true, "pour": true, "pendant": true}
	untilWords = map[string]bool{"until": true, "till": true, "til": true, "jusqu'à": true, "jusqu'a": true, "jusqu'au": true, "jusque": true}
)

// cutEnd parts words before "for 2h" or "until 14:00"; end is empty where there is none.
func cutEnd(words []string) (before, end []string) {
	for i := len(words) - 1; i > 0; i-- {
		if word := endWord(words[i]); spanWords[word] || untilWords[word] {
			return words[:i], words[i:]
		}
	}
	return words, nil
}

func endWord(word string) string { return strings.ReplaceAll(strings.ToLower(word), "’", "'") }

// parseEnd reads what cutEnd found, by the clock of now's zone; zero where it is empty.
func parseEnd(end []string, now time.Time) (time.Time, error) {
	if len(end) == 0 {
		return time.Time{}, nil
	}
	text := strings.Join(end[1:], " ")
	if spanWords[endWord(end[0])] {
		span, err := parseSpan(text)
		if err != nil {
			return time.Time{}, err
		}
		return now.Add(span), nil
	}
	at, err := parseMoment(text, now)
	switch {
	case err != nil:
		return time.Time{}, err
	case !at.After(now):
		return time.Time{}, bridge.Errorf(bridge.CodeInvalid, "%q is past: in your time zone it is %s now; name a moment to come, like tomorrow 9:00", text, now.Format("2006-01-02 15:04"))
	case at.Sub(now) > maxSpan:
		return time.Time{}, bridge.Errorf(bridge.CodeInvalid, "%q is more than a year: leave the end out, until somebody switches again", text)
	}
	return at, nil
}
