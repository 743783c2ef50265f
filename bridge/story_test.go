package bridge_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/chatgroups/chatgroups/bridge"
)

// Whatever visitors, agents, a forgetful desk and restarts do, in whatever order:
// what doc.go promises holds at every moment that can be looked at, and once the
// desk has caught up every thread shows the same conversation.
func TestAnyStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		noDeadline := struct{ testing.TB }{t} // a bubble's clock knows nothing of it
		rapid.Check(noDeadline, func(t *rapid.T) {
			a := newAnyStory(t)
			defer a.end()
			t.Repeat(map[string]func(*rapid.T){
				"": func(*rapid.T) { a.check() },

				"send":      a.send,
				"send more": a.send,
				"read":      a.read,
				"reconnect": a.reconnect,

				"reply":  a.reply,
				"note":   a.note,
				"edit":   a.edit,
				"remove": a.remove,
				"tell":   a.tell,
				"amend":  a.amend,
				"claim":  a.act(func(id bridge.ConversationID, g bridge.GroupID) error { return a.bridge.Claim(a.ctx, id, g, ann) }),
				"invite": a.act(func(id bridge.ConversationID, g bridge.GroupID) error { return a.bridge.Invite(a.ctx, id, g, bob, "") }),
				"leave":  a.act(func(id bridge.ConversationID, g bridge.GroupID) error { return a.bridge.Leave(a.ctx, id, g, ann) }),
				"close":  a.act(func(id bridge.ConversationID, _ bridge.GroupID) error { return a.bridge.Close(a.ctx, id, bob) }),
				"reopen": a.act(func(id bridge.ConversationID, _ bridge.GroupID) error { return a.bridge.Reopen(a.ctx, id, bob) }),
				"delete": a.deleteGroup,

				"post":   a.post,
				"forget": func(t *rapid.T) { a.desk.forget = rapid.IntRange(0, 3).Draw(t, "posts that go unrecorded") },
				"wait": func(t *rapid.T) {
					a.clock.pass(rapid.SampledFrom([]time.Duration{1, 13 * time.Hour, 30 * time.Hour}).Draw(t, "time"))
				},
				"restart": func(*rapid.T) { a.restartAll() },
			})
			a.finish()
		})
	})
}

type anyStory struct {
	*world
	visitors []*anyVisitor
	replies  map[string]bridge.ConversationID // accepted, by body
	order    []bridge.ConversationID          // as they began
	deleted  bool
	words    []*words  // of agents, accepted
	untold   []telling // edits and deletions that the desk has yet to tell of
}

// words are what an agent wrote, and what the desk has told of it since.
type words struct {
	ref      bridge.ThreadRef
	id       bridge.EntryID
	by       bridge.Author
	body     string
	note     bool
	gone     bool
	version  uint64 // of body
	versions uint64 // at the desk
}

type anyVisitor struct {
	tabs     []*tab
	receipts map[string]bridge.Receipt // of what was accepted, by id
	says     map[bridge.EntryID]string // what was edited
	gone     map[bridge.EntryID]bool   // what was deleted
	amended  int
	chats    []bridge.ConversationID
}

func newAnyStory(t *rapid.T) *anyStory {
	a := &anyStory{world: newWorld(t), replies: map[string]bridge.ConversationID{}}
	a.openGeneral()
	a.group("Billing")
	a.desk.limit = rapid.IntRange(0, 3).Draw(t, "lines at once")
	a.desk.merge = rapid.IntRange(0, 3).Draw(t, "lines in a post")
	a.restart()
	for range 2 {
		first := a.enter("")
		a.visitors = append(a.visitors, &anyVisitor{
			tabs: []*tab{first, a.enter(first.token)}, receipts: map[string]bridge.Receipt{},
			says: map[bridge.EntryID]string{}, gone: map[bridge.EntryID]bool{},
		})
	}
	return a
}

