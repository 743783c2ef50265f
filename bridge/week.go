package bridge

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxRanges is the most ranges of one day.
const MaxRanges = 8

const dayMinutes = 24 * 60

// A Range is a time of a day, by the clock on the wall: from From, before To, both in
// minutes since the day's midnight. One that goes past midnight has a To above 1440, and
// belongs to the day it begins on.
type Range struct{ From, To int }

// Ranges are the times of one day, in order and apart from each other. As text they are
// "9:00-12:30, 13:30-18:00", and "closed" where there are none.
type Ranges []Range

// A Week has the Ranges of each weekday (time.Sunday is 0). As text it is like
// "Mon-Fri 9:00-12:30, 13:30-18:00; Sat 22:00-2:00".
type Week [7]Ranges

func (r Range) String() string { return clockText(r.From) + "-" + clockText(r.To) }

func clockText(minutes int) string {
	if minutes > dayMinutes {
		minutes -= dayMinutes
	}
	return fmt.Sprintf("%d:%02d", minutes/60, minutes%60)
}

func (rs Ranges) String() string { return rs.format("closed") }

func (rs Ranges) format(closed string) string {
	if len(rs) == 0 {
		return closed
	}
	texts := make([]string, len(rs))
	for i, r := range rs {
		texts[i] = r.String()
	}
	return strings.Join(texts, ", ")
}

// has reports whether a minute since the day's midnight is in one of the ranges.
func (rs Ranges) has(minute int) bool {
	return slices.ContainsFunc(rs, func(r Range) bool { return r.From <= minute && minute < r.To })
}

func (rs Ranges) check() error {
	if len(rs) > MaxRanges {
		return Errorf(CodeInvalid, "a day has %d ranges: at most %d are possible", len(rs), MaxRanges)
	}
	for i, r := range rs {
		if r.From < 0 || r.From >= dayMinutes || r.To <= r.From || r.To > dayMinutes && r.To >= r.From+dayMinutes {
			return Errorf(CodeInvalid, "%s is no time of a day: write it like 9:00-12:30, or 22:00-2:00 past midnight", r)
		}
		if i > 0 && r.From < rs[i-1].To {
			return Errorf(CodeInvalid, "%s and %s overlap: make them one", rs[i-1], r)
		}
	}
	return nil
}

var shortDays = [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

func (w Week) String() string { return w.Format(shortDays, "closed") }

// Format is String with names for the days, from Sunday on, and a word for a week that
// has no open day. ParseWeek reads it where the words are English or French.
func (w Week) Format(days [7]string, closed string) string {
	var parts []string
	for first := 0; first < 7; {
		rs, last := w.fromMonday(first), first
		for last < 6 && slices.Equal(w.fromMonday(last+1), rs) {
			last++
		}
		if len(rs) > 0 {
			name := days[(first+1)%7]
			if last > first {
				name += "-" + days[(last+1)%7]
			}
			parts = append(parts, name+" "+rs.String())
		}
		first = last + 1
	}
	if parts == nil {
		return closed
	}
	return strings.Join(parts, "; ")
}

// fromMonday returns the ranges of a day that is counted as people do.
func (w Week) fromMonday(i int) Ranges { return w[(i+1)%7] }

func (w Week) check() error {
	for day, rs := range w {
		if err := rs.check(); err != nil {
			return Errorf(CodeInvalid, "%s: %s", time.Weekday(day), err)
		}
	}
	return nil
}

// MarshalText gives what String writes.
func (w Week) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText takes what ParseWeek takes.
func (w *Week) UnmarshalText(text []byte) (err error) {
	*w, err = ParseWeek(string(text))
	return err
}

// maxHoursText is the most bytes of a text with a week or the times of a day.
const maxHoursText = 2000

const weekExample = "Mon-Fri 9:00-12:30, 13:30-18:00; Sat 10:00-12:00"

// ParseWeek reads a week as people write it: days before their times, in English or
// French, with ";" or a new line between days that differ. Times are like 9, 9:30, 9h30
// or 9:30pm. Days that are not named, or are "closed", have no times. CodeInvalid: the
// text names the piece that is wrong, and what would be right.
func ParseWeek(text string) (Week, error) {
	if len(text) > maxHoursText {
		return Week{}, Errorf(CodeInvalid, "the hours have more than %d characters: write them like %s", maxHoursText, weekExample)
	}
	text = plainHours(text)
	if strings.TrimSpace(text) == "" {
		return Week{}, Errorf(CodeInvalid, "say the days and their times, like %s", weekExample)
	}
	if closedWords[strings.TrimSpace(text)] {
		return Week{}, nil
	}
	var p weekParser
	for _, entry := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		if err := p.entry(entry); err != nil {
			return Week{}, err
		}
	}
	return p.week, nil
}

