package bridge_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/chatgroups/chatgroups/bridge"
)

func (w *world) groups() []string {
	var names []string
	for _, g := range w.bridge.Groups(team) {
		names = append(names, g.Name)
	}
	return names
}

func TestNamesAndIDsOfGroups(t *testing.T) {
	w := newWorld(t)
	create := func(name string) (bridge.Group, error) {
		return w.bridge.CreateGroup(w.ctx, bridge.Group{Workspace: team, Name: name, Channel: "C"}, ann)
	}
	for _, tc := range []struct {
		name string
		id   bridge.GroupID // "" for a random one
		slug string
		code bridge.Code
	}{
		{"Tech help", "tech-help", "tech-help", ""},
		{" tech   HELP! ", "", "", bridge.CodeConflict},
		{"sales", "", "", bridge.CodeConflict},
		{"General", "", "", bridge.CodeConflict},
		{"Münchner Büro", "", "münchner-büro", ""},
		{"münchner büro", "", "", bridge.CodeConflict},
		{"サポート", "", "サポート", ""},
		{"Поддержка", "", "поддержка", ""},
		{"24/7", "24-7", "24-7", ""},
		{"a\u202eb\nc", "ab-c", "ab-c", ""},
		{strings.Repeat("x", 33), "", strings.Repeat("x", 33), ""},
		{strings.Repeat("y", 32), bridge.GroupID(strings.Repeat("y", 32)), strings.Repeat("y", 32), ""},
		{strings.Repeat("é", 40), "", strings.Repeat("é", 40), ""},
		{strings.Repeat("z", 41), "", "", bridge.CodeTooLong},
		{"", "", "", bridge.CodeInvalid},
		{" \n", "", "", bridge.CodeInvalid},
		{"?!", "", "", bridge.CodeInvalid},
		{"\u0301", "", "", bridge.CodeInvalid},
	} {
		g, err := create(tc.name)
		if bridge.CodeOf(err) != tc.code {
			t.Errorf("%q: %v, want %q", tc.name, err, tc.code)
			continue
		}
		if err != nil {
			continue
		}
		if tc.id != "" && g.ID != tc.id || tc.id == "" && !strings.HasPrefix(string(g.ID), "g-") {
			t.Errorf("%q has the id %q", tc.name, g.ID)
		}
		if g.Slug() != tc.slug || !bridge.ValidKey(string(g.ID)) {
			t.Errorf("%q has the slug %q and the id %q", tc.name, g.Slug(), g.ID)
		}
		for _, word := range []string{tc.slug, tc.name, string(g.ID), strings.ToUpper(tc.name)} {
			if found, err := w.bridge.FindGroup(team, word); err != nil || found.ID != g.ID {
				t.Errorf("%q finds %q, %v", word, found.ID, err)
			}
		}
	}
	_, err := w.bridge.FindGroup(team, "nobody")
	w.refused(err, bridge.CodeNotFound)
	if !strings.Contains(err.Error(), "tech-help") {
		t.Errorf("the error names no group that there is: %v", err)
	}
	_, err = w.bridge.FindGroup(team, "")
	w.refused(err, bridge.CodeNotFound)
	_, err = w.bridge.Group("T2", "sales")
	w.refused(err, bridge.CodeNotFound)
	w.start()
	if _, err := w.bridge.FindGroup(team, "サポート"); err != nil {
		t.Error(err)
	}
}

func TestAnIDIsOneGroupsForEver(t *testing.T) {
	w := newWorld(t)
	w.change("tech", func(g *bridge.Group) { g.Name = "Support" })
	w.clock.pass(time.Hour)
	second := w.group("Tech") // the name is free, the id is not
	if second.ID == "tech" {
		t.Fatal("two groups have one id")
	}
	if g, err := w.bridge.FindGroup(team, "tech"); err != nil || g.ID != second.ID {
		t.Errorf("the word tech finds %q, %v", g.ID, err)
	}
	_, err := w.bridge.DeleteGroup(w.ctx, team, second.ID, ann)
	w.must(err)
	if g, err := w.bridge.FindGroup(team, "tech"); err != nil || g.ID != "tech" {
		t.Errorf("the word tech finds %q, %v", g.ID, err)
	}
	_, err = w.bridge.DeleteGroup(w.ctx, team, "sales", ann)
	w.must(err)
	w.start()
	if g := w.group("Sales"); g.ID == "sales" {
		t.Error("the id of a deleted group was given again")
	}
	w.equal(w.groups(), []string{"Support", "Sales", "General"})
}

