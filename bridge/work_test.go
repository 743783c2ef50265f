package bridge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

// What each deed means to the threads of two groups in a conversation that Ann
// claimed: whether the desk is told of them, what they show, whether their card is
// updated.
func TestWhatADeedMeansToEachThread(t *testing.T) {
	type groups = []bridge.GroupID
	type lines = []string
	both := groups{"sales", "tech"}
	for _, tc := range []struct {
		name        string
		deed        func(*chat) error
		told        groups
		sales, tech lines // shown by the bridge; what was written there is not repeated
		cards       groups
	}{
		{"a visitor's message", func(c *chat) error { c.tab.send("m", "well"); return nil }, both, lines{"visitor: well"}, lines{"visitor: well"}, nil},
		{"a reply", func(c *chat) error { return c.reply(ann, "sales", "so") }, groups{"tech"}, nil, lines{"Ann: so"}, nil},
		{"a reply by a colleague", func(c *chat) error { return c.reply(bob, "tech", "so") }, groups{"sales"}, lines{"Bob: so"}, nil, nil},
		{"a note", func(c *chat) error { return c.note(bob, "tech", "psst") }, both, lines{"Bob notes: psst"}, nil, nil},
		{"a claim", func(c *chat) error { return c.bridge.Claim(c.ctx, c.id, "tech", bob) }, both, nil, nil, both},
		{"a close", func(c *chat) error { return c.bridge.Close(c.ctx, c.id, bob) }, both, lines{"closed"}, lines{"closed"}, both},
		{"a departure", func(c *chat) error { return c.bridge.Leave(c.ctx, c.id, "sales", bob) }, both, lines{"Sales left"}, lines{"Sales left"}, both},
		{"an invitation", func(c *chat) error { return c.bridge.Invite(c.ctx, c.id, "general", bob, "") }, groups{"general", "sales", "tech"}, lines{"General joined"}, lines{"General joined"}, both},
		{"a question", func(c *chat) error {
			_, err := c.bridge.OpenConversations(c.ctx, team)
			c.enter(c.tab.token).read()
			_, _, _ = c.bridge.Work(c.ctx, key(c.id, "sales"), 0)
			return err
		}, nil, nil, nil, nil},
		{"a refusal", func(c *chat) error {
			c.refused(c.bridge.Claim(c.ctx, c.id, "sales", ann), bridge.CodeConflict)
			return nil
		}, nil, nil, nil, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			forEachLimit(t, func(t *testing.T, limit int) {
				w := newWorld(t)
				w.desk.limit = limit
				w.openGeneral()
				c := w.chat("sales")
				c.must(c.reply(ann, "sales", "hi"))
				c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, "the API"))
				c.desk.drain()
				sales, tech := c.thread("sales"), c.thread("tech")
				before := map[bridge.GroupID]thread{"sales": *sales, "tech": *tech}

				c.must(tc.deed(c))
				if told := c.desk.waiting(); !slices.Equal(told, tc.told) {
					t.Errorf("told of %v, want %v", told, tc.told)
				}
				c.desk.drain()
				for g, want := range map[bridge.GroupID]lines{"sales": tc.sales, "tech": tc.tech} {
					now, was := c.desk.threads[c.conversation(c.id).Threads[g]], before[g]
					var relayed lines
					for _, s := range now.shown[len(was.shown):] {
						if s.seq > 0 {
							relayed = append(relayed, s.text)
						}
					}
					if !slices.Equal(relayed, want) {
						t.Errorf("%s shows %q, want %q", g, relayed, want)
					}
					if updated := now.cards > was.cards; updated != slices.Contains(tc.cards, g) {
						t.Errorf("the card of %s was updated: %v", g, updated)
					}
				}
				c.inOrder()
			})
		})
	}
}

// inOrder checks that every current thread has what it must have, and no card is
// older than what it should show.
func (c *chat) inOrder() {
	c.Helper()
	v := c.conversation(c.id)
	for g, ref := range v.Threads {
		t := c.desk.threads[ref]
		if t == nil {
			if v.TakesPart(g) {
				c.Errorf("%s takes part and has no thread", g)
			}
			continue
		}
		last := bridge.Seq(0)
		for _, s := range t.shown {
			if s.seq > 0 && s.seq <= last {
				c.Errorf("%s shows entry %d after %d", g, s.seq, last)
			}
			last = max(last, s.seq)
		}
		if !v.TakesPart(g) {
			continue
		}
		c.equal(t.card.With, v.With)
		c.equal(t.card.Owner, v.Owner)
		c.equal(t.card.Closed, v.Closed)
		for other, ref := range v.Threads {
			if other != g && t.card.Threads[other] != ref {
				c.Errorf("the card of %s does not link to %s", g, other)
			}
		}
		c.equal(t.said(), c.said())
	}
}

