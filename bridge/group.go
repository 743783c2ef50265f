package bridge

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
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
	// Words are its name and description for visitors who read another language, by
	// BCP 47 tag ("de", "pt-BR").
	Words map[string]GroupWords `json:"words,omitempty"`
	// Place is where visitors find it: the smallest first, and those without one (0)
	// after all that have one.
	Place int `json:"place,omitempty"`
	// Hidden keeps it out of the choice. Colleagues may invite it, and a page that
	// presets it reaches it.
	Hidden bool `json:"hidden,omitempty"`
	// When it is open, see Openness: nil Hours are all hours, LeastPresent is how many
	// of its people must be active (0: that does not matter), and a Switch goes before
	// both.
	Hours        *Hours  `json:"hours,omitempty"`
	LeastPresent int     `json:"least_present,omitempty"`
	Switch       *Switch `json:"switch,omitempty"`
	// Channel is the desk's address of the channel; a group without one is not
	// offered. Who is told of a new conversation is the user group, or where
	// there is none, the members one by one.
	Channel   string    `json:"channel,omitempty"`
	UserGroup string    `json:"user_group,omitempty"`
	Members   []AgentID `json:"members,omitempty"`
	// Managers may change this group, besides those who administer all.
	Managers []AgentID `json:"managers,omitempty"`
	// Fields narrow, for the group's threads, what Site.Fields lets through.
	Fields Fields `json:"fields,omitzero"`
	// Deleted marks a group that was deleted: it is not shown any more, and its
	// conversations are on their way to the default group or there. It is kept
	// for its id, which old conversations know, and which is never given again.
	Deleted bool      `json:"deleted,omitempty"`
	Created time.Time `json:"created"`

	// How things stood when the group was read, which is never written. Shut says that
	// a Trouble keeps the desk from being reached for it.
	Shut     bool      `json:"-"`
	Present  Presence  `json:"-"`
	At       time.Time `json:"-"`
	Revision uint64    `json:"-"`
}

// GroupWords are what a group is called and is about in one language; "" where that is
// as in Group.
type GroupWords struct {
	Name  string `json:"name,omitempty"`
	About string `json:"about,omitempty"`
}

// UnmarshalJSON reads a record. Those of earlier versions say "off" where there is a
// Switch now.
func (g *Group) UnmarshalJSON(data []byte) error {
	type record Group
	old := struct {
		*record
		Off bool `json:"off"`
	}{record: (*record)(g)}
	if err := json.Unmarshal(data, &old); err != nil {
		return err
	}
	if old.Off && g.Switch == nil {
		g.Switch = &Switch{}
	}
	return nil
}

// Slug is the word by which commands and pages name the group.
func (g Group) Slug() string { return Slug(g.Name) }

// Offered reports whether visitors may choose the group at all.
func (g Group) Offered() bool { return g.Channel != "" && !g.Deleted }

// In returns what the group is called and is about to a visitor who reads a language.
func (g Group) In(language string) GroupWords {
	words, _ := inLanguage(g.Words, language)
	return GroupWords{cmp.Or(words.Name, g.Name), cmp.Or(words.About, g.About)}
}

// ManagedBy reports whether agent is one of the group's own managers.
func (g Group) ManagedBy(agent AgentID) bool { return slices.Contains(g.Managers, agent) }

const (
	// MaxGroupName and MaxGroupAbout are lengths in runes.
	MaxGroupName  = 40
	MaxGroupAbout = 120
	// MaxGroupLanguages is the most languages of Group.Words.
	MaxGroupLanguages = 40
	// MaxGroupPlace is the greatest Group.Place.
	MaxGroupPlace = 10_000
)

const defaultGroupID GroupID = "general"

func (g Group) clone() Group {
	g.Members, g.Managers, g.Fields = slices.Clone(g.Members), slices.Clone(g.Managers), slices.Clone(g.Fields)
	g.Words, g.Hours = maps.Clone(g.Words), g.Hours.clone()
	if g.Switch != nil {
		g.Switch = new(*g.Switch)
	}
	return g
}

// Groups returns a workspace's groups in the order in which visitors find them: those
// with a Place by it, then the others by age, with the default group last among these.
func (b *Bridge) Groups(w WorkspaceID) []Group {
	var gs []Group
	for _, r := range b.dir.groups.under(groupKey(w, "")) {
		if !r.value.Deleted {
			gs = append(gs, b.dir.asItStands(r.value))
		}
	}
	slices.SortStableFunc(gs, func(a, b Group) int {
		return cmp.Or(
			cmp.Compare(a.rank(), b.rank()),
			a.Created.Compare(b.Created), strings.Compare(string(a.ID), string(b.ID)),
		)
	})
	return gs
}

