package slackapp_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// elementIn returns the element of a block in the topmost modal of a person.
func (w *world) elementIn(user, block string) map[string]any {
	w.t.Helper()
	v, _ := w.slack.Modal(user)
	var blocks []map[string]any
	if err := json.Unmarshal(v.Blocks, &blocks); err != nil {
		w.t.Fatal(err)
	}
	for _, b := range blocks {
		if b["block_id"] == block {
			e, _ := b["element"].(map[string]any)
			if several, _ := b["elements"].([]any); len(several) > 0 {
				e, _ = several[0].(map[string]any)
			}
			return e
		}
	}
	return nil
}

// choose takes an option of a field that changes the form at once, and waits until the
// form shows the field that then comes.
func (w *world) choose(user, block, value, then string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	action, _ := w.elementIn(user, block)["action_id"].(string)
	if err := w.slack.ClickView(ctx, user, action, value); err != nil {
		w.t.Fatalf("choose %s in %s: %v", value, block, err)
	}
	w.wait("the form shows "+then, func() bool { return w.elementIn(user, then) != nil })
}

// fill fills in fields without submitting the form.
func (w *world) fill(user string, values map[string][]string) {
	w.t.Helper()
	if err := w.slack.FillView(user, values); err != nil {
		w.t.Fatal(err)
	}
}

// suggested types into a menu and returns the values that are suggested.
func (w *world) suggested(user, block, typed string) []string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	action, _ := w.elementIn(user, block)["action_id"].(string)
	choices, err := w.slack.Suggest(ctx, user, action, typed)
	if err != nil {
		w.t.Fatalf("type %q in %s: %v", typed, block, err)
	}
	var values []string
	for _, c := range choices {
		values = append(values, c.Value)
	}
	return values
}

// pressIn presses a button of the topmost modal and waits for another one.
func (w *world) pressIn(user, action, title string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.slack.ClickView(ctx, user, action); err != nil {
		w.t.Fatalf("press %s: %v", action, err)
	}
	w.wait("the modal "+title, func() bool { v, _ := w.slack.Modal(user); return v.Title == title })
}

