package bridge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// directory holds the small things that change seldom and are asked for all the
// time: workspaces, groups, sites and how agents look. It answers from memory,
// writes through to the Store with revisions, and reloads a kind when the Store
// says that it changed elsewhere.
type directory struct {
	store Store

	mu      sync.RWMutex // guards the following
	byID    map[WorkspaceID]Workspace
	byGroup map[WorkspaceID]map[GroupID]Group
	bySite  map[SiteID]Site
	agents  map[agentKey]agentEntry
	avatars map[string]agentKey

	watchMu  sync.Mutex // guards the following
	watchers map[int]func()
	nextID   int
}

type agentKey struct {
	workspace WorkspaceID
	agent     AgentID
}

type agentEntry struct {
	Agent    // without the avatar's bytes
	revision uint64
}

func newDirectory(store Store) *directory {
	return &directory{store: store, watchers: map[int]func(){}}
}

func (d *directory) load(ctx context.Context) error {
	return errors.Join(d.loadWorkspaces(ctx), d.loadGroups(ctx), d.loadSites(ctx), d.loadAgents(ctx))
}

// loadKind decodes every record of a kind and hands it to add.
func loadKind[T any](ctx context.Context, store Store, kind RecordKind, add func(v T, revision uint64)) error {
	return store.Records(ctx, kind, "", func(r Record) error {
		var v T
		if err := json.Unmarshal(r.Value, &v); err != nil {
			return Errorf(CodeInternal, "record %s of %s: %w", r.Key, kind, errors.Join(ErrDamaged, err))
		}
		add(v, r.Revision)
		return nil
	})
}

