package bridge_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/bridge"
)

func TestAWeekIsReadAsPeopleWriteIt(t *testing.T) {
	for text, want := range map[string]string{
		"Mon-Fri 9:00-12:30, 13:30-18:00; Sat 10-12":              "Mon-Fri 9:00-12:30, 13:30-18:00; Sat 10:00-12:00",
		"mon – fri 9 – 18":                                        "Mon-Fri 9:00-18:00",
		"Monday to Friday 9am to 5:30pm":                          "Mon-Fri 9:00-17:30",
		"lundi au vendredi 9h à 12h30, 13h30-18h\nsam. 10h00-12h": "Mon-Fri 9:00-12:30, 13:30-18:00; Sat 10:00-12:00",
		"lun, mer et ven : 9h-12h":                                "Mon 9:00-12:00; Wed 9:00-12:00; Fri 9:00-12:00",
		"Mon 9-12, Tue 9-12, Wed closed":                          "Mon-Tue 9:00-12:00",
		"Fri-Mon 22:00-2:00":                                      "Mon 22:00-2:00; Fri-Sun 22:00-2:00",
		"daily 0-24":                                              "Mon-Sun 0:00-24:00",
		"tous les jours 8h-20h":                                   "Mon-Sun 8:00-20:00",
		"Mon 13:30-18, 9-12:30":                                   "Mon 9:00-12:30, 13:30-18:00",
		"Sat 22-0":                                                "Sat 22:00-24:00",
		"closed":                                                  "closed",
		"Mon-Sun closed":                                          "closed",
		"Mon 9-12;; ;":                                            "Mon 9:00-12:00",
	} {
		w, err := bridge.ParseWeek(text)
		if err != nil || w.String() != want {
			t.Errorf("%q is read as %q, %v, want %q", text, w, err, want)
		}
	}
}

func TestAWeekThatIsWrongIsRefusedWithWhatWouldBeRight(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "say the days and their times, like Mon-Fri 9:00-12:30, 13:30-18:00; Sat 10:00-12:00",
		"Mon-Fry 9-12":          `"mon-fry" is no day: write Mon, Tue, Wed, Thu, Fri, Sat, Sun, or days from to like Mon-Fri`,
		"Mon-Fri":               `"mon-fri" has no times: write them like mon-fri 9:00-18:00, or closed`,
		"9-12":                  `on which days is "9-12"? Write it like Mon-Fri 9-12`,
		"Mon 9":                 `"9" is no time from to: write it like 9:00-12:30, or 22:00-2:00 past midnight`,
		"Mon 9-25":              `"9-25" is no time from to: write it like 9:00-12:30, or 22:00-2:00 past midnight`,
		"Mon 9:60-12":           `"9:60-12" is no time from to: write it like 9:00-12:30, or 22:00-2:00 past midnight`,
		"Mon 9-9":               `"9-9" begins and ends at the same time: the whole day is 0:00-24:00`,
		"Mon 9-12, 11-14":       "9:00-12:00 and 11:00-14:00 overlap: make them one",
		"Mon-Fri 9-12; Fri 1-2": "Friday has times in two places: put them together, like Fri 9:00-12:30, 13:30-18:00",
		"Mon 0-1, 2-3, 4-5, 6-7, 8-9, 10-11, 12-13, 14-15, 16-17": "a day has 9 ranges: at most 8 are possible",
	} {
		_, err := bridge.ParseWeek(text)
		if bridge.CodeOf(err) != bridge.CodeInvalid || err.Error() != want {
			t.Errorf("%q is refused with\n %v, want\n %s", text, err, want)
		}
	}
}

func TestDaysAreReadAsPeopleWriteThem(t *testing.T) {
	holidays, err := bridge.ParseHolidays("2026-12-25 Christmas\n\n 12-24..01-02   Winter  break \n2026-05-01\n2026-7-4..2026-7-4 Fourth")
	if err != nil {
		t.Fatal(err)
	}
	want := []bridge.Holiday{
		{From: bridge.Date{Year: 2026, Month: 12, Day: 25}, Name: "Christmas"},
		{From: bridge.Date{Month: 12, Day: 24}, To: bridge.Date{Month: 1, Day: 2}, Name: "Winter break"},
		{From: bridge.Date{Year: 2026, Month: 5, Day: 1}},
		{From: bridge.Date{Year: 2026, Month: 7, Day: 4}, Name: "Fourth"},
	}
	if d := cmp.Diff(want, holidays); d != "" {
		t.Error(d)
	}
	exceptions, err := bridge.ParseExceptions("2026-12-24 9:00-12:00, 13-14 Christmas Eve\n2026-12-31 closed Inventory 2\n2027-01-02 10h-12h")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, e := range exceptions {
		texts = append(texts, e.String())
	}
	if d := cmp.Diff([]string{"2026-12-24 9:00-12:00, 13:00-14:00 Christmas Eve", "2026-12-31 closed Inventory 2", "2027-01-02 10:00-12:00"}, texts); d != "" {
		t.Error(d)
	}
}

