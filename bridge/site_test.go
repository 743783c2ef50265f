package bridge_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

func (w *world) site(id bridge.SiteID) bridge.Site {
	w.Helper()
	s, err := w.bridge.Site(id)
	w.must(err)
	return s
}

func (w *world) changeSite(id bridge.SiteID, fn func(*bridge.Site)) bridge.Site {
	w.Helper()
	s := w.site(id)
	fn(&s)
	s, err := w.bridge.UpdateSite(w.ctx, s, ann)
	w.must(err)
	return s
}

func (w *world) newSite(s bridge.Site) bridge.Site {
	w.Helper()
	s.Workspace = team
	s, err := w.bridge.CreateSite(w.ctx, s, ann)
	w.must(err)
	return s
}

func TestAWorkspaceHasSeveralSites(t *testing.T) {
	w := newWorld(t)
	s, err := w.bridge.CreateSite(w.ctx, bridge.Site{
		Workspace: team, Name: " Tea \n Shop ", Origins: []string{"https://*.tea.example"}, Groups: []bridge.GroupID{"tech"},
		Texts:   bridge.Texts{"fr": {"question": {Plain: "Quel thé ?"}}},
		Consent: map[string]string{"": "Agree?", "de": " "}, Fields: bridge.Fields{}, Accent: "#fff",
		MaxFileBytes: bridge.NoFiles, FileTypes: []string{"Image/*"}, Language: "fr",
		Greetings: []bridge.Greeting{{Text: "Hello?", After: 3}},
	}, ann)

	w.must(err)
	if !regexp.MustCompile(`^tea-shop-[a-z2-7]{10}$`).MatchString(string(s.ID)) {
		t.Errorf("its key is %q", s.ID)
	}
	if s.Name != "Tea Shop" || len(s.Consent) != 1 || s.FileTypes[0] != "image/*" || s.Fields == nil {
		t.Errorf("it is %+v", s)
	}
	w.equal(w.site(s.ID), s)
	w.start()
	w.equal(w.site(s.ID), s)
	w.equal(len(w.bridge.Sites(team)), 2)
	if !w.bridge.AllowsOrigin("https://green.tea.example") {
		t.Error("the new site's pages are not let in")
	}
	if again := w.newSite(bridge.Site{Name: "Tea Shop"}); again.ID == s.ID {
		t.Error("two sites have one key")
	}
	if other := w.newSite(bridge.Site{Name: "お茶"}); !strings.HasPrefix(string(other.ID), "site-") {
		t.Errorf("a name without Latin letters makes the key %q", other.ID)
	}
	_, err = w.bridge.CreateSite(w.ctx, bridge.Site{Workspace: "T9", Name: "x"}, ann)
	w.refused(err, bridge.CodeNotFound)
	_, err = w.bridge.CreateSite(w.ctx, bridge.Site{Workspace: team, Name: " "}, ann)
	w.refused(err, bridge.CodeInvalid)
}

