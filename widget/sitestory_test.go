package widget_test

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

func (h *house) changeSite(id bridge.SiteID, fn func(*bridge.Site)) {
	h.t.Helper()
	site, err := h.bridge.Site(id)
	h.must(err)
	fn(&site)
	_, err = h.bridge.UpdateSite(h.t.Context(), site, bridge.Author{})
	h.must(err)
}

// newSite makes another site of the workspace of main, whose pages are those of main.
func (h *house) newSite(s bridge.Site) string {
	h.t.Helper()
	s.Workspace, s.Name, s.Origins = "W1", "Second", []string{shop}
	made, err := h.bridge.CreateSite(h.t.Context(), s, bridge.Author{})
	h.must(err)
	return string(made.ID)
}

func names(groups []choice) (ids []string) {
	for _, g := range groups {
		ids = append(ids, g.ID)
	}
	return ids
}

func TestSitesOfOneWorkspaceDiffer(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		second := h.newSite(bridge.Site{Groups: []bridge.GroupID{"sales", "product"}})
		v, other := visit(h), visit(h)
		v.hello()
		other.site = second
		other.hello()
		if got := names(v.last.Groups); !slices.Equal(got, []string{"tech", "sales", "product"}) {
			t.Errorf("main offers %v", got)
		}
		if got := names(other.last.Groups); !slices.Equal(got, []string{"sales", "product"}) {
			t.Errorf("the second offers %v", got)
		}
		if nack := other.sendTo("tech", "m1", "Hello"); nack.T != "nack" || nack.Code != "forbidden" {
			t.Errorf("a message to a group that it does not offer got %+v", nack)
		}
		if ack := other.sendTo("sales", "m2", "Hello"); ack.T != "ack" {
			t.Errorf("a message to one that it offers got %+v", ack)
		}
		// A visitor of one site is nobody on another.
		stranger := visit(h)
		stranger.site, stranger.tok = second, v.tok
		stranger.say(stranger.greeting())
		if e := stranger.untilEnd(); e.bye.Code != "4401" {
			t.Errorf("with the other site's token it ended with %+v", e)
		}
	})
}

func TestTheLoaderCarriesWhatItsSiteSays(t *testing.T) {
	h := newHouse(t)
	second := h.newSite(bridge.Site{
		Groups: []bridge.GroupID{"sales"}, Accent: "#abc", Language: "fr", MaxFileBytes: bridge.NoFiles,
		Texts:     bridge.Texts{"": {"question": {Plain: "Tea?"}}, "de": {"question": {Plain: "Tee?"}}},
		Consent:   map[string]string{"": "May we?", "de": "Dürfen wir?", "it": "Possiamo?"},
		Greetings: []bridge.Greeting{{Text: "Hello?", After: 7}},
	})
	_, body := h.get("/w/v1/" + second + ".js")
	c := config(t, body)
	delete(c, "panel")
	want := map[string]any{
		"site": second, "accent": "#abc", "lang": "fr", "consent": true,
		"groups": []any{map[string]any{"id": "sales", "name": "Sales", "about": "Prices & orders", "state": "on"}},
		"texts":  map[string]any{"question": "Tea?", "consent": "May we?"},
		"translations": map[string]any{
			"de": map[string]any{"question": "Tee?", "consent": "Dürfen wir?"}, "it": map[string]any{"consent": "Possiamo?"},
		},
		"greet": 7.0, "greetings": []any{map[string]any{"text": "Hello?", "after": 7.0}},
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("it carries\n%v\nwant\n%v", c, want)
	}
	_, body = h.get("/w/v1/main.js")
	if c := config(t, body); c["consent"] != nil || c["lang"] != nil || c["accent"] != "" || len(c["groups"].([]any)) != 3 {
		t.Errorf("the first site carries %v", c)
	}
}

func TestOpenTabsFollowTheirSite(t *testing.T) {
	inEveryBubble(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		second := h.newSite(bridge.Site{})
		v := visit(h)
		v.hello()
		told, elsewhere := make(chan frame, 10), make(chan frame, 10)
		v.transport = &overheard{v.transport, told}
		v.listen()
		other := visit(h)
		other.site = second
		other.hello()
		other.transport = &overheard{other.transport, elsewhere}
		other.listen()
		synctest.Wait()
		for len(told)+len(elsewhere) > 0 { // of what a poll repeats
			select {
			case <-told:
			case <-elsewhere:
			}
		}

		h.changeSite("main", func(s *bridge.Site) { s.Accent, s.Origins = "#123", append(s.Origins, "https://more.example") })
		synctest.Wait()
		if len(told) > 0 {
			t.Errorf("without a change that tabs must know it was told of %+v", <-told)
		}
		h.changeSite("main", func(s *bridge.Site) { s.Groups = []bridge.GroupID{"sales"} })
		synctest.Wait()
		if f := <-told; f.T != "groups" || !slices.Equal(names(f.Groups), []string{"sales"}) {
			t.Errorf("it was told of %+v", f)
		}
		if len(elsewhere) > 0 {
			t.Errorf("the other site's tab was told of %+v", <-elsewhere)
		}
	})
}

