package slackapp_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// TestBadInputOfEachFieldIsRefusedThere fills in one thing that cannot be after the
// other; each is answered at its field, in words that say what would be right.
func TestBadInputOfEachFieldIsRefusedThere(t *testing.T) {
	w := newWorld(t, fast)
	guest := w.slack.AddPerson(fakeslack.Person{Name: "gus", Restricted: true}).ID
	bot := w.slack.AddPerson(fakeslack.Person{Name: "robby", Bot: true}).ID
	secret := w.slack.AddChannel("chat-secret", true, w.cleo)
	old := w.slack.AddChannel("chat-old", false, w.cleo)
	w.asks(w.cleo, w.lobby, "/chatgroups create")
	w.suggested(w.cleo, "usergroup", "tech")
	w.fill(w.cleo, map[string][]string{"name": {"Product"}, "channel": {w.lobby}, "usergroup": {w.techGroup}})
	bad := func(field, right string, values map[string][]string) {
		t.Helper()
		s := w.submit(w.cleo, values)
		if s.Action != "errors" || !containsFold(s.Errors[field], right) {
			t.Errorf("%v is answered with %+v, want at %s: %s", values, s, field, right)
		}
		if strings.Contains(s.Errors[field], "<#") {
			t.Errorf("Slack shows this as it is: %s", s.Errors[field])
		}
	}
	bad("name", "a name with a letter or digit", map[string][]string{"name": {"!!!"}})
	bad("name", "choose another name, or change that one", map[string][]string{"name": {"tech"}})
	w.fill(w.cleo, map[string][]string{"name": {"Product"}})
	bad("managers", "only full members of this workspace can", map[string][]string{"managers": {guest}})
	w.fill(w.cleo, map[string][]string{"managers": {}})
	w.fill(w.cleo, map[string][]string{"channel": {old}})
	if err := w.slack.Archive(w.cleo, old); err != nil { // Slack offers none that is archived
		t.Fatal(err)
	}
	bad("channel", "This channel is archived: unarchive it", nil)
	bad("channel", "/invite @chatgroups", map[string][]string{"channel": {secret}})
	w.fill(w.cleo, map[string][]string{"channel": {w.lobby}})
	if err := w.slack.DisableUserGroup(w.cleo, w.techGroup); err != nil {
		t.Fatal(err)
	}
	bad("usergroup", "is disabled, so nobody would be told", nil)

	w.choose(w.cleo, "where", "created", "channel_name")
	w.choose(w.cleo, "who", "listed", "people")
	bad("people", "choose full members", map[string][]string{"people": {guest}})
	bad("people", "is an app and answers nobody", map[string][]string{"people": {bot}})
	w.fill(w.cleo, map[string][]string{"people": {w.ann}})
	bad("channel_name", "lower-case letters, digits and hyphens", map[string][]string{"channel_name": {"Chat Product"}})
	bad("channel_name", "#sales is taken by a channel, a person or a user group: #chat-product is free", map[string][]string{"channel_name": {"#sales"}})

	w.choose(w.cleo, "who", "created", "handle")
	w.fill(w.cleo, map[string][]string{"channel_name": {"chat-product"}})
	bad("people", "choose full members", map[string][]string{"people": {guest}})
	w.fill(w.cleo, map[string][]string{"people": {w.ann}})
	bad("handle", "lower-case letters, digits and hyphens", map[string][]string{"handle": {"Prod Uct"}})
	bad("handle", "@dan is taken by a user group, a channel or a person: @product is free", map[string][]string{"handle": {"@dan"}})
	w.submit(w.cleo, map[string][]string{"handle": {"product"}})
	w.whisper(w.cleo, "*Product* is ready")
	// What was refused left nothing behind but the channel that the last attempt took up.
	for _, ch := range w.slack.Channels() {
		if strings.HasPrefix(ch.Name, "chat-product-") {
			t.Errorf("there is a channel %s", ch.Name)
		}
	}
}

// TestSlacksOwnFormRefusesWhatIsTooLongOrEmpty: the app hears nothing of it.
func TestSlacksOwnFormRefusesWhatIsTooLongOrEmpty(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups create")
	w.suggested(w.cleo, "usergroup", "tech")
	for _, field := range []string{"name", "about", "channel", "usergroup"} {
		values := map[string][]string{"name": {"Product"}, "about": {"Ideas"}, "channel": {w.lobby}, "usergroup": {w.techGroup}}
		switch field {
		case "name":
			values[field] = []string{strings.Repeat("x", 41)}
		case "about":
			values[field] = []string{strings.Repeat("x", 121)}
		default:
			values[field] = nil
		}
		_, err := w.slack.SubmitView(t.Context(), w.cleo, values)
		wrong, ok := errors.AsType[fakeslack.FormError](err)
		if !ok || wrong[field] == "" {
			t.Errorf("%v is answered with %v", values, err)
		}
	}
}