// The word for a field is that by which a form finds it.
func TestWhatASiteCannotBe(t *testing.T) {
	w := newWorld(t)
	for name, tc := range map[string]struct {
		field  string
		change func(*bridge.Site)
	}{
		"a long name":               {"Name", func(s *bridge.Site) { s.Name = strings.Repeat("x", 61) }},
		"an origin with a path":     {"Origins", func(s *bridge.Site) { s.Origins = []string{"https://shop.example/x"} }},
		"all of a top-level domain": {"Origins", func(s *bridge.Site) { s.Origins = []string{"https://*.com"} }},
		"many origins":              {"Origins", func(s *bridge.Site) { s.Origins = make([]string, 101) }},
		"a group that never was":    {"Groups", func(s *bridge.Site) { s.Groups = []bridge.GroupID{"nobody"} }},
		"a language that is none":   {"Language", func(s *bridge.Site) { s.Language = "german!" }},
		"a text in no language":     {"Texts", func(s *bridge.Site) { s.Texts = bridge.Texts{"german!": {"title": {Plain: "x"}}} }},
		"a long text":               {"Texts", func(s *bridge.Site) { s.Texts = bridge.Texts{"": {"title": {Plain: strings.Repeat("x", 301)}}} }},
		"a group's name with forms": {"Texts", func(s *bridge.Site) {
			s.Texts = bridge.Texts{"": {"group.tech": {Forms: map[string]string{"other": "x"}}}}
		}},
		"a form that is none": {"Texts", func(s *bridge.Site) {
			s.Texts = bridge.Texts{"": {"x": {Forms: map[string]string{"other": "x", "some": "y"}}}}
		}},
		"forms without the one for all": {"Texts", func(s *bridge.Site) { s.Texts = bridge.Texts{"": {"x": {Forms: map[string]string{"one": "x"}}}} }},
		"a colour that is CSS":          {"Accent", func(s *bridge.Site) { s.Accent = "#fff;}body{}" }},
		"long consent":                  {"Consent", func(s *bridge.Site) { s.Consent = map[string]string{"": strings.Repeat("x", 1001)} }},
		"consent in no language":        {"Consent", func(s *bridge.Site) { s.Consent = map[string]string{"!": "x"} }},
		"a field that is none":          {"Fields", func(s *bridge.Site) { s.Fields = bridge.Fields{"shoe size"} }},
		"a negative size":               {"MaxFileBytes", func(s *bridge.Site) { s.MaxFileBytes = -2 }},
		"a type that is none":           {"FileTypes", func(s *bridge.Site) { s.FileTypes = []string{"pdf"} }},
		"many types":                    {"FileTypes", func(s *bridge.Site) { s.FileTypes = make([]string, 51) }},
		"a greeting at once":            {"Greetings", func(s *bridge.Site) { s.Greetings = []bridge.Greeting{{Text: "x"}} }},
		"many greetings":                {"Greetings", func(s *bridge.Site) { s.Greetings = make([]bridge.Greeting, 11) }},
		"a greeting with a hole":        {"Greetings", func(s *bridge.Site) { s.Greetings = []bridge.Greeting{{Text: "x {n}", After: 1}} }},
	} {
		before := w.site(site)
		s := before
		tc.change(&s)
		_, err := w.bridge.UpdateSite(w.ctx, s, ann)
		refusal, ok := errors.AsType[*bridge.Error](err)
		if !ok || refusal.Field != tc.field || refusal.Code != bridge.CodeInvalid && refusal.Code != bridge.CodeTooLong {
			t.Errorf("%s: %#v", name, err)
		}
		w.equal(w.site(site), before)
	}
}

func TestTwoWhoChangeASite(t *testing.T) {
	w := newWorld(t)
	first, second := w.site(site), w.site(site)
	first.Name = "First"
	_, err := w.bridge.UpdateSite(w.ctx, first, ann)
	w.must(err)
	second.Name = "Second"
	_, err = w.bridge.UpdateSite(w.ctx, second, ann)
	w.refused(err, bridge.CodeConflict)
	w.equal(w.site(site).Name, "First")
}

// What the program's configuration says holds until an admin says something else.
func TestConfigurationStandsInASiteUntilItIsEdited(t *testing.T) {
	w := newWorld(t)
	restart := func(title string, after int) {
		w.cfg.Texts = bridge.Texts{"": {bridge.TextTitle: {Plain: title}}}
		w.cfg.Greetings = []bridge.Greeting{{Text: "Hello?", After: after}}
		w.start()
		w.must(w.bridge.Setup(w.ctx, bridge.Workspace{ID: team, Name: "Acme"}, site, []string{"https://shop.example"}))
	}
	restart("One", 1)
	w.equal(w.site(site).Texts.In("de", bridge.TextTitle), "One")
	revision := w.site(site).Revision
	restart("One", 1)
	w.equal(w.site(site).Revision, revision)
	restart("Two", 2)
	w.equal(w.site(site).Texts.In("de", bridge.TextTitle), "Two")
	w.equal(w.site(site).Greetings[0].After, 2)

	w.changeSite(site, func(s *bridge.Site) { s.Texts.Set("de", bridge.TextTitle, "Zwei") })
	restart("Three", 3)
	w.equal(w.site(site).Texts.In("de", bridge.TextTitle), "Zwei")
	w.equal(w.site(site).Texts.In("fr", bridge.TextTitle), "Two")
	w.equal(w.site(site).Greetings[0].After, 3)
	w.changeSite(site, func(s *bridge.Site) { s.Greetings = nil })
	restart("Four", 4)
	w.equal(len(w.site(site).Greetings), 0)
	w.equal(w.newSite(bridge.Site{Name: "Other"}).Texts, bridge.Texts(nil))

	w.cfg.Texts = bridge.Texts{"german!": {"title": {Plain: "x"}}}
	w.start()
	w.refused(w.bridge.Setup(w.ctx, bridge.Workspace{ID: "T5", Name: "Five"}, "five", nil), bridge.CodeInvalid)
}

