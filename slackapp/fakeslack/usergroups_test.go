package fakeslack_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestAUserGroupIsMadeAndChanged(t *testing.T) {
	shows(t, 41)
	w := newWorld(t)
	l := w.connect()
	g, err := w.api.CreateUserGroup(slack.UserGroup{
		Name: "Tech", Handle: "tech", Description: "x", Prefs: slack.UserGroupPrefs{Channels: []string{w.chat}},
	})
	if err != nil || g.Handle != "tech" || !slices.Equal(g.Prefs.Channels, []string{w.chat}) {
		t.Fatalf("got %+v, %v", g, err)
	}
	if e := l.tells("subteam_created")["subteam_created"]; dig(e.Payload, "event.subteam.id") != g.ID {
		t.Errorf("got %v", e.Payload["event"])
	}
	if _, err := w.api.UpdateUserGroupMembersList(g.ID, []string{w.ann.ID, w.bob.ID}); err != nil {
		t.Fatal(err)
	}
	got := l.tells("subteam_members_changed", "subteam_updated")
	if added, _ := got["subteam_members_changed"].event("added_users").([]any); len(added) != 2 {
		t.Errorf("got %v", got["subteam_members_changed"].Payload["event"])
	}
	// The whole list is replaced.
	if _, err := w.api.UpdateUserGroupMembersList(g.ID, []string{w.bob.ID}); err != nil {
		t.Fatal(err)
	}
	got = l.tells("subteam_members_changed", "subteam_updated")
	if removed, _ := got["subteam_members_changed"].event("removed_users").([]any); !slices.Equal(removed, []any{w.ann.ID}) {
		t.Errorf("got %v", got["subteam_members_changed"].Payload["event"])
	}
	if members, err := w.api.GetUserGroupMembers(g.ID); err != nil || !slices.Equal(members, []string{w.bob.ID}) {
		t.Errorf("got %v, %v", members, err)
	}
	if _, err := w.api.UpdateUserGroup(g.ID, slack.UpdateUserGroupsOptionHandle("tech-help")); err != nil {
		t.Fatal(err)
	}
	l.tells("subteam_updated")
	if u, ok := w.UserGroup("tech-help"); !ok || u.ID != g.ID || u.Name != "Tech" {
		t.Errorf("got %+v", u)
	}
}

func TestDefaultChannelsTakeNewMembersIn(t *testing.T) {
	shows(t, 41)
	w := newWorld(t)
	tech := w.AddChannel("chat-tech", false, w.app.BotUserID)
	id := w.call("usergroups.create", "name", "Tech", "channels", tech).ok(t).str("usergroup.id")
	w.call("usergroups.users.update", "usergroup", id, "users", w.bob.ID).ok(t)
	if c, _ := w.Channel(tech); !slices.Contains(c.Members, w.bob.ID) {
		t.Errorf("in the channel are %v", c.Members)
	}
}

func TestUserGroupsNeedAPaidPlan(t *testing.T) {
	shows(t, 41)
	w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Plan = fakeslack.Free })
	w.call("usergroups.list").refused(t, "plan_upgrade_required")
	w.call("usergroups.create", "name", "Tech").refused(t, "plan_upgrade_required")
	w.call("usergroups.update", "usergroup", w.sales, "name", "x").refused(t, "paid_teams_only")
	w.call("usergroups.users.update", "usergroup", w.sales, "users", w.ann.ID).refused(t, "plan_upgrade_required")
}

func TestUserGroupsMayBeKeptToAdmins(t *testing.T) {
	shows(t, 41)
	w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.AdminsEditUserGroups = true })
	w.call("usergroups.create", "name", "Tech").refused(t, "permission_denied")
	w.call("usergroups.users.update", "usergroup", w.sales, "users", w.ann.ID).refused(t, "permission_denied")
	w.call("usergroups.list").ok(t)
	admin := w.AddUserToken(w.app.AppID, w.ann.ID, "usergroups:write")
	w.callAs(admin, "usergroups.create", "name", "Tech").ok(t)
	other := w.AddUserToken(w.app.AppID, w.bob.ID, "usergroups:write")
	w.callAs(other, "usergroups.create", "name", "More").refused(t, "permission_denied")
}

