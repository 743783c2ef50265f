package bridge_test

import (
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

func TestWhoIsForgottenIsGone(t *testing.T) {
	w := newWorld(t)
	first := w.enterAs("", jane)
	r := first.send("m", "hello", to("sales"), func(d *bridge.Draft) { d.Page.URL = "https://shop.example/jane" })
	w.desk.drain()
	tabs := []*tab{first, w.enter(first.token)}
	w.must(first.visit.Forget(w.ctx))
	w.must(first.visit.Forget(w.ctx)) // again is no harm

	w.equal(w.records(bridge.VisitorRecords)+w.records(bridge.PersonRecords), 0)
	for _, one := range tabs {
		_, _, err := one.visit.Next(w.ctx, 9)
		w.refused(err, bridge.CodeUnknownToken)
		_, err = one.try("m2", "still there?")
		w.refused(err, bridge.CodeUnknownToken)
	}
	_, err := w.bridge.Enter(w.ctx, site, first.token, func() {})
	w.refused(err, bridge.CodeUnknownToken)
	w.equal(w.enterAs("", jane).sees(), []string(nil))

	for range 2 { // and after a restart
		v := w.conversation(r.Conversation)
		if !v.Closed {
			t.Error("the conversation is open")
		}
		w.equal(v.Opening, bridge.Opening{Workspace: team, Site: site, Visitor: v.Opening.Visitor, Number: v.Opening.Number, Group: "sales"})
		w.start()
	}
	c := &chat{w, first, r.Conversation}
	w.refused(c.reply(ann, "sales", "are you there?"), bridge.CodeClosed)
	w.refused(w.bridge.Reopen(w.ctx, r.Conversation, ann), bridge.CodeNotFound)
}

func TestTheGroupsAreToldOfWhoIsForgotten(t *testing.T) {
	c := newWorld(t).chat("sales")
	c.must(c.tab.visit.Forget(c.ctx))
	c.desk.drain()
	lines := c.thread("sales").lines()
	c.equal(lines[len(lines)-2:], []string{"closed", "forgotten"})
}

func TestForgettingIsTakenUpAgain(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			store := newFaulty()
			w := newWorldOver(t, store)
			tab := w.enterAs("", jane)
			r := tab.send("m", "hello", to("sales"))
			store.plan(n, after, errFault)
			err := tab.visit.Forget(w.ctx)
			if !store.hasFailed() {
				w.must(err)
				if n < 5 { // close, forget, person, visitor
					t.Errorf("only %d writes", n-1)
				}
				break
			}
			store.heal()
			w.must(tab.visit.Forget(w.ctx))
			if v := w.conversation(r.Conversation); !v.Closed || v.Opening.Name != "" {
				t.Errorf("after write %d failed the conversation is %+v", n, v)
			}
			w.equal(w.records(bridge.VisitorRecords)+w.records(bridge.PersonRecords), 0)
		}
	}
}

func TestAVisitorWhoNeverWroteIsForgottenAsWell(t *testing.T) {
	w := newWorld(t)
	tab := w.enter("")
	w.must(tab.visit.Forget(w.ctx))
	tab.visit.Leave()
	_, err := w.bridge.Enter(w.ctx, site, tab.token, func() {})
	w.refused(err, bridge.CodeUnknownToken)
}
