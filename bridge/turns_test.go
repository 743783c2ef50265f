package bridge_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// watched counts how often those who watch the directory were told since it was last
// asked.
func (w *world) watched() (told func() int, stop func()) {
	calls := make(chan struct{}, 1000)
	stop = w.bridge.WatchDirectory(func() { calls <- struct{}{} })
	return func() int {
		synctest.Wait()
		n := len(calls)
		for range n {
			<-calls
		}
		return n
	}, stop
}

// lapse lets time pass, for the bridge and on the clock of the wall.
func (w *world) lapse(d time.Duration) {
	w.clock.pass(d)
	time.Sleep(d)
	synctest.Wait()
}

func TestWatchersAreToldWhenAGroupOpensOrCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t) // a Sunday, 9:00 UTC
		w.restart()
		defer w.end()
		told, stop := w.watched()
		defer stop()
		open := func() bool {
			w.Helper()
			g, err := w.bridge.Group(team, "tech")
			w.must(err)
			return g.Open()
		}
		w.change("tech", func(g *bridge.Group) {
			g.Hours = &bridge.Hours{Zone: "UTC", Week: week(t, "Sun 9:00-9:05, 9:10-9:15")}
		})
		w.equal(told(), 1)
		w.lapse(5*time.Minute - time.Second)
		w.equal([]any{told(), open()}, []any{0, true})
		w.lapse(time.Second)
		w.equal([]any{told(), open()}, []any{1, false})
		w.change("tech", func(g *bridge.Group) { g.Switch = &bridge.Switch{On: true, Until: w.clock.now().Add(time.Minute)} })
		w.equal([]any{told(), open()}, []any{1, true})
		w.lapse(time.Minute)
		w.equal([]any{told(), open()}, []any{1, false})
		// A machine that slept, and a clock that was put back.
		w.clock.pass(4 * time.Minute)
		w.lapse(time.Second)
		w.equal([]any{told() > 0, open()}, []any{true, true})
		w.clock.pass(-2 * time.Minute)
		w.lapse(time.Second)
		w.equal([]any{told() > 0, open()}, []any{true, false})
	})
}

func TestWatchersAreToldWhenPeopleComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		told, stop := w.watched()
		defer stop()
		w.change("tech", func(g *bridge.Group) { g.LeastPresent = 2 })
		told()
		tech := func() bridge.Openness {
			w.Helper()
			g, err := w.bridge.Group(team, "tech")
			w.must(err)
			return w.bridge.Openness(g)
		}
		w.equal(tech(), bridge.Openness{Open: true, Why: bridge.ReasonAlways}) // the desk has not said yet
		for _, step := range []struct {
			active, told int
			open         bool
		}{{1, 1, false}, {0, 0, false}, {2, 1, true}, {3, 0, true}, {1, 1, false}, {-1, 1, true}} {
			w.bridge.SetPresence(team, "tech", step.active)
			if n, o := told(), tech(); n != step.told || o.Open != step.open {
				t.Errorf("with %d people: told %d times, %+v", step.active, n, o)
			}
		}
		w.bridge.SetPresence(team, "tech", 0)
		w.equal(tech(), bridge.Openness{Why: bridge.ReasonPresence})
		w.bridge.SetPresence(team, "sales", 0) // which does not care
		w.equal(told(), 1)
	})
}
