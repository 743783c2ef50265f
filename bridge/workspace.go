package bridge

import (
	"context"
	"slices"
)

// A Workspace is a workspace of the desk that installed the app.
type Workspace struct {
	ID   WorkspaceID `json:"id"`
	Name string      `json:"name"`
	// Managers may administer groups besides the workspace's own admins.
	Managers []AgentID `json:"managers,omitempty"`

	Revision uint64 `json:"-"`
}

// Manages reports whether agent is one of the managers that admins named.
func (w Workspace) Manages(agent AgentID) bool { return slices.Contains(w.Managers, agent) }

// An Agent is a person of the desk as visitors see them.
type Agent struct {
	Workspace WorkspaceID `json:"workspace"`
	ID        AgentID     `json:"id"`
	Name      string      `json:"name"`
	// Avatar is a small PNG or JPEG, at most MaxAvatarBytes; AvatarName is the
	// file name under which visitors fetch it, made of its content, "" for none.
	Avatar     []byte `json:"avatar,omitempty"`
	AvatarName string `json:"avatar_name,omitempty"`
}

// MaxAvatarBytes is the largest avatar that is kept.
const MaxAvatarBytes = 128 << 10

// Setup makes sure that a workspace exists, with its default group and one site,
// whose allowed origins are the given ones until they are edited. It may be
// called at every start.
func (b *Bridge) Setup(ctx context.Context, w Workspace, site SiteID, origins []string) error {
	if err := b.dir.ensureWorkspace(ctx, w); err != nil {
		return Errorf(CodeOf(err), "set up workspace %s: %w", w.ID, err)
	}
	if err := b.dir.ensureDefaultGroup(ctx, w.ID); err != nil {
		return Errorf(CodeOf(err), "set up the default group of %s: %w", w.ID, err)
	}
	if err := b.dir.ensureSite(ctx, w.ID, site, origins); err != nil {
		return Errorf(CodeOf(err), "set up site %s: %w", site, err)
	}
	return nil
}

// Workspace returns the workspace, or a CodeNotFound error.
func (b *Bridge) Workspace(id WorkspaceID) (Workspace, error) { return b.dir.workspace(id) }

// SetManagers replaces the people who may administer groups.
func (b *Bridge) SetManagers(ctx context.Context, id WorkspaceID, managers []AgentID) error {
	w, err := b.dir.workspace(id)
	if err != nil {
		return err
	}
	w.Managers = managers
	return b.dir.putWorkspace(ctx, w)
}

// SetAgent keeps how an agent looks to visitors. It blocks for the Store only
// when something changed.
func (b *Bridge) SetAgent(ctx context.Context, a Agent) error { return b.dir.putAgent(ctx, a) }

// Agent returns how an agent looks to visitors, without the avatar's bytes.
func (b *Bridge) Agent(w WorkspaceID, id AgentID) (Agent, bool) { return b.dir.agent(w, id) }

// Avatar returns the bytes of an avatar by its AvatarName, or CodeNotFound.
func (b *Bridge) Avatar(ctx context.Context, name string) ([]byte, error) {
	return b.dir.avatar(ctx, name)
}

// WatchDirectory calls changed after any workspace, group or site changed, from
// any goroutine, until the returned function is called. changed must return at
// once.
func (b *Bridge) WatchDirectory(changed func()) (stop func()) { return b.dir.watch(changed) }
