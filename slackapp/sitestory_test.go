package slackapp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func (w *world) sites() []bridge.Site { return w.b.Sites(w.ws) }

func TestASiteIsMadeByAForm(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups site new Shop")
	s := w.submit(w.cleo, map[string][]string{
		"Origins": {"https://shop.example\nhttps://*.shop.example"}, "Groups": {"tech"},
		"title": {"Ask us"}, "Consent": {"We keep it."}, "Texts": {"fr.title = Écrivez-nous\nfr.consent = Nous le gardons."},
		"Accent": {"#3355d1"}, "Fields": {"name", "page"}, "MaxFileBytes": {"5"},
	})
	if s.Action == "errors" {
		t.Fatal(s.Errors)
	}
	w.whisper(w.cleo, "*Site Shop")
	sites := w.sites()
	i := slices.IndexFunc(sites, func(s bridge.Site) bool { return s.Name == "Shop" })
	if len(sites) != 2 || i < 0 {
		t.Fatalf("the sites are %+v", sites)
	}
	shop := sites[i]
	if !slices.Equal(shop.Origins, []string{"https://shop.example", "https://*.shop.example"}) || !slices.Equal(shop.Groups, []bridge.GroupID{"tech"}) ||
		shop.Texts.In("fr", "title") != "Écrivez-nous" || shop.Texts.In("de", "title") != "Ask us" || shop.Consent["fr"] != "Nous le gardons." ||
		shop.Accent != "#3355d1" || !slices.Equal(shop.Fields, bridge.Fields{bridge.FieldName, bridge.FieldPage}) || shop.MaxFileBytes != 5<<20 {
		t.Errorf("the site is %+v", shop)
	}
	// What it shows when it is opened again is what it is.
	w.asks(w.cleo, w.lobby, "/chatgroups site edit Shop")
	w.submit(w.cleo, map[string][]string{"Language": {"de"}})
	w.wait("the change", func() bool { s, _ := w.b.Site(shop.ID); return s.Language == "de" })
	after, _ := w.b.Site(shop.ID)
	after.Language, after.Revision = shop.Language, shop.Revision
	if got, want := after.Texts.In("fr", "title"), "Écrivez-nous"; got != want || !slices.Equal(after.Fields, shop.Fields) || after.Consent["fr"] != "Nous le gardons." || after.MaxFileBytes != shop.MaxFileBytes {
		t.Errorf("after another change it is %+v", after)
	}
}

func TestEachFieldOfASiteSaysWhatIsWrongWithIt(t *testing.T) {
	w := newWorld(t, fast)
	for field, row := range map[string]struct{ typed, says string }{
		"Origins":      {"shop.example", "is not an origin"},
		"Accent":       {"red", "must be a colour"},
		"Language":     {"klingon!", "is no language"},
		"MaxFileBytes": {"many", "whole number of megabytes"},
		"Texts":        {"Écrivez-nous", "Line 1 must be a language"},
	} {
		w.asks(w.cleo, w.lobby, "/chatgroups site edit main")
		s := w.submit(w.cleo, map[string][]string{field: {row.typed}})
		if s.Action != "errors" || !strings.Contains(s.Errors[field], row.says) {
			t.Errorf("%s: the answer is %+v", field, s)
		}
	}
}

func TestASiteThatSomebodyElseChangedMeanwhileIsNotOverwrittenUnseen(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups site edit main")
	s, err := w.b.Site("main")
	if err != nil {
		t.Fatal(err)
	}
	s.Accent = "#000000"
	if _, err := w.b.UpdateSite(t.Context(), s, bridge.Author{Agent: bridge.AgentID(w.dan), Name: "dan"}); err != nil {
		t.Fatal(err)
	}
	if got := w.submit(w.cleo, map[string][]string{"title": {"Ask us"}}); got.Action != "update" {
		t.Fatalf("the answer is %+v", got)
	}
	w.modalSays(w.cleo, "<@"+w.dan+"> changed this site meanwhile")
	w.modalSays(w.cleo, "Ask us")
	w.submit(w.cleo, nil)
	w.wait("the title", func() bool { s, _ := w.b.Site("main"); return s.Texts.In("en", "title") == "Ask us" })
}

func TestWhatVisitorsSeeIsShownBeforeItIsSaved(t *testing.T) {
	w := newWorld(t, fast)
	w.asks(w.cleo, w.lobby, "/chatgroups site edit main")
	if err := w.slack.FillView(w.cleo, map[string][]string{"title": {"Ask us"}, "Consent": {"We keep it."}}); err != nil {
		t.Fatal(err)
	}
	if err := w.slack.ClickView(t.Context(), w.cleo, "preview"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"*Ask us*", "First they must agree: We keep it.", "● *Tech* – available"} {
		w.modalSays(w.cleo, want)
	}
}

