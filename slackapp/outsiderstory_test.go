package slackapp_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// A chat in whose channel somebody from outside the workspace sits, as with a
// channel shared over Slack Connect.
func sharedChannel(t *testing.T, relay bool) (w *world, v *tab, root, guest string) {
	t.Helper()
	o := fast
	o.app.RelayExternal, o.app.SigningSecret = relay, signingSecret
	w = newWorld(t, o)
	guest = w.slack.AddPerson(fakeslack.Person{Name: "olga", TeamID: "TOTHER"}).ID
	w.slack.AddToChannel(w.tech, guest)
	v = w.visitor()
	v.say("one")
	root = w.root(w.tech, 0).TS
	w.waitPosts(w.tech, root, "Visitor 1001 · visitor: one")
	return w, v, root, guest
}

func (w *world) owner() bridge.AgentID {
	w.t.Helper()
	c, err := w.b.ByNumber(context.Background(), w.ws, 1001)
	w.must(err)
	return c.Owner.Agent
}

func TestRepliesFromOutsideStayInsideByDefault(t *testing.T) {
	w, v, root, guest := sharedChannel(t, false)
	w.reply(guest, w.tech, root, "hello from next door")
	w.whisper(guest, "You are from outside this workspace")
	w.reply(w.ann, w.tech, root, "hello")
	v.waitBodies("hello")
}

func TestRepliesFromOutsideAreRelayedWhereThatIsAllowedAndClaimNothing(t *testing.T) {
	w, v, root, guest := sharedChannel(t, true)
	w.reply(guest, w.tech, root, "hello from next door")
	v.waitBodies("hello from next door")
	if got := w.owner(); got != "" {
		t.Errorf("%s has claimed the chat", got)
	}
	w.wait("their name", func() bool {
		a, _ := w.b.Agent(w.ws, bridge.AgentID(guest))
		return a.Name == "olga"
	})
	w.reply(guest, w.tech, root, "// between us")
	w.whisper(guest, "Notes are for people of this workspace")
	w.reply(guest, w.tech, root, "<@"+w.inst.BotUserID+"> close")
	w.whisper(guest, "Only people of this workspace can do that")
	w.reply(w.ann, w.tech, root, "hello")
	v.waitBodies("hello from next door", "hello")
	if got := w.owner(); got != bridge.AgentID(w.ann) {
		t.Errorf("%q has claimed the chat, not the first who belongs here", got)
	}
}

func TestAuthorsWhoseWorkspaceSlackLeavesOutAreAskedFor(t *testing.T) {
	w, v, root, guest := sharedChannel(t, false)
	says := func(user, text string) {
		t.Helper()
		body := fmt.Sprintf(`{"type":"event_callback","team_id":%q,"event_id":"Ev%s","event":{"type":"message","channel":%q,"user":%q,"text":%q,"ts":%q,"thread_ts":%q}}`,
			w.ws, user, w.tech, user, text, fmt.Sprintf("%d.%06d", time.Now().Unix(), len(text)), root)
		if code := deliver(t, w, body); code != http.StatusOK {
			t.Errorf("an event is answered with %d", code)
		}
	}
	says(guest, "from next door")
	says(w.ann, "from here, longer")
	v.waitBodies("from here, longer")
	if slices.Contains(v.bodies(), "from next door") {
		t.Error("the visitor reads what somebody from outside wrote")
	}
}

func TestADeactivatedAgentKeepsTheNameOfTheOldLines(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("one")
	root := w.root(w.tech, 0).TS
	for _, agent := range []string{w.ann, w.tom} {
		w.reply(agent, w.tech, root, "hello")
		w.wait("the agent's name", func() bool {
			a, _ := w.b.Agent(w.ws, bridge.AgentID(agent))
			return a.Name != ""
		})
	}
	w.must(w.slack.ChangePerson(w.ann, func(p *fakeslack.Person) {
		p.Deleted, p.Display, p.RealName = true, "Deactivated User", "Deactivated User"
	}))
	w.must(w.slack.ChangePerson(w.tom, func(p *fakeslack.Person) { p.Display = "thomas" }))
	w.wait("what came after", func() bool {
		a, _ := w.b.Agent(w.ws, bridge.AgentID(w.tom))
		return a.Name == "thomas"
	})
	if a, _ := w.b.Agent(w.ws, bridge.AgentID(w.ann)); a.Name != "ann" {
		t.Errorf("the agent of the old line is now called %q", a.Name)
	}
}
