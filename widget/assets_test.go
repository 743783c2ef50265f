package widget_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

// config cuts a site's configuration out of its loader.
func config(t *testing.T, loader []byte) (found map[string]any) {
	t.Helper()
	start := bytes.Index(loader, []byte(`{"site":"`))
	if start < 0 || bytes.Contains(loader, []byte("__CHATGROUPS_CONFIG__")) {
		t.Fatal("the loader has no configuration")
	}
	if err := json.NewDecoder(bytes.NewReader(loader[start:])).Decode(&found); err != nil {
		t.Fatal(err)
	}
	return found
}

func TestTheLoaderCarriesTheSite(t *testing.T) {
	h := newHouse(t)
	resp, body := h.get("/w/v1/main.js")
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("it got %d %s", resp.StatusCode, body)
	}
	for name, want := range map[string]string{
		"Content-Type":                 "text/javascript; charset=utf-8",
		"Cache-Control":                "public, max-age=60, stale-while-revalidate=600",
		"Access-Control-Allow-Origin":  "*",
		"Cross-Origin-Resource-Policy": "cross-origin",
		"Timing-Allow-Origin":          "*",
		"X-Content-Type-Options":       "nosniff",
		"Vary":                         "Accept-Encoding",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	c := config(t, body)
	if c["site"] != "main" || c["accent"] != "" || c["demo"] != nil {
		t.Errorf("the configuration is %v", c)
	}
	if groups, _ := c["groups"].([]any); len(groups) != 3 {
		t.Errorf("the groups are %v", c["groups"])
	}
	if texts, ok := c["texts"].(map[string]any); !ok || len(texts) != 0 {
		t.Errorf("the texts are %v", c["texts"])
	}

	tag := resp.Header.Get("ETag")
	resp, _ = h.request(t.Context(), http.MethodGet, "/w/v1/main.js", http.Header{"If-None-Match": {tag}}, nil)
	if tag == "" || resp.StatusCode != http.StatusNotModified {
		t.Errorf("asked for again with %s it got %d", tag, resp.StatusCode)
	}

	site, err := h.bridge.Site("main")
	h.must(err)
	title := `Ask </script> "us"`
	site.Texts, site.Accent = bridge.Texts{"": {"title": {Plain: title}, "question": {Plain: "How?"}}}, "#3355d1"
	_, err = h.bridge.UpdateSite(t.Context(), site, bridge.Author{})
	h.must(err)
	resp, body = h.request(t.Context(), http.MethodGet, "/w/v1/main.js", http.Header{"If-None-Match": {tag}}, nil)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("ETag") == tag {
		t.Fatalf("after a change it got %d", resp.StatusCode)
	}
	c = config(t, body)
	if texts, _ := c["texts"].(map[string]any); len(texts) != 2 || texts["title"] != title || texts["question"] != "How?" || c["accent"] != "#3355d1" {
		t.Errorf("the configuration is %v", c)
	}
	if bytes.Contains(body, []byte("</script")) {
		t.Error("a title can end the script")
	}
}

func TestSitesThatAreNotThere(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/w/v1/nowhere.js", "/w/v1/main", "/w/v1/.js", "/w/v1/main.js.map", "/c/nowhere", "/w/v1/avatars/ann.png", "/metrics", "/debug/pprof/", "/"} {
		if resp, _ := h.get(path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s got %d", path, resp.StatusCode)
		}
	}
}

func TestFilesComeCompressed(t *testing.T) {
	h := newHouse(t)
	for _, path := range []string{"/w/v1/main.js", "/w/v1/panel.js"} {
		_, plain := h.request(t.Context(), http.MethodGet, path, http.Header{"Accept-Encoding": {"identity"}}, nil)
		for accept, want := range map[string]string{
			"gzip": "gzip", "deflate, gzip;q=0.5": "gzip", "br": "", "gzip;q=0": "", "": "",
		} {
			resp, body := h.request(t.Context(), http.MethodGet, path, http.Header{"Accept-Encoding": {accept}}, nil)
			if got := resp.Header.Get("Content-Encoding"); got != want {
				t.Errorf("%s for %q comes as %q, want %q", path, accept, got, want)
				continue
			}
			if want == "gzip" {
				z, err := gzip.NewReader(bytes.NewReader(body))
				h.must(err)
				body, err = io.ReadAll(z)
				h.must(err)
			}
			if !bytes.Equal(body, plain) {
				t.Errorf("%s for %q is another file", path, accept)
			}
		}
	}
}

func TestThePanelIsKeptUnderItsOwnHashAlone(t *testing.T) {
	h := newHouse(t)
	_, loader := h.get("/w/v1/main.js")
	name, _ := config(t, loader)["panel"].(string)
	resp, current := h.get("/w/v1/" + name)
	// What the panel fetches for few visitors, it names by its hash.
	more := regexp.MustCompile(`more\.js\?v=[0-9a-f]+`).Find(current)
	if r, body := h.get("/w/v1/" + string(more)); r.StatusCode != http.StatusOK || len(body) == 0 || r.Header.Get("Cache-Control") != resp.Header.Get("Cache-Control") {
		t.Errorf("%s got %d, %q", more, r.StatusCode, r.Header.Get("Cache-Control"))
	}
	if got := resp.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("%s is %q", name, got)
	}
	if resp.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Error("a module from another origin needs CORS")
	}
	for _, old := range []string{"panel.js", "panel.js?v=", "panel.js?v=0123456789abcdef"} {
		resp, body := h.get("/w/v1/" + old)
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Cache-Control") != "no-store" || !bytes.Equal(body, current) {
			t.Errorf("%s got %d, %q", old, resp.StatusCode, resp.Header.Get("Cache-Control"))
		}
	}
}

