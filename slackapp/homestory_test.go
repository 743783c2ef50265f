package slackapp_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// home opens the Home tab of a person and waits until it says something.
func (w *world) home(user string, says ...string) string {
	w.t.Helper()
	if err := w.slack.OpenHome(user, w.inst.AppID); err != nil {
		w.t.Fatal(err)
	}
	return w.homeSays(user, says...)
}

// homeSays waits until the Home tab of a person, which stays open, says all of says.
func (w *world) homeSays(user string, says ...string) string {
	w.t.Helper()
	var blocks string
	for _, text := range says {
		ok := w.holds(func() bool {
			v, _ := w.slack.Home(user, w.inst.AppID)
			blocks = string(v.Blocks)
			return strings.Contains(blocks, text)
		})
		if !ok {
			w.t.Fatalf("the Home tab says not %q but\n%s", text, blocks)
		}
	}
	return blocks
}

func TestTheHomeTabShowsMembersTheirGroupsAndWhoWaits(t *testing.T) {
	w := newWorld(t, fast)
	blocks := w.home(w.ann, "Waiting for an answer", "Nobody waits in your groups.", "*Tech*")
	for _, other := range []string{"*Sales*", "Installation", "New group"} {
		if strings.Contains(blocks, other) {
			t.Errorf("Ann, a member of Tech alone, sees %s", other)
		}
	}
	v := w.visitor()
	v.say("Hello?")
	root := w.root(w.tech, 0)
	w.homeSays(w.ann, "nobody has claimed it, waiting since", "/archives/"+w.tech+"/p"+strings.ReplaceAll(root.TS, ".", ""))
	w.press(w.ann, w.tech, root.TS, "claim")
	w.homeSays(w.ann, "Nobody waits in your groups.", "claimed by ann")
}

func TestTheHomeTabShowsAdminsAllGroupsSitesAndTrouble(t *testing.T) {
	w := newWorld(t, fast)
	w.home(w.cleo, "*Tech*", "*Sales*", "*General*", "Nothing is known to be wrong", "/w/v1/main.js", "New group")
	if err := w.slack.Archive(w.cleo, w.sales); err != nil {
		t.Fatal(err)
	}
	w.homeSays(w.cleo, "is archived")
	if _, err := w.b.CreateGroup(context.Background(), bridge.Group{Workspace: w.ws, Name: "Product", Channel: w.lobby}, bridge.Author{}); err != nil {
		t.Fatal(err)
	}
	w.homeSays(w.cleo, "*Product*")
}

func TestWhatIsPressedInTheHomeTabDoesWhatTypingDoes(t *testing.T) {
	w := newWorld(t, fast)
	w.home(w.cleo, "*Tech*")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.slack.ClickHome(ctx, w.cleo, w.inst.AppID, "typed:managers"); err != nil {
		t.Fatal(err)
	}
	w.wait("the form of managers", func() bool { v, _ := w.slack.Modal(w.cleo); return v.Title == "Managers" })
	if err := w.slack.CloseView(ctx, w.cleo, true); err != nil {
		t.Fatal(err)
	}
	if err := w.slack.ClickHome(ctx, w.cleo, w.inst.AppID, "typed:doctor"); err != nil {
		t.Fatal(err)
	}
	w.modalSays(w.cleo, "bot token")
}

func TestTheHomeTabHasNothingForGuests(t *testing.T) {
	w := newWorld(t, fast)
	guest := w.slack.AddPerson(fakeslack.Person{Name: "gus", Restricted: true}).ID
	blocks := w.home(guest, "Chatgroups is for the members of this workspace")
	if strings.Contains(blocks, "Tech") {
		t.Errorf("a guest reads\n%s", blocks)
	}
}

func TestAFullHomeTabHoldsSlacksLimits(t *testing.T) {
	w := newWorld(t, fast)
	for i := range 200 {
		name := "Group " + strings.Repeat("x", 20) + string(rune('a'+i%26)) + string(rune('a'+i/26))
		if _, err := w.b.CreateGroup(context.Background(), bridge.Group{Workspace: w.ws, Name: name, Channel: w.lobby, Members: []bridge.AgentID{bridge.AgentID(w.cleo)}}, bridge.Author{}); err != nil {
			t.Fatal(err)
		}
	}
	w.home(w.cleo, "Your groups", "`/chatgroups list` shows all", "Sites") // the world refuses a wrong call
}
