package bridge_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

var jane = bridge.Identity{Subject: "42", Name: "Jane", Email: "jane@shop.example"}

// enterAs opens a tab of somebody whom the site vouches for, which keeps a new token.
func (w *world) enterAs(token string, id bridge.Identity) *tab {
	w.Helper()
	t := &tab{world: w, token: token, wakes: make(chan struct{}, 1)}
	v, err := w.bridge.EnterAs(w.ctx, site, token, id, func() {})
	w.must(err)
	t.visit = v
	if v.Token() != "" {
		t.token = v.Token()
	}
	t.resume()
	return t
}

func TestWhoIdentifiesKeepsTheConversation(t *testing.T) {
	c := newWorld(t).chat("sales")
	tab := c.enterAs(c.tab.token, jane)
	if tab.token == c.tab.token {
		t.Error("a token that was made for somebody unknown is kept")
	}
	c.equal(tab.sees(), []string{"visitor: hello"})
	o := c.conversation(c.id).Opening
	c.equal(o.Identity, &jane)
	c.equal([]string{o.Name, o.Email}, []string{"Jane", "jane@shop.example"})
	tab.send("m2", "more")
	c.tab.read() // the other tab goes on meanwhile
	c.start()    // and all that outlasts a restart
	c.equal(c.conversation(c.id).Opening.Identity, &jane)
	again := c.enter(tab.token)
	c.equal(again.sees(), []string{"visitor: hello", "visitor: more"})
}

func TestThePersonIsFoundOnAnotherDevice(t *testing.T) {
	w := newWorld(t)
	first := w.enterAs("", jane)
	r := first.send("m", "hello", to("sales"))
	other := w.enterAs("", jane)
	w.equal(other.sees(), []string{"visitor: hello"})
	if other.token == "" || other.token == first.token {
		t.Error("the other device has no token of its own")
	}
	w.equal(other.send("m2", "from here").Conversation, r.Conversation)
	first.reconnect() // with its own token, which is as good as before
	w.equal(first.sees(), []string{"visitor: hello", "visitor: from here"})
}

func TestWhoIsTalkingIsNotTornAway(t *testing.T) {
	w := newWorld(t)
	w.enterAs("", jane).send("m", "from home", to("sales"))
	office := w.enter("")
	r := office.send("m", "from the office", to("tech"))
	office = w.enterAs(office.token, jane)
	w.equal(office.sees(), []string{"visitor: from the office"})
	w.equal(w.conversation(r.Conversation).Opening.Identity, &jane)
	// The next device finds what was said last.
	w.equal(w.enterAs("", jane).sees(), []string{"visitor: from the office"})
}

func TestAnotherPersonInTheSameBrowserSeesNothing(t *testing.T) {
	w := newWorld(t)
	tab := w.enterAs("", jane)
	tab.send("m", "hello", to("sales"))
	other := w.enterAs(tab.token, bridge.Identity{Subject: "43"})
	w.equal(other.sees(), []string(nil))
	if other.visit.Visitor() == tab.visit.Visitor() {
		t.Error("two persons are one visitor")
	}
}

func TestNothingIsStoredOfAPersonWhoDoesNotWrite(t *testing.T) {
	store := newFaulty()
	w := newWorldOver(t, store)
	store.onWrite = func() { t.Error("something was written") }
	tab := w.enterAs("", jane)
	tab.visit.Leave()
	again := w.enterAs(tab.token, jane)
	store.onWrite = nil
	again.send("m", "hello", to("sales"))
	w.equal(w.records(bridge.PersonRecords), 1)
}

func TestATokenThatOpensNothingIsAsNone(t *testing.T) {
	w := newWorld(t)
	tab := w.enterAs("nonsense", jane)
	if tab.token == "nonsense" || tab.token == "" {
		t.Errorf("the token is %q", tab.token)
	}
	r := tab.send("m", "hello", to("sales"))
	w.equal(w.conversation(r.Conversation).Opening.Name, "Jane")
}

