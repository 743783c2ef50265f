package slackapp_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// suggestsZone types into the menu of zones and returns what it suggests.
func (w *world) suggestsZone(user, typed string) []string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	choices, err := w.slack.Suggest(ctx, user, "zone", typed)
	if err != nil {
		w.t.Fatal(err)
	}
	var names []string
	for _, c := range choices {
		names = append(names, c.Value)
	}
	return names
}

// pressInForm presses a button of the topmost form.
func (w *world) pressInForm(user, action string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.slack.ClickView(ctx, user, action); err != nil {
		w.t.Fatalf("press %s: %v", action, err)
	}
}

// formCalled waits until the topmost form of a person has a title.
func (w *world) formCalled(user, title string) {
	w.t.Helper()
	w.wait("the form "+title, func() bool { v, _ := w.slack.Modal(user); return v.Title == title })
}

func TestHoursAreSetInAForm(t *testing.T) {
	w := newWorld(t, fast)
	v := w.asks(w.cleo, w.lobby, "/chatgroups hours tech")
	if v.Title != "Opening hours" || v.Submit != "Save" {
		t.Errorf("the form is called %q and submits with %q", v.Title, v.Submit)
	}
	w.modalSays(w.cleo, "*Tech*: *Open* at all hours")
	w.modalSays(w.cleo, `"value":"Europe/Paris"`) // Cleo's own
	if got := w.suggestsZone(w.cleo, "new y"); !slices.Equal(got, []string{"America/New_York"}) {
		t.Errorf("new y suggests %q", got)
	}
	w.submit(w.cleo, map[string][]string{
		"when": {"hours"}, "week": {"lun-ven 9h-12h30, 13h30-18h; Sat 10-12"}, "zone": {"America/New_York"},
		"presence": {"several"}, "least": {"2"},
	})
	w.whisper(w.cleo, "The hours of *Tech* are Mon-Fri 9:00-12:30, 13:30-18:00; Sat 10:00-12:00 (America/New_York).")
	g := w.group("tech")
	if g.LeastPresent != 2 || g.Hours == nil || g.Hours.Zone != "America/New_York" {
		t.Errorf("the group has %+v and needs %d", g.Hours, g.LeastPresent)
	}

	w.asks(w.cleo, w.lobby, "/chatgroups hours tech")
	w.modalSays(w.cleo, "Mon-Fri 9:00-12:30, 13:30-18:00; Sat 10:00-12:00")
	w.submit(w.cleo, map[string][]string{"when": {"always"}, "presence": {"off"}})
	w.whisper(w.cleo, "*Tech* has no hours")
	if g := w.group("tech"); g.Hours != nil || g.LeastPresent != 0 {
		t.Errorf("the group has %+v and needs %d", g.Hours, g.LeastPresent)
	}
}

func TestTheFormOfHoursSaysAtTheFieldWhatIsWrong(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups hours tech")
	for _, row := range []struct {
		values      map[string][]string
		field, says string
	}{
		{map[string][]string{"when": {"hours"}, "week": {""}}, "week", "Write the days and their times"},
		{map[string][]string{"week": {"Mon-Fri 9:00-25:00"}}, "week", "is no time from to"},
		{map[string][]string{"week": {"Mon 9-17\nMon 18-20"}}, "week", "Monday has times in two places"},
		{map[string][]string{"week": {"Mon 9-17"}, "presence": {"several"}, "least": {}}, "least", "Write how many of its people must be there"},
	} {
		s := w.submit(w.cleo, row.values)
		if s.Action != "errors" || !strings.Contains(s.Errors[row.field], row.says) {
			t.Errorf("%v: the answer is %+v", row.values, s)
		}
	}
	if g := w.group("tech"); g.Hours != nil {
		t.Errorf("the hours are %+v", g.Hours)
	}
}

func TestTheFormOfHoursShowsWhatTheyMeanBeforeTheyAreSaved(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups hours tech")
	if err := w.slack.FillView(w.cleo, map[string][]string{"when": {"hours"}, "week": {"closed"}}); err != nil {
		t.Fatal(err)
	}
	w.pressInForm(w.cleo, "meaning")
	w.modalSays(w.cleo, "*Closed*: its hours have no opening")
	if err := w.slack.FillView(w.cleo, map[string][]string{"week": {"Mon-Sunday 0-2am"}}); err != nil {
		t.Fatal(err)
	}
	w.pressInForm(w.cleo, "meaning")
	w.modalSays(w.cleo, "Mon-Sun 0:00-2:00")
	if err := w.slack.FillView(w.cleo, map[string][]string{"week": {"Someday 9-17"}}); err != nil {
		t.Fatal(err)
	}
	w.pressInForm(w.cleo, "meaning")
	w.modalSays(w.cleo, "is no day: write Mon")
	if g := w.group("tech"); g.Hours != nil {
		t.Errorf("the hours were saved: %+v", g.Hours)
	}
}

