package bridge_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chatgroups/chatgroups/bridge"
)

// desk is a Desk that keeps what each thread shows. It works only in drain, so a
// test decides when. Like a real one it survives the bridge: after a restart its
// threads still stand, and a post that was made without being recorded is found
// there before it is made again.
type desk struct {
	w *world

	mu     sync.Mutex // guards the following
	behind []bridge.ThreadKey
	told   int // calls of Behind

	// limit is how many lines are asked for at once, 0 for all.
	limit int
	// merge is how many messages go into one post at most, 0 for one.
	merge int
	// forget makes the next n steps go unrecorded, as a crash right after a post.
	forget int
	// patient makes errors of the bridge a reason to try again, up to a point.
	patient bool

	bridge    *bridge.Bridge
	threads   map[bridge.ThreadRef]*thread
	posts     int // ever made, for addresses
	revisions int // of posts
	wrote     int // messages of agents
}

// thread is a thread as the people in the channel see it.
type thread struct {
	key    bridge.ThreadKey
	joined bridge.Seq
	card   bridge.Conversation
	cards  int // updates of the card
	shown  []shown
	marked []string        // notes that were marked as kept
	found  map[string]bool // posts that were made before they were recorded
}

// shown is one message of a thread: relayed by the bridge, or written there.
type shown struct {
	seq  bridge.Seq // 0 for what was written there
	post string
	text string
}

func newDesk(w *world) *desk {
	return &desk{w: w, threads: map[bridge.ThreadRef]*thread{}}
}

func (d *desk) restart(b *bridge.Bridge) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bridge, d.behind = b, nil
}

// Behind implements bridge.Desk.
func (d *desk) Behind(key bridge.ThreadKey, _ bridge.ThreadRef) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told++
	d.behind = append(d.behind, key)
}

// waiting returns the threads that the desk was told of since it last drained.
func (d *desk) waiting() []bridge.GroupID {
	d.mu.Lock()
	defer d.mu.Unlock()
	var gs []bridge.GroupID
	for _, k := range d.behind {
		gs = append(gs, k.Group)
	}
	slices.Sort(gs)
	return gs
}

func (d *desk) calls() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.told
}

func (d *desk) next() (k bridge.ThreadKey, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.behind) == 0 {
		return k, false
	}
	k = d.behind[0]
	d.behind = d.behind[1:]
	return k, true
}

// drain does all the work that it was told of.
func (d *desk) drain() {
	d.w.Helper()
	for turns := 0; d.turn(); turns++ {
		if turns == 2000 {
			d.w.Fatalf("the work never ends")
		}
	}
}

// turn does some work for the thread that has waited longest, and reports whether
// there was one.
func (d *desk) turn() bool {
	d.w.Helper()
	k, ok := d.next()
	if !ok {
		return false
	}
	w, ok, err := d.bridge.Work(d.w.ctx, k, d.limit)
	if err != nil && d.patient {
		d.again(k)
		return true
	}
	d.w.must(err)
	if !ok {
		return true
	}
	if d.limit > 0 && len(w.Lines) > d.limit {
		d.w.Fatalf("%d lines, asked for %d", len(w.Lines), d.limit)
	}
	d.carryOut(w)
	d.again(k)
	return true
}

func (d *desk) again(k bridge.ThreadKey) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.behind = append(d.behind, k)
}

// carryOut does one piece of work.
func (d *desk) carryOut(w bridge.Work) {
	d.w.Helper()
	t := d.threads[w.Thread]
	if w.Thread == "" {
		if w.Stale {
			d.w.Fatalf("there is no card yet that could be stale")
		}
		ref, _ := d.root(w)
		d.record(w, bridge.Post{Thread: ref, TS: d.address()})
		return
	}
	if w.Stale {
		t.card = w.Conversation
		t.cards++
	}
	last, merged := bridge.Seq(0), false
	for i, l := range w.Lines {
		if l.Seq <= last || l.Seq > w.Upto {
			d.w.Fatalf("line %d comes after %d in work up to %d", l.Seq, last, w.Upto)
		}
		last = l.Seq
		if l.Backlog != (l.Seq < w.Joined) {
			d.w.Fatalf("line %d of a group that joined at %d: backlog %v", l.Seq, w.Joined, l.Backlog)
		}
		if l.Deleted && l.Body != "" {
			d.w.Fatalf("line %d says what was deleted", l.Seq)
		}
		post, found := t.show(l)
		found = found && !merged
		if l.Revises != nil {
			d.revisions++
		}
		if i+1 < len(w.Lines) && !found && i%max(d.merge, 1) < d.merge-1 && t.goesOn(l, w.Lines[i+1]) {
			merged = true
			continue
		}
		merged = false
		p := bridge.Post{Thread: w.Thread, TS: post, Upto: l.Seq, Knew: w.Knew}
		if found {
			t.found[post] = true
			p.Knew = 0 // it may have been made long ago
		}
		if !d.record(w, p) || found {
			return
		}
	}
	d.record(w, bridge.Post{Thread: w.Thread, Upto: w.Upto})
}

func (d *desk) record(w bridge.Work, p bridge.Post) bool {
	d.w.Helper()
	if d.forget > 0 {
		d.forget--
		return false
	}
	err := d.bridge.Posted(d.w.ctx, w.Key, w.Joined, p)
	if err != nil && d.patient {
		return false // it will be asked for again, and found
	}
	d.w.must(err)
	return true
}

// root makes a thread, or finds the one that was made and not recorded.
func (d *desk) root(w bridge.Work) (bridge.ThreadRef, *thread) {
	for ref, t := range d.threads {
		if t.key == w.Key && t.joined == w.Joined {
			return ref, t
		}
	}
	ref := bridge.ThreadRef(w.Group.Channel + "/" + d.address())
	t := &thread{key: w.Key, joined: w.Joined, card: w.Conversation, found: map[string]bool{}}
	d.threads[ref] = t
	return ref, t
}

