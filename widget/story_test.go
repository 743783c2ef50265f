package widget_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/widget"
)

// transports are the two ways to the server, which must make no difference.
var transports = map[string]func(*house) *visitor{
	"WebSocket": (*house).visit,
	"poll":      (*house).visitByPoll,
}

// inEveryBubble is onEveryTransport where time, or who is waiting for what, matters.
func inEveryBubble(t *testing.T, test func(*testing.T, *house, func(*house) *visitor)) {
	for name, visit := range transports {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { test(t, newHouse(t, piped), visit) })
		})
	}
}

func onEveryTransport(t *testing.T, test func(*testing.T, *house, func(*house) *visitor)) {
	for name, visit := range transports {
		t.Run(name, func(t *testing.T) { test(t, newHouse(t), visit) })
	}
}

func TestAConversationFromTheFirstQuestionToTheClose(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		v := visit(h)
		v.hello()
		w := v.last
		if w.Tok == "" || w.Vid == "" || w.Cid != "" || w.Epoch != h.store.Epoch() || w.Ping != 25 || w.Now == 0 {
			t.Errorf("the first welcome is %+v", w)
		}
		want := []choice{
			{"tech", "Tech", "Help with the product", "on"},
			{"sales", "Sales", "Prices & orders", "on"},
			{"product", "Product", "", "off"},
		}
		if !slices.Equal(w.Groups, want) {
			t.Errorf("groups are %v, want %v", w.Groups, want)
		}
		if len(h.stored()) != 0 {
			t.Error("looking at the chooser has stored something")
		}

		ack := v.send("m1", "My build <b>fails</b> & \"burns\"")
		if ack.T != "ack" || ack.ID != "m1" || ack.Seq != 1 || ack.Cid == "" || ack.At == 0 {
			t.Fatalf("the first message got %+v", ack)
		}
		v.untilLine(1)
		if w := v.last; w.Cid != ack.Cid || w.Tok != "" || !slices.Equal(w.With, []string{"tech"}) {
			t.Errorf("the welcome to the conversation is %+v", w)
		}
		if l := v.lines[0]; l.Kind != "message" || l.ID != "m1" || l.Body != "My build <b>fails</b> & \"burns\"" || !l.Me || l.By.Role != "visitor" {
			t.Errorf("the visitor's own line is %+v", l)
		}

		ann := h.answered()
		if ann.key.Group != "tech" {
			t.Errorf("the desk was told of %v", ann.key)
		}
		c, err := h.bridge.Conversation(t.Context(), ann.key.Conversation)
		h.must(err)
		if p := c.Opening.Page; p.URL != shop+"/cart" || p.Language != "en" || p.Zone != "Europe/Paris" {
			t.Errorf("the desk knows of the page %+v", p)
		}
		h.must(h.bridge.SetAgent(t.Context(), bridge.Agent{Workspace: "W1", ID: "U1", Name: "Ann", Avatar: png}))
		ann.note("a difficult one")
		ann.write("Hi!")
		v.untilLine(3)
		claimed, hi := v.lines[1], v.lines[2]
		if claimed.Kind != "claimed" || claimed.By.Name != "Ann" || !strings.HasPrefix(claimed.By.Avatar, "/w/v1/avatars/") {
			t.Errorf("the claim is %+v", claimed)
		}
		if hi.Body != "Hi!" || hi.By.Role != "agent" || hi.Me {
			t.Errorf("the answer is %+v", hi)
		}

		h.must(h.bridge.Invite(t.Context(), ann.key.Conversation, "sales", bridge.Author{Agent: "U1"}, "billing"))
		h.must(h.bridge.Leave(t.Context(), ann.key.Conversation, "tech", bridge.Author{Agent: "U1"}))
		h.must(h.bridge.Close(t.Context(), ann.key.Conversation, bridge.Author{Agent: "U1"}))
		v.untilLine(6)
		if j := v.lines[3]; j.Kind != "joined" || j.Group != "sales" || j.GroupName != "Sales" {
			t.Errorf("the invitation is %+v", j)
		}
		if l := v.lines[4]; l.Kind != "left" || l.Group != "tech" {
			t.Errorf("the departure is %+v", l)
		}
		if v.lines[5].Kind != "closed" {
			t.Errorf("the close is %+v", v.lines[5])
		}
		if ack := v.send("m2", "One more thing"); ack.T != "ack" || ack.Cid != v.cid {
			t.Errorf("after the close a message got %+v", ack)
		}
		v.untilLine(8)
		all := strings.Join(v.bodies(), "|")
		if all != "message My build <b>fails</b> & \"burns\"|claimed |message Hi!|joined |left |closed |reopened |message One more thing" {
			t.Errorf("the visitor has seen %s", all)
		}
	})
}

