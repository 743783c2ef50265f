package fakeslack

import "slices"

// maxPins is how many messages are pinned in a channel.
//
// Documented: reference/methods/pins.add, too_many_pins; the number is assumed.
const maxPins = 100

// pinnable finds what a pin is about.
func (c *call) pinnable() (*channel, *entry, error) {
	ch, e, err := c.reactable()
	if err == nil && !ch.isMember[c.grant.user] {
		// pins.remove lists no not_in_channel.
		if c.method == "pins.remove" {
			return nil, nil, refuse("channel_not_found")
		}
		return nil, nil, refuse("not_in_channel")
	}
	return ch, e, err
}

// pinsAdd is documented in reference/methods/pins.add.
func pinsAdd(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, e, err := c.pinnable()
		switch {
		case err != nil:
			return nil, err
		case slices.Contains(ch.pins, e):
			return nil, refuse("already_pinned")
		case e.msg.Subtype == "tombstone":
			return nil, refuse("not_pinnable")
		case len(ch.pins) >= maxPins:
			return nil, refuse("too_many_pins")
		}
		ch.pins = append(ch.pins, e)
		c.w.pinEvent("pin_added", ch, e, c.grant.user)
		return reply{}, nil
	})
}

// pinsRemove is documented in reference/methods/pins.remove.
func pinsRemove(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, e, err := c.pinnable()
		if err != nil {
			return nil, err
		}
		at := slices.Index(ch.pins, e)
		if at < 0 {
			return nil, refuse("no_pin")
		}
		ch.pins = slices.Delete(ch.pins, at, at+1)
		c.w.pinEvent("pin_removed", ch, e, c.grant.user)
		return reply{}, nil
	})
}

// pinsList is documented in reference/methods/pins.list; newest first, without
// paging.
func pinsList(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, err := c.channel()
		if err != nil {
			return nil, err
		}
		items := []map[string]any{}
		for _, e := range slices.Backward(ch.pins) {
			if !e.gone {
				m := e.look()
				items = append(items, map[string]any{"type": "message", "channel": ch.id, "message": &m})
			}
		}
		return reply{"items": items}, nil
	})
}

// pinEvent is documented in reference/events/pin_added and pin_removed.
func (w *Workspace) pinEvent(name string, c *channel, e *entry, user string) {
	w.happen(occurrence{
		name: name, channel: c, insideOnly: true, scopes: []string{"pins:read"},
		body: func(to *install) any {
			m := e.look()
			return map[string]any{
				"type": name, "user": user, "channel_id": c.id, "has_pins": len(c.pins) > 0,
				"item":     map[string]any{"type": "message", "channel": c.id, "message": m.forEvents(to)},
				"event_ts": w.eventTS(),
			}
		},
	})
}
