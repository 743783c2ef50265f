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

// persons are one of each kind; each makes its person in a world, in the lobby.
var persons = []struct {
	name string
	make func(*world) string
}{
	{"admin", func(w *world) string { return w.cleo }},
	{"manager", func(w *world) string {
		if err := w.b.SetManagers(context.Background(), w.ws, []bridge.AgentID{bridge.AgentID(w.dan)}, bridge.Author{}); err != nil {
			w.t.Fatal(err)
		}
		return w.dan
	}},
	{"group manager", func(w *world) string {
		g := w.group("tech")
		g.Managers = []bridge.AgentID{bridge.AgentID(w.ann)}
		if _, err := w.b.UpdateGroup(context.Background(), g, bridge.Author{}); err != nil {
			w.t.Fatal(err)
		}
		return w.ann
	}},
	{"member", func(w *world) string { return w.bea }},
	{"guest", func(w *world) string { return w.joins(fakeslack.Person{Name: "gus", Restricted: true}) }},
	{"external", func(w *world) string { return w.joins(fakeslack.Person{Name: "eve", TeamID: "T0STRANGE01"}) }},
	// Slack lets the deactivated do nothing: this one is deactivated just when the app asks
	// who it is.
	{"deactivated", func(w *world) string {
		w.wait("the app has read the list of people", func() bool { return len(w.slack.Requests("users.list")) > 0 })
		id := w.joins(fakeslack.Person{Name: "greta", Admin: true})
		w.slack.FailBy(func(r fakeslack.Request) fakeslack.Fault {
			if r.Method == "users.info" && r.Args["user"] == id {
				if err := w.slack.ChangePerson(id, func(p *fakeslack.Person) { p.Deleted = true }); err != nil {
					w.t.Error(err)
				}
			}
			return fakeslack.Fault{}
		})
		return id
	}},
}

func (w *world) joins(p fakeslack.Person) string {
	w.t.Helper()
	id := w.slack.AddPerson(p).ID
	if err := w.slack.Join(id, w.lobby); err != nil {
		w.t.Fatal(err)
	}
	return id
}

// TestWhoMayDoWhatToGroups is every person times every action, on both plans and under
// both permissions. An action is done where it opens its form or changes anything.
func TestWhoMayDoWhatToGroups(t *testing.T) {
	const (
		nobody = ""
		a      = "admin, manager"
		g      = "admin, manager, group manager" // Ann's own group is Tech
		all    = "admin, manager, group manager, member"
	)
	const ( // of the workspace
		paid    = "a paid plan"
		allowed = "a paid plan where everyone may change user groups"
	)
	for _, action := range []struct {
		typed string
		may   string
		needs string
	}{
		{"list", all, ""},
		{"create", a, ""},
		{"create Product @tech #chat-sales", a, paid},
		{"edit tech", g, ""},
		{"edit sales", a, ""},
		{"edit general", a, ""},
		{"delete tech yes", a, ""},
		{"delete sales yes", a, ""},
		{"delete general yes", nobody, ""},
		{"order", a, ""},
		{"order sales tech", a, ""},
		{"hide tech", g, ""},
		{"hide sales", a, ""},
		{"members tech", g, paid},
		{"members sales", a, paid},
		{"members tech add @dan", g, allowed},
		{"members sales add @dan", a, allowed},
		{"members tech remove @tom", g, allowed},
		{"members tech disable", g, allowed},
		{"members sales disable", a, allowed},
	} {
		for _, p := range persons {
			for _, plan := range []fakeslack.Plan{fakeslack.Paid, fakeslack.Free} {
				for _, adminsOnly := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s by %s, plan %v, only admins %v", action.typed, p.name, plan, adminsOnly), func(t *testing.T) {
						t.Parallel()
						w := newWorld(t, fast)
						who := p.make(w)
						w.slack.SetPlan(plan)
						w.slack.KeepUserGroupsToAdmins(adminsOnly)
						before := w.state()
						said := w.tries(who, "/chatgroups "+action.typed)
						v, opened := w.slack.Modal(who)
						done := opened && v.Title != "Chatgroups" || before != w.state() || strings.HasPrefix(said, "Told of") || strings.HasPrefix(said, "*Groups*")
						want := strings.Contains(", "+action.may+",", ", "+p.name+",")
						if action.needs != "" && plan == fakeslack.Free || action.needs == allowed && adminsOnly {
							want = false
						}
						if done != want {
							t.Errorf("done is %v, want %v; said was %q", done, want, said)
						}
						if !done && said == "" {
							t.Error("nothing was said")
						}
					})
				}
			}
		}
	}
}

