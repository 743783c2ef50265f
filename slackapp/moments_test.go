package slackapp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := bridge.ParseZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestAnEndIsReadByTheClockOfWhoWritesIt(t *testing.T) {
	// A Wednesday in winter.
	now := time.Date(2026, 11, 25, 10, 30, 0, 0, zone(t, "Europe/Paris"))
	for typed, want := range map[string]string{
		"":                          "",
		"for 2h":                    "2026-11-25 12:30",
		"for 90 min":                "2026-11-25 12:00",
		"for 1h30":                  "2026-11-25 12:00",
		"for 1h 30m":                "2026-11-25 12:00",
		"for 3 days":                "2026-11-28 10:30",
		"for 1 week":                "2026-12-02 10:30",
		"pour 2 heures":             "2026-11-25 12:30",
		"until 14:00":               "2026-11-25 14:00",
		"until 2pm":                 "2026-11-25 14:00",
		"until noon":                "2026-11-25 12:00",
		"until midnight":            "2026-11-26 00:00",
		"jusqu'à 14h":               "2026-11-25 14:00",
		"jusqu’à demain 9h30":       "2026-11-26 09:30",
		"until tomorrow":            "2026-11-26 00:00",
		"until tomorrow at 9:00":    "2026-11-26 09:00",
		"until Friday":              "2026-11-27 00:00",
		"until Friday 18:00":        "2026-11-27 18:00",
		"until Wednesday 18:00":     "2026-11-25 18:00",
		"until Wednesday 9:00":      "2026-12-02 09:00",
		"until lundi 9h":            "2026-11-30 09:00",
		"until 2026-12-24":          "2026-12-24 00:00",
		"until 2026-12-24 14:00":    "2026-12-24 14:00",
		"until 2026-12-24T14:00":    "2026-12-24 14:00",
		"jusqu'au 2026-12-24 14:00": "2026-12-24 14:00",
	} {
		got, err := slackapp.ParseEnd(strings.Fields(typed), now)
		said := ""
		if !got.IsZero() {
			said = got.In(now.Location()).Format("2006-01-02 15:04")
		}
		if err != nil || said != want {
			t.Errorf("%q ends %q (%v), want %q", typed, said, err, want)
		}
	}
}

func TestAnEndThatCannotBeIsRefusedWithWhatWouldBeRight(t *testing.T) {
	now := time.Date(2026, 11, 25, 10, 30, 0, 0, zone(t, "Europe/Paris"))
	for typed, want := range map[string]string{
		"for":                    "write it like 30m, 2h",
		"for ever":               "write it like 30m, 2h",
		"for 0m":                 "write it like 30m, 2h",
		"for 2":                  "write it like 30m, 2h",
		"for 9999 days":          "more than a year",
		"until":                  "write it like 14:00, tomorrow 9:00",
		"until the cows come":    "write it like 14:00, tomorrow 9:00",
		"until 25:00":            "write it like 14:00, tomorrow 9:00",
		"until 9:00":             `is past: in your time zone it is 2026-11-25 10:30 now`,
		"until 2025-12-24 14:00": "is past",
		"until 2026-02-30":       "the calendar has no 2026-02-30",
		"until 2031-01-01":       "more than a year",
	} {
		if got, err := slackapp.ParseEnd(strings.Fields(typed), now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q ends %s, and the error is %v, want one with %q", typed, got, err, want)
		}
	}
}

// TestADayThatIsShorterEndsWhenItsClockSays: in Paris the clock went from 2:00 to 3:00
// on that Sunday.
func TestADayThatIsShorterEndsWhenItsClockSays(t *testing.T) {
	now := time.Date(2027, 3, 27, 22, 0, 0, 0, zone(t, "Europe/Paris"))
	got, err := slackapp.ParseMoment("tomorrow 9:00", now)
	if want := time.Date(2027, 3, 28, 7, 0, 0, 0, time.UTC); err != nil || !got.Equal(want) {
		t.Errorf("it is %s (%v), want %s", got.UTC(), err, want)
	}
}

func FuzzParseMoment(f *testing.F) {
	for _, seed := range []string{"14:00", "Sunday 03:00", "2026-12-24 14:00", "demain à 9h", "", "now", "24:00"} {
		f.Add(seed)
	}
	now := time.Date(2026, 11, 25, 10, 30, 0, 0, zone(f, "Europe/Paris"))
	f.Fuzz(func(t *testing.T, text string) {
		at, err := slackapp.ParseMoment(text, now)
		if err == nil && (at.Year() < 1970 || at.Location() != now.Location()) {
			t.Errorf("%q is %s", text, at)
		}
		if err != nil && bridge.CodeOf(err) != bridge.CodeInvalid {
			t.Errorf("%q: %v", text, err)
		}
	})
}
