package bridge_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/chatgroups/chatgroups/bridge"
)

func TestTheSameIDIsTheSameMessage(t *testing.T) {
	again := map[string]func(t *testing.T, c *chat) *tab{
		"in the same tab": func(_ *testing.T, c *chat) *tab { return c.tab },
		"after a reconnect": func(_ *testing.T, c *chat) *tab {
			c.tab.reconnect()
			return c.tab
		},
		"in another tab": func(_ *testing.T, c *chat) *tab { return c.enter(c.tab.token) },
		"after a reply and a close": func(_ *testing.T, c *chat) *tab {
			c.must(c.reply(ann, "sales", "hi"))
			c.must(c.bridge.Close(c.ctx, c.id, ann))
			return c.tab
		},
		"after the reopen window": func(_ *testing.T, c *chat) *tab {
			c.must(c.bridge.Close(c.ctx, c.id, ann))
			c.clock.pass(48 * time.Hour)
			return c.tab
		},
		"after another conversation began": func(_ *testing.T, c *chat) *tab {
			c.must(c.bridge.Close(c.ctx, c.id, ann))
			c.clock.pass(48 * time.Hour)
			if r := c.enter(c.tab.token).send("m-other", "me again", to("tech")); r.Conversation == c.id {
				t.Fatal("the conversation goes on after the window")
			}
			return c.tab
		},
		"after a restart": func(_ *testing.T, c *chat) *tab {
			c.start()
			return c.enter(c.tab.token)
		},
		"when the group is closed by now": func(_ *testing.T, c *chat) *tab {
			c.change("sales", func(g *bridge.Group) { g.Switch = &bridge.Switch{} })
			return c.tab
		},
	}
	for name, arrange := range again {
		t.Run(name, func(t *testing.T) {
			c := newWorld(t).chat("sales")
			first := c.tab.send("m-second", "and this")
			tab := arrange(t, c)
			before := len(c.log(c.id))
			if got := tab.send("m-second", "words that do not matter"); got != first {
				t.Errorf("receipt %+v, the first time %+v", got, first)
			}
			if got := tab.send("m-hello", "hello", to("sales")); got.Line != 1 || got.Conversation != c.id {
				t.Errorf("the first message has the receipt %+v", got)
			}
			if after := len(c.log(c.id)); after != before {
				t.Errorf("repeating added %d entries", after-before)
			}
		})
	}
}

func TestTabsThatSendAtOnce(t *testing.T) {
	const tabs = 8
	together := func(w *world, token string, send func(*tab, int) bridge.Receipt) []bridge.Receipt {
		receipts := make([]bridge.Receipt, tabs)
		var all []*tab
		for range tabs {
			all = append(all, w.enter(token))
		}
		var wg sync.WaitGroup
		for i, tab := range all {
			wg.Go(func() { receipts[i] = send(tab, i) })
		}
		wg.Wait()
		for _, tab := range all {
			tab.read()
			tab.visit.Leave()
		}
		return receipts
	}
	t.Run("first messages begin one conversation", func(t *testing.T) {
		w := newWorld(t)
		token := w.enter("").token
		rs := together(w, token, func(tab *tab, i int) bridge.Receipt {
			return tab.send(fmt.Sprintf("m%d", i), "hello", to([]bridge.GroupID{"sales", "tech"}[i%2]))
		})
		lines := map[uint64]bool{}
		for _, r := range rs {
			if r.Conversation != rs[0].Conversation {
				t.Errorf("two conversations: %s and %s", r.Conversation, rs[0].Conversation)
			}
			lines[r.Line] = true
		}
		if len(lines) != tabs {
			t.Errorf("%d messages have %d lines", tabs, len(lines))
		}
		if n := w.records(bridge.ConversationRecords); n != 1 {
			t.Errorf("%d numbers were given", n)
		}
	})
	t.Run("the first message sent by every tab is one", func(t *testing.T) {
		w := newWorld(t)
		token := w.enter("").token
		rs := together(w, token, func(tab *tab, _ int) bridge.Receipt { return tab.send("m", "hello", to("sales")) })
		for _, r := range rs {
			if r != rs[0] {
				t.Errorf("receipts %+v and %+v", r, rs[0])
			}
		}
		if n := len(w.log(rs[0].Conversation)); n != 2 {
			t.Errorf("the log has %d entries, want the opening and the message", n)
		}
	})
	t.Run("a later message sent by every tab is one", func(t *testing.T) {
		c := newWorld(t).chat("sales")
		rs := together(c.world, c.tab.token, func(tab *tab, _ int) bridge.Receipt { return tab.send("m", "hello?") })
		for _, r := range rs {
			if r != rs[0] {
				t.Errorf("receipts %+v and %+v", r, rs[0])
			}
		}
		c.equal(c.tab.sees(), []string{"visitor: hello", "visitor: hello?"})
	})
	t.Run("messages while the conversation is closed reopen it once", func(t *testing.T) {
		c := newWorld(t).chat("sales")
		c.must(c.bridge.Close(c.ctx, c.id, ann))
		together(c.world, c.tab.token, func(tab *tab, i int) bridge.Receipt { return tab.send(fmt.Sprintf("m%d", i), "still there?") })
		c.equal(c.tab.sees()[:3], []string{"visitor: hello", "closed", "reopened"})
		if n := len(c.tab.events); n != 3+tabs {
			t.Errorf("%d lines, want %d", n, 3+tabs)
		}
	})
}