// rank orders groups by their places.
func (g Group) rank() int {
	switch {
	case g.Place > 0:
		return g.Place
	case g.Default:
		return MaxGroupPlace + 2
	}
	return MaxGroupPlace + 1
}

// Group returns one group, or a CodeNotFound error.
func (b *Bridge) Group(w WorkspaceID, id GroupID) (Group, error) {
	g, ok := b.dir.group(w, id)
	if !ok || g.Deleted {
		return Group{}, noGroup(string(id))
	}
	return g, nil
}

func noGroup(word string) error { return Errorf(CodeNotFound, "there is no group %q", word) }

// FindGroup returns the group that a person means by its slug or name, or by its
// id where no group has that name now; or a CodeNotFound error that names those
// there are.
func (b *Bridge) FindGroup(w WorkspaceID, word string) (Group, error) {
	slug := Slug(word)
	gs := b.Groups(w)
	var names []string
	for _, g := range gs {
		if g.Slug() == slug {
			return g, nil
		}
		names = append(names, g.Slug())
	}
	for _, g := range gs {
		if string(g.ID) == word {
			return g, nil
		}
	}
	return Group{}, Errorf(CodeNotFound, "there is no group %q: there are %s", word, strings.Join(names, ", "))
}

// defaultGroup returns the default group where it can take a conversation.
func (b *Bridge) defaultGroup(w WorkspaceID) (Group, error) {
	g, err := b.Group(w, defaultGroupID)
	if err == nil && !g.Offered() {
		err = Errorf(CodeGroupOffline, "%s has no channel yet, so nobody there could answer: an admin gives it one with create %q @usergroup #channel", g.Name, g.Name)
	}
	return g, err
}

// CreateGroup adds a group; ID, Created and Revision are given by the bridge, and
// it is not the default group. Name and description are made one line each.
//
// by is whose Change it is, without an Agent the program's.
//
// CodeConflict: another group has this name, or one that makes the same slug.
// CodeInvalid and CodeTooLong: the name or the description cannot be so.
func (b *Bridge) CreateGroup(ctx context.Context, g Group, by Author) (Group, error) {
	g.Created, g.Revision = b.cfg.Now().UTC(), 0
	g.Default, g.Deleted = false, false
	err := b.dir.write(func() (err error) {
		g.ID = b.newGroupID(g.Workspace, g.Name)
		g, err = b.putGroup(ctx, g, by, DeedCreated, nil)
		return err
	})
	return g, err
}

// newGroupID makes the permanent id: the slug where it can stand in a key and was
// never given (a renamed group keeps the id it was made with), else random.
func (b *Bridge) newGroupID(w WorkspaceID, name string) GroupID {
	const longest = 32 // so that ids made of it fit in an EntryID
	id := GroupID(Slug(name))
	if _, taken := b.dir.group(w, id); !taken && len(id) <= longest && ValidKey(string(id)) {
		return id
	}
	return GroupID("g-" + newID()[:10])
}

// UpdateGroup saves a group as it was read and then changed. Where somebody else
// changed it meanwhile, the error has CodeConflict and nothing is saved. Whether
// it is the default group, and since when it is there, stays as it is.
//
// by is whose Change it is, without an Agent the program's.
func (b *Bridge) UpdateGroup(ctx context.Context, g Group, by Author) (Group, error) {
	err := b.dir.write(func() error {
		old, err := b.Group(g.Workspace, g.ID)
		if err != nil {
			return err
		}
		g.Default, g.Deleted, g.Created = old.Default, false, old.Created
		g, err = b.putGroup(ctx, g, by, DeedChanged, old.facts())
		return err
	})
	return g, err
}

// putGroup is called in directory.write. was is what the group said before.
func (b *Bridge) putGroup(ctx context.Context, g Group, by Author, did Deed, was facts) (Group, error) {
	g = g.clone()
	g.clean()
	if g.Switch != nil && g.Switch.At.IsZero() {
		g.Switch.At = b.cfg.Now().UTC()
	}
	if err := checkGroup(g); err != nil {
		return Group{}, err
	}
	for _, other := range b.Groups(g.Workspace) {
		if other.ID != g.ID && other.Slug() == g.Slug() {
			return Group{}, Errorf(CodeConflict, "there is a group %q already: choose another name, or change that one", other.Name)
		}
	}
	c := b.newChange(by, GroupSubject, string(g.ID), g.Name, did, g.facts().since(was))
	g, err := saveChanged(ctx, b, b.dir.groups, g.Workspace, groupKey(g.Workspace, g.ID), g, g.Revision, c)
	return b.dir.asItStands(g), err
}

