package bridge_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/chatgroups/chatgroups/bridge"
)

// fieldsOf are the changes of fields as "Field: from > to".
func fieldsOf(c bridge.Change) []string {
	var all []string
	for _, f := range c.Fields {
		all = append(all, f.Field+": "+f.From+" > "+f.To)
	}
	return all
}

func (w *world) changes() []bridge.Change {
	w.Helper()
	all, next, err := w.bridge.Changes(w.ctx, team, "", 0)
	w.must(err)
	w.equal(next, "")
	return all
}

func TestChangesTellWhoChangedWhatFromWhatToWhat(t *testing.T) {
	w := newWorld(t)
	before := len(w.changes())
	g, err := w.bridge.CreateGroup(w.ctx, bridge.Group{Workspace: team, Name: "Product", Channel: "C9", Members: []bridge.AgentID{"U1", "U2"}}, ann)
	w.must(err)
	g.About, g.Members = "How it works", []bridge.AgentID{"U2", "U3"}
	g.Words = map[string]bridge.GroupWords{"fr": {Name: "Produit"}}
	g, err = w.bridge.UpdateGroup(w.ctx, g, ann)
	w.must(err)
	_, err = w.bridge.UpdateGroup(w.ctx, g, ann) // of nothing: no change
	w.must(err)
	_, err = w.bridge.DeleteGroup(w.ctx, team, g.ID, ann)
	w.must(err)

	all := w.changes()
	w.equal(len(all)-before, 3)
	deleted, changed, created := all[0], all[1], all[2]
	for _, row := range []struct {
		c      bridge.Change
		did    bridge.Deed
		fields []string
	}{
		{created, bridge.DeedCreated, []string{"Name:  > Product", "Channel:  > C9", "Members:  > U1, U2"}},
		{changed, bridge.DeedChanged, []string{"About:  > How it works", "Words.fr:  > Produit", "Members: U1 > U3"}},
		{deleted, bridge.DeedDeleted, nil},
	} {
		w.equal(row.c.Did, row.did)
		w.equal(row.c.What, bridge.GroupSubject)
		w.equal(row.c.About, string(g.ID))
		w.equal(row.c.Name, "Product")
		w.equal(row.c.By, ann.Agent)
		w.equal(fieldsOf(row.c), row.fields)
	}
}

func TestWhatWasRefusedIsNoChange(t *testing.T) {
	w := newWorld(t)
	g, err := w.bridge.Group(team, "tech")
	w.must(err)
	before := w.changes()
	stale := g
	stale.Revision--
	stale.About = "other"
	_, err = w.bridge.UpdateGroup(w.ctx, stale, ann)
	w.equal(bridge.CodeOf(err), bridge.CodeConflict)
	g.Name = ""
	_, err = w.bridge.UpdateGroup(w.ctx, g, ann)
	w.equal(bridge.CodeOf(err), bridge.CodeInvalid)
	w.equal(w.changes(), before)
}

// TestAChangeIsKnownIfAndOnlyIfItWasSaved: wherever the program dies.
func TestAChangeIsKnownIfAndOnlyIfItWasSaved(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			ended := false
			synctest.Test(t, func(t *testing.T) {
				store := newFaulty()
				w := newWorldOver(t, store)
				defer w.end()
				w.restart() // so that it is not known in memory what was copied
				g, err := w.bridge.Group(team, "tech")
				w.must(err)
				before := len(w.changes())
				g.About = "first"
				store.plan(n, after, errors.New("the disk is gone"))
				_, _ = w.bridge.UpdateGroup(w.ctx, g, ann)
				ended = !store.hasFailed()
				store.heal()
				w.restart()
				g, err = w.bridge.Group(team, "tech")
				w.must(err)
				saved := g.About == "first"
				if known := len(w.changes()) - before; known == 1 != saved {
					t.Errorf("write %d failed (after it was made: %v): saved %v, and %d changes are known", n, after, saved, known)
				}
				g.About = "second" // copies what was left
				_, err = w.bridge.UpdateGroup(w.ctx, g, ann)
				w.must(err)
				w.restart()
				want := 1
				if saved {
					want = 2
				}
				w.equal(len(w.changes())-before, want)
			})
			if ended {
				if n < 3 {
					t.Errorf("the update made only %d writes", n-1)
				}
				break
			}
		}
	}
}

func TestChangesComeInPagesFromTheLatestOn(t *testing.T) {
	w := newWorld(t)
	g, err := w.bridge.Group(team, "tech")
	w.must(err)
	for _, about := range strings.Split("abcdefg", "") {
		w.clock.pass(1)
		g.About = about
		g, err = w.bridge.UpdateGroup(w.ctx, g, ann)
		w.must(err)
	}
	var read []string
	for next, first := "", true; first || next != ""; first = false {
		var page []bridge.Change
		page, next, err = w.bridge.Changes(w.ctx, team, next, 3)
		w.must(err)
		for _, c := range page {
			if c.Did == bridge.DeedChanged && c.About == "tech" {
				read = append(read, c.Fields[0].To)
			}
		}
	}
	w.equal(strings.Join(read, ""), "gfedcba")
}

func TestASecretIsInNoChange(t *testing.T) {
	w := newWorld(t)
	secret, err := w.bridge.RotateIdentitySecret(w.ctx, "main", ann)
	w.must(err)
	c := w.changes()[0]
	w.equal(c.What, bridge.SiteSubject)
	for _, f := range c.Fields {
		if strings.Contains(f.From+f.To, secret) || f.From+f.To != "" {
			t.Errorf("the change tells %q and %q", f.From, f.To)
		}
	}
}
