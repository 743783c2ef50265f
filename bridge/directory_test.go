package bridge_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/chatgroups/chatgroups/bridge"
)

// png returns bytes that are a PNG as far as anybody looks.
func png(word string) []byte { return []byte("\x89PNG\x0D\x0A\x1A\x0A" + word) }

func jpeg(word string) []byte { return []byte("\xFF\xD8\xFF" + word) }

func TestSetupMayBeRepeated(t *testing.T) {
	store := newFaulty()
	w := newWorldOver(t, store)
	before := w.groups()
	store.onWrite = func() { t.Error("a second Setup wrote something") }
	for range 2 {
		w.must(w.bridge.Setup(w.ctx, bridge.Workspace{ID: team, Name: "Acme"}, site, []string{"HTTPS://shop.example:443/"}))
		w.start()
	}
	w.equal(w.groups(), before)
	store.onWrite = nil

	w.must(w.bridge.SetManagers(w.ctx, team, []bridge.AgentID{"UANN"}, ann))
	w.change("general", func(g *bridge.Group) { g.Name = "Reception" })
	w.must(w.bridge.Setup(w.ctx, bridge.Workspace{ID: team, Name: "Acme Inc."}, site, []string{"https://new.example"}))
	ws, err := w.bridge.Workspace(team)
	w.must(err)
	if ws.Name != "Acme Inc." || !ws.Manages("UANN") || ws.Manages("UBOB") {
		t.Errorf("the workspace is %+v", ws)
	}
	s, err := w.bridge.Site(site)
	w.must(err)
	if !s.Allows("https://new.example") || s.Allows("https://shop.example") {
		t.Errorf("the origins are %q", s.Origins)
	}
	s.Origins, s.OriginsEdited = []string{"https://edited.example"}, true
	_, err = w.bridge.UpdateSite(w.ctx, s, ann)
	w.must(err)
	w.must(w.bridge.Setup(w.ctx, bridge.Workspace{ID: team, Name: "Acme Inc."}, site, []string{"https://new.example"}))
	if s, _ = w.bridge.Site(site); !s.Allows("https://edited.example") || s.Allows("https://new.example") {
		t.Errorf("the configuration replaced edited origins: %q", s.Origins)
	}
	w.equal(w.groups(), []string{"Sales", "Tech", "Reception"})
	w.refused(w.bridge.Setup(w.ctx, bridge.Workspace{ID: team}, site, []string{"shop.example"}), bridge.CodeInvalid)
}

