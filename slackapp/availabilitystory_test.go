package slackapp_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// alter saves a group after a change that nobody asked for in Slack.
func (w *world) alter(slug string, change func(*bridge.Group)) bridge.Group {
	w.t.Helper()
	g := w.group(slug)
	change(&g)
	g, err := w.b.UpdateGroup(w.t.Context(), g, bridge.Author{})
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

// shownAs is how a moment reads where Slack does not show it in the reader's zone.
func shownAs(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func TestAGroupIsSwitchedByHandWithAnEndInThePersonsZone(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) { // begins at midnight UTC of 1 January 2000
		eve := w.slack.AddPerson(fakeslack.Person{Name: "eve", Admin: true, TZ: "America/New_York"}).ID
		if err := w.slack.Join(eve, w.lobby); err != nil {
			t.Fatal(err)
		}
		end := time.Date(2000, 1, 1, 1, 30, 0, 0, time.UTC) // there it is still 31 December
		got := w.command(eve, w.lobby, "/chatgroups off tech until 20:30")
		for _, part := range []string{"*Tech*: *Closed* by hand until <!date^", shownAs(end), "`/chatgroups on tech` opens it", "`/chatgroups auto tech`"} {
			if !strings.Contains(got, part) {
				t.Errorf("off says %q, not %q", got, part)
			}
		}
		if g := w.group("tech"); g.Open() || !g.Switch.Until.Equal(end) || g.Switch.By != bridge.AgentID(eve) {
			t.Errorf("the switch is %+v", g.Switch)
		}
		time.Sleep(time.Until(end) - time.Second)
		if w.group("tech").Open() {
			t.Error("it is open before the end")
		}
		time.Sleep(time.Second)
		if !w.group("tech").Open() {
			t.Error("it is closed after the end")
		}
	})
}

func TestAnyWayOfSwitchingUndoesAnyOther(t *testing.T) {
	w := newWorld(t, fast)
	closed, _ := bridge.ParseWeek("closed")
	w.alter("tech", func(g *bridge.Group) { g.Hours = &bridge.Hours{Zone: "Europe/Paris", Week: closed} })
	type step struct {
		typed, says string
		open        bool
	}
	off, on, auto := step{"off tech for 2h", "*Closed* by hand until", false}, step{"on tech", "*Open* by hand", true}, step{"auto tech", "its hours have no opening", false}
	for _, s := range []step{
		off, on, auto, on, off, auto, off, on, off, auto, auto,
		{"on tech for 90 min", "*Open* by hand until", true},
		{"on tech pour 2h", "*Open* by hand until", true},
		{"hours tech always", "*Open* by hand until", true},
		{"auto tech", "*Open* at all hours", true},
	} {
		got := w.command(w.cleo, w.lobby, "/chatgroups "+s.typed)
		if !strings.Contains(got, s.says) {
			t.Errorf("%s says %q, not %q", s.typed, got, s.says)
		}
		if open := w.group("tech").Open(); open != s.open {
			t.Errorf("after %s the group is open: %v", s.typed, open)
		}
	}
}

func TestWhatCannotBeSwitchedIsSaid(t *testing.T) {
	w := newWorld(t, fast)
	for typed, says := range map[string]string{
		"off":                        "Say which group",
		"on":                         "Say which group",
		"auto":                       "Say which group",
		"off nothing":                `There is no group "nothing"`,
		"off nothing for 2h":         `There is no group "nothing"`,
		"off tech for ages":          "is no length of time: write it like 30m, 2h",
		"off tech until yesterday":   "is no moment: write it like 14:00",
		"off tech until 2020-01-01":  "is past: in your time zone it is",
		"auto tech for 2h":           `leave out "for 2h"`,
		"on general for 2h":          "has no channel yet",
		"hours":                      "Say which group",
		"hours nothing Mon 9-17":     "There is no group",
		"hours tech Mon":             "has no times",
		"hours tech Mon 25-26":       "is no time from to",
		"hours tech Mon 9-17 Mars/X": `There is no time zone "Mars/X"`,
		"holidays":                   "Say which group",
		"holidays nothing":           "There is no group",
	} {
		if got := w.command(w.cleo, w.lobby, "/chatgroups "+typed); !strings.Contains(got, says) {
			t.Errorf("%s says %q, not %q", typed, got, says)
		}
	}
	if g := w.group("tech"); g.Switch != nil || g.Hours != nil {
		t.Errorf("the group was changed: %+v, %+v", g.Switch, g.Hours)
	}
}

func TestAGroupWhoseNameReadsLikeAnEndIsStillFound(t *testing.T) {
	w := newWorld(t, fast)
	w.alter("sales", func(g *bridge.Group) { g.Name = "Here for you" })
	if got := w.command(w.cleo, w.lobby, "/chatgroups off here for you"); !strings.Contains(got, "*Here for you*: *Closed* by hand, until somebody") {
		t.Errorf("off says %q", got)
	}
	if got := w.command(w.cleo, w.lobby, `/chatgroups off "here for you" for 2h`); !strings.Contains(got, "*Closed* by hand until <!date") {
		t.Errorf("off says %q", got)
	}
}