// said is every message and note of the log as it reads in the end, sorted; what was
// deleted is left out.
func (c *chat) said() []string {
	now := map[bridge.EntryID]bridge.Entry{}
	for _, e := range c.log(c.id) {
		old := now[e.Of]
		switch e.Kind {
		case bridge.KindMessage, bridge.KindNote:
			now[e.ID] = e
		case bridge.KindEdited, bridge.KindNoteEdited:
			if e.Version >= old.Version {
				old.Body, old.Version = e.Body, e.Version
			}
			if e.Kind == bridge.KindNoteEdited {
				old.Kind = bridge.KindNote
			}
			now[e.Of] = old
		case bridge.KindDeleted, bridge.KindNoteDeleted:
			if e.Kind == bridge.KindNoteDeleted || old.Kind == bridge.KindMessage {
				delete(now, e.Of)
			}
		}
	}
	var ls []string
	for _, e := range now {
		ls = append(ls, say(e.Kind, e.By.Role, e.By.Name, e.Body, ""))
	}
	slices.Sort(ls)
	return ls
}

func TestTheFirstThread(t *testing.T) {
	w := newWorld(t)
	tab := w.enter("")
	r := tab.send("m", "hello", to("sales"))
	k := key(r.Conversation, "sales")
	w.equal(w.desk.waiting(), []bridge.GroupID{"sales"})
	work, ok, err := w.bridge.Work(w.ctx, k, 0)
	w.must(err)
	if !ok || work.Thread != "" || work.Stale || work.Invited != nil || len(work.Lines) != 1 || work.Upto != 2 {
		t.Fatalf("work %+v, %v", work, ok)
	}
	w.equal(work.Key, k)
	w.equal(work.Group.Channel, "C-sales")
	again, _, err := w.bridge.Work(w.ctx, k, 0)
	w.must(err)
	w.equal(again, work) // asking changes nothing
	_, err = w.bridge.FindThread(w.ctx, team, "C-sales/1")
	w.refused(err, bridge.CodeNotFound)

	post := func(p bridge.Post) {
		t.Helper()
		w.must(w.bridge.Posted(w.ctx, k, work.Joined, p))
	}
	post(bridge.Post{Thread: "C-sales/1", TS: "1"})
	found, err := w.bridge.FindThread(w.ctx, team, "C-sales/1")
	w.must(err)
	w.equal(found, k)
	work, ok, err = w.bridge.Work(w.ctx, k, 0)
	w.must(err)
	if !ok || work.Thread != "C-sales/1" || work.Last != "1" || work.Stale || len(work.Lines) != 1 {
		t.Fatalf("with a root the work is %+v, %v", work, ok)
	}
	post(bridge.Post{Thread: "C-sales/1", TS: "2", Upto: 2})
	if work, ok, err := w.bridge.Work(w.ctx, k, 0); ok || err != nil {
		t.Errorf("when all is posted there is work %+v, %v", work, err)
	}

	entries := len(w.log(r.Conversation))
	post(bridge.Post{Thread: "C-sales/1", TS: "2", Upto: 2})
	post(bridge.Post{Thread: "C-sales/1", TS: "1"})
	post(bridge.Post{Thread: "C-sales/1", TS: "2", Upto: 1})
	post(bridge.Post{Thread: "C-sales/1", Upto: 3}) // nothing was due there
	post(bridge.Post{Thread: "C-sales/9", TS: "9"}) // a second root
	post(bridge.Post{Thread: "C-sales/9", TS: "10", Upto: 2})
	if n := len(w.log(r.Conversation)); n != entries {
		t.Errorf("recording again added %d entries", n-entries)
	}
	w.equal(w.conversation(r.Conversation).Threads["sales"], bridge.ThreadRef("C-sales/1"))
	_, err = w.bridge.FromDesk(w.ctx, k, "C-sales/9", bridge.DeskMessage{ID: "s", By: ann, Body: "hi"})
	w.refused(err, bridge.CodeForbidden)

	w.refused(w.bridge.Posted(w.ctx, k, work.Joined, bridge.Post{Thread: "C-sales/1", Upto: 99}), bridge.CodeInvalid)
	w.refused(w.bridge.Posted(w.ctx, k, work.Joined, bridge.Post{}), bridge.CodeInvalid)
	w.refused(w.bridge.Posted(w.ctx, k, work.Joined, bridge.Post{Thread: "no key"}), bridge.CodeInvalid)
	w.must(w.bridge.Posted(w.ctx, key("nobody", "sales"), 1, bridge.Post{Thread: "C-sales/3"}))
	if _, ok, err := w.bridge.Work(w.ctx, key("nobody", "sales"), 0); ok || err != nil {
		t.Errorf("a conversation that is not there has work, %v", err)
	}
	if n := w.desk.calls(); n != 1 {
		t.Errorf("the desk was told %d times of one message", n)
	}
}

