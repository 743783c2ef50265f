package bridge_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
)

// What is damaged is said to be, and never read as something else.
func TestDamagedRecords(t *testing.T) {
	damage := func(w *world, kind bridge.RecordKind, value string) {
		var all []bridge.Record
		w.must(w.store.Records(w.ctx, kind, "", func(r bridge.Record) error { all = append(all, r); return nil }))
		if len(all) == 0 {
			t.Fatalf("no %s to damage", kind)
		}
		for _, r := range all {
			_, err := w.store.Put(w.ctx, kind, r.Key, []byte(value), r.Revision)
			w.must(err)
		}
	}
	for _, kind := range []bridge.RecordKind{bridge.WorkspaceRecords, bridge.GroupRecords, bridge.SiteRecords, bridge.AgentRecords} {
		w := newWorld(t)
		w.must(w.bridge.SetAgent(w.ctx, bridge.Agent{Workspace: team, ID: "UANN", Name: "Ann", Avatar: png("x")}))
		a, _ := w.bridge.Agent(team, "UANN")
		damage(w, kind, "{")
		if _, err := bridge.New(w.ctx, w.store, w.desk, w.cfg); !errors.Is(err, bridge.ErrDamaged) {
			t.Errorf("a bridge over damaged %s: %v", kind, err)
		}
		if kind == bridge.AgentRecords {
			if _, err := w.bridge.Avatar(w.ctx, a.AvatarName); !errors.Is(err, bridge.ErrDamaged) {
				t.Errorf("a damaged avatar: %v", err)
			}
		}
	}
	t.Run("of a visitor", func(t *testing.T) {
		w := newWorld(t)
		c := w.chat("sales")
		damage(w, bridge.VisitorRecords, "{")
		c.tab.visit.Leave()
		_, err := w.bridge.Enter(w.ctx, site, c.tab.token, func() {})
		if w.refused(err, bridge.CodeInternal); !errors.Is(err, bridge.ErrDamaged) {
			t.Error(err)
		}
		w.refused(w.bridge.Close(w.ctx, c.id, ann), "")
		w.refused(w.bridge.Reopen(w.ctx, c.id, ann), bridge.CodeInternal)
	})
	t.Run("of a thread", func(t *testing.T) {
		w := newWorld(t)
		c := w.chat("sales")
		damage(w, bridge.ThreadRecords, "nonsense")
		if _, err := w.bridge.FindThread(w.ctx, team, c.conversation(c.id).Threads["sales"]); !errors.Is(err, bridge.ErrDamaged) {
			t.Error(err)
		}
	})
	t.Run("of a number", func(t *testing.T) {
		w := newWorld(t)
		_, err := w.store.Put(w.ctx, bridge.ConversationRecords, string(team)+"/number", []byte("c"), 0)
		w.must(err)
		if _, err = w.enter("").try("m", "hello", to("sales")); !errors.Is(err, bridge.ErrDamaged) {
			t.Error(err)
		}
	})
}

// damagedLog is a Store one of whose logs cannot be read.
type damagedLog struct {
	*bridgetest.Memory
	id    bridge.ConversationID
	reads atomic.Int64
}

func (d *damagedLog) Read(ctx context.Context, id bridge.ConversationID, after bridge.Seq, limit int) ([]bridge.Entry, error) {
	if id == d.id {
		d.reads.Add(1)
		return nil, bridge.ErrDamaged
	}
	return d.Memory.Read(ctx, id, after, limit)
}

func TestADamagedLogHoldsUpNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &damagedLog{Memory: bridgetest.NewMemory()}
		w := newWorldOver(t, store)
		bad, good := w.chat("sales"), w.chat("sales")
		good.tab.send("m", "still here")
		store.id = bad.id
		w.restart()
		defer w.end()
		w.desk.drain()
		w.equal(good.thread("sales").lines(), []string{"visitor: hello", "visitor: still here"})
		if _, err := w.bridge.Conversation(w.ctx, bad.id); !errors.Is(err, bridge.ErrDamaged) {
			t.Error(err)
		}
		_, _, err := bad.tab.visit.Next(w.ctx, 1)
		w.must(err)
		time.Sleep(time.Minute) // until what was waited has been recalled, too
		reads := store.reads.Load()
		time.Sleep(time.Hour)
		if n := store.reads.Load() - reads; n != 0 {
			t.Errorf("damage was looked at %d more times", n)
		}
	})
}

// A reload that fails is repeated until it does not.
func TestChangesElsewhereWhileTheStoreIsInTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &noRecords{Memory: bridgetest.NewMemory()}
		w := newWorldOver(t, store)
		defer w.run()()
		other, err := bridge.New(w.ctx, store.Memory, w.desk, w.cfg)
		w.must(err)
		synctest.Wait()
		store.broken.Store(true)
		g, err := other.CreateGroup(w.ctx, bridge.Group{Workspace: team, Name: "Billing"}, ann)
		w.must(err)
		time.Sleep(time.Minute)
		synctest.Wait()
		if _, err := w.bridge.Group(team, g.ID); err == nil {
			t.Fatal("the group is known though nothing could be read")
		}
		store.broken.Store(false)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		_, err = w.bridge.Group(team, g.ID)
		w.must(err)
	})
}

type noRecords struct {
	*bridgetest.Memory
	broken atomic.Bool
}

func (n *noRecords) Records(ctx context.Context, kind bridge.RecordKind, prefix string, fn func(bridge.Record) error) error {
	if n.broken.Load() {
		return errFault
	}
	return n.Memory.Records(ctx, kind, prefix, fn)
}
