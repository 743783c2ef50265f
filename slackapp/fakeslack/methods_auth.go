package fakeslack

import "net/http"

func apiTest(c *call) (reply, error) {
	if code := c.args["error"]; code != "" {
		return nil, &refusal{code: code}
	}
	return reply{"args": c.args}, nil
}

// authTest says who the token is (reference/methods/auth.test).
func authTest(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		if c.grant.kind == appToken {
			return reply{"app_name": c.in.app.Name, "app_id": c.in.AppID}, nil
		}
		r := reply{
			"url": "https://" + c.w.cfg.Domain + ".slack.com/", "team": c.w.cfg.Name, "team_id": c.w.cfg.TeamID,
			"user": c.w.people[c.grant.user].Name, "user_id": c.grant.user, "is_enterprise_install": false,
		}
		if c.grant.kind == botToken {
			r["bot_id"] = c.in.BotID
		}
		return r, nil
	})
}

// appsConnectionsOpen makes the one-shot address of a socket.
//
// Documented: apis/events-api/using-socket-mode. Assumed: an app without Socket
// Mode is refused as forbidden_team.
func appsConnectionsOpen(c *call) (reply, error) {
	if !c.in.app.SocketMode {
		return nil, refuse("forbidden_team")
	}
	c.w.mu.Lock()
	secret := c.w.newSecret()
	c.w.mu.Unlock()
	ticket := c.in.sockets.ticket(secret)
	return reply{"url": "ws://" + c.host + "/socket?ticket=" + ticket + "&app_id=" + c.in.AppID}, nil
}

// serveSocket lets in whoever has a ticket, once.
func (w *Workspace) serveSocket(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	in := w.elsewhere(r.URL.Query().Get("app_id"))
	w.mu.Unlock()
	if in == nil || !in.sockets.redeem(r.URL.Query().Get("ticket")) {
		http.Error(rw, "invalid or used ticket; ask apps.connections.open for another", http.StatusForbidden)
		return
	}
	in.sockets.serve(rw, r)
}

func teamInfo(c *call) (reply, error) {
	if t := c.args["team"]; t != "" && t != c.w.cfg.TeamID {
		return nil, refuse("team_not_found")
	}
	return reply{"team": map[string]any{
		"id": c.w.cfg.TeamID, "name": c.w.cfg.Name, "domain": c.w.cfg.Domain,
		"url": "https://" + c.w.cfg.Domain + ".slack.com/", "email_domain": "",
		"icon": map[string]any{"image_default": true, "image_68": c.base + "/avatars/" + c.w.cfg.TeamID + ".png"},
	}}, nil
}

func botsInfo(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		id := c.args["bot"]
		if id == "" {
			id = c.in.BotID
		}
		for _, u := range c.w.peopleIDs {
			p := c.w.people[u]
			if p.botID != "" && p.botID == id {
				icon := c.base + "/avatars/" + p.ID + ".png"
				return reply{"bot": map[string]any{
					"id": id, "deleted": p.Deleted, "name": p.RealName, "updated": p.updated,
					"app_id": p.appID, "user_id": p.ID,
					"icons": map[string]string{"image_36": icon, "image_48": icon, "image_72": icon},
				}}, nil
			}
		}
		return nil, refuse("bot_not_found")
	})
}