func TestDaysThatAreWrongAreRefusedWithTheirLine(t *testing.T) {
	for text, want := range map[string]string{
		"2026-12-25\n25.12.2026 Noël":  `line 2: "25.12.2026" is no date: write 2026-12-25, or 12-25 for every year`,
		"2026-02-29":                   "line 1: the calendar has no 2026-02-29: write year-month-day like 2026-12-25, or 12-25 for every year",
		"2026-12-25..12-26":            "line 1: 2026-12-25..12-26: write the year at both days, or at none for every year",
		"2026-12-25..2026-12-24":       "line 1: 2026-12-25..2026-12-24 ends before it begins: write the first day first",
		"2026-01-01..2028-01-01 Leave": "line 1: 2026-01-01..2028-01-01 Leave is longer than a year: switch the group off instead",
	} {
		_, err := bridge.ParseHolidays(text)
		if bridge.CodeOf(err) != bridge.CodeInvalid || err.Error() != want {
			t.Errorf("%q is refused with\n %v, want\n %s", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"12-24 9-12":            "line 1: 12-24 is no day of one year: write it like 2026-12-24 9:00-12:00",
		"2026-12-24":            `line 1: "" is no time from to: write it like 9:00-12:30, or 22:00-2:00 past midnight`,
		"2026-12-24 late night": `line 1: "late" is no time from to: write it like 9:00-12:30, or 22:00-2:00 past midnight`,
	} {
		_, err := bridge.ParseExceptions(text)
		if bridge.CodeOf(err) != bridge.CodeInvalid || err.Error() != want {
			t.Errorf("%q is refused with\n %v, want\n %s", text, err, want)
		}
	}
}

func TestHoursSurviveTheirRecord(t *testing.T) {
	h := bridge.Hours{Zone: "Europe/Paris", Week: week(t, onTheEdge), Holidays: someHolidays(t), Exceptions: []bridge.Exception{
		{On: bridge.Date{Year: 2026, Month: 12, Day: 24}, Times: bridge.Ranges{{From: 540, To: 720}}, Name: "Eve"},
	}}
	data, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	var again bridge.Hours
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(h, again); d != "" {
		t.Errorf("%s\n%s", data, d)
	}
}

func FuzzAWeekIsTheSameWhenItIsReadAgain(f *testing.F) {
	for _, text := range []string{onTheEdge, "lun-ven 9h-12h30", "Mon, Tue 22-2, Wed closed", "daily 9am-5pm", "fermé"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := bridge.ParseWeek(text)
		if err != nil {
			return
		}
		again, err := bridge.ParseWeek(w.String())
		if err != nil || again.String() != w.String() {
			t.Errorf("%q is %q, and that is %q, %v", text, w, again, err)
		}
		if err := (&bridge.Hours{Zone: "UTC", Week: w}).Check(); err != nil {
			t.Errorf("%q is read and then refused: %v", text, err)
		}
	})
}

func FuzzDaysAreTheSameWhenTheyAreReadAgain(f *testing.F) {
	f.Add("2026-12-25 Christmas\n12-24..01-02 Winter")
	f.Add("2026-12-24 9:00-12:00, 13-14 Christmas Eve")
	f.Fuzz(func(t *testing.T, text string) {
		holidays, _ := bridge.ParseHolidays(text)
		for _, h := range holidays {
			again, err := bridge.ParseHolidays(h.String())
			if err == nil && (len(again) != 1 || again[0].String() != h.String()) {
				t.Errorf("%+v is read again as %+v", h, again)
			}
		}
		exceptions, _ := bridge.ParseExceptions(text)
		for _, e := range exceptions {
			again, err := bridge.ParseExceptions(e.String())
			if err == nil && len(again) != 1 {
				t.Errorf("%+v is read again as %+v", e, again)
			}
		}
	})
}
