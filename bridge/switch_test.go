package bridge_test

import (
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

func TestAGroupThatAnEarlierVersionClosedIsSwitchedOff(t *testing.T) {
	w := newWorld(t)
	_, err := w.store.Put(w.ctx, bridge.GroupRecords, "T1/old", []byte(`{"workspace":"T1","id":"old","name":"Old","off":true,"channel":"C9","created":"2026-01-01T00:00:00Z"}`), 0)
	w.must(err)
	w.start()
	g, err := w.bridge.Group(team, "old")
	w.must(err)
	w.equal(g.WhenRead(), bridge.Openness{Why: bridge.ReasonSwitchedOff})
	w.change("old", func(g *bridge.Group) { g.Switch = nil })
	w.start()
	g, err = w.bridge.Group(team, "old")
	w.must(err)
	w.equal(g.WhenRead(), bridge.Openness{Open: true, Why: bridge.ReasonAlways})
}

func TestASwitchKnowsWhenItWasMade(t *testing.T) {
	w := newWorld(t)
	g := w.change("tech", func(g *bridge.Group) { g.Switch = &bridge.Switch{By: "UANN", Why: " out\nfor lunch "} })
	w.equal(g.Switch, &bridge.Switch{By: "UANN", At: w.clock.now(), Why: "out for lunch"})
}

func TestGroupsStandWhereTheyArePlaced(t *testing.T) {
	w := newWorld(t) // General, Sales, Tech
	w.clock.pass(time.Minute)
	w.group("Product")
	w.equal(w.groups(), []string{"Sales", "Tech", "Product", "General"})
	w.change("tech", func(g *bridge.Group) { g.Place = 2 })
	w.change("general", func(g *bridge.Group) { g.Place = 1 })
	w.equal(w.groups(), []string{"General", "Tech", "Sales", "Product"})
}

func TestAGroupThatCannotBeSoIsRefusedAtItsField(t *testing.T) {
	w := newWorld(t)
	for field, change := range map[string]func(*bridge.Group){
		"Place":        func(g *bridge.Group) { g.Place = -1 },
		"LeastPresent": func(g *bridge.Group) { g.LeastPresent = -1 },
		"Hours":        func(g *bridge.Group) { g.Hours = &bridge.Hours{Zone: "Mars/Base"} },
		"Words":        func(g *bridge.Group) { g.Words = map[string]bridge.GroupWords{"Deutsch!": {Name: "Technik"}} },
	} {
		g, err := w.bridge.Group(team, "tech")
		w.must(err)
		change(&g)
		_, err = w.bridge.UpdateGroup(w.ctx, g, ann)
		w.refused(err, bridge.CodeInvalid)
		if e := err.(*bridge.Error); e.Field != field {
			t.Errorf("%v is about the field %q, want %q", err, e.Field, field)
		}
	}
}
