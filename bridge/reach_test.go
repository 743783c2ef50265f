package bridge_test

import (
	"slices"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

func keep(*bridge.Group) {}

func TestATroubleShutsTheGroupsOfItsChannelUntilItEnds(t *testing.T) {
	w := newWorld(t)
	sales, tech := w.change("sales", keep), w.change("tech", keep)
	open := func() (names []string) {
		for _, g := range w.bridge.Groups(team) {
			if g.Open() {
				names = append(names, g.Name)
			}
		}
		return names
	}
	if !slices.Equal(open(), []string{"Sales", "Tech"}) {
		t.Fatalf("open are %v", open())
	}
	raise := func(x bridge.Trouble) bool {
		news, err := w.bridge.RaiseTrouble(w.ctx, x)
		w.must(err)
		return news
	}
	archived := bridge.Trouble{Workspace: team, Kind: "archived", About: sales.Channel, Shut: true}
	quiet := bridge.Trouble{Workspace: team, Kind: "user_group", About: tech.UserGroup + "x"}
	if !raise(archived) || raise(archived) || !raise(quiet) {
		t.Error("a trouble is news once")
	}
	if !slices.Equal(open(), []string{"Tech"}) {
		t.Errorf("open are %v", open())
	}
	w.must(w.bridge.TroubleTold(w.ctx, archived))
	since := w.bridge.Troubles(team)[0].Since
	w.clock.pass(1)
	if raise(archived) {
		t.Error("a trouble that stands is news")
	}

	w.start()
	all := w.bridge.Troubles(team)
	if len(all) != 2 || !all[0].Told || all[1].Told || !all[0].Since.Equal(since) {
		t.Errorf("after a restart stand %+v", all)
	}
	if !slices.Equal(open(), []string{"Tech"}) {
		t.Errorf("after a restart open are %v", open())
	}
	stood, err := w.bridge.EndTrouble(w.ctx, archived)
	w.must(err)
	again, err := w.bridge.EndTrouble(w.ctx, archived)
	w.must(err)
	if !stood || again || len(w.bridge.Troubles(team)) != 1 {
		t.Error("a trouble ends once")
	}
	if raise(bridge.Trouble{Workspace: team, Kind: "token", Shut: true}); len(open()) != 0 {
		t.Errorf("with the whole workspace shut, open are %v", open())
	}
	_, err = w.bridge.RaiseTrouble(w.ctx, bridge.Trouble{Workspace: team, Kind: "a b"})
	w.refused(err, bridge.CodeInvalid)
}

func TestAConversationGoesOnWhileItsGroupIsShut(t *testing.T) {
	c := newWorld(t).chat("sales")
	g, err := c.bridge.Group(team, "sales")
	c.must(err)
	_, err = c.bridge.RaiseTrouble(c.ctx, bridge.Trouble{Workspace: team, Kind: "archived", About: g.Channel, Shut: true})
	c.must(err)
	c.tab.send("m1", "still there?")
	c.refused(c.bridge.Invite(c.ctx, c.id, "sales", ann, ""), bridge.CodeConflict)
	c.desk.drain()
	if got := c.thread("sales").lines(); !slices.Contains(got, "visitor: still there?") {
		t.Errorf("the thread shows %q", got)
	}
}

func TestALostThreadIsMadeAnewWithTheStorySoFar(t *testing.T) {
	for name, again := range map[string]func(*chat){"at once": func(*chat) {}, "after a restart": func(c *chat) { c.start() }} {
		t.Run(name, func(t *testing.T) {
			c := newWorld(t).chat("sales")
			c.must(c.reply(ann, "sales", "hi"))
			c.desk.drain()
			old := c.conversation(c.id).Threads["sales"]
			c.must(c.bridge.ThreadLost(c.ctx, key(c.id, "sales"), old))
			c.must(c.bridge.ThreadLost(c.ctx, key(c.id, "sales"), old)) // told twice
			again(c)
			c.tab = c.enter(c.tab.token)
			c.tab.send("m1", "and?")
			w, ok, err := c.bridge.Work(c.ctx, key(c.id, "sales"), 0)
			c.must(err)
			if !ok || !w.Lost || w.Thread != "" {
				t.Errorf("the work is %+v", w)
			}
			c.desk.drain()
			now := c.conversation(c.id).Threads["sales"]
			if now == old || now == "" {
				t.Fatalf("the thread is %q, was %q", now, old)
			}
			if got, want := c.thread("sales").lines(), []string{"visitor: hello", "Ann: hi", "visitor: and?"}; !slices.Equal(got, want) {
				t.Errorf("the new thread shows %q, want %q", got, want)
			}
			c.refused(c.desk.tells(old, "late", bob, "here?", false), bridge.CodeForbidden)
			c.must(c.desk.tells(now, "new", bob, "there", false))
			if seen := c.tab.sees(); seen[len(seen)-1] != "Bob: there" || slices.Contains(seen, "Bob: here?") {
				t.Errorf("the visitor sees %q", seen)
			}
		})
	}
}

func TestOnlyACurrentThreadOfAnOpenConversationCanBeLost(t *testing.T) {
	c := newWorld(t).chat("sales")
	ref := c.conversation(c.id).Threads["sales"]
	before := len(c.log(c.id))
	c.must(c.bridge.ThreadLost(c.ctx, key(c.id, "sales"), "C9/1.2"))
	c.must(c.bridge.ThreadLost(c.ctx, key(c.id, "tech"), ref))
	if n := len(c.log(c.id)); n != before {
		t.Errorf("%d entries came", n-before)
	}
	c.must(c.bridge.Close(c.ctx, c.id, ann))
	before = len(c.log(c.id))
	c.must(c.bridge.ThreadLost(c.ctx, key(c.id, "sales"), ref))
	if n := len(c.log(c.id)); n != before {
		t.Errorf("%d entries came after the close", n-before)
	}
}

func TestGroupsFollowAChannelToItsNewAddress(t *testing.T) {
	w := newWorld(t)
	sales := w.change("sales", keep)
	w.must(w.bridge.MoveChannel(w.ctx, team, sales.Channel, "C77"))
	w.must(w.bridge.MoveChannel(w.ctx, team, sales.Channel, "C77"))
	w.must(w.bridge.MoveChannel(w.ctx, team, "C77", "C88"))
	w.start()
	got, err := w.bridge.Group(team, sales.ID)
	w.must(err)
	ws, err := w.bridge.Workspace(team)
	w.must(err)
	if got.Channel != "C88" || ws.Moved[sales.Channel] != "C77" || ws.Moved["C77"] != "C88" {
		t.Errorf("the group is in %q, moved are %v", got.Channel, ws.Moved)
	}
	w.refused(w.bridge.MoveChannel(w.ctx, team, "C88", "C88"), bridge.CodeInvalid)
}