func TestADeletedSite(t *testing.T) {
	w := newWorld(t)
	c := w.chat("tech")
	w.refused(w.bridge.DeleteSite(w.ctx, team, site, ann), bridge.CodeForbidden)
	w.refused(w.bridge.DeleteSite(w.ctx, team, "nowhere", ann), bridge.CodeNotFound)
	other := w.newSite(bridge.Site{Name: "Other"})
	w.refused(w.bridge.DeleteSite(w.ctx, "T9", other.ID, ann), bridge.CodeNotFound)
	_, err := w.bridge.RotateIdentitySecret(w.ctx, site, ann)
	w.must(err)
	w.must(w.bridge.DeleteSite(w.ctx, team, site, ann))
	w.must(w.bridge.DeleteSite(w.ctx, team, site, ann))

	_, err = w.bridge.Site(site)
	w.refused(err, bridge.CodeNotFound)
	_, err = w.bridge.UpdateSite(w.ctx, bridge.Site{ID: site}, ann)
	w.refused(err, bridge.CodeNotFound)
	_, err = w.bridge.Enter(w.ctx, site, c.tab.token, func() {})
	w.refused(err, bridge.CodeNotFound)
	_, err = w.bridge.RotateIdentitySecret(w.ctx, site, ann)
	w.refused(err, bridge.CodeNotFound)
	w.equal(w.records(bridge.SecretRecords), 0)
	if w.bridge.AllowsOrigin("https://shop.example") {
		t.Error("its pages are let in still")
	}
	// Who is in it goes on, but begins nothing.
	w.must(c.reply(ann, "tech", "still here"))
	w.equal(c.tab.reads(), []string{"hello", "still here"})
	c.tab.send("m-2", "good")
	_, err = c.tab.try("m-3", "anew", to("tech"), func(d *bridge.Draft) { d.Fresh = true })
	w.refused(err, bridge.CodeForbidden)

	// The configuration does not bring it back, unless there is no other.
	w.must(w.bridge.Setup(w.ctx, bridge.Workspace{ID: team, Name: "Acme"}, site, nil))
	w.equal(len(w.bridge.Sites(team)), 1)
	w.must(w.bridge.Setup(w.ctx, bridge.Workspace{ID: "T7", Name: "Seven"}, site, nil))
	w.equal(w.site(site).Workspace, bridge.WorkspaceID("T7"))
}

func TestIdentitySecrets(t *testing.T) {
	w := newWorld(t)
	if s := w.bridge.IdentitySecret(site); s != nil {
		t.Fatal("a site has a secret that nobody made")
	}
	first, err := w.bridge.RotateIdentitySecret(w.ctx, site, ann)
	w.must(err)
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(first) {
		t.Errorf("it has %d characters", len(first))
	}
	w.equal(string(w.bridge.IdentitySecret(site)), first)
	second, err := w.bridge.RotateIdentitySecret(w.ctx, site, ann)
	w.must(err)
	if second == first {
		t.Error("the next is the same")
	}
	w.start()
	w.equal(string(w.bridge.IdentitySecret(site)), second)
	if s := w.bridge.IdentitySecret("nowhere"); s != nil {
		t.Error("a site that is not there has a secret")
	}
	// Whoever writes a site down does not have it.
	if text := fmt.Sprintf("%+v", w.site(site)); strings.Contains(text, second) {
		t.Error("it stands in the site")
	}
}