// tries runs a command that may open a form and returns what was said instead. People
// from outside have no commands and mention the app.
func (w *world) tries(user, text string) string {
	w.t.Helper()
	if p, _ := w.slack.Person(user); p.TeamID != w.slack.TeamID() {
		if _, err := w.slack.Say(user, w.lobby, w.slack.Typed(strings.Replace(text, "/", "@", 1))); err != nil {
			w.t.Fatal(err)
		}
		return w.whisper(user, "").Text
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	res, err := w.slack.Command(ctx, user, w.lobby, text, false)
	if err != nil {
		w.t.Fatalf("%s: %v", text, err)
	}
	if said := res.Responses(); len(said) > 0 {
		return said[len(said)-1].Text
	}
	return ""
}

// state is everything that administrators decide about groups, here and at Slack.
func (w *world) state() string {
	var b strings.Builder
	for _, g := range w.b.Groups(w.ws) {
		fmt.Fprintln(&b, g.ID, g.Name, g.Channel, g.UserGroup, g.Members, g.Hidden, g.Place)
	}
	for _, ug := range w.slack.UserGroups() {
		fmt.Fprintln(&b, ug)
	}
	return b.String()
}

// TestFormsAreRefusedToThoseWhoMayNoLonger opens each form as somebody who may, takes the
// right away, and submits it and presses what is in it.
func TestFormsAreRefusedToThoseWhoMayNoLonger(t *testing.T) {
	for _, row := range []struct {
		opened string
		do     func(*world)
	}{
		{"edit tech", func(w *world) { w.submit(w.ann, map[string][]string{"name": {"Mine"}}) }},
		{"edit tech", func(w *world) {
			action, _ := w.elementIn(w.ann, "where")["action_id"].(string)
			if err := w.slack.ClickView(w.t.Context(), w.ann, action, "created"); err != nil {
				w.t.Fatal(err)
			}
		}},
		{"edit tech", func(w *world) {
			if err := w.slack.ClickView(w.t.Context(), w.ann, "languages"); err != nil {
				w.t.Fatal(err)
			}
		}},
	} {
		w := newWorld(t, fast)
		was := w.group("tech")
		g := was
		g.Managers = []bridge.AgentID{bridge.AgentID(w.ann)}
		if _, err := w.b.UpdateGroup(t.Context(), g, bridge.Author{}); err != nil {
			t.Fatal(err)
		}
		w.asks(w.ann, w.lobby, "/chatgroups "+row.opened)
		g = w.group("tech")
		g.Managers = nil
		if _, err := w.b.UpdateGroup(t.Context(), g, bridge.Author{}); err != nil {
			t.Fatal(err)
		}
		before := w.state()
		row.do(w)
		w.modalSays(w.ann, "Only workspace admins, managers and the managers of a group can do that")
		if w.state() != before {
			t.Errorf("%s: something was changed", row.opened)
		}
	}
}

func TestAGroupManagersFormLeavesOutWhatOnlyManagersMay(t *testing.T) {
	w := newWorld(t, fast)
	g := w.group("tech")
	g.Managers = []bridge.AgentID{bridge.AgentID(w.ann)}
	if _, err := w.b.UpdateGroup(t.Context(), g, bridge.Author{}); err != nil {
		t.Fatal(err)
	}
	v := w.asks(w.ann, w.lobby, "/chatgroups edit tech")
	if w.elementIn(w.ann, "managers") != nil || strings.Contains(string(v.Blocks), "delete_group") {
		t.Errorf("the form is\n%s", v.Blocks)
	}
	w.submit(w.ann, map[string][]string{"about": {"Kettles"}})
	w.whisper(w.ann, "*Tech* is saved")
	if got := w.group("tech"); !got.ManagedBy(bridge.AgentID(w.ann)) || got.About != "Kettles" {
		t.Errorf("the group is %+v", got)
	}
}
