package bridge_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/bridge"
)

func TestAnEntryComesBackAsItWasStored(t *testing.T) {
	e := bridge.Entry{
		Seq: 7, ID: "d.s1", Kind: bridge.KindOpened, Line: 3, At: time.Date(2026, 3, 1, 9, 0, 0, 123, time.UTC),
		By: bridge.Author{Role: bridge.RoleAgent, Agent: "UANN", Name: "Ann"}, Body: "<b>\u2028 🎈", Group: "tech", GroupName: "Tech",
		Reason: "why", Thread: "C/1", Post: "2", Upto: 6, Of: "d.s0", Version: 5, Knew: 4,
		Opening: &bridge.Opening{
			Workspace: team, Site: site, Visitor: "v", Number: 1001, Group: "tech", Left: true, Name: "Jane", Email: "j@example.com",
			Page: bridge.Page{URL: "https://shop.example", Title: "Shop", Referrer: "r", Language: "en", Zone: "UTC"},
		},
	}
	data, err := bridge.EncodeEntry(e)
	if err != nil {
		t.Fatal(err)
	}
	got, err := bridge.DecodeEntry(data)
	if err != nil {
		t.Fatal(err)
	}
	e.Seq, e.ID = 0, "" // a Store keeps these in its own form
	if d := cmp.Diff(e, got); d != "" {
		t.Error(d)
	}
	if _, err := bridge.DecodeEntry(data[:len(data)-1]); err == nil {
		t.Error("half an entry is decoded")
	}
}

func TestOnlyNamedKindsAreVisible(t *testing.T) {
	visible := []bridge.Kind{bridge.KindMessage, bridge.KindJoined, bridge.KindLeft, bridge.KindClaimed, bridge.KindClosed, bridge.KindReopened, bridge.KindEdited, bridge.KindDeleted, bridge.KindRated}
	for _, k := range visible {
		if !k.Visible() {
			t.Errorf("%s is not visible", k)
		}
	}
	for _, k := range []bridge.Kind{bridge.KindOpened, bridge.KindNote, bridge.KindKept, bridge.KindPosted, bridge.KindNoteEdited, bridge.KindNoteDeleted, "", "new", "Message"} {
		if k.Visible() {
			t.Errorf("%q is visible", k)
		}
	}
}

func TestValidKey(t *testing.T) {
	long := string(make([]byte, 201))
	for key, want := range map[string]bool{
		"a": true, "T1/C0-1_2=3.4": true, "": false, "a b": false, "é": false, "a\x00": false, "a*": false, "a>": false, long: false,
	} {
		if got := bridge.ValidKey(key); got != want {
			t.Errorf("ValidKey(%q) = %v", key, got)
		}
	}
}
