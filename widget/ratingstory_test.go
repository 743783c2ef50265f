package widget_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// post brings the thread up to where the conversation stands.
func (a *agent) post() {
	a.house.t.Helper()
	w, ok, err := a.house.bridge.Work(a.house.t.Context(), a.key, 0)
	a.house.must(err)
	if !ok {
		a.house.t.Fatal("there is nothing to post")
	}
	a.house.must(a.house.bridge.Posted(a.house.t.Context(), a.key, w.Joined, bridge.Post{Thread: a.ref, TS: "1", Upto: w.Upto}))
}

func TestARatingIsOneLineAndIsAnsweredAgain(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		v := visit(h)
		v.hello()
		cid := v.send("m1", "hello").Cid
		rate := frame{T: "rate", ID: "r1", Stars: 4, Comment: "quick"}
		v.say(rate)
		if n := v.until("ack", "nack"); n.Code != "forbidden" || n.ID != "r1" {
			t.Fatalf("an open conversation was rated: %+v", n)
		}
		h.must(h.bridge.Close(t.Context(), bridge.ConversationID(cid), bridge.Author{Agent: "U1", Name: "Ann"}))
		v.say(rate)
		first := v.until("ack")
		v.say(rate)
		if again := v.until("ack"); again.Seq != first.Seq || again.Cid != first.Cid || first.ID != "r1" {
			t.Errorf("the rating was answered with %+v, then with %+v", first, again)
		}
		v.untilLine(first.Seq)
		if last := v.lines[len(v.lines)-1]; last.Kind != "rated" || last.Stars != 4 || last.Body != "quick" || !last.Me {
			t.Errorf("its line is %+v", last)
		}
		v.leave()
	})
}

func TestAFreshMessageIsWelcomedToItsOwnConversation(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		v := visit(h)
		v.hello()
		old := v.send("m1", "hello").Cid
		v.say(frame{T: "send", ID: "m2", Body: "anew", Group: "sales", Fresh: true})
		a := v.until("ack", "nack")
		if a.T != "ack" || a.Cid == old {
			t.Fatalf("it was answered with %+v", a)
		}
		// The welcome comes by itself, perhaps before the ack.
		for v.last.Cid != a.Cid {
			v.until("welcome")
		}
		v.untilLine(1)
		if v.cid == old || v.last.With[0] != "sales" {
			t.Errorf("it was welcomed with %+v", v.last)
		}
		c, err := h.bridge.Conversation(t.Context(), bridge.ConversationID(old))
		h.must(err)
		if !c.Closed {
			t.Error("the conversation before is still open")
		}
		v.leave()
	})
}

func TestTabsAreToldHowFarTheirLinesHaveCome(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		v := visit(h)
		v.hello()
		v.send("m1", "hello")
		a := h.answered()
		a.post()
		if p := v.until("progress"); p.Delivered != 1 || p.Seen != 0 {
			t.Errorf("posted, it is %+v", p)
		}
		a.note("who is this?")
		if p := v.until("progress"); p.Delivered != 1 || p.Seen != 1 {
			t.Errorf("noted, it is %+v", p)
		}
		v.leave()
	})
}

func TestATabThatKnowsHowFarItsLinesHaveComeIsNotToldAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, piped)
		v := h.visitByPoll()
		v.hello()
		v.send("m1", "hello")
		a := h.answered()
		a.post()
		v.until("progress")
		time.Sleep(2 * time.Minute) // the groups are news no more
		for name, knows := range map[string]*reached{"all": {Delivered: 1}, "of no such thing": nil} {
			hello := v.greeting()
			hello.Again, hello.Progress = true, knows
			start := time.Now()
			if _, frames, _ := h.poll(t.Context(), shop, hello, nil); len(frames) > 0 || time.Since(start) != 25*time.Second {
				t.Errorf("a tab that knows %s got %+v after %v", name, frames, time.Since(start))
			}
		}
		hello := v.greeting()
		hello.Again, hello.Progress = true, &reached{}
		if _, frames, _ := h.poll(t.Context(), shop, hello, nil); len(frames) != 1 || frames[0].T != "progress" || frames[0].Delivered != 1 {
			t.Errorf("a tab that knows nothing got %+v", frames)
		}
	})
}

func TestWhatAVisitorReadReachesTheBridge(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		v := visit(h)
		v.hello()
		cid := bridge.ConversationID(v.send("m1", "hello").Cid)
		h.answered().write("hi") // claims, too
		v.untilLine(3)
		v.say(frame{T: "read", Seq: 3})
		v.say(frame{T: "ping"})
		v.until("pong")
		c, err := h.bridge.Conversation(t.Context(), cid)
		h.must(err)
		if c.Read != 3 {
			t.Errorf("the bridge knows of %d lines", c.Read)
		}
		v.leave()
	})
}
