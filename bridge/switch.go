package bridge

import "time"

// A Switch is that somebody opened or closed a group by hand, whatever else is set. Any
// way of switching undoes any other: there is one Switch at most, and a group without one
// goes by its hours and by who is there.
type Switch struct {
	On bool `json:"on"`
	// Until is when it ends by itself; zero: when somebody switches again.
	Until time.Time `json:"until,omitzero"`
	By    AgentID   `json:"by,omitempty"` // "" where it is not known
	// At is when it was made; a zero one is given by the bridge when it is saved.
	At  time.Time `json:"at,omitzero"`
	Why string    `json:"why,omitempty"` // for colleagues, at most MaxReason characters
}

// over reports whether the switch has ended.
func (s *Switch) over(at time.Time) bool {
	return s == nil || !s.Until.IsZero() && !at.Before(s.Until)
}

func (s *Switch) check() error {
	if s == nil || s.Why == "" {
		return nil
	}
	return checkLine(s.Why, MaxReason)
}
