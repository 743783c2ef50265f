package bridge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

func TestLinesHaveNoHoles(t *testing.T) {
	c := newWorld(t).chat("sales")
	other := c.enter(c.tab.token)
	for i := range 5 {
		// Notes, posts and a second thread stand between the lines.
		c.must(c.note(ann, "sales", fmt.Sprintf("secret %d", i)))
		c.tab.send(fmt.Sprintf("m%d", i), fmt.Sprintf("question %d", i))
		c.desk.drain()
		c.must(c.reply(ann, "sales", fmt.Sprintf("answer %d", i)))
		other.read()
	}
	want := []string{
		"visitor: hello", "visitor: question 0", "Ann claimed", "Ann: answer 0",
		"visitor: question 1", "Ann: answer 1", "visitor: question 2", "Ann: answer 2",
		"visitor: question 3", "Ann: answer 3", "visitor: question 4", "Ann: answer 4",
	}
	c.equal(c.tab.sees(), want)
	c.equal(other.sees(), want)
	if n := len(c.log(c.id)); n <= len(want) {
		t.Fatalf("only %d entries: nothing stood between the lines", n)
	}
	for since := range uint64(len(want) + 2) { // one more than there is, too
		tab := c.arrive(c.tab.token)
		tab.standing, tab.last = c.tab.standing, min(since, uint64(len(want)))
		_, err := tab.visit.Resume(c.ctx, c.id, c.store.Epoch(), since)
		c.must(err)
		if got := tab.sees(); !slices.Equal(got, want[tab.last-uint64(len(got)):]) {
			t.Errorf("after line %d: %q", since, got)
		}
		tab.visit.Leave()
	}
}

func TestAnEventShowsNothingOfTheDesk(t *testing.T) {
	w := newWorld(t)
	w.must(w.bridge.SetAgent(w.ctx, bridge.Agent{Workspace: team, ID: ann.Agent, Name: "Ann of Acme", Avatar: png("ann")}))
	c := w.chat("sales")
	c.must(c.reply(ann, "sales", "hi"))
	c.must(c.reply(bob, "sales", "hi too"))
	c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, "knows the API"))
	c.must(c.bridge.Leave(c.ctx, c.id, "sales", ann))
	c.tab.read()
	for _, e := range c.tab.events {
		if s := fmt.Sprintf("%+v", e); strings.Contains(s, "UANN") || strings.Contains(s, "C-sales") || strings.Contains(s, "knows the API") {
			t.Errorf("an event shows the desk: %s", s)
		}
		if shows := e.Kind == bridge.KindJoined || e.Kind == bridge.KindLeft; shows != (e.Group != "") || shows != (e.GroupName != "") {
			t.Errorf("%s has group %q %q", e.Kind, e.Group, e.GroupName)
		}
		if e.Mine != (e.By.Role == bridge.RoleVisitor) {
			t.Errorf("%s by %s is mine: %v", e.Kind, e.By.Role, e.Mine)
		}
	}
	by := c.tab.events[2].By
	known, _ := c.bridge.Agent(team, ann.Agent)
	c.equal(by, bridge.EventAuthor{Role: bridge.RoleAgent, Name: "Ann of Acme", Avatar: known.AvatarName})
	c.equal(c.tab.events[3].By, bridge.EventAuthor{Role: bridge.RoleAgent, Name: "Bob"})
}