func TestHandlesAreUniqueAmongPeopleChannelsAndGroups(t *testing.T) {
	shows(t, 41)
	w := newWorld(t)
	for handle, code := range map[string]string{
		"ann": "handle_already_exists", "chat-sales": "handle_already_exists", "sales": "handle_already_exists",
		"here": "forbidden_handle", "Tech Help": "bad_handle", strings.Repeat("x", 22): "bad_handle",
	} {
		w.call("usergroups.create", "name", "Tech", "handle", handle).refused(t, code)
	}
	w.call("usergroups.create", "name", "sales", "handle", "other").refused(t, "name_already_exists")
	w.call("usergroups.create", "name", "Tech", "channels", "C404").refused(t, "invalid_channel_provided")
	w.call("usergroups.update", "usergroup", w.sales, "channels", strings.TrimSuffix(strings.Repeat(w.chat+",", 101), ",")).refused(t, "too_many_linked_channels")
	w.call("usergroups.create", "name", "Tech", "description", strings.Repeat("x", 141)).refused(t, "description_too_long")
}

func TestWhoCannotBeInAUserGroup(t *testing.T) {
	shows(t, 41)
	w := newWorld(t)
	for _, p := range []fakeslack.Person{
		{Name: "guest", Restricted: true}, {Name: "gone", Deleted: true}, {Name: "robot", Bot: true},
		{Name: "partner", TeamID: "TOTHER"},
	} {
		id := w.AddPerson(p).ID
		w.call("usergroups.users.update", "usergroup", w.sales, "users", w.ann.ID+","+id).refused(t, "invalid_users")
	}
	w.call("usergroups.users.update", "usergroup", w.sales, "users", "[]").refused(t, "no_users_provided")
	w.call("usergroups.users.update", "usergroup", "S404", "users", w.ann.ID).refused(t, "no_such_subteam")
}

func TestAUserGroupIsSwitchedOffAndOn(t *testing.T) {
	shows(t, 41)
	w := newWorld(t)
	l := w.connect()
	if _, err := w.api.DisableUserGroup(w.sales); err != nil {
		t.Fatal(err)
	}
	if e := l.tells("subteam_updated")["subteam_updated"]; dig(e.Payload, "event.subteam.date_delete") == 0.0 {
		t.Errorf("got %v", e.Payload["event"])
	}
	if groups, err := w.api.GetUserGroups(); err != nil || len(groups) != 0 {
		t.Errorf("got %v, %v", groups, err)
	}
	if groups, err := w.api.GetUserGroups(slack.GetUserGroupsOptionIncludeDisabled(true), slack.GetUserGroupsOptionIncludeUsers(true)); err != nil || len(groups) != 1 || len(groups[0].Users) != 1 {
		t.Errorf("got %v, %v", groups, err)
	}
	w.call("usergroups.users.list", "usergroup", w.sales).refused(t, "no_such_subteam")
	if _, err := w.api.EnableUserGroup(w.sales); err != nil {
		t.Fatal(err)
	}
	if g, _ := w.UserGroup(w.sales); g.Disabled {
		t.Errorf("got %+v", g)
	}
}

func TestTheUserCountMayBeAString(t *testing.T) {
	shows(t, 41)
	for name, row := range map[string]struct {
		asString bool
		want     any
	}{"a number": {false, 1.0}, "a string": {true, "1"}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Assume.UserCountIsString = row.asString })
			groups := w.call("usergroups.list", "include_count", "true").ok(t).body["usergroups"].([]any)
			if got := dig(groups[0], "user_count"); got != row.want {
				t.Errorf("got %#v", got)
			}
		})
	}
}

