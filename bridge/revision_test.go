package bridge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/chatgroups/chatgroups/bridge"
)

// permutations calls fn with every order of n things.
func permutations(n int, fn func([]int)) {
	var next func(done []int)
	next = func(done []int) {
		if len(done) == n {
			fn(done)
			return
		}
		for i := range n {
			if !slices.Contains(done, i) {
				next(append(slices.Clone(done), i))
			}
		}
	}
	next(nil)
}

// telling is one thing that the desk may tell of a message.
type telling struct {
	name    string
	version uint64
	body    string
	note    bool
	removed bool

	words   *words // whose it is, in any story
	refused bool   // told before, when the group had left
}

// What becomes of a message does not depend on the order in which the desk tells of
// it, nor on how often.
func TestEditsAndDeletionsMayComeInAnyOrder(t *testing.T) {
	create := telling{name: "create", body: "one"}
	first := telling{name: "edit 1", version: 1, body: "two"}
	second := telling{name: "edit 2", version: 2, body: "three"}
	remove := telling{name: "delete", removed: true}
	hide := telling{name: "hide", version: 2, body: "psst", note: true}
	for _, tc := range []struct {
		name    string
		told    []telling
		visitor []string // what the visitor reads of it; nil also where it is gone
		tech    []string // what the other thread shows of it
	}{
		{"an edit", []telling{create, first}, []string{"two"}, []string{"Ann: two"}},
		{"two edits", []telling{create, first, second}, []string{"three"}, []string{"Ann: three"}},
		{"a deletion", []telling{create, remove}, nil, nil},
		{"edits and a deletion", []telling{create, first, second, remove}, nil, nil},
		{"a reply that becomes a note", []telling{create, first, hide}, nil, []string{"Ann notes: psst"}},
		{"… and is deleted", []telling{create, first, hide, remove}, nil, nil},
		{"a note that loses its mark", []telling{{name: "create", body: "a secret", note: true}, {name: "edit", version: 1, body: "no secret"}}, nil, []string{"Ann notes: no secret"}},
		{"a note in between", []telling{create, {name: "hide", version: 1, body: "psst", note: true}, second}, nil, []string{"Ann notes: three"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			permutations(len(tc.told), func(order []int) {
				for _, posting := range []string{"at once", "at the end"} {
					c := newWorld(t).chat("sales")
					c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, ""))
					c.desk.drain()
					ref := c.conversation(c.id).Threads["sales"]
					names := posting
					tell := func(i int) bridge.Taken {
						m := tc.told[i]
						if m.removed {
							return c.taken(c.desk.removes(ref, "s"))
						}
						return c.taken(c.desk.retells(ref, bridge.DeskMessage{ID: "s", By: ann, Body: m.body, Version: m.version, Note: m.note}))
					}
					for _, i := range order {
						names += ", " + tc.told[i].name
						tell(i)
						if posting == "at once" {
							c.desk.drain()
						}
					}
					entries := len(c.log(c.id))
					for i := range tc.told {
						if got := tell(i); got != bridge.Known {
							t.Errorf("%s: told again, %s is %d", names, tc.told[i].name, got)
						}
					}
					if n := len(c.log(c.id)); n != entries {
						t.Errorf("%s: telling all again added %d entries", names, n-entries)
					}
					c.start()
					_, err := c.bridge.OpenConversations(c.ctx, team)
					c.must(err)
					c.desk.drain()
					c.tab.reconnect()
					reads := slices.DeleteFunc(c.tab.reads(), func(s string) bool { return s == gone })
					if want := append([]string{"hello"}, tc.visitor...); !slices.Equal(reads, want) {
						t.Errorf("%s: the visitor reads %q, want %q", names, reads, want)
					}
					if tech := c.thread("tech").said(); !slices.Equal(tech, append(slices.Clone(tc.tech), "visitor: hello")) {
						t.Errorf("%s: tech shows %q, want %q", names, tech, tc.tech)
					}
				}
			})
		})
	}
}

