package bridge

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxICSBytes is the largest calendar file that ParseICS takes.
const MaxICSBytes = 512 << 10

// ICS is what a calendar file has for a group's Hours.
type ICS struct {
	Holidays []Holiday // in order of their first days, those of every year first
	// How many events were left out: those that are over, those with a time of day, and
	// those that come again in a way which a Holiday cannot tell.
	Past, Timed, Recurring int
}

// ParseICS reads the holidays in an iCalendar file (RFC 5545): its events of whole days,
// that come once or on the same day of every year. Those that ended before since, which
// has a year, are left out. CodeInvalid and CodeTooLong: it is no such file, or has more
// holidays than a group can; the text says what to do.
func ParseICS(text string, since Date) (ICS, error) {
	if len(text) > MaxICSBytes {
		return ICS{}, Errorf(CodeTooLong, "the calendar has more than %d KiB: export only the holidays, and only from this year on", MaxICSBytes>>10)
	}
	var found ICS
	var inside []string // components, the innermost last
	var event icsEvent
	begun := false
	for line := range unfolded(text) {
		p, ok := parseICSLine(line)
		switch {
		case !begun:
			if !ok || p.name != "BEGIN" || !strings.EqualFold(p.value, "VCALENDAR") {
				return ICS{}, Errorf(CodeInvalid, "this is no calendar file: a file that ends in .ics begins with BEGIN:VCALENDAR")
			}
			begun = true
			inside = append(inside, "VCALENDAR")
		case !ok:
			// Of no use here, as much that others write into such files.
		case p.name == "BEGIN":
			if inside = append(inside, strings.ToUpper(p.value)); len(inside) > 8 {
				return ICS{}, errBrokenICS
			}
			if isEvent(inside) {
				event = icsEvent{}
			}
		case p.name == "END":
			if len(inside) == 0 || inside[len(inside)-1] != strings.ToUpper(p.value) {
				return ICS{}, errBrokenICS
			}
			if isEvent(inside) {
				found.add(event, since)
			}
			inside = inside[:len(inside)-1]
		case isEvent(inside):
			event.set(p)
		}
	}
	switch {
	case !begun:
		return ICS{}, Errorf(CodeInvalid, "the calendar is empty: paste all of the file, from BEGIN:VCALENDAR to END:VCALENDAR")
	case len(inside) > 0:
		return ICS{}, errBrokenICS
	case len(found.Holidays) > MaxHolidays:
		return ICS{}, Errorf(CodeTooLong, "the calendar has %d holidays to come: at most %d are possible, so export fewer years", len(found.Holidays), MaxHolidays)
	}
	slices.SortStableFunc(found.Holidays, func(a, b Holiday) int { return a.From.Compare(b.From) })
	return found, nil
}

var errBrokenICS = Errorf(CodeInvalid, "the calendar is not whole: paste all of the file, from BEGIN:VCALENDAR to END:VCALENDAR")

func isEvent(inside []string) bool {
	return len(inside) == 2 && inside[1] == "VEVENT"
}

// unfolded yields the lines of a file that have something in them, each made whole again
// where it was parted (RFC 5545, 3.1).
func unfolded(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		var whole strings.Builder
		for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
			line = strings.TrimRight(line, "\r\n")
			if more, folded := strings.CutPrefix(line, " "); folded {
				whole.WriteString(more)
				continue
			}
			if more, folded := strings.CutPrefix(line, "\t"); folded {
				whole.WriteString(more)
				continue
			}
			if whole.Len() > 0 && !yield(whole.String()) {
				return
			}
			whole.Reset()
			whole.WriteString(line)
		}
		if whole.Len() > 0 {
			yield(whole.String())
		}
	}
}

// icsLine is a content line without its parameters, none of which matters here.
type icsLine struct{ name, value string }

func parseICSLine(line string) (icsLine, bool) {
	quoted := false
	for i := range len(line) {
		switch line[i] {
		case '"':
			quoted = !quoted
		case ':':
			if quoted {
				continue
			}
			name, _, _ := strings.Cut(line[:i], ";")
			return icsLine{strings.ToUpper(strings.TrimSpace(name)), strings.TrimSpace(line[i+1:])}, true
		}
	}
	return icsLine{}, false
}

