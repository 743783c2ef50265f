package fakeslack

import "slices"

// between reports whether a ts lies in what oldest, latest and inclusive ask for.
type between struct {
	oldest, latest int64
	inclusive      bool
}

func (c *call) between() (b between, err error) {
	b = between{latest: 1 << 62, inclusive: c.flag("inclusive")}
	if s := c.args["oldest"]; s != "" {
		var ok bool
		if b.oldest, ok = parseTS(s); !ok {
			return b, refuse("invalid_ts_oldest")
		}
	}
	if s := c.args["latest"]; s != "" && s != "now" {
		var ok bool
		if b.latest, ok = parseTS(s); !ok {
			return b, refuse("invalid_ts_latest")
		}
	}
	return b, nil
}

func (b between) holds(e *entry) bool {
	us, _ := parseTS(e.msg.TS) // we made it
	if b.inclusive {
		return us >= b.oldest && us <= b.latest
	}
	return us > b.oldest && us < b.latest
}

// historyChannel finds the channel of history and replies; outsiders may not
// read a public one.
func (c *call) historyChannel() (*channel, error) {
	ch, err := c.channelWith("history")
	if err == nil && !ch.isMember[c.grant.user] {
		err = refuse("not_in_channel")
	}
	return ch, err
}

// historyPage cuts out one page and writes it.
func (c *call) historyPage(entries []*entry, usual, most int) (messages []Message, next string, err error) {
	if l := c.w.cfg.Limits; l.NonMarketplace && !l.Off {
		// Documented: reference/methods/conversations.replies.
		usual, most = nonMarketplacePage, nonMarketplacePage
	}
	some, next, err := page(c, entries, func(e *entry) string { return e.msg.TS }, usual, most)
	if err != nil {
		return nil, "", err
	}
	messages = make([]Message, 0, len(some))
	for _, e := range some {
		m := e.look()
		// Documented: messaging/message-metadata; only on demand.
		if !c.flag("include_all_metadata") {
			m.Metadata = nil
		}
		m.Files = c.w.stubFiles(m.Files)
		messages = append(messages, m)
	}
	return messages, next, nil
}

// conversationsHistory is documented in reference/methods/conversations.history:
// newest first, without what stands only in threads.
func conversationsHistory(c *call) (reply, error) {
	b, err := c.between()
	if err != nil {
		return nil, err
	}
	return c.locked(func() (reply, error) {
		ch, err := c.historyChannel()
		if err != nil {
			return nil, err
		}
		var seen []*entry
		for _, e := range slices.Backward(ch.entries) {
			if !e.gone && (e.root == nil || e.msg.Subtype == "thread_broadcast") && b.holds(e) {
				seen = append(seen, e)
			}
		}
		messages, next, err := c.historyPage(seen, 100, 999)
		if err != nil {
			return nil, err
		}
		r := reply{"messages": messages, "has_more": next != "", "pin_count": 0}
		if next != "" {
			r["response_metadata"] = nextCursor(next)
		}
		return r, nil
	})
}

// conversationsReplies is documented in reference/methods/conversations.replies:
// oldest first; ts may be that of a reply. Assumed: the root leads every page,
// also where oldest excludes it.
func conversationsReplies(c *call) (reply, error) {
	b, err := c.between()
	if err != nil {
		return nil, err
	}
	return c.locked(func() (reply, error) {
		ch, err := c.historyChannel()
		if err != nil {
			return nil, err
		}
		e := ch.find(c.args["ts"])
		if e == nil {
			return nil, refuse("thread_not_found")
		}
		root := e.thread()
		var replies []*entry
		for _, r := range root.replies {
			if b.holds(r) {
				replies = append(replies, r)
			}
		}
		messages, next, err := c.historyPage(replies, 1000, 1000)
		if err != nil {
			return nil, err
		}
		first := root.look()
		if !c.flag("include_all_metadata") {
			first.Metadata = nil
		}
		first.Files = c.w.stubFiles(first.Files)
		r := reply{"messages": append([]Message{first}, messages...), "has_more": next != ""}
		if next != "" {
			r["response_metadata"] = nextCursor(next)
		}
		return r, nil
	})
}