func TestTwoEditsThatTheDeskDatesAlikeBothCount(t *testing.T) {
	c := newWorld(t).chat("sales")
	ref := c.conversation(c.id).Threads["sales"]
	for _, body := range []string{"one", "two", "three"} {
		version := uint64(7)
		if body == "one" {
			version = 0
		}
		c.taken(c.desk.retells(ref, bridge.DeskMessage{ID: "s", By: ann, Body: body, Version: version}))
	}
	c.equal(c.tab.reads(), []string{"hello", "three"})
	// The first of them, told again, is old.
	c.taken(c.desk.retells(ref, bridge.DeskMessage{ID: "s", By: ann, Body: "two", Version: 7}))
	c.equal(c.tab.reads(), []string{"hello", "three"})
}

func TestEditsAfterTheGroupLeftOrTheClose(t *testing.T) {
	edit := bridge.DeskMessage{ID: "s", By: ann, Body: "other words", Version: 1}
	hide := bridge.DeskMessage{ID: "s", By: ann, Body: "between us", Version: 2, Note: true}
	setup := func(t *testing.T) (*chat, bridge.ThreadRef) {
		c := newWorld(t).chat("sales")
		c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, ""))
		c.desk.drain()
		ref := c.conversation(c.id).Threads["sales"]
		c.taken(c.desk.retells(ref, bridge.DeskMessage{ID: "s", By: ann, Body: "words"}))
		return c, ref
	}
	t.Run("closed: edits are taken while the group takes part", func(t *testing.T) {
		c, ref := setup(t)
		c.must(c.bridge.Close(c.ctx, c.id, ann))
		c.taken(c.desk.retells(ref, edit))
		c.desk.drain()
		c.equal(c.tab.reads(), []string{"hello", "other words"})
		c.equal(c.thread("tech").said(), []string{"Ann: other words", "visitor: hello"})
		if n := c.records(bridge.ActiveRecords); n != 0 {
			t.Errorf("%d conversations are active", n)
		}
	})
	t.Run("left: an edit is refused, once", func(t *testing.T) {
		c, ref := setup(t)
		c.must(c.bridge.Leave(c.ctx, c.id, "sales", ann))
		_, err := c.desk.retells(ref, edit)
		c.refused(err, bridge.CodeForbidden)
		if !strings.Contains(err.Error(), "still sees your message as it was") {
			t.Errorf("the author is told %q", err)
		}
		c.taken(c.desk.retells(ref, edit))
		c.equal(c.tab.reads(), []string{"hello", "words"})
	})
	t.Run("left: taking away is possible", func(t *testing.T) {
		c, ref := setup(t)
		c.must(c.bridge.Leave(c.ctx, c.id, "sales", ann))
		c.taken(c.desk.retells(ref, hide))
		c.desk.drain()
		c.equal(c.tab.reads(), []string{"hello", gone})
		c.equal(c.thread("tech").said(), []string{"Ann notes: between us", "visitor: hello"})
		c.equal(c.thread("sales").marked, []string{"between us"})
		c.taken(c.desk.removes(ref, "s"))
		c.desk.drain()
		c.equal(c.thread("tech").said(), []string{"visitor: hello"})
	})
	t.Run("refused when written: edits change nothing", func(t *testing.T) {
		c, ref := setup(t)
		c.must(c.bridge.Close(c.ctx, c.id, ann))
		late := bridge.DeskMessage{ID: "late", By: ann, Body: "words"}
		_, err := c.desk.retells(ref, late)
		c.refused(err, bridge.CodeClosed)
		c.must(c.bridge.Reopen(c.ctx, c.id, ann))
		late.Version, late.Body = 1, "other words"
		c.taken(c.desk.retells(ref, late))
		c.taken(c.desk.removes(ref, "late"))
		c.equal(c.tab.reads(), []string{"hello", "words"})
	})
}