func TestWhatThePageSaysGoesBehindWhatTheSiteVouchesFor(t *testing.T) {
	w := newWorld(t)
	tab := w.enterAs("", bridge.Identity{Subject: "42", Name: "Jane"})
	said := func(name, plan string) draftOption {
		return func(d *bridge.Draft) {
			d.Name, d.Email, d.Attributes = name, name+"@x.example", []bridge.Attribute{{"plan", plan}}
		}
	}
	r := tab.send("m", "hello", to("sales"), said("Mallory", "free"))
	o := w.conversation(r.Conversation).Opening
	w.equal([]string{o.Name, o.Email, o.Attributes[0].Value}, []string{"Jane", "Mallory@x.example", "free"})
	tab.send("m2", "more", said("Mallory", "pro"))
	w.equal(w.conversation(r.Conversation).Opening.Attributes, []bridge.Attribute{{"plan", "pro"}})
	before := len(w.log(r.Conversation))
	tab.send("m3", "the same again", said("Mallory", "pro"))
	if n := len(w.log(r.Conversation)) - before; n != 1 {
		t.Errorf("a message that says nothing new of its writer made %d entries", n)
	}
}

func TestASubjectIsTakenWholeOrNotAtAll(t *testing.T) {
	w := newWorld(t)
	for _, subject := range []string{"", " 42", "4\n2", "4\u202e2", strings.Repeat("4", bridge.MaxSubject+1)} {
		_, err := w.bridge.EnterAs(w.ctx, site, "", bridge.Identity{Subject: subject}, func() {})
		w.refused(err, bridge.CodeInvalid)
	}
	w.enterAs("", bridge.Identity{Subject: strings.Repeat("é", bridge.MaxSubject/2)}).send("m", "hello", to("sales"))
}

func TestAttributesAreFewShortAndClean(t *testing.T) {
	w := newWorld(t)
	w.equal(bridge.CleanAttributes([]bridge.Attribute{
		{"seats", "12"}, {"", "x"}, {"empty", " "}, {"plan", "p\u202ero\n\x00now"}, {"plan", "second"},
	}), []bridge.Attribute{{"plan", "pro now"}, {"seats", "12"}})
	var many []bridge.Attribute
	for i := range 50 {
		many = append(many, bridge.Attribute{Key: string(rune('A'+i)) + strings.Repeat("k", 500), Value: strings.Repeat("é", 5000)})
	}
	kept := bridge.CleanAttributes(many)
	w.equal([]int{len(kept), len([]rune(kept[0].Key)), len([]rune(kept[0].Value))}, []int{bridge.MaxAttributes, 80, 200})
	w.equal(bridge.CleanAttributes(nil), []bridge.Attribute(nil))
}

func TestTokensRollOn(t *testing.T) {
	c := newWorld(t).chat("sales")
	first := c.tab.token
	renewed := func(token string) string {
		t.Helper()
		tab := c.arrive(token)
		defer tab.visit.Leave()
		tab.visit.Renew(c.ctx)
		return tab.visit.Token()
	}
	if renewed(first) != "" {
		t.Error("a fresh token is replaced")
	}
	c.clock.pass(25 * time.Hour)
	second := renewed(first)
	if second == "" || second == first {
		t.Fatal("a token of yesterday is not replaced")
	}
	other := renewed(first) // by a tab that had not heard of it
	if other == "" || other == second {
		t.Error("a second tab is not given a new one")
	}
	c.equal(c.enter(other).sees(), []string{"visitor: hello"})
	c.clock.pass(2 * time.Hour)
	_, err := c.bridge.Enter(c.ctx, site, first, func() {})
	c.refused(err, bridge.CodeUnknownToken)
	c.equal(c.enter(second).sees(), []string{"visitor: hello"})
	c.clock.pass(30 * 24 * time.Hour)
	_, err = c.bridge.Enter(c.ctx, site, second, func() {})
	c.refused(err, bridge.CodeUnknownToken)
}

func TestAVisitorHasOnlySoManyTokens(t *testing.T) {
	w := newWorld(t)
	first := w.enterAs("", jane)
	first.send("m", "hello", to("sales"))
	var last *tab
	for range 12 {
		last = w.enterAs("", jane)
	}
	_, err := w.bridge.Enter(w.ctx, site, first.token, func() {})
	w.refused(err, bridge.CodeUnknownToken)
	w.equal(w.enter(last.token).sees(), []string{"visitor: hello"})
}

func TestATokenThatCannotBeReplacedStaysGood(t *testing.T) {
	store := newFaulty()
	w := newWorldOver(t, store)
	c := w.chat("sales")
	c.clock.pass(25 * time.Hour)
	tab := c.arrive(c.tab.token)
	store.plan(1, false, errFault)
	tab.visit.Renew(c.ctx)
	w.equal(tab.visit.Token(), "")
	w.equal(w.enter(c.tab.token).sees(), []string{"visitor: hello"})
}
