package slackapp

import "sync"

// onceSet remembers the last thousand keys that it was shown, so that what Slack
// tells twice is done once. What it guards is harmless to repeat after a restart.
type onceSet struct {
	mu    sync.Mutex // guards the following
	keys  map[string]bool
	order []string
}

const onceSetSize = 1000

// first reports whether key is shown for the first time.
func (s *onceSet) first(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys[key] {
		return false
	}
	if s.keys == nil {
		s.keys = map[string]bool{}
	}
	s.keys[key] = true
	s.order = append(s.order, key)
	if len(s.order) > onceSetSize {
		delete(s.keys, s.order[0])
		s.order = s.order[1:]
	}
	return true
}