func TestWhichGroupAFirstMessageGoesTo(t *testing.T) {
	off := func(id bridge.GroupID) func(*world) {
		return func(w *world) { w.change(id, func(g *bridge.Group) { g.Switch = &bridge.Switch{} }) }
	}
	noChannel := func(id bridge.GroupID) func(*world) {
		return func(w *world) { w.change(id, func(g *bridge.Group) { g.Channel = "" }) }
	}
	remove := func(id bridge.GroupID) func(*world) {
		return func(w *world) {
			_, err := w.bridge.DeleteGroup(w.ctx, team, id, ann)
			w.must(err)
		}
	}
	rename := func(id bridge.GroupID, name string) func(*world) {
		return func(w *world) { w.change(id, func(g *bridge.Group) { g.Name = name }) }
	}
	type ways []func(*world)
	for _, tc := range []struct {
		name  string
		world ways
		draft []draftOption
		goes  bridge.GroupID
		code  bridge.Code
	}{
		{"the one that was chosen", nil, []draftOption{to("tech")}, "tech", ""},
		{"by its slug after a rename", ways{rename("tech", "Tech Help")}, []draftOption{to("tech-help")}, "tech", ""},
		{"by its id after a rename", ways{rename("tech", "Tech Help")}, []draftOption{to("tech")}, "tech", ""},
		{"a slug counts before an id", ways{rename("tech", "Support"), rename("sales", "Tech")}, []draftOption{to("tech")}, "sales", ""},
		{"unknown", nil, []draftOption{to("billing")}, "", bridge.CodeForbidden},
		{"unknown, though only one is offered", ways{remove("tech")}, []draftOption{to("tech")}, "", bridge.CodeForbidden},
		{"without a channel", ways{noChannel("tech")}, []draftOption{to("tech")}, "", bridge.CodeForbidden},
		{"the default group without a channel", nil, []draftOption{to("general")}, "", bridge.CodeForbidden},
		{"none where several are offered", nil, nil, "", bridge.CodeInvalid},
		{"none where one is offered", ways{remove("tech")}, nil, "sales", ""},
		{"none where one is offered and off", ways{remove("tech"), off("sales")}, nil, "", bridge.CodeGroupOffline},
		{"none where the default group is offered", ways{(*world).openGeneral}, nil, "general", ""},
		{"none where only the default group is offered", ways{(*world).openGeneral, remove("sales"), remove("tech")}, nil, "general", ""},
		{"off", ways{off("tech")}, []draftOption{to("tech")}, "", bridge.CodeGroupOffline},
		{"off, left", ways{off("tech")}, []draftOption{to("tech"), leaving}, "tech", ""},
		{"left though it is on", nil, []draftOption{to("tech"), leaving}, "tech", ""},
		{"none is offered", ways{remove("tech"), remove("sales")}, []draftOption{to("tech")}, "", bridge.CodeGroupOffline},
		{"none is offered, left", ways{remove("tech"), remove("sales")}, []draftOption{leaving}, "", bridge.CodeGroupOffline},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			for _, arrange := range tc.world {
				arrange(w)
			}
			tab := w.enter("")
			r, err := tab.try("m", "hello", tc.draft...)
			w.refused(err, tc.code)
			if tc.code != "" {
				if n := w.records(bridge.ConversationRecords) + w.records(bridge.VisitorRecords) + w.records(bridge.ActiveRecords); n != 0 {
					t.Errorf("a refused message left %d records", n)
				}
				return
			}
			o := w.conversation(r.Conversation).Opening
			if o.Group != tc.goes {
				t.Errorf("it went to %q, want %q", o.Group, tc.goes)
			}
			g, err := w.bridge.Group(team, o.Group)
			w.must(err)
			if o.Left == g.Open() {
				t.Errorf("left %v for a group that is open %v", o.Left, g.Open())
			}
		})
	}
}

