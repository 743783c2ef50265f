package bridge_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
)

// T is what the helpers need of a *testing.T or a *rapid.T.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// world is a workspace with one site, a desk, and the groups General (without a
// channel), Sales and Tech. Nothing in it runs by itself unless run is called.
type world struct {
	T
	ctx    context.Context
	store  bridge.Store
	clock  *clock
	desk   *desk
	bridge *bridge.Bridge
	cfg    bridge.Config
	stop   func() // of the bridge that restart runs
}

const (
	team = bridge.WorkspaceID("T1")
	site = bridge.SiteID("main")
)

var (
	ann = bridge.Author{Agent: "UANN", Name: "Ann"}
	bob = bridge.Author{Agent: "UBOB", Name: "Bob"}
)

func newWorld(t T) *world { return newWorldOver(t, bridgetest.NewMemory()) }

func newWorldOver(t T, store bridge.Store) *world {
	t.Helper()
	w := &world{T: t, ctx: context.Background(), store: store, clock: newClock()}
	w.start()
	w.must(w.bridge.Setup(w.ctx, bridge.Workspace{ID: team, Name: "Acme"}, site, []string{"https://shop.example"}))
	w.group("Sales")
	w.group("Tech")
	return w
}

// start begins anew over what the store holds, as a restart does.
func (w *world) start() {
	w.Helper()
	w.cfg.Now = w.clock.now
	if w.desk == nil {
		w.desk = newDesk(w)
	}
	b, err := bridge.New(w.ctx, w.store, w.desk, w.cfg)
	w.must(err)
	w.bridge = b
	w.desk.restart(b)
}

// run lets the bridge run until the returned function is called, which waits for
// its end.
func (w *world) run() (stop func()) {
	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan error, 1)
	go func(b *bridge.Bridge) { done <- b.Run(ctx) }(w.bridge)
	return func() {
		w.Helper()
		cancel()
		w.must(<-done)
	}
}

// restart ends the bridge that runs, if one does, and runs another over the same
// store, which has taken up what the first left when restart returns. It needs a
// synctest bubble; end it before the bubble ends.
func (w *world) restart() {
	w.Helper()
	w.end()
	w.start()
	w.stop = w.run()
	synctest.Wait()
}

// end stops the bridge that restart runs.
func (w *world) end() {
	w.Helper()
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("unexpected error: %v", err)
	}
}

// taken is must for what the desk tells.
func (w *world) taken(taken bridge.Taken, err error) bridge.Taken {
	w.Helper()
	w.must(err)
	return taken
}

// refused checks that err has a code, and says something to a person.
func (w *world) refused(err error, code bridge.Code) {
	w.Helper()
	if got := bridge.CodeOf(err); got != code {
		w.Fatalf("error %v has code %q, want %q", err, got, code)
	}
}

func (w *world) equal(got, want any) {
	w.Helper()
	if d := cmp.Diff(want, got); d != "" {
		w.Fatalf("unexpected (-want +got):\n%s", d)
	}
}

// group creates a group with a channel of its own.
func (w *world) group(name string) bridge.Group {
	w.Helper()
	g, err := w.bridge.CreateGroup(w.ctx, bridge.Group{Workspace: team, Name: name, Channel: "C-" + bridge.Slug(name)}, ann)
	w.must(err)
	return g
}

// change updates a group.
func (w *world) change(id bridge.GroupID, fn func(*bridge.Group)) bridge.Group {
	w.Helper()
	g, err := w.bridge.Group(team, id)
	w.must(err)
	fn(&g)
	g, err = w.bridge.UpdateGroup(w.ctx, g, ann)
	w.must(err)
	return g
}

// openGeneral gives the default group a channel.
func (w *world) openGeneral() {
	w.Helper()
	w.change("general", func(g *bridge.Group) { g.Channel = "C-general" })
}

func (w *world) conversation(id bridge.ConversationID) bridge.Conversation {
	w.Helper()
	c, err := w.bridge.Conversation(w.ctx, id)
	w.must(err)
	return c
}

// log reads what is stored of a conversation.
func (w *world) log(id bridge.ConversationID) []bridge.Entry {
	w.Helper()
	es, err := w.store.Read(w.ctx, id, 0, 0)
	w.must(err)
	return es
}

// records counts the records of a kind.
func (w *world) records(kind bridge.RecordKind) int {
	w.Helper()
	n := 0
	w.must(w.store.Records(w.ctx, kind, "", func(bridge.Record) error { n++; return nil }))
	return n
}

func key(c bridge.ConversationID, g bridge.GroupID) bridge.ThreadKey {
	return bridge.ThreadKey{Workspace: team, Conversation: c, Group: g}
}

// chat is a conversation with its visitor's tab, begun with the message "hello" to
// a group, and shown by the desk.
type chat struct {
	*world
	tab *tab
	id  bridge.ConversationID
}

func (w *world) chat(group bridge.GroupID) *chat {
	w.Helper()
	tab := w.enter("")
	r := tab.send("m-hello", "hello", to(group))
	w.desk.drain()
	return &chat{w, tab, r.Conversation}
}

// reply lets an agent write in the group's thread.
func (c *chat) reply(by bridge.Author, g bridge.GroupID, body string) error {
	c.Helper()
	return c.desk.writes(key(c.id, g), by, body, false)
}

func (c *chat) note(by bridge.Author, g bridge.GroupID, body string) error {
	c.Helper()
	return c.desk.writes(key(c.id, g), by, body, true)
}