func (d *directory) loadWorkspaces(ctx context.Context) error {
	m := map[WorkspaceID]Workspace{}
	err := loadKind(ctx, d.store, WorkspaceRecords, func(w Workspace, rev uint64) {
		w.Revision = rev
		m[w.ID] = w
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.byID = m
	d.mu.Unlock()
	return nil
}

func (d *directory) loadGroups(ctx context.Context) error {
	m := map[WorkspaceID]map[GroupID]Group{}
	err := loadKind(ctx, d.store, GroupRecords, func(g Group, rev uint64) {
		g.Revision = rev
		if m[g.Workspace] == nil {
			m[g.Workspace] = map[GroupID]Group{}
		}
		m[g.Workspace][g.ID] = g
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.byGroup = m
	d.mu.Unlock()
	return nil
}

func (d *directory) loadSites(ctx context.Context) error {
	m := map[SiteID]Site{}
	err := loadKind(ctx, d.store, SiteRecords, func(s Site, rev uint64) {
		s.Revision = rev
		m[s.ID] = s
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.bySite = m
	d.mu.Unlock()
	return nil
}

func (d *directory) loadAgents(ctx context.Context) error {
	m, avatars := map[agentKey]agentEntry{}, map[string]agentKey{}
	err := loadKind(ctx, d.store, AgentRecords, func(a Agent, rev uint64) {
		k := agentKey{a.Workspace, a.ID}
		a.Avatar = nil
		m[k] = agentEntry{a, rev}
		if a.AvatarName != "" {
			avatars[a.AvatarName] = k
		}
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.agents, d.avatars = m, avatars
	d.mu.Unlock()
	return nil
}

// reloads maps the kinds that are held in memory to what reloads them.
func (d *directory) reloads() map[RecordKind]func(context.Context) error {
	return map[RecordKind]func(context.Context) error{
		WorkspaceRecords: d.loadWorkspaces,
		GroupRecords:     d.loadGroups,
		SiteRecords:      d.loadSites,
		AgentRecords:     d.loadAgents,
	}
}

func (d *directory) watch(changed func()) (stop func()) {
	d.watchMu.Lock()
	defer d.watchMu.Unlock()
	id := d.nextID
	d.nextID++
	d.watchers[id] = changed
	return func() {
		d.watchMu.Lock()
		defer d.watchMu.Unlock()
		delete(d.watchers, id)
	}
}

func (d *directory) tellWatchers() {
	d.watchMu.Lock()
	fns := make([]func(), 0, len(d.watchers))
	for _, f := range d.watchers {
		fns = append(fns, f)
	}
	d.watchMu.Unlock()
	for _, f := range fns {
		f()
	}
}

// put encodes v and writes it, with the Store's conflict in people's words.
func (d *directory) put(ctx context.Context, kind RecordKind, key string, v any, revision uint64) (uint64, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return 0, Errorf(CodeInternal, "encode a record: %w", err)
	}
	rev, err := d.store.Put(ctx, kind, key, data, revision)
	if errors.Is(err, ErrConflict) {
		return 0, &Error{Code: CodeConflict, Message: "somebody else changed it meanwhile: look again and repeat", Cause: err}
	}
	return rev, err
}

func (d *directory) workspace(id WorkspaceID) (Workspace, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	w, ok := d.byID[id]
	if !ok {
		return Workspace{}, Errorf(CodeNotFound, "this workspace has not installed the app")
	}
	w.Managers = slices.Clone(w.Managers)
	return w, nil
}

func (d *directory) putWorkspace(ctx context.Context, w Workspace) error {
	rev, err := d.put(ctx, WorkspaceRecords, string(w.ID), w, w.Revision)
	if err != nil {
		return err
	}
	w.Revision = rev
	d.mu.Lock()
	d.byID[w.ID] = w
	d.mu.Unlock()
	d.tellWatchers()
	return nil
}

func (d *directory) ensureWorkspace(ctx context.Context, w Workspace) error {
	old, err := d.workspace(w.ID)
	if err == nil && old.Name == w.Name {
		return nil
	}
	if err == nil {
		old.Name = w.Name
		w = old
	}
	return d.putWorkspace(ctx, w)
}

func (d *directory) group(w WorkspaceID, id GroupID) (Group, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	g, ok := d.byGroup[w][id]
	if !ok {
		return Group{}, Errorf(CodeNotFound, "there is no group %q", id)
	}
	return g, nil
}

func (d *directory) groups(w WorkspaceID) []Group {
	d.mu.RLock()
	gs := make([]Group, 0, len(d.byGroup[w]))
	for _, g := range d.byGroup[w] {
		if !g.Deleted {
			gs = append(gs, g)
		}
	}
	d.mu.RUnlock()
	sortGroups(gs)
	return gs
}

func (d *directory) findGroup(w WorkspaceID, word string) (Group, error) {
	slug := Slug(word)
	var names []string
	for _, g := range d.groups(w) {
		if g.Slug() == slug && slug != "" || string(g.ID) == word {
			return g, nil
		}
		names = append(names, g.Slug())
	}
	return Group{}, Errorf(CodeNotFound, "there is no group %q: there are %s", word, strings.Join(names, ", "))
}

func (d *directory) putGroup(ctx context.Context, g Group) (Group, error) {
	if err := checkGroup(g); err != nil {
		return Group{}, err
	}
	for _, other := range d.groups(g.Workspace) {
		if other.ID != g.ID && other.Slug() == g.Slug() {
			return Group{}, Errorf(CodeConflict, "there is a group %q already: choose another name, or change that one", other.Name)
		}
	}
	if g.ID == "" {
		g.ID = d.newGroupID(g)
	}
	rev, err := d.put(ctx, GroupRecords, string(g.Workspace)+"/"+string(g.ID), g, g.Revision)
	if err != nil {
		return Group{}, err
	}
	g.Revision = rev
	d.mu.Lock()
	if d.byGroup[g.Workspace] == nil {
		d.byGroup[g.Workspace] = map[GroupID]Group{}
	}
	d.byGroup[g.Workspace][g.ID] = g
	d.mu.Unlock()
	d.tellWatchers()
	return g, nil
}

// newGroupID makes the permanent id: the slug where it can stand in a key and is
// free (a renamed group keeps the id it was made with), else random.
func (d *directory) newGroupID(g Group) GroupID {
	id := GroupID(g.Slug())
	_, err := d.group(g.Workspace, id)
	if len(id) <= 32 && ValidKey(string(id)) && err != nil {
		return id
	}
	return GroupID("g-" + newID()[:10])
}

func (d *directory) deleteGroup(ctx context.Context, g Group) error {
	err := d.store.Delete(ctx, GroupRecords, string(g.Workspace)+"/"+string(g.ID), g.Revision)
	if err != nil {
		return err
	}
	d.mu.Lock()
	delete(d.byGroup[g.Workspace], g.ID)
	d.mu.Unlock()
	d.tellWatchers()
	return nil
}

// halfDeleted returns the groups whose deletion a crash interrupted.
func (d *directory) halfDeleted() []Group {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var gs []Group
	for _, m := range d.byGroup {
		for _, g := range m {
			if g.Deleted {
				gs = append(gs, g)
			}
		}
	}
	return gs
}

func (d *directory) ensureDefaultGroup(ctx context.Context, w WorkspaceID) error {
	if _, err := d.group(w, defaultGroupID); err == nil {
		return nil
	}
	_, err := d.putGroup(ctx, Group{Workspace: w, ID: defaultGroupID, Name: "General", Default: true})
	return err
}

func (d *directory) site(id SiteID) (Site, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	s, ok := d.bySite[id]
	if !ok {
		return Site{}, Errorf(CodeNotFound, "there is no site with this key")
	}
	s.Origins = slices.Clone(s.Origins)
	return s, nil
}

func (d *directory) sites(w WorkspaceID) []Site {
	d.mu.RLock()
	var ss []Site
	for _, s := range d.bySite {
		if s.Workspace == w {
			ss = append(ss, s)
		}
	}
	d.mu.RUnlock()
	slices.SortFunc(ss, func(a, b Site) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return ss
}

func (d *directory) putSite(ctx context.Context, s Site) (Site, error) {
	rev, err := d.put(ctx, SiteRecords, string(s.ID), s, s.Revision)
	if err != nil {
		return Site{}, err
	}
	s.Revision = rev
	d.mu.Lock()
	d.bySite[s.ID] = s
	d.mu.Unlock()
	d.tellWatchers()
	return s, nil
}

func (d *directory) ensureSite(ctx context.Context, w WorkspaceID, id SiteID, origins []string) error {
	s, err := d.site(id)
	switch {
	case err != nil:
		s = Site{ID: id, Workspace: w, Origins: origins}
	case s.Workspace == w && (s.OriginsEdited || slices.Equal(s.Origins, origins)):
		return nil
	case s.Workspace != w:
		// Another workspace's token was configured: its site follows it.
		s.Workspace = w
		if !s.OriginsEdited {
			s.Origins = origins
		}
	default:
		s.Origins = origins
	}
	_, err = d.putSite(ctx, s)
	return err
}

func (d *directory) agent(w WorkspaceID, id AgentID) (Agent, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	e, ok := d.agents[agentKey{w, id}]
	return e.Agent, ok
}

func (d *directory) putAgent(ctx context.Context, a Agent) error {
	if a.AvatarName = ""; len(a.Avatar) > 0 {
		ext, ok := map[string]string{"image/png": ".png", "image/jpeg": ".jpg"}[http.DetectContentType(a.Avatar)]
		if !ok || len(a.Avatar) > MaxAvatarBytes {
			return Errorf(CodeInvalid, "an avatar must be a PNG or JPEG of at most %d bytes", MaxAvatarBytes)
		}
		sum := sha256.Sum256(a.Avatar)
		a.AvatarName = hex.EncodeToString(sum[:10]) + ext
	}
	k := agentKey{a.Workspace, a.ID}
	d.mu.RLock()
	old, known := d.agents[k]
	d.mu.RUnlock()
	if known && old.Name == a.Name && old.AvatarName == a.AvatarName {
		return nil
	}
	rev, err := d.put(ctx, AgentRecords, string(a.Workspace)+"/"+string(a.ID), a, old.revision)
	if err != nil {
		return err
	}
	a.Avatar = nil
	d.mu.Lock()
	d.agents[k] = agentEntry{a, rev}
	if a.AvatarName != "" {
		d.avatars[a.AvatarName] = k
	}
	d.mu.Unlock()
	return nil
}

func (d *directory) avatar(ctx context.Context, name string) ([]byte, error) {
	d.mu.RLock()
	k, ok := d.avatars[name]
	d.mu.RUnlock()
	if !ok {
		return nil, Errorf(CodeNotFound, "no such avatar")
	}
	r, err := d.store.Record(ctx, AgentRecords, string(k.workspace)+"/"+string(k.agent))
	if err != nil {
		return nil, err
	}
	var a Agent
	if err := json.Unmarshal(r.Value, &a); err != nil {
		return nil, Errorf(CodeInternal, "decode an agent: %w", err)
	}
	if a.AvatarName != name {
		return nil, Errorf(CodeNotFound, "that avatar has been replaced")
	}
	return a.Avatar, nil
}
