package bridge

import (
	"context"
	"errors"
	"sync"
	"time"
)

// directory holds the small things that change seldom and are asked for all the
// time: workspaces, groups, sites, how agents look and what is wrong at a desk. It answers from memory,
// writes through to the Store with revisions, and reloads a kind when the Store
// says that it changed elsewhere.
type directory struct {
	workspaces *table[Workspace]  // by id
	groups     *table[Group]      // by workspace/id, also the deleted ones
	sites      *table[Site]       // by id, also the deleted ones
	secrets    *table[siteSecret] // by a site's id
	agents     *table[Agent]      // by workspace/id, without the avatars' bytes
	troubles   *table[Trouble]    // by workspace/kind/about

	now     func() time.Time
	present presences // by workspace/id of the group

	loads map[RecordKind]func(context.Context) error

	// writing is held by who reads a kind anew, so that it never puts back what
	// was just replaced, and by who checks something and then writes it. It guards
	// the following.
	writing sync.Mutex
	changed bool // and the watchers are not told yet
	stopped bool
	// How many changes of a workspace may be kept before they are counted again.
	changesLeft map[WorkspaceID]int
	lastChange  int64           // the number in the id of the last Change
	copied      map[string]bool // the changes in records that are known to have a copy, by Change.ID

	mu       sync.Mutex // guards the following
	watchers map[int]func()
	nextID   int
}

func newDirectory(store Store, now func() time.Time) *directory {
	d := &directory{now: now, present: presences{of: map[string]Presence{}}, watchers: map[int]func(){}, changesLeft: map[WorkspaceID]int{}, copied: map[string]bool{}}
	note := func() { d.changed = true }
	d.workspaces = newTable(store, WorkspaceRecords, note, func(w *Workspace, revision uint64) { w.Revision = revision })
	d.groups = newTable(store, GroupRecords, note, func(g *Group, revision uint64) { g.Revision = revision })
	d.sites = newTable(store, SiteRecords, note, func(s *Site, revision uint64) { s.Revision = revision })
	d.secrets = newTable(store, SecretRecords, note, func(*siteSecret, uint64) {})
	d.agents = newTable(store, AgentRecords, note, func(a *Agent, _ uint64) { a.Avatar = nil })
	d.troubles = newTable(store, TroubleRecords, note, func(*Trouble, uint64) {})
	d.loads = map[RecordKind]func(context.Context) error{
		WorkspaceRecords: d.workspaces.load, GroupRecords: d.groups.load,
		SiteRecords: d.sites.load, SecretRecords: d.secrets.load, AgentRecords: d.agents.load,
		TroubleRecords: d.troubles.load,
	}
	return d
}

// load reads every kind.
func (d *directory) load(ctx context.Context) error {
	var errs []error
	for kind := range d.loads {
		errs = append(errs, d.reload(ctx, kind))
	}
	return errors.Join(errs...)
}

// reload reads one kind anew.
func (d *directory) reload(ctx context.Context, kind RecordKind) error {
	d.writing.Lock()
	defer d.unlock()
	return d.loads[kind](ctx)
}

// write carries out fn, which checks something and puts it, while nobody else
// does.
func (d *directory) write(fn func() error) error {
	d.writing.Lock()
	defer d.unlock()
	if d.stopped {
		return errStopping
	}
	return fn()
}

// unlock ends writing, and tells the watchers what it changed.
func (d *directory) unlock() {
	changed := d.changed
	d.changed = false
	d.writing.Unlock()
	if changed {
		d.tellWatchers()
	}
}

// stop refuses every further write.
func (d *directory) stop() {
	d.writing.Lock()
	defer d.writing.Unlock()
	d.stopped = true
}

// WatchDirectory calls changed after any workspace, group, site, agent or trouble changed,
// and during Run when a group opens or closes by itself, from any goroutine and possibly more often than needed, until the returned
// function is called. changed must return at once. What another process changed
// is noticed during Run.
func (b *Bridge) WatchDirectory(changed func()) (stop func()) {
	d := b.dir
	d.mu.Lock()
	defer d.mu.Unlock()
	id := d.nextID
	d.nextID++
	d.watchers[id] = changed
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.watchers, id)
	}
}

func (d *directory) tellWatchers() {
	d.mu.Lock()
	var fns []func()
	for _, f := range d.watchers {
		fns = append(fns, f)
	}
	d.mu.Unlock()
	for _, f := range fns {
		f()
	}
}

// group returns a group, also one that was deleted.
func (d *directory) group(w WorkspaceID, id GroupID) (Group, bool) {
	g, ok := d.groups.value(groupKey(w, id))
	return d.asItStands(g), ok
}

// asItStands returns a copy of a stored group that says how things stand now.
func (d *directory) asItStands(g Group) Group {
	g = g.clone()
	g.Shut, g.Present, g.At = d.shut(g), d.present.get(groupKey(g.Workspace, g.ID)), d.now()
	return g
}

func groupKey(w WorkspaceID, id GroupID) string { return string(w) + "/" + string(id) }
func agentKey(w WorkspaceID, id AgentID) string { return string(w) + "/" + string(id) }