func TestStanding(t *testing.T) {
	w := newWorld(t)
	tab := w.enter("")
	w.equal(tab.standing, bridge.Standing{Epoch: w.store.Epoch()})
	w.equal(tab.visit.Workspace(), team)
	r := tab.send("m", "hello", to("sales"))
	w.desk.drain()
	c := &chat{w, tab, r.Conversation}
	for i := range 7 {
		by := bridge.Author{Agent: bridge.AgentID(fmt.Sprintf("U%d", i)), Name: fmt.Sprintf("Agent %d", i)}
		c.must(c.reply(by, "sales", "hi"))
	}
	c.must(c.reply(bridge.Author{Agent: "U5", Name: "Agent 5"}, "sales", "me again"))
	c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, ""))
	c.must(c.bridge.Close(c.ctx, c.id, ann))
	late := w.enter(tab.token)
	var agents []bridge.EventAuthor
	for _, i := range []int{5, 6, 4, 3, 2} {
		agents = append(agents, bridge.EventAuthor{Role: bridge.RoleAgent, Name: fmt.Sprintf("Agent %d", i)})
	}
	w.equal(late.standing, bridge.Standing{
		Conversation: r.Conversation, Epoch: w.store.Epoch(), Seq: 12, Closed: true,
		With: []bridge.GroupID{"sales", "tech"}, Agents: agents,
	})
	if late.visit.Token() != "" || tab.visit.Token() == "" {
		t.Error("a token is given to new visitors and to no other")
	}
	if late.visit.Visitor() != tab.visit.Visitor() {
		t.Error("two tabs of a visitor have two ids")
	}
}

func TestReplayOfManyLines(t *testing.T) {
	c := newWorld(t).chat("sales")
	for i := range 200 {
		c.tab.send(fmt.Sprint(i), fmt.Sprint(i))
	}
	for _, tc := range []struct {
		name  string
		known bridge.ConversationID
		epoch string
		since uint64
		first uint64
		more  bool
	}{
		{"nothing is known", "", "", 0, 152, true},
		{"a hundred are missed", c.id, c.store.Epoch(), 101, 102, false},
		{"a hundred and one are missed", c.id, c.store.Epoch(), 100, 152, true},
		{"all but one are seen", c.id, c.store.Epoch(), 200, 201, false},
		{"everything is seen", c.id, c.store.Epoch(), 201, 0, false},
		{"more is seen than there is", c.id, c.store.Epoch(), 999, 0, false},
		{"the conversation is another", "other", c.store.Epoch(), 201, 152, true},
		{"the data is another", c.id, "other", 201, 152, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v, err := c.bridge.Enter(c.ctx, site, c.tab.token, func() {})
			c.must(err)
			defer v.Leave()
			st, err := v.Resume(c.ctx, tc.known, tc.epoch, tc.since)
			c.must(err)
			if st.More != tc.more || st.Seq != 201 {
				t.Errorf("seq %d more %v", st.Seq, st.More)
			}
			events, _, err := v.Next(c.ctx, 500)
			c.must(err)
			switch {
			case tc.first == 0 && len(events) > 0:
				t.Errorf("%d lines were given again", len(events))
			case tc.first > 0 && (len(events) == 0 || events[0].Seq != tc.first || events[len(events)-1].Seq != 201):
				t.Errorf("got lines %d to %d", events[0].Seq, events[len(events)-1].Seq)
			}
		})
	}
}

func TestHistory(t *testing.T) {
	w := newWorld(t)
	tab := w.enter("")
	if events, more, err := tab.visit.History(w.ctx, 100, 50); len(events) > 0 || more || err != nil {
		t.Errorf("history before there is any: %d, %v, %v", len(events), more, err)
	}
	c := w.chat("sales")
	for i := range 9 { // 10 lines with the first
		c.must(c.note(ann, "sales", fmt.Sprint("secret ", i)))
		c.tab.send(fmt.Sprint(i), fmt.Sprint(i))
		c.desk.drain()
	}
	for _, tc := range []struct {
		before      uint64
		limit       int
		first, last uint64
		more        bool
	}{
		{11, 4, 7, 10, true},
		{999, 4, 7, 10, true},
		{7, 4, 3, 6, true},
		{3, 4, 1, 2, false},
		{5, 4, 1, 4, false},
		{6, 4, 2, 5, true},
		{1, 4, 0, 0, false},
		{0, 4, 0, 0, false},
	} {
		events, more, err := c.tab.visit.History(c.ctx, tc.before, tc.limit)
		c.must(err)
		var got []uint64
		for _, e := range events {
			got = append(got, e.Seq)
			if e.Kind != bridge.KindMessage {
				t.Errorf("history shows a %s", e.Kind)
			}
		}
		var want []uint64
		for i := tc.first; i > 0 && i <= tc.last; i++ {
			want = append(want, i)
		}
		if !slices.Equal(got, want) || more != tc.more {
			t.Errorf("before %d: lines %v more %v, want %v more %v", tc.before, got, more, want, tc.more)
		}
	}
}