func (a *anyStory) send(t *rapid.T) {
	v := rapid.SampledFrom(a.visitors).Draw(t, "visitor")
	tab := rapid.SampledFrom(v.tabs).Draw(t, "tab")
	id := fmt.Sprint("m", rapid.IntRange(0, 15).Draw(t, "message"))
	first, again := v.receipts[id]
	if again && !slices.Contains(v.chats[max(0, len(v.chats)-2):], first.Conversation) {
		t.Skip("longer ago than a message is known")
	}
	g := rapid.SampledFrom([]bridge.GroupID{"sales", "tech", "billing", "general", ""}).Draw(t, "group")
	r, err := tab.try(id, id, to(g))
	switch {
	case again && (err != nil || r != first):
		t.Fatalf("%s was taken as %+v, and now %+v, %v", id, first, r, err)
	case bridge.CodeOf(err) == bridge.CodeForbidden && a.deleted && g == "billing":
		return
	case err != nil:
		t.Fatalf("send: %v", err)
	}
	v.receipts[id] = r
	if !slices.Contains(v.chats, r.Conversation) {
		v.chats = append(v.chats, r.Conversation)
		a.order = append(a.order, r.Conversation)
	}
}

func (a *anyStory) tab(t *rapid.T) *tab {
	return rapid.SampledFrom(rapid.SampledFrom(a.visitors).Draw(t, "visitor").tabs).Draw(t, "tab")
}

func (a *anyStory) read(t *rapid.T) { a.tab(t).read() }

func (a *anyStory) reconnect(t *rapid.T) {
	tab := a.tab(t)
	if tab.standing.Conversation == "" {
		t.Skip("nothing is stored of the visitor yet")
	}
	tab.reconnect()
}

func (a *anyStory) conversationOf(t *rapid.T) bridge.ConversationID {
	if len(a.order) == 0 {
		t.Skip("no conversation yet")
	}
	return rapid.SampledFrom(a.order).Draw(t, "conversation")
}

// write lets an agent write in any thread there ever was.
func (a *anyStory) write(t *rapid.T, note bool) {
	var refs []bridge.ThreadRef
	for ref := range a.desk.threads {
		refs = append(refs, ref)
	}
	if len(refs) == 0 {
		t.Skip("no thread yet")
	}
	slices.Sort(refs)
	ref := rapid.SampledFrom(refs).Draw(t, "thread")
	by := rapid.SampledFrom([]bridge.Author{ann, bob}).Draw(t, "agent")
	body := fmt.Sprint("r", a.desk.wrote)
	err := a.desk.writesIn(ref, by, body, note)
	switch bridge.CodeOf(err) {
	case "":
		k, _ := a.bridge.FindThread(a.ctx, team, ref)
		a.replies[body] = k.Conversation
		a.words = append(a.words, &words{ref: ref, id: bridge.EntryID(fmt.Sprint("s", a.desk.wrote)), by: by, body: body, note: note})
	case bridge.CodeForbidden, bridge.CodeClosed, bridge.CodeNotFound: // NotFound: the root is not recorded yet
	default:
		t.Fatalf("write: %v", err)
	}
}

func (a *anyStory) reply(t *rapid.T) { a.write(t, false) }
func (a *anyStory) note(t *rapid.T)  { a.write(t, true) }

func (a *anyStory) wordsOf(t *rapid.T) *words {
	if len(a.words) == 0 {
		t.Skip("nothing written yet")
	}
	return rapid.SampledFrom(a.words).Draw(t, "words")
}

func (a *anyStory) edit(t *rapid.T) {
	w := a.wordsOf(t)
	w.versions++
	a.untold = append(a.untold, telling{
		words: w, version: w.versions, body: fmt.Sprintf("%s version %d", w.id, w.versions),
		note: rapid.IntRange(0, 3).Draw(t, "a note?") == 0,
	})
}

func (a *anyStory) remove(t *rapid.T) {
	a.untold = append(a.untold, telling{words: a.wordsOf(t), removed: true})
}

// tell lets the desk tell of an edit or a deletion: in any order, and some again.
func (a *anyStory) tell(t *rapid.T) {
	if len(a.untold) == 0 {
		t.Skip("nothing to tell")
	}
	i := rapid.IntRange(0, len(a.untold)-1).Draw(t, "telling")
	a.tells(a.untold[i])
	if !rapid.Bool().Draw(t, "again later") {
		a.untold = slices.Delete(a.untold, i, i+1)
	}
}

