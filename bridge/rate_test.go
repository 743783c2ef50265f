package bridge_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/chatgroups/chatgroups/bridge"
)

func TestAVisitorRatesAConversationOnceItIsClosed(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	_, err := c.tab.visit.Rate(w.ctx, "r1", 4, "")
	w.refused(err, bridge.CodeForbidden)
	w.must(w.bridge.Close(w.ctx, c.id, ann))
	for _, stars := range []int{-1, 0, 6} {
		_, err = c.tab.visit.Rate(w.ctx, "r1", stars, "")
		w.refused(err, bridge.CodeInvalid)
	}
	_, err = c.tab.visit.Rate(w.ctx, "r.1", 4, "")
	w.refused(err, bridge.CodeInvalid)
	_, err = c.tab.visit.Rate(w.ctx, "r1", 4, strings.Repeat("x", bridge.MaxMessageRunes+1))
	w.refused(err, bridge.CodeTooLong)

	r, err := c.tab.visit.Rate(w.ctx, "r1", 4, " quick\n")
	w.must(err)
	again, err := c.tab.visit.Rate(w.ctx, "r1", 1, "")
	w.must(err)
	w.equal(again, r)
	_, err = c.tab.visit.Rate(w.ctx, "r2", 2, " \n")
	w.must(err)

	c.tab.read()
	last := c.tab.events[len(c.tab.events)-2:]
	w.equal([]any{last[0].Kind, last[0].ID, last[0].Stars, last[0].Body, last[0].Mine}, []any{bridge.KindRated, bridge.EntryID("r1"), 4, "quick", true})
	w.equal([]any{last[1].ID, last[1].Stars, last[1].Body}, []any{bridge.EntryID("r2"), 2, ""})

	// Colleagues read both, and then owe nobody anything again.
	w.desk.drain()
	lines := c.thread("sales").lines()
	w.equal(lines[len(lines)-2:], []string{"rated", "rated"})
	w.equal(w.conversation(c.id).Closed, true)
	w.equal(w.records(bridge.ActiveRecords), 0)
}

func TestARatingOfNothing(t *testing.T) {
	w := newWorld(t)
	_, err := w.enter("").visit.Rate(w.ctx, "r1", 4, "")
	w.refused(err, bridge.CodeForbidden)
}

func TestARatingSurvivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.end()
		c := w.chat("sales")
		w.must(w.bridge.Close(w.ctx, c.id, ann))
		r, err := c.tab.visit.Rate(w.ctx, "r1", 5, "thanks")
		w.must(err)
		w.restart()
		c.tab.reconnect()
		again, err := c.tab.visit.Rate(w.ctx, "r1", 5, "thanks")
		w.must(err)
		w.equal(again, r)
		// The next message takes the conversation up again, and the rating stays.
		c.tab.send("m2", "one more thing")
		c.tab.read()
		w.equal(c.tab.events[len(c.tab.events)-3].Stars, 5)
	})
}
