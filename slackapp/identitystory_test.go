package slackapp_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// waitCard waits until the card holds all of some words, and returns it.
func (w *world) waitCard(channel string, words ...string) (blocks string) {
	w.t.Helper()
	w.wait("a card with "+strings.Join(words, ", "), func() bool {
		blocks = string(w.root(channel, 0).Blocks)
		for _, word := range words {
			if !strings.Contains(blocks, word) {
				return false
			}
		}
		return true
	})
	return blocks
}

func TestTheCardTellsWhatIsVerified(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	_, err := v.Send(context.Background(), bridge.Draft{
		ID: "m1", Body: "Hello?", Group: "tech", Name: "Mallory", Email: "jane@shop.example",
		Attributes: []bridge.Attribute{{Key: "plan", Value: "<!channel> *pro*"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	card := w.waitCard(w.tech, "From: Mallory", "E-mail (not verified): jane@shop.example", "Not verified: plan = ")
	if strings.Contains(card, "verified by") || strings.Contains(card, "(verified)") {
		t.Errorf("the card trusts the visitor:\n%s", card)
	}

	jane := bridge.Identity{
		Subject: "42", Name: "Jane", Email: "jane@shop.example", Attributes: []bridge.Attribute{{Key: "since", Value: "2019"}},
	}
	known, err := w.b.EnterAs(context.Background(), "main", v.token, jane, func() {})
	if err != nil {
		t.Fatal(err)
	}
	defer known.Leave()
	w.waitCard(w.tech, "From (verified): Jane", "E-mail (verified): jane@shop.example", "Verified by the site: id = 42 · since = 2019", "Not verified: plan")
	for _, n := range w.slack.Ledger() {
		if n.Why == fakeslack.WhyBroadcast {
			t.Errorf("an attribute notified: %+v", n)
		}
	}
}

func TestTheThreadTellsThatTheVisitorIsForgotten(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	if _, err := v.Send(context.Background(), bridge.Draft{ID: "m1", Body: "Hello?", Group: "tech", Name: "Jane"}); err != nil {
		t.Fatal(err)
	}
	root := w.root(w.tech, 0)
	w.waitPosts(w.tech, root.TS, "Jane · visitor: Hello?")
	if err := v.Forget(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.wait("the news in the thread", func() bool {
		posts := strings.Join(w.posts(w.tech, root.TS), "\n")
		return strings.Contains(posts, "Closed.") && strings.Contains(posts, "The visitor had this conversation deleted")
	})
	card := w.waitCard(w.tech, "Closed", "From: Visitor 1001")
	if strings.Contains(card, "Jane") {
		t.Errorf("the card still names the visitor:\n%s", card)
	}
}
