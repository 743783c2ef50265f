package slackapp_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// mortalStore takes no groups any more once it is dead.
type mortalStore struct {
	*bridgetest.Memory
	dead atomic.Bool
}

func (s *mortalStore) Put(ctx context.Context, kind bridge.RecordKind, key string, value []byte, revision uint64) (uint64, error) {
	if s.dead.Load() {
		return 0, errors.New("the program was killed")
	}
	return s.Memory.Put(ctx, kind, key, value, revision)
}

// TestAGroupWhoseMakingWasKilledIsMadeByTheSameAgain kills the program at every call by
// which a group comes to be, with that call's effect and without, and fills in the same
// form once more after a restart.
func TestAGroupWhoseMakingWasKilledIsMadeByTheSameAgain(t *testing.T) {
	steps := []string{"conversations.create", "usergroups.create", "usergroups.users.list", "usergroups.users.update", "conversations.invite"}
	for _, step := range steps {
		for _, effect := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, done is %v", step, effect), func(t *testing.T) {
				t.Parallel()
				killAt(t, func(w *world, _ *mortalStore, die func()) {
					var dead atomic.Bool
					w.slack.FailBy(func(r fakeslack.Request) fakeslack.Fault {
						writes := strings.HasPrefix(r.Method, "usergroups.") || strings.HasPrefix(r.Method, "conversations.")
						switch {
						case !dead.Load() && r.Method == step:
							dead.Store(true)
							die()
							if effect {
								return fakeslack.LostAnswer()
							}
							return fakeslack.LostRequest()
						case dead.Load() && writes:
							return fakeslack.LostRequest()
						}
						return fakeslack.Fault{}
					})
				})
			})
		}
	}
	t.Run("before the record", func(t *testing.T) {
		t.Parallel()
		killAt(t, func(_ *world, _ *mortalStore, die func()) { die() })
	})
}

// killAt fills in the form once while kill has the program die, restarts it, and fills
// in the same again.
func killAt(t *testing.T, kill func(w *world, store *mortalStore, die func())) {
	store := &mortalStore{Memory: bridgetest.NewMemory()}
	o := fast
	o.store = store
	w := newWorld(t, o)
	attempt := func() {
		t.Helper()
		w.asks(w.cleo, w.lobby, "/chatgroups create Product")
		w.choose(w.cleo, "where", "created", "channel_name")
		w.choose(w.cleo, "who", "created", "handle")
		w.submit(w.cleo, map[string][]string{"people": {w.ann, w.dan}})
	}
	kill(w, store, func() { store.dead.Store(true) })
	attempt()
	if _, err := w.b.FindGroup(w.ws, "product"); err == nil {
		t.Fatal("the group was made although the program died")
	}
	w.stop()
	if err := w.slack.CloseView(t.Context(), w.cleo, true); err != nil {
		t.Fatal(err)
	}
	w.slack.ClearFaults()
	store.dead.Store(false)
	o.app.BotToken, o.app.AppToken, o.app.APIURL = w.inst.BotToken, w.inst.AppToken, w.apiURL
	w.start(o)
	w.wait("the restarted app answers", func() bool { // Slack may send to the socket that is gone
		_, err := w.slack.Command(t.Context(), w.cleo, w.lobby, "/chatgroups help", false)
		return err == nil
	})
	attempt()
	w.whisper(w.cleo, "*Product* is ready")

	g := w.group("product")
	var channels, groups []string
	for _, ch := range w.slack.Channels() {
		if strings.HasPrefix(ch.Name, "chat-product") {
			channels = append(channels, ch.ID)
		}
	}
	for _, ug := range w.slack.UserGroups() {
		if ug.Name == "Product" || strings.HasPrefix(ug.Handle, "product") {
			groups = append(groups, ug.ID)
		}
	}
	if !slices.Equal(channels, []string{g.Channel}) || !slices.Equal(groups, []string{g.UserGroup}) {
		t.Errorf("there are the channels %v and user groups %v, the group has %s and %s", channels, groups, g.Channel, g.UserGroup)
	}
	w.membersAre(g.UserGroup, w.ann, w.dan)
	ch, _ := w.slack.Channel(g.Channel)
	for _, p := range []string{w.ann, w.dan, w.cleo} {
		if !slices.Contains(ch.Members, p) {
			t.Errorf("%s is not in the channel", p)
		}
	}
}

func TestAUserGroupOfSomebodyElseIsNotTakenUp(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups create Product")
	w.choose(w.cleo, "who", "created", "handle")
	if _, err := w.slack.CreateUserGroup(w.cleo, "Producers", "product", w.bea); err != nil {
		t.Fatal(err)
	}
	s := w.submit(w.cleo, map[string][]string{"channel": {w.lobby}, "people": {w.dan}})
	if !strings.Contains(s.Errors["handle"], "@product is taken by a user group, a channel or a person: @product-team is free") {
		t.Errorf("the answer is %+v", s)
	}
	w.membersAre("product", w.bea)
	w.submit(w.cleo, map[string][]string{"handle": {"product-team"}})
	w.whisper(w.cleo, "*Product* is ready")
	w.membersAre("product-team", w.dan)
}

func TestAUserGroupThatWasDisabledBeforeTheGroupWasThereIsEnabledAgain(t *testing.T) {
	store := &mortalStore{Memory: bridgetest.NewMemory()}
	o := fast
	o.store = store
	w := newWorld(t, o)
	w.asks(w.cleo, w.lobby, "/chatgroups create Product")
	w.choose(w.cleo, "who", "created", "handle")
	store.dead.Store(true)
	w.submit(w.cleo, map[string][]string{"channel": {w.lobby}, "people": {w.dan}})
	of, made := w.slack.UserGroup("product")
	if !made {
		t.Fatal("the user group was not made")
	}
	if err := w.slack.DisableUserGroup(w.cleo, of.ID); err != nil {
		t.Fatal(err)
	}
	store.dead.Store(false)
	w.submit(w.cleo, nil)
	w.whisper(w.cleo, "*Product* is ready")
	if of, _ := w.slack.UserGroup("product"); of.Disabled || w.group("product").UserGroup != of.ID {
		t.Errorf("the user group is %+v", of)
	}
}