func TestTheSameMessageTwiceIsOneLineWithOneAck(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		v := visit(h)
		v.hello()
		first := v.send("m1", "Hello")
		second := v.send("m1", "Hello")
		if !reflect.DeepEqual(first, second) {
			t.Errorf("acks differ: %+v and %+v", first, second)
		}
		v.send("m2", "Bye")
		v.untilLine(2)
		if got := v.bodies(); !slices.Equal(got, []string{"message Hello", "message Bye"}) {
			t.Errorf("the log has %v", got)
		}
	})
}

func TestAMessageLeftForAGroupThatIsOff(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		v := visit(h)
		v.hello()
		if n := v.sendTo("product", "m1", "Hello"); n.T != "nack" || n.Code != "group_offline" || n.ID != "m1" {
			t.Fatalf("a send to a group that is off got %+v", n)
		}
		if len(h.stored()) != 0 {
			t.Error("a message that was refused has been stored")
		}
		v.say(frame{T: "send", ID: "m1", Body: "Hello", Group: "product", Leave: true})
		if a := v.until("ack", "nack"); a.T != "ack" {
			t.Errorf("a message that was left got %+v", a)
		}
		if n := v.sendTo("nobody", "m2", "x"); n.T != "ack" { // a conversation goes on, the group is not looked at
			t.Errorf("a later message got %+v", n)
		}
	})
}

// A widget is told of its new conversation by the ack; had the welcome come first,
// it would send again what it has no ack of.
func TestTheAckOfTheFirstMessageComesBeforeTheWelcomeToItsConversation(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		for range 5 {
			v := visit(h)
			v.hello()
			v.say(frame{T: "send", ID: "m1", Body: "Hello", Group: "tech"})
			var order []string
			for len(order) < 3 {
				f, err := v.hear()
				h.must(err)
				order = append(order, f.T)
			}
			if !slices.Equal(order, []string{"ack", "welcome", "ev"}) {
				t.Errorf("frames came as %v", order)
			}
		}
	})
}

func TestReconnectFillsTheGapExactly(t *testing.T) {
	h := newHouse(t)
	v := h.visit()
	v.hello()
	v.send("m1", "Hello")
	v.untilLine(1)
	v.leave()
	ann := h.answered()
	for i := range 9 {
		ann.write(fmt.Sprint("answer ", i))
	}
	v.again() // take fails the test on a hole
	if v.last.Seq != 11 || v.last.More || v.last.Tok != "" {
		t.Errorf("the welcome back is %+v", v.last)
	}
	v.untilLine(11)
	v.leave()
	v.again()
	if v.last.Seq != 11 {
		t.Errorf("the second welcome back is %+v", v.last)
	}
	v.say(frame{T: "ping"})
	if f, err := v.hear(); err != nil || f.T != "pong" {
		t.Errorf("a tab that has missed nothing was sent %+v, %v", f, err)
	}
}

