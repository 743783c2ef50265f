package bridge

import "time"

// freshVisitors remembers visitors that have not written yet: nothing of them is
// stored, so that opening the widget costs no write. Bounded; who is dropped is
// told that the token is unknown and gets a new one. Guarded by Bridge.mu.
type freshVisitors struct {
	byID  map[VisitorID]freshVisitor
	order []VisitorID // oldest first
}

type freshVisitor struct {
	rec visitorRecord
	at  time.Time
}

const maxFreshVisitors = 20_000

func (f *freshVisitors) add(rec visitorRecord, now time.Time) {
	if f.byID == nil {
		f.byID = map[VisitorID]freshVisitor{}
	}
	f.byID[rec.ID] = freshVisitor{rec, now}
	f.order = append(f.order, rec.ID)
	if len(f.order) > maxFreshVisitors {
		f.dropOldest()
	}
}

// expire drops those that came before a moment.
func (f *freshVisitors) expire(before time.Time) {
	for len(f.order) > 0 && f.byID[f.order[0]].at.Before(before) {
		f.dropOldest()
	}
}

func (f *freshVisitors) dropOldest() {
	delete(f.byID, f.order[0])
	f.order = f.order[1:]
}
