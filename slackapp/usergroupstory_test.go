package slackapp_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// membersAre waits until these people are in a user group, and nobody else.
func (w *world) membersAre(handle string, people ...string) {
	w.t.Helper()
	slices.Sort(people)
	if got := w.userGroupMembers(handle); !slices.Equal(got, people) {
		w.t.Errorf("in @%s are %v, want %v", handle, got, people)
	}
}

func TestMembersAreAddedAndRemovedFromSlack(t *testing.T) {
	w := newWorld(t, fast)
	w.slack.AddPerson(fakeslack.Person{Name: "gus", Restricted: true})
	w.slack.AddPerson(fakeslack.Person{Name: "robby", Bot: true})
	w.slack.AddPerson(fakeslack.Person{Name: "greta", Deleted: true})
	w.slack.AddPerson(fakeslack.Person{Name: "eve", TeamID: "T0STRANGE01"})
	at := func(id string) string { return "<@" + id + ">" }
	for _, row := range []struct{ typed, answer string }{
		{"", "Write it like"},
		{"tech", "Told of *Tech*: " + at(w.ann) + " and " + at(w.tom)},
		{"tech add @dan", at(w.dan) + " is in. Told of *Tech* now: " + at(w.ann) + ", " + at(w.tom) + " and " + at(w.dan)},
		{"tech add @dan", "is in."}, // again
		{"tech remove @ann", at(w.ann) + " is out. Told of *Tech* now: " + at(w.tom) + " and " + at(w.dan)},
		{"tech remove @tom @dan", "A user group cannot be without people"},
		{"tech add @gus", "Gus is a guest or from outside"},
		{"tech add @eve", "Eve is a guest or from outside"},
		{"tech add @robby", "Robby is an app"},
		{"tech add @greta", "Greta was deactivated"},
		{"tech add ann", "Name people, chosen from Slack's list"},
		{"tech add", "Name people, chosen from Slack's list"},
		{"nothing add @ann", `There is no group "nothing"`},
		{"general disable", "General has no user group"},
		{"tech disable", "is disabled: nobody is told"},
		{"tech", "Nobody is told of *Tech*"},
		{"tech enable", "is enabled, with the people of before"},
	} {
		if got := w.command(w.cleo, w.lobby, "/chatgroups members "+row.typed); !containsFold(got, row.answer) {
			t.Errorf("members %s\nsays %q\nnot  %q", row.typed, got, row.answer)
		}
	}
	w.membersAre("tech", w.tom, w.dan)
	w.onlyTold()
}

// TestWhatSomebodyElseChangesAtTheSameMomentIsKept: the whole list is written, so
// whoever writes between the reading and the writing would be undone.
func TestWhatSomebodyElseChangesAtTheSameMomentIsKept(t *testing.T) {
	w := newWorld(t, fast)
	var once sync.Once
	w.slack.OnRequest(func(r fakeslack.Request) {
		if r.Method == "usergroups.users.update" {
			once.Do(func() { // in Slack's own pages, right after ours
				if err := w.slack.SetUserGroupMembers(w.cleo, w.techGroup, w.ann, w.bea); err != nil {
					t.Error(err)
				}
			})
		}
	})
	w.command(w.cleo, w.lobby, "/chatgroups members tech add @dan")
	w.membersAre("tech", w.ann, w.bea, w.dan)
}