func TestEveryLanguageIsKeptUnderItsSetsOwnName(t *testing.T) {
	h := newHouse(t)
	_, panel := h.get("/w/v1/panel.js")
	files, err := filepath.Glob("web/src/i18n/locales/*.json")
	h.must(err)
	if len(files) != 24 {
		t.Errorf("there are %d languages, want 24", len(files))
	}
	set, err := os.ReadFile("web/dist/l/version.txt")
	h.must(err)
	if !bytes.Contains(panel, set) {
		t.Error("the panel does not know the name of its languages: run go generate ./widget")
	}
	for _, file := range files {
		name := filepath.Base(file)
		if name == "en.json" { // a part of the panel
			continue
		}
		resp, body := h.get("/w/v1/l/" + string(set) + "/" + name)
		var list []any
		if err := json.Unmarshal(body, &list); err != nil || len(list) == 0 {
			t.Errorf("%s is no list: %v", name, err)
		}
		for header, want := range map[string]string{
			"Content-Type":                "application/json",
			"Cache-Control":               "public, max-age=31536000, immutable",
			"Access-Control-Allow-Origin": "*",
			"Vary":                        "Accept-Encoding",
		} {
			if got := resp.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
	}
	for _, path := range []string{"0123456789abcdef/de.json", string(set) + "/xx.json", string(set) + "/version.txt", string(set) + "/en.json"} {
		resp, _ := h.get("/w/v1/l/" + path)
		if resp.StatusCode != http.StatusNotFound || resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s got %d, %v", path, resp.StatusCode, resp.Header)
		}
	}
}

func TestTheHostedPageIsInTheVisitorsLanguage(t *testing.T) {
	h := newHouse(t)
	for accept, want := range map[string]string{
		"":                              "en",
		"de-AT,de;q=0.9,en;q=0.8":       "de-AT",
		"eu, pt-BR;q=0.7":               "pt-BR",
		"nn-NO":                         "nn-NO",
		"*;q=0.5":                       "en",
		`de"><script>,fr`:               "fr",
		"deutsch, zh-TW;q=0.1, ,;;;,en": "zh-TW",
	} {
		resp, body := h.request(t.Context(), http.MethodGet, "/c/main", http.Header{"Accept-Language": {accept}}, nil)
		if !bytes.Contains(body, []byte(`<html lang="`+want+`">`)) {
			t.Errorf("for %q it is not in %s", accept, want)
		}
		if resp.Header.Get("Vary") != "Accept-Language" {
			t.Errorf("Vary is %q", resp.Header.Get("Vary"))
		}
	}
}

func TestTheHostedPageNeedsNothingInline(t *testing.T) {
	h := newHouse(t)
	site, err := h.bridge.Site("main")
	h.must(err)
	site.Texts = bridge.Texts{"": {"title": {Plain: "<Shop>"}}}
	_, err = h.bridge.UpdateSite(t.Context(), site, bridge.Author{})
	h.must(err)
	resp, body := h.get("/c/main")
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("it got %d, %v", resp.StatusCode, resp.Header)
	}
	policy := resp.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "connect-src 'self' ws://chat.example", "base-uri 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy lacks %s: %s", want, policy)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %s", policy)
	}
	page := string(body)
	if strings.Contains(page, "<Shop>") || !strings.Contains(page, "&lt;Shop&gt;") {
		t.Error("the title is not text")
	}
	if inline := regexp.MustCompile(`<style|style=|<script[^>]*>[^<]|\son\w+=|javascript:`).FindString(page); inline != "" {
		t.Errorf("the page has %q", inline)
	}
	if !strings.Contains(page, `<form method="post" action="/c/main">`) || strings.Contains(page, "<noscript>") {
		t.Error("without JavaScript, or without the widget, the page has no form")
	}
	scripts := regexp.MustCompile(`src="([^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(scripts) != 1 {
		t.Fatalf("the scripts are %v", scripts)
	}
	for _, s := range append(scripts, []string{"", "/w/v1/main.js"}) { // which the first one asks for
		if resp, _ := h.get(s[1]); resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/javascript") {
			t.Errorf("%s got %d", s[1], resp.StatusCode)
		}
	}
}

func TestAvatarsAreKeptForever(t *testing.T) {
	h := newHouse(t)
	h.must(h.bridge.SetAgent(t.Context(), bridge.Agent{Workspace: "W1", ID: "U1", Name: "Ann", Avatar: png}))
	ann, _ := h.bridge.Agent("W1", "U1")
	resp, body := h.get("/w/v1/avatars/" + ann.AvatarName)
	if resp.StatusCode != http.StatusOK || !bytes.Equal(body, png) {
		t.Fatalf("it got %d %q", resp.StatusCode, body)
	}
	for name, want := range map[string]string{
		"Content-Type":                 "image/png",
		"Cache-Control":                "public, max-age=31536000, immutable",
		"Cross-Origin-Resource-Policy": "cross-origin",
		"X-Content-Type-Options":       "nosniff",
		"Content-Security-Policy":      "default-src 'none'; sandbox",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if resp, _ := h.get("/w/v1/avatars/0" + ann.AvatarName); resp.StatusCode != http.StatusNotFound || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("one that is not there got %d, %q", resp.StatusCode, resp.Header.Get("Cache-Control"))
	}
}
