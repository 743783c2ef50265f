package widget_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// regroup changes a group of the site main.
func (h *house) regroup(id bridge.GroupID, change func(*bridge.Group)) {
	h.t.Helper()
	g, err := h.bridge.Group("W1", id)
	h.must(err)
	change(&g)
	_, err = h.bridge.UpdateGroup(h.t.Context(), g, bridge.Author{})
	h.must(err)
}

// onlooker is an open tab that remembers how the groups stand, as it was told.
type onlooker struct {
	visitor *visitor

	mu     sync.Mutex // guards the following
	states map[string]string
}

func watch(v *visitor) *onlooker {
	v.hello()
	o := &onlooker{visitor: v, states: map[string]string{}}
	o.take(v.last)
	go func() {
		for {
			f, err := v.hear()
			if err != nil {
				return
			}
			o.take(f)
		}
	}()
	return o
}

func (o *onlooker) take(f frame) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, g := range f.Groups {
		o.states[g.ID] = g.State
	}
}

func (o *onlooker) sees(group string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.states[group]
}

func TestNoTabShowsAGroupOtherwiseThanItStandsForMoreThanASecond(t *testing.T) {
	for seed := range uint64(3) {
		for name, visit := range transports {
			t.Run(fmt.Sprintf("%s %d", name, seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h := newHouse(t, piped)
					random := rand.New(rand.NewPCG(3, seed))
					tab := watch(visit(h))
					stood := map[bridge.GroupID]bool{}
					closings := 0
					for second := range 3600 {
						if second%10 == 0 && name == "WebSocket" {
							tab.visitor.say(frame{T: "ping"})
						}
						for _, id := range []bridge.GroupID{"tech", "sales"} {
							if random.IntN(300) == 0 {
								h.upset(id, random)
							}
						}
						time.Sleep(time.Second)
						synctest.Wait()
						for _, id := range []bridge.GroupID{"tech", "sales"} {
							g, err := h.bridge.Group("W1", id)
							h.must(err)
							open, before := g.Open(), stood[id]
							if stood[id] = open; second == 0 || open != before {
								closings++
								continue
							}
							if shown := tab.sees(string(id)); (shown == "on") != open {
								t.Fatalf("after %d s %s is shown %s, and is %+v", second, id, shown, g.WhenRead())
							}
						}
					}
					if closings < 10 {
						t.Errorf("groups opened or closed only %d times", closings)
					}
					tab.visitor.leave()
				})
			})
		}
	}
}

// upset changes when a group is open, in one of many ways.
func (h *house) upset(id bridge.GroupID, random *rand.Rand) {
	h.t.Helper()
	now := time.Now().UTC()
	soon := func() time.Time { return now.Add(time.Duration(1+random.IntN(600)) * time.Second) }
	if random.IntN(3) == 0 {
		h.bridge.SetPresence("W1", id, random.IntN(3)-1)
		return
	}
	h.regroup(id, func(g *bridge.Group) {
		g.Switch, g.LeastPresent = nil, random.IntN(2)
		switch random.IntN(4) {
		case 0:
			g.Switch = &bridge.Switch{On: random.IntN(2) == 0, Until: soon()}
		case 1:
			g.Hours = &bridge.Hours{Zone: "UTC", Exceptions: []bridge.Exception{{On: bridge.DateOf(now), Times: minutesFrom(now, random)}}}
		case 2:
			g.Hours = &bridge.Hours{Zone: "UTC"}
			g.Hours.Week[now.Weekday()] = minutesFrom(now, random)
		case 3:
			g.Hours = &bridge.Hours{Zone: "UTC", Holidays: []bridge.Holiday{{From: bridge.DateOf(now)}}}
		}
	})
}

// minutesFrom are times of a few minutes each, from about now on.
func minutesFrom(now time.Time, random *rand.Rand) (rs bridge.Ranges) {
	from := now.Hour()*60 + now.Minute()
	for range 4 {
		from += random.IntN(4)
		to := from + 1 + random.IntN(4)
		rs = append(rs, bridge.Range{From: from, To: to})
		from = to
	}
	return rs
}

func TestTheLoaderSaysUntilWhenAGroupIsThereAndWhenItIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, piped) // midnight, UTC
		h.regroup("tech", func(g *bridge.Group) {
			g.Hours = &bridge.Hours{Zone: "UTC"}
			for day := range g.Hours.Week {
				g.Hours.Week[day] = bridge.Ranges{{From: 0, To: 60}, {From: 120, To: 180}}
			}
			g.Words = map[string]bridge.GroupWords{"de": {Name: "Technik"}}
		})
		midnight := time.Now().Truncate(24 * time.Hour)
		tech := func() map[string]any {
			t.Helper()
			_, body := h.get("/w/v1/main.js")
			c := config(t, body)
			if de := c["translations"].(map[string]any)["de"].(map[string]any); de["group.tech"] != "Technik" {
				t.Errorf("in German it says %v", de)
			}
			for _, g := range c["groups"].([]any) {
				if g := g.(map[string]any); g["id"] == "tech" {
					return g
				}
			}
			return nil
		}
		g := tech()
		if g["state"] != "on" || g["until"] != float64(midnight.Add(time.Hour).UnixMilli()) || g["back"] != nil {
			t.Errorf("while it is open it says %v", g)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		g = tech()
		if g["state"] != "off" || g["back"] != float64(midnight.Add(2*time.Hour).UnixMilli()) || g["until"] != nil {
			t.Errorf("while it is closed it says %v", g)
		}
	})
}

// Whether the push or the message comes first, the tab knows who is there before it is refused.
func TestAMessageToAGroupThatHasJustClosedIsRefusedAfterTheTabIsToldOfIt(t *testing.T) {
	inEveryBubble(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		closing := time.Now().Add(10 * time.Second)
		h.regroup("tech", func(g *bridge.Group) { g.Switch = &bridge.Switch{On: true, Until: closing} })
		h.regroup("tech", func(g *bridge.Group) {
			g.Hours = &bridge.Hours{Zone: "UTC", Holidays: []bridge.Holiday{{From: bridge.DateOf(closing)}}}
		})
		v := visit(h)
		v.hello()
		time.Sleep(time.Until(closing)) // at this very moment
		v.say(frame{T: "send", ID: "m1", Body: "Hello", Group: "tech"})
		told := v.until("groups")
		if told.group("tech").State != "off" || told.group("sales").State != "on" {
			t.Errorf("the tab was told %+v", told)
		}
		if n := v.until("nack", "ack"); n.T != "nack" || n.Code != "group_offline" {
			t.Errorf("the message got %+v", n)
		}
		if len(h.stored()) != 0 {
			t.Error("something was kept")
		}
		if ack := v.sendTo("sales", "m1", "Hello"); ack.T != "ack" {
			t.Errorf("sent to who is there, it got %+v", ack)
		}
	})
}

func TestAHiddenGroupIsReachedOnlyByAPageThatPresetsIt(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		h.regroup("tech", func(g *bridge.Group) { g.Hidden = true })
		v := visit(h)
		v.hello()
		for _, g := range v.last.Groups {
			if g.ID == "tech" {
				t.Error("it is offered")
			}
		}
		if ack := v.sendTo("tech", "m1", "Hello"); ack.T != "ack" {
			t.Errorf("preset, a message got %+v", ack)
		}
	})
}
