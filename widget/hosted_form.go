package widget

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// Where no script runs, or the widget does not load, the hosted page is a form: a post
// sends a message, and the page shows the conversation whenever it is loaded. It is a tab
// like any other, with the same limits and the same promise; its token is in a cookie that
// only this page gets. Where scripts run later, the widget goes on with that token.

//go:embed web/src/i18n/locales/*.json
var localeFiles embed.FS

// formTexts are what the widget says, in a language: those with plural forms are left out.
type formTexts map[string]string

func readFormTexts(language string) formTexts {
	data, err := localeFiles.ReadFile("web/src/i18n/locales/" + language + ".json")
	var all map[string]any
	if err != nil || json.Unmarshal(data, &all) != nil {
		return nil
	}
	texts := formTexts{}
	for key, text := range all {
		if s, ok := text.(string); ok {
			texts[key] = s
		}
	}
	return texts
}

// formLanguages are the languages to look a text up in, for a page's own.
func formLanguages(tag string) []string {
	language, _, _ := strings.Cut(strings.ToLower(tag), "-")
	switch {
	case language == "zh":
		language = "zh-Hans"
	case language == "no", language == "nn":
		language = "nb"
	case strings.EqualFold(tag, "pt-BR"):
		language = "pt-BR"
	}
	return []string{language, "en"}
}

// hostedForm is what the template is filled with.
type hostedForm struct {
	Site      bridge.SiteID
	Title     string
	Question  string
	Consent   string // what must be agreed to first, "" for nothing
	Visit     bool   // the browser has a conversation begun with the form
	Closed    bool   // it is over: another message begins or reopens one
	Language  string
	Direction string
	Lines     []hostedLine
	Groups    []hostedGroup
	Problem   string

	ID, Group, Name, Email, Body string

	own   bridge.Texts // the site's words
	texts []formTexts
}

type hostedLine struct {
	Name, At, Body string
	Note           bool // says what happened: nobody's words
	Files          []hostedFile
}

type hostedFile struct{ Name, Link string }

type hostedGroup struct{ ID, Name, About, State string }

// Text returns what the page says for a key: in the site's words, in the page's language
// or in English.
func (f *hostedForm) Text(key string) string {
	if text := f.own.In(f.Language, key); text != "" {
		return text
	}
	for _, texts := range f.texts {
		if text := texts[key]; text != "" {
			return text
		}
	}
	return ""
}

func (s *Server) newHostedForm(site bridge.Site, r *http.Request) *hostedForm {
	f := &hostedForm{Site: site.ID, Language: s.wished(r.Header), Direction: "ltr", ID: rand.Text()}
	for _, language := range formLanguages(f.Language) {
		f.texts = append(f.texts, readFormTexts(language))
	}
	if language, _, _ := strings.Cut(f.Language, "-"); language == "ar" || language == "he" {
		f.Direction = "rtl"
	}
	f.own = s.bridge.Spoken(site)
	seen := s.bridge.Preview(site, f.Language)
	f.Title, f.Question, f.Consent = f.Text(bridge.TextTitle), f.Text(bridge.TextQuestion), seen.Consent
	for _, g := range seen.Groups {
		state := "away"
		if g.Open {
			state = "available"
		}
		f.Groups = append(f.Groups, hostedGroup{g.Group.Slug(), g.Name, g.About, state})
	}
	return f
}

const hostedCookie = "chatgroups"

// hostedVisit opens the visit of whoever has the page's cookie, with begin also of who
// has none, nil for them else. The caller must leave.
func (s *Server) hostedVisit(r *http.Request, f *hostedForm, begin bool) (*poll, error) {
	token := ""
	if c, err := r.Cookie(hostedCookie); err == nil {
		token = c.Value
	}
	if token == "" && !begin {
		return nil, nil
	}
	p := newPoll(s, s.own, r)
	h := &helloFrame{
		Site: f.Site, Token: token, Again: !begin, Language: f.Language, Name: f.Name, Email: f.Email,
		URL: s.own + "/c/" + string(f.Site),
	}
	if wait := s.limits.arrive(p.source); wait > 0 {
		return nil, bye{closeTooFast, wait}
	}
	err := p.session.hello(r.Context(), h)
	if err != nil && token != "" && s.asBye(err).code == closeToken {
		if !begin {
			return nil, nil
		}
		h.Token = ""
		err = p.session.hello(r.Context(), h)
	}
	if err != nil {
		return nil, s.asBye(err)
	}
	return p, nil
}

