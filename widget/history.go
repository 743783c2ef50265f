package widget

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// historyPage is how many lines one page of history has at most.
const historyPage = 50

// siteHeader names the site of a request whose body does not.
const siteHeader = "X-Chatgroups-Site"

// serveHistory answers {"events": […], "more": bool} with the lines of the
// visitor's own conversation before the one that the query names.
func (s *Server) serveHistory(w http.ResponseWriter, r *http.Request) {
	origin, ok := s.admit(w, r)
	if !ok {
		return
	}
	defer s.tabs.done()

	before, err := strconv.ParseUint(r.URL.Query().Get("before"), 10, 64)
	if err != nil {
		s.refuse(w, errBroken)
		return
	}
	p, ok := s.knownVisitor(w, r, origin)
	if !ok {
		return
	}
	defer p.leave()
	events, more, err := p.visit.History(r.Context(), before, historyPage)
	if err != nil {
		s.refuse(w, s.asBye(err))
		return
	}
	page := []byte(`{"events":[`)
	for i, e := range events {
		if i > 0 {
			page = append(page, ',')
		}
		page = p.appendEvent(page, e)
	}
	page = append(page, `],"more":`...)
	page = strconv.AppendBool(page, more)
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(page, '}'))
}

// knownVisitor lets in whoever the token in a request's header names, or answers why
// not. The caller must leave.
func (s *Server) knownVisitor(w http.ResponseWriter, r *http.Request, origin string) (p *poll, ok bool) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" { // without one, hello would make a new visitor
		s.refuse(w, bye{code: closeToken})
		return nil, false
	}
	p = newPoll(s, origin, r)
	err := p.session.hello(r.Context(), &helloFrame{
		Site: bridge.SiteID(r.Header.Get(siteHeader)), Token: token, Again: true,
	})
	if err != nil {
		s.refuse(w, s.asBye(err))
		return nil, false
	}
	return p, true
}

// allow answers the question that a browser asks before it sends a request with the
// token and site in headers, and others where named. Which site it is about is not
// known yet, so it promises nothing but that the request itself will be looked at.
func (s *Server) allow(method string, headers ...string) http.HandlerFunc {
	named := strings.Join(append([]string{"Authorization", siteHeader}, headers...), ", ")
	return func(w http.ResponseWriter, r *http.Request) {
		origin, ok := s.pageOrigin(r)
		if !ok {
			s.metrics.refused.inc("origin")
			w.WriteHeader(http.StatusForbidden)
			return
		}
		h := w.Header()
		letRead(h, origin)
		h.Set("Access-Control-Allow-Methods", method)
		h.Set("Access-Control-Allow-Headers", named)
		h.Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
	}
}