func TestWhoeverChangesHoursThatSomebodyElseChangedIsTold(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups hours tech")
	w.command(w.cleo, w.lobby, "/chatgroups off tech") // no matter to the form
	s := w.submit(w.cleo, map[string][]string{"when": {"hours"}, "week": {"Mon 9-17"}})
	if s.Action != "clear" {
		t.Errorf("the answer is %+v", s)
	}
	if g := w.group("tech"); g.Switch == nil || g.Hours == nil {
		t.Errorf("one of both changes is lost: %+v, %+v", g.Switch, g.Hours)
	}
	w.asks(w.cleo, w.lobby, "/chatgroups hours tech")
	w.command(w.cleo, w.lobby, "/chatgroups hours tech Tue 9-17")
	s = w.submit(w.cleo, map[string][]string{"week": {"Wed 9-17"}})
	if s.Action != "update" {
		t.Errorf("the answer is %+v", s)
	}
	w.modalSays(w.cleo, "Somebody else changed the hours of Tech meanwhile")
	w.modalSays(w.cleo, "Wed 9-17") // what was typed is still there
	if got := w.group("tech").Hours.Week.String(); got != "Tue 9:00-17:00" {
		t.Errorf("the hours are %s", got)
	}
}

func TestHolidaysAreAddedAndRemovedInAForm(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups holidays tech")
	w.modalSays(w.cleo, "There are none yet.")
	add := func(values map[string][]string) fakeslack.Submission {
		w.pressInForm(w.cleo, "add")
		w.formCalled(w.cleo, "Add a day")
		return w.submit(w.cleo, values)
	}
	add(map[string][]string{"from": {"2030-12-24"}, "to": {"2031-01-02"}, "name": {"Winter <break>"}})
	w.formCalled(w.cleo, "Holidays")
	w.modalSays(w.cleo, `*2030-12-24 – 2031-01-02*  Winter &lt;break&gt;`)
	add(map[string][]string{"from": {"2030-05-01"}, "name": {"May Day"}, "yearly": {"yearly"}})
	w.modalSays(w.cleo, "*05-01*  May Day (every year)")
	add(map[string][]string{"from": {"2030-12-23"}, "name": {"Party"}, "times": {"9-12"}})
	w.modalSays(w.cleo, "*2030-12-23*  Party, open 9:00-12:00")
	add(map[string][]string{"from": {"2020-01-01"}, "name": {"Old"}})
	w.modalSays(w.cleo, "2020-01-01  Old (past)")
	g := w.group("tech")
	if g.Hours == nil || len(g.Hours.Holidays) != 3 || len(g.Hours.Exceptions) != 1 || !g.Open() {
		t.Fatalf("the hours are %+v", g.Hours)
	}
	w.pressInForm(w.cleo, "clear")
	w.wait("the past is gone", func() bool { return len(w.group("tech").Hours.Holidays) == 2 })
	w.wait("the list shows it", func() bool {
		v, _ := w.slack.Modal(w.cleo)
		return !strings.Contains(string(v.Blocks), "Old")
	})
	for n := range 3 {
		w.pressInForm(w.cleo, "remove:0")
		w.wait("one is gone", func() bool {
			h := w.group("tech").Hours
			v, _ := w.slack.Modal(w.cleo)
			left := strings.Count(string(v.Blocks), `"remove:`)
			return left == 2-n && (h == nil || len(h.Holidays)+len(h.Exceptions) == left)
		})
	}
	if h := w.group("tech").Hours; h != nil {
		t.Errorf("without any day it still has %+v", h)
	}
}

func TestADayThatCannotBeIsRefusedAtItsField(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups holidays tech")
	w.pressInForm(w.cleo, "add")
	w.formCalled(w.cleo, "Add a day")
	for _, row := range []struct {
		values      map[string][]string
		field, says string
	}{
		{map[string][]string{"from": {"2030-12-24"}, "to": {"2030-12-23"}}, "to", "The last day is before the first"},
		{map[string][]string{"to": {"2033-12-23"}}, "to", "longer than a year"},
		{map[string][]string{"to": {"2031-12-24"}, "yearly": {"yearly"}}, "to", "longer than a year"},
		{map[string][]string{"to": {"2030-12-26"}, "yearly": {}, "times": {"9-12"}}, "times", "Other hours are for one day"},
		{map[string][]string{"to": {}, "yearly": {"yearly"}}, "times", "Other hours are for one year"},
		{map[string][]string{"yearly": {}, "times": {"all day"}}, "times", "is no time from to"},
	} {
		s := w.submit(w.cleo, row.values)
		if s.Action != "errors" || !strings.Contains(s.Errors[row.field], row.says) {
			t.Errorf("%v: the answer is %+v", row.values, s)
		}
	}
}

