package slackapp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestAuditTellsWhoChangedWhat(t *testing.T) {
	w := newWorld(t, fast)
	w.command(w.cleo, w.lobby, "/chatgroups off tech")
	w.command(w.cleo, w.lobby, "/chatgroups hide sales")
	w.command(w.cleo, w.lobby, "/chatgroups managers @dan")
	got := w.command(w.cleo, w.lobby, "/chatgroups audit")
	for _, want := range []string{"cleo changed the group *Tech*", "switched by hand", "cleo changed the group *Sales*", "hidden", "changed the workspace", "added <@" + w.dan + ">"} {
		if !strings.Contains(got, want) {
			t.Errorf("audit lacks %q and says\n%s", want, got)
		}
	}
	if strings.Index(got, "*Sales*") > strings.Index(got, "*Tech*") {
		t.Errorf("the latest is not first:\n%s", got)
	}
	if got := w.command(w.dan, w.lobby, "/chatgroups audit tech"); !strings.Contains(got, "*Tech*") || strings.Contains(got, "*Sales*") {
		t.Errorf("of Tech alone it says\n%s", got)
	}
	w.onlyTold() // naming people notifies nobody
}

func TestAuditIsForThoseWhoAdminister(t *testing.T) {
	w := newWorld(t, fast)
	guest := w.slack.AddPerson(fakeslack.Person{Name: "gus", Restricted: true}).ID
	if err := w.slack.Join(guest, w.lobby); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]string{w.ann: "Only workspace admins", guest: "Only members of this workspace", w.cleo: "Who changed what"} {
		if got := w.command(who, w.lobby, "/chatgroups audit"); !strings.Contains(got, want) {
			t.Errorf("it says %q, not %q", got, want)
		}
	}
}

func TestAuditGoesBackByPages(t *testing.T) {
	w := newWorld(t, fast)
	g, err := w.b.FindGroup(w.ws, "tech")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 25 {
		g.About = fmt.Sprintf("version %d.", i)
		if g, err = w.b.UpdateGroup(t.Context(), g, bridge.Author{Agent: bridge.AgentID(w.cleo), Name: "cleo"}); err != nil {
			t.Fatal(err)
		}
	}
	got := w.command(w.cleo, w.lobby, "/chatgroups audit tech")
	if !strings.Contains(got, "version 24.") || strings.Contains(got, "version 13.") {
		t.Errorf("the first page is\n%s", got)
	}
	res, err := w.slack.Command(t.Context(), w.cleo, w.lobby, "/chatgroups audit tech", false)
	if err != nil {
		t.Fatal(err)
	}
	said := res.Responses()
	i := strings.Index(string(said[0].Blocks), "before:")
	if i < 0 {
		t.Fatalf("no button leads to the earlier ones: %s", said[0].Blocks)
	}
	mark, _, _ := strings.Cut(string(said[0].Blocks)[i:], `"`)
	if got := w.command(w.cleo, w.lobby, "/chatgroups audit tech "+mark); !strings.Contains(got, "version 13.") || strings.Contains(got, "version 24.") {
		t.Errorf("the second page is\n%s", got)
	}
}