func TestAMessageAfterTheClose(t *testing.T) {
	w := newWorld(t)
	w.cfg.ReopenWindow = time.Hour
	w.start()
	c := w.chat("sales")
	c.must(c.reply(ann, "sales", "hi"))
	c.must(c.bridge.Close(c.ctx, c.id, ann))
	c.clock.pass(time.Hour)
	if r := c.tab.send("m1", "one more thing"); r.Conversation != c.id {
		t.Fatal("within the window another conversation began")
	}
	c.equal(c.tab.sees(), []string{"visitor: hello", "Ann claimed", "Ann: hi", "closed", "reopened", "visitor: one more thing"})
	if o := c.conversation(c.id).Owner; o.Agent != "" {
		t.Errorf("reopened, and still claimed by %s", o.Agent)
	}

	c.must(c.bridge.Close(c.ctx, c.id, ann))
	c.clock.pass(time.Hour + time.Second)
	other := c.enter(c.tab.token)
	other.read()
	r, err := c.tab.try("m2", "a new question")
	c.refused(err, bridge.CodeInvalid) // a new conversation needs a group
	r, err = c.tab.try("m2", "a new question", to("tech"))
	c.must(err)
	if r.Conversation == c.id || r.Line != 1 {
		t.Fatalf("after the window the receipt is %+v", r)
	}
	for name, tab := range map[string]*tab{"the tab": c.tab, "the other tab": other} {
		if !tab.woken() {
			t.Errorf("%s was not woken", name)
		}
		if _, moved, err := tab.visit.Next(c.ctx, 1); !moved || err != nil {
			t.Errorf("%s was not told that the visitor moved (%v)", name, err)
		}
		c.equal(tab.sees(), []string{"visitor: a new question"})
	}
	if n := c.conversation(r.Conversation).Opening.Number; n != 1002 {
		t.Errorf("the second conversation is #%d", n)
	}
	if n := c.conversation(c.id).Opening.Number; n != 1001 {
		t.Errorf("the first conversation is #%d", n)
	}
}

func TestAReopenedConversationHasOnlyGroupsThatAreThere(t *testing.T) {
	begin := func(t *testing.T) *chat {
		w := newWorld(t)
		c := w.chat("sales")
		c.must(c.bridge.Close(c.ctx, c.id, ann))
		_, err := c.bridge.DeleteGroup(c.ctx, team, "sales", ann)
		c.must(err)
		return c
	}
	t.Run("moves to the default group", func(t *testing.T) {
		c := begin(t)
		c.openGeneral()
		c.tab.send("m", "are you there?")
		c.equal(c.tab.sees(), []string{"visitor: hello", "closed", "General joined", "Sales left", "reopened", "visitor: are you there?"})
		c.equal(c.conversation(c.id).With, []bridge.GroupID{"general"})
		c.desk.drain()
		c.equal(c.thread("general").said(), []string{"visitor: are you there?", "visitor: hello"})
	})
	t.Run("is refused where that has no channel", func(t *testing.T) {
		c := begin(t)
		_, err := c.tab.try("m", "are you there?")
		c.refused(err, bridge.CodeGroupOffline)
		c.refused(c.bridge.Reopen(c.ctx, c.id, ann), bridge.CodeGroupOffline)
		if !c.conversation(c.id).Closed {
			t.Error("it is open")
		}
	})
	t.Run("is not taken for a later group of the same name", func(t *testing.T) {
		c := begin(t)
		c.openGeneral()
		if g := c.group("Sales"); g.ID == "sales" {
			t.Fatal("the id of a deleted group was given again")
		}
		c.must(c.bridge.Reopen(c.ctx, c.id, ann))
		c.equal(c.conversation(c.id).With, []bridge.GroupID{"general"})
	})
}

