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

// Where no script runs, the hosted page is a form: a post sends a message, and the page
// shows the conversation whenever it is loaded. It is a tab like any other, with the same
// limits and the same promise; its token is in a cookie that only this page gets.

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
	Language  string
	Direction string
	Lines     []hostedLine
	Groups    []hostedGroup
	Problem   string

	ID, Group, Name, Email, Body string

	texts []formTexts
}

type hostedLine struct{ Name, At, Body string }

type hostedGroup struct{ ID, Name, State string }

// Text returns what the page says for a key, in its language or in English.
func (f *hostedForm) Text(key string) string {
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
	if f.Title = site.Texts.In(f.Language, bridge.TextTitle); f.Title == "" {
		f.Title = f.Text("title")
	}
	for _, g := range s.bridge.Offered(site) {
		state := "away"
		if g.Open() {
			state = "available"
		}
		f.Groups = append(f.Groups, hostedGroup{g.Slug(), g.Name, state})
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

// fill puts the visitor's conversation into the form, edits and deletions applied.
func (f *hostedForm) fill(ctx context.Context, visit *bridge.Visit) error {
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
			body := e.Body
			for _, file := range e.Files {
				body = strings.TrimSpace(body + "\n" + file.Name)
			}
			at[e.ID] = len(f.Lines)
			f.Lines = append(f.Lines, hostedLine{name, e.At.UTC().Format(time.RFC3339), body})
		case bridge.KindEdited, bridge.KindDeleted:
			if i, ok := at[e.Of]; ok {
				f.Lines[i].Body = e.Body
				if e.Kind == bridge.KindDeleted {
					f.Lines[i].Body = f.Text("removed")
				}
			}
		}
	}
	return nil
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
	p, err := s.hostedVisit(r, f, true)
	if err != nil {
		f.Problem = f.Text("failRate")
		s.renderHosted(w, f, s.asBye(err).code.status())
		return
	}
	defer p.leave()
	known, _, err := p.visit.History(r.Context(), math.MaxUint64, 1)
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
				http.SetCookie(w, &http.Cookie{
					Name: hostedCookie, Value: token, Path: "/c/" + string(site.ID), MaxAge: 30 * 24 * 60 * 60,
					HttpOnly: true, Secure: strings.HasPrefix(s.own, "https:"), SameSite: http.SameSiteStrictMode,
				})
			}
			http.Redirect(w, r, "/c/"+string(site.ID), http.StatusSeeOther)
			return
		}
		f.Problem = f.Text(formProblems[answer.Code])
	}
	if f.Problem == "" {
		f.Problem = f.Text("failInternal")
	}
	f.fill(r.Context(), p.visit)
	s.renderHosted(w, f, http.StatusUnprocessableEntity)
}

// formProblems are the texts for what is wrong with a message.
var formProblems = map[nackCode]string{
	nackTooLong: "failTooLong", nackRate: "failRate", nackClosed: "failClosed", nackGroupOffline: "failOffline",
	nackForbidden: "chooseMissing", nackInvalid: "messageMissing", nackInternal: "failInternal",
}
