package widget_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

// form is a browser without JavaScript on the hosted page.
type form struct {
	house  *house
	header http.Header
}

func (h *house) form() *form {
	return &form{h, http.Header{"Origin": {public}, "Content-Type": {"application/x-www-form-urlencoded"}}}
}

// post sends the form, keeps the cookie, and returns the status and the page.
func (f *form) post(fields map[string]string) (status int, page string, resp *http.Response) {
	f.house.t.Helper()
	values := url.Values{}
	for name, value := range fields {
		values.Set(name, value)
	}
	f.house.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, body := f.house.request(f.house.t.Context(), http.MethodPost, "/c/main", f.header, []byte(values.Encode()))
	for _, c := range resp.Cookies() {
		f.header.Set("Cookie", c.Name+"="+c.Value)
	}
	return resp.StatusCode, string(body), resp
}

func (f *form) load() string {
	f.house.t.Helper()
	header := maps.Clone(f.header)
	header.Del("Origin")
	_, body := f.house.request(f.house.t.Context(), http.MethodGet, "/c/main", header, nil)
	return string(body)
}

func TestTheHostedPageChatsWithoutJavaScript(t *testing.T) {
	h := newHouse(t)
	f := h.form()
	if page := f.load(); !strings.Contains(page, `value="tech"`) || !strings.Contains(page, "<textarea") {
		t.Fatalf("the page has no form:\n%s", page)
	}
	first := map[string]string{"id": "m1", "group": "tech", "name": "Jane", "body": "My build <b>fails</b>"}
	status, _, resp := f.post(first)
	if status != http.StatusSeeOther || resp.Header.Get("Location") != "/c/main" {
		t.Fatalf("it got %d to %q", status, resp.Header.Get("Location"))
	}
	cookie := resp.Header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/c/main"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie lacks %s: %s", want, cookie)
		}
	}
	if status, _, resp := f.post(first); status != http.StatusSeeOther || resp.Header.Get("Set-Cookie") != "" { // the button was pressed twice
		t.Errorf("the second time it got %d", status)
	}
	h.answered().write("Which <i>version</i>?")
	page := f.load()
	for _, want := range []string{"My build &lt;b&gt;fails&lt;/b&gt;", "Which &lt;i&gt;version&lt;/i&gt;?", "<b>Ann</b>"} {
		if strings.Count(page, want) != 1 {
			t.Errorf("the page has %q %d times", want, strings.Count(page, want))
		}
	}
	if strings.Contains(page, `type="radio"`) {
		t.Error("the page asks for a group again")
	}
	f.post(map[string]string{"id": "m2", "body": "The latest"})
	if page := f.load(); !strings.Contains(page, "The latest") {
		t.Error("the second message is not shown")
	}
	if page := h.form().load(); strings.Contains(page, "My build") {
		t.Error("somebody else sees the conversation")
	}
}

func TestWhatTheFormRefusesStaysInIt(t *testing.T) {
	h := newHouse(t)
	for name, fields := range map[string]map[string]string{
		"no group":   {"id": "m1", "body": "Hello", "group": "nowhere"},
		"no message": {"id": "m1", "body": " ", "group": "tech"},
		"too long":   {"id": "m1", "body": strings.Repeat("x", 4001), "group": "tech"},
	} {
		t.Run(name, func(t *testing.T) {
			h.nothingWritten(func() {
				status, page, resp := h.form().post(fields)
				if status != http.StatusUnprocessableEntity || !strings.Contains(page, `role="alert"`) || !strings.Contains(page, fields["body"]) {
					t.Errorf("it got %d:\n%.900s", status, page)
				}
				if resp.Header.Get("Set-Cookie") != "" {
					t.Error("it set a cookie")
				}
			})
		})
	}
}

func TestAFormOfAnotherPageIsRefused(t *testing.T) {
	h := newHouse(t)
	fields := map[string]string{"id": "m1", "group": "tech", "body": "Hello"}
	for _, origin := range []string{shop, "https://evil.example", "null", ""} {
		h.nothingWritten(func() {
			f := h.form()
			f.header.Set("Origin", origin)
			if status, _, _ := f.post(fields); status != http.StatusForbidden {
				t.Errorf("from %q it got %d", origin, status)
			}
		})
	}
}

func TestACookieThatOpensNothingIsAsNone(t *testing.T) {
	h := newHouse(t)
	f := h.form()
	f.header.Set("Cookie", "chatgroups=nonsense")
	if page := f.load(); !strings.Contains(page, `type="radio"`) {
		t.Error("the page does not begin anew")
	}
	if status, _, resp := f.post(map[string]string{"id": "m1", "group": "tech", "body": "Hello"}); status != http.StatusSeeOther || resp.Header.Get("Set-Cookie") == "" {
		t.Errorf("it got %d", status)
	}
}