func TestWhatIsKeptOfADraft(t *testing.T) {
	long := strings.Repeat("x", 600)
	w := newWorld(t)
	tab := w.enter("")
	r, err := tab.visit.Send(w.ctx, bridge.Draft{
		ID: "m", Body: " hi\x00 \u202ethere\r\nyou\rand\u2028me \n", Group: "sales",
		Name:  "  Jane\n\u202e Doe\xff ",
		Email: "jane@example.com\t",
		Page:  bridge.Page{URL: long, Title: "A\x07 title", Referrer: "\u200b\u2066", Language: "en", Zone: "Europe/Paris"},
	})
	w.must(err)
	o := w.conversation(r.Conversation).Opening
	cut := strings.Repeat("x", 499) + "…"
	w.equal(o, bridge.Opening{
		Workspace: team, Site: site, Visitor: tab.visit.Visitor(), Number: 1001, Group: "sales",
		Name: "Jane Doe", Email: "jane@example.com",
		Page: bridge.Page{URL: cut, Title: "A title", Language: "en", Zone: "Europe/Paris"},
	})
	tab.read()
	w.equal(tab.events[0].Body, "hi there\nyou\nand\nme")
	w.equal(tab.events[0].By, bridge.EventAuthor{Role: bridge.RoleVisitor, Name: "Jane Doe"})
}

func TestDraftsThatAreRefused(t *testing.T) {
	w := newWorld(t)
	tab := w.enter("")
	most := strings.Repeat("🎈", bridge.MaxMessageRunes)
	for _, tc := range []struct {
		name, id, body string
		code           bridge.Code
	}{
		{"no id", "", "x", bridge.CodeInvalid},
		{"an id that is too long", strings.Repeat("i", 65), "x", bridge.CodeInvalid},
		{"an id with a space", "a b", "x", bridge.CodeInvalid},
		{"an id with a dot, as the bridge's own have", "opened.", "x", bridge.CodeInvalid},
		{"an id that is not ASCII", "é", "x", bridge.CodeInvalid},
		{"no body", "m", "", bridge.CodeInvalid},
		{"a blank body", "m", " \n\u00a0\u3000\t", bridge.CodeInvalid},
		{"a body that shows nothing", "m", "\u200b\u200d\u2060\u00ad", bridge.CodeInvalid},
		{"a body of control characters", "m", "\x00\x1b\x7f\u0085", bridge.CodeInvalid},
		{"a body that is not UTF-8", "m", "a\xffb", bridge.CodeInvalid},
		{"one character too many", "m", most + "!", bridge.CodeTooLong},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := tab.try(tc.id, tc.body, to("sales"))
			w.refused(err, tc.code)
		})
	}
	if n := w.records(bridge.VisitorRecords); n != 0 {
		t.Error("a refused message stored the visitor")
	}
	tab.send("m", "  "+most+"\n", to("sales"))
	tab.read()
	if tab.events[0].Body != most {
		t.Error("a message of the most characters was changed")
	}
	tab.send(strings.Repeat("i", 64), "x")
}

// A visitor chooses the id of a message, and could choose one that the bridge or
// the desk is about to use: the entry that belongs to it would be taken for there.
func TestAVisitorCannotTakeAnotherEntrysID(t *testing.T) {
	c := newWorld(t).chat("sales")
	c.must(c.reply(ann, "sales", "hi")) // told under the id s1
	c.tab.send("s2", "I am first")
	c.must(c.reply(ann, "sales", "me too"))
	c.equal(c.tab.sees(), []string{"visitor: hello", "Ann claimed", "Ann: hi", "visitor: I am first", "Ann: me too"})
}

