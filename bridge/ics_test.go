package bridge_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/bridge"
)

func calendar(events ...string) string {
	lines := "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VTIMEZONE\nBEGIN:STANDARD\nDTSTART:19961027T030000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\nEND:VTIMEZONE\n"
	for _, e := range events {
		lines += "BEGIN:VEVENT\n" + e + "\nEND:VEVENT\n"
	}
	return strings.ReplaceAll(lines+"END:VCALENDAR\n", "\n", "\r\n")
}

var today = bridge.Date{Year: 2026, Month: 11, Day: 25}

func TestHolidaysAreReadFromACalendarFile(t *testing.T) {
	for name, tc := range map[string]struct {
		event, want            string
		past, timed, recurring int
	}{
		"a day":                     {event: "DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226\nSUMMARY:Christmas", want: "2026-12-25 Christmas"},
		"a day without an end":      {event: "DTSTART;VALUE=DATE:20261225", want: "2026-12-25"},
		"days, the end is not one":  {event: "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20270103\nSUMMARY:Winter", want: "2026-12-24..2027-01-02 Winter"},
		"a length":                  {event: "DTSTART;VALUE=DATE:20261224\nDURATION:P1W\nSUMMARY:Winter", want: "2026-12-24..2026-12-30 Winter"},
		"a folded, escaped name":    {event: "DTSTART;VALUE=DATE:20261225\nSUMMARY;LANGUAGE=\"x:y\":Noël\\, jour\n  fér\n\tié", want: "2026-12-25 Noël, jour férié"},
		"an alarm's words":          {event: "DTSTART;VALUE=DATE:20261225\nSUMMARY:Christmas\nBEGIN:VALARM\nSUMMARY:Wake up\nDURATION:PT5M\nEND:VALARM", want: "2026-12-25 Christmas"},
		"every year":                {event: "DTSTART;VALUE=DATE:19700501\nRRULE:FREQ=YEARLY\nSUMMARY:May Day", want: "05-01 May Day"},
		"every year, said twice":    {event: "DTSTART;VALUE=DATE:20201224\nDTEND;VALUE=DATE:20201227\nRRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", want: "12-24..12-26"},
		"a weekday of every year":   {event: "DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", recurring: 1},
		"every year for some years": {event: "DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=YEARLY;COUNT=3", recurring: 1},
		"every week":                {event: "DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=WEEKLY", recurring: 1},
		"with a day left out":       {event: "DTSTART;VALUE=DATE:20261126\nRRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20271126", recurring: 1},
		"a time of day":             {event: "DTSTART:20261225T090000Z\nDTEND:20261225T100000Z", timed: 1},
		"what is over":              {event: "DTSTART;VALUE=DATE:20261124\nDTEND;VALUE=DATE:20261125", past: 1},
		"what ends today":           {event: "DTSTART;VALUE=DATE:20261124\nDTEND;VALUE=DATE:20261126", want: "2026-11-24..2026-11-25"},
		"what was called off":       {event: "DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED"},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := bridge.ParseICS(calendar(tc.event, tc.event), today) // twice the same is once
			if err != nil {
				t.Fatal(err)
			}
			var days []string
			for _, h := range found.Holidays {
				days = append(days, h.String())
			}
			if got := strings.Join(days, "|"); got != tc.want {
				t.Errorf("it is %q, want %q", got, tc.want)
			}
			got := []int{found.Past, found.Timed, found.Recurring}
			if d := cmp.Diff([]int{2 * tc.past, 2 * tc.timed, 2 * tc.recurring}, got); d != "" {
				t.Errorf("left out: %s", d)
			}
		})
	}
}

func TestWhatIsNoWholeCalendarFileIsRefused(t *testing.T) {
	many := make([]string, bridge.MaxHolidays+1)
	for i := range many {
		many[i] = "DTSTART;VALUE=DATE:20261225\nSUMMARY:" + strings.Repeat("x", 1+i/26) + string(rune('a'+i%26))
	}
	whole := calendar("DTSTART;VALUE=DATE:20261225")
	for name, tc := range map[string]struct {
		text string
		code bridge.Code
	}{
		"nothing":         {"", bridge.CodeInvalid},
		"a web page":      {"<html>BEGIN:VCALENDAR", bridge.CodeInvalid},
		"cut off":         {whole[:len(whole)-len("END:VCALENDAR\r\n")], bridge.CodeInvalid},
		"crossed":         {strings.Replace(whole, "END:VEVENT", "END:VALARM", 1), bridge.CodeInvalid},
		"too many":        {calendar(many...), bridge.CodeTooLong},
		"too many bytes":  {calendar("SUMMARY:" + strings.Repeat("x", bridge.MaxICSBytes)), bridge.CodeTooLong},
		"nested too deep": {"BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:VEVENT\n", 100), bridge.CodeInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := bridge.ParseICS(tc.text, today); bridge.CodeOf(err) != tc.code {
				t.Errorf("it got %v", err)
			}
		})
	}
}

func FuzzHolidaysOfACalendarFileCanBeKept(f *testing.F) {
	f.Add(calendar("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226\nSUMMARY:Christmas"))
	f.Add(calendar("DTSTART;VALUE=DATE:20200229\nRRULE:FREQ=YEARLY\nSUMMARY:Leap\n  day", "DTSTART:20261225T090000Z"))
	f.Fuzz(func(t *testing.T, text string) {
		found, err := bridge.ParseICS(text, today)
		if err != nil {
			return
		}
		h := bridge.Hours{Zone: "UTC", Holidays: found.Holidays}
		if err := h.Check(); err != nil {
			t.Errorf("%q is read and then refused: %v", text, err)
		}
	})
}
