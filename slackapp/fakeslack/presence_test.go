package fakeslack_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// told lets the app hear of more than newWorld's events.
func told(more ...string) func(*fakeslack.Config, *fakeslack.App) {
	return func(_ *fakeslack.Config, a *fakeslack.App) { a.Events = append(more, a.Events...) }
}

func TestPresenceIsAskedForAndNeverTold(t *testing.T) {
	shows(t, 53)
	w := newWorld(t, told("presence_change", "dnd_updated_user"))
	l := w.connect()
	if err := w.SetPresence(w.bob.ID, true); err != nil {
		t.Fatal(err)
	}
	if p, err := w.api.GetUserPresence(w.bob.ID); err != nil || p.Presence != "away" {
		t.Errorf("got %+v, %v", p, err)
	}
	if err := w.SetPresence(w.bob.ID, false); err != nil {
		t.Fatal(err)
	}
	a := w.call("users.getPresence", "user", w.bob.ID).ok(t)
	if _, told := a.body["online"]; a.str("presence") != "active" || told {
		t.Errorf("others are told %s", a.raw)
	}
	if a := w.call("users.getPresence").ok(t); a.body["online"] != true {
		t.Errorf("the caller is told %s of itself", a.raw)
	}
	// The next thing that the app hears of is another one.
	if err := w.Snooze(w.bob.ID, w.clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	l.tells("dnd_updated_user")
	if err := w.SetPresence("U404", true); err == nil {
		t.Error("nobody became away")
	}
}

func TestAPauseOfNotificationsIsToldAndRunsOut(t *testing.T) {
	shows(t, 53)
	w := newWorld(t, told("dnd_updated_user"))
	l := w.connect()
	begun := w.clock.Now()
	if err := w.Snooze(w.ann.ID, begun.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	e := l.tells("dnd_updated_user")["dnd_updated_user"]
	if e.event("user") != w.ann.ID || e.event("dnd_status.dnd_enabled") != true ||
		e.event("dnd_status.next_dnd_end_ts") != float64(begun.Add(time.Hour).Unix()) {
		t.Errorf("told of %v", e.Payload["event"])
	}
	w.clock.Advance(30 * time.Minute)
	a := w.call("dnd.info", "user", w.ann.ID).ok(t)
	if a.body["next_dnd_start_ts"] != float64(begun.Unix()) {
		t.Errorf("the beginning has moved: %s", a.raw)
	}
	if _, told := a.body["snooze_enabled"]; told {
		t.Errorf("others are told of the pause: %s", a.raw)
	}
	w.clock.Advance(30 * time.Minute)
	a = w.call("dnd.info", "user", w.ann.ID).ok(t)
	if a.body["dnd_enabled"] != false || a.body["next_dnd_start_ts"] != 1.0 || a.body["next_dnd_end_ts"] != 1.0 {
		t.Errorf("the pause has not run out: %s", a.raw)
	}
}

func TestAPersonSeesTheirOwnPause(t *testing.T) {
	shows(t, 53)
	w := newWorld(t)
	ann := w.AddUserToken(w.app.AppID, w.ann.ID, "dnd:read")
	if err := w.Snooze(w.ann.ID, w.clock.Now().Add(10*time.Minute)); err != nil {
		t.Fatal(err)
	}
	a := w.callAs(ann, "dnd.info").ok(t)
	if a.body["snooze_enabled"] != true || a.body["snooze_remaining"] != 600.0 {
		t.Errorf("got %s", a.raw)
	}
}

func TestQuietHoursAreThePeriodThatIsOnOrTheNextOne(t *testing.T) {
	shows(t, 53)
	w := newWorld(t)
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	night := fakeslack.DailyHours{From: 22 * time.Hour, To: 8 * time.Hour}
	if err := w.SetQuietHours(w.bob.ID, night); err != nil {
		t.Fatal(err)
	}
	at := func(day, hour int) time.Time { return time.Date(2027, 3, day, hour, 0, 0, 0, paris) }
	for _, row := range []struct {
		now, from, to time.Time
		pause         time.Duration
	}{
		{now: at(10, 12), from: at(10, 22), to: at(11, 8)},
		{now: at(10, 23), from: at(10, 22), to: at(11, 8)},
		{now: at(11, 3), from: at(10, 22), to: at(11, 8)},
		{now: at(11, 8), from: at(11, 22), to: at(12, 8)},
		{now: at(12, 9), from: at(12, 9), to: at(12, 10), pause: time.Hour},
		{now: at(12, 21), from: at(12, 21), to: at(13, 8), pause: 2 * time.Hour}, // into the hours
		{now: at(14, 7), from: at(13, 22), to: at(14, 9), pause: 2 * time.Hour},  // beyond them
		{now: at(27, 23), from: at(27, 22), to: at(28, 8)},                       // the clocks go forward
	} {
		w.clock.Advance(row.now.Sub(w.clock.Now()))
		if row.pause > 0 {
			if err := w.Snooze(w.bob.ID, row.now.Add(row.pause)); err != nil {
				t.Fatal(err)
			}
		}
		a := w.call("dnd.teamInfo", "users", w.bob.ID).ok(t)
		from, to := dig(a.body, "users."+w.bob.ID+".next_dnd_start_ts"), dig(a.body, "users."+w.bob.ID+".next_dnd_end_ts")
		if from != float64(row.from.Unix()) || to != float64(row.to.Unix()) {
			t.Errorf("at %s: got %v to %v, want %d to %d", row.now, from, to, row.from.Unix(), row.to.Unix())
		}
	}
	if err := w.SetQuietHours(w.bob.ID, fakeslack.DailyHours{}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(24 * time.Hour)
	if a := w.call("dnd.info", "user", w.bob.ID).ok(t); a.body["dnd_enabled"] != false {
		t.Errorf("got %s", a.raw)
	}
	if err := w.SetQuietHours(w.bob.ID, fakeslack.DailyHours{From: 25 * time.Hour}); err == nil {
		t.Error("a day has 24 hours")
	}
}

func TestPresenceIsAskedForWithinItsTiers(t *testing.T) {
	shows(t, 27, 53)
	w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Limits = fakeslack.Limits{} })
	for method, row := range map[string]struct {
		perMinute int
		args      []string
	}{
		"users.getPresence": {50, []string{"user", w.ann.ID}},
		"dnd.info":          {50, []string{"user", w.ann.ID}},
		"dnd.teamInfo":      {20, []string{"users", w.ann.ID}},
		"usergroups.list":   {20, nil},
	} {
		for range row.perMinute {
			w.call(method, row.args...).ok(t)
		}
		if a := w.call(method, row.args...); a.status != 429 || a.header.Get("Retry-After") == "" {
			t.Errorf("%s: call %d was answered %d", method, row.perMinute+1, a.status)
		}
	}
	var many []string
	for i := range 51 {
		many = append(many, w.AddPerson(fakeslack.Person{Name: fmt.Sprint("p", i)}).ID)
	}
	w.clock.Advance(time.Minute)
	w.call("dnd.teamInfo", "users", strings.Join(many[:50], ",")).ok(t)
	w.call("dnd.teamInfo", "users", strings.Join(many, ",")).refused(t, "invalid_arguments")
}

func TestWhoJoinsTheWorkspaceIsTold(t *testing.T) {
	shows(t, 54)
	w := newWorld(t, told("team_join"))
	l := w.connect()
	eve := w.JoinTeam(fakeslack.Person{Name: "eve", RealName: "Eve Ito", TZ: "Asia/Tokyo", Locale: "fr-FR"})
	e := l.tells("team_join")["team_join"]
	if e.event("user.id") != eve.ID || e.event("user.tz") != "Asia/Tokyo" || e.event("user.tz_offset") != 9*3600.0 || e.event("user.locale") != "fr-FR" {
		t.Errorf("told of %v", e.Payload["event"])
	}
	a := w.call("users.info", "user", eve.ID, "include_locale", "true").ok(t)
	if a.str("user.locale") != "fr-FR" {
		t.Errorf("got %s", a.raw)
	}
	if _, ok := dig(w.call("users.info", "user", eve.ID).ok(t).body, "user.locale").(string); ok {
		t.Error("the locale is told unasked")
	}
}
