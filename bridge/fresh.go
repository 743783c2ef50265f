package bridge

import (
	"container/list"
	"time"
)

// freshVisitors remembers visitors that are gone and never wrote: nothing of them
// is stored, so that opening the widget costs no write. Bounded; who is dropped is
// told that the token is unknown and gets a new one. Guarded by Bridge.mu.
type freshVisitors struct {
	byID  map[VisitorID]*list.Element // of *freshVisitor
	order list.List                   // who has been gone longest is first
}

type freshVisitor struct {
	rec  visitorRecord
	gone time.Time
}

const maxFreshVisitors = 20_000

func (f *freshVisitors) add(rec visitorRecord, now time.Time) {
	if f.byID == nil {
		f.byID = map[VisitorID]*list.Element{}
	}
	f.byID[rec.ID] = f.order.PushBack(&freshVisitor{rec, now})
	if f.order.Len() > maxFreshVisitors {
		f.remove(f.order.Front())
	}
}

// take returns a visitor that has come back.
func (f *freshVisitors) take(id VisitorID) (rec visitorRecord, ok bool) {
	e, ok := f.byID[id]
	if !ok {
		return visitorRecord{}, false
	}
	return f.remove(e).rec, true
}

// expire drops who has been gone since before a moment.
func (f *freshVisitors) expire(before time.Time) {
	for e := f.order.Front(); e != nil && e.Value.(*freshVisitor).gone.Before(before); e = f.order.Front() {
		f.remove(e)
	}
}

func (f *freshVisitors) remove(e *list.Element) *freshVisitor {
	v := f.order.Remove(e).(*freshVisitor)
	delete(f.byID, v.rec.ID)
	return v
}
