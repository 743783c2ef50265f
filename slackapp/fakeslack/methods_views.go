package fakeslack

// byTrigger uses up the trigger_id of a call.
func (c *call) byTrigger() (*trigger, error) {
	id := c.args["trigger_id"]
	if id == "" {
		id = c.args["interactivity_pointer"]
	}
	if id == "" {
		return nil, refuse("invalid_arguments", "[ERROR] missing required field: trigger_id")
	}
	return c.w.redeem(c.in, id)
}

func viewsOpen(c *call) (reply, error) { return c.openView(false) }
func viewsPush(c *call) (reply, error) { return c.openView(true) }

// openView is documented in reference/methods/views.open and views.push: a push
// goes onto the modal in which its trigger was made.
func (c *call) openView(push bool) (reply, error) {
	content, err := c.readView(c.args["view"], "modal")
	if err != nil {
		return nil, err
	}
	return c.locked(func() (reply, error) {
		t, err := c.byTrigger()
		if err != nil {
			return nil, err
		}
		if push && (t.view == nil || c.w.views.top(t.user) == nil) {
			return nil, refuse("not_found") // assumed
		}
		v, err := c.w.show(c.in, t.user, t.channel, content, push)
		if err != nil {
			return nil, err
		}
		return reply{"view": v.json(c.w)}, nil
	})
}

// viewsUpdate is documented in reference/methods/views.update.
func viewsUpdate(c *call) (reply, error) {
	if (c.args["view_id"] == "") == (c.args["external_id"] == "") {
		return nil, refuse("invalid_arguments", "[ERROR] one of view_id and external_id is required")
	}
	content, err := c.readView(c.args["view"], c.currentKind())
	if err != nil {
		return nil, err
	}
	return c.locked(func() (reply, error) {
		v := c.w.views.find(c.in, c.args["view_id"], c.args["external_id"])
		if v == nil {
			return nil, refuse("not_found")
		}
		if hash := c.args["hash"]; hash != "" && hash != v.hash {
			return nil, refuse("hash_conflict")
		}
		if external, _ := content["external_id"].(string); external != "" {
			if other := c.w.views.find(c.in, "", external); other != nil && other != v {
				return nil, refuse("duplicate_external_id")
			}
			v.external = external
		}
		c.w.fill(v, content)
		return reply{"view": v.json(c.w)}, nil
	})
}

// currentKind is the type of the view that is to be updated, which it keeps.
func (c *call) currentKind() string {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	if v := c.w.views.find(c.in, c.args["view_id"], c.args["external_id"]); v != nil {
		return v.text("type")
	}
	return "modal"
}

// viewsPublish is documented in reference/methods/views.publish.
func viewsPublish(c *call) (reply, error) {
	content, err := c.readView(c.args["view"], "home")
	if err != nil {
		return nil, err
	}
	return c.locked(func() (reply, error) {
		user := c.args["user_id"]
		switch {
		case c.in.app.NoHomeTab:
			return nil, refuse("not_enabled")
		case c.w.people[user] == nil:
			return nil, refuse("invalid_arguments", "[ERROR] user_not_found [json-pointer:/user_id]")
		}
		key := homeKey{c.in.AppID, user}
		v := c.w.views.homes[key]
		if hash := c.args["hash"]; hash != "" && (v == nil || hash != v.hash) {
			return nil, refuse("hash_conflict")
		}
		external, _ := content["external_id"].(string)
		if other := c.w.views.find(c.in, "", external); other != nil && other != v {
			return nil, refuse("duplicate_external_id")
		}
		if v == nil {
			v = &view{id: c.w.newID("V"), in: c.in, user: user}
			v.root = v.id
		}
		v.external = external
		c.w.views.homes[key] = v
		c.w.fill(v, content)
		return reply{"view": v.json(c.w)}, nil
	})
}