func TestTheThreadOfAnInvitedGroup(t *testing.T) {
	forEachLimit(t, func(t *testing.T, limit int) {
		w := newWorld(t)
		w.desk.limit = limit
		c := w.chat("sales")
		c.must(c.reply(ann, "sales", "hi"))
		c.must(c.note(ann, "sales", "hard one"))
		c.must(c.bridge.Close(c.ctx, c.id, ann))
		c.tab.send("m1", "wait")
		c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, " knows\nthe API "))
		c.tab.send("m2", "thanks")

		work, ok, err := c.bridge.Work(c.ctx, key(c.id, "tech"), 0)
		c.must(err)
		if !ok || work.Invited == nil || work.Invited.Reason != "knows the API" || work.Invited.By.Agent != ann.Agent {
			t.Fatalf("invited by %+v, %v", work.Invited, ok)
		}
		c.desk.drain()
		// The story so far is what was said; the rest is in the card.
		c.equal(c.thread("tech").lines(), []string{"visitor: hello", "Ann: hi", "Ann notes: hard one", "visitor: wait", "visitor: thanks"})
		c.equal(c.thread("sales").marked, []string{"hard one"})
		if t0 := c.thread("tech"); t0.marked != nil || t0.cards > 0 && limit == 0 {
			t.Errorf("marked %q, %d updates of a new card", t0.marked, t0.cards)
		}
		c.must(c.reply(bob, "tech", "it is easy"))
		c.desk.drain()
		c.inOrder()
		c.equal(c.tab.sees(), []string{
			"visitor: hello", "Ann claimed", "Ann: hi", "closed", "reopened", "visitor: wait",
			"Tech joined", "visitor: thanks", "Bob claimed", "Bob: it is easy",
		})
	})
}

func TestAGroupThatLeftAndCameBack(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, ""))
	c.desk.drain()
	first := c.conversation(c.id).Threads["sales"]
	joined := c.desk.threads[first].joined
	c.must(c.reply(ann, "sales", "tech will help you"))
	c.must(c.bridge.Leave(c.ctx, c.id, "sales", ann))
	c.tab.send("m1", "ok")
	c.desk.drain()
	// The thread ends with the departure.
	c.equal(c.desk.threads[first].lines(), []string{"visitor: hello", "Tech joined", "Ann: tech will help you", "Sales left"})
	c.refused(c.reply(ann, "sales", "one more thing"), bridge.CodeForbidden)
	told := c.desk.calls()
	c.must(c.note(ann, "sales", "I know this one"))
	c.equal(c.desk.waiting(), []bridge.GroupID{"sales", "tech"})
	c.desk.drain()
	c.equal(c.desk.threads[first].marked, []string{"I know this one"})
	if n := c.desk.calls() - told; n != 2 {
		t.Errorf("a note in a thread that ended told the desk %d times", n)
	}

	c.must(c.bridge.Invite(c.ctx, c.id, "sales", bob, "please"))
	c.desk.drain()
	second := c.conversation(c.id).Threads["sales"]
	if second == first {
		t.Fatal("a group that came back has its old thread")
	}
	c.equal(c.thread("sales").said(), c.said())
	c.inOrder()
	ended := len(c.desk.threads[first].shown)
	c.tab.send("m2", "sales again?")
	c.desk.drain()
	if n := len(c.desk.threads[first].shown); n != ended {
		t.Error("the old thread goes on")
	}
	c.refused(c.desk.writesIn(first, ann, "wrong thread", false), bridge.CodeForbidden)
	c.refused(c.desk.writesIn(first, ann, "wrong thread", true), bridge.CodeForbidden)
	// What is recorded for the old thread means nothing to the new.
	entries := len(c.log(c.id))
	c.must(c.bridge.Posted(c.ctx, key(c.id, "sales"), joined, bridge.Post{Thread: first, TS: "x", Upto: bridge.Seq(entries)}))
	c.must(c.bridge.Posted(c.ctx, key(c.id, "sales"), joined, bridge.Post{Thread: "C-sales/late", TS: "x"}))
	if n := len(c.log(c.id)); n != entries {
		t.Errorf("the old thread added %d entries", n-entries)
	}
	c.must(c.desk.writesIn(second, ann, "here I am", false))
	c.desk.drain()
	c.inOrder()
}