func TestEventsListAtMostFiveHundredMembers(t *testing.T) {
	shows(t, 41)
	w := newWorld(t)
	l := w.connect()
	var many []string
	for range 501 {
		many = append(many, w.AddPerson(fakeslack.Person{Name: "p" + strings.Repeat("x", len(many))}).ID)
	}
	if err := w.SetUserGroupMembers(w.ann.ID, w.sales, many...); err != nil {
		t.Fatal(err)
	}
	e := l.tells("subteam_members_changed", "subteam_updated")["subteam_updated"]
	if users, _ := dig(e.Payload, "event.subteam.users").([]any); len(users) != 500 || dig(e.Payload, "event.subteam.user_count") != 501.0 {
		t.Errorf("%d users of %v", len(users), dig(e.Payload, "event.subteam.user_count"))
	}
}

func TestADeactivatedPersonStaysInUserGroupsOrNot(t *testing.T) {
	shows(t, 41)
	for _, drop := range []bool{false, true} {
		w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Assume.GroupsDropDeactivated = drop })
		if err := w.SetUserGroupMembers(w.ann.ID, w.sales, w.ann.ID, w.bob.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.ChangePerson(w.bob.ID, func(p *fakeslack.Person) { p.Deleted = true }); err != nil {
			t.Fatal(err)
		}
		if g, _ := w.UserGroup(w.sales); slices.Contains(g.Members, w.bob.ID) == drop {
			t.Errorf("drop %v: the members are %v", drop, g.Members)
		}
	}
}

