package bridge_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

func TestClaim(t *testing.T) {
	c := newWorld(t).chat("sales")
	c.must(c.bridge.Claim(c.ctx, c.id, "sales", ann))
	c.refused(c.bridge.Claim(c.ctx, c.id, "sales", ann), bridge.CodeConflict)
	c.must(c.bridge.Claim(c.ctx, c.id, "sales", bob))
	if o := c.conversation(c.id).Owner; o.Agent != bob.Agent {
		t.Errorf("claimed by Bob, the owner is %s", o.Name)
	}
	c.equal(c.tab.sees(), []string{"visitor: hello", "Ann claimed", "Bob claimed"})
}

func TestInvite(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	invite := func(g bridge.GroupID) error { return c.bridge.Invite(c.ctx, c.id, g, ann, "") }
	c.refused(invite("sales"), bridge.CodeConflict)
	c.refused(invite("nobody"), bridge.CodeNotFound)
	c.refused(invite("general"), bridge.CodeGroupOffline)
	c.change("tech", func(g *bridge.Group) { g.Switch = &bridge.Switch{} })
	c.refused(invite("tech"), bridge.CodeGroupOffline)
	c.change("tech", func(g *bridge.Group) { g.Switch = nil })
	c.refused(c.bridge.Invite(c.ctx, c.id, "tech", ann, strings.Repeat("x", bridge.MaxReason+1)), bridge.CodeTooLong)
	c.must(invite("tech"))
	c.refused(invite("tech"), bridge.CodeConflict)
	c.equal(c.conversation(c.id).With, []bridge.GroupID{"sales", "tech"})
	c.equal(c.tab.sees(), []string{"visitor: hello", "Tech joined"})
}

func TestLeave(t *testing.T) {
	c := newWorld(t).chat("sales")
	leave := func(g bridge.GroupID) error { return c.bridge.Leave(c.ctx, c.id, g, ann) }
	c.refused(leave("sales"), bridge.CodeForbidden)
	c.refused(leave("tech"), bridge.CodeConflict)
	c.refused(leave("nobody"), bridge.CodeNotFound)
	c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, ""))
	c.must(leave("sales"))
	c.refused(leave("sales"), bridge.CodeConflict)
	c.refused(leave("tech"), bridge.CodeForbidden)
	c.equal(c.conversation(c.id).With, []bridge.GroupID{"tech"})

	// Two who leave at once leave the visitor with one.
	c.must(c.bridge.Invite(c.ctx, c.id, "sales", ann, ""))
	var wg sync.WaitGroup
	for _, g := range []bridge.GroupID{"sales", "tech"} {
		wg.Go(func() { _ = leave(g) })
	}
	wg.Wait()
	if n := len(c.conversation(c.id).With); n != 1 {
		t.Errorf("%d groups are left", n)
	}
}

func TestCloseAndReopen(t *testing.T) {
	c := newWorld(t).chat("sales")
	c.refused(c.bridge.Reopen(c.ctx, c.id, ann), bridge.CodeConflict)
	c.must(c.bridge.Claim(c.ctx, c.id, "sales", ann))
	c.must(c.bridge.Close(c.ctx, c.id, ann))
	v := c.conversation(c.id)
	if !v.Closed || !v.Waiting.IsZero() {
		t.Errorf("closed %v, waiting since %v", v.Closed, v.Waiting)
	}
	for name, err := range map[string]error{
		"claim":  c.bridge.Claim(c.ctx, c.id, "sales", bob),
		"invite": c.bridge.Invite(c.ctx, c.id, "tech", bob, ""),
		"leave":  c.bridge.Leave(c.ctx, c.id, "sales", bob),
		"close":  c.bridge.Close(c.ctx, c.id, bob),
	} {
		if bridge.CodeOf(err) != bridge.CodeClosed || !strings.Contains(err.Error(), "reopen 1001") {
			t.Errorf("%s of a closed conversation: %v", name, err)
		}
	}
	c.must(c.bridge.Reopen(c.ctx, c.id, bob))
	if v := c.conversation(c.id); v.Closed || v.Owner.Agent != "" {
		t.Errorf("reopened: closed %v, claimed by %q", v.Closed, v.Owner.Name)
	}
	c.must(c.reply(bob, "sales", "sorry"))
	c.equal(c.tab.sees(), []string{"visitor: hello", "Ann claimed", "closed", "reopened", "Bob claimed", "Bob: sorry"})
	for _, err := range []error{
		c.bridge.Claim(c.ctx, "nobody", "sales", bob), c.bridge.Invite(c.ctx, "nobody", "tech", bob, ""),
		c.bridge.Leave(c.ctx, "nobody", "sales", bob), c.bridge.Close(c.ctx, "nobody", bob), c.bridge.Reopen(c.ctx, "nobody", bob),
	} {
		c.refused(err, bridge.CodeNotFound)
	}
}

