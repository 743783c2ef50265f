package bridge_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

func TestParseOrigin(t *testing.T) {
	for _, tc := range []struct{ typed, want string }{
		{"https://shop.example", "https://shop.example"},
		{" https://Shop.Example/ ", "https://shop.example"},
		{"HTTPS://shop.example:443", "https://shop.example"},
		{"http://shop.example:80/", "http://shop.example"},
		{"http://shop.example:443", "http://shop.example:443"},
		{"https://shop.example:0443", "https://shop.example"},
		{"https://shop.example:", "https://shop.example"},
		{"http://localhost:3000", "http://localhost:3000"},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"http://[0:0:0:0:0:0:0:1]:3000", "http://[::1]:3000"},
		{"http://[2001:DB8::1]", "http://[2001:db8::1]"},
		{"https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"},
		{"https://my_shop.example", "https://my_shop.example"},

		{"", ""},
		{"null", ""},
		{"*", ""},
		{"shop.example", ""},
		{"//shop.example", ""},
		{"https://", ""},
		{"https:shop.example", ""},
		{"https:///path", ""},
		{"ftp://shop.example", ""},
		{"javascript:alert(1)", ""},
		{"file:///etc/passwd", ""},
		{"chrome-extension://abc", ""},
		{"https://*.shop.example", ""},
		{"https://shop.example/path", ""},
		{"https://shop.example//", ""},
		{"https://shop.example?", ""},
		{"https://shop.example?q", ""},
		{"https://shop.example#top", ""},
		{"https://user@shop.example", ""},
		{"https://user:pass@shop.example", ""},
		{"https://shop.example:99999", ""},
		{"https://shop.example:-1", ""},
		{"https://shop.example:http", ""},
		{"https://shop.example,https://other.example", ""},
		{"https://shop example", ""},
		{"https://münchen.example", ""},
		{"https://shop.example\\@evil.example", ""},
		{"https://shop%2eexample", ""},
		{"http://[::1%25eth0]", ""},
		{"http://[::ffff:1.2.3.4]", ""},
		{"http://[1.2.3.4]", ""},
		{"http://[::1", ""},
	} {
		got, err := bridge.ParseOrigin(tc.typed)
		if got != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("ParseOrigin(%q) = %q, %v; want %q", tc.typed, got, err, tc.want)
		}
		if err != nil && (bridge.CodeOf(err) != bridge.CodeInvalid || !strings.Contains(err.Error(), "https://shop.example")) {
			t.Errorf("ParseOrigin(%q): the error %q does not say how an origin looks", tc.typed, err)
		}
	}
}

func TestOnlyTheExactOriginIsAllowed(t *testing.T) {
	s := bridge.Site{Origins: []string{"https://shop.example", "http://localhost:3000"}}
	for origin, want := range map[string]bool{
		"https://shop.example":              true,
		"http://localhost:3000":             true,
		"":                                  false,
		"null":                              false,
		"http://shop.example":               false,
		"https://shop.example.evil.example": false,
		"https://evil.example/shop.example": false,
		"https://www.shop.example":          false,
		"https://shop.exampl":               false,
		"https://shop.example/":             false,
		"https://shop.example:443":          false,
		"https://SHOP.example":              false,
		"http://localhost":                  false,
		"http://localhost:3001":             false,
	} {
		if got := s.Allows(origin); got != want {
			t.Errorf("Allows(%q) = %v", origin, got)
		}
	}
	if (bridge.Site{Origins: []string{""}}).Allows("") {
		t.Error("a page without an origin is allowed")
	}
}

