package fakeslack

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// codeLife is how long a code of OAuth can be exchanged, once.
//
// Documented: authentication/installing-with-oauth.
const codeLife = 10 * time.Minute

// A code is an approval that an app has yet to exchange for its tokens.
type code struct {
	install    *install
	user       string // who approved
	scopes     []string
	userScopes []string
	redirect   string // as it was asked for
	challenge  string // of PKCE
	expires    time.Time
	used       bool
}

// Approve lets a person install an app, or install it anew with other scopes, on
// the page that the app has sent them to: address is of the form
// …/oauth/v2/authorize?client_id=…&scope=…&state=…. It returns where Slack sends the
// person back to, with the code and the state.
//
// Documented: authentication/installing-with-oauth.
func (w *Workspace) Approve(user, address string) (redirect string, err error) {
	err = w.act(func() error {
		in, q, err := w.authorizePage(user, address)
		if err != nil {
			return err
		}
		id := fmt.Sprintf("%d.%d.%s", w.rng.Uint32(), w.rng.Uint32(), w.newSecret())
		w.codes[id] = &code{
			install: in, user: user, redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge"),
			scopes: listed(q.Get("scope")), userScopes: listed(q.Get("user_scope")),
			expires: w.clock.Now().Add(codeLife),
		}
		redirect = in.sendBack(q, url.Values{"code": {id}})
		return nil
	})
	return redirect, err
}

// Decline lets a person cancel on that page; the app learns of access_denied.
func (w *Workspace) Decline(user, address string) (redirect string, err error) {
	err = w.act(func() error {
		in, q, err := w.authorizePage(user, address)
		if err != nil {
			return err
		}
		redirect = in.sendBack(q, url.Values{"error": {"access_denied"}})
		return nil
	})
	return redirect, err
}

// authorizePage finds what a person is asked on Slack's page, which shows an error
// instead where something is wrong.
func (w *Workspace) authorizePage(user, address string) (*install, url.Values, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, nil, err
	}
	q := u.Query()
	p := w.people[user]
	in := w.appOfClient(q.Get("client_id"))
	switch {
	case p == nil:
		return nil, nil, noSuchPerson(user)
	case p.Deleted || p.guest() || p.external(w.cfg.TeamID):
		return nil, nil, fmt.Errorf("fakeslack: %s is no full member and installs nothing", p.Name)
	case in == nil:
		return nil, nil, errors.New("fakeslack: no app has this client_id; see RegisterApp")
	case q.Get("scope") == "" && q.Get("user_scope") == "":
		return nil, nil, errors.New("fakeslack: the app asks for no scope")
	case !in.mayRedirect(q.Get("redirect_uri")):
		return nil, nil, errors.New("fakeslack: the redirect_uri is not below one of App.RedirectURLs")
	}
	return in, q, nil
}

// appOfClient finds an app by its client id, in this workspace or as it is registered
// in a neighbour.
func (w *Workspace) appOfClient(id string) *install {
	for _, n := range append([]*Workspace{w}, w.workspaces...) {
		for _, in := range n.installs {
			switch {
			case in.ClientID != id:
			case in.w == w:
				return in
			default:
				app := in.app
				app.ID, app.BotToken = in.AppID, ""
				return w.register(app)
			}
		}
	}
	return nil
}

func (i *install) mayRedirect(to string) bool {
	allowed := i.app.RedirectURLs
	return len(allowed) == 0 || to == "" ||
		slices.ContainsFunc(allowed, func(a string) bool { return strings.HasPrefix(to, a) })
}

// sendBack writes the address that a person is sent back to. Documented: without a
// redirect_uri it is the first of the app's.
func (i *install) sendBack(asked, answer url.Values) string {
	to := asked.Get("redirect_uri")
	if to == "" && len(i.app.RedirectURLs) > 0 {
		to = i.app.RedirectURLs[0]
	}
	if state := asked.Get("state"); state != "" {
		answer.Set("state", state)
	}
	join := "?"
	if strings.Contains(to, "?") {
		join = "&"
	}
	return to + join + answer.Encode()
}

func listed(scopes string) []string {
	return slices.DeleteFunc(strings.Split(scopes, ","), func(s string) bool { return s == "" })
}

// verifies reports whether a code_verifier belongs to the challenge (RFC 7636,
// method S256).
func (k *code) verifies(verifier string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return k.challenge == "" || base64.RawURLEncoding.EncodeToString(sum[:]) == k.challenge
}

// serveAuthorize is Slack's page for a browser, in which the first admin is signed
// in and approves of everything.
func (w *Workspace) serveAuthorize(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	admin := ""
	for _, id := range w.peopleIDs {
		if p := w.people[id]; admin == "" && (p.Admin || p.Owner) {
			admin = id
		}
	}
	w.mu.Unlock()
	redirect, err := w.Approve(admin, r.URL.String())
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(rw, r, redirect, http.StatusFound)
}