func TestVisitorsAmendTheirOwnMessages(t *testing.T) {
	forEachLimit(t, func(t *testing.T, limit int) {
		w := newWorld(t)
		w.desk.limit, w.desk.merge = limit, 3
		c := w.chat("sales")
		c.tab.send("m1", "one")
		c.tab.send("m2", "two")
		c.tab.send("m3", "three")
		c.desk.drain()
		r, err := c.tab.visit.Edit(c.ctx, "e1", "m2", " two! ")
		c.must(err)
		again, err := c.tab.visit.Edit(c.ctx, "e1", "m2", "whatever")
		c.must(err)
		c.equal(again, r)
		c.tab.send("m4", "four")
		c.desk.drain()
		c.equal(c.thread("sales").lines(), []string{"visitor: hello", "visitor: one", "visitor: two!", "visitor: three", "visitor: four"})
		_, err = c.tab.visit.Delete(c.ctx, "d1", "m1")
		c.must(err)
		c.desk.drain()
		c.equal(c.thread("sales").lines(), []string{"visitor: hello", gone, "visitor: two!", "visitor: three", "visitor: four"})
		c.equal(c.tab.reads(), []string{"hello", gone, "two!", "three", "four"})

		// A group that is invited finds the words as they are now.
		c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, ""))
		c.desk.drain()
		c.equal(c.thread("tech").said(), []string{"visitor: four", "visitor: hello", "visitor: three", "visitor: two!"})
		_, err = c.tab.visit.Edit(c.ctx, "e2", "m2", "two?")
		c.must(err)
		_, err = c.tab.visit.Delete(c.ctx, "d2", "m4")
		c.must(err)
		c.desk.drain()
		for _, g := range []bridge.GroupID{"sales", "tech"} {
			c.equal(c.thread(g).said(), []string{"visitor: hello", "visitor: three", "visitor: two?"})
		}
	})
}

// What was amended before the desk came to post it is posted as it is by then, and
// not touched again.
func TestWhatIsAmendedBeforeItIsPosted(t *testing.T) {
	forEachLimit(t, func(t *testing.T, limit int) {
		w := newWorld(t)
		w.desk.limit = limit
		c := w.chat("sales")
		c.tab.send("m1", "one")
		c.tab.send("m2", "two")
		c.tab.send("m3", "three")
		_, err := c.tab.visit.Edit(c.ctx, "e1", "m1", "one!")
		c.must(err)
		_, err = c.tab.visit.Delete(c.ctx, "d1", "m2")
		c.must(err)
		c.desk.drain()
		c.equal(c.thread("sales").lines(), []string{"visitor: hello", "visitor: one!", "visitor: three"})
		if w.desk.revisions != 0 {
			t.Errorf("%d posts were revised, all were new", w.desk.revisions)
		}
		for i := range 5 {
			_, err := c.tab.visit.Edit(c.ctx, bridge.EntryID(fmt.Sprint("f", i)), "m3", fmt.Sprint("three ", i))
			c.must(err)
		}
		c.desk.drain()
		c.equal(c.thread("sales").lines(), []string{"visitor: hello", "visitor: one!", "visitor: three 4"})
		if w.desk.revisions != 1 {
			t.Errorf("five edits in a row revise a post %d times", w.desk.revisions)
		}
	})
}