func TestAFarBehindTabGetsTheLastLinesAndFetchesTheRest(t *testing.T) {
	h := newHouse(t)
	v := h.visit()
	v.hello()
	v.send("m1", "Hello")
	v.untilLine(1)
	ann := h.answered()
	for i := range 148 {
		ann.write(fmt.Sprint("answer ", i))
	}
	late := v.tab()
	if !late.last.More || late.last.Seq != 150 {
		t.Fatalf("the welcome is %+v", late.last)
	}
	late.untilLine(150)
	if len(late.lines) != 50 || late.lines[0].Seq != 101 {
		t.Fatalf("%d lines were replayed, from %d", len(late.lines), late.lines[0].Seq)
	}
	before := uint64(101)
	for _, want := range []struct {
		from uint64
		more bool
	}{{51, true}, {1, false}} {
		resp, body := v.history(fmt.Sprint(before))
		var page struct {
			Events []frame `json:"events"`
			More   bool    `json:"more"`
		}
		h.must(json.Unmarshal(body, &page))
		if resp.StatusCode != http.StatusOK || len(page.Events) != 50 || page.Events[0].Seq != want.from || page.More != want.more {
			t.Fatalf("before %d: %d, %d events from %d, more %t", before, resp.StatusCode, len(page.Events), page.Events[0].Seq, page.More)
		}
		if e := page.Events[49]; e.T != "ev" || e.Seq != before-1 {
			t.Errorf("the page ends with %+v", e)
		}
		if got := resp.Header.Get("Access-Control-Allow-Origin"); got != shop {
			t.Errorf("pages of %q may read it", got)
		}
		before = want.from
	}
}

func TestAnotherEpochReplaysEverything(t *testing.T) {
	h := newHouse(t)
	v := h.visit()
	v.hello()
	v.send("m1", "Hello")
	v.untilLine(1)
	v.leave()
	v.epoch, v.seq = "before the restore", 40
	v.again()
	v.untilLine(1)
	if got := v.bodies(); !slices.Equal(got, []string{"message Hello"}) {
		t.Errorf("the tab has %v", got)
	}
}

func TestTwoTabsSeeTheSameConversation(t *testing.T) {
	h := newHouse(t)
	one := h.visit()
	one.hello()
	two := one.tab()
	if two.vid != one.vid {
		t.Fatalf("the tabs are of %s and %s", one.vid, two.vid)
	}
	one.send("m1", "From one")
	two.untilLine(1) // by way of a second welcome
	if two.cid == "" || two.lines[0].Body != "From one" || !two.lines[0].Me {
		t.Errorf("the other tab has %+v of %q", two.lines, two.cid)
	}
	two.send("m2", "From two")
	one.untilLine(2)
	two.untilLine(2)
	if !slices.Equal(one.bodies(), two.bodies()) {
		t.Errorf("the tabs have %v and %v", one.bodies(), two.bodies())
	}
}

func TestAnotherHelloOnTheSameSocketBeginsAnew(t *testing.T) {
	h := newHouse(t)
	v := h.visit()
	v.hello()
	v.send("m1", "Hello")
	v.untilLine(1)
	v.seq, v.lines = 0, nil
	v.hello()
	v.untilLine(1)
	ann := h.answered()
	ann.write("Hi!")
	v.untilLine(3)
	v.say(frame{T: "ping"})
	if f, err := v.hear(); err != nil || f.T != "pong" {
		t.Errorf("after two hellos a line came as %+v too, %v", f, err)
	}
}

func TestTheSixthTabSendsTheOldestToSleep(t *testing.T) {
	inEveryBubble(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		oldest := visit(h)
		oldest.hello()
		asleep := oldest.listen()
		synctest.Wait() // a poll is a tab only while it is held
		var tabs []*visitor
		for range 5 {
			tabs = append(tabs, oldest.tab())
		}
		if e, _ := errors.AsType[ended](<-asleep); e.bye.Code != "4409" || e.close != 4409 && e.close != http.StatusOK {
			t.Errorf("the oldest tab ended with %v", e)
		}
		// Where one has left, there is room for another.
		tabs[0].leave()
		synctest.Wait()
		tabs[0].again()
		for _, v := range tabs {
			v.say(frame{T: "ping"})
			v.until("pong")
		}
	})
}

func TestADismissedConnectionDoesNotOutstayItsBye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, piped)
		oldest := h.visit()
		oldest.hello()
		oldest.send("m1", "Hello")
		oldest.untilLine(1)
		// It takes what it is sent, and answers nothing.
		go io.Copy(io.Discard, oldest.transport.(*socket).ws.NetConn())
		for range 5 {
			oldest.tab().listen()
		}
		ann := h.answered()
		time.Sleep(time.Second)
		ann.write("Hi!") // life goes on meanwhile
		time.Sleep(1500 * time.Millisecond)
		synctest.Wait()
		if n := h.count("connections", "ws"); n != 5 {
			t.Errorf("%v connections are open", n)
		}
	})
}