func TestSendFinishesWhatItBegan(t *testing.T) {
	t.Run("when the tab is closed in the middle", func(t *testing.T) {
		store := newFaulty()
		w := newWorldOver(t, store)
		tab := w.enter("")
		ctx, leave := context.WithCancel(w.ctx)
		store.onWrite = leave // the tab closes while the first write is made
		r, err := tab.visit.Send(ctx, bridge.Draft{ID: "m", Body: "bye", Group: "sales"})
		w.must(err)
		w.desk.drain()
		w.equal(w.desk.threads[w.conversation(r.Conversation).Threads["sales"]].lines(), []string{"visitor: bye"})
	})
	t.Run("but begins nothing for a tab that is gone", func(t *testing.T) {
		w := newWorld(t)
		tab := w.enter("")
		ctx, leave := context.WithCancel(w.ctx)
		leave()
		if _, err := tab.visit.Send(ctx, bridge.Draft{ID: "m", Body: "bye", Group: "sales"}); err == nil {
			t.Error("no error")
		}
		if n := w.records(bridge.VisitorRecords); n != 0 {
			t.Error("the visitor was stored")
		}
	})
	t.Run("and takes back what still waits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			store := newFaulty()
			w := newWorldOver(t, store)
			c := w.chat("sales")
			hold := make(chan struct{})
			store.onWrite = func() { <-hold }
			first := make(chan error)
			go func() {
				_, err := c.tab.try("m1", "one")
				first <- err
			}()
			synctest.Wait()
			ctx, leave := context.WithCancel(w.ctx)
			second := make(chan error)
			go func() {
				_, err := c.tab.visit.Send(ctx, bridge.Draft{ID: "m2", Body: "two"})
				second <- err
			}()
			synctest.Wait()
			leave()
			if err := <-second; err == nil {
				t.Error("the second message was taken")
			}
			close(hold)
			w.must(<-first)
			c.equal(c.tab.sees(), []string{"visitor: hello", "visitor: one"})
		})
	})
}

// Whatever a visitor types is refused, or kept as text that cannot do harm.
func FuzzDrafts(f *testing.F) {
	f.Add("m", "hello", "Jane", "https://shop.example/?q")
	f.Add("", "\x00", "\xff", "\u202e")
	f.Add("a_b", "a\r\nb\rc\u2028d", " \n ", strings.Repeat("é", 600))
	f.Add("m-_9", "\u200b", "\u200d", "\t")
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, id, body, name, page string) {
		w.T = t
		tab := w.arrive("")
		defer tab.visit.Leave()
		r, err := tab.visit.Send(w.ctx, bridge.Draft{
			ID: bridge.EntryID(id), Body: body, Group: "sales", Name: name, Email: name, Page: bridge.Page{URL: page, Title: page, Zone: page},
		})
		if code := bridge.CodeOf(err); code != "" && code != bridge.CodeInvalid && code != bridge.CodeTooLong {
			t.Fatalf("refused with %v", err)
		}
		if err != nil {
			return
		}
		tab.resume()
		tab.read()
		if len(tab.events) != 1 || tab.events[0].ID != bridge.EntryID(id) {
			t.Fatalf("the visitor sees %+v", tab.events)
		}
		text := tab.events[0].Body
		if n := utf8.RuneCountInString(text); n == 0 || n > bridge.MaxMessageRunes || strings.TrimSpace(text) != text {
			t.Errorf("a body of %d characters: %q", n, text)
		}
		o := w.conversation(r.Conversation).Opening
		for most, line := range map[int]string{80: o.Name, 254: o.Email, 500: o.Page.URL} {
			if utf8.RuneCountInString(line) > most || strings.ContainsAny(line, "\n\t") {
				t.Errorf("one line of at most %d is %q", most, line)
			}
			text += line
		}
		for _, r := range text {
			if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError && !strings.Contains(body+name+page, "\ufffd") {
				t.Errorf("kept %U", r)
			}
		}
	})
}
