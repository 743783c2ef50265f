package bridge

import (
	"context"
	"maps"
	"slices"
)

// A Workspace is a workspace of the desk that installed the app.
type Workspace struct {
	ID   WorkspaceID `json:"id"`
	Name string      `json:"name"`
	// Managers may administer groups besides the workspace's own admins.
	Managers []AgentID `json:"managers,omitempty"`
	// Language is that of what stands where many read it, a tag like fr; "" for English.
	Language string `json:"language,omitempty"`
	// Moved has the channels that got another address at the desk, old to new.
	// Threads keep the address under which they began.
	Moved map[string]string `json:"moved,omitempty"`

	Revision uint64 `json:"-"`
}

func (w Workspace) clone() Workspace {
	w.Managers = slices.Clone(w.Managers)
	w.Moved = maps.Clone(w.Moved)
	return w
}

// Manages reports whether agent is one of the managers that admins named.
func (w Workspace) Manages(agent AgentID) bool { return slices.Contains(w.Managers, agent) }

// Setup makes sure that a workspace exists, with its default group and one site,
// whose allowed origins are the given ones until they are edited, as its texts and
// greetings are Config's. It may be called at every start; a site that was another
// workspace's follows, and one that an admin deleted does not come back where the
// workspace has others. A conversation that goes on in that other workspace ends for its
// visitor with the next message, which begins a new one.
func (b *Bridge) Setup(ctx context.Context, w Workspace, site SiteID, origins []string) error {
	var allowed []string
	for _, typed := range origins {
		o, err := ParseAllowedOrigin(typed)
		if err != nil {
			return err
		}
		allowed = append(allowed, o)
	}
	return b.dir.write(func() error {
		if err := b.ensureWorkspace(ctx, w); err != nil {
			return Errorf(CodeOf(err), "set up workspace %s: %w", w.ID, err)
		}
		if err := b.ensureDefaultGroup(ctx, w.ID); err != nil {
			return Errorf(CodeOf(err), "set up the default group of %s: %w", w.ID, err)
		}
		if err := b.ensureSite(ctx, w.ID, site, allowed); err != nil {
			return Errorf(CodeOf(err), "set up site %s: %w", site, err)
		}
		return nil
	})
}

func (b *Bridge) ensureWorkspace(ctx context.Context, w Workspace) error {
	now := Workspace{ID: w.ID, Name: w.Name, Managers: slices.Clone(w.Managers)}
	if old, err := b.Workspace(w.ID); err == nil {
		if old.Name == w.Name {
			return nil
		}
		now = old
		now.Name = w.Name
	}
	_, err := b.dir.workspaces.put(ctx, string(w.ID), now, now.Revision)
	return err
}

func (b *Bridge) ensureDefaultGroup(ctx context.Context, w WorkspaceID) error {
	if _, err := b.Group(w, defaultGroupID); err == nil {
		return nil
	}
	_, err := b.putGroup(ctx, Group{Workspace: w, ID: defaultGroupID, Name: "General", Default: true, Created: b.cfg.Now().UTC()}, Author{}, DeedCreated, nil)
	return err
}

func (b *Bridge) ensureSite(ctx context.Context, w WorkspaceID, id SiteID, origins []string) error {
	old, known := b.dir.sites.value(string(id))
	if known && old.Deleted && len(b.Sites(w)) > 0 {
		return nil
	}
	now := old.clone()
	if !known || old.Deleted {
		now = Site{ID: id, Fields: old.Fields, Revision: old.Revision}
	}
	if now.Workspace != w {
		now.Workspace, now.Groups = w, nil // which were the other workspace's
	}
	if !now.OriginsEdited {
		now.Origins = origins
	}
	if !now.TextsEdited {
		now.Texts = b.cfg.Texts.clone()
	}
	if !now.GreetingsEdited {
		now.Greetings = slices.Clone(b.cfg.Greetings)
	}
	if known && now.equal(old) {
		return nil
	}
	now.clean()
	if err := b.checkSite(now); err != nil {
		return err
	}
	_, err := b.dir.sites.put(ctx, string(id), now, now.Revision)
	return err
}

// Workspace returns the workspace, or a CodeNotFound error.
func (b *Bridge) Workspace(id WorkspaceID) (Workspace, error) {
	w, ok := b.dir.workspaces.value(string(id))
	if !ok {
		return Workspace{}, Errorf(CodeNotFound, "this workspace has not installed the app")
	}
	return w.clone(), nil
}

// SetManagers replaces the people who may administer groups. Of two who do it at
// once, the later wins. by is whose Change it is.
func (b *Bridge) SetManagers(ctx context.Context, id WorkspaceID, managers []AgentID, by Author) error {
	return b.changeWorkspace(ctx, id, by, func(w *Workspace) { w.Managers = slices.Clone(managers) })
}

// SetLanguage says in which language the desk writes where many read it: a tag like fr,
// "" for English. by is whose Change it is. CodeInvalid: it is no tag.
func (b *Bridge) SetLanguage(ctx context.Context, id WorkspaceID, language string, by Author) error {
	if err := CheckLanguage(language); err != nil {
		return err
	}
	return b.changeWorkspace(ctx, id, by, func(w *Workspace) { w.Language = language })
}

// changeWorkspace changes what the bridge knows of a workspace, and records who did.
func (b *Bridge) changeWorkspace(ctx context.Context, id WorkspaceID, by Author, change func(*Workspace)) error {
	return b.dir.write(func() error {
		w, err := b.Workspace(id)
		if err != nil {
			return err
		}
		was := w.facts()
		change(&w)
		c := b.newChange(by, WorkspaceSubject, string(id), w.Name, DeedChanged, w.facts().since(was))
		_, err = saveChanged(ctx, b, b.dir.workspaces, id, string(id), w, w.Revision, c)
		return err
	})
}

// MoveChannel notes that a channel has another address at the desk from now on:
// the groups that had it follow, and Workspace.Moved has the way from the old one.
// Said again, it changes nothing.
func (b *Bridge) MoveChannel(ctx context.Context, id WorkspaceID, from, to string) error {
	if from == "" || to == "" || from == to {
		return Errorf(CodeInvalid, "a channel moves from one address to another")
	}
	return b.dir.write(func() error {
		w, err := b.Workspace(id)
		if err != nil {
			return err
		}
		if w.Moved[from] != to {
			if w.Moved == nil {
				w.Moved = map[string]string{}
			}
			w.Moved[from] = to
			delete(w.Moved, to) // it may come back, and must not go round in a circle
			if _, err := b.dir.workspaces.put(ctx, string(id), w, w.Revision); err != nil {
				return err
			}
		}
		for _, g := range b.Groups(id) {
			if g.Channel != from {
				continue
			}
			was := g.facts()
			g.Channel = to
			if _, err := b.putGroup(ctx, g, Author{}, DeedChanged, was); err != nil {
				return err
			}
		}
		return nil
	})
}
