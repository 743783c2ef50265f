package bridge

import (
	"context"
	"slices"
	"strings"
	"time"
)

// A Trouble is something at the desk that keeps part of a workspace from working
// until somebody there mends it: a channel that was archived, a token that was
// revoked. It is kept, so that a restart neither forgets it nor tells people again.
// What waits for a desk in trouble waits in the log, like everything else.
type Trouble struct {
	Workspace WorkspaceID `json:"workspace"`
	// Kind is the desk's word for what is wrong, and About the desk's address of
	// what it is about, a channel or a user group; "" is the workspace as a whole.
	Kind  string `json:"kind"`
	About string `json:"about,omitempty"`
	// Detail is what more the desk said; never a token, and no message text.
	Detail string `json:"detail,omitempty"`
	// Shut says that nothing reaches the desk there meanwhile: the groups whose
	// channel it is about, or all of them, are not open to visitors.
	Shut  bool      `json:"shut,omitempty"`
	Since time.Time `json:"since"`
	// Told says that those who can mend it have been told.
	Told bool `json:"told,omitempty"`
}

// Troubles returns what is wrong at a workspace's desk, oldest first. It answers
// from memory.
func (b *Bridge) Troubles(w WorkspaceID) []Trouble {
	rows := b.dir.troubles.under(string(w) + "/")
	if len(rows) == 0 {
		return nil
	}
	all := make([]Trouble, len(rows))
	for i, r := range rows {
		all[i] = r.value
	}
	slices.SortStableFunc(all, func(x, y Trouble) int { return x.Since.Compare(y.Since) })
	return all
}

// RaiseTrouble notes that something is wrong and reports whether that was news.
// Of a trouble that stands already, Since and Told stay as they are. It blocks for
// the Store only where something changes. CodeInvalid: Kind or About cannot stand
// in a key.
func (b *Bridge) RaiseTrouble(ctx context.Context, t Trouble) (news bool, err error) {
	key := troubleKey(t)
	if !ValidKey(key) || t.Kind == "" || strings.Contains(t.Kind, "/") {
		return false, Errorf(CodeInvalid, "a trouble's kind and subject must make a key of a Store")
	}
	t.Since, t.Told = b.cfg.Now().UTC(), false
	same := func() (revision uint64, same bool) {
		old, known := b.dir.troubles.row(key)
		if known {
			t.Since, t.Told = old.value.Since, old.value.Told
		}
		return old.revision, known && old.value == t
	}
	if _, same := same(); same {
		return false, nil
	}
	err = b.dir.write(func() error {
		revision, same := same()
		if same {
			return nil
		}
		news = revision == 0
		_, err := b.dir.troubles.put(ctx, key, t, revision)
		return err
	})
	return news && err == nil, err
}

// TroubleTold notes that those who can mend a trouble have been told. One that has
// ended meanwhile stays ended.
func (b *Bridge) TroubleTold(ctx context.Context, t Trouble) error {
	key := troubleKey(t)
	return b.dir.write(func() error {
		old, known := b.dir.troubles.row(key)
		if !known || old.value.Told {
			return nil
		}
		old.value.Told = true
		_, err := b.dir.troubles.put(ctx, key, old.value, old.revision)
		return err
	})
}

// EndTrouble notes that a trouble is over and reports whether it stood.
func (b *Bridge) EndTrouble(ctx context.Context, t Trouble) (stood bool, err error) {
	key := troubleKey(t)
	if _, known := b.dir.troubles.row(key); !known {
		return false, nil
	}
	err = b.dir.write(func() error {
		old, known := b.dir.troubles.row(key)
		if !known {
			return nil
		}
		stood = true
		return b.dir.troubles.remove(ctx, key, old.revision)
	})
	return stood && err == nil, err
}

// shut reports whether a trouble keeps a group from being reached.
func (d *directory) shut(g Group) bool {
	for _, r := range d.troubles.under(string(g.Workspace) + "/") {
		if t := r.value; t.Shut && (t.About == "" || t.About == g.Channel) {
			return true
		}
	}
	return false
}

func troubleKey(t Trouble) string { return string(t.Workspace) + "/" + t.Kind + "/" + t.About }