// hostedLines is how many lines of the conversation the page shows.
const hostedLines = 100

// fill puts the visitor's conversation into the form, edits and deletions applied. link
// makes the address of a file.
func (f *hostedForm) fill(ctx context.Context, visit *bridge.Visit, link func(of bridge.EntryID, n int) string) error {
	events, _, err := visit.History(ctx, math.MaxUint64, hostedLines)
	if err != nil {
		return err
	}
	at := map[bridge.EntryID]int{}
	for _, e := range events {
		switch e.Kind {
		case bridge.KindMessage:
			name := e.By.Name
			if e.Mine {
				name = f.Text("you")
			}
			line := hostedLine{Name: name, At: e.At.UTC().Format(time.RFC3339), Body: e.Body}
			for n, file := range e.Files {
				line.Files = append(line.Files, hostedFile{file.Name, link(e.ID, n)})
			}
			at[e.ID] = len(f.Lines)
			f.Lines = append(f.Lines, line)
		case bridge.KindEdited, bridge.KindDeleted:
			if i, ok := at[e.Of]; ok {
				f.Lines[i].Body = e.Body
				if e.Kind == bridge.KindDeleted {
					f.Lines[i].Body, f.Lines[i].Files = f.Text("removed"), nil
				}
			}
		case bridge.KindJoined, bridge.KindLeft:
			key := "joined"
			if e.Kind == bridge.KindLeft {
				key = "left"
			}
			f.happened(e, strings.ReplaceAll(f.Text(key), "{name}", e.GroupName))
		case bridge.KindClosed:
			f.Closed = true
			f.happened(e, f.Text("closed"))
		case bridge.KindReopened:
			f.Closed = false
			f.happened(e, f.Text("reopened"))
		}
	}
	return nil
}

func (f *hostedForm) happened(e bridge.Event, what string) {
	if what != "" {
		f.Lines = append(f.Lines, hostedLine{At: e.At.UTC().Format(time.RFC3339), Body: what, Note: true})
	}
}

// link makes addresses of files for a visitor.
func (s *Server) link(who bridge.VisitorID) func(of bridge.EntryID, n int) string {
	return func(of bridge.EntryID, n int) string {
		query, _ := s.links.make(who, of, n)
		return filePath(of, n) + "?" + query
	}
}