// A hidden group stands beside the others, for pages that ask for it.
func TestAHiddenGroupIsThereForWhoKnowsIt(t *testing.T) {
	h := newHouse(t)
	g, err := h.bridge.Group("W1", "sales")
	h.must(err)
	g.Hidden = true
	_, err = h.bridge.UpdateGroup(t.Context(), g, bridge.Author{})
	h.must(err)
	_, body := h.get("/w/v1/main.js")
	c := config(t, body)
	if groups, hidden := c["groups"].([]any), c["hidden"].([]any); len(groups) != 2 || len(hidden) != 1 || hidden[0].(map[string]any)["id"] != "sales" {
		t.Errorf("the loader carries %v and %v", groups, hidden)
	}
	v := h.visit()
	v.hello()
	if got := names(v.last.Groups); !slices.Equal(got, []string{"tech", "product"}) {
		t.Errorf("a tab is told of %v", got)
	}
	if ack := v.sendTo("sales", "m1", "Hello"); ack.T != "ack" {
		t.Errorf("a message to it got %+v", ack)
	}
}

// A site that is deleted, and one that lets a page in no longer, refuse it as an unknown
// one does.
func TestTabsOfASiteThatIsClosedToThem(t *testing.T) {
	for name, shut := range map[string]func(*house, string){
		"deleted": func(h *house, id string) {
			h.must(h.bridge.DeleteSite(h.t.Context(), "W1", bridge.SiteID(id), bridge.Author{}))
		},
		"moved": func(h *house, id string) {
			h.changeSite(bridge.SiteID(id), func(s *bridge.Site) { s.Origins = []string{"https://new.example"} })
		},
	} {
		t.Run(name, func(t *testing.T) {
			inEveryBubble(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
				second := h.newSite(bridge.Site{})
				v := visit(h)
				v.site = second
				v.hello()
				if ack := v.send("m1", "Hello"); ack.T != "ack" {
					t.Fatalf("the message got %+v", ack)
				}
				shut(h, second)
				synctest.Wait()
				if e := v.untilEnd(); e.bye.Code != "4403" {
					t.Errorf("the open tab ended with %+v", e)
				}
				again := visit(h)
				again.site, again.tok = second, v.tok
				again.say(again.greeting())
				if e := again.untilEnd(); e.bye.Code != "4403" {
					t.Errorf("a new one ended with %+v", e)
				}
				want := http.StatusOK
				if name == "deleted" {
					want = http.StatusNotFound
				}
				for _, path := range []string{"/w/v1/" + second + ".js", "/c/" + second} {
					if resp, _ := h.get(path); resp.StatusCode != want {
						t.Errorf("%s got %d, want %d", path, resp.StatusCode, want)
					}
				}
			})
		})
	}
}

func TestAStarLetsInPagesOfAHostsParts(t *testing.T) {
	onEveryTransport(t, func(t *testing.T, h *house, visit func(*house) *visitor) {
		h.changeSite("main", func(s *bridge.Site) { s.Origins = []string{"https://*.shop.example", shop} })
		v := &visitor{house: h, origin: "https://de.shop.example", site: "main"}
		if _, ok := visit(h).transport.(*poller); ok {
			v.transport = &poller{house: h, origin: v.origin, greeting: v.greeting}
		} else {
			v.transport = h.socket(v.origin)
		}
		v.hello()
		if ack := v.send("m1", "Hello"); ack.T != "ack" {
			t.Errorf("the message got %+v", ack)
		}
	})
}

func TestEverySiteHasAnIdentitySecretOfItsOwn(t *testing.T) {
	c := newClock()
	h := newHouse(t, vouching(c))
	second := h.newSite(bridge.Site{})
	claims := fmt.Sprintf(`{"sub":"42","exp":%d}`, c.now().Add(time.Minute).Unix())
	// holds says with what the tab ends, "" where it is welcome.
	holds := func(site, secret string) code {
		v := h.visit()
		defer v.leave()
		v.site = site
		f := v.greeting()
		f.JWT = vouch(secret, claims)
		v.say(f)
		if first, err := v.hear(); err == nil && first.T == "welcome" {
			return ""
		}
		return v.untilEnd().bye.Code
	}
	rotate := func(site string) string {
		secret, err := h.bridge.RotateIdentitySecret(t.Context(), bridge.SiteID(site), bridge.Author{})
		h.must(err)
		return secret
	}
	if got := holds("main", siteSecret); got != "" {
		t.Errorf("what the configuration says ends with %s", got)
	}
	if got := holds(second, siteSecret); got != "4411" {
		t.Errorf("the first site's secret on the second ends with %q", got)
	}
	old := rotate(second)
	if got := holds(second, old); got != "" {
		t.Errorf("its own ends with %s", got)
	}
	if got := holds("main", old); got != "4411" {
		t.Errorf("the second site's secret on the first ends with %q", got)
	}
	fresh := rotate(second)
	if got := []code{holds(second, old), holds(second, fresh)}; got[0] != "4411" || got[1] != "" {
		t.Errorf("the old and the new one end with %q", got)
	}
	own := rotate("main")
	if got := []code{holds("main", siteSecret), holds("main", own)}; got[0] != "4411" || got[1] != "" {
		t.Errorf("the configuration's and its own end with %q", got)
	}
}
