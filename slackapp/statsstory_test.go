package slackapp_test

import (
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// twoChats are one that Tech answered and one that Sales handed over to Tech.
func (w *world) twoChats() {
	w.t.Helper()
	one := w.visitor()
	one.say("Hello?")
	root := w.root(w.tech, 0)
	w.reply(w.ann, w.tech, root.TS, "Hi")
	one.waitBodies("Hi")
	two := w.visitor()
	two.to = "sales"
	two.say("My build fails")
	root = w.root(w.sales, 0)
	if got := w.command(w.bea, w.sales, "/chatgroups invite tech"); !strings.Contains(got, "invited") {
		w.t.Fatal(got)
	}
	w.root(w.tech, 1)
	if got := w.command(w.bea, w.sales, "/chatgroups leave"); !strings.Contains(got, "left") {
		w.t.Fatal(got)
	}
}

func TestStatsTellHowEachGroupDid(t *testing.T) {
	w := newWorld(t, fast)
	w.twoChats()
	got := w.command(w.cleo, w.lobby, "/chatgroups stats")
	for _, want := range []string{"*Numbers of the last 7 days*", "*Tech* – 2 conversations", "first reply after", "*Sales* – 1 conversation", "1 handed over", "100% of its visitors chose wrongly and went to Tech 1"} {
		if !strings.Contains(got, want) {
			t.Errorf("stats lack %q and say\n%s", want, got)
		}
	}
	for typed, want := range map[string]string{
		"/chatgroups stats today":   "*Numbers of today*",
		"/chatgroups stats 30d":     "last 30 days",
		"/chatgroups stats 0d":      "from 1 to 366",
		"/chatgroups stats 400d":    "from 1 to 366",
		"/chatgroups stats nothing": `There is no group "nothing"`,
	} {
		if got := w.command(w.cleo, w.lobby, typed); !strings.Contains(got, want) {
			t.Errorf("%s says\n%s", typed, got)
		}
	}
	if got := w.command(w.cleo, w.lobby, "/chatgroups stats tech 30d"); strings.Contains(got, "*Sales*") {
		t.Errorf("of Tech alone it says\n%s", got)
	}
}

func TestStatsAreDrawnWhereSlackDraws(t *testing.T) {
	w := newWorld(t, fast)
	w.twoChats()
	for _, typed := range []string{"/chatgroups stats", "/chatgroups stats 366d"} {
		res, err := w.slack.Command(t.Context(), w.cleo, w.lobby, typed, false)
		if err != nil {
			t.Fatal(err)
		}
		var blocks string
		w.wait("an answer", func() bool {
			for _, said := range res.Responses() {
				blocks += string(said.Blocks)
			}
			return strings.Contains(blocks, "data_visualization")
		})
		if n := strings.Count(blocks, `"data_visualization"`); n != 2 {
			t.Errorf("%s draws %d charts", typed, n)
		}
	}
}

func TestStatsAreForWhoeverTheyConcern(t *testing.T) {
	w := newWorld(t, fast)
	guest := w.slack.AddPerson(fakeslack.Person{Name: "gus", Restricted: true}).ID
	if err := w.slack.Join(guest, w.lobby); err != nil {
		t.Fatal(err)
	}
	w.twoChats()
	if got := w.command(w.ann, w.lobby, "/chatgroups stats"); !strings.Contains(got, "*Tech*") || strings.Contains(got, "*Sales*") {
		t.Errorf("Ann, of Tech, reads\n%s", got)
	}
	for who, want := range map[string]string{
		w.dan: "You are in no group", guest: "Only members of this workspace",
	} {
		if got := w.command(who, w.lobby, "/chatgroups stats"); !strings.Contains(got, want) {
			t.Errorf("it says %q, not %q", got, want)
		}
	}
	if got := w.command(w.ann, w.lobby, "/chatgroups stats sales"); !strings.Contains(got, "Only admins, managers and people of the group") {
		t.Errorf("Ann reads of Sales\n%s", got)
	}
}

func TestStatsComeAsAFile(t *testing.T) {
	w := newWorld(t, fast)
	w.twoChats()
	if got := w.command(w.cleo, w.lobby, "/chatgroups stats 7d csv"); !strings.Contains(got, "The file is in your messages") {
		t.Fatalf("it says %q", got)
	}
	found := false
	for _, r := range w.slack.Requests("files.completeUploadExternal") {
		found = found || r.Error == "" && strings.Contains(r.Args["files"], "chatgroups-")
	}
	if !found {
		t.Error("no file was shared")
	}
}