func (d *desk) address() string {
	d.posts++
	return fmt.Sprintf("%010d.%06d", 1_700_000_000+d.posts, d.posts)
}

// goesOn makes the next line part of the post that shows l, where both are
// messages that are not there yet.
func (t *thread) goesOn(l, next bridge.Line) bool {
	message := func(l bridge.Line) bool { return l.Kind == bridge.KindMessage && !l.Own && !l.Deleted }
	if !message(l) || !message(next) || slices.ContainsFunc(t.shown, func(s shown) bool { return s.seq == next.Seq }) {
		return false
	}
	i := slices.IndexFunc(t.shown, func(s shown) bool { return s.seq == l.Seq })
	t.shown = append(t.shown, shown{next.Seq, t.shown[i].post, text(next)})
	return true
}

// show posts a line unless it is there, or revises the post that it is about.
func (t *thread) show(l bridge.Line) (post string, found bool) {
	switch {
	case l.Own:
		if !slices.Contains(t.marked, l.Body) {
			t.marked = append(t.marked, l.Body)
		}
		return "", false
	case l.Revises != nil:
		for _, now := range l.Revises.Lines {
			i := slices.IndexFunc(t.shown, func(s shown) bool { return s.seq == now.Seq })
			if i < 0 && now.Deleted && t.found[l.Revises.Post] {
				continue // it never stood there, which is not known of a post that was found
			}
			if i < 0 || t.shown[i].post != l.Revises.Post {
				t.shown = append(t.shown, shown{now.Seq, "wrong", "wrong: not in " + l.Revises.Post})
				continue
			}
			t.shown[i].text = text(now)
		}
		return "", false
	}
	for _, s := range t.shown {
		if s.seq == l.Seq {
			return s.post, true
		}
	}
	if l.Deleted {
		return "", false
	}
	s := shown{l.Seq, fmt.Sprint(l.Seq), text(l)}
	t.shown = append(t.shown, s)
	return s.post, false
}

// gone is what stands where a line was deleted.
const gone = "(deleted)"

func text(l bridge.Line) string {
	switch {
	case l.Deleted:
		return gone
	case l.Noted:
		l.Kind = bridge.KindNote
	}
	return say(l.Kind, l.By.Role, l.By.Name, l.Body, l.GroupName)
}

// lines returns what the thread shows.
func (t *thread) lines() []string {
	var ls []string
	for _, s := range t.shown {
		ls = append(ls, s.text)
	}
	return ls
}

// said returns the messages and notes that the thread shows, sorted: a desk that
// lags behind shows what was written there before what came from elsewhere.
func (t *thread) said() []string {
	var ls []string
	for _, l := range t.lines() {
		if strings.Contains(l, ": ") {
			ls = append(ls, l)
		}
	}
	slices.Sort(ls)
	return ls
}

// writes lets an agent write in the current thread of a group.
func (d *desk) writes(k bridge.ThreadKey, by bridge.Author, body string, note bool) error {
	d.w.Helper()
	return d.writesIn(d.w.conversation(k.Conversation).Threads[k.Group], by, body, note)
}

// writesIn lets an agent write in a thread, which shows it whatever becomes of it.
func (d *desk) writesIn(ref bridge.ThreadRef, by bridge.Author, body string, note bool) error {
	d.w.Helper()
	d.wrote++
	return d.tells(ref, bridge.EntryID(fmt.Sprintf("s%d", d.wrote)), by, body, note)
}

// tells passes a message on, under an id that it may have been told under before.
func (d *desk) tells(ref bridge.ThreadRef, id bridge.EntryID, by bridge.Author, body string, note bool) error {
	d.w.Helper()
	k, err := d.bridge.FindThread(d.w.ctx, team, ref)
	if err != nil {
		return err
	}
	m := bridge.DeskMessage{ID: id, By: by, Body: body, Note: note, Post: string(id)}
	_, err = d.bridge.FromDesk(d.w.ctx, k, ref, m)
	t := d.threads[ref]
	if err == nil && !slices.ContainsFunc(t.shown, func(s shown) bool { return s.post == string(id) }) {
		kind := bridge.KindMessage
		if note {
			kind = bridge.KindNote
		}
		t.shown = append(t.shown, shown{0, string(id), say(kind, bridge.RoleAgent, by.Name, body, "")})
	}
	return err
}

// retells passes on another version of what an agent wrote, or the same again. The
// thread shows it as the desk's own people see it.
func (d *desk) retells(ref bridge.ThreadRef, m bridge.DeskMessage) (bridge.Taken, error) {
	d.w.Helper()
	k, err := d.bridge.FindThread(d.w.ctx, team, ref)
	d.w.must(err)
	m.Post = string(m.ID)
	return d.bridge.FromDesk(d.w.ctx, k, ref, m)
}

// removes tells that what an agent wrote was deleted.
func (d *desk) removes(ref bridge.ThreadRef, id bridge.EntryID) (bridge.Taken, error) {
	d.w.Helper()
	k, err := d.bridge.FindThread(d.w.ctx, team, ref)
	d.w.must(err)
	return d.bridge.DeletedAtDesk(d.w.ctx, k, ref, id)
}

// reads makes the desk's own message read otherwise in its thread, "" not at all.
func (t *thread) reads(id bridge.EntryID, text string) {
	for i, s := range t.shown {
		if s.post == string(id) && s.seq == 0 {
			t.shown[i].text = text
			if text == "" {
				t.shown = slices.Delete(t.shown, i, i+1)
			}
			return
		}
	}
}