func TestHoursInOneLine(t *testing.T) {
	w := newWorld(t, fast)
	for _, row := range []struct{ typed, says, week, zone string }{
		{"hours tech Mon-Fri 9:00-17:00 America/New_York", "The hours of *Tech* are Mon-Fri 9:00-17:00 (America/New_York).", "Mon-Fri 9:00-17:00", "America/New_York"},
		{"hours tech Mon-Fri 9:00-12:30, 13:30-18:00; Sat 10-12", "(America/New_York)", "Mon-Fri 9:00-12:30, 13:30-18:00; Sat 10:00-12:00", "America/New_York"},
		{"hours tech lun-ven 9h-17h utc", "(UTC)", "Mon-Fri 9:00-17:00", "UTC"},
		{"hours tech closed", "its hours have no opening", "closed", "UTC"},
	} {
		got := w.command(w.cleo, w.lobby, "/chatgroups "+row.typed)
		if !strings.Contains(got, row.says) {
			t.Errorf("%s says %q, not %q", row.typed, got, row.says)
		}
		h := w.group("tech").Hours
		if h == nil || h.Week.String() != row.week || h.Zone != row.zone {
			t.Errorf("after %s the hours are %+v", row.typed, h)
		}
	}
	got := w.command(w.cleo, w.lobby, "/chatgroups hours tech always")
	if !strings.Contains(got, "*Tech* has no hours") || w.group("tech").Hours != nil {
		t.Errorf("always says %q and leaves %+v", got, w.group("tech").Hours)
	}
	w.command(w.cleo, w.lobby, "/chatgroups hours sales Mon-Fri 9-17")
	if z := w.group("sales").Hours.Zone; z != "Europe/Paris" {
		t.Errorf("the zone is %s, not Cleo's", z)
	}
}

func TestTheListAndTheHomeTabSayWhyAGroupIsClosedAndUntilWhen(t *testing.T) {
	w := newWorld(t, fast)
	end := time.Now().Add(3 * time.Hour).Truncate(time.Minute)
	w.alter("tech", func(g *bridge.Group) { g.Switch = &bridge.Switch{Until: end} })
	want := "*Closed* by hand until <!date^"
	if got := w.command(w.cleo, w.lobby, "/chatgroups list"); !strings.Contains(got, want) || !strings.Contains(got, shownAs(end)) {
		t.Errorf("list says %q", got)
	}
	w.home(w.cleo, "*Closed* by hand until", shownAs(end))
}

func TestAGroupThatIsOffIsNotInvitedAndTheRefusalSaysWhenItOpens(t *testing.T) {
	w := newWorld(t, fast)
	w.visitor().say("Hello?")
	w.root(w.tech, 0)
	end := time.Now().Add(3 * time.Hour).Truncate(time.Minute)
	w.alter("sales", func(g *bridge.Group) { g.Switch = &bridge.Switch{Until: end} })
	got := w.command(w.cleo, w.tech, "/chatgroups invite 1001 sales")
	if !strings.Contains(got, "Sales is off") || !strings.Contains(got, "*Closed* by hand until") || !strings.Contains(got, shownAs(end)) {
		t.Errorf("the invitation says %q", got)
	}
	got = w.command(w.cleo, w.tech, "/chatgroups invite 1001")
	if !strings.Contains(got, shownAs(end)) {
		t.Errorf("the picker says %q", got)
	}
}

func TestWhatWasSwitchedGetsAnEndOrIsUndoneByAButton(t *testing.T) {
	w := newWorld(t, fast)
	w.command(w.cleo, w.lobby, "/chatgroups off tech")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	said := w.whisper(w.cleo, "*Tech*: *Closed* by hand, until somebody switches it")
	if _, err := w.slack.ClickEphemeral(ctx, w.cleo, w.lobby, said.TS, "typed:0"); err != nil {
		t.Fatal(err)
	}
	w.wait("it is closed for an hour", func() bool {
		s := w.group("tech").Switch
		return s != nil && !s.On && !s.Until.IsZero()
	})
	w.home(w.cleo, "*Closed* by hand until")
	if err := w.slack.ClickHome(ctx, w.cleo, w.inst.AppID, "typed", `on "tech"`); err != nil {
		t.Fatal(err)
	}
	w.modalSays(w.cleo, "*Tech*: *Open* by hand")
	if err := w.slack.ClickView(ctx, w.cleo, "typed:3"); err != nil {
		t.Fatal(err)
	}
	w.modalSays(w.cleo, "*Tech*: *Open* at all hours")
	if s := w.group("tech").Switch; s != nil {
		t.Errorf("the switch is %+v", s)
	}
}

func TestTheCardOfAMessageThatWasLeftSaysWhenTheGroupOpens(t *testing.T) {
	w := newWorld(t, fast)
	end := time.Now().Add(3 * time.Hour).Truncate(time.Minute)
	w.alter("tech", func(g *bridge.Group) { g.Switch = &bridge.Switch{Until: end} })
	v := w.visitor()
	if _, err := v.Send(t.Context(), bridge.Draft{ID: "m1", Body: "Call me", Group: "tech", Leave: true}); err != nil {
		t.Fatal(err)
	}
	if root := w.root(w.tech, 0); !stands(root, "Left a message, for when Tech opens: ") || !stands(root, shownAs(end)) {
		t.Errorf("the card is %s", root.Blocks)
	}
}
