package bridge

import (
	"strings"
	"time"
)

// A Holiday is a day, or some in a row, on which a group does not open. What began the
// evening before still ends when it would.
type Holiday struct {
	// From and To are the first and the last day; a To of zero is the same day. Either
	// both have a year or none, and then it comes every year.
	From Date   `json:"from"`
	To   Date   `json:"to,omitzero"`
	Name string `json:"name,omitempty"` // at most MaxDayName characters
}

// An Exception is a day with times of its own, whatever the week and the holidays say.
type Exception struct {
	On    Date   `json:"on"` // of one year
	Times Ranges `json:"times,omitempty"`
	Name  string `json:"name,omitempty"` // at most MaxDayName characters
}

const (
	// MaxHolidays and MaxExceptions are how many one group's Hours may have.
	MaxHolidays   = 200
	MaxExceptions = 200
	// MaxDayName is the most characters of the name of a holiday or exception.
	MaxDayName = 60
	// maxHolidayDays is how long a holiday may be.
	maxHolidayDays = 366
)

// String is what ParseHolidays reads: "2026-12-25 Christmas", "12-24..01-02 Winter".
func (h Holiday) String() string {
	text := h.From.String()
	if h.To != (Date{}) && h.To != h.From {
		text += ".." + h.To.String()
	}
	return strings.TrimSpace(text + " " + h.Name)
}

// last returns the last day.
func (h Holiday) last() Date {
	if h.To == (Date{}) {
		return h.From
	}
	return h.To
}

// covers reports whether the day, which has a year, is part of it.
func (h Holiday) covers(d Date) bool {
	from, to := h.From, h.last()
	if from.EveryYear() {
		day := d.in(0)
		if to.Compare(from) < 0 { // past the end of the year
			return day.Compare(from) >= 0 || day.Compare(to) <= 0
		}
		d = day
	}
	return d.Compare(from) >= 0 && d.Compare(to) <= 0
}

func (h Holiday) check() error {
	from, to := h.From, h.last()
	switch {
	case !from.exists() || !to.exists():
		return Errorf(CodeInvalid, "there is no such day as %s", h)
	case from.EveryYear() != to.EveryYear():
		return Errorf(CodeInvalid, "%s: write the year at both days, or at none for every year", h)
	case !from.EveryYear() && to.Compare(from) < 0:
		return Errorf(CodeInvalid, "%s ends before it begins: write the first day first", h)
	case to.start().Sub(from.start()) > maxHolidayDays*24*time.Hour:
		return Errorf(CodeInvalid, "%s is longer than a year: switch the group off instead", h)
	}
	return checkDayName(h.Name)
}

// String is what ParseExceptions reads: "2026-12-24 9:00-12:00 Christmas Eve".
func (e Exception) String() string {
	return strings.TrimSpace(e.On.String() + " " + e.Times.String() + " " + e.Name)
}

func (e Exception) check() error {
	if !e.On.exists() || e.On.EveryYear() {
		return Errorf(CodeInvalid, "%s is no day of one year: write it like 2026-12-24 9:00-12:00", e.On)
	}
	if err := e.Times.check(); err != nil {
		return Errorf(CodeInvalid, "%s: %s", e.On, err)
	}
	return checkDayName(e.Name)
}

func checkDayName(name string) error {
	if name == "" {
		return nil
	}
	if err := checkLine(name, MaxDayName); err != nil {
		return Errorf(CodeOf(err), "%q: %s", name, err)
	}
	return nil
}

// ParseHolidays reads holidays as people write them, a line for each: a day or two with
// ".." between, then what it is called. A day without a year comes every year. CodeInvalid:
// the text names the line that is wrong, and what would be right.
func ParseHolidays(text string) ([]Holiday, error) {
	var all []Holiday
	err := eachLine(text, MaxHolidays, func(line string) error {
		days, name, _ := strings.Cut(line, " ")
		from, to, several := strings.Cut(days, "..")
		h := Holiday{Name: oneLine(name)}
		var err error
		if h.From, err = ParseDate(from); err != nil {
			return err
		}
		if several {
			if h.To, err = ParseDate(to); err != nil {
				return err
			}
			if h.To == h.From {
				h.To = Date{}
			}
		}
		all = append(all, h)
		return h.check()
	})
	return all, err
}

// ParseExceptions reads exceptions as people write them, a line for each: the day, its
// times or "closed", and what it is called. CodeInvalid: the text names the line that is
// wrong, and what would be right.
func ParseExceptions(text string) ([]Exception, error) {
	var all []Exception
	err := eachLine(text, MaxExceptions, func(line string) error {
		day, rest, _ := strings.Cut(line, " ")
		on, err := ParseDate(day)
		if err != nil {
			return err
		}
		times, name := cutName(rest)
		e := Exception{On: on, Name: oneLine(name)}
		if e.Times, err = ParseRanges(times); err != nil {
			return err
		}
		all = append(all, e)
		return e.check()
	})
	return all, err
}

// cutName parts "9:00-12:00, 14:00-16:00 Christmas Eve" before the name.
func cutName(text string) (times, name string) {
	text = strings.TrimSpace(text)
	for {
		word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
		plain := strings.TrimSuffix(strings.ToLower(word), ",")
		if _, err := parseRange(plainHours(plain)); err != nil && !closedWords[plain] && times != "" {
			return strings.TrimSuffix(times, ","), text
		}
		times, text = strings.TrimSpace(times+" "+word), rest
		if text == "" {
			return strings.TrimSuffix(times, ","), ""
		}
	}
}

// eachLine calls fn with the lines of a text that hold something, most at the most.
func eachLine(text string, most int, fn func(line string) error) error {
	n := 0
	for line := range strings.Lines(text) {
		if line = oneLine(line); line == "" {
			continue
		}
		if n++; n > most {
			return Errorf(CodeInvalid, "there are more than %d lines: leave out what is past", most)
		}
		if err := fn(line); err != nil {
			return Errorf(CodeInvalid, "line %d: %s", n, err)
		}
	}
	return nil
}
