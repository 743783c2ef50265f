package bridge

import (
	"context"
	"slices"
)

// A Visit is one tab of a visitor: what the visitor sees comes out of Next, what
// the visitor writes goes into Send. What writes, and Read, may be called from any
// goroutine; the other methods belong to one goroutine at a time.
type Visit struct {
	b         *Bridge
	site      SiteID
	workspace WorkspaceID
	who       *visitor
	token     string     // a new one, "" where the visitor knows theirs
	hash      *tokenHash // of the one that the visit came with; nil where it has a new one
	wake      func()

	conversation ConversationID // what feed follows
	feed         Feed
	line         uint64 // the last line given out
	advances     bool   // what Progress gives may have changed
}

// Enter opens a visit: one tab of one visitor on a site. With a token it is a
// known visitor, or the error has CodeUnknownToken; without, a new one, whose
// token Visit.Token returns. It may wait for the Store to read, and writes
// nothing: nothing is stored before the visitor writes. A visitor who has not
// written is known while a visit is open and for Config.Idle after, to this process.
//
// wake is called, from any goroutine and possibly more often than needed, when
// Visit.Next has something to give; it must return at once. The caller must
// Leave. Whether the page may use the site at all is the caller's to check, with
// Site.Allows.
func (b *Bridge) Enter(ctx context.Context, site SiteID, token string, wake func()) (*Visit, error) {
	s, err := b.Site(site)
	if err != nil {
		return nil, err
	}
	v := &Visit{b: b, site: s.ID, workspace: s.Workspace, wake: wake}
	if token == "" {
		v.who, v.token = b.newVisitor(s.ID)
	} else {
		id, hash, ok := parseToken(token)
		if !ok {
			return nil, errUnknownToken
		}
		v.who, err = b.holdVisitor(ctx, id)
		if err != nil {
			return nil, err
		}
		v.hash = hash
		if !v.who.owns(hash, s.ID, b.cfg.Now()) {
			b.release(v.who)
			return nil, errUnknownToken
		}
	}
	v.who.enter(v)
	return v, nil
}

// Leave ends the visit. What Send has begun is finished.
func (v *Visit) Leave() {
	v.follow("", 0)
	if v.who.leave(v) {
		v.b.release(v.who)
	}
}

// Token returns the visitor's token where the visit made a new one, else "".
func (v *Visit) Token() string { return v.token }

// Visitor returns the visitor's id.
func (v *Visit) Visitor() VisitorID { return v.who.id }

// Site returns the site that the visit is on.
func (v *Visit) Site() SiteID { return v.site }

// Workspace returns the workspace of the visit's site.
func (v *Visit) Workspace() WorkspaceID { return v.workspace }

// Standing is what a visit finds on arrival.
type Standing struct {
	Conversation ConversationID // "" while the visitor has none
	Epoch        string
	Seq          uint64 // the visitor's last line
	With         []GroupID
	Closed       bool
	Agents       []EventAuthor // who answered or claimed so far, latest first, at most 5
	// More says that older lines than those that Next will give exist; see
	// Bridge.History.
	More bool
}

// replayed is how many missed lines are replayed whole; of more, only the last
// replayedTail are, and the rest is history to be asked for.
const (
	replayed     = 100
	replayedTail = 50
)

// Resume says how the visitor's conversation stands, and makes Next go on after
// line since of it. Where known or epoch is not what the visitor has now,
// since counts for nothing and everything is given again. After an error the
// visit is where it was.
func (v *Visit) Resume(ctx context.Context, known ConversationID, epoch string, since uint64) (Standing, error) {
	st := Standing{Epoch: v.b.store.Epoch()}
	current, _ := v.who.conversations()
	if current == "" {
		v.follow("", 0)
		return st, nil
	}
	var people []Author
	err := v.b.do(ctx, current, func(_ context.Context, o *owner) error {
		st.Seq, st.Closed, st.With = o.state.line, o.state.closed, slices.Clone(o.state.with)
		people = slices.Clone(o.state.people)
		return nil
	})
	if err != nil {
		return Standing{}, err
	}
	st.Conversation = current
	for _, p := range people {
		st.Agents = append(st.Agents, v.b.author(v.workspace, p))
	}
	if known != current || epoch != st.Epoch {
		since = 0
	}
	since = min(since, st.Seq)
	if st.Seq-since > replayed {
		since, st.More = st.Seq-replayedTail, true
	}
	v.follow(current, since)
	return st, nil
}

// follow makes Next go on after a line of a conversation. A line's Seq is never
// less than its number, so reading from there misses none.
func (v *Visit) follow(id ConversationID, line uint64) {
	if v.feed != nil {
		v.feed.Close()
		v.feed = nil
	}
	v.conversation, v.line, v.advances = id, line, id != ""
	if id != "" {
		v.feed = v.b.store.Follow(id, Seq(line), v.wake)
	}
}

// Next returns up to limit events that the visit has not seen, none when there
// are none yet; only then will wake be called once there are. moved reports that
// the visitor began another conversation, perhaps in another tab: the visit must
// be resumed before Next gives more. CodeUnknownToken: the visitor had everything
// erased, perhaps in another tab. With an error there are no events, and none
// are lost: the next call goes on where this one failed.
func (v *Visit) Next(ctx context.Context, limit int) (events []Event, moved bool, err error) {
	if v.who.isForgotten() {
		return nil, false, errUnknownToken
	}
	if current, _ := v.who.conversations(); current != v.conversation {
		return nil, true, nil
	}
	for v.feed != nil && len(events) < limit {
		entries, err := v.feed.Next(ctx, limit-len(events))
		if err != nil {
			if len(events) > 0 {
				break // given out first; the error will be there again
			}
			return nil, false, err
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			v.advances = v.advances || e.Kind == KindPosted || e.By.Role == RoleAgent
			if e.Line > v.line {
				v.line = e.Line
				events = append(events, v.b.event(v.workspace, e))
			}
		}
	}
	return events, false, nil
}

// History returns up to limit events of the visitor's conversation before line,
// in order, and whether there are older ones still.
func (v *Visit) History(ctx context.Context, before uint64, limit int) (events []Event, more bool, err error) {
	current, _ := v.who.conversations()
	if current == "" || before <= 1 {
		return nil, false, nil
	}
	// The whole log is read: internal entries stand between the lines, so where a
	// line stands cannot be computed, and a log is short.
	entries, err := v.b.store.Read(ctx, current, 0, 0)
	if err != nil {
		return nil, false, err
	}
	for _, e := range slices.Backward(entries) {
		if e.Line == 0 || e.Line >= before {
			continue
		}
		if len(events) >= limit {
			more = true
			break
		}
		events = append(events, v.b.event(v.workspace, e))
	}
	slices.Reverse(events)
	return events, more, nil
}
