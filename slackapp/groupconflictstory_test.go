package slackapp_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

func TestOfTwoWhoChangeAGroupTheSecondIsToldAndNothingIsLost(t *testing.T) {
	w := newWorld(t, fast)
	if err := w.b.SetManagers(context.Background(), w.ws, []bridge.AgentID{bridge.AgentID(w.dan)}, bridge.Author{}); err != nil {
		t.Fatal(err)
	}
	w.asks(w.cleo, w.lobby, "/chatgroups edit tech")
	w.asks(w.dan, w.lobby, "/chatgroups edit tech")
	w.submit(w.dan, map[string][]string{"name": {"Dan's tech"}, "channel": {w.lobby}})
	w.whisper(w.dan, "is saved")

	s := w.submit(w.cleo, map[string][]string{"name": {"Cleo's tech"}, "about": {"Kettles"}})
	if s.Action != "update" {
		t.Errorf("the answer is %+v", s)
	}
	w.modalSays(w.cleo, "<@"+w.dan+"> changed this meanwhile: the name and the channel.")
	for block, want := range map[string]map[string]string{
		"name":    {"initial_value": "Cleo's tech"},
		"about":   {"initial_value": "Kettles"},
		"channel": {"initial_conversation": w.lobby}, // which Cleo did not touch
	} {
		for key, value := range want {
			if got := w.elementIn(w.cleo, block)[key]; got != value {
				t.Errorf("%s shows %v, want %s", block, got, value)
			}
		}
	}
	if g := w.group("tech"); g.Name != "Dan's tech" {
		t.Errorf("the group is %+v", g)
	}
	w.submit(w.cleo, nil)
	w.whisper(w.cleo, "*Cleo's tech* is saved")
	if g := w.group("cleo-s-tech"); g.About != "Kettles" || g.Channel != w.lobby {
		t.Errorf("the group is %+v", g)
	}
}

func TestWhatTheFormDoesNotShowMayChangeMeanwhile(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups edit tech")
	w.command(w.cleo, w.lobby, "/chatgroups off tech")
	w.submit(w.cleo, map[string][]string{"about": {"Kettles"}})
	w.whisper(w.cleo, "*Tech* is saved")
	if g := w.group("tech"); g.About != "Kettles" || g.Switch == nil || g.Switch.On {
		t.Errorf("the group is %+v", g)
	}
}

func TestTwoWhoChangeTheSameUserGroupDoNotUndoEachOther(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups edit tech")
	w.command(w.cleo, w.lobby, "/chatgroups members tech add @bea")
	w.submit(w.cleo, map[string][]string{"members": {w.ann, w.dan}}) // Tom goes, Dan comes; of Bea it knows nothing
	w.whisper(w.cleo, "*Tech* is saved")
	want := []string{w.ann, w.bea, w.dan}
	slices.Sort(want)
	if got := w.userGroupMembers("tech"); !slices.Equal(got, want) {
		t.Errorf("in the user group are %v, want %v", got, want)
	}
}

func TestAGroupThatWasDeletedMeanwhileIsNotSaved(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups edit tech")
	w.command(w.cleo, w.lobby, "/chatgroups delete tech yes")
	w.submit(w.cleo, map[string][]string{"about": {"Kettles"}})
	w.modalSays(w.cleo, "There is no group")
	if v, _ := w.slack.Modal(w.cleo); !strings.Contains(string(v.Blocks), "Kettles") {
		t.Error("what was typed is lost")
	}
}