func TestOnlyTheBridgeSaysWhatAGroupIs(t *testing.T) {
	w := newWorld(t)
	g, err := w.bridge.CreateGroup(w.ctx, bridge.Group{
		Workspace: team, ID: "sales", Name: "Billing", About: "Invoices\nand money",
		Default: true, Deleted: true, Revision: 7,
	}, ann)

	w.must(err)
	if g.ID != "billing" || g.Default || g.Deleted || g.About != "Invoices and money" || !g.Created.Equal(w.clock.now()) {
		t.Errorf("created %+v", g)
	}
	g.Default, g.Deleted, g.Created = true, true, g.Created.AddDate(-1, 0, 0)
	g, err = w.bridge.UpdateGroup(w.ctx, g, ann)
	w.must(err)
	if g.Default || g.Deleted || !g.Created.Equal(w.clock.now()) {
		t.Errorf("updated to %+v", g)
	}
	g.About = strings.Repeat("x", bridge.MaxGroupAbout+1)
	_, err = w.bridge.UpdateGroup(w.ctx, g, ann)
	w.refused(err, bridge.CodeTooLong)
	g.About, g.ID = "", "nobody"
	_, err = w.bridge.UpdateGroup(w.ctx, g, ann)
	w.refused(err, bridge.CodeNotFound)
	g = w.change("general", func(g *bridge.Group) { g.Default, g.Name = false, "Reception" })
	if !g.Default || g.ID != "general" {
		t.Errorf("the default group became %+v", g)
	}
}

func TestAdminsAtOnce(t *testing.T) {
	const admins = 8
	w := newWorld(t)
	each := func(fn func(i int) error) (done int) {
		t.Helper()
		errs := make([]error, admins)
		var wg sync.WaitGroup
		for i := range admins {
			wg.Go(func() { errs[i] = fn(i) })
		}
		wg.Wait()
		for _, err := range errs {
			switch bridge.CodeOf(err) {
			case "":
				done++
			case bridge.CodeConflict:
			default:
				t.Errorf("unexpected error: %v", err)
			}
		}
		return done
	}
	g, _ := w.bridge.Group(team, "sales")
	if n := each(func(i int) error {
		mine := g
		mine.About = fmt.Sprint(i)
		_, err := w.bridge.UpdateGroup(w.ctx, mine, ann)
		return err
	}); n != 1 {
		t.Errorf("%d admins changed one reading of a group", n)
	}
	for _, name := range []string{"Billing", "Büro"} { // one whose slug is its id, one whose is not
		if n := each(func(int) error {
			_, err := w.bridge.CreateGroup(w.ctx, bridge.Group{Workspace: team, Name: name}, ann)
			return err
		}); n != 1 {
			t.Errorf("%d groups %s were created", n, name)
		}
	}
	var ids []bridge.GroupID
	for i := range admins {
		ids = append(ids, w.group(fmt.Sprint("g", i)).ID)
	}
	if n := each(func(i int) error {
		g, _ := w.bridge.Group(team, ids[i])
		g.Name = "Wanted"
		_, err := w.bridge.UpdateGroup(w.ctx, g, ann)
		return err
	}); n != 1 {
		t.Errorf("%d groups got one name", n)
	}
	if n := each(func(int) error {
		_, err := w.bridge.DeleteGroup(w.ctx, team, "tech", ann)
		return err
	}); n != admins {
		t.Errorf("of %d who deleted a group %d were told that it is gone", admins, n)
	}
}

