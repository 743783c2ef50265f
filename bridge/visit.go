package bridge

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// A Visit is one tab of a visitor: what the visitor sees comes out of Next, what
// the visitor writes goes into Send. Send may be called from any goroutine; the
// other methods belong to one goroutine at a time.
type Visit struct {
	b         *Bridge
	site      SiteID
	workspace WorkspaceID
	who       *visitor
	token     string
	wake      func()

	conversation ConversationID
	feed         Feed
	line         uint64 // the last line given out
}

// Limits of what a visitor may send, in Unicode code points.
const (
	MaxMessageRunes = 4000
	maxNameRunes    = 80
	maxPageRunes    = 500
)

// Token returns the visitor's token when Enter made one, else "".
func (v *Visit) Token() string { return v.token }

// Visitor returns the visitor's id.
func (v *Visit) Visitor() VisitorID { return v.who.rec.ID }

// Workspace returns the workspace of the visit's site.
func (v *Visit) Workspace() WorkspaceID { return v.workspace }

// Leave ends the visit.
func (v *Visit) Leave() {
	if v.feed != nil {
		v.feed.Close()
		v.feed = nil
	}
	v.who.mu.Lock()
	delete(v.who.visits, v)
	v.who.mu.Unlock()
	b := v.b
	b.mu.Lock()
	defer b.mu.Unlock()
	if v.who.refs--; v.who.refs == 0 {
		delete(b.visitors, v.who.rec.ID)
	}
}

// An Event is an entry as the visitor may see it.
type Event struct {
	Seq       uint64 // the visitor's own numbering, without holes
	Kind      Kind
	ID        EntryID
	At        time.Time
	By        EventAuthor
	Body      string
	Group     GroupID
	GroupName string
	Mine      bool // written by this visitor
}

// EventAuthor names an author without anything of the desk's: Avatar is a file
// name for Bridge.Avatar.
type EventAuthor struct {
	Role   Role
	Name   string
	Avatar string
}

