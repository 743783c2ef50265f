package widget

import (
	_ "embed"
	"html/template"
	"net/http"
	"regexp"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// The hosted page is a page of the bridge's own with a site's widget on it, for
// where a site's own page cannot show it.

//go:embed hosted.html
var hostedHTML string

var hostedPage = template.Must(template.New("hosted").Parse(hostedHTML))

// openChat is the page's one script besides the loader. It leaves the wish to open where
// the loader looks for it, and hides the form that stands there for browsers without
// scripts, unless the widget does not come. Where the form has begun a conversation, the
// token is laid where the widget looks for it before the loader runs.
//
//go:embed hosted.js
var openChat string

func (s *Server) serveHosted(w http.ResponseWriter, r *http.Request) {
	site, err := s.bridge.Site(bridge.SiteID(r.PathValue("site")))
	if err != nil {
		http.Error(w, "There is no such site.", http.StatusNotFound)
		return
	}
	f := s.newHostedForm(site, r)
	if p, err := s.hostedVisit(r, f, false); err == nil && p != nil {
		f.Visit = true
		err = f.fill(r.Context(), p.visit, s.link(p.visitor()))
		p.leave()
		if err != nil {
			f.Problem = f.Text("failed")
		}
	} else if err != nil {
		f.Problem = f.Text("failed")
	}
	s.renderHosted(w, f, http.StatusOK)
}

func (s *Server) renderHosted(w http.ResponseWriter, f *hostedForm, status int) {
	h := w.Header()
	h.Set("Content-Security-Policy", s.hostedPolicy)
	// Not less, or a browser says "null" for where the form came from.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Language")
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	hostedPage.Execute(w, f) // fails only with the connection
}

// languageTag is a tag as browsers send it, after BCP 47.
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)

// wished returns the first language of a browser's that the widget speaks, with its
// region: the page's own language, by which the widget goes. Browsers send their
// languages in order.
func (s *Server) wished(h http.Header) string {
	for wish := range strings.SplitSeq(h.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(wish, ";")
		tag = strings.TrimSpace(tag)
		language, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if languageTag.MatchString(tag) && s.spoken[language] {
			return tag
		}
	}
	return "en"
}

// hostedPolicy lets the hosted page load and reach the bridge and nothing else.
// Not every browser counts a WebSocket to the page's own host as 'self'.
func hostedPolicy(own string) string {
	sockets := ""
	if host, ok := strings.CutPrefix(own, "http"); ok { // s:// or ://
		sockets = " ws" + host
	}
	return "default-src 'none'; script-src 'self'; connect-src 'self'" + sockets +
		"; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}
