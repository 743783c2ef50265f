package main_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	main "github.com/chatgroups/chatgroups/cmd/chatgroups"
)

var (
	pageAddress = regexp.MustCompile(`(?:href|src)="([^"#]+)`)
	pageInline  = regexp.MustCompile(`<style|style="|<script>|\son\w+="`)
)

// What the rest of the program serves beside the demo's page.
var besideDemo = []string{"/w/v1/main.js", "/sim/ui/"}

func TestTheDemoPageNeedsNothingFromElsewhere(t *testing.T) {
	page := main.DemoPage()
	open := func(path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		page.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		return rec
	}
	seen := map[string]bool{}
	for _, path := range besideDemo {
		seen[path] = true
	}
	var visit func(path string)
	visit = func(path string) {
		if seen[path] {
			return
		}
		seen[path] = true
		rec := open(path)
		if rec.Code != http.StatusOK {
			t.Errorf("%s is answered with %d", path, rec.Code)
		}
		if policy := rec.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'self'") {
			t.Errorf("%s has the policy %q", path, policy)
		}
		body := rec.Body.String()
		if found := pageInline.FindString(body); found != "" && strings.HasPrefix(body, "<!doctype html>") {
			t.Errorf("%s has %q, which its policy blocks", path, found)
		}
		for _, found := range pageAddress.FindAllStringSubmatch(body, -1) {
			if !strings.HasPrefix(found[1], "/") || strings.HasPrefix(found[1], "//") {
				t.Errorf("%s leads to %s", path, found[1])
				continue
			}
			visit(found[1])
		}
	}
	visit("/")
	for _, path := range []string{"/demo/shop", "/demo/demo.css", "/demo/demo.js", "/demo/shop.css", "/demo/icon.svg"} {
		if !seen[path] {
			t.Errorf("nothing leads to %s", path)
		}
	}
	if rec := open("/demo/other"); rec.Code != http.StatusNotFound {
		t.Errorf("a page that is not there is answered with %d", rec.Code)
	}
}
