package bridge

import (
	"context"
	"sort"
)

// Progress is how far a visitor's lines have come, each as the last line of which it
// holds; 0 for none. It is made of the log, so it is never too much after a crash.
type Progress struct {
	// Delivered: the line stands in a thread of a group.
	Delivered uint64
	// Seen: an agent has written or claimed in a thread where it stood. A desk like
	// Slack tells nobody what was read, so this is all that is known for certain; a
	// reaction would tell, too, but the app does not ask for the scope to see those.
	Seen uint64
}

// advance brings s.progress up to e, which is applied.
func (s *state) advance(e Entry) {
	t := s.threads[e.Group]
	if t == nil || t.ref == "" {
		return
	}
	switch {
	case e.Kind == KindPosted:
		s.progress.Delivered = max(s.progress.Delivered, s.lineAt(t.cursor))
	case e.By.Role == RoleAgent && (e.Kind == KindMessage || e.Kind == KindNote || e.Kind == KindClaimed):
		s.progress.Seen = max(s.progress.Seen, s.lineAt(t.cursor))
	}
}

// lineAt is the visitor's last line at or before an entry, 0 for none.
func (s *state) lineAt(at Seq) uint64 {
	return uint64(sort.Search(len(s.lines), func(i int) bool { return s.lines[i] > at }))
}

// Progress returns how far the visitor's lines have come. changed is false where that
// cannot be more than what an earlier call gave, which costs nothing. It is for
// after Next, which notices, and may give the same more than once.
func (v *Visit) Progress(ctx context.Context) (p Progress, changed bool, err error) {
	if !v.advances {
		return Progress{}, false, nil
	}
	err = v.b.do(ctx, v.conversation, func(_ context.Context, o *owner) error {
		p = o.state.progress
		return nil
	})
	if err != nil {
		return Progress{}, false, err
	}
	v.advances = false
	return p, true, nil
}

// Read says that the visitor has had everything up to line of their current
// conversation before their eyes. It may be called from any goroutine. What was read
// is not kept, as nothing depends on it: it is known for as long as the conversation
// is in memory. Less than was said before, and more than there is, count for nothing.
func (v *Visit) Read(ctx context.Context, line uint64) error {
	current, _ := v.who.conversations()
	if current == "" {
		return nil
	}
	return v.b.do(ctx, current, func(_ context.Context, o *owner) error {
		if line <= o.state.line {
			o.read = max(o.read, line)
		}
		return nil
	})
}