func TestSetupByManyAtOnce(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if err := w.bridge.Setup(w.ctx, bridge.Workspace{ID: "T9", Name: "Nine"}, bridge.SiteID(fmt.Sprint("s", i%2)), nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	w.equal(len(w.bridge.Sites("T9")), 2)
	w.equal(len(w.bridge.Groups("T9")), 1)
	w.equal(len(w.bridge.Sites(team)), 1)
}

func TestSites(t *testing.T) {
	w := newWorld(t)
	read := func() bridge.Site {
		s, err := w.bridge.Site(site)
		w.must(err)
		return s
	}
	_, err := w.bridge.Site("nowhere")
	w.refused(err, bridge.CodeNotFound)

	s := read()
	s.Texts = bridge.Texts{}
	s.Texts.Set(bridge.EveryLanguage, bridge.TextTitle, " Chat \n with us ")
	s.Accent, s.Workspace = "#3355d1", "T9"
	s, err = w.bridge.UpdateSite(w.ctx, s, ann)
	w.must(err)
	if s.Texts.In("en", bridge.TextTitle) != "Chat with us" || s.Workspace != team {
		t.Errorf("saved %+v", s)
	}
	w.equal(read(), s)
	w.start()
	w.equal(read(), s)

	stale := s
	s.Name = "Shop"
	_, err = w.bridge.UpdateSite(w.ctx, s, ann)
	w.must(err)
	_, err = w.bridge.UpdateSite(w.ctx, stale, ann)
	w.refused(err, bridge.CodeConflict)

	for name, change := range map[string]func(*bridge.Site){
		"an origin with a path":    func(s *bridge.Site) { s.Origins = []string{"https://shop.example/x"} },
		"an origin in another way": func(s *bridge.Site) { s.Origins = []string{"https://SHOP.example"} },
		"no origin":                func(s *bridge.Site) { s.Origins = []string{""} },
		"any origin":               func(s *bridge.Site) { s.Origins = []string{"*"} },
		"an accent that is CSS":    func(s *bridge.Site) { s.Accent = "#fff;}body{}" },
		"an accent that is a name": func(s *bridge.Site) { s.Accent = "red" },
	} {
		s := read()
		change(&s)
		if _, err := w.bridge.UpdateSite(w.ctx, s, ann); bridge.CodeOf(err) != bridge.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	s = read()
	s.Name = strings.Repeat("x", bridge.MaxSiteName+1)
	_, err = w.bridge.UpdateSite(w.ctx, s, ann)
	w.refused(err, bridge.CodeTooLong)
	s = read()
	s.ID = "nowhere"
	_, err = w.bridge.UpdateSite(w.ctx, s, ann)
	w.refused(err, bridge.CodeNotFound)
}

func TestWhatIsReadMayBeChanged(t *testing.T) {
	w := newWorld(t)
	w.change("sales", func(g *bridge.Group) { g.Members = []bridge.AgentID{"U1", "U2"} })
	g, _ := w.bridge.Group(team, "sales")
	g.Members[0] = "UEVIL"
	s, _ := w.bridge.Site(site)
	s.Origins[0] = "https://evil.example"
	managers := []bridge.AgentID{"U1"}
	w.must(w.bridge.SetManagers(w.ctx, team, managers, ann))
	managers[0] = "UEVIL"
	ws, _ := w.bridge.Workspace(team)
	ws.Managers[0] = "UEVIL"

	g, _ = w.bridge.Group(team, "sales")
	s, _ = w.bridge.Site(site)
	ws, _ = w.bridge.Workspace(team)
	if g.Members[0] != "U1" || !s.Allows("https://shop.example") || !ws.Manages("U1") {
		t.Error("who changed what was read changed what is held")
	}
}

func TestAgents(t *testing.T) {
	store := newFaulty()
	w := newWorldOver(t, store)
	set := func(id bridge.AgentID, name string, avatar []byte) bridge.Agent {
		t.Helper()
		w.must(w.bridge.SetAgent(w.ctx, bridge.Agent{Workspace: team, ID: id, Name: name, Avatar: avatar, AvatarName: "../made up"}))
		a, ok := w.bridge.Agent(team, id)
		if !ok || a.Name != name || a.Avatar != nil {
			t.Fatalf("kept %+v", a)
		}
		return a
	}
	avatar := func(name string) string {
		data, err := w.bridge.Avatar(w.ctx, name)
		if bridge.CodeOf(err) == bridge.CodeNotFound {
			return "none"
		}
		w.must(err)
		return string(data)
	}
	if _, ok := w.bridge.Agent(team, "UANN"); ok {
		t.Error("an agent is known before being set")
	}
	a := set("UANN", "Ann", png("same"))
	b := set("UBOB", "Bob", png("same"))
	if a.AvatarName != b.AvatarName {
		t.Error("the same picture has two names")
	}
	if e := set("UEVE", "Eve", nil); e.AvatarName != "" {
		t.Errorf("no picture is named %q", e.AvatarName)
	}
	if avatar(a.AvatarName) != string(png("same")) {
		t.Error("the picture is not there")
	}
	// Bob's picture was the last of that name to be set; Ann still has it.
	b2 := set("UBOB", "Bob", jpeg("other"))
	if avatar(a.AvatarName) != string(png("same")) || avatar(b2.AvatarName) != string(jpeg("other")) {
		t.Error("a picture that two had went with one of them")
	}
	set("UANN", "Ann", nil)
	if avatar(a.AvatarName) != "none" {
		t.Error("a picture that nobody has is still there")
	}
	for _, name := range []string{"", "UBOB", "../" + b2.AvatarName} {
		if avatar(name) != "none" {
			t.Errorf("there is a picture named %q", name)
		}
	}
	store.onWrite = func() { t.Error("setting the same again wrote something") }
	set("UBOB", "Bob", jpeg("other"))
	store.onWrite = nil
	w.start()
	if avatar(b2.AvatarName) != string(jpeg("other")) {
		t.Error("after a restart the picture is not there")
	}
	for name, bytes := range map[string][]byte{
		"svg":   []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"),
		"html":  []byte("<html>"),
		"gif":   []byte("GIF89a"),
		"large": png(string(make([]byte, bridge.MaxAvatarBytes))),
	} {
		if err := w.bridge.SetAgent(w.ctx, bridge.Agent{Workspace: team, ID: "UX", Avatar: bytes}); bridge.CodeOf(err) != bridge.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Two processes over one store: what the one changes, the other learns from Watch.
func TestChangesElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.run()()
		other, err := bridge.New(w.ctx, w.store, w.desk, w.cfg)
		w.must(err)
		told := 0
		stop := w.bridge.WatchDirectory(func() { told++ })
		synctest.Wait()
		expect := func(what string, times int, seen bool) {
			t.Helper()
			synctest.Wait()
			if told != times || !seen {
				t.Errorf("%s: told %d times, seen %v", what, told, seen)
			}
			told = 0
		}
		g, err := other.CreateGroup(w.ctx, bridge.Group{Workspace: team, Name: "Billing"}, ann)
		w.must(err)
		synctest.Wait()
		_, err = w.bridge.Group(team, g.ID)
		expect("a group", 1, err == nil)
		w.must(other.SetManagers(w.ctx, team, []bridge.AgentID{"UANN"}, ann))
		synctest.Wait()
		ws, _ := w.bridge.Workspace(team)
		expect("a workspace", 1, ws.Manages("UANN"))
		w.must(other.Setup(w.ctx, bridge.Workspace{ID: team, Name: "Acme"}, "second", nil))
		synctest.Wait()
		_, err = w.bridge.Site("second")
		expect("a site", 1, err == nil)
		w.must(other.SetAgent(w.ctx, bridge.Agent{Workspace: team, ID: "UANN", Name: "Ann"}))
		synctest.Wait()
		_, known := w.bridge.Agent(team, "UANN")
		expect("an agent", 1, known)

		w.group("Own") // told at once, and not again when the store tells it
		expect("a change of one's own", 1, true)
		stop()
		w.group("Unheard")
		expect("after the watch ended", 0, true)
	})
}