// A socket that is closed with bytes unread is reset, and the reason is lost.
func TestAConnectionIsReadFromUntilItsReasonHasArrived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, piped)
		v := h.visit()
		s := v.transport.(*socket)
		s.ws.SetCloseHandler(func(int, string) error { return nil }) // no answer yet
		s.sayRaw(websocket.TextMessage, []byte("broken"))
		if e := v.untilEnd(); e.bye.Code != "4400" {
			t.Errorf("it ended with %v", e)
		}
		for range 3 { // what was on its way
			if err := s.ws.WriteMessage(websocket.TextMessage, []byte(`{"t":"ping"}`)); err != nil {
				t.Errorf("the server does not read any more: %v", err)
			}
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if n := h.count("connections", "ws"); n != 0 {
			t.Errorf("%v connections are open", n)
		}
	})
}

// Whoever has not written is known to the bridge while a visit lasts and some
// minutes longer, which shows whether every visit ends.
func TestEveryVisitEnds(t *testing.T) {
	for name, come := range map[string]func(*house, *visitor){
		"once":           func(h *house, v *visitor) { v.again().leave() },
		"twice at once":  func(h *house, v *visitor) { v.again().hello(); v.leave() },
		"by poll":        func(h *house, v *visitor) { h.poll(h.t.Context(), shop, v.greeting(), nil) },
		"to the history": func(h *house, v *visitor) { v.history("0") },
		"too fast": func(h *house, v *visitor) {
			for range 11 {
				v.transport = h.socket(shop)
				v.say(v.greeting())
				v.hear()
				v.leave()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, piped)
				v := h.visit()
				v.hello()
				v.leave()
				come(h, v)
				time.Sleep(time.Hour)
				v.transport = h.socket(shop)
				v.say(v.greeting())
				if e := v.untilEnd(); e.bye.Code != "4401" {
					t.Errorf("the visitor is still known: %v", e)
				}
			})
		})
	}
}

// history fetches the lines before one.
func (v *visitor) history(before string) (*http.Response, []byte) {
	v.house.t.Helper()
	return v.house.request(v.house.t.Context(), http.MethodGet, "/w/v1/history?before="+before,
		http.Header{"Origin": {v.origin}, "Authorization": {"Bearer " + v.tok}, "X-Chatgroups-Site": {v.site}}, nil)
}

func TestASocketIsWelcomedWhateverItsHelloSaysOfPolls(t *testing.T) {
	h := newHouse(t)
	v := h.visit()
	v.epoch = h.store.Epoch()
	hello := v.greeting()
	hello.Again = true
	v.say(hello)
	v.until("welcome")
}

// listen takes frames until there is an error, which it gives.
func (v *visitor) listen() <-chan error {
	end := make(chan error, 1)
	go func() {
		for {
			f, err := v.hear()
			if err != nil {
				end <- err
				return
			}
			v.take(f)
		}
	}()
	return end
}

func TestTabsAreToldWhenTheirGroupsChange(t *testing.T) {
	inEveryBubble(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		v := visit(h)
		v.hello()
		told := make(chan frame, 10)
		v.transport = &overheard{v.transport, told}
		v.listen()
		elsewhere := h.visit()
		elsewhere.leave()
		elsewhere.origin, elsewhere.site = branch, "branch"
		elsewhere.again()
		synctest.Wait()

		tech, err := h.bridge.Group("W1", "tech")
		h.must(err)
		tech.Members = []bridge.AgentID{"U1"} // which visitors do not see
		tech, err = h.bridge.UpdateGroup(t.Context(), tech, bridge.Author{})
		h.must(err)
		synctest.Wait()
		if len(told) > 0 {
			t.Errorf("without a change that can be seen the tab was told of %+v", <-told)
		}
		tech.Switch = &bridge.Switch{}
		_, err = h.bridge.UpdateGroup(t.Context(), tech, bridge.Author{})
		h.must(err)
		synctest.Wait()
		if f := <-told; f.T != "groups" || len(f.Groups) != 3 || f.group("tech").State != "off" {
			t.Errorf("the tab was told of %+v", f)
		}
		if len(told) > 0 {
			t.Errorf("the tab was told once more: %+v", <-told)
		}
		elsewhere.say(frame{T: "ping"})
		if f, err := elsewhere.hear(); err != nil || f.T != "pong" {
			t.Errorf("the other workspace's tab was told of %+v, %v", f, err)
		}
	})
}