func (a *anyStory) tells(what telling) {
	w := what.words
	if what.removed {
		a.taken(a.desk.removes(w.ref, w.id))
		w.gone = true
	} else {
		_, err := a.desk.retells(w.ref, bridge.DeskMessage{ID: w.id, By: w.by, Body: what.body, Version: what.version, Note: what.note})
		if bridge.CodeOf(err) == bridge.CodeForbidden { // the group has left: remembered as refused
			for i := range a.untold {
				if u := &a.untold[i]; u.words == w && u.version == what.version && !u.note {
					u.refused = true
				}
			}
			return
		}
		a.must(err)
		if w.note = w.note || what.note; !what.refused && what.version > w.version {
			w.version, w.body = what.version, what.body
		}
	}
	switch th := a.desk.threads[w.ref]; {
	case w.gone:
		th.reads(w.id, "")
	case w.note:
		th.reads(w.id, say(bridge.KindNote, bridge.RoleAgent, w.by.Name, w.body, ""))
	default:
		th.reads(w.id, say(bridge.KindMessage, bridge.RoleAgent, w.by.Name, w.body, ""))
	}
}

// amend lets a visitor edit or delete what they wrote.
func (a *anyStory) amend(t *rapid.T) {
	v := rapid.SampledFrom(a.visitors).Draw(t, "visitor")
	if len(v.chats) == 0 {
		t.Skip("nothing written yet")
	}
	tab := rapid.SampledFrom(v.tabs).Draw(t, "tab")
	of := bridge.EntryID(fmt.Sprint("m", rapid.IntRange(0, 15).Draw(t, "message")))
	v.amended++
	id := bridge.EntryID(fmt.Sprint("a", v.amended))
	r, known := v.receipts[string(of)]
	current := v.chats[len(v.chats)-1]
	theirs := known && r.Conversation == current && !v.gone[of]
	var err error
	if rapid.Bool().Draw(t, "delete") {
		if _, err = tab.visit.Delete(a.ctx, id, of); theirs {
			a.must(err)
			v.gone[of] = true
		}
	} else {
		_, err = tab.visit.Edit(a.ctx, id, of, fmt.Sprintf("%s as %s", of, id))
		if closed := a.conversation(current).Closed; theirs && closed {
			a.refused(err, bridge.CodeClosed)
		} else if theirs {
			a.must(err)
			v.says[of] = fmt.Sprintf("%s as %s", of, id)
		}
	}
	if !theirs && !v.gone[of] {
		a.refused(err, bridge.CodeForbidden)
	}
}

func (a *anyStory) act(do func(bridge.ConversationID, bridge.GroupID) error) func(*rapid.T) {
	return func(t *rapid.T) {
		id := a.conversationOf(t)
		g := rapid.SampledFrom([]bridge.GroupID{"sales", "tech", "billing", "general"}).Draw(t, "group")
		switch err := do(id, g); bridge.CodeOf(err) {
		case "", bridge.CodeConflict, bridge.CodeClosed, bridge.CodeForbidden:
		case bridge.CodeNotFound:
			if !a.deleted || g != "billing" {
				t.Fatalf("unexpected error: %v", err)
			}
		default:
			t.Fatalf("unexpected error: %v", err)
		}
	}
}

func (a *anyStory) deleteGroup(t *rapid.T) {
	if a.deleted || len(a.order) < 3 {
		t.Skip("not now")
	}
	_, err := a.bridge.DeleteGroup(a.ctx, team, "billing", ann)
	a.must(err)
	a.deleted = true
}

func (a *anyStory) post(t *rapid.T) {
	for range rapid.IntRange(1, 5).Draw(t, "turns") {
		a.desk.turn()
	}
}

func (a *anyStory) restartAll() {
	a.restart()
	for _, v := range a.visitors {
		for i, tab := range v.tabs {
			switch {
			case len(v.chats) > 0:
				tab.reconnect()
			case i == 0:
				v.tabs[0] = a.enter("") // nothing is stored of the visitor yet
			default:
				v.tabs[i] = a.enter(v.tabs[0].token)
			}
		}
	}
}

