package widget

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// pageOrigin returns the origin of the page that made a request, if there is
// exactly one and it has the form of one that can be allowed: a browser's, with
// scheme and host. "null", a missing header and the like are none.
func (s *Server) pageOrigin(r *http.Request) (origin string, ok bool) {
	switch sent := r.Header["Origin"]; {
	case len(sent) == 1:
		origin = sent[0]
	case len(sent) == 0 && r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Site") == "same-origin":
		// Browsers leave the header out of a page's GET to its own server, and let
		// no page write this one.
		return s.own, s.own != ""
	}
	canonical, err := bridge.ParseOrigin(origin)
	return origin, err == nil && canonical == origin
}

// allowed returns an origin whose pages may use a site, in the copy that the site
// keeps where it names the origin, so that a session does not keep one of its own; "" for
// one that may not.
func (s *Server) allowed(site bridge.Site, origin string) string {
	if origin == s.own {
		return s.own
	}
	if i := slices.Index(site.Origins, origin); i >= 0 {
		return site.Origins[i]
	}
	if site.Allows(origin) { // by a star
		return strings.Clone(origin)
	}
	return ""
}

// ownOrigin returns the origin of the server's own pages, "" for no address.
func ownOrigin(public *url.URL) string {
	if public == nil {
		return ""
	}
	origin, err := bridge.ParseOrigin(public.Scheme + "://" + public.Host)
	if err != nil {
		return ""
	}
	return origin
}

// letRead lets pages of an origin read the answer.
func letRead(h http.Header, origin string) {
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
}