func TestTabsAreWoken(t *testing.T) {
	w := newWorld(t)
	first, second := w.enter(""), (*tab)(nil)
	second = w.enter(first.token)
	first.read()
	second.read()
	r := first.send("m", "hello", to("sales"))
	if !first.woken() || !second.woken() {
		t.Fatal("a new conversation wakes every tab")
	}
	w.equal(second.sees(), []string{"visitor: hello"})
	w.desk.drain()
	second.read()
	second.woken()
	c := &chat{w, first, r.Conversation}
	c.must(c.reply(ann, "sales", "hi"))
	if !second.woken() {
		t.Fatal("a reply wakes a tab that has read everything")
	}
	second.read()
	second.visit.Leave()
	second.visit.Leave() // no harm
	second.woken()
	c.must(c.reply(ann, "sales", "hello?"))
	if second.woken() {
		t.Error("a tab that has left is woken")
	}
	w.equal(first.sees(), []string{"visitor: hello", "Ann claimed", "Ann: hi", "Ann: hello?"})
}

func TestNextLosesNothingWhenTheStoreFails(t *testing.T) {
	store := newFaulty()
	w := newWorldOver(t, store)
	c := w.chat("sales")
	for i := range 5 {
		c.tab.send(fmt.Sprint(i), fmt.Sprint(i))
	}
	c.tab.read()
	c.must(c.reply(ann, "sales", "hi"))
	store.Memory.Close()
	if _, _, err := c.tab.visit.Next(c.ctx, 10); err == nil {
		t.Error("no error from a store that is closed")
	}
	if _, _, err := c.tab.visit.History(c.ctx, 3, 10); bridge.CodeOf(err) != bridge.CodeUnavailable {
		t.Errorf("history from a store that is closed: %v", err)
	}
}

func TestTokens(t *testing.T) {
	w := newWorld(t)
	w.must(w.bridge.Setup(w.ctx, bridge.Workspace{ID: "T2", Name: "Other"}, "other", nil))
	c := w.chat("sales")
	token := c.tab.token
	fresh := w.enter("").token
	id, secret, _ := strings.Cut(token, ".")
	otherID, otherSecret, _ := strings.Cut(w.enter("").token, ".")
	// The last character carries four bits: others mean the same to a decoder that
	// does not look.
	sloppy := token[:len(token)-1] + string(token[len(token)-1]+1)
	swap := func(s string) string { // another character of the alphabet at the end
		if strings.HasSuffix(s, "A") {
			return s[:len(s)-1] + "E"
		}
		return s[:len(s)-1] + "A"
	}
	stored := w.records(bridge.VisitorRecords)
	for _, tc := range []struct {
		name, token string
		site        bridge.SiteID
	}{
		{"on another site", token, "other"},
		{"of a visitor who has not written, on another site", fresh, "other"},
		{"with another's secret", id + "." + otherSecret, site},
		{"with another's id", otherID + "." + secret, site},
		{"changed at the end", swap(token), site},
		{"spelled in another way", sloppy, site},
		{"truncated", token[:len(token)-1], site},
		{"truncated to the id", id, site},
		{"truncated to the id and the dot", id + ".", site},
		{"longer", token + "A", site},
		{"padded", token + "=", site},
		{"with a line end in it", token[:40] + "\n" + token[40:], site},
		{"of nobody", strings.Repeat("a", 26) + "." + secret, site},
		{"with a path in the id", "../" + id[3:] + "." + secret, site},
		{"in capitals", strings.ToUpper(id) + "." + secret, site},
		{"a word", "token", site},
		{"a dot", ".", site},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := w.bridge.Enter(w.ctx, tc.site, tc.token, func() { t.Error("woken") })
			w.refused(err, bridge.CodeUnknownToken)
			if strings.Contains(err.Error(), secret) {
				t.Error("the error holds the token")
			}
		})
	}
	if n := w.records(bridge.VisitorRecords); n != stored {
		t.Errorf("%d visitors are stored, were %d", n, stored)
	}
	_, err := w.bridge.Enter(w.ctx, "nowhere", "", nil)
	w.refused(err, bridge.CodeNotFound)

	for name, good := range map[string]string{"stored": token, "fresh": fresh} {
		if v, err := w.bridge.Enter(w.ctx, site, good, func() {}); err != nil {
			t.Errorf("the %s visitor is refused: %v", name, err)
		} else {
			v.Leave()
		}
	}
	w.start()
	if _, err := w.bridge.Enter(w.ctx, site, token, func() {}); err != nil {
		t.Errorf("after a restart the visitor is refused: %v", err)
	}
	_, err = w.bridge.Enter(w.ctx, site, fresh, func() {})
	w.refused(err, bridge.CodeUnknownToken)
	w.must(w.store.Records(w.ctx, bridge.VisitorRecords, "", func(r bridge.Record) error {
		if strings.Contains(string(r.Value), secret) {
			t.Error("a token is stored")
		}
		return nil
	}))
}