// icsEvent is what an event says, as it was written.
type icsEvent struct {
	start, end, length, summary, rule string
	cancelled, moves                  bool
}

func (e *icsEvent) set(p icsLine) {
	switch p.name {
	case "DTSTART":
		e.start = p.value
	case "DTEND":
		e.end = p.value
	case "DURATION":
		e.length = strings.ToUpper(p.value)
	case "SUMMARY":
		e.summary = p.value
	case "RRULE":
		e.moves = e.moves || e.rule != ""
		e.rule = strings.ToUpper(p.value)
	case "RDATE", "EXDATE", "RECURRENCE-ID":
		e.moves = true
	case "STATUS":
		e.cancelled = strings.EqualFold(p.value, "CANCELLED")
	}
}

// add takes an event in, or counts why it cannot.
func (c *ICS) add(e icsEvent, since Date) {
	if e.cancelled {
		return
	}
	from, last, whole := e.days()
	if !whole {
		c.Timed++
		return
	}
	h := Holiday{From: from, Name: cut(icsText(e.summary), MaxDayName)}
	if last != from {
		h.To = last
	}
	switch {
	case e.moves || e.rule != "" && !sameDayEachYear(e.rule, from):
		c.Recurring++
		return
	case e.rule != "":
		if last.start().Sub(from.start()) > maxHolidayDays*24*time.Hour/2 {
			c.Recurring++ // its days could not be told from those between
			return
		}
		h.From = from.in(0)
		if h.To != (Date{}) {
			h.To = last.in(0)
		}
	case last.Compare(since) < 0:
		c.Past++
		return
	}
	if h.check() != nil {
		c.Recurring++
		return
	}
	if !slices.Contains(c.Holidays, h) {
		c.Holidays = append(c.Holidays, h)
	}
}

// days returns the first and the last day of an event of whole days.
func (e icsEvent) days() (from, last Date, whole bool) {
	from, whole = icsDate(e.start)
	if !whole {
		return Date{}, Date{}, false
	}
	n := 1
	switch {
	case e.end != "":
		end, ok := icsDate(e.end) // the day after the last
		if !ok {
			return Date{}, Date{}, false
		}
		n = int(end.start().Sub(from.start()) / (24 * time.Hour))
	case e.length != "":
		parts := icsDays.FindStringSubmatch(e.length)
		if parts == nil {
			return Date{}, Date{}, false
		}
		n, _ = strconv.Atoi(parts[1])
		if parts[2] == "W" {
			n *= 7
		}
	}
	// Some programs give both days the same.
	return from, DateOf(from.start().AddDate(0, 0, max(n, 1)-1)), true
}

var (
	icsDay  = regexp.MustCompile(`^(\d{4})(\d\d)(\d\d)$`)
	icsDays = regexp.MustCompile(`^\+?P(\d{1,3})([DW])$`)
)

func icsDate(value string) (Date, bool) {
	parts := icsDay.FindStringSubmatch(value)
	if parts == nil {
		return Date{}, false
	}
	year, _ := strconv.Atoi(parts[1])
	month, _ := strconv.Atoi(parts[2])
	day, _ := strconv.Atoi(parts[3])
	d := Date{year, time.Month(month), day}
	return d, d.exists() && !d.EveryYear()
}

// sameDayEachYear reports whether a rule means the date on which the event is, every year
// and for ever.
func sameDayEachYear(rule string, on Date) bool {
	yearly := false
	for part := range strings.SplitSeq(rule, ";") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "FREQ":
			yearly = value == "YEARLY"
		case "INTERVAL":
			if value != "1" {
				return false
			}
		case "BYMONTH":
			if value != strconv.Itoa(int(on.Month)) {
				return false
			}
		case "BYMONTHDAY":
			if value != strconv.Itoa(on.Day) {
				return false
			}
		case "WKST", "":
		default:
			return false
		}
	}
	return yearly
}

// icsText takes the escapes out of a text.
var icsEscapes = strings.NewReplacer(`\\`, `\`, `\,`, ",", `\;`, ";", `\n`, " ", `\N`, " ")

func icsText(value string) string { return icsEscapes.Replace(value) }