func TestSitesAreDeletedAndKeepOne(t *testing.T) {
	w := newWorld(t, fast)
	if got := w.command(w.cleo, w.lobby, "/chatgroups site delete main yes"); !strings.Contains(got, "last site") {
		t.Errorf("of the last one it says %q", got)
	}
	s, err := w.b.CreateSite(t.Context(), bridge.Site{Workspace: w.ws, Name: "Shop"}, bridge.Author{})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.command(w.cleo, w.lobby, "/chatgroups site delete shop"); !strings.Contains(got, "Delete the site *Shop*?") {
		t.Errorf("it says %q", got)
	}
	if got := w.command(w.cleo, w.lobby, "/chatgroups site delete "+string(s.ID)+" yes"); !strings.Contains(got, "is deleted") || len(w.sites()) != 1 {
		t.Errorf("it says %q, and there are %d sites", got, len(w.sites()))
	}
}

func TestAnIdentitySecretIsShownOnceAndIsNotInTheAudit(t *testing.T) {
	w := newWorld(t, fast)
	if got := w.command(w.cleo, w.lobby, "/chatgroups site secret"); !strings.Contains(got, "a new identity secret?") {
		t.Errorf("it says %q", got)
	}
	got := w.command(w.cleo, w.lobby, "/chatgroups site secret main yes")
	secret := string(w.b.IdentitySecret("main"))
	if secret == "" || !strings.Contains(got, secret) {
		t.Fatal("the secret is not shown")
	}
	if got := w.command(w.cleo, w.lobby, "/chatgroups audit"); strings.Contains(got, secret) || !strings.Contains(got, "identity secret") {
		t.Errorf("audit says\n%s", got)
	}
}

func TestSitesAreForThoseWhoAdminister(t *testing.T) {
	w := newWorld(t, fast)
	guest := w.slack.AddPerson(fakeslack.Person{Name: "gus", Restricted: true}).ID
	if err := w.slack.Join(guest, w.lobby); err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{"site", "site new Shop", "site edit main", "site delete main yes", "site secret main yes", "site add https://evil.example"} {
		for who, want := range map[string]string{w.ann: "Only workspace admins", guest: "Only members of this workspace"} {
			if got := w.command(who, w.lobby, "/chatgroups "+typed); !strings.Contains(got, want) {
				t.Errorf("%s says %q", typed, got)
			}
		}
	}
	if s := w.sites(); len(s) != 1 || len(s[0].Origins) != 0 {
		t.Errorf("the sites are %+v", s)
	}
}

// TestSavingASiteLosesNothingThatTheFormCannotShow: groups past the hundredth, texts and
// origins longer than a field, a size that is no whole number.
func TestSavingASiteLosesNothingThatTheFormCannotShow(t *testing.T) {
	w := newWorld(t, fast)
	var last bridge.Group
	for i := range 110 {
		g, err := w.b.CreateGroup(t.Context(), bridge.Group{Workspace: w.ws, Name: fmt.Sprintf("Group %d", i), Channel: w.lobby, Members: []bridge.AgentID{bridge.AgentID(w.dan)}}, bridge.Author{})
		if err != nil {
			t.Fatal(err)
		}
		last = g
	}
	s, err := w.b.Site("main")
	if err != nil {
		t.Fatal(err)
	}
	s.Groups, s.MaxFileBytes, s.Texts = []bridge.GroupID{last.ID}, 3<<19, bridge.Texts{}
	for i := range 40 {
		s.Texts.Set("fr", fmt.Sprintf("group.g%d", i), strings.Repeat("x", 100))
	}
	for i := range 80 {
		s.Origins = append(s.Origins, fmt.Sprintf("https://%s%d.shop.example", strings.Repeat("a", 30), i))
	}
	s.Consent = map[string]string{"": strings.Repeat("c", 900), "fr": "Nous le gardons."}
	if s, err = w.b.UpdateSite(t.Context(), s, bridge.Author{}); err != nil {
		t.Fatal(err)
	}
	w.asks(w.cleo, w.lobby, "/chatgroups site edit main")
	w.submit(w.cleo, map[string][]string{"Accent": {"#123456"}})
	w.wait("the accent", func() bool { now, _ := w.b.Site("main"); return now.Accent == "#123456" })
	now, _ := w.b.Site("main")
	if !slices.Equal(now.Groups, s.Groups) || now.MaxFileBytes != s.MaxFileBytes || len(now.Texts["fr"]) != 40 || len(now.Origins) != 80 ||
		now.Consent[""] != s.Consent[""] || now.Consent["fr"] != s.Consent["fr"] {
		t.Errorf("after a change of the accent it has %d groups, %d bytes, %d texts, %d origins", len(now.Groups), now.MaxFileBytes, len(now.Texts["fr"]), len(now.Origins))
	}
}
