package bridge

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A Group is a choice offered to visitors, with the channel where its threads
// stand and the people who are told.
type Group struct {
	Workspace WorkspaceID `json:"workspace"`
	ID        GroupID     `json:"id"`
	Name      string      `json:"name"`            // 1 to 40 runes
	About     string      `json:"about,omitempty"` // at most 120 runes, for visitors
	// Default marks the one group of a workspace that is always there.
	Default bool `json:"default,omitempty"`
	// Off says that somebody closed the group by hand.
	Off bool `json:"off,omitempty"`
	// Channel is the desk's address of the channel; a group without one is not
	// offered. Who is told of a new conversation is the user group, or where
	// there is none, the members one by one.
	Channel   string    `json:"channel,omitempty"`
	UserGroup string    `json:"user_group,omitempty"`
	Members   []AgentID `json:"members,omitempty"`
	// Deleted marks a group whose conversations are on their way to the
	// default group. It is not offered any more.
	Deleted bool      `json:"deleted,omitempty"`
	Created time.Time `json:"created"`

	Revision uint64 `json:"-"`
}

// Slug is the word by which commands and pages name the group.
func (g Group) Slug() string { return Slug(g.Name) }

// Offered reports whether visitors may choose the group at all.
func (g Group) Offered() bool { return g.Channel != "" && !g.Deleted }

// Open reports whether the group takes live chats now.
func (g Group) Open() bool { return g.Offered() && !g.Off }

// Lengths in runes.
const (
	MaxGroupName  = 40
	MaxGroupAbout = 120
)

const defaultGroupID GroupID = "general"

// Groups returns a workspace's groups: the default group last, the others by age.
func (b *Bridge) Groups(w WorkspaceID) []Group { return b.dir.groups(w) }

// Group returns one group, or a CodeNotFound error.
func (b *Bridge) Group(w WorkspaceID, id GroupID) (Group, error) { return b.dir.group(w, id) }

// FindGroup returns the group that a person means by its slug, name or id.
func (b *Bridge) FindGroup(w WorkspaceID, word string) (Group, error) {
	return b.dir.findGroup(w, word)
}

// CreateGroup adds a group; ID, Created and Revision are given by the bridge.
// A name that another group has, or whose slug is another's, is refused with
// CodeConflict.
func (b *Bridge) CreateGroup(ctx context.Context, g Group) (Group, error) {
	g.Name, g.About = strings.TrimSpace(g.Name), strings.TrimSpace(g.About)
	g.Created = b.cfg.Now()
	g.ID = ""
	return b.dir.putGroup(ctx, g)
}

// UpdateGroup saves a group as it was read and then changed. Where somebody else
// changed it meanwhile, the error has CodeConflict and nothing is saved.
func (b *Bridge) UpdateGroup(ctx context.Context, g Group) (Group, error) {
	g.Name, g.About = strings.TrimSpace(g.Name), strings.TrimSpace(g.About)
	return b.dir.putGroup(ctx, g)
}

// DeleteGroup deletes a group and returns how many open conversations moved to
// the default group. Interrupted by a crash, it goes on at the next start.
func (b *Bridge) DeleteGroup(ctx context.Context, w WorkspaceID, id GroupID, by Author) (moved int, err error) {
	g, err := b.dir.group(w, id)
	if err != nil {
		return 0, err
	}
	if g.Default {
		return 0, Errorf(CodeForbidden, "%s is the default group: it can be renamed or given another channel, but not deleted", g.Name)
	}
	mine, err := b.openWith(ctx, w, id)
	if err != nil {
		return 0, err
	}
	if def, err := b.dir.group(w, defaultGroupID); len(mine) > 0 && (err != nil || !def.Offered()) {
		return 0, Errorf(CodeForbidden, "%d open conversations of %s need a place: give the default group a channel first (create %s @usergroup #channel)", len(mine), g.Name, def.Name)
	}
	g.Deleted = true
	if g, err = b.dir.putGroup(ctx, g); err != nil {
		return 0, err
	}
	return b.finishDelete(ctx, g, by)
}

func (b *Bridge) finishDelete(ctx context.Context, g Group, by Author) (moved int, err error) {
	mine, err := b.openWith(ctx, g.Workspace, g.ID)
	if err != nil {
		return 0, err
	}
	for _, id := range mine {
		if err := b.moveToDefault(ctx, id, g, by); err != nil {
			return moved, Errorf(CodeOf(err), "move a conversation of %s: %w", g.Name, err)
		}
		moved++
	}
	return moved, b.dir.deleteGroup(ctx, g)
}

func (b *Bridge) moveToDefault(ctx context.Context, id ConversationID, g Group, by Author) error {
	def, err := b.dir.group(g.Workspace, defaultGroupID)
	if err != nil {
		return err
	}
	return b.conversation(id).do(ctx, func(c *conversation) error {
		if c.state.closed || !c.state.takesPart(g.ID) {
			return nil
		}
		if len(c.state.with) == 1 {
			if err := c.join(ctx, def, by, g.Name+" was deleted"); err != nil {
				return err
			}
		}
		return c.leave(ctx, g, by)
	})
}

func checkGroup(g Group) error {
	switch n := utf8.RuneCountInString(g.Name); {
	case n == 0 || Slug(g.Name) == "":
		return Errorf(CodeInvalid, "a group needs a name with a letter or digit in it")
	case n > MaxGroupName:
		return Errorf(CodeTooLong, "the name has %d characters: at most %d are possible", n, MaxGroupName)
	}
	if n := utf8.RuneCountInString(g.About); n > MaxGroupAbout {
		return Errorf(CodeTooLong, "the description has %d characters: at most %d are possible", n, MaxGroupAbout)
	}
	return nil
}

func sortGroups(gs []Group) {
	slices.SortStableFunc(gs, func(a, b Group) int {
		if a.Default != b.Default {
			if a.Default {
				return 1
			}
			return -1
		}
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
}
