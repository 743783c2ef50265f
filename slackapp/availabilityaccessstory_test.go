package slackapp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

// timetable is everything that decides when groups are open.
func (w *world) timetable() string {
	var b strings.Builder
	for _, g := range w.b.Groups(w.ws) {
		hours := bridge.Hours{}
		if g.Hours != nil {
			hours = *g.Hours
		}
		fmt.Fprintln(&b, g.ID, g.LeastPresent, hours, g.Switch != nil, g.Switch != nil && g.Switch.On)
	}
	return b.String()
}

// TestWhoMayDoWhatToTheHoursOfGroups is every person times every action. An action is
// done where it opens its form, changes anything or tells of a trial.
func TestWhoMayDoWhatToTheHoursOfGroups(t *testing.T) {
	const (
		all = "admin, manager"
		own = "admin, manager, group manager" // Ann's own group is Tech
	)
	for _, action := range []struct{ typed, may string }{
		{"on tech", own},
		{"on sales", all},
		{"off tech", own},
		{"off sales", all},
		{"off tech for 2h", own},
		{"off sales until tomorrow 9:00", all},
		{"auto tech", own},
		{"auto sales", all},
		{"hours tech", own},
		{"hours sales", all},
		{"hours tech Mon-Fri 9-17", own},
		{"hours sales Mon-Fri 9-17", all},
		{"holidays tech", own},
		{"holidays sales", all},
		{"try", own},
		{"try now tech", own},
		{"try now sales", own}, // changes nothing, and tells what the list tells
	} {
		for _, p := range persons {
			t.Run(action.typed+" by "+p.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, fast)
				who := p.make(w)
				if strings.HasPrefix(action.typed, "auto") {
					for _, slug := range []string{"tech", "sales"} {
						w.alter(slug, func(g *bridge.Group) { g.Switch = &bridge.Switch{} })
					}
				}
				before := w.timetable()
				said := w.tries(who, "/chatgroups "+action.typed)
				v, opened := w.slack.Modal(who)
				done := opened && v.Title != "Chatgroups" || before != w.timetable() || strings.Contains(said, "Nothing was posted.")
				if want := strings.Contains(", "+action.may+",", ", "+p.name+","); done != want {
					t.Errorf("done is %v, want %v; said was %q", done, want, said)
				}
				if !done && said == "" {
					t.Error("nothing was said")
				}
			})
		}
	}
}

// TestFormsOfHoursAreRefusedToThoseWhoMayNoLonger opens each form as the group's manager,
// makes somebody else that, and submits it and presses what is in it.
func TestFormsOfHoursAreRefusedToThoseWhoMayNoLonger(t *testing.T) {
	submit := func(values map[string][]string) func(*world) {
		return func(w *world) { w.submit(w.ann, values) }
	}
	press := func(action string) func(*world) {
		return func(w *world) { w.pressInForm(w.ann, action) }
	}
	for _, row := range []struct {
		name, typed string
		open        []string // what is pressed, and the title that follows
		do          func(*world)
	}{
		{"save hours", "hours tech", nil, submit(map[string][]string{"when": {"hours"}, "week": {"Mon 9-17"}})},
		{"ask what hours mean", "hours tech", nil, press("meaning")},
		{"go to holidays", "hours tech", nil, press("holidays")},
		{"remove a day", "holidays tech", nil, press("remove:0")},
		{"remove what is past", "holidays tech", nil, press("clear")},
		{"turn the page", "holidays tech", nil, press("page:later")},
		{"begin to add a day", "holidays tech", nil, press("add")},
		{"add a day", "holidays tech", []string{"add", "Add a day"}, submit(map[string][]string{"from": {"2030-01-01"}})},
		{"import a calendar", "holidays tech", []string{"import", "Import a calendar"}, submit(map[string][]string{"text": {calendar}})},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := newWorld(t, fast)
			w.alter("tech", func(g *bridge.Group) {
				g.Managers = []bridge.AgentID{bridge.AgentID(w.ann)}
				g.Hours = &bridge.Hours{Zone: "UTC", Week: w.week("Mon-Fri 9-17")}
				for day := range 45 {
					g.Hours.Holidays = append(g.Hours.Holidays, bridge.Holiday{From: bridge.Date{Year: 2020, Month: 1, Day: 1 + day%31}, Name: fmt.Sprint(day)})
				}
			})
			w.asks(w.ann, w.lobby, "/chatgroups "+row.typed)
			if row.open != nil {
				w.pressInForm(w.ann, row.open[0])
				w.formCalled(w.ann, row.open[1])
			}
			w.alter("tech", func(g *bridge.Group) { g.Managers = []bridge.AgentID{bridge.AgentID(w.dan)} })
			w.alter("sales", func(g *bridge.Group) { g.Managers = []bridge.AgentID{bridge.AgentID(w.ann)} }) // still one of some group
			before := w.timetable()
			row.do(w)
			w.modalSays(w.ann, "Only workspace admins, managers and the managers of Tech can do that")
			if w.timetable() != before {
				t.Error("something was changed")
			}
		})
	}
}