// overheard copies what is heard.
type overheard struct {
	transport
	heard chan<- frame
}

func (o *overheard) hear() (frame, error) {
	f, err := o.transport.hear()
	if err == nil {
		o.heard <- f
	}
	return f, err
}

func TestAVisitorWhoDoesNotReadDelaysNobodyAndResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, piped)
		v := h.visit()
		v.hello()
		v.send("m1", "Hello")
		v.untilLine(1)
		stuck := v.tab()
		stuck.untilLine(1)
		ann := h.answered()
		start := time.Now()
		for i := range 300 {
			ann.write(fmt.Sprint("answer ", i))
		}
		v.untilLine(302)
		if took := time.Since(start); took != 0 { // in the bubble's time
			t.Errorf("a tab that reads was held up for %v", took)
		}
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if n := h.count("connections", "ws"); n != 1 {
			t.Errorf("%v connections are open, want only the one that reads", n)
		}
		stuck.again()
		stuck.untilLine(302)
		if !slices.Equal(stuck.bodies()[len(stuck.bodies())-50:], v.bodies()[len(v.bodies())-50:]) {
			t.Error("the tabs do not end alike")
		}
	})
}

func TestStoppingTellsEveryVisitorWhenToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, piped)
		var ends []<-chan error
		for range 8 {
			v := h.visit()
			v.hello()
			ends = append(ends, v.listen())
		}
		ends = append(ends, h.visit().listen()) // without a hello
		polls := h.visitByPoll()
		polls.hello()
		held := polls.listen()
		synctest.Wait()

		h.stop()
		returns := map[int64]bool{}
		for _, end := range ends {
			e, _ := errors.AsType[ended](<-end)
			if e.bye.Code != "1012" || e.close != 1012 {
				t.Errorf("a visitor was dismissed with %v", e)
			}
			if ms := e.bye.RetryMS; ms <= 0 || ms > 10_000 {
				t.Errorf("a visitor comes back after %d ms", ms)
			}
			returns[e.bye.RetryMS] = true
		}
		if len(returns) != 9 {
			t.Errorf("nine visitors come back at %d moments: %v", len(returns), returns)
		}
		if e, _ := errors.AsType[ended](<-held); e.bye.Code != "1012" || e.bye.RetryMS == 0 || e.close != http.StatusServiceUnavailable {
			t.Errorf("a poll was dismissed with %v", e)
		}
		if n := h.count("connections", "ws") + h.count("connections", "poll"); n != 0 {
			t.Errorf("%v connections are left", n)
		}
		if _, resp, err := h.dial("/w/v1/ws", http.Header{"Origin": {shop}}); err == nil || resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("a connection after the stop got %v, %v", resp, err)
		}
		if status, _, bye := h.poll(t.Context(), shop, polls.greeting(), nil); status != http.StatusServiceUnavailable || bye.Code != "1012" || bye.RetryMS == 0 {
			t.Errorf("a poll after the stop got %d, %+v", status, bye)
		}
	})
}

func TestAStopDoesNotWaitForAVisitorWhoDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, piped)
		v := h.visit()
		v.hello() // and reads nothing from here on
		start := time.Now()
		h.stop()
		if took := time.Since(start); took > 6*time.Second {
			t.Errorf("the stop took %v", took)
		}
	})
}

func TestAPollThatItsVisitorGivesUpEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, piped)
		v := h.visitByPoll()
		v.hello()
		ctx, giveUp := context.WithCancel(t.Context())
		over := make(chan struct{})
		hello := v.greeting()
		hello.Again = true
		body, _ := json.Marshal(map[string]any{"hello": hello})
		go func() {
			defer close(over)
			r, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://chat.example/w/v1/poll", strings.NewReader(string(body)))
			r.Header.Set("Origin", shop)
			if resp, err := h.client.Do(r); err == nil {
				resp.Body.Close()
				t.Error("the poll was answered")
			}
		}()
		synctest.Wait()
		if n := h.count("connections", "poll"); n != 1 {
			t.Fatalf("%v polls are held", n)
		}
		start := time.Now()
		giveUp()
		<-over
		synctest.Wait()
		if n := h.count("connections", "poll"); n != 0 || time.Since(start) != 0 {
			t.Errorf("%v polls are held %v later", n, time.Since(start))
		}
		if n := h.count("closed_total", "gone"); n != 1 {
			t.Errorf("%v are counted as gone", n)
		}
	})
}

func TestAPollIsHeldForTwentyFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, piped)
		v := h.visitByPoll()
		start := time.Now()
		v.hello() // the first one is not held
		if took := time.Since(start); took != 0 {
			t.Errorf("the welcome took %v", took)
		}
		hello := v.greeting()
		hello.Again = true
		if _, frames, _ := h.poll(t.Context(), shop, hello, []frame{{T: "read", Seq: 1}}); len(frames) > 0 && frames[0].T != "groups" || time.Since(start) != 0 {
			t.Errorf("a poll that brought something was answered with %v after %v", frames, time.Since(start))
		}
		time.Sleep(2 * time.Minute) // the groups are news no more
		start = time.Now()
		status, frames, _ := h.poll(t.Context(), shop, hello, nil)
		if took := time.Since(start); status != http.StatusOK || len(frames) != 0 || took != 25*time.Second {
			t.Errorf("a poll without news got %d, %v after %v", status, frames, took)
		}
	})
}

// Between two polls nobody is there to be told.
func TestAPollTellsOfGroupsThatChangedSinceTheLastOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, piped)
		v := h.visitByPoll()
		v.hello()
		time.Sleep(2 * time.Minute)
		tech, err := h.bridge.Group("W1", "tech")
		h.must(err)
		tech.Switch = &bridge.Switch{}
		_, err = h.bridge.UpdateGroup(t.Context(), tech, bridge.Author{})
		h.must(err)
		synctest.Wait()
		hello := v.greeting()
		hello.Again = true
		_, frames, _ := h.poll(t.Context(), shop, hello, nil)
		if len(frames) != 1 || frames[0].T != "groups" || frames[0].group("tech").State != "off" {
			t.Errorf("the poll was answered with %+v", frames)
		}
	})
}

func TestTheServerEndsAConnectionThatSaysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, piped)
		start := time.Now()
		v := h.visit()
		if e := v.untilEnd(); e.bye.Code != "4408" || e.close != 4408 || time.Since(start) != 5*time.Second {
			t.Errorf("without a hello it ended with %v after %v", e, time.Since(start))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, piped)
		v := h.visit()
		v.hello()
		ws := v.transport.(*socket).ws
		ws.SetReadDeadline(time.Time{})
		time.Sleep(59 * time.Second)
		v.say(frame{T: "ping"})
		v.until("pong")
		start := time.Now()
		ws.SetReadDeadline(time.Time{})
		_, _, err := ws.ReadMessage()
		if took := time.Since(start); took != time.Minute {
			t.Errorf("after the last frame it ended after %v with %v", took, err)
		}
		synctest.Wait()
		if n := h.count("closed_total", "silent"); n != 1 {
			t.Errorf("%v connections ended silent", n)
		}
	})
}

