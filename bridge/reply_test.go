package bridge_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chatgroups/chatgroups/bridge"
)

func TestReplies(t *testing.T) {
	c := newWorld(t).chat("sales")
	if c.conversation(c.id).Waiting.IsZero() {
		t.Error("nobody waits for the first answer")
	}
	c.must(c.reply(ann, "sales", "hi"))
	v := c.conversation(c.id)
	if v.Owner.Agent != ann.Agent || v.Owner.Role != bridge.RoleAgent {
		t.Errorf("a first reply claims; the owner is %+v", v.Owner)
	}
	if !v.Waiting.IsZero() {
		t.Error("answered, and still waiting")
	}
	c.must(c.reply(bob, "sales", "hi too"))
	if v := c.conversation(c.id); v.Owner.Agent != ann.Agent {
		t.Error("a second agent's reply claims")
	}
	c.equal(c.tab.sees(), []string{"visitor: hello", "Ann claimed", "Ann: hi", "Bob: hi too"})
	asked := c.clock.now()
	c.tab.send("m1", "and?")
	c.clock.pass(1)
	c.tab.send("m2", "hello?")
	if v := c.conversation(c.id); !v.Waiting.Equal(asked) {
		t.Errorf("waiting since %v, want the first question without an answer, %v", v.Waiting, asked)
	}
	c.must(c.note(ann, "sales", "no idea"))
	if c.conversation(c.id).Waiting.IsZero() {
		t.Error("a note answers the visitor")
	}
}

func TestTheSameReplyToldTwiceIsOne(t *testing.T) {
	for name, between := range map[string]func(*chat){
		"at once":       func(*chat) {},
		"after a close": func(c *chat) { c.must(c.bridge.Close(c.ctx, c.id, ann)) },
		"after the group left": func(c *chat) {
			c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, ""))
			c.must(c.bridge.Leave(c.ctx, c.id, "sales", ann))
		},
		"after a reopening without a claim": func(c *chat) {
			c.must(c.bridge.Close(c.ctx, c.id, ann))
			c.tab.send("m", "wait")
		},
		"after a restart": func(c *chat) { c.start() },
	} {
		t.Run(name, func(t *testing.T) {
			c := newWorld(t).chat("sales")
			ref := c.conversation(c.id).Threads["sales"]
			c.must(c.desk.tells(ref, "once", ann, "hi", false))
			c.must(c.desk.tells(ref, "noted", ann, "psst", true))
			between(c)
			before := len(c.log(c.id))
			c.must(c.desk.tells(ref, "once", ann, "hi", false))
			c.must(c.desk.tells(ref, "noted", ann, "psst", true))
			if n := len(c.log(c.id)); n != before {
				t.Errorf("telling again added %d entries", n-before)
			}
		})
	}
}

func TestNotesNeverReachAVisitor(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	c.must(c.note(ann, "sales", "a secret"))
	c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, "a secret reason"))
	c.desk.drain()
	c.must(c.note(bob, "tech", "a secret"))
	c.must(c.bridge.Leave(c.ctx, c.id, "tech", ann))
	c.must(c.note(bob, "tech", "a secret"))
	c.must(c.bridge.Close(c.ctx, c.id, ann))
	c.must(c.note(ann, "sales", "a secret"))
	late := c.enter(c.tab.token)
	for _, tab := range []*tab{c.tab, late} {
		tab.read()
		history, _, err := tab.visit.History(c.ctx, 99, 99)
		c.must(err)
		for _, e := range append(tab.events, history...) {
			if strings.Contains(e.Body, "secret") {
				t.Errorf("line %d shows a note", e.Seq)
			}
		}
		if tab.standing.Seq > uint64(len(tab.events)) {
			t.Errorf("%d lines, standing says %d", len(tab.events), tab.standing.Seq)
		}
	}
	if v := c.conversation(c.id); v.Owner.Agent != "" {
		t.Errorf("a note claims for %s", v.Owner.Name)
	}
}

// A note after the close is owed to the other threads like any other, also when the
// program stops right then.
func TestANoteAfterTheCloseSurvivesARestart(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, ""))
	c.must(c.bridge.Close(c.ctx, c.id, ann))
	c.desk.drain()
	if n := w.records(bridge.ActiveRecords); n != 0 {
		t.Fatalf("a finished conversation is one of %d active ones", n)
	}
	c.must(c.note(ann, "sales", "for next time"))
	if n := w.records(bridge.ActiveRecords); n != 1 {
		t.Fatalf("%d conversations are active, want the one that owes a note", n)
	}
	c.start()
	if _, err := c.bridge.OpenConversations(c.ctx, team); err != nil {
		t.Fatal(err)
	}
	c.desk.drain()
	c.equal(c.thread("tech").said(), []string{"Ann notes: for next time", "visitor: hello"})
	c.equal(c.thread("sales").marked, []string{"for next time"})
	if n := w.records(bridge.ActiveRecords); n != 0 {
		t.Errorf("%d conversations are active at the end", n)
	}
}