// Where the visitor has moved on, nobody would read what is said in the old
// conversation.
func TestAnOldConversationStaysClosed(t *testing.T) {
	c := newWorld(t).chat("sales")
	c.must(c.bridge.Close(c.ctx, c.id, ann))
	c.clock.pass(25 * time.Hour)
	c.tab.visit.Leave()
	c.must(c.bridge.Reopen(c.ctx, c.id, ann)) // the visitor has not, and is not even here
	c.must(c.bridge.Close(c.ctx, c.id, ann))
	c.clock.pass(25 * time.Hour)
	c.tab.reconnect()
	r := c.tab.send("m", "something else", to("tech"))
	c.refused(c.bridge.Reopen(c.ctx, c.id, ann), bridge.CodeConflict)
	c.start()
	c.refused(c.bridge.Reopen(c.ctx, c.id, ann), bridge.CodeConflict)
	c.must(c.bridge.Close(c.ctx, r.Conversation, ann))
	c.must(c.bridge.Reopen(c.ctx, r.Conversation, ann))
}

// An agent reopens just when the visitor writes again, long after the close: there
// is one open conversation afterwards, and the visitor is in it.
func TestReopenWhileTheVisitorBeginsAnother(t *testing.T) {
	for range 30 {
		c := newWorld(t).chat("sales")
		c.must(c.bridge.Close(c.ctx, c.id, ann))
		c.clock.pass(25 * time.Hour)
		var r bridge.Receipt
		var wg sync.WaitGroup
		wg.Go(func() { _ = c.bridge.Reopen(c.ctx, c.id, ann) })
		wg.Go(func() { r, _ = c.tab.try("m", "hello again", to("tech")) })
		wg.Wait()
		open, err := c.bridge.OpenConversations(c.ctx, team)
		c.must(err)
		if len(open) != 1 || open[0].ID != r.Conversation {
			t.Fatalf("%d conversations are open", len(open))
		}
	}
}

func TestOpenConversationsAndNumbers(t *testing.T) {
	w := newWorld(t)
	var chats []*chat
	for range 3 {
		chats = append(chats, w.chat("sales"))
	}
	w.must(w.bridge.Close(w.ctx, chats[1].id, ann))
	for range 2 {
		open, err := w.bridge.OpenConversations(w.ctx, team)
		w.must(err)
		var numbers []int
		for _, v := range open {
			numbers = append(numbers, v.Opening.Number)
		}
		w.equal(numbers, []int{1001, 1003})
		v, err := w.bridge.ByNumber(w.ctx, team, 1002)
		w.must(err)
		if v.ID != chats[1].id || !v.Closed || v.TakesPart("tech") || !v.TakesPart("sales") {
			t.Errorf("#1002 is %+v", v)
		}
		w.start()
	}
	for _, n := range []int{0, -1, 1000, 1004} {
		_, err := w.bridge.ByNumber(w.ctx, team, n)
		w.refused(err, bridge.CodeNotFound)
	}
	_, err := w.bridge.ByNumber(w.ctx, "T2", 1001)
	w.refused(err, bridge.CodeNotFound)
	open, err := w.bridge.OpenConversations(w.ctx, "T2")
	w.must(err)
	w.equal(len(open), 0)
	_, err = w.bridge.Conversation(w.ctx, "nobody")
	w.refused(err, bridge.CodeNotFound)
	w.equal(w.conversation(w.chat("tech").id).Opening.Number, 1004)
}