func TestWhatIsDoneToUserGroupsInSlacksOwnPagesIsTold(t *testing.T) {
	shows(t, 55)
	w := newWorld(t)
	l := w.connect()
	id := must[string](t)(w.CreateUserGroup(w.ann.ID, "Tech", "tech", w.bob.ID))
	if got := l.tells("subteam_created", "subteam_members_changed", "subteam_updated"); got["subteam_created"].event("subteam.id") != id ||
		got["subteam_members_changed"].event("subteam_id") != id {
		t.Errorf("told of %v", got)
	}
	if err := w.RenameUserGroup(w.ann.ID, id, "Technics", "technics"); err != nil {
		t.Fatal(err)
	}
	if e := l.tells("subteam_updated")["subteam_updated"]; e.event("subteam.handle") != "technics" || e.event("subteam.name") != "Technics" {
		t.Errorf("told of %v", e.Payload["event"])
	}
	if err := w.SetUserGroupChannels(w.ann.ID, id, w.chat); err != nil {
		t.Fatal(err)
	}
	if e := l.tells("subteam_updated")["subteam_updated"]; !slices.Equal(e.event("subteam.prefs.channels").([]any), []any{w.chat}) {
		t.Errorf("told of %v", e.Payload["event"])
	}
	if err := w.DisableUserGroup(w.ann.ID, id); err != nil {
		t.Fatal(err)
	}
	if e := l.tells("subteam_updated")["subteam_updated"]; e.event("subteam.date_delete") == 0.0 {
		t.Errorf("told of %v", e.Payload["event"])
	}
	if err := w.EnableUserGroup(w.ann.ID, id); err != nil {
		t.Fatal(err)
	}
	if e := l.tells("subteam_updated")["subteam_updated"]; e.event("subteam.date_delete") != 0.0 || len(e.event("subteam.users").([]any)) != 1 {
		t.Errorf("told of %v", e.Payload["event"])
	}
	for name, err := range map[string]error{
		"a channel's handle":  w.RenameUserGroup(w.ann.ID, id, "", "chat-sales"),
		"an unknown group":    w.EnableUserGroup(w.ann.ID, "S404"),
		"an unknown channel":  w.SetUserGroupChannels(w.ann.ID, id, "C404"),
		"a handle that is in": second(w.CreateUserGroup(w.ann.ID, "More", "sales")),
	} {
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestSlacksOwnPagesKeepUserGroupsFromThoseWhoMayNot(t *testing.T) {
	shows(t, 55)
	w := newWorld(t)
	guest := w.AddPerson(fakeslack.Person{Name: "guest", Restricted: true})
	eve := w.AddPerson(fakeslack.Person{Name: "eve", TeamID: "TOTHER"})
	may := func(who fakeslack.Person) bool {
		return w.SetUserGroupMembers(who.ID, w.sales, w.ann.ID) == nil && w.RenameUserGroup(who.ID, w.sales, "Sales", "") == nil
	}
	if may(guest) || may(eve) || !may(w.bob) || !may(w.ann) {
		t.Errorf("where everybody may: guest %v, outsider %v, member %v, admin %v", may(guest), may(eve), may(w.bob), may(w.ann))
	}
	w.KeepUserGroupsToAdmins(true)
	if may(w.bob) || !may(w.ann) {
		t.Errorf("where admins may: member %v, admin %v", may(w.bob), may(w.ann))
	}
	w.SetPlan(fakeslack.Free)
	if may(w.ann) {
		t.Error("there are user groups on the free plan")
	}
	if _, err := w.CreateUserGroup(w.ann.ID, "Tech", "tech"); err == nil {
		t.Error("a user group was made on the free plan")
	}
}

func second[T any](_ T, err error) error { return err }

func TestAPersonWhoseTokenAnAppHoldsIsToldOfTheirOwnUserGroups(t *testing.T) {
	shows(t, 55)
	w := newWorld(t, told("subteam_self_added", "subteam_self_removed"))
	w.AddUserToken(w.app.AppID, w.bob.ID, "usergroups:write")
	l := w.connect()
	if err := w.SetUserGroupMembers(w.ann.ID, w.sales, w.ann.ID, w.bob.ID); err != nil {
		t.Fatal(err)
	}
	if e := l.tells("subteam_members_changed", "subteam_self_added", "subteam_updated")["subteam_self_added"]; e.event("subteam_id") != w.sales {
		t.Errorf("told of %v", e.Payload["event"])
	}
	if err := w.SetUserGroupMembers(w.ann.ID, w.sales, w.ann.ID); err != nil {
		t.Fatal(err)
	}
	l.tells("subteam_members_changed", "subteam_self_removed", "subteam_updated")
}

func TestAUserTokenHasTheRightsOfItsPerson(t *testing.T) {
	shows(t, 41)
	w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.AdminsEditUserGroups = true })
	owner := w.AddUserToken(w.app.AppID, w.AddPerson(fakeslack.Person{Name: "owner", Owner: true}).ID, "usergroups:write", "usergroups:read")
	w.callAs(owner, "usergroups.users.update", "usergroup", w.sales, "users", w.bob.ID).ok(t)
	w.callAs(owner, "usergroups.disable", "usergroup", w.sales).ok(t)
	w.call("usergroups.enable", "usergroup", w.sales).refused(t, "permission_denied")
	w.KeepUserGroupsToAdmins(false)
	w.call("usergroups.enable", "usergroup", w.sales).ok(t)
	read := w.AddUserToken(w.app.AppID, w.ann.ID, "usergroups:read")
	w.callAs(read, "usergroups.disable", "usergroup", w.sales).refused(t, "missing_scope")
	w.SetPlan(fakeslack.Free)
	w.callAs(owner, "usergroups.disable", "usergroup", w.sales).refused(t, "plan_upgrade_required")
}

func TestAHandleThatIsTakenBlocksAChannelOfThatName(t *testing.T) {
	shows(t, 41, 56)
	w := newWorld(t)
	w.call("conversations.create", "name", "sales").refused(t, "name_taken")
	w.call("conversations.rename", "channel", w.call("conversations.create", "name", "news").ok(t).str("channel.id"), "name", "sales").refused(t, "name_taken")
	w.call("usergroups.disable", "usergroup", w.sales).ok(t)
	w.call("usergroups.create", "name", "Other", "handle", "sales").refused(t, "handle_already_exists") // the disabled one keeps it
}
