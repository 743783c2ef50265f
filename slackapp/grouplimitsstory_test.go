package slackapp_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// holdsLimits checks a view against Slack's limits (docs.slack.dev/surfaces/modals).
func holdsLimits(t *testing.T, v fakeslack.View) {
	t.Helper()
	var blocks []json.RawMessage
	if err := json.Unmarshal(v.Blocks, &blocks); err != nil {
		t.Fatal(err)
	}
	if len(blocks) > 100 || len(v.Blocks) > 250<<10 {
		t.Errorf("%q has %d blocks of %d bytes", v.Title, len(blocks), len(v.Blocks))
	}
	if n := utf8.RuneCountInString(v.PrivateMetadata); n > 3000 {
		t.Errorf("the private_metadata of %q has %d characters", v.Title, n)
	}
	if utf8.RuneCountInString(v.Title) > 24 || utf8.RuneCountInString(v.Submit) > 24 {
		t.Errorf("%q or %q is too long", v.Title, v.Submit)
	}
}

// TestFormsHoldSlacksLimitsWithManyGroupsAndPeople: the simulated Slack refuses views that
// break them, so that they are shown at all says much.
func TestFormsHoldSlacksLimitsWithManyGroupsAndPeople(t *testing.T) {
	for _, groups := range []int{1, 7, 200} {
		t.Run(fmt.Sprintf("%d groups", groups), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, fast)
			for i := len(w.b.Groups(w.ws)); i < groups; i++ {
				name := fmt.Sprintf("Group %03d %s", i, strings.Repeat("&", bridge.MaxGroupName-10)) // escaped, it is longer
				of := w.slack.AddUserGroup(fmt.Sprintf("Team %03d", i), fmt.Sprintf("team-%03d", i), w.ann)
				if _, err := w.b.CreateGroup(t.Context(), bridge.Group{Workspace: w.ws, Name: name, Channel: w.tech, UserGroup: of}, bridge.Author{}); err != nil {
					t.Fatal(err)
				}
			}
			for _, text := range []string{"create", "edit tech", "order"} {
				holdsLimits(t, w.asks(w.cleo, w.lobby, "/chatgroups "+text))
			}
			if got := w.suggested(w.cleo, "moved", ""); len(got) == 0 || len(got) > 100 {
				t.Errorf("%d groups are suggested", len(got))
			}
			if groups == 200 {
				if got := w.suggested(w.cleo, "moved", "group 199"); len(got) != 1 {
					t.Errorf("group 199 is suggested %d times", len(got))
				}
				w.asks(w.cleo, w.lobby, "/chatgroups create")
				if got := w.suggested(w.cleo, "usergroup", "team"); len(got) != 100 {
					t.Errorf("%d user groups are suggested", len(got))
				}
				res, err := w.slack.Command(t.Context(), w.cleo, w.lobby, "/chatgroups list", false)
				if err != nil {
					t.Fatal(err)
				}
				w.wait("the list, which says how many it leaves out", func() bool {
					said := res.Responses()
					return len(said) > 0 && strings.Contains(string(said[0].Blocks), "*Tech*") && strings.Contains(string(said[0].Blocks), "more.")
				})
			}
		})
	}
}

func TestAUserGroupOfFiveThousandIsChangedByLines(t *testing.T) {
	w := newWorld(t, fast)
	members := []string{w.ann}
	for i := range 4999 {
		members = append(members, w.slack.AddPerson(fakeslack.Person{Name: fmt.Sprintf("p%04d", i)}).ID)
	}
	if err := w.slack.SetUserGroupMembers(w.cleo, w.techGroup, members...); err != nil {
		t.Fatal(err)
	}
	w.wait("the form says how many there are", func() bool {
		v := w.asks(w.cleo, w.lobby, "/chatgroups edit tech")
		holdsLimits(t, v)
		return strings.Contains(string(v.Blocks), "5000 people are told, too many to be shown here")
	})
	w.submit(w.cleo, map[string][]string{"about": {"Kettles"}})
	w.whisper(w.cleo, "*Tech* is saved")
	if got := w.command(w.cleo, w.lobby, "/chatgroups members tech add @dan"); !strings.Contains(got, "and 4971 others") {
		t.Errorf("members says %q", got)
	}
	if got := w.userGroupMembers("tech"); len(got) != 5001 || !slices.Contains(got, w.dan) {
		t.Errorf("%d are in the user group", len(got))
	}
}

// TestTheFullestFormHoldsSlacksLimits fills everything that the form keeps to its most.
func TestTheFullestFormHoldsSlacksLimits(t *testing.T) {
	w := newWorld(t, fast)
	var many []string
	for i := range 50 {
		many = append(many, w.slack.AddPerson(fakeslack.Person{Name: fmt.Sprintf("p%02d", i)}).ID)
	}
	if err := w.slack.SetUserGroupMembers(w.cleo, w.techGroup, many...); err != nil {
		t.Fatal(err)
	}
	w.wait("the form shows who is in the user group", func() bool {
		w.asks(w.cleo, w.lobby, "/chatgroups edit tech")
		shown, _ := w.elementIn(w.cleo, "members")["initial_users"].([]any)
		return len(shown) == 50
	})
	w.fill(w.cleo, map[string][]string{"name": {strings.Repeat("ä", 40)}, "about": {strings.Repeat("<", 120)}, "managers": many})
	w.choose(w.cleo, "where", "created", "channel_name")
	w.fill(w.cleo, map[string][]string{"channel_name": {strings.Repeat("<", 80)}})
	w.choose(w.cleo, "where", "existing", "channel")
	w.choose(w.cleo, "who", "created", "handle")
	w.fill(w.cleo, map[string][]string{"people": many, "handle": {strings.Repeat("<", 21)}})
	w.choose(w.cleo, "who", "linked", "usergroup")
	v, _ := w.slack.Modal(w.cleo)
	holdsLimits(t, v)
	if got, _ := w.elementIn(w.cleo, "name")["initial_value"].(string); got != strings.Repeat("ä", 40) {
		t.Errorf("the name is %q", got)
	}
}