func TestManyWhoChangeAUserGroupAtOnceAllTakeEffect(t *testing.T) {
	w := newWorld(t, fast)
	var newcomers []string
	names := []string{"nils", "nora", "noah", "nele", "nick"}
	for _, name := range names {
		newcomers = append(newcomers, w.slack.AddPerson(fakeslack.Person{Name: name}).ID)
	}
	var all sync.WaitGroup
	for _, name := range names {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			if _, err := w.slack.Command(ctx, w.cleo, w.lobby, "/chatgroups members tech add @"+name, false); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	want := append(newcomers, w.ann, w.tom)
	slices.Sort(want)
	w.wait("everybody is in", func() bool { return slices.Equal(w.userGroupMembers("tech"), want) })
}

func TestALostAnswerIsLookedUp(t *testing.T) {
	w := newWorld(t, fast)
	w.slack.Fail("usergroups.users.update", 1, fakeslack.LostAnswer())
	if got := w.command(w.cleo, w.lobby, "/chatgroups members tech add @dan"); !strings.Contains(got, "is in.") {
		t.Errorf("members says %q", got)
	}
	w.membersAre("tech", w.ann, w.tom, w.dan)
	if n := len(w.slack.Requests("usergroups.users.update")); n != 1 {
		t.Errorf("it was written %d times", n)
	}
}

func TestAPauseThatSlackAsksForIsMadeOrTold(t *testing.T) {
	w := newWorld(t, fast)
	w.slack.Fail("usergroups.users.update", 1, fakeslack.RateLimited(time.Second))
	w.asks(w.cleo, w.lobby, "/chatgroups edit tech")
	w.submit(w.cleo, map[string][]string{"members": {w.ann, w.tom, w.dan}})
	w.wait("Dan is in", func() bool { return slices.Contains(w.userGroupMembers("tech"), w.dan) })
	w.slack.Fail("usergroups.users.update", 1, fakeslack.RateLimited(time.Minute))
	if got := w.command(w.cleo, w.lobby, "/chatgroups members tech remove @dan"); !strings.Contains(got, "about 20 times a minute") {
		t.Errorf("members says %q", got)
	}
}

// TestEveryRefusalSaysWhatMendsIt has Slack refuse a change for each reason there is.
func TestEveryRefusalSaysWhatMendsIt(t *testing.T) {
	w := newWorld(t, fast)
	w.mistaken = true
	for code, mend := range map[string]string{
		"plan_upgrade_required":      "“people one by one”",
		"paid_teams_only":            "“people one by one”",
		"permission_denied":          "Workspace settings, Permissions, User Groups",
		"missing_scope":              "reinstall the app",
		"token_revoked":              "the operator sets a new one",
		"invalid_users":              "no guests, apps or people from outside",
		"failed_for_some_users":      "no guests, apps or people from outside",
		"no_users_provided":          "leave somebody in it",
		"subteam_max_users_exceeded": "take somebody out first",
		"no_such_subteam":            "choose another one",
		"internal_error":             "somebody else changes the user group at the same time", // it never shows in the list
	} {
		w.slack.Fail("usergroups.users.update", 2, fakeslack.Refuse(code))
		if got := w.command(w.cleo, w.lobby, "/chatgroups members tech add @dan"); !containsFold(got, mend) {
			t.Errorf("%s: says %q, not %q", code, got, mend)
		}
		w.slack.ClearFaults()
	}
	w.membersAre("tech", w.ann, w.tom)
}

// TestUserGroupsOnEachPlanAndUnderEachPermission goes through the four workspaces there
// are, and what an admin's token changes in the one that lets no bot.
func TestUserGroupsOnEachPlanAndUnderEachPermission(t *testing.T) {
	for _, row := range []struct {
		name       string
		plan       fakeslack.Plan
		adminsOnly bool
		adminToken bool
		add, make  string // what is said to adding somebody, and to making one
	}{
		{"paid, everyone may", fakeslack.Paid, false, false, "is in.", ""},
		{"paid, only admins may", fakeslack.Paid, true, false, "This workspace lets no app change user groups", "This workspace lets no app change user groups"},
		{"paid, only admins may, with an admin's token", fakeslack.Paid, true, true, "is in.", ""},
		{"free, everyone may", fakeslack.Free, false, false, "User groups need a paid Slack plan", "User groups need a paid Slack plan"},
		{"free, only admins may", fakeslack.Free, true, false, "User groups need a paid Slack plan", "User groups need a paid Slack plan"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			o := fast
			o.store = bridgetest.NewMemory()
			w := newWorld(t, o)
			if row.adminToken {
				w.stop()
				o.app.BotToken, o.app.AppToken, o.app.APIURL = w.inst.BotToken, w.inst.AppToken, w.apiURL
				o.app.AdminToken = w.slack.AddUserToken(w.inst.AppID, w.cleo, "usergroups:write")
				w.start(o)
			}
			w.asks(w.cleo, w.lobby, "/chatgroups create") // while there are user groups to choose
			w.slack.KeepUserGroupsToAdmins(row.adminsOnly)
			w.slack.SetPlan(row.plan)
			w.fill(w.cleo, map[string][]string{"name": {"Product"}, "channel": {w.lobby}})
			w.choose(w.cleo, "who", "created", "handle")
			s := w.submit(w.cleo, map[string][]string{"handle": {"product"}, "people": {w.dan}})
			if row.make == "" {
				w.whisper(w.cleo, "*Product* is ready")
				w.membersAre("product", w.dan)
			} else if !strings.Contains(s.Errors["who"], row.make) {
				t.Errorf("making one is answered with %+v", s)
			}
			if got := w.command(w.cleo, w.lobby, "/chatgroups members tech add @dan"); !strings.Contains(got, row.add) {
				t.Errorf("adding somebody is answered with %q", got)
			}
			// Where Slack refuses, people one by one always work.
			for _, r := range w.slack.Requests() { // an admin's token does nothing else
				if strings.HasPrefix(r.Token, "xoxp") && (!strings.HasPrefix(r.Method, "usergroups.") || !row.adminToken) {
					t.Errorf("%s was called with an admin's token", r.Method)
				}
			}
			if got := w.command(w.cleo, w.lobby, "/chatgroups create Support @ann #lobby"); !strings.Contains(got, "*Support* is ready") {
				t.Errorf("a list of its own is answered with %q", got)
			}
		})
	}
}

func TestWhoeverLeavesNobodyInAUserGroupIsToldWhatToDoInstead(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups edit tech")
	s := w.submit(w.cleo, map[string][]string{"members": {}})
	if !strings.Contains(s.Errors["members"], "leave somebody in it, or disable it with") {
		t.Errorf("the answer is %+v", s)
	}
	w.membersAre("tech", w.ann, w.tom)
	guest := w.slack.AddPerson(fakeslack.Person{Name: "gus", Restricted: true}).ID
	s = w.submit(w.cleo, map[string][]string{"members": {w.ann, guest}})
	if !strings.Contains(s.Errors["members"], "Gus is a guest") {
		t.Errorf("the answer is %+v", s)
	}
	w.membersAre("tech", w.ann, w.tom)
}

func TestTheFormOfAGroupSpeaksFrench(t *testing.T) {
	w := newWorld(t, fast)
	if err := w.slack.ChangePerson(w.cleo, func(p *fakeslack.Person) { p.Locale = "fr-FR" }); err != nil {
		t.Fatal(err)
	}
	w.wait("the form in French", func() bool {
		v := w.asks(w.cleo, w.lobby, "/chatgroups edit tech")
		return v.Title == "Modifier le groupe" && strings.Contains(string(v.Blocks), "Canal pour ses fils")
	})
}
