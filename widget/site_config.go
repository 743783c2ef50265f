package widget

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"sync"

	"github.com/chatgroups/chatgroups/bridge"
)

// siteConfig is the public configuration of a site, which the loader carries.
type siteConfig struct {
	Site   bridge.SiteID   `json:"site"`
	Groups json.RawMessage `json:"groups"`
	// Hidden are the groups that a page may ask for by their ids.
	Hidden json.RawMessage `json:"hidden,omitempty"`
	Accent string          `json:"accent"`
	Panel  string          `json:"panel"`
	// Texts are the site's own words by the widget's keys, for visitors of every
	// language. What a site does not say, the widget says in theirs.
	Texts map[string]bridge.Text `json:"texts"`
	// Translations are the site's own words in one language or region, by its tag.
	Translations bridge.Texts `json:"translations,omitempty"`
	// Language is for visitors who wish for none that the widget speaks.
	Language string `json:"lang,omitempty"`
	// Consent says that visitors must agree to the text consent first.
	Consent bool `json:"consent,omitempty"`
	// Files is the most bytes of a file that is taken; absent where none are.
	Files int64 `json:"files,omitempty"`
	// Greet is after how many seconds the first of Greetings may be due.
	Greet     int               `json:"greet,omitempty"`
	Greetings []bridge.Greeting `json:"greetings,omitempty"`
	Demo      bool              `json:"demo,omitempty"`
}

// placeholder is what the configuration stands for in the built loader: a string,
// so that the loader is a script before, too.
const placeholder = `"__CHATGROUPS_CONFIG__"`

// loaders makes the loader of every site.
type loaders struct {
	before, after []byte // what stands around the configuration

	mu     sync.Mutex // guards the following
	bySite map[bridge.SiteID]*loader
}

// loader is one site's loader and the configuration it was made of.
type loader struct {
	*asset
	config []byte
}

func newLoaders(built []byte) *loaders {
	before, after, found := bytes.Cut(built, []byte(placeholder))
	if !found || bytes.Contains(after, []byte(placeholder)) {
		panic("widget: " + placeholder + " must stand in the loader exactly once: run go generate ./widget")
	}
	return &loaders{before: before, after: after, bySite: map[bridge.SiteID]*loader{}}
}

// get returns the loader of a site with this configuration, made anew where it has
// changed.
func (l *loaders) get(c siteConfig) *loader {
	// Escaped for HTML as encoding/json does, it is safe in a script, too.
	config := encode(c)
	l.mu.Lock()
	defer l.mu.Unlock()
	if known := l.bySite[c.Site]; known != nil && bytes.Equal(known.config, config) {
		return known
	}
	made := &loader{newAsset(javaScript, bytes.Join([][]byte{l.before, config, l.after}, nil)), config}
	l.bySite[c.Site] = made
	return made
}

const javaScript = "text/javascript; charset=utf-8"

func (s *Server) siteConfig(site bridge.Site) siteConfig {
	c := siteConfig{
		Site: site.ID, Groups: datedGroups(s.bridge.Offered(site)), Accent: site.Accent,
		Panel: "panel.js?v=" + s.panel.hash,
		Texts: map[string]bridge.Text{}, Translations: s.bridge.Spoken(site), Language: site.Language,
		Consent: len(site.Consent) > 0, Files: s.bridge.FileLimit(site),
		Greet: soonest(site.Greetings), Greetings: site.Greetings, Demo: s.cfg.Demo,
	}
	if hidden := s.bridge.HiddenOn(site); len(hidden) > 0 {
		c.Hidden = datedGroups(hidden)
	}
	maps.Copy(c.Texts, c.Translations[bridge.EveryLanguage])
	delete(c.Translations, bridge.EveryLanguage)
	return c
}

// serveLoader answers with {site}.js.
func (s *Server) serveLoader(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutSuffix(r.PathValue("file"), ".js")
	site, err := s.bridge.Site(bridge.SiteID(name))
	if !ok || err != nil {
		http.Error(w, "There is no such site: look up the snippet with /chatgroups site.", http.StatusNotFound)
		return
	}
	s.loaders.get(s.siteConfig(site)).serve(w, r, briefly)
}

// serveVersion answers with the panel, or with what it fetches for few visitors. A
// browser that kept a loader from before an update asks for an older one: it gets the
// current one, which is not kept under that name.
func serveVersion(a *asset) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		cache := "no-store"
		if r.URL.Query().Get("v") == a.hash {
			cache = forever
		}
		a.serve(w, r, cache)
	}
}

// serveLocale answers with the texts of a language. A panel that a browser kept from
// before an update finds its own no more, and speaks English until it is fetched anew.
func (s *Server) serveLocale(w http.ResponseWriter, r *http.Request) {
	locale, ok := s.locales[r.PathValue("version")+"/"+r.PathValue("file")]
	if !ok {
		// With CORS, so that the page's console does not blame the site's policy.
		anybody(w.Header())
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "These texts are not here: load the page again.", http.StatusNotFound)
		return
	}
	locale.serve(w, r, forever)
}