func TestDeleteGroup(t *testing.T) {
	t.Run("moves its conversations", func(t *testing.T) {
		w := newWorld(t)
		alone, both, closed, other := w.chat("sales"), w.chat("sales"), w.chat("sales"), w.chat("tech")
		w.must(w.bridge.Invite(w.ctx, both.id, "tech", ann, ""))
		w.must(w.bridge.Close(w.ctx, closed.id, ann))
		w.desk.drain()
		_, err := w.bridge.DeleteGroup(w.ctx, team, "sales", ann)
		w.refused(err, bridge.CodeForbidden)
		if _, err := w.bridge.Group(team, "sales"); err != nil {
			t.Fatalf("refused, and yet gone: %v", err)
		}
		w.openGeneral()
		moved, err := w.bridge.DeleteGroup(w.ctx, team, "sales", ann)
		w.must(err)
		if moved != 1 {
			t.Errorf("%d conversations moved, want the one that had no other group", moved)
		}
		w.equal(w.conversation(alone.id).With, []bridge.GroupID{"general"})
		w.equal(w.conversation(both.id).With, []bridge.GroupID{"tech"})
		w.equal(w.conversation(other.id).With, []bridge.GroupID{"tech"})
		w.equal(alone.tab.sees(), []string{"visitor: hello", "General joined", "Sales left"})
		for _, e := range alone.tab.events[1:] {
			w.equal(e.By, bridge.EventAuthor{Role: bridge.RoleAgent, Name: "Ann"})
		}
		w.equal(w.groups(), []string{"Tech", "General"})
		_, err = w.bridge.Group(team, "sales")
		w.refused(err, bridge.CodeNotFound)
		_, err = w.bridge.FindGroup(team, "sales")
		w.refused(err, bridge.CodeNotFound)
		w.desk.drain()
		w.equal(alone.thread("general").lines(), []string{"visitor: hello", "Sales left"})
		w.equal(alone.thread("sales").lines(), []string{"visitor: hello", "General joined", "Sales left"})
		w.refused(alone.reply(ann, "sales", "too late"), bridge.CodeForbidden)
	})
	t.Run("needs no default group where nothing must move", func(t *testing.T) {
		w := newWorld(t)
		c := w.chat("sales")
		w.must(w.bridge.Invite(w.ctx, c.id, "tech", ann, ""))
		moved, err := w.bridge.DeleteGroup(w.ctx, team, "sales", ann)
		w.must(err)
		w.equal(moved, 0)
		w.equal(w.conversation(c.id).With, []bridge.GroupID{"tech"})
	})
	t.Run("refuses the default group and unknown ones", func(t *testing.T) {
		w := newWorld(t)
		_, err := w.bridge.DeleteGroup(w.ctx, team, "general", ann)
		w.refused(err, bridge.CodeForbidden)
		_, err = w.bridge.DeleteGroup(w.ctx, team, "nobody", ann)
		w.refused(err, bridge.CodeNotFound)
	})
	t.Run("does nothing the second time", func(t *testing.T) {
		w := newWorld(t)
		for range 2 {
			moved, err := w.bridge.DeleteGroup(w.ctx, team, "sales", ann)
			w.must(err)
			w.equal(moved, 0)
		}
	})
	t.Run("stops an invitation and an update", func(t *testing.T) {
		w := newWorld(t)
		c := w.chat("sales")
		stale, _ := w.bridge.Group(team, "tech")
		_, err := w.bridge.DeleteGroup(w.ctx, team, "tech", ann)
		w.must(err)
		w.refused(w.bridge.Invite(w.ctx, c.id, "tech", ann, ""), bridge.CodeNotFound)
		_, err = w.bridge.UpdateGroup(w.ctx, stale, ann)
		w.refused(err, bridge.CodeNotFound)
	})
}

// While a group is deleted, visitors begin conversations with it and colleagues
// invite it: afterwards it takes part nowhere.
func TestDeleteGroupWhileItIsChosen(t *testing.T) {
	for range 20 {
		w := newWorld(t)
		w.openGeneral()
		c := w.chat("sales")
		var tabs []*tab
		for range 4 {
			tabs = append(tabs, w.enter(""))
		}
		var wg sync.WaitGroup
		for _, tab := range tabs {
			wg.Go(func() { _, _ = tab.try("m", "hello", to("tech")) })
		}
		wg.Go(func() { _ = w.bridge.Invite(w.ctx, c.id, "tech", ann, "") })
		wg.Go(func() {
			if _, err := w.bridge.DeleteGroup(w.ctx, team, "tech", ann); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		open, err := w.bridge.OpenConversations(w.ctx, team)
		w.must(err)
		for _, v := range open {
			if v.TakesPart("tech") || len(v.With) == 0 {
				t.Errorf("#%d is with %v", v.Opening.Number, v.With)
			}
		}
	}
}

func FuzzSlug(f *testing.F) {
	for _, s := range []string{"Tech help", "  ", "Ünï-cödé", "a--b", "\xff", "İstanbul", "ǅ", "e\u0301", "\u0301a", "१२", "ὈΔΥΣΣΕΎΣ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		slug := bridge.Slug(name)
		if again := bridge.Slug(slug); again != slug {
			t.Errorf("Slug(%q) = %q, and of that %q", name, slug, again)
		}
		if !utf8.ValidString(slug) || strings.ContainsAny(slug, " \n\t/.\"'<>&*_~`@#") ||
			strings.HasPrefix(slug, "-") || strings.HasSuffix(slug, "-") || strings.Contains(slug, "--") {
			t.Errorf("Slug(%q) = %q", name, slug)
		}
	})
}
