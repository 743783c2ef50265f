package fakeslack

import (
	"maps"
	"slices"
	"strings"
)

// oauthAccess exchanges a code or a refresh token.
//
// Documented: reference/methods/oauth.v2.access.
func oauthAccess(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		switch c.args["grant_type"] {
		case "", "authorization_code":
			return c.exchangeCode()
		case "refresh_token":
			return c.refreshToken()
		}
		return nil, refuse("invalid_grant_type")
	})
}

// knowsSecret refuses those who are not the app that they say they are.
func (c *call) knowsSecret() error {
	for _, w := range c.w.workspaces {
		for _, in := range w.installs {
			if in.ClientID != c.args["client_id"] {
				continue
			}
			if in.ClientSecret != c.args["client_secret"] {
				return refuse("bad_client_secret")
			}
			return nil
		}
	}
	return refuse("invalid_client_id")
}

func (c *call) exchangeCode() (reply, error) {
	if err := c.knowsSecret(); err != nil {
		return nil, err
	}
	k := c.w.codes[c.args["code"]]
	switch {
	case k == nil || k.used || k.install.ClientID != c.args["client_id"] || c.w.clock.Now().After(k.expires):
		return nil, refuse("invalid_code")
	case k.redirect != c.args["redirect_uri"]:
		return nil, refuse("bad_redirect_uri")
	case !k.verifies(c.args["code_verifier"]):
		return nil, refuse("invalid_code_verifier")
	}
	k.used = true
	in := k.install
	scopes := k.scopes
	again := !in.gone
	if again {
		// Documented: authentication/installing-with-oauth; scopes add up.
		scopes = append(slices.Clone(scopes), slices.Collect(maps.Keys(in.scope))...)
	}
	in.settle()
	in.grantScopes(scopes)
	if !again || in.app.TokenRotation {
		in.newBotToken("")
	}
	// Observed: without rotation, an app that is installed anew keeps its token.
	r := in.tokenReply()
	user := map[string]any{"id": k.user}
	if len(k.userScopes) > 0 {
		token := "xoxp-" + c.w.newSecret()
		c.w.tokens[token] = &grant{kind: userToken, install: in, user: k.user, scopes: setOf(k.userScopes)}
		maps.Copy(user, map[string]any{
			"scope": strings.Join(k.userScopes, ","), "access_token": token, "token_type": "user",
		})
	}
	r["authed_user"] = user
	return r, nil
}

// tokenReply hands out the newest token of the bot.
func (i *install) tokenReply() reply {
	r := reply{
		"access_token": i.BotToken, "token_type": "bot", "scope": strings.Join(inOrder(i.scope), ","),
		"bot_user_id": i.BotUserID, "app_id": i.AppID,
		"team":       map[string]any{"id": i.w.cfg.TeamID, "name": i.w.cfg.Name},
		"enterprise": nil, "is_enterprise_install": false,
	}
	if i.app.TokenRotation {
		r["refresh_token"], r["expires_in"] = i.RefreshToken, int(tokenLife.Seconds())
	}
	return r
}

// refreshToken is documented in authentication/using-token-rotation: a refresh
// token works once. Assumed: there is no time of grace.
func (c *call) refreshToken() (reply, error) {
	if err := c.knowsSecret(); err != nil {
		return nil, err
	}
	f := c.w.refreshes[c.args["refresh_token"]]
	if f == nil || f.used || f.install.gone || f.install.ClientID != c.args["client_id"] {
		return nil, refuse("invalid_refresh_token")
	}
	f.used = true
	f.install.newBotToken("")
	return f.install.tokenReply(), nil
}

// oauthExchange turns a token that never expires into one that does.
//
// Documented: reference/methods/oauth.v2.exchange.
func oauthExchange(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		if err := c.knowsSecret(); err != nil {
			return nil, err
		}
		g := c.w.tokens[c.token]
		switch {
		case g == nil || g.kind != botToken || g.install.ClientID != c.args["client_id"] || g.refusal(c.w.clock.Now()) != "":
			return nil, refuse("invalid_token")
		case !g.install.app.TokenRotation:
			return nil, refuse("token_rotation_not_enabled")
		case !g.expires.IsZero():
			return nil, refuse("token_already_exchanged")
		}
		g.install.newBotToken("")
		g.revoked = true // documented: the old one stops working
		return g.install.tokenReply(), nil
	})
}

// authRevoke is documented in reference/methods/auth.revoke.
func authRevoke(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		if c.flag("test") {
			return reply{"revoked": false}, nil
		}
		c.grant.revoked = true
		c.w.tokensRevoked(c.grant)
		return reply{"revoked": true}, nil
	})
}

// appsUninstall is documented in reference/methods/apps.uninstall.
func appsUninstall(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		if err := c.knowsSecret(); err != nil {
			return nil, err
		}
		if c.in.ClientID != c.args["client_id"] {
			return nil, refuse("client_id_token_mismatch")
		}
		c.in.uninstall()
		return reply{}, nil
	})
}

// eventAuthorizations lists the installations that could see an event, of which
// the event itself names one.
//
// Documented: reference/methods/apps.event.authorizations.list.
func eventAuthorizations(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		seen, ok := c.w.contexts.visible[c.args["event_context"]]
		if !ok {
			return nil, refuse("invalid_event_context")
		}
		return reply{"authorizations": seen, "response_metadata": nextCursor("")}, nil
	})
}
