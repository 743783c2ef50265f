package widget

import (
	_ "embed"
	"html/template"
	"net/http"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// The hosted page is a page of the bridge's own with a site's widget on it, for
// where a site's own page cannot show it.

//go:embed hosted.html
var hostedHTML string

var hostedPage = template.Must(template.New("hosted").Parse(hostedHTML))

// openChat is the page's one script besides the loader, whichever runs first: it
// leaves the wish to open where the loader looks for it.
const openChat = `(window.chatgroups = window.chatgroups || function () {
  (window.chatgroups.q = window.chatgroups.q || []).push(arguments)
})('open')
`

func (s *Server) serveHosted(w http.ResponseWriter, r *http.Request) {
	site, err := s.bridge.Site(bridge.SiteID(r.PathValue("site")))
	if err != nil {
		http.Error(w, "There is no such site.", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", s.hostedPolicy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Type", "text/html; charset=utf-8")
	hostedPage.Execute(w, s.siteConfig(site)) // fails only with the connection
}

// hostedPolicy lets the hosted page load and reach the bridge and nothing else.
// Not every browser counts a WebSocket to the page's own host as 'self'.
func hostedPolicy(own string) string {
	sockets := ""
	if host, ok := strings.CutPrefix(own, "http"); ok { // s:// or ://
		sockets = " ws" + host
	}
	return "default-src 'none'; script-src 'self'; connect-src 'self'" + sockets +
		"; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
