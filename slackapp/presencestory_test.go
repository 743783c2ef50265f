package slackapp_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// withPresence tells a story of a group that is open only while people are there.
func withPresence(t *testing.T, least int, story func(*testing.T, *world)) {
	t.Helper()
	inVirtualTime(t, func(t *testing.T, w *world) {
		w.alter("tech", func(g *bridge.Group) { g.LeastPresent = least })
		story(t, w)
	})
}

// soon returns whether a group is open once there was time to look who is there.
func (w *world) soon(slug string) bool {
	time.Sleep(time.Minute)
	synctest.Wait()
	return w.group(slug).Open()
}

func (w *world) away(yes bool, users ...string) {
	w.t.Helper()
	for _, u := range users {
		if err := w.slack.SetPresence(u, yes); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestAGroupIsOpenWhileEnoughOfItsPeopleAreThere(t *testing.T) {
	withPresence(t, 2, func(t *testing.T, w *world) {
		if !w.soon("tech") {
			t.Error("Ann and Tom are active, and it is closed")
		}
		w.away(true, w.ann)
		if w.soon("tech") {
			t.Error("Tom alone is active, and it is open")
		}
		if got := w.command(w.cleo, w.lobby, "/chatgroups list"); !strings.Contains(got, "*Closed* while fewer than 2 of its people are active") {
			t.Errorf("list says %q", got)
		}
		w.away(false, w.ann)
		if !w.soon("tech") {
			t.Error("both are active again, and it is closed")
		}
		w.away(true, w.bea, w.dan) // of other groups
		if !w.soon("tech") {
			t.Error("it is closed as people of other groups are away")
		}
	})
}

func TestWhoeverIsNotToBeDisturbedIsNotThere(t *testing.T) {
	withPresence(t, 1, func(t *testing.T, w *world) {
		w.away(true, w.tom)
		if !w.soon("tech") {
			t.Error("Ann is active, and it is closed")
		}
		if err := w.slack.Snooze(w.ann, time.Now().Add(30*time.Minute)); err != nil {
			t.Fatal(err)
		}
		w.soon("tech") // it counts for a minute when somebody is to be left alone
		if w.soon("tech") {
			t.Error("Ann has paused notifications, and it is open")
		}
		time.Sleep(30 * time.Minute)
		if !w.soon("tech") {
			t.Error("the pause is over, and it is closed")
		}
		if err := w.slack.SetQuietHours(w.ann, fakeslack.DailyHours{From: 0, To: 23 * time.Hour}); err != nil {
			t.Fatal(err)
		}
		w.soon("tech")
		if w.soon("tech") {
			t.Error("Ann has quiet hours, and it is open")
		}
	})
}

func TestWhereSlackDoesNotAnswerWhoIsThereNobodyIsSentAway(t *testing.T) {
	withPresence(t, 1, func(t *testing.T, w *world) {
		w.slack.Fail("users.getPresence", -1, fakeslack.ServerError(503))
		if !w.soon("tech") {
			t.Error("nothing is known, and it is closed")
		}
		w.slack.ClearFaults()
		w.away(true, w.ann, w.tom)
		if w.soon("tech") {
			t.Error("nobody is there, and it is open")
		}
		w.slack.Fail("users.getPresence", -1, fakeslack.ServerError(503))
		if w.soon("tech") {
			t.Error("one failure opened it")
		}
		time.Sleep(15 * time.Minute)
		if !w.soon("tech") {
			t.Error("what was known has long been old, and it is closed")
		}
	})
}

func TestWhoIsThereIsNotAskedWhereItDoesNotMatter(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n := len(w.slack.Requests("users.getPresence")); n > 0 {
			t.Errorf("Slack was asked %d times for groups that do not care", n)
		}
		w.alter("tech", func(g *bridge.Group) { g.LeastPresent = 1 })
		w.away(true, w.ann, w.tom)
		if w.soon("tech") {
			t.Error("nobody is there, and it is open")
		}
		w.alter("tech", func(g *bridge.Group) { g.LeastPresent = 0 })
		if !w.soon("tech") {
			t.Error("it does not matter any more who is there, and it is closed")
		}
		before := len(w.slack.Requests("users.getPresence"))
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n := len(w.slack.Requests("users.getPresence")) - before; n > 0 {
			t.Errorf("Slack was asked %d times more", n)
		}
	})
}

func TestManyPeopleAreAskedAboutWithinSlacksLimits(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		var everybody []bridge.AgentID
		for i := range 120 {
			p := w.slack.AddPerson(fakeslack.Person{Name: fmt.Sprintf("p%d", i), Away: i != 77})
			everybody = append(everybody, bridge.AgentID(p.ID))
		}
		w.alter("tech", func(g *bridge.Group) { g.UserGroup, g.Members, g.LeastPresent = "", everybody, 1 })
		w.alter("sales", func(g *bridge.Group) { g.UserGroup, g.Members, g.LeastPresent = "", everybody[:60], 1 })
		w.until("nobody of Sales is there, and somebody of Tech", func() bool {
			return w.group("tech").Present.Known && w.group("tech").Open() && !w.group("sales").Open()
		})
		for _, method := range []string{"users.getPresence", "dnd.teamInfo"} {
			if n := w.limited(method); n > 0 {
				t.Errorf("%s was refused %d times", method, n)
			}
		}
		// Known to be there, the one is asked about first and the others are left alone.
		w.alter("sales", func(g *bridge.Group) { g.LeastPresent = 0 })
		time.Sleep(5 * time.Minute)
		before := len(w.slack.Requests("users.getPresence"))
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if n := len(w.slack.Requests("users.getPresence")) - before; n > 25 {
			t.Errorf("Slack was asked %d times in ten minutes about one who is there", n)
		}
	})
}

func TestPresenceDoesNotMatterToAGroupThatIsOpenByHand(t *testing.T) {
	withPresence(t, 1, func(t *testing.T, w *world) {
		w.away(true, w.ann, w.tom)
		if w.soon("tech") {
			t.Error("nobody is there, and it is open")
		}
		w.command(w.cleo, w.lobby, "/chatgroups on tech")
		if !w.soon("tech") {
			t.Error("it was opened by hand, and it is closed")
		}
		w.command(w.cleo, w.lobby, "/chatgroups auto tech")
		if w.soon("tech") {
			t.Error("it is as its people are again, and it is open")
		}
	})
}
