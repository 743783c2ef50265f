package slackapp_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// asks runs a slash command that is answered with a modal, and returns it.
func (w *world) asks(user, channel, text string) fakeslack.View {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	before, _ := w.slack.Modal(user)
	res, err := w.slack.Command(ctx, user, channel, text, false)
	if err != nil {
		w.t.Fatalf("%s: %v", text, err)
	}
	var v fakeslack.View
	w.wait("a form after "+text, func() bool {
		for _, said := range res.Responses() {
			if said.Text != "" && !strings.HasPrefix(said.Text, "One moment") {
				w.t.Fatalf("%s says %q instead of showing a form", text, said.Text)
			}
		}
		var ok bool
		v, ok = w.slack.Modal(user)
		return ok && v.ID != before.ID
	})
	return v
}

// submit fills in the topmost form and submits it.
func (w *world) submit(user string, values map[string][]string) fakeslack.Submission {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	s, err := w.slack.SubmitView(ctx, user, values)
	if err != nil {
		w.t.Fatalf("submit %v: %v", values, err)
	}
	return s
}

// modalSays waits until the topmost form of a person holds a text.
func (w *world) modalSays(user, text string) {
	w.t.Helper()
	var v fakeslack.View
	ok := w.holds(func() bool {
		v, _ = w.slack.Modal(user)
		return strings.Contains(string(v.Blocks), text)
	})
	if !ok {
		w.t.Fatalf("the form says not %q but\n%s", text, v.Blocks)
	}
}

func (w *world) managers() []bridge.AgentID {
	w.t.Helper()
	ws, err := w.b.Workspace(w.ws)
	if err != nil {
		w.t.Fatal(err)
	}
	return ws.Managers
}

func TestManagersAreNamedInAForm(t *testing.T) {
	w := newWorld(t, fast)
	v := w.asks(w.cleo, w.lobby, "/chatgroups managers")
	if v.Title != "Managers" || v.Submit != "Save" {
		t.Errorf("the form is called %q and submits with %q", v.Title, v.Submit)
	}
	w.submit(w.cleo, map[string][]string{"people": {w.ann, w.dan}})
	w.whisper(w.cleo, "Besides workspace admins, groups are administered by")
	if got := w.managers(); len(got) != 2 {
		t.Errorf("the managers are %v", got)
	}
	if _, open := w.slack.Modal(w.cleo); open {
		t.Error("the form is still there")
	}
}

func TestAFormSaysWhatIsWrongAtTheFieldAndKeepsWhatWasFilledIn(t *testing.T) {
	w := newWorld(t, fast)
	guest := w.slack.AddPerson(fakeslack.Person{Name: "gus", Restricted: true}).ID
	w.asks(w.cleo, w.lobby, "/chatgroups managers")
	s := w.submit(w.cleo, map[string][]string{"people": {guest}})
	if s.Action != "errors" || !strings.Contains(s.Errors["people"], "Gus cannot be a manager") {
		t.Errorf("the answer is %+v", s)
	}
	if got := w.managers(); len(got) != 0 {
		t.Errorf("the managers are %v", got)
	}
}

func TestAFormThatSomebodyElseOvertookSaysSoAndKeepsWhatWasFilledIn(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups managers")
	if err := w.b.SetManagers(context.Background(), w.ws, []bridge.AgentID{bridge.AgentID(w.bea)}, bridge.Author{}); err != nil {
		t.Fatal(err)
	}
	s := w.submit(w.cleo, map[string][]string{"people": {w.ann}})
	if s.Action != "update" {
		t.Errorf("the answer is %+v", s)
	}
	w.modalSays(w.cleo, "Somebody else changed the managers meanwhile")
	w.modalSays(w.cleo, `"initial_users":["`+w.ann+`"]`)
}

func TestAFormIsRefusedToWhoeverMayNoLongerUseIt(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups managers")
	if err := w.slack.ChangePerson(w.cleo, func(p *fakeslack.Person) { p.Admin = false }); err != nil {
		t.Fatal(err)
	}
	w.wait("the app knows that Cleo is no admin", func() bool {
		return strings.Contains(w.command(w.cleo, w.lobby, "/chatgroups managers nobody"), "Only workspace admins")
	})
	w.submit(w.cleo, map[string][]string{"people": {w.ann}})
	w.modalSays(w.cleo, "Only workspace admins can do that")
	if got := w.managers(); len(got) != 0 {
		t.Errorf("the managers are %v", got)
	}
}

func TestAFormThatIsMadeSlowlyIsShownInAnother(t *testing.T) {
	w := newWorld(t, fast)
	w.slack.Fail("users.info", 1, fakeslack.Slow(2500*time.Millisecond))
	eve := w.slack.AddPerson(fakeslack.Person{Name: "eve", Admin: true}).ID // whom the app has to ask for
	if err := w.slack.Join(eve, w.lobby); err != nil {
		t.Fatal(err)
	}
	w.asks(eve, w.lobby, "/chatgroups managers")
	w.wait("the form itself", func() bool { v, _ := w.slack.Modal(eve); return v.Title == "Managers" })
	w.submit(eve, map[string][]string{"people": {w.ann}})
	w.wait("a manager", func() bool { return len(w.managers()) == 1 })
}

func TestAnswersComeInThePersonsLanguage(t *testing.T) {
	w := newWorld(t, fast)
	if err := w.slack.ChangePerson(w.cleo, func(p *fakeslack.Person) { p.Locale = "fr-FR" }); err != nil {
		t.Fatal(err)
	}
	w.wait("an answer in French", func() bool {
		return strings.Contains(w.command(w.cleo, w.lobby, "/chatgroups frobnicate"), "n’existe pas")
	})
	if got := w.command(w.ann, w.lobby, "/chatgroups frobnicate"); !strings.Contains(got, "There is no command") {
		t.Errorf("Ann reads %q", got)
	}
}

func TestALateAnswerToAFormComesInThePersonsLanguage(t *testing.T) {
	w := newWorld(t, fast)
	if err := w.slack.ChangePerson(w.cleo, func(p *fakeslack.Person) { p.Locale = "fr-FR" }); err != nil {
		t.Fatal(err)
	}
	w.wait("an answer in French", func() bool {
		return strings.Contains(w.command(w.cleo, w.lobby, "/chatgroups frobnicate"), "n’existe pas")
	})
	w.asks(w.cleo, w.lobby, "/chatgroups managers")
	eve := w.slack.AddPerson(fakeslack.Person{Name: "eve"}).ID // whom the app has to ask for
	w.slack.Fail("users.info", 1, fakeslack.Slow(2500*time.Millisecond))
	w.submit(w.cleo, map[string][]string{"people": {eve}})
	w.wait("a late answer in French", func() bool {
		v, _ := w.slack.Modal(w.cleo)
		return strings.Contains(string(v.Blocks), "C’est fait")
	})
}
