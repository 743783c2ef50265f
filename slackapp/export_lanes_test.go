package slackapp

import "github.com/chatgroups/chatgroups/bridge"

// Remembered is how many threads the lanes keep in memory.
func (a *App) Remembered() (n int) {
	for _, l := range a.everyLane() {
		l.mu.Lock()
		n += len(l.threads) + len(l.parked) + len(l.turns)
		l.mu.Unlock()
	}
	return n
}

// A Placed is a post and where it stands, of one thread.
type Placed struct {
	From, Upto bridge.Seq
	TS         string
	Recorded   bool
}

// Twins is the memory of where posts stand.
type Twins struct{ twins }

func (s *Twins) Saw(p Placed) (extra string, twice bool) {
	m := mark{conversation: "c", group: "g", joined: 1, from: p.From, upto: p.Upto}
	_, gone, twice := s.saw(placed{m, address{"C1", p.TS}, p.Recorded})
	return gone.at.ts, twice
}

func (s *Twins) Len() int { return len(s.posts) }

const MaxTwins = maxTwins