func TestRunBeforeAndAfterVisitorsLeavesNothing(t *testing.T) {
	b, err := bridge.New(t.Context(), newHouse(t).store, &desk{}, bridge.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := widget.New(b, widget.Config{}).Run(ctx); err != nil { // goleak looks at the rest
		t.Errorf("Run: %v", err)
	}
}

// png is the smallest picture that is one by its first bytes.
var png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")

func TestEditsAndDeletionsFollowInBothDirections(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, _ *house, visit func(*house) *visitor) {
		h := newHouse(t, limited(widget.Limits{Send: widget.Rate{Burst: 20, Every: time.Second}}))
		v := visit(h)
		v.hello()
		v.send("m1", "My order is 12")
		v.send("m2", "oops")
		v.untilLine(2)
		change := func(f frame) frame {
			t.Helper()
			v.say(f)
			return v.until("ack", "nack")
		}
		first := change(frame{T: "edit", ID: "e1", Of: "m1", Body: "My order is 13"})
		if first.T != "ack" || first.ID != "e1" || first.Seq != 3 || first.Cid != v.cid {
			t.Errorf("the edit got %+v", first)
		}
		if again := change(frame{T: "edit", ID: "e1", Of: "m1", Body: "whatever"}); !reflect.DeepEqual(again, first) {
			t.Errorf("repeated it got %+v, want %+v", again, first)
		}
		if a := change(frame{T: "delete", ID: "d1", Of: "m2"}); a.T != "ack" || a.Seq != 4 {
			t.Errorf("the deletion got %+v", a)
		}
		if n := change(frame{T: "edit", ID: "e2", Of: "m2", Body: "x"}); n.T != "nack" || n.Code != "forbidden" {
			t.Errorf("an edit of what is deleted got %+v", n)
		}
		v.untilLine(4)
		for i, want := range []frame{{Kind: "edited", ID: "e1", Of: "m1", Body: "My order is 13"}, {Kind: "deleted", ID: "d1", Of: "m2"}} {
			got := v.lines[2+i]
			if got.Kind != want.Kind || got.ID != want.ID || got.Of != want.Of || got.Body != want.Body || !got.Me {
				t.Errorf("line %d is %+v", got.Seq, got)
			}
		}
		ann := h.answered()
		said := bridge.DeskMessage{ID: "s1", By: bridge.Author{Agent: "U1", Name: "Ann"}, Body: "Hi"}
		h.taken(h.bridge.FromDesk(t.Context(), ann.key, ann.ref, said))
		said.Version, said.Body = 1, "Hello"
		h.taken(h.bridge.FromDesk(t.Context(), ann.key, ann.ref, said))
		h.taken(h.bridge.DeletedAtDesk(t.Context(), ann.key, ann.ref, "s1"))
		v.untilLine(8)
		message, edited, deleted := v.lines[5], v.lines[6], v.lines[7]
		if message.Body != "Hi" || edited.Of != message.ID || edited.Body != "Hello" || deleted.Of != message.ID || deleted.Body != "" || deleted.Me {
			t.Errorf("the agent's lines are %+v, %+v, %+v", message, edited, deleted)
		}
		h.must(h.bridge.Close(t.Context(), ann.key.Conversation, bridge.Author{Agent: "U1"}))
		if n := change(frame{T: "edit", ID: "e3", Of: "m1", Body: "x"}); n.T != "nack" || n.Code != "closed" {
			t.Errorf("an edit after the close got %+v", n)
		}
		if a := change(frame{T: "delete", ID: "d3", Of: "m1"}); a.T != "ack" {
			t.Errorf("a deletion after the close got %+v", a)
		}
		// Another tab gets the same, and folds it in the same way.
		other := v.tab()
		other.untilLine(10)
		v.untilLine(10)
		if !slices.Equal(other.bodies(), v.bodies()) {
			t.Errorf("another tab has %v, this one %v", other.bodies(), v.bodies())
		}
	})
}

func TestEditsAndDeletionsHaveTheLimitsOfMessages(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		v := visit(h)
		v.hello()
		v.send("m1", "one")
		for i := range 4 {
			v.say(frame{T: "edit", ID: fmt.Sprint("e", i), Of: "m1", Body: "two"})
			v.until("ack")
		}
		v.say(frame{T: "delete", ID: "d1", Of: "m1"})
		if n := v.until("ack", "nack"); n.T != "nack" || n.Code != "rate" || n.ID != "d1" || n.RetryMS <= 0 {
			t.Errorf("the sixth at once got %+v", n)
		}
	})
}