// Visitors who never write cost memory, and only so much.
func TestOnlySoManyFreshVisitorsAreRemembered(t *testing.T) {
	w := newWorld(t)
	arrive := func() string {
		v, err := w.bridge.Enter(w.ctx, site, "", func() {})
		w.must(err)
		v.Leave()
		return v.Token()
	}
	first := arrive()
	second := arrive()
	for range 19_999 {
		arrive()
	}
	_, err := w.bridge.Enter(w.ctx, site, first, func() {})
	w.refused(err, bridge.CodeUnknownToken)
	_, err = w.bridge.Enter(w.ctx, site, second, func() {})
	w.must(err)
}

func TestNothingIsStoredBeforeTheVisitorWrites(t *testing.T) {
	store := newFaulty()
	w := newWorldOver(t, store)
	store.onWrite = func() { t.Error("something was written") }
	tab := w.enter("")
	again := w.enter(tab.token)
	again.read()
	_, _, err := again.visit.History(w.ctx, 10, 10)
	w.must(err)
	tab.visit.Leave()
	again.visit.Leave()
	w.enter(tab.token)
}

func TestASiteThatMovedToAnotherWorkspace(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	w.must(w.bridge.Setup(w.ctx, bridge.Workspace{ID: "T2", Name: "New"}, site, nil))
	_, err := w.bridge.CreateGroup(w.ctx, bridge.Group{Workspace: "T2", Name: "Help", Channel: "C-help"}, ann)
	w.must(err)
	tab := w.enter(c.tab.token)
	r := tab.send("m", "hello?", to("help"))
	if r.Conversation == c.id {
		t.Fatal("the message went to the old workspace")
	}
	w.equal(w.conversation(r.Conversation).Opening.Workspace, bridge.WorkspaceID("T2"))
}

func FuzzTokensAreNeverGuessed(f *testing.F) {
	f.Add("")
	f.Add("aaaaaaaaaaaaaaaaaaaaaaaaaa.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add(strings.Repeat("/", 26) + "." + strings.Repeat("_", 43))
	f.Add("....")
	f.Fuzz(func(t *testing.T, token string) {
		if token == "" {
			return
		}
		store := newFaulty()
		w := newWorldOver(t, store)
		store.onWrite = func() { t.Error("a token made the bridge write") }
		_, err := w.bridge.Enter(w.ctx, site, token, func() {})
		w.refused(err, bridge.CodeUnknownToken)
	})
}
