package fakeslack

import (
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// pagePolicy lets the page load its own files and nothing else, and lets only
// pages of the same origin (the demo's) frame it.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// samePageOnly passes on what the page itself sends, on the machine that serves
// it. A page elsewhere could otherwise act as the people of the workspace: by
// posting across origins, which the Origin and the media type tell, or by a name
// of its own that it has resolved to a loopback address, which the Host tells.
func samePageOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h := rw.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		origin := r.Header.Get("Origin")
		acts := r.Method != http.MethodGet && r.Method != http.MethodHead
		switch {
		case !isLoopback(r.Host):
			uiRefuse(rw, http.StatusForbidden, "the page is served on loopback addresses only: open it as http://localhost or http://127.0.0.1")
		case origin != "" && !isOriginOf(origin, r.Host):
			uiRefuse(rw, http.StatusForbidden, "the request comes from another origin; only the page itself may send it")
		case acts && origin == "":
			uiRefuse(rw, http.StatusForbidden, "the request has no Origin; only the page itself may send it")
		case acts && !isJSON(r.Header.Get("Content-Type")):
			uiRefuse(rw, http.StatusUnsupportedMediaType, "the body must be application/json")
		default:
			next.ServeHTTP(rw, r)
		}
	})
}

// isLoopback reports whether the value of a Host header names this machine.
// Browsers resolve names below .localhost to loopback addresses by themselves.
func isLoopback(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// isOriginOf reports whether origin is the one at which host is reached.
func isOriginOf(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, host)
}

func isJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == "application/json"
}
