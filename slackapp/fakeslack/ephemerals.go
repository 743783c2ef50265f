package fakeslack

import "encoding/json"

// An Ephemeral is a message that one person sees and Slack forgets.
type Ephemeral struct {
	User     string // who sees it
	Channel  string
	TS       string
	ThreadTS string
	AppID    string
	Text     string
	Blocks   json.RawMessage
	Deleted  bool // taken back by its response_url
}

// Ephemerals returns what this person has been shown alone, oldest first.
func (w *Workspace) Ephemerals(user string) []Ephemeral {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]Ephemeral, 0, len(w.ephemerals[user]))
	for _, e := range w.ephemerals[user] {
		all = append(all, *e)
	}
	return all
}

func (w *Workspace) showAlone(c *channel, e *Ephemeral) {
	e.TS = c.nextTS(w.clock.Now())
	e.Channel = c.id
	w.ephemerals[e.User] = append(w.ephemerals[e.User], e)
}

func (w *Workspace) ephemeral(user, channel, ts string) *Ephemeral {
	for _, e := range w.ephemerals[user] {
		if e.Channel == channel && e.TS == ts && !e.Deleted {
			return e
		}
	}
	return nil
}