func (w *world) group(slug string) bridge.Group {
	w.t.Helper()
	g, err := w.b.FindGroup(w.ws, slug)
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

func (w *world) userGroupMembers(idOrHandle string) []string {
	w.t.Helper()
	g, ok := w.slack.UserGroup(idOrHandle)
	if !ok {
		w.t.Fatalf("there is no user group %s", idOrHandle)
	}
	return slices.Sorted(slices.Values(g.Members))
}

func TestAGroupIsMadeInAFormOfWhatIsThere(t *testing.T) {
	w := newWorld(t, fast)
	product := w.slack.AddUserGroup("Product", "product", w.dan)
	v := w.asks(w.cleo, w.lobby, "/chatgroups create")
	if v.Title != "New group" || v.Submit != "Create" {
		t.Errorf("the form is called %q and submits with %q", v.Title, v.Submit)
	}
	if got := w.suggested(w.cleo, "usergroup", "@pro"); !slices.Equal(got, []string{product}) {
		t.Errorf("suggested are %v", got)
	}
	w.submit(w.cleo, map[string][]string{
		"name": {"Product ideas"}, "about": {"What we could build"}, "channel": {w.lobby}, "usergroup": {product},
		"managers": {w.ann}, "hidden": {"yes"}, "fields": {"name", "page"},
	})
	w.whisper(w.cleo, "*Product ideas* is ready")
	g := w.group("product-ideas")
	if g.About != "What we could build" || g.Channel != w.lobby || g.UserGroup != product || !g.Hidden ||
		!g.ManagedBy(bridge.AgentID(w.ann)) || !slices.Equal(g.Fields, bridge.Fields{bridge.FieldName, bridge.FieldPage}) {
		t.Errorf("the group is %+v", g)
	}
}

func TestWhatALineLeavesOutIsAskedForInTheForm(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups create Product @dan")
	if got := w.elementIn(w.cleo, "name")["initial_value"]; got != "Product" {
		t.Errorf("the name is %v", got)
	}
	w.submit(w.cleo, map[string][]string{"channel": {w.lobby}})
	w.whisper(w.cleo, "*Product* is ready")
	if g := w.group("product"); !slices.Equal(g.Members, []bridge.AgentID{bridge.AgentID(w.dan)}) {
		t.Errorf("the group is %+v", g)
	}
}

func TestTheDefaultGroupGetsItsChannelByTheFormWithItsName(t *testing.T) {
	w := newWorld(t, fast)
	if v := w.asks(w.cleo, w.lobby, "/chatgroups create general"); v.Title != "Edit group" {
		t.Errorf("the form is called %q", v.Title)
	}
	w.suggested(w.cleo, "usergroup", "sales")
	w.submit(w.cleo, map[string][]string{"channel": {w.lobby}, "usergroup": {w.salesGroup}})
	w.whisper(w.cleo, "*General* is saved")
	if g := w.group("general"); !g.Default || g.Channel != w.lobby || g.UserGroup != w.salesGroup {
		t.Errorf("the default group is %+v", g)
	}
}

// TestTheDefaultGroupKeepsItsNameAndWhatIsNotSaid: its form under "create" is an empty one.
func TestTheDefaultGroupKeepsItsNameAndWhatIsNotSaid(t *testing.T) {
	w := newWorld(t, fast)
	g := w.group("general")
	g.About, g.Hidden = "Everything else", true
	if _, err := w.b.UpdateGroup(t.Context(), g, bridge.Author{}); err != nil {
		t.Fatal(err)
	}
	if got := w.command(w.cleo, w.lobby, "/chatgroups create general @sales #lobby"); !strings.Contains(got, "*General* is ready") {
		t.Errorf("create says %q", got)
	}
	if g := w.group("general"); g.Name != "General" || g.About != "Everything else" || !g.Hidden || g.Channel != w.lobby {
		t.Errorf("the default group is %+v", g)
	}
}

func TestAGroupIsMadeWithAChannelAndAUserGroupOfItsOwn(t *testing.T) {
	w := newWorld(t, fast)
	w.slack.AddChannel("chat-product", false, w.dan) // so that name is not free
	w.asks(w.cleo, w.lobby, "/chatgroups create")
	w.fill(w.cleo, map[string][]string{"name": {"Product"}, "about": {"Ideas"}})
	w.choose(w.cleo, "where", "created", "channel_name")
	w.choose(w.cleo, "who", "created", "handle")
	if got := w.elementIn(w.cleo, "channel_name")["initial_value"]; got != "chat-product-2" {
		t.Errorf("the suggested channel is %v", got)
	}
	if got := w.elementIn(w.cleo, "handle")["initial_value"]; got != "product" {
		t.Errorf("the suggested handle is %v", got)
	}
	w.submit(w.cleo, map[string][]string{"people": {w.ann, w.dan}})
	w.whisper(w.cleo, "*Product* is ready")
	g := w.group("product")
	if g.About != "Ideas" {
		t.Errorf("what was typed before the form changed is lost: %+v", g)
	}
	ch, _ := w.slack.Channel("chat-product-2")
	of, _ := w.slack.UserGroup("product")
	if g.Channel != ch.ID || g.UserGroup != of.ID || !slices.Equal(of.Channels, []string{ch.ID}) {
		t.Errorf("the group is %+v, the channel %+v, the user group %+v", g, ch, of)
	}
	for _, p := range []string{w.ann, w.dan, w.cleo} {
		if !slices.Contains(ch.Members, p) {
			t.Errorf("%s is not in the new channel", p)
		}
	}
	if got := w.userGroupMembers("product"); !slices.Equal(got, slices.Sorted(slices.Values([]string{w.ann, w.dan}))) {
		t.Errorf("in the user group are %v", got)
	}
}

func TestWithoutAPaidPlanPeopleAreToldOneByOne(t *testing.T) {
	o := fast
	o.slack.Plan = fakeslack.Free
	w := newWorld(t, o)
	w.asks(w.cleo, w.lobby, "/chatgroups create Product")
	w.modalSays(w.cleo, "User groups need a paid Slack plan")
	w.submit(w.cleo, map[string][]string{"channel": {w.lobby}, "people": {w.ann, w.dan}})
	w.whisper(w.cleo, "*Product* is ready")
	if got := w.command(w.cleo, w.lobby, "/chatgroups members product remove @ann"); !strings.Contains(got, "is out. Told of *Product* now") {
		t.Errorf("members remove says %q", got)
	}
	if got := w.command(w.cleo, w.lobby, "/chatgroups members product remove @dan"); !strings.Contains(got, "Nobody would be told of Product") {
		t.Errorf("removing the last says %q", got)
	}
}

func TestTheFormKeepsWhatWasTypedInFieldsThatGoAndComeBack(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups create")
	w.fill(w.cleo, map[string][]string{"name": {"Product"}, "channel": {w.lobby}})
	w.choose(w.cleo, "where", "created", "channel_name")
	w.fill(w.cleo, map[string][]string{"channel_name": {"chat-my-product"}})
	w.choose(w.cleo, "where", "existing", "channel")
	if got := w.elementIn(w.cleo, "channel")["initial_conversation"]; got != w.lobby {
		t.Errorf("the channel is %v", got)
	}
	w.choose(w.cleo, "where", "created", "channel_name")
	if got := w.elementIn(w.cleo, "channel_name")["initial_value"]; got != "chat-my-product" {
		t.Errorf("the channel's name is %v", got)
	}
	w.choose(w.cleo, "who", "listed", "people")
	w.fill(w.cleo, map[string][]string{"people": {w.bea}})
	w.choose(w.cleo, "who", "linked", "usergroup")
	w.choose(w.cleo, "who", "listed", "people")
	if got := w.elementIn(w.cleo, "people")["initial_users"]; !slices.Equal(got.([]any), []any{w.bea}) {
		t.Errorf("the people are %v", got)
	}
}

func TestAGroupIsChangedInAForm(t *testing.T) {
	w := newWorld(t, fast)
	before := w.group("tech")
	w.asks(w.cleo, w.lobby, "/chatgroups edit tech")
	w.submit(w.cleo, map[string][]string{"name": {"Technology"}, "members": {w.tom, w.dan}})
	w.whisper(w.cleo, "*Technology* is saved")
	g := w.group("technology")
	if g.ID != before.ID || g.Channel != before.Channel || g.UserGroup != before.UserGroup || g.Fields != nil {
		t.Errorf("the group was %+v and is %+v", before, g)
	}
	if got := w.userGroupMembers("tech"); !slices.Equal(got, slices.Sorted(slices.Values([]string{w.tom, w.dan}))) {
		t.Errorf("in the user group are %v", got)
	}
}

func TestAGroupIsDeletedFromItsForm(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups edit tech")
	w.pressIn(w.cleo, "delete_group", "Delete group")
	w.modalSays(w.cleo, "Delete *Tech*?")
	w.submit(w.cleo, nil)
	w.whisper(w.cleo, "*Tech* is deleted")
	if _, open := w.slack.Modal(w.cleo); open {
		t.Error("a form is still there")
	}
	if _, err := w.b.FindGroup(w.ws, "tech"); bridge.CodeOf(err) != bridge.CodeNotFound {
		t.Errorf("the group is still there: %v", err)
	}
	w.asks(w.cleo, w.lobby, "/chatgroups edit general")
	if v, _ := w.slack.Modal(w.cleo); strings.Contains(string(v.Blocks), "delete_group") {
		t.Error("the default group's form offers to delete it")
	}
}

func TestAGroupHasWordsInOtherLanguages(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups edit tech")
	w.pressIn(w.cleo, "languages", "Other languages")
	w.choose(w.cleo, "language", "fr", "their_name")
	w.fill(w.cleo, map[string][]string{"their_name": {"Technique"}})
	w.choose(w.cleo, "language", "de", "their_name")
	w.wait("the German words", func() bool { return w.elementIn(w.cleo, "their_name")["action_id"] == "name-de" })
	if got := w.elementIn(w.cleo, "their_name")["initial_value"]; got != nil {
		t.Errorf("the German name is %v", got)
	}
	w.submit(w.cleo, map[string][]string{"their_name": {"Technik"}, "their_about": {"Fragen zum Gerät"}})
	g := w.group("tech")
	if words := g.In("de"); words.Name != "Technik" || words.About != "Fragen zum Gerät" || len(g.Words) != 1 {
		t.Errorf("the words are %+v", g.Words)
	}
	if v, _ := w.slack.Modal(w.cleo); v.Title != "Edit group" {
		t.Errorf("then %q is shown", v.Title)
	}
	w.submit(w.cleo, map[string][]string{"about": {"Kettles"}}) // nobody else changed the group
	w.whisper(w.cleo, "*Tech* is saved")
}

func TestTheOrderIsChangedInALineAndInAForm(t *testing.T) {
	w := newWorld(t, fast)
	order := func(want ...string) {
		t.Helper()
		var got []string
		for _, g := range w.b.Groups(w.ws) {
			got = append(got, g.Slug())
		}
		if !slices.Equal(got, want) {
			t.Errorf("the order is %v, want %v", got, want)
		}
	}
	if got := w.command(w.cleo, w.lobby, "/chatgroups order sales"); !strings.Contains(got, "1. Sales (`sales`)\n2. Tech (`tech`)\n3. General") {
		t.Errorf("order says %q", got)
	}
	order("sales", "tech", "general")
	w.asks(w.cleo, w.lobby, "/chatgroups order")
	w.suggested(w.cleo, "moved", "gen")
	w.suggested(w.cleo, "before", "sal")
	if s := w.submit(w.cleo, map[string][]string{"moved": {"general"}, "before": {"sales"}}); s.Action != "update" {
		t.Errorf("the answer is %+v", s)
	}
	order("general", "sales", "tech")
	w.asks(w.cleo, w.lobby, "/chatgroups order")
	w.suggested(w.cleo, "moved", "tech")
	w.suggested(w.cleo, "before", "tech")
	if s := w.submit(w.cleo, map[string][]string{"moved": {"tech"}, "before": {"tech"}}); !strings.Contains(s.Errors["before"], "Choose another group") {
		t.Errorf("the answer is %+v", s)
	}
	if got := w.command(w.cleo, w.lobby, "/chatgroups order tech tech"); !strings.Contains(got, "twice") {
		t.Errorf("order says %q", got)
	}
}

func TestAHiddenGroupIsNotOffered(t *testing.T) {
	w := newWorld(t, fast)
	if got := w.command(w.cleo, w.lobby, "/chatgroups hide tech"); !strings.Contains(got, "*Tech* is hidden") {
		t.Errorf("hide says %q", got)
	}
	if !w.group("tech").Hidden || !strings.Contains(w.command(w.cleo, w.lobby, "/chatgroups list"), "hidden") {
		t.Error("the group is not hidden")
	}
	if got := w.command(w.cleo, w.lobby, "/chatgroups show tech"); !strings.Contains(got, "*Tech* is shown") || w.group("tech").Hidden {
		t.Errorf("show says %q", got)
	}
}

func TestTheListSaysWhereWhoWhetherAndHowManyWait(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("Hello?")
	w.root(w.tech, 0)
	w.command(w.cleo, w.lobby, "/chatgroups off sales")
	got := w.command(w.cleo, w.lobby, "/chatgroups list")
	for _, want := range []string{
		"1. *Tech* (`tech`) – <#" + w.tech + "> · tells <!subteam^" + w.techGroup + "> · *Open* at all hours · *1* waits\n",
		"2. *Sales* (`sales`) – <#" + w.sales + "> · tells <!subteam^" + w.salesGroup + "> · *Closed* by hand",
		"3. *General* (`general`) – has no channel yet, so it is not offered to visitors · the default group",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the list lacks %q:\n%s", want, got)
		}
	}
}
