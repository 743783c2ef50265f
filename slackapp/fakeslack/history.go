package fakeslack

// Messages returns everything in a channel that is not deleted, replies
// included, oldest first. An unknown channel has none.
func (w *Workspace) Messages(channel string) []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.findChannel(channel)
	if c == nil {
		return nil
	}
	var all []Message
	for _, e := range c.entries {
		if !e.gone {
			all = append(all, e.look())
		}
	}
	return all
}

// Thread returns the root with this ts, or the root of this reply, and the
// replies after it, oldest first.
func (w *Workspace) Thread(channel, ts string) []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.findChannel(channel)
	if c == nil {
		return nil
	}
	e := c.find(ts)
	if e == nil {
		return nil
	}
	if e.root != nil {
		e = e.root
	}
	all := []Message{e.look()}
	for _, r := range e.replies {
		all = append(all, r.look())
	}
	return all
}

// Message returns one message.
func (w *Workspace) Message(channel, ts string) (Message, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.findChannel(channel)
	if c == nil {
		return Message{}, false
	}
	e := c.find(ts)
	if e == nil {
		return Message{}, false
	}
	return e.look(), true
}