// Standing is what a visit finds on arrival.
type Standing struct {
	Conversation ConversationID // "" while the visitor has none
	Epoch        string
	Seq          uint64 // the visitor's last line
	With         []GroupID
	Closed       bool
	Agents       []EventAuthor // who answered or claimed so far, latest first
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
// since counts for nothing and everything is given again.
func (v *Visit) Resume(ctx context.Context, known ConversationID, epoch string, since uint64) (Standing, error) {
	st := Standing{Epoch: v.b.store.Epoch()}
	v.who.mu.Lock()
	current := v.who.current
	v.who.mu.Unlock()
	v.follow(current, 0)
	if current == "" {
		return st, nil
	}
	if known != current || epoch != st.Epoch {
		since = 0
	}
	var people []Author
	err := v.b.conversation(current).do(ctx, func(c *conversation) error {
		st.Seq, st.Closed = c.state.line, c.state.closed
		st.With = append([]GroupID(nil), c.state.with...)
		people = append([]Author(nil), c.state.people...)
		return nil
	})
	if err != nil {
		return st, err
	}
	st.Conversation = current
	for _, p := range people {
		st.Agents = append(st.Agents, v.b.author(v.workspace, p))
	}
	if since > st.Seq {
		since = st.Seq
	}
	if missed := st.Seq - since; missed > replayed {
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
	v.conversation, v.line = id, line
	if id != "" {
		v.feed = v.b.store.Follow(id, Seq(line), v.wake)
	}
}

// Next returns up to limit events that the visit has not seen, none when there
// are none yet; then wake is called once there are. moved reports that the
// visitor began another conversation, perhaps in another tab: the visit must be
// resumed before Next gives more.
func (v *Visit) Next(ctx context.Context, limit int) (events []Event, moved bool, err error) {
	v.who.mu.Lock()
	current := v.who.current
	v.who.mu.Unlock()
	if current != v.conversation {
		return nil, true, nil
	}
	for v.feed != nil && len(events) < limit {
		entries, err := v.feed.Next(ctx, limit-len(events))
		if err != nil {
			return events, false, err
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			if e.Line > v.line {
				v.line = e.Line
				events = append(events, v.b.event(v.workspace, e))
			}
		}
	}
	return events, false, nil
}

// History returns up to limit events before line, in order, and whether there
// are older ones still.
func (v *Visit) History(ctx context.Context, before uint64, limit int) (events []Event, more bool, err error) {
	v.who.mu.Lock()
	current := v.who.current
	v.who.mu.Unlock()
	if current == "" || before <= 1 {
		return nil, false, nil
	}
	// The entries before a line are few enough to be read; internal ones stand
	// between them, so counting back is not possible without.
	entries, err := v.b.store.Read(ctx, current, 0, 0)
	if err != nil {
		return nil, false, err
	}
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		if e.Line == 0 || e.Line >= before {
			continue
		}
		if len(events) == limit {
			more = true
			break
		}
		events = append(events, v.b.event(v.workspace, e))
	}
	for i, j := 0, len(events)-1; i < j; i, j = i+1, j-1 {
		events[i], events[j] = events[j], events[i]
	}
	return events, more, nil
}

func (b *Bridge) event(w WorkspaceID, e Entry) Event {
	return Event{
		Seq: e.Line, Kind: e.Kind, ID: e.ID, At: e.At, By: b.author(w, e.By),
		Body: e.Body, Group: groupForVisitor(e), GroupName: e.GroupName,
		Mine: e.By.Role == RoleVisitor,
	}
}

// groupForVisitor leaves out of whose channel a reply came: visitors talk to
// people.
func groupForVisitor(e Entry) GroupID {
	if e.Kind == KindJoined || e.Kind == KindLeft {
		return e.Group
	}
	return ""
}

func (b *Bridge) author(w WorkspaceID, a Author) EventAuthor {
	out := EventAuthor{Role: a.Role, Name: a.Name}
	if a.Agent != "" {
		if known, ok := b.dir.agent(w, a.Agent); ok {
			out.Name, out.Avatar = known.Name, known.AvatarName
		}
	}
	return out
}

// A Draft is what a visitor sends.
type Draft struct {
	ID    EntryID // chosen by the widget; the same id again is the same message
	Body  string
	Group GroupID // for the first message of a conversation: an id or a slug
	Leave bool    // left for a group that is closed
	Name  string
	Email string
	Page  Page
}

// Send takes a visitor's message and returns once it is on stable storage. A
// message whose id was taken before is answered with the same receipt.
//
// CodeTooLong and CodeInvalid: the message cannot be taken as it is.
// CodeForbidden: there is no such group to choose. CodeGroupOffline: it takes no
// live chats now. Whatever the error, nothing of the message is kept unless the
// outcome is unknown to the Store; sending again with the same id is always safe.
func (v *Visit) Send(ctx context.Context, d Draft) (Receipt, error) {
	if err := d.clean(); err != nil {
		return Receipt{}, err
	}
	w := v.who
	w.mu.Lock()
	current := w.current
	w.mu.Unlock()
	if current != "" {
		r, over, err := v.sendTo(ctx, current, d)
		if err != nil || !over {
			return r, err
		}
	}
	return v.sendFirst(ctx, current, d)
}

// sendTo adds the message to the visitor's conversation. over reports that it
// cannot go on there: it was closed too long ago.
func (v *Visit) sendTo(ctx context.Context, id ConversationID, d Draft) (r Receipt, over bool, err error) {
	err = v.b.conversation(id).do(ctx, func(c *conversation) error {
		s := c.state
		if again, ok := s.wrote[d.ID]; ok {
			r = again
			return nil
		}
		if s.last == 0 { // begun, then a crash: nothing is lost by beginning anew
			over = true
			return nil
		}
		if s.closed {
			if v.b.cfg.Now().Sub(s.closedAt) > v.b.cfg.ReopenWindow {
				over = true
				return nil
			}
			if err := c.reopen(ctx, Author{Role: RoleVisitor}); err != nil {
				return err
			}
		}
		e, err := c.append(ctx, Entry{ID: d.ID, Kind: KindMessage, By: Author{Role: RoleVisitor, Name: s.opening.Name}, Body: d.Body})
		r = Receipt{id, e.Line, e.At}
		return err
	})
	return r, over, err
}

// sendFirst begins a conversation with the message, unless another tab of the
// visitor has just done so.
func (v *Visit) sendFirst(ctx context.Context, before ConversationID, d Draft) (Receipt, error) {
	w := v.who
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.current != before {
		r, over, err := v.sendTo(ctx, w.current, d)
		if err != nil || !over {
			return r, err
		}
	}
	g, err := v.chosen(d)
	if err != nil {
		return Receipt{}, err
	}
	// Where an earlier attempt went wrong in the middle, the record names a
	// conversation that is not current: it is taken up, so that a message that
	// did get in is recognised.
	id := w.rec.Conversation
	if id == "" || id == w.current {
		id = ConversationID(newID())
	}
	number, err := v.b.begin(ctx, w, v.workspace, id)
	if err != nil {
		return Receipt{}, err
	}
	opening := Opening{
		Workspace: v.workspace, Site: v.site, Visitor: w.rec.ID, Number: number,
		Group: g.ID, Left: !g.Open(), Name: d.Name, Email: d.Email, Page: d.Page,
	}
	var r Receipt
	err = v.b.conversation(id).do(ctx, func(c *conversation) error {
		if again, ok := c.state.wrote[d.ID]; ok {
			r = again
			return nil
		}
		if c.state.last == 0 {
			_, err := c.append(ctx, Entry{ID: "opened", Kind: KindOpened, By: Author{Role: RoleSystem}, Opening: &opening})
			if err != nil {
				return err
			}
		}
		e, err := c.append(ctx, Entry{ID: d.ID, Kind: KindMessage, By: Author{Role: RoleVisitor, Name: d.Name}, Body: d.Body})
		r = Receipt{id, e.Line, e.At}
		return err
	})
	if err != nil {
		return Receipt{}, err
	}
	w.current = id
	w.wakeVisits()
	return r, nil
}

// begin writes what must be there before a conversation's first entry: the
// visitor's pointer to it, its number, and its place on the list of what a start
// looks at. None depends on another, and each may be written again. w.mu is held.
func (b *Bridge) begin(ctx context.Context, w *visitor, ws WorkspaceID, id ConversationID) (number int, err error) {
	var saved, listed, numbered error
	var wg sync.WaitGroup
	if w.rec.Conversation != id {
		wg.Go(func() { saved = w.saveConversation(ctx, b, id) })
	}
	wg.Go(func() { listed = b.putActive(ctx, ws, id) })
	wg.Go(func() { number, numbered = b.nextNumber(ctx, ws, id) })
	wg.Wait()
	return number, errors.Join(saved, listed, numbered)
}

// chosen returns the group that a first message goes to.
func (v *Visit) chosen(d Draft) (Group, error) {
	var offered []Group
	for _, g := range v.b.dir.groups(v.workspace) {
		if g.Offered() {
			offered = append(offered, g)
		}
	}
	if len(offered) == 0 {
		return Group{}, Errorf(CodeGroupOffline, "nobody can be reached here yet")
	}
	var g Group
	switch {
	case d.Group != "":
		found, err := v.b.dir.findGroup(v.workspace, string(d.Group))
		if err != nil || !found.Offered() {
			return Group{}, Errorf(CodeForbidden, "there is no such group to choose")
		}
		g = found
	case len(offered) == 1:
		g = offered[0]
	default:
		def, err := v.b.dir.group(v.workspace, defaultGroupID)
		if err != nil || !def.Offered() {
			return Group{}, Errorf(CodeInvalid, "choose a group first")
		}
		g = def
	}
	if !g.Open() && !d.Leave {
		return Group{}, Errorf(CodeGroupOffline, "%s is away now", g.Name)
	}
	return g, nil
}

// clean makes a draft fit to keep: valid text without control characters, and
// no longer than the limits.
func (d *Draft) clean() error {
	if len(d.ID) == 0 || len(d.ID) > maxEntryID {
		return Errorf(CodeInvalid, "a message needs an id of 1 to %d bytes", maxEntryID)
	}
	for i := 0; i < len(d.ID); i++ {
		if c := d.ID[i]; c <= ' ' || c > '~' {
			return Errorf(CodeInvalid, "a message id may hold visible ASCII only")
		}
	}
	if !utf8.ValidString(d.Body) {
		return Errorf(CodeInvalid, "the message is not valid UTF-8")
	}
	d.Body = strings.Trim(printable(d.Body, true), " \n\t")
	switch n := utf8.RuneCountInString(d.Body); {
	case n == 0:
		return Errorf(CodeInvalid, "the message is empty")
	case n > MaxMessageRunes:
		return Errorf(CodeTooLong, "the message has %d characters: at most %d are possible", n, MaxMessageRunes)
	}
	d.Name = cut(d.Name, maxNameRunes)
	d.Email = cut(d.Email, maxNameRunes)
	p := &d.Page
	for _, s := range []*string{&p.URL, &p.Title, &p.Referrer} {
		*s = cut(*s, maxPageRunes)
	}
	p.Language, p.Zone = cut(p.Language, maxNameRunes), cut(p.Zone, maxNameRunes)
	return nil
}

// cut makes a one-line text of at most n runes.
func cut(s string, n int) string {
	s = strings.Join(strings.Fields(printable(strings.ToValidUTF8(s, ""), false)), " ")
	if utf8.RuneCountInString(s) > n {
		s = string([]rune(s)[:n-1]) + "…"
	}
	return s
}

// printable drops what has no place in typed text: control characters, and the
// bidirectional overrides by which a name or an address can be made to read as
// another one. Joiners stay, scripts and emoji need them.
func printable(s string, lines bool) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			if lines {
				return r
			}
			return ' '
		case r < 0x20, r >= 0x7f && r < 0xa0:
			return -1
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0xfeff:
			return -1
		}
		return r
	}, s)
}