// However a step is cut off, what is there afterwards is whole, and doing it again ends
// well.
func TestSitesAfterAKillAtAnyStep(t *testing.T) {
	for name, deed := range map[string]func(*world) error{
		"created": func(w *world) error {
			_, err := w.bridge.CreateSite(w.ctx, bridge.Site{Workspace: team, Name: "Tea", Accent: "#abc"}, ann)
			return err
		},
		"deleted": func(w *world) error { return w.bridge.DeleteSite(w.ctx, team, site, ann) },
		"given another secret": func(w *world) error {
			_, err := w.bridge.RotateIdentitySecret(w.ctx, site, ann)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			for step := 1; ; step++ {
				for _, after := range []bool{false, true} {
					store := newFaulty()
					w := newWorldOver(t, store)
					w.newSite(bridge.Site{Name: "Other"})
					old, err := w.bridge.RotateIdentitySecret(w.ctx, site, ann)
					w.must(err)
					store.plan(step, after, errFault)
					store.all = true
					err = deed(w)
					if !store.hasFailed() {
						w.must(err)
						return
					}
					store.heal()
					store.all = false
					w.start()
					for _, s := range w.bridge.Sites(team) {
						if s.Name == "Tea" && s.Accent != "#abc" {
							t.Errorf("step %d: half a site: %+v", step, s)
						}
					}
					if _, err := w.bridge.Site(site); err == nil && w.bridge.IdentitySecret(site) == nil {
						t.Errorf("step %d: the site has lost its secret", step)
					}
					w.must(deed(w))
					secret := string(w.bridge.IdentitySecret(site))
					switch left := w.records(bridge.SecretRecords); name {
					case "deleted":
						w.equal([]any{left, secret, len(w.bridge.Sites(team))}, []any{0, "", 1})
					case "given another secret":
						if secret == old || left != 1 {
							t.Errorf("step %d: the secret is the old one", step)
						}
					}
				}
			}
		})
	}
}

func TestWhichGroupsASiteOffers(t *testing.T) {
	w := newWorld(t)
	w.openGeneral()
	offered := func() (names []string) {
		for _, g := range w.bridge.Offered(w.site(site)) {
			names = append(names, g.Name)
		}
		return names
	}
	w.equal(offered(), []string{"Sales", "Tech", "General"})
	w.changeSite(site, func(s *bridge.Site) { s.Groups = []bridge.GroupID{"tech", "sales"} })
	w.equal(offered(), []string{"Sales", "Tech"})
	_, err := w.enter("").try("m", "hello", to("general"))
	w.refused(err, bridge.CodeForbidden)
	_, err = w.enter("").try("m", "hello") // and General, which takes what chose nothing, is not offered
	w.refused(err, bridge.CodeInvalid)
	w.enter("").send("m", "hello", to("tech"))

	w.changeSite(site, func(s *bridge.Site) { s.Groups = []bridge.GroupID{"tech"} })
	r := w.enter("").send("m", "hello")
	w.equal(w.conversation(r.Conversation).With, []bridge.GroupID{"tech"})

	// With the last of its groups gone it has the default group.
	_, err = w.bridge.DeleteGroup(w.ctx, team, "tech", ann)
	w.must(err)
	w.equal(offered(), []string{"General"})
	w.changeSite(site, func(s *bridge.Site) { s.Name = "Still" })
	r = w.enter("").send("m", "hello", to("general"))
	w.equal(w.conversation(r.Conversation).With, []bridge.GroupID{"general"})
	_, err = w.enter("").try("m", "hello", to("sales"))
	w.refused(err, bridge.CodeForbidden)

	w.changeSite(site, func(s *bridge.Site) { s.Groups = nil })
	w.equal(offered(), []string{"Sales", "General"})

	// What is hidden is reached by name.
	w.change("sales", func(g *bridge.Group) { g.Hidden = true })
	w.equal(offered(), []string{"General"})
	w.equal(len(w.bridge.HiddenOn(w.site(site))), 1)
	w.enter("").send("m", "hello", to("sales"))
	w.changeSite(site, func(s *bridge.Site) { s.Groups = []bridge.GroupID{"sales"} })
	w.equal(offered(), []string{"General"})
	r = w.enter("").send("m", "hello")
	w.equal(w.conversation(r.Conversation).With, []bridge.GroupID{"general"})
	w.changeSite(site, func(s *bridge.Site) { s.Groups = []bridge.GroupID{"general"} })
	w.equal(len(w.bridge.HiddenOn(w.site(site))), 0)
	_, err = w.enter("").try("m", "hello", to("sales"))
	w.refused(err, bridge.CodeForbidden)
}

// fewWords speak English and one German word, as the widget's would.
type fewWords struct{}

func (fewWords) CheckText(key string, t bridge.Text) error {
	if key != bridge.TextTitle && key != bridge.TextQuestion {
		return errors.New("no such text")
	}
	return nil
}

func (fewWords) Text(language, key string) string {
	if language == "de" && key == bridge.TextQuestion {
		return "Worum geht es?"
	}
	return "English " + key
}