func TestAGroupThatLeavesBeforeItHasAThread(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, ""))
	work, ok, err := c.bridge.Work(c.ctx, key(c.id, "tech"), 0)
	c.must(err)
	if !ok {
		t.Fatal("no work for the invited group")
	}
	c.must(c.bridge.Leave(c.ctx, c.id, "tech", ann))
	if _, ok, _ := c.bridge.Work(c.ctx, key(c.id, "tech"), 0); ok {
		t.Error("a group that left gets a thread")
	}
	c.desk.drain()
	if ref := c.conversation(c.id).Threads["tech"]; ref != "" {
		t.Errorf("it got the thread %s", ref)
	}
	// The desk was just making the root. It must not stand there as if the group
	// took part.
	_, _ = c.desk.root(work)
	ref, th := c.desk.root(work)
	c.must(c.bridge.Posted(c.ctx, work.Key, work.Joined, bridge.Post{Thread: ref, TS: "1"}))
	c.equal(c.desk.waiting(), []bridge.GroupID{"sales", "tech"})
	c.desk.drain()
	c.equal(th.lines(), []string{"visitor: hello", "Tech left"})
	if th.card.TakesPart("tech") {
		t.Error("its card shows that it takes part")
	}
}

// The desk was making the root when the group left and was invited again: what it
// made is the root of a thread that is not needed any more.
func TestARootOfAThreadThatWasReplaced(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, ""))
	old, _, err := c.bridge.Work(c.ctx, key(c.id, "tech"), 0)
	c.must(err)
	c.must(c.bridge.Leave(c.ctx, c.id, "tech", ann))
	c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, ""))
	ref, _ := c.desk.root(old)
	c.must(c.bridge.Posted(c.ctx, old.Key, old.Joined, bridge.Post{Thread: ref, TS: "1"}))
	now, ok, err := c.bridge.Work(c.ctx, key(c.id, "tech"), 0)
	c.must(err)
	if !ok || now.Thread != "" || now.Joined == old.Joined {
		t.Errorf("the thread is %q, joined at %d", now.Thread, now.Joined)
	}
	c.refused(c.desk.writesIn(ref, bob, "hi", false), bridge.CodeForbidden)
	c.desk.drain()
	c.inOrder()
}

func TestEveryEntryIsShownOnceThoughPostsGoUnrecorded(t *testing.T) {
	forEachLimit(t, func(t *testing.T, limit int) {
		for n := range 12 {
			w := newWorld(t)
			w.desk.limit = limit
			tab := w.enter("")
			id := tab.send("m", "hello", to("sales")).Conversation
			w.must(w.bridge.Invite(w.ctx, id, "tech", ann, ""))
			tab.send("m2", "and more")
			c := &chat{w, tab, id}
			w.desk.forget = n // the first n records are lost, each with the program
			for range n {
				w.desk.drain()
				w.start()
				_, err := w.bridge.OpenConversations(w.ctx, team)
				w.must(err)
			}
			w.desk.drain()
			c.inOrder()
			for g, want := range map[bridge.GroupID][]string{
				"sales": {"visitor: hello", "Tech joined", "visitor: and more"},
				"tech":  {"visitor: hello", "visitor: and more"},
			} {
				if got := c.thread(g).lines(); !slices.Equal(got, want) {
					t.Errorf("after %d lost records %s shows %q", n, g, got)
				}
			}
		}
	})
}

func TestWorkOfADeletedGroupKnowsItsName(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, ""))
	c.desk.drain()
	_, err := c.bridge.DeleteGroup(c.ctx, team, "tech", ann)
	c.must(err)
	work, ok, err := c.bridge.Work(c.ctx, key(c.id, "tech"), 0)
	c.must(err)
	if !ok {
		t.Fatal("the thread does not show that the group left")
	}
	c.equal(work.Group, bridge.Group{Workspace: team, ID: "tech", Name: "Tech"})
}

func TestFindThread(t *testing.T) {
	w := newWorld(t)
	c := w.chat("sales")
	ref := c.conversation(c.id).Threads["sales"]
	k, err := w.bridge.FindThread(w.ctx, team, ref)
	w.must(err)
	w.equal(k, key(c.id, "sales"))
	for _, tc := range []struct {
		in  bridge.WorkspaceID
		ref bridge.ThreadRef
	}{{"T2", ref}, {team, "C-sales/none"}, {team, ""}, {team, "no key"}, {"", ""}, {team, bridge.ThreadRef(strings.Repeat("x", 300))}} {
		_, err := w.bridge.FindThread(w.ctx, tc.in, tc.ref)
		w.refused(err, bridge.CodeNotFound)
	}
}

func TestALongConversationIsRelayedPieceByPiece(t *testing.T) {
	w := newWorld(t)
	w.desk.limit = 7
	c := w.chat("sales")
	var want []string
	for i := range 50 {
		c.tab.send(fmt.Sprint(i), fmt.Sprint(i))
		want = append(want, fmt.Sprintf("visitor: %d", i))
	}
	c.desk.drain()
	c.equal(c.thread("sales").lines(), append([]string{"visitor: hello"}, want...))
}