// check is what holds at every moment.
func (a *anyStory) check() {
	for _, id := range a.order {
		a.sound(id)
		v := a.conversation(id)
		if !v.Closed && len(v.With) == 0 {
			a.Fatalf("#%d is open and has no group", v.Opening.Number)
		}
	}
	for _, v := range a.visitors {
		for i, id := range v.chats {
			if c := a.conversation(id); i < len(v.chats)-1 && !c.Closed {
				a.Fatalf("#%d is open, but its visitor is in a later one", c.Opening.Number)
			}
		}
	}
}

// finish lets everybody catch up, and looks.
func (a *anyStory) finish() {
	a.desk.forget = 0
	for _, what := range a.untold {
		a.tells(what)
	}
	a.restartAll()
	a.desk.drain()
	a.check()
	open := 0
	for i, id := range a.order {
		c := &chat{world: a.world, id: id}
		c.inOrder()
		v := a.conversation(id)
		if v.Opening.Number != 1001+i {
			a.Fatalf("conversation %d has the number %d", i, v.Opening.Number)
		}
		if !v.Closed {
			open++
		}
	}
	if n := a.records(bridge.ActiveRecords); n != open {
		a.Fatalf("%d conversations are active, %d are open", n, open)
	}
	for _, v := range a.visitors {
		copies := map[string]int{}
		for _, id := range v.chats {
			for _, e := range a.log(id) {
				if e.Kind == bridge.KindMessage && e.By.Role == bridge.RoleVisitor {
					copies[e.Body]++
				}
			}
		}
		for id := range v.receipts {
			if copies[id] != 1 {
				a.Fatalf("%s is there %d times", id, copies[id])
			}
		}
		if len(copies) != len(v.receipts) {
			a.Fatalf("%d messages are there, %d were accepted", len(copies), len(v.receipts))
		}
		if len(v.chats) == 0 {
			continue
		}
		// Each tab ends with the lines of the current conversation.
		for _, tab := range v.tabs {
			tab.read()
			var seen, want []string
			for _, e := range tab.events {
				seen = append(seen, fmt.Sprintf("%d %s %s", e.Seq, e.Kind, e.Body))
			}
			for _, e := range a.log(v.chats[len(v.chats)-1]) {
				if e.Line > 0 {
					want = append(want, fmt.Sprintf("%d %s %s", e.Line, e.Kind, e.Body))
				}
			}
			a.equal(seen, want)
			a.equal(tab.reads(), a.reading(v, v.chats[len(v.chats)-1]))
		}
	}
	for _, w := range a.words {
		k, _ := a.bridge.FindThread(a.ctx, team, w.ref)
		c := &chat{world: a.world, id: k.Conversation}
		kind := bridge.KindMessage
		if w.note {
			kind = bridge.KindNote
		}
		stands := slices.Contains(c.said(), say(kind, bridge.RoleAgent, w.by.Name, w.body, ""))
		if stands == w.gone {
			a.Fatalf("%+v: stands %v", w, stands)
		}
	}
	for body, id := range a.replies {
		n := 0
		for _, e := range a.log(id) {
			if e.Body == body && e.By.Role == bridge.RoleAgent {
				n++
			}
		}
		if n != 1 {
			a.Fatalf("the reply %s is there %d times", body, n)
		}
	}
}

// reading is what a visitor should read of a conversation in the end.
func (a *anyStory) reading(v *anyVisitor, id bridge.ConversationID) []string {
	var lines []string
	for _, e := range a.log(id) {
		if e.Kind != bridge.KindMessage {
			continue
		}
		line := e.Body
		if e.By.Role == bridge.RoleVisitor {
			if said, edited := v.says[e.ID]; edited {
				line = said
			}
			if v.gone[e.ID] {
				line = gone
			}
		}
		for _, w := range a.words {
			if e.By.Role == bridge.RoleAgent && e.Post == string(w.id) {
				if line = w.body; w.gone || w.note {
					line = gone
				}
			}
		}
		lines = append(lines, line)
	}
	return lines
}
