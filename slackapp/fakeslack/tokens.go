package fakeslack

import (
	"errors"
	"fmt"
	"time"
)

// tokenKind is the sort of a token.
type tokenKind string

const (
	botToken  tokenKind = "bot"
	appToken  tokenKind = "app"
	userToken tokenKind = "user"
)

// grant is what a token stands for.
type grant struct {
	kind    tokenKind
	install *install
	user    string // who acts: the bot's user, or the person of a user token
	scopes  map[string]bool
	revoked bool
	expires time.Time // zero for never
}

// refusal is the error code of a token that opens nothing any more, or "".
//
// Documented: the errors of every method.
func (g *grant) refusal(now time.Time) string {
	switch {
	case g.install.gone && g.kind != appToken:
		return "account_inactive"
	case g.revoked:
		return "token_revoked"
	case !g.expires.IsZero() && !now.Before(g.expires):
		return "token_expired"
	}
	return ""
}

// tokenLife is how long a token lives that is rotated, and liveTokens how many of
// an installation live beside each other.
//
// Documented: authentication/using-token-rotation.
const (
	tokenLife  = 12 * time.Hour
	liveTokens = 2
)

// A refresh is what a refresh token stands for.
type refresh struct {
	install *install
	used    bool
}

// RotateTokens switches on the rotation of tokens for an app, which cannot be
// switched off again. Tokens that it has stay until it exchanges them by
// oauth.v2.exchange.
//
// Documented: authentication/using-token-rotation.
func (w *Workspace) RotateTokens(appID string) error {
	return w.act(func() error {
		in := w.installed(appID)
		if in == nil {
			return noSuchApp(appID)
		}
		in.app.TokenRotation = true
		return nil
	})
}

// newBotToken makes a token for the bot: the one that is chosen, or another. Where
// tokens rotate it expires, comes with a refresh token, and revokes the oldest one
// where there are too many.
func (i *install) newBotToken(chosen string) *grant {
	w := i.w
	g := &grant{kind: botToken, install: i, user: i.BotUserID, scopes: i.scope}
	i.BotToken = chosen
	if i.app.TokenRotation {
		i.RefreshToken = "xoxe-1-" + w.newSecret()
		w.refreshes[i.RefreshToken] = &refresh{install: i}
		g.expires = w.clock.Now().Add(tokenLife)
	}
	if chosen == "" {
		i.BotToken = "xoxb-" + w.newSecret()
		if i.app.TokenRotation {
			i.BotToken = "xoxe." + i.BotToken
		}
	}
	w.tokens[i.BotToken] = g
	i.live = append(i.live, i.BotToken)
	if i.app.TokenRotation && len(i.live) > liveTokens {
		w.tokens[i.live[0]].revoked = true
		i.live = i.live[1:]
	}
	return g
}

// AddUserToken gives an app a token of a person, "xoxp-…", with these user scopes.
// It panics where the app or the person is unknown.
func (w *Workspace) AddUserToken(appID, user string, scopes ...string) (token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	in := w.installed(appID)
	if in == nil || w.people[user] == nil {
		panic(fmt.Sprintf("fakeslack: no app %q or no person %q", appID, user))
	}
	token = "xoxp-" + w.newSecret()
	w.tokens[token] = &grant{kind: userToken, install: in, user: user, scopes: setOf(scopes)}
	return token
}

// RevokeToken makes a token useless and tells the app by tokens_revoked.
func (w *Workspace) RevokeToken(token string) error {
	return w.act(func() error {
		g := w.tokens[token]
		if g == nil || g.kind == appToken {
			return errors.New("fakeslack: that is no bot or user token of this workspace")
		}
		g.revoked = true
		g.install.w.tokensRevoked(g)
		return nil
	})
}

func (w *Workspace) tokensRevoked(g *grant) {
	revoked := map[string][]string{"oauth": {}, "bot": {}}
	if g.kind == botToken {
		revoked["bot"] = []string{g.user}
	} else {
		revoked["oauth"] = []string{g.user}
	}
	w.happen(occurrence{
		name: "tokens_revoked", only: g.install,
		body: plain(map[string]any{"type": "tokens_revoked", "tokens": revoked, "event_ts": w.eventTS()}),
	})
}
