package slackapp_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// TestFormsAndTrialsHoldSlacksLimitsInALargeWorkspace has 200 groups, and one of 5,000
// people. The world refuses calls and views that Slack would.
func TestFormsAndTrialsHoldSlacksLimitsInALargeWorkspace(t *testing.T) {
	w := newWorld(t, fast)
	for i := range 197 {
		g := bridge.Group{Workspace: w.ws, Name: fmt.Sprintf("Group %03d of those that are many", i), Channel: w.lobby}
		g.Hours = &bridge.Hours{Zone: "Europe/Paris", Week: w.week("Mon-Fri 9-17")}
		if _, err := w.b.CreateGroup(t.Context(), g, bridge.Author{}); err != nil {
			t.Fatal(err)
		}
	}
	w.alter("tech", func(g *bridge.Group) {
		g.UserGroup = ""
		for i := range 5000 {
			g.Members = append(g.Members, bridge.AgentID(fmt.Sprintf("U%08d", i)))
		}
	})
	w.tried("try tomorrow tech", "They are asked", "• Tech\n", "and 184 more", "5000 people, one by one", "and 4985 more")
	w.asks(w.cleo, w.lobby, "/chatgroups try")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	found, err := w.slack.Suggest(ctx, w.cleo, "group", "group 19")
	if err != nil || len(found) != 7 {
		t.Errorf("suggested are %v (%v), want the seven from 190 on", found, err)
	}
	if all, err := w.slack.Suggest(ctx, w.cleo, "group", ""); err != nil || len(all) != 100 {
		t.Errorf("%d groups are suggested (%v), want as many as Slack takes", len(all), err)
	}
	w.submit(w.cleo, map[string][]string{"at": {"2030-01-05 10:00"}, "group": {"group-001-of-those-that-are-many"}})
	w.modalSays(w.cleo, "Group 001 of those that are many")
}

func TestTheAnswersReadInFrenchToWhoeverReadsSlackInFrench(t *testing.T) {
	w := newWorld(t, fast)
	zoe := w.joins(fakeslack.Person{Name: "zoe", Admin: true, Locale: "fr-FR"})
	for _, row := range []struct{ typed, says string }{
		{"off tech pour 2h", "*Fermé* à la main jusqu’à <!date^"},
		{"off tech jusqu'à hier", "n’est pas un moment : écrivez-le comme 14:00, demain 9:00"},
		{"hours tech lun-ven 9h-17h; sam 10h-12h", "lun-ven 9:00-17:00; sam 10:00-12:00"},
		{"try maintenant sales", "Rien n’a été publié."},
	} {
		if got := w.command(zoe, w.lobby, "/chatgroups "+row.typed); !strings.Contains(got, row.says) {
			t.Errorf("%s says %q, not %q", row.typed, got, row.says)
		}
	}
	w.asks(zoe, w.lobby, "/chatgroups hours tech")
	w.modalSays(zoe, "lun-ven 9:00-17:00; sam 10:00-12:00")
	w.modalSays(zoe, "Fuseau horaire")
}