func TestAPreviewIsWhatAVisitorSees(t *testing.T) {
	w := newWorld(t)
	w.cfg.Words = fewWords{}
	w.start()
	w.openGeneral()
	w.change("sales", func(g *bridge.Group) { g.Switch, g.About = &bridge.Switch{}, "Prices" })
	s := w.changeSite(site, func(s *bridge.Site) {
		s.Texts = bridge.Texts{
			"":      {"title": {Plain: "Tea"}, "group.tech": {Plain: "Tech!"}},
			"de":    {"title": {Plain: "Tee"}, "group.sales": {Plain: "Verkauf"}, "group.sales.about": {Plain: "Preise"}},
			"de-AT": {"title": {Plain: "Servus"}},
		}
		s.Consent = map[string]string{"": "Agree?"}
	})
	seen := func(s bridge.Site, language string) (out []string) {
		p := w.bridge.Preview(s, language)
		out = []string{p.Title, p.Question, p.Consent, fmt.Sprint(p.Asks)}
		for _, g := range p.Groups {
			out = append(out, fmt.Sprint(g.Group.ID, " ", g.Name, " ", g.About, " ", g.Open))
		}
		return out
	}
	w.equal(seen(s, "fr"), []string{"Tea", "English question", "Agree?", "true", "tech Tech!  true", "general General  true", "sales Sales Prices false"})
	w.equal(seen(s, "de"), []string{"Tee", "Worum geht es?", "Agree?", "true", "tech Tech!  true", "general General  true", "sales Verkauf Preise false"})
	w.equal(seen(s, "DE-at")[0], "Servus")
	// A group's own words in a language come before those of the site for all.
	w.change("tech", func(g *bridge.Group) { g.Words = map[string]bridge.GroupWords{"de": {Name: "Technik", About: "Hilfe"}} })
	w.change("sales", func(g *bridge.Group) {
		g.Words = map[string]bridge.GroupWords{"de": {Name: "Absatz"}, "fr": {About: "Prix"}}
	})
	w.equal(seen(s, "de-CH")[4:], []string{"tech Technik Hilfe true", "general General  true", "sales Verkauf Preise false"})
	w.equal(seen(s, "fr")[4:], []string{"tech Tech!  true", "general General  true", "sales Sales Prix false"})
	s.Groups, s.Language, s.Consent = []bridge.GroupID{"sales"}, "de", nil // and not saved
	w.equal(seen(s, ""), []string{"Tee", "Worum geht es?", "", "false", "sales Verkauf Preise false"})

	s = w.site(site)
	s.Texts.Set("", "titel", "x")
	_, err := w.bridge.UpdateSite(w.ctx, s, ann)
	w.refused(err, bridge.CodeInvalid)
}

func TestWhichFilesASiteTakes(t *testing.T) {
	w, cabinet := filed(t)
	tab := w.enter("")
	for _, tc := range []struct {
		most  int64
		types []string
		limit int64
		want  map[string]bridge.Code // by type, for 10 bytes
	}{
		{0, nil, bridge.DefaultMaxFileBytes, map[string]bridge.Code{"text/plain": "", "image/png": ""}},
		{10, nil, 10, map[string]bridge.Code{"text/plain": ""}},
		{9, nil, 9, map[string]bridge.Code{"text/plain": bridge.CodeTooLong}},
		{1 << 40, nil, bridge.DefaultMaxFileBytes, nil},
		{bridge.NoFiles, nil, 0, map[string]bridge.Code{"text/plain": bridge.CodeForbidden}},
		{0, []string{"image/*", "application/pdf"}, bridge.DefaultMaxFileBytes, map[string]bridge.Code{
			"image/png": "", "application/pdf": "", "Application/PDF; x=y": "", "text/plain": bridge.CodeFileType, "image/svg+xml": bridge.CodeFileType,
		}},
	} {
		s := w.changeSite(site, func(s *bridge.Site) { s.MaxFileBytes, s.FileTypes = tc.most, tc.types })
		w.equal(w.bridge.FileLimit(s), tc.limit)
		for kind, want := range tc.want {
			_, err := tab.sendFile(fmt.Sprintf("f-%d-%d", len(cabinet.bytes), len(kind)), kind, kind, "0123456789", to("tech"))
			w.refused(err, want)
		}
	}
}
