package slackapp_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// tried runs a trial in one line and checks that it says all of says.
func (w *world) tried(typed string, says ...string) {
	w.t.Helper()
	got := w.command(w.cleo, w.lobby, "/chatgroups "+typed)
	for _, part := range says {
		if !strings.Contains(got, part) {
			w.t.Errorf("%s says\n%s\nnot %q", typed, got, part)
		}
	}
}

func (w *world) week(text string) bridge.Week {
	w.t.Helper()
	week, err := bridge.ParseWeek(text)
	if err != nil {
		w.t.Fatal(err)
	}
	return week
}

func TestATrialTellsWhatAVisitorWouldSeeAndWhoWouldBeTold(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) { // it is Saturday, 1 January 2000, 1:00 in Paris
		w.alter("sales", func(g *bridge.Group) {
			g.Hours = &bridge.Hours{Zone: "Europe/Paris", Week: w.week("Mon-Fri 9:00-17:00")}
		})
		w.tried(`try "Sunday 03:00" sales`,
			"*2000-01-02 03:00 CET*, a visitor of the site `main` picks *Sales*:",
			"• Tech\n• Sales (away until 2000-01-03 09:00 CET)",
			"*Sales*: *Closed* by its hours, opens 2000-01-03 09:00 CET",
			"They read that it is away until 2000-01-03 09:00 CET, and can leave a message",
			"The thread would stand in <#"+w.sales+">.",
			"Its root names <!subteam^"+w.salesGroup+">: 1 person.",
			"• <@"+w.bea+">",
			"Nothing was posted.",
		)
		w.tried("try Monday 10:00 sales", "• Tech\n• Sales\n", "*Sales*: *Open* until 2000-01-03 17:00 CET, by its hours", "They write, and somebody can answer at once.")
		w.tried("try now tech", "*Tech*: *Open* at all hours", "• <@"+w.ann+"> is there", "• <@"+w.tom+"> is there")
		w.away(true, w.tom)
		time.Sleep(time.Minute)
		w.tried("try now tech", "• <@"+w.ann+"> is there", "• <@"+w.tom+"> is away")
		w.onlyTold()
		if n := len(w.postings(w.tech)) + len(w.postings(w.sales)); n > 0 {
			t.Errorf("%d messages were posted", n)
		}
	})
}

func TestATrialTellsWhatStandsInTheWay(t *testing.T) {
	w := newWorld(t, fast)
	w.tried("try now general", "The group has no channel, so no visitor can reach it.", "Nobody.")
	w.alter("tech", func(g *bridge.Group) { g.LeastPresent = 1 })
	w.tried("try tomorrow 10:00 tech", "That is so only if enough of its people are there")
	w.alter("sales", func(g *bridge.Group) { g.Hidden = true })
	w.tried("try now sales", "The group is hidden: only a page that presets it")
	w.tried("try now tech", "There is one group alone, so they are not asked.")
	w.alter("sales", func(g *bridge.Group) { g.Hidden, g.UserGroup, g.Members = false, "", nil })
	w.tried("try now sales", "*Nobody* is told: the group has no people.")
	site, err := w.b.Site("main")
	if err != nil {
		t.Fatal(err)
	}
	site.Groups = []bridge.GroupID{"tech"}
	site.Consent = map[string]string{"": "We keep what you write."}
	if _, err := w.b.UpdateSite(t.Context(), site, bridge.Author{}); err != nil {
		t.Fatal(err)
	}
	w.tried("try now sales", "The site does not offer this group, so its visitors cannot reach it.")
	w.tried("try now tech", "First they are asked to agree: “We keep what you write.”")
	for typed, says := range map[string]string{
		"try now":                      "Say when, and which group",
		"try yesterday tech":           "is no moment: write it like 14:00",
		"try now nothing":              "There is no group",
		`try "Sunday 03:00" tech main`: `"main" stands after the group`,
	} {
		w.tried(typed, says)
	}
}

func TestATrialIsMadeInAForm(t *testing.T) {
	w := newWorld(t, fast)
	w.alter("sales", func(g *bridge.Group) {
		g.Hidden = true
		g.Hours = &bridge.Hours{Zone: "Europe/Paris", Week: w.week("Mon-Fri 9:00-17:00")}
	})
	v := w.asks(w.cleo, w.lobby, "/chatgroups try")
	if v.Title != "Try a routing" || v.Submit != "Try it" {
		t.Errorf("the form is called %q and submits with %q", v.Title, v.Submit)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := w.slack.Suggest(ctx, w.cleo, "group", "sal"); err != nil {
		t.Fatal(err)
	}
	w.suggestsZone(w.cleo, "tokyo")
	w.submit(w.cleo, map[string][]string{"at": {"2030-01-07 10:00"}, "group": {"sales"}, "zone": {"Asia/Tokyo"}, "preset": {"preset"}})
	w.modalSays(w.cleo, "The page has chosen the group, so they are not asked.")
	w.modalSays(w.cleo, "*2030-01-07 18:00 JST*") // what Cleo's 10:00 is there
	w.modalSays(w.cleo, "*Open* until 2030-01-08 01:00 JST, by its hours")
	w.submit(w.cleo, map[string][]string{"preset": {}}) // the rest is as before
	w.modalSays(w.cleo, "The group is hidden")
	for field, values := range map[string][]string{"at": {"some day"}, "language": {"?!"}} {
		s := w.submit(w.cleo, map[string][]string{field: values})
		if s.Action != "errors" || s.Errors[field] == "" {
			t.Errorf("%s: the answer is %+v", field, s)
		}
		w.submit(w.cleo, map[string][]string{"at": {"now"}, "language": {"fr"}})
	}
}