// serveHostedPost takes a message from the form. Once it is kept, the page is loaded
// anew, so that a reload sends nothing again.
func (s *Server) serveHostedPost(w http.ResponseWriter, r *http.Request) {
	site, err := s.bridge.Site(bridge.SiteID(r.PathValue("site")))
	if err != nil {
		http.Error(w, "There is no such site.", http.StatusNotFound)
		return
	}
	if origin, ok := s.pageOrigin(r); !ok || s.own == "" || origin != s.own {
		http.Error(w, "The form must be sent from this page: load it again.", http.StatusForbidden)
		return
	}
	if !s.tabs.begin() {
		askAgain(w.Header(), comeBack)
		http.Error(w, "The server restarts: send it again in a moment.", http.StatusServiceUnavailable)
		return
	}
	defer s.tabs.done()
	r.Body = http.MaxBytesReader(w, r.Body, maxPollBytes)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The message is too long.", http.StatusRequestEntityTooLarge)
		return
	}
	f := s.newHostedForm(site, r)
	f.ID, f.Group, f.Name, f.Email, f.Body = r.PostFormValue("id"), r.PostFormValue("group"), r.PostFormValue("name"), r.PostFormValue("email"), r.PostFormValue("body")
	if r.PostFormValue(trapField) != "" {
		// Whoever fills in what nobody sees is no person, most likely. A person whose
		// browser did it has the words still, and sends them once more.
		f.Problem = f.Text("failInternal")
		s.renderHosted(w, f, http.StatusUnprocessableEntity)
		return
	}
	p, err := s.hostedVisit(r, f, true)
	if err != nil {
		f.Problem = f.Text("failRate")
		s.renderHosted(w, f, s.asBye(err).code.status())
		return
	}
	defer p.leave()
	if token := p.visit.Token(); token != "" && s.hasHostedCookie(r) {
		// The one that the browser has ends soon, also where this message is refused.
		s.setHostedCookie(w, site.ID, token)
	}
	known, _, err := p.visit.History(r.Context(), math.MaxUint64, 1)
	if err == nil && len(known) == 0 && f.Consent != "" && r.PostFormValue("consent") == "" {
		f.Problem = f.Consent
		s.renderHosted(w, f, http.StatusUnprocessableEntity)
		return
	}
	if err == nil {
		// Whether the group is there stands beside it, so a message for one that is away is left for it.
		_, reply := p.take(r.Context(), bridge.EntryID(f.ID), len(known) == 0, func() (bridge.Receipt, error) {
			return p.visit.Send(r.Context(), bridge.Draft{
				ID: bridge.EntryID(f.ID), Body: f.Body, Group: bridge.GroupID(f.Group), Leave: true, Name: f.Name, Email: f.Email, Page: p.page,
			})
		})
		var answer nackFrame
		if json.Unmarshal(reply, &answer) == nil && answer.T == "ack" {
			if token := p.visit.Token(); token != "" {
				s.setHostedCookie(w, site.ID, token)
			}
			http.Redirect(w, r, "/c/"+string(site.ID), http.StatusSeeOther)
			return
		}
		f.Problem = f.Text(formProblems[answer.Code])
	}
	if f.Problem == "" {
		f.Problem = f.Text("failInternal")
	}
	f.fill(r.Context(), p.visit, s.link(p.visitor()))
	s.renderHosted(w, f, http.StatusUnprocessableEntity)
}

// trapField is a field that nobody sees: robots fill it in.
const trapField = "website"

func (s *Server) setHostedCookie(w http.ResponseWriter, site bridge.SiteID, token string) {
	c := http.Cookie{
		Name: hostedCookie, Value: token, Path: "/c/" + string(site), MaxAge: 30 * 24 * 60 * 60,
		HttpOnly: true, Secure: strings.HasPrefix(s.own, "https:"), SameSite: http.SameSiteStrictMode,
	}
	w.Header().Set("Set-Cookie", c.String()) // the last one counts
}

func (s *Server) hasHostedCookie(r *http.Request) bool {
	c, err := r.Cookie(hostedCookie)
	return err == nil && c.Value != ""
}

// serveHostedVisit gives the page's script the token of a conversation that was begun
// with the form, so that the widget goes on with it. Only the page itself can ask.
func (s *Server) serveHostedVisit(w http.ResponseWriter, r *http.Request) {
	site, err := s.bridge.Site(bridge.SiteID(r.PathValue("site")))
	if origin, ok := s.pageOrigin(r); err != nil || !ok || s.own == "" || origin != s.own {
		http.Error(w, "There is nothing here.", http.StatusForbidden)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	p, err := s.hostedVisit(r, s.newHostedForm(site, r), false)
	if err != nil || p == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	defer p.leave()
	c, _ := r.Cookie(hostedCookie) // hostedVisit has read it
	w.Header().Set("Content-Type", "application/json")
	w.Write(encode(struct {
		Token string `json:"tok"`
	}{c.Value}))
}

// formProblems are the texts for what is wrong with a message.
var formProblems = map[nackCode]string{
	nackTooLong: "failTooLong", nackRate: "failRate", nackClosed: "failClosed", nackGroupOffline: "failOffline",
	nackForbidden: "chooseMissing", nackInvalid: "messageMissing", nackInternal: "failInternal",
}
