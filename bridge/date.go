package bridge

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Date is a day of the calendar, without a zone. With a Year of 0 it is that day of
// every year. As text it is 2026-12-25, or 12-25 for every year.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day that the clock of t's zone shows.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// EveryYear reports whether it is a day of every year.
func (d Date) EveryYear() bool { return d.Year == 0 }

// Compare orders dates, those of every year by their place in a year.
func (d Date) Compare(other Date) int { return d.start().Compare(other.start()) }

// start is the day's beginning on a calendar where every day has 24 hours.
func (d Date) start() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// exists reports whether the calendar has the day; the year 0 has a 29 February.
func (d Date) exists() bool { return DateOf(d.start()) == d }

// in returns the day of every year in one year.
func (d Date) in(year int) Date { return Date{year, d.Month, d.Day} }

func (d Date) String() string {
	if d.EveryYear() {
		return fmt.Sprintf("%02d-%02d", d.Month, d.Day)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

var dateText = regexp.MustCompile(`^(?:(\d{4})-)?(\d{1,2})-(\d{1,2})$`)

// ParseDate reads what String writes. CodeInvalid: it is no such text, or there is no
// such day between the years 1970 and 9999; the text says which.
func ParseDate(text string) (Date, error) {
	text = strings.TrimSpace(text)
	parts := dateText.FindStringSubmatch(text)
	if parts == nil {
		return Date{}, Errorf(CodeInvalid, "%q is no date: write 2026-12-25, or 12-25 for every year", text)
	}
	year, _ := strconv.Atoi(parts[1])
	month, _ := strconv.Atoi(parts[2])
	day, _ := strconv.Atoi(parts[3])
	d := Date{year, time.Month(month), day}
	if parts[1] != "" && year < 1970 {
		return Date{}, Errorf(CodeInvalid, "%s is too long ago: write a year from 1970 on", text)
	}
	if !d.exists() {
		return Date{}, Errorf(CodeInvalid, "the calendar has no %s: write year-month-day like 2026-12-25, or 12-25 for every year", text)
	}
	return d, nil
}

// MarshalText gives what String writes.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText takes what ParseDate takes.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDate(string(text))
	return err
}