func TestParseAllowedOrigin(t *testing.T) {
	for _, tc := range []struct{ typed, want string }{
		{"https://shop.example/", "https://shop.example"},
		{" HTTPS://*.Shop.Example:443/ ", "https://*.shop.example"},
		{"http://*.shop.example:3000", "http://*.shop.example:3000"},
		{"https://*.a.shop.example", "https://*.a.shop.example"},

		{"https://*.com", ""},
		{"https://*.localhost", ""},
		{"https://*", ""},
		{"https://*.", ""},
		{"https://*..com", ""},
		{"https://*.shop.", ""},
		{"https://*.*.shop.example", ""},
		{"https://www.*.example", ""},
		{"https://*shop.example", ""},
		{"https://*.shop.example/path", ""},
		{"http://*.0.0.1", ""},
		{"http://*.[::1]", ""},
		{"*.shop.example", ""},
		{"*://*.shop.example", ""},
		{"ftp://*.shop.example", ""},
		{"https://*.user@shop.example", ""},
	} {
		got, err := bridge.ParseAllowedOrigin(tc.typed)
		if got != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("ParseAllowedOrigin(%q) = %q, %v; want %q", tc.typed, got, err, tc.want)
		}
		if err != nil && (bridge.CodeOf(err) != bridge.CodeInvalid || !strings.Contains(err.Error(), "shop.example")) {
			t.Errorf("ParseAllowedOrigin(%q): the error %q does not say what would be right", tc.typed, err)
		}
	}
}

func TestAStarStandsForOnePartOfAHost(t *testing.T) {
	s := bridge.Site{Origins: []string{"https://*.shop.example", "http://*.dev.example:3000"}}
	for origin, want := range map[string]bool{
		"https://www.shop.example":            true,
		"https://xn--mnchen-3ya.shop.example": true,
		"http://a.dev.example:3000":           true,
		"https://shop.example":                false,
		"https://a.b.shop.example":            false,
		"https://.shop.example":               false,
		"https://*.shop.example":              false,
		"http://www.shop.example":             false,
		"https://www.shop.example:444":        false,
		"https://wwwshop.example":             false,
		"https://www.shop.example.evil":       false,
		"https://evil.example/.shop.example":  false,
		"https://evil.example?.shop.example":  false,
		"http://a.dev.example":                false,
		"http://a.dev.example:3001":           false,
		"":                                    false,
	} {
		if got := s.Allows(origin); got != want {
			t.Errorf("Allows(%q) = %v", origin, got)
		}
	}
}

func FuzzParseAllowedOrigin(f *testing.F) {
	for _, s := range []string{"https://*.shop.example", "http://*.a.b:80", "https://*.com", "https://*.1.2", "https://*.x.[::1]", "https://shop.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		o, err := bridge.ParseAllowedOrigin(typed)
		if err != nil {
			return
		}
		if again, err := bridge.ParseAllowedOrigin(o); err != nil || again != o {
			t.Errorf("%q gives %q, and that %q, %v", typed, o, again, err)
		}
		s := bridge.Site{Origins: []string{o}}
		page := strings.Replace(o, "://*.", "://www.", 1)
		if exact, err := bridge.ParseOrigin(page); err != nil || exact != page || !s.Allows(page) {
			t.Errorf("%q allows no page: %q, %v", typed, page, err)
		}
		if strings.Contains(o, "*") && (strings.Count(o, ".") < 2 || s.Allows(strings.Replace(o, "*.", "", 1))) {
			t.Errorf("%q gives %q, which is too wide", typed, o)
		}
	})
}

func FuzzParseOrigin(f *testing.F) {
	for _, s := range []string{"https://shop.example", "http://[::1]:80", "https://a:443/", "https://A_b-c.D:0080", "https://x:", "https://[::1%25a]", "null"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		o, err := bridge.ParseOrigin(typed)
		if err != nil {
			return
		}
		if again, err := bridge.ParseOrigin(o); err != nil || again != o {
			t.Errorf("%q gives %q, and that %q, %v", typed, o, again, err)
		}
		u, err := url.Parse(o)
		if err != nil || u.Scheme+"://"+u.Host != o || u.Hostname() == "" || o != strings.ToLower(o) {
			t.Errorf("%q gives %q, which is no origin", typed, o)
		}
		if s := (bridge.Site{Origins: []string{o}}); !s.Allows(o) {
			t.Errorf("%q is not allowed by itself", o)
		}
	})
}