func TestRepliesThatAreRefused(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	ref := c.conversation(c.id).Threads["sales"]
	from := func(k bridge.ThreadKey, ref bridge.ThreadRef, id bridge.EntryID) error {
		_, err := c.bridge.FromDesk(c.ctx, k, ref, bridge.DeskMessage{ID: id, By: ann, Body: "hi"})
		return err
	}
	c.refused(from(key(c.id, "tech"), ref, "s"), bridge.CodeNotFound)
	c.refused(from(key("nobody", "sales"), ref, "s"), bridge.CodeNotFound)
	c.refused(from(key(c.id, "sales"), "C-sales/other", "s"), bridge.CodeForbidden)
	c.refused(from(key(c.id, "sales"), "", "t"), bridge.CodeForbidden)
	c.refused(from(key(c.id, "sales"), ref, ""), bridge.CodeInvalid)
	c.refused(from(key(c.id, "sales"), ref, bridge.EntryID(strings.Repeat("x", bridge.MaxDeskID+1))), bridge.CodeInvalid)
	c.must(from(key(c.id, "sales"), ref, bridge.EntryID(strings.Repeat("x", bridge.MaxDeskID))))
	c.must(c.bridge.Close(c.ctx, c.id, ann))
	err := from(key(c.id, "sales"), ref, "late")
	c.refused(err, bridge.CodeClosed)
	if !strings.Contains(err.Error(), "reopen 1001") {
		t.Errorf("the error does not say what to do: %v", err)
	}
	c.equal(c.tab.sees(), []string{"visitor: hello", "Ann claimed", "Ann: hi", "closed"})
}

// An author who was told that the visitor does not see a message must be right,
// also when the thread is read again after things have changed.
func TestWhatWasRefusedStaysRefused(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	ref := c.conversation(c.id).Threads["sales"]
	c.must(c.bridge.Close(c.ctx, c.id, ann))
	c.desk.drain()
	c.refused(c.desk.tells(ref, "late", ann, "between us: phew", false), bridge.CodeClosed)
	c.equal(c.desk.waiting(), []bridge.GroupID(nil))
	if n := w.records(bridge.ActiveRecords); n != 0 {
		t.Error("a refused reply makes a finished conversation active")
	}
	c.must(c.bridge.Reopen(c.ctx, c.id, ann))
	c.start()
	c.must(c.desk.tells(ref, "late", ann, "between us: phew", false))
	c.tab.reconnect()
	c.equal(c.tab.sees(), []string{"visitor: hello", "closed", "reopened"})
	for _, e := range c.log(c.id) {
		if strings.Contains(e.Body, "phew") {
			t.Errorf("a %s keeps what was refused", e.Kind)
		}
	}
	// What belonged to no conversation yet was not refused: its time may come.
	c.refused(c.desk.tells("C-sales/none", "early", ann, "hi", false), bridge.CodeNotFound)
	c.must(c.desk.tells(ref, "early", ann, "hi", false))
	c.equal(c.tab.sees(), []string{"visitor: hello", "closed", "reopened", "Ann claimed", "Ann: hi"})
}

func TestTheLongestReplyFits(t *testing.T) {
	c := newWorld(t).chat("sales")
	c.must(c.reply(ann, "sales", strings.Repeat("<", bridge.MaxAgentRunes+1))) // JSON needs six bytes for each
	c.must(c.reply(ann, "sales", strings.Repeat("\x01", bridge.MaxAgentRunes)))
	c.must(c.reply(ann, "sales", strings.Repeat("🎈", bridge.MaxAgentRunes)))
	c.tab.read()
	cut := c.tab.events[2].Body
	if n := utf8.RuneCountInString(cut); n != bridge.MaxAgentRunes || !strings.HasSuffix(cut, "<…") {
		t.Errorf("%d characters are kept", n)
	}
	if c.tab.events[4].Body != strings.Repeat("🎈", bridge.MaxAgentRunes) {
		t.Error("a reply of the most characters was changed")
	}
}