func TestAmendmentsThatAreRefused(t *testing.T) {
	w := newWorld(t)
	fresh := w.enter("")
	_, err := fresh.visit.Edit(w.ctx, "e", "m", "x")
	w.refused(err, bridge.CodeForbidden)
	c := w.chat("sales")
	other := w.enter("")
	other.send("m-other", "mine", to("sales"))
	c.must(c.reply(ann, "sales", "an agent's"))
	var agents bridge.EntryID
	for _, e := range c.log(c.id) {
		if e.By.Role == bridge.RoleAgent && e.Kind == bridge.KindMessage {
			agents = e.ID
		}
	}
	entries := len(c.log(c.id))
	visit := c.tab.visit
	for name, tc := range map[string]struct {
		id, of bridge.EntryID
		body   string
		code   bridge.Code
	}{
		"nobody's message":  {"e", "m-none", "x", bridge.CodeForbidden},
		"another visitor's": {"e", "m-other", "x", bridge.CodeForbidden},
		"an agent's":        {"e", agents, "x", bridge.CodeInvalid},
		"no id":             {"", "m-hello", "x", bridge.CodeInvalid},
		"no words":          {"e", "m-hello", " ", bridge.CodeInvalid},
		"too many words":    {"e", "m-hello", strings.Repeat("x", bridge.MaxMessageRunes+1), bridge.CodeTooLong},
	} {
		_, err := visit.Edit(c.ctx, tc.id, tc.of, tc.body)
		if bridge.CodeOf(err) != tc.code {
			t.Errorf("edit %s: %v", name, err)
		}
		if tc.body == "x" {
			if _, err := visit.Delete(c.ctx, tc.id, tc.of); bridge.CodeOf(err) != tc.code {
				t.Errorf("delete %s: %v", name, err)
			}
		}
	}
	if n := len(c.log(c.id)); n != entries {
		t.Errorf("what was refused added %d entries", n-entries)
	}
	c.must(c.bridge.Close(c.ctx, c.id, ann))
	_, err = visit.Edit(c.ctx, "e", "m-hello", "x")
	c.refused(err, bridge.CodeClosed)
	first, err := visit.Delete(c.ctx, "d", "m-hello")
	c.must(err)
	again, err := visit.Delete(c.ctx, "d", "m-hello")
	c.must(err)
	c.equal(again, first)
	_, err = visit.Delete(c.ctx, "d2", "m-hello")
	c.must(err)
	_, err = visit.Edit(c.ctx, "e2", "m-hello", "x")
	c.refused(err, bridge.CodeForbidden)
	c.equal(c.tab.reads(), []string{gone, "an agent's"})
}

// The store fails at any write of a reply that becomes a note and then goes; told
// again as Slack does, it ends as it should.
func TestARevisionThatWasInterruptedGoesOn(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 1; n < 6; n++ {
			synctest.Test(t, func(t *testing.T) {
				store := newFaulty()
				w := newWorldOver(t, store)
				defer w.end()
				c := w.chat("sales")
				c.must(c.bridge.Invite(c.ctx, c.id, "tech", ann, ""))
				c.desk.drain()
				ref := c.conversation(c.id).Threads["sales"]
				c.taken(c.desk.retells(ref, bridge.DeskMessage{ID: "s", By: ann, Body: "words"}))
				c.desk.drain()
				hide := func() error {
					_, err := c.desk.retells(ref, bridge.DeskMessage{ID: "s", By: ann, Body: "psst", Version: 1, Note: true})
					return err
				}
				remove := func() error { _, err := c.desk.removes(ref, "s"); return err }
				store.plan(n, after, errFault)
				for _, deed := range []func() error{hide, remove} {
					for try := 0; deed() != nil; try++ {
						if try == 3 {
							t.Fatal("it never works")
						}
						store.heal()
						w.restart()
					}
				}
				store.heal()
				w.restart()
				c.desk.drain()
				c.tab.reconnect()
				c.equal(c.tab.reads(), []string{"hello", gone})
				c.equal(c.thread("tech").said(), []string{"visitor: hello"})
			})
		}
	}
}

func TestDeskMessagesAreWhatStandsInAThread(t *testing.T) {
	c := newWorld(t).chat("sales")
	ref := c.conversation(c.id).Threads["sales"]
	for _, id := range []bridge.EntryID{"s1", "s2", "s3"} {
		c.taken(c.desk.retells(ref, bridge.DeskMessage{ID: id, By: ann, Body: "x", Note: id == "s2"}))
	}
	c.taken(c.desk.removes(ref, "s3"))
	c.taken(c.desk.removes(ref, "s4"))
	got, err := c.bridge.DeskMessages(c.ctx, key(c.id, "sales"), ref)
	c.must(err)
	c.equal(got, map[bridge.EntryID]string{"s1": "s1", "s2": "s2"})
	got, err = c.bridge.DeskMessages(c.ctx, key(c.id, "sales"), "C/other")
	c.must(err)
	c.equal(len(got), 0)
}