// clean makes what people typed one line each, and leaves out what says nothing.
func (g *Group) clean() {
	g.Name, g.About = oneLine(g.Name), oneLine(g.About)
	for tag, words := range g.Words {
		words = GroupWords{oneLine(words.Name), oneLine(words.About)}
		if g.Words[tag] = words; words == (GroupWords{}) {
			delete(g.Words, tag)
		}
	}
	if g.Switch != nil {
		g.Switch.Why = oneLine(g.Switch.Why)
	}
}

func checkGroup(g Group) error {
	if Slug(g.Name) == "" {
		return about("Name", Errorf(CodeInvalid, "a group needs a name with a letter or digit in it"))
	}
	if err := (GroupWords{g.Name, g.About}).check(); err != nil {
		return err
	}
	if g.Place < 0 || g.Place > MaxGroupPlace {
		return about("Place", Errorf(CodeInvalid, "%d is no place: write a number from 1 to %d", g.Place, MaxGroupPlace))
	}
	if g.LeastPresent < 0 || g.LeastPresent > MaxLeastPresent {
		return about("LeastPresent", Errorf(CodeInvalid, "write how many people must be active, from 1 to %d, or 0 where it does not matter", MaxLeastPresent))
	}
	return cmp.Or(
		about("Words", checkWords(g.Words)), about("Hours", g.Hours.Check()),
		about("Switch", g.Switch.check()), about("Fields", g.Fields.check()),
	)
}

func (w GroupWords) check() error {
	if n := utf8.RuneCountInString(w.Name); n > MaxGroupName {
		return about("Name", Errorf(CodeTooLong, "the name has %d characters: at most %d are possible", n, MaxGroupName))
	}
	if n := utf8.RuneCountInString(w.About); n > MaxGroupAbout {
		return about("About", Errorf(CodeTooLong, "the description has %d characters: at most %d are possible", n, MaxGroupAbout))
	}
	return nil
}

// checkWords checks what a group is called in other languages, which widgets get as
// texts that could be filled.
func checkWords(words map[string]GroupWords) error {
	if len(words) > MaxGroupLanguages {
		return Errorf(CodeInvalid, "the group has words in %d languages: at most %d are possible", len(words), MaxGroupLanguages)
	}
	for _, tag := range slices.Sorted(maps.Keys(words)) {
		if !languageTag.MatchString(tag) {
			return noLanguage(tag)
		}
		w := words[tag]
		if err := cmp.Or(w.check(), checkUnfilled(w.Name), checkUnfilled(w.About)); err != nil {
			return Errorf(CodeOf(err), "in %s: %s", tag, err)
		}
	}
	return nil
}

// DeleteGroup deletes a group, takes it out of its open conversations, and returns
// how many of them moved to the default group as they had no other. Interrupted,
// it goes on when it is called again with the same id, or at the next start.
//
// CodeForbidden: it is the default group, or that one has no channel to move
// conversations to.
func (b *Bridge) DeleteGroup(ctx context.Context, w WorkspaceID, id GroupID, by Author) (moved int, err error) {
	open, err := b.OpenConversations(ctx, w)
	if err != nil {
		return 0, err
	}
	alone := 0
	for _, c := range open {
		if c.TakesPart(id) && len(c.With) == 1 {
			alone++
		}
	}
	if err := b.markDeleted(ctx, w, id, alone, by); err != nil {
		return 0, err
	}
	// Listed anew: what began or was reopened until now did so before the mark, or
	// has seen it.
	for _, c := range b.listed(w) {
		err := b.do(ctx, c, func(ctx context.Context, o *owner) error {
			if o.state.closed || !o.state.takesPart(id) {
				return nil
			}
			one, err := o.withoutDeleted(ctx, agent(by))
			if one {
				moved++
			}
			return err
		})
		if err != nil {
			return moved, Errorf(CodeOf(err), "not every conversation has left the group yet, that is done at the next start: %w", err)
		}
	}
	return moved, nil
}

func (b *Bridge) markDeleted(ctx context.Context, w WorkspaceID, id GroupID, alone int, by Author) error {
	return b.dir.write(func() error {
		g, known := b.dir.group(w, id)
		switch {
		case !known:
			return noGroup(string(id))
		case g.Deleted:
			return nil
		case g.Default:
			return Errorf(CodeForbidden, "%s is the default group: it can be renamed or given another channel, but not deleted", g.Name)
		}
		if alone > 0 {
			if _, err := b.defaultGroup(w); err != nil {
				return Errorf(CodeForbidden, "%d open conversations of %s need another place before it is deleted: %w", alone, g.Name, err)
			}
		}
		g.Deleted = true
		c := b.newChange(by, GroupSubject, string(id), g.Name, DeedDeleted, nil)
		_, err := saveChanged(ctx, b, b.dir.groups, w, groupKey(w, id), g, g.Revision, c)
		return err
	})
}