// thread is what the group's current thread shows.
func (c *chat) thread(g bridge.GroupID) *thread {
	c.Helper()
	t := c.desk.threads[c.conversation(c.id).Threads[g]]
	if t == nil {
		c.Fatalf("%s has no thread", g)
	}
	return t
}

// tab is one tab of a visitor, which keeps what it has seen.
type tab struct {
	*world
	visit *bridge.Visit
	token string
	wakes chan struct{}

	standing bridge.Standing
	last     uint64
	events   []bridge.Event
}

// enter opens a tab and resumes it as one that knows nothing.
func (w *world) enter(token string) *tab {
	w.Helper()
	t := w.arrive(token)
	t.resume()
	return t
}

func (w *world) arrive(token string) *tab {
	w.Helper()
	t := &tab{world: w, token: token, wakes: make(chan struct{}, 1)}
	v, err := w.bridge.Enter(w.ctx, site, token, func() {
		select {
		case t.wakes <- struct{}{}:
		default:
		}
	})
	w.must(err)
	t.visit = v
	if token == "" {
		t.token = v.Token()
	}
	return t
}

// resume goes on from what the tab knows, and drops that where it is another
// conversation's.
func (t *tab) resume() {
	t.Helper()
	st, err := t.visit.Resume(t.ctx, t.standing.Conversation, t.standing.Epoch, t.last)
	t.must(err)
	if st.Conversation != t.standing.Conversation || st.Epoch != t.standing.Epoch {
		t.last, t.events = 0, nil
	}
	if st.More {
		t.last, t.events = st.Seq-50, nil
	}
	t.standing = st
}

// reconnect is what a tab does after its connection broke, perhaps by a restart.
func (t *tab) reconnect() {
	t.Helper()
	if t.visit != nil {
		t.visit.Leave()
	}
	old := *t
	*t = *t.world.arrive(t.token)
	t.token, t.standing, t.last, t.events = old.token, old.standing, old.last, old.events
	t.resume()
}

// read takes all that is there, and checks that lines have no holes.
func (t *tab) read() {
	t.Helper()
	for {
		events, moved, err := t.visit.Next(t.ctx, 3)
		t.must(err)
		if moved {
			t.resume()
			continue
		}
		if len(events) == 0 {
			return
		}
		for _, e := range events {
			if t.last++; e.Seq != t.last {
				t.Fatalf("line %d follows line %d", e.Seq, t.last-1)
			}
			if !e.Kind.Visible() {
				t.Fatalf("the visitor sees a %s", e.Kind)
			}
			t.events = append(t.events, e)
		}
	}
}

// sees reads, and returns all lines of the conversation as words.
func (t *tab) sees() []string {
	t.Helper()
	t.read()
	var lines []string
	for _, e := range t.events {
		lines = append(lines, say(e.Kind, e.By.Role, e.By.Name, e.Body, e.GroupName))
	}
	return lines
}

// reads reads, and returns the messages as the visitor sees them now: with what was
// edited and without what was deleted.
func (t *tab) reads() []string {
	t.Helper()
	t.read()
	var ids []bridge.EntryID
	now := map[bridge.EntryID]string{}
	for _, e := range t.events {
		switch e.Kind {
		case bridge.KindMessage:
			ids = append(ids, e.ID)
			now[e.ID] = e.Body
		case bridge.KindEdited, bridge.KindDeleted:
			if _, there := now[e.Of]; !there {
				t.Fatalf("line %d is about %s, which the visitor does not know", e.Seq, e.Of)
			}
			if now[e.Of] == gone {
				t.Fatalf("line %d is about what is deleted", e.Seq)
			}
			now[e.Of] = e.Body
			if e.Kind == bridge.KindDeleted {
				now[e.Of] = gone
			}
		}
	}
	var lines []string
	for _, id := range ids {
		lines = append(lines, now[id])
	}
	return lines
}

// say writes an entry as a short line for comparisons.
func say(kind bridge.Kind, role bridge.Role, name, body, group string) string {
	who := name
	if role == bridge.RoleVisitor {
		who = "visitor"
	}
	switch kind {
	case bridge.KindMessage:
		return who + ": " + body
	case bridge.KindNote:
		return who + " notes: " + body
	case bridge.KindJoined, bridge.KindLeft:
		return fmt.Sprintf("%s %s", group, kind)
	case bridge.KindClaimed:
		return who + " claimed"
	}
	return string(kind)
}

type draftOption func(*bridge.Draft)

func to(g bridge.GroupID) draftOption { return func(d *bridge.Draft) { d.Group = g } }
func leaving(d *bridge.Draft)         { d.Leave = true }

func (t *tab) try(id, body string, opts ...draftOption) (bridge.Receipt, error) {
	d := bridge.Draft{ID: bridge.EntryID(id), Body: body}
	for _, o := range opts {
		o(&d)
	}
	return t.visit.Send(t.ctx, d)
}

func (t *tab) send(id, body string, opts ...draftOption) bridge.Receipt {
	t.Helper()
	r, err := t.try(id, body, opts...)
	t.must(err)
	return r
}

// woken reports whether the tab was woken since it was last asked.
func (t *tab) woken() bool {
	select {
	case <-t.wakes:
		return true
	default:
		return false
	}
}

// clock stands still unless it is moved.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// forEachLimit runs a test for desks that take all work at once and one by one.
func forEachLimit(t *testing.T, fn func(t *testing.T, limit int)) {
	for _, limit := range []int{0, 1, 2} {
		t.Run(fmt.Sprintf("limit %d", limit), func(t *testing.T) { fn(t, limit) })
	}
}