const calendar = `BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
DTSTART;VALUE=DATE:20301225
SUMMARY:Christmas
RRULE:FREQ=YEARLY
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20300422
SUMMARY:Easter Monday
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20200413
SUMMARY:Easter Monday
END:VEVENT
BEGIN:VEVENT
DTSTART:20300101T100000Z
SUMMARY:A meeting
END:VEVENT
END:VCALENDAR
`

func TestHolidaysAreTakenFromACalendar(t *testing.T) {
	for _, way := range []string{"pasted", "a file"} {
		t.Run(way, func(t *testing.T) {
			w := newWorld(t, fast)
			w.asks(w.cleo, w.lobby, "/chatgroups holidays tech")
			w.pressInForm(w.cleo, "import")
			w.formCalled(w.cleo, "Import a calendar")
			values := map[string][]string{"text": {calendar}}
			if way == "a file" {
				id, err := w.slack.Upload(w.cleo, fakeslack.File{Name: "holidays.ics", Content: []byte(calendar)})
				if err != nil {
					t.Fatal(err)
				}
				values = map[string][]string{"file": {id}}
			}
			w.submit(w.cleo, values)
			for _, says := range []string{"2 holidays were added.", "1 is past and was left out.", "1 has a time of day and was left out"} {
				w.modalSays(w.cleo, says)
			}
			if err := w.slack.CloseView(t.Context(), w.cleo, false); err != nil {
				t.Fatal(err)
			}
			w.modalSays(w.cleo, "*12-25*  Christmas (every year)") // the list below shows them
			w.modalSays(w.cleo, "*2030-04-22*  Easter Monday")
		})
	}
}

func TestACalendarThatCannotBeTakenIsRefusedAtItsField(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups holidays tech")
	w.pressInForm(w.cleo, "import")
	w.formCalled(w.cleo, "Import a calendar")
	upload := func(text string) string {
		id, err := w.slack.Upload(w.cleo, fakeslack.File{Name: "holidays.ics", Content: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	gone := upload(calendar)
	if err := w.slack.DeleteFile(w.cleo, gone); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		values      map[string][]string
		field, says string
	}{
		{map[string][]string{}, "text", "Choose a calendar file, or paste its text"},
		{map[string][]string{"text": {"Christmas is on Sunday"}}, "text", "this is no calendar file"},
		{map[string][]string{"text": {"BEGIN:VCALENDAR"}}, "text", "the calendar is not whole"},
		{map[string][]string{"file": {upload(strings.Repeat("x", bridge.MaxICSBytes+1))}}, "file", "the calendar has more than 512 KiB"},
	} {
		s := w.submit(w.cleo, row.values)
		if s.Action != "errors" || !containsFold(s.Errors[row.field], row.says) {
			t.Errorf("%.80v: the answer is %+v", row.values, s)
		}
	}
	if g := w.group("tech"); g.Hours != nil {
		t.Errorf("the hours are %+v", g.Hours)
	}
}

func TestALongListOfHolidaysHasPagesThatSlackTakes(t *testing.T) {
	w := newWorld(t, fast)
	w.alter("tech", func(g *bridge.Group) {
		g.Hours = &bridge.Hours{Zone: "Europe/Paris"}
		for i := range bridge.MaxHolidays {
			d := bridge.DateOf(time.Date(2030, 1, 1+i, 0, 0, 0, 0, time.UTC))
			g.Hours.Holidays = append(g.Hours.Holidays, bridge.Holiday{From: d, Name: fmt.Sprintf("Day %d", i)})
			d.Year++
			g.Hours.Exceptions = append(g.Hours.Exceptions, bridge.Exception{On: d})
		}
	})
	w.asks(w.cleo, w.lobby, "/chatgroups holidays tech")
	w.modalSays(w.cleo, "Day 39")
	for page := range 9 {
		w.pressInForm(w.cleo, "page:later")
		w.modalSays(w.cleo, fmt.Sprintf(`"remove:%d"`, 40*(page+2)-1))
	}
	w.pressInForm(w.cleo, "remove:399")
	w.wait("one is gone", func() bool { return len(w.group("tech").Hours.Exceptions) == bridge.MaxExceptions-1 })
	w.wait("the list shows it", func() bool {
		v, _ := w.slack.Modal(w.cleo)
		return strings.Count(string(v.Blocks), `"remove:`) == 39
	})
	w.pressInForm(w.cleo, "page:earlier")
	w.modalSays(w.cleo, `"remove:320"`)
}