func TestTheFormSpeaksTheVisitorsLanguage(t *testing.T) {
	h := newHouse(t)
	for language, want := range map[string]string{"de": "Senden", "ar": `dir="rtl"`, "zh-TW": "zh-TW", "nn": "Send"} {
		f := h.form()
		f.header.Set("Accept-Language", language)
		if page := f.load(); !strings.Contains(page, want) {
			t.Errorf("in %s the page lacks %q", language, want)
		}
	}
}

func TestTheFormShowsWhatHappenedAndFiles(t *testing.T) {
	h := newHouse(t)
	f := h.form()
	f.post(map[string]string{"id": "m1", "group": "tech", "body": "Hello"})
	if page := f.load(); !strings.Contains(page, "data-visit") {
		t.Error("the page does not say that there is a conversation to go on with")
	}
	a := h.answered()
	a.write("Here you are")
	if err := h.bridge.Close(t.Context(), a.key.Conversation, bridge.Author{Agent: "U1", Name: "Ann"}); err != nil {
		t.Fatal(err)
	}
	if page := f.load(); !strings.Contains(page, "<i>Conversation closed</i>") || !strings.Contains(page, "<textarea") || !strings.Contains(page, `value="tech"`) {
		t.Errorf("the page says\n%s", page)
	}
}

func TestAFormThatARobotFilledInIsNotSent(t *testing.T) {
	h := newHouse(t)
	h.nothingWritten(func() {
		status, page, _ := h.form().post(map[string]string{"id": "m1", "group": "tech", "body": "Buy this", "website": "https://spam.example"})
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, "Buy this") {
			t.Errorf("it got %d", status)
		}
	})
}

func TestTheFormAsksForConsentAndSpeaksTheSitesWords(t *testing.T) {
	h := newHouse(t)
	site, err := h.bridge.Site("main")
	if err != nil {
		t.Fatal(err)
	}
	site.Consent = map[string]string{"": "We keep this for a year."}
	site.Texts = bridge.Texts{}
	site.Texts.Set("fr", "question", "De quoi s’agit-il ?")
	site.Texts.Set("fr", "group.tech", "Technique")
	if _, err := h.bridge.UpdateSite(t.Context(), site, bridge.Author{}); err != nil {
		t.Fatal(err)
	}
	f := h.form()
	f.header.Set("Accept-Language", "fr")
	if page := f.load(); !strings.Contains(page, "De quoi s’agit-il ?") || !strings.Contains(page, "Technique –") || !strings.Contains(page, "We keep this for a year.") {
		t.Errorf("the page says\n%s", page)
	}
	first := map[string]string{"id": "m1", "group": "tech", "body": "Bonjour"}
	h.nothingWritten(func() {
		if status, page, _ := f.post(first); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Bonjour") {
			t.Errorf("without consent it got %d", status)
		}
	})
	h.nothingWritten(func() {
		other := h.form()
		other.header.Set("Cookie", "chatgroups=nonsense")
		if status, _, _ := other.post(first); status != http.StatusUnprocessableEntity {
			t.Errorf("with a cookie that opens nothing it got %d", status)
		}
	})
	first["consent"] = "yes"
	if status, _, _ := f.post(first); status != http.StatusSeeOther {
		t.Errorf("with consent it got %d", status)
	}
	if status, _, _ := f.post(map[string]string{"id": "m2", "body": "Encore"}); status != http.StatusSeeOther {
		t.Errorf("the second message got %d", status)
	}
}

// TestThePageGivesItsScriptTheTokenOfItsOwnCookie: to that page alone.
func TestThePageGivesItsScriptTheTokenOfItsOwnCookie(t *testing.T) {
	h := newHouse(t)
	f := h.form()
	ask := func(f *form) (int, string) {
		resp, body := h.request(t.Context(), http.MethodPost, "/c/main/visit", f.header, nil)
		return resp.StatusCode, string(body)
	}
	if status, body := ask(f); status != http.StatusNoContent || body != "" {
		t.Errorf("without a conversation it got %d %s", status, body)
	}
	f.post(map[string]string{"id": "m1", "group": "tech", "body": "Hello"})
	token := strings.TrimPrefix(f.header.Get("Cookie"), "chatgroups=")
	status, body := ask(f)
	if want := `{"tok":"` + token + `"}`; status != http.StatusOK || strings.TrimSpace(body) != want {
		t.Errorf("it got %d %s", status, body)
	}
	for _, origin := range []string{shop, "https://evil.example", "null", ""} {
		other := &form{h, maps.Clone(f.header)}
		other.header.Set("Origin", origin)
		if status, body := ask(other); status != http.StatusForbidden || strings.Contains(body, token) {
			t.Errorf("from %q it got %d %s", origin, status, body)
		}
	}
}