// ParseRanges reads the times of one day, like "9:00-12:30, 13:30-18:00" or "closed".
// CodeInvalid: the text names the piece that is wrong, and what would be right.
func ParseRanges(text string) (Ranges, error) {
	if len(text) > maxHoursText {
		return nil, Errorf(CodeInvalid, "the times have more than %d characters: write them like 9:00-12:30, 13:30-18:00", maxHoursText)
	}
	text = strings.TrimSpace(plainHours(text))
	if closedWords[text] {
		return nil, nil
	}
	var rs Ranges
	for piece := range strings.SplitSeq(text, ",") {
		r, err := parseRange(strings.TrimSpace(piece))
		if err != nil {
			return nil, err
		}
		rs = append(rs, r)
	}
	return rs.sorted()
}

func (rs Ranges) sorted() (Ranges, error) {
	slices.SortFunc(rs, func(a, b Range) int { return cmp.Compare(a.From, b.From) })
	if err := rs.check(); err != nil {
		return nil, err
	}
	return rs, nil
}

var (
	closedWords = map[string]bool{"closed": true, "fermé": true, "ferme": true}
	between     = regexp.MustCompile(`[ \t]*(?:[-–—−]|[ \t](?:to|until|à|au)[ \t])[ \t]*`)
	hoursWords  = strings.NewReplacer("tous les jours", "daily", "every day", "daily", " and ", ", ", " et ", ", ", "&", ",")
)

// plainHours takes out what may be written in several ways.
func plainHours(text string) string {
	text = strings.ReplaceAll(strings.ToLower(text), "\u00a0", " ")
	return between.ReplaceAllString(hoursWords.Replace(text), "-")
}

// weekParser reads a week, entry after entry.
type weekParser struct {
	week Week
	set  [7]bool
}

// entry reads days with their times. Where days follow times after a comma, they have
// times of their own.
func (p *weekParser) entry(text string) error {
	var days []time.Weekday
	var named []string
	var rs Ranges
	timed := false
	finish := func() error {
		if !timed {
			return Errorf(CodeInvalid, "%q has no times: write them like %s 9:00-18:00, or closed", strings.Join(named, ", "), named[len(named)-1])
		}
		err := p.put(days, rs)
		days, named, rs, timed = nil, nil, nil, false
		return err
	}
	for piece := range strings.SplitSeq(text, ",") {
		piece = strings.TrimSpace(piece)
		if piece == "" {
			continue
		}
		words, times := cutTimes(piece)
		if words != "" {
			if timed {
				if err := finish(); err != nil {
					return err
				}
			}
			more, err := parseDays(words)
			if err != nil {
				return err
			}
			days, named = append(days, more...), append(named, words)
		}
		switch {
		case times == "":
			continue
		case days == nil:
			return Errorf(CodeInvalid, "on which days is %q? Write it like Mon-Fri %s", times, times)
		case closedWords[times]:
			timed = true
			continue
		}
		r, err := parseRange(times)
		if err != nil {
			return err
		}
		rs, timed = append(rs, r), true
	}
	if days == nil {
		return nil // nothing stands between two separators
	}
	return finish()
}

func (p *weekParser) put(days []time.Weekday, rs Ranges) error {
	rs, err := rs.sorted()
	if err != nil {
		return err
	}
	for _, day := range days {
		if p.set[day] {
			return Errorf(CodeInvalid, "%s has times in two places: put them together, like %s 9:00-12:30, 13:30-18:00", day, shortDays[day])
		}
		p.week[day], p.set[day] = slices.Clone(rs), true
	}
	return nil
}

// cutTimes parts "mon-fri 9:00-12:30" into its days and its times.
func cutTimes(piece string) (days, times string) {
	i := strings.IndexAny(piece, "0123456789")
	if i < 0 {
		head, last, two := cutLast(piece)
		switch {
		case closedWords[last] && two:
			return head, last
		case closedWords[last]:
			return "", last
		}
		return piece, ""
	}
	return strings.TrimRight(strings.TrimSpace(piece[:i]), ": "), piece[i:]
}

func cutLast(text string) (head, last string, two bool) {
	i := strings.LastIndexByte(text, ' ')
	if i < 0 {
		return "", text, false
	}
	return strings.TrimSpace(text[:i]), text[i+1:], true
}

var weekdays = func() map[string]time.Weekday {
	names := map[string]time.Weekday{}
	for day, words := range []string{
		"su sun sunday di dim dimanche", "mo mon monday lu lun lundi", "tu tue tues tuesday ma mar mardi",
		"we wed weds wednesday me mer mercredi", "th thu thur thurs thursday je jeu jeudi",
		"fr fri friday ve ven vendredi", "sa sat saturday sam samedi",
	} {
		for word := range strings.FieldsSeq(words) {
			names[word] = time.Weekday(day)
			names[word+"."] = time.Weekday(day)
		}
	}
	return names
}()

// ParseWeekday reads the name of a day, whole or short, in English or French.
func ParseWeekday(word string) (day time.Weekday, ok bool) {
	day, ok = weekdays[strings.ToLower(strings.TrimSpace(word))]
	return day, ok
}

// parseDays reads "mon", "mon-fri" or "sat-mon".
func parseDays(text string) ([]time.Weekday, error) {
	if text == "daily" {
		text = "mon-sun"
	}
	from, to, several := strings.Cut(text, "-")
	if !several {
		to = from
	}
	first, known := ParseWeekday(from)
	last, alsoKnown := ParseWeekday(to)
	if !known || !alsoKnown {
		return nil, Errorf(CodeInvalid, "%q is no day: write Mon, Tue, Wed, Thu, Fri, Sat, Sun, or days from to like Mon-Fri", text)
	}
	days := []time.Weekday{first}
	for day := first; day != last; {
		day = (day + 1) % 7
		days = append(days, day)
	}
	return days, nil
}

func parseRange(text string) (Range, error) {
	wrong := func() error {
		return Errorf(CodeInvalid, "%q is no time from to: write it like 9:00-12:30, or 22:00-2:00 past midnight", text)
	}
	fromText, toText, ok := strings.Cut(text, "-")
	from, fromOK := ParseClock(fromText)
	to, toOK := ParseClock(toText)
	if !ok || !fromOK || !toOK || from == dayMinutes {
		return Range{}, wrong()
	}
	if from == to {
		return Range{}, Errorf(CodeInvalid, "%q begins and ends at the same time: the whole day is 0:00-24:00", text)
	}
	if to < from {
		to += dayMinutes
	}
	return Range{from, to}, nil
}

var clockTime = regexp.MustCompile(`^(\d{1,2})(?:[:.h](\d{2})|h)?[ \t]*(am|pm)?$`)

// ParseClock reads a time of day, like 9, 9:30, 9h30 or 9:30pm, in minutes since midnight;
// 24:00 is the end of the day.
func ParseClock(text string) (minutes int, ok bool) {
	parts := clockTime.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return 0, false
	}
	hour, _ := strconv.Atoi(parts[1])
	minute, _ := strconv.Atoi(parts[2])
	if half := parts[3]; half != "" {
		if hour < 1 || hour > 12 {
			return 0, false
		}
		hour %= 12
		if half == "pm" {
			hour += 12
		}
	}
	minutes = hour*60 + minute
	return minutes, minute < 60 && minutes <= dayMinutes
}
