package bridge

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Change is one saving of something that administrators decide: who changed what,
// when, from what to what. It holds nothing that a visitor typed, and no secret.
type Change struct {
	// ID is the change's place among those of its workspace; later ones are greater.
	ID string    `json:"id"`
	At time.Time `json:"at"`
	// By is who did it, "" for the program itself; ByName is what they were called then.
	By     AgentID `json:"by,omitempty"`
	ByName string  `json:"by_name,omitempty"`
	What   Subject `json:"what"`
	// About is the id of the group or site, and Name what it was called after the
	// change; of a workspace likewise.
	About string `json:"about,omitempty"`
	Name  string `json:"name,omitempty"`
	Did   Deed   `json:"did"`
	// Fields are what became another, at most MaxChangeFields. Of what was deleted there
	// are none.
	Fields []FieldChange `json:"fields,omitempty"`
}

// Subject is what kind of thing a Change is about.
type Subject string

const (
	GroupSubject     Subject = "group"
	SiteSubject      Subject = "site"
	WorkspaceSubject Subject = "workspace" // its managers
)

// Deed is what was done to it.
type Deed string

const (
	DeedCreated Deed = "created"
	DeedChanged Deed = "changed"
	DeedDeleted Deed = "deleted"
)

// A FieldChange says how one field became another. Field is its name in Group, Site or
// Workspace, as in Error.Field, with what is meant inside it after dots ("Words.de",
// "Hours.Week", "Texts.fr.title"). From and To are for people: hours as they are typed,
// people and channels by their ids, "" for nothing, and at most MaxChangeText
// characters. Of what is a list (Members, Managers, Origins, Groups, FileTypes) From has
// those that are gone, and To those that are new. An "IdentitySecret" has neither.
type FieldChange struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

const (
	// MaxChanges is how many changes of a workspace are kept at least; the oldest leave.
	MaxChanges = 5000
	// MaxChangeFields and MaxChangeText are the most fields of a Change, and the most
	// characters of a From or To.
	MaxChangeFields = 50
	MaxChangeText   = 300
)

// A change must be saved if and only if what it tells was, wherever the program dies,
// and a Store has no transaction over two records. So it is saved inside the record that
// it is about, in the same Put, and copied to a record of its own afterwards:
//
//  1. The change that the record has from the time before is copied, as step 2
//     overwrites it. Where that fails, nothing was changed yet.
//  2. The record is put with the new change in it: both are there, or neither is.
//  3. The new change is copied. Where that fails, or the program dies before, step 1 of
//     the next change does it, and until then Changes finds it in the record.
//
// A copy's key is made with the change, so copying again is no second line. Nothing is
// ever taken back: a change that was refused was never written.

// saveChanged puts a record whose revision is the given one, with the change that it is.
// It is called in directory.write.
func saveChanged[V any](ctx context.Context, b *Bridge, t *table[V], w WorkspaceID, key string, v V, revision uint64, c Change) (V, error) {
	if c.Did == DeedChanged && len(c.Fields) == 0 {
		return t.put(ctx, key, v, revision)
	}
	last := t.changeIn(key)
	if err := b.copyChange(ctx, w, last); err != nil {
		var none V
		return none, err
	}
	v, err := t.putChanged(ctx, key, v, revision, &c)
	if err != nil {
		return v, err
	}
	if last != nil {
		delete(b.dir.copied, last.ID) // no record has it any more
	}
	if err := b.copyChange(ctx, w, &c); err != nil {
		b.log.Warn().Err(err).Str("change", c.ID).Msg("copy a change that its record has: done at the next one")
	}
	return v, nil
}

// newChange makes the change that by makes now. It is called in directory.write, so that
// later changes have greater ids also where the clock stands.
func (b *Bridge) newChange(by Author, what Subject, about, name string, did Deed, fields []FieldChange) Change {
	at := b.cfg.Now().UTC()
	b.dir.lastChange = max(b.dir.lastChange+1, at.UnixNano())
	if len(fields) > MaxChangeFields {
		fields = fields[:MaxChangeFields]
	}
	return Change{
		ID: fmt.Sprintf("%020d-%s", b.dir.lastChange, newID()[:8]), At: at,
		By: by.Agent, ByName: by.Name, What: what, About: about, Name: name, Did: did, Fields: fields,
	}
}

func changeKey(w WorkspaceID, id string) string { return string(w) + "/" + id }

// copyChange gives a change a record of its own, unless it has one.
func (b *Bridge) copyChange(ctx context.Context, w WorkspaceID, c *Change) error {
	if c == nil || b.dir.copied[c.ID] {
		return nil
	}
	data, err := json.Marshal(c)
	if err != nil {
		return Errorf(CodeInternal, "encode change %s: %w", c.ID, err)
	}
	if _, err := b.store.Put(ctx, ChangeRecords, changeKey(w, c.ID), data, 0); err != nil && !errors.Is(err, ErrConflict) {
		return err
	} else if err != nil { // it has one from before this start
		b.dir.copied[c.ID] = true
		return nil
	}
	b.dir.copied[c.ID] = true
	if err := b.dropOldChanges(ctx, w); err != nil {
		b.log.Warn().Err(err).Msg("drop the oldest changes: tried again at the next one")
	}
	return nil
}

// dropOldChanges counts a workspace's changes now and then, as that reads them all, and
// takes away the oldest of too many. It is called in directory.write.
func (b *Bridge) dropOldChanges(ctx context.Context, w WorkspaceID) error {
	const slack = 100
	left, counted := b.dir.changesLeft[w]
	if left--; counted && left > 0 {
		b.dir.changesLeft[w] = left
		return nil
	}
	var all []Record
	err := b.store.Records(ctx, ChangeRecords, changeKey(w, ""), func(r Record) error {
		all = append(all, Record{Key: r.Key, Revision: r.Revision})
		return nil
	})
	if err != nil {
		return err
	}
	for _, r := range all[:max(0, len(all)-MaxChanges)] {
		if err := b.store.Delete(ctx, ChangeRecords, r.Key, r.Revision); err != nil && !errors.Is(err, ErrConflict) {
			return err
		}
	}
	b.dir.changesLeft[w] = max(MaxChanges-len(all), 0) + slack
	return nil
}

// Changes returns up to limit changes of a workspace, the latest first; 0 for all that
// are kept. before is "" for the latest, else what an earlier call returned as next, which
// is "" where there are no more. It reads from the Store and holds up nobody.
func (b *Bridge) Changes(ctx context.Context, w WorkspaceID, before string, limit int) (changes []Change, next string, err error) {
	err = b.store.Records(ctx, ChangeRecords, changeKey(w, ""), func(r Record) error {
		var c Change
		if err := json.Unmarshal(r.Value, &c); err != nil {
			return Errorf(CodeInternal, "read change %s: %w", r.Key, errors.Join(ErrDamaged, err))
		}
		changes = append(changes, c)
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	changes = append(changes, b.dir.changesInRecords(w)...)
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(b.ID, a.ID) })
	changes = slices.CompactFunc(changes, func(a, b Change) bool { return a.ID == b.ID })
	changes = changes[:min(len(changes), MaxChanges)]
	if before != "" {
		changes = slices.DeleteFunc(changes, func(c Change) bool { return c.ID >= before })
	}
	if limit > 0 && len(changes) > limit {
		changes = changes[:limit]
		next = changes[limit-1].ID
	}
	return changes, next, nil
}

// changesInRecords returns the last change of each record, copied or not.
func (d *directory) changesInRecords(w WorkspaceID) []Change {
	var all []Change
	take := func(c *Change) {
		if c != nil {
			all = append(all, *c)
		}
	}
	for _, r := range d.groups.under(groupKey(w, "")) {
		take(r.changed)
	}
	for _, r := range d.sites.under("") {
		if r.value.Workspace == w {
			take(r.changed)
			take(d.secrets.changeIn(r.key))
		}
	}
	take(d.workspaces.changeIn(string(w)))
	return all
}

// facts are what a record says, field by field, for comparing it with another.
type facts []fact

type fact struct {
	field string
	value string   // for people
	list  []string // of a list, its parts
}

func (fs *facts) say(field, value string) { *fs = append(*fs, fact{field: field, value: value}) }

func (fs *facts) sayList(field string, list []string) {
	*fs = append(*fs, fact{field: field, list: list})
}

func (fs facts) of(field string) fact {
	i := slices.IndexFunc(fs, func(f fact) bool { return f.field == field })
	if i < 0 {
		return fact{field: field}
	}
	return fs[i]
}

// since returns what became another since old.
func (fs facts) since(old facts) []FieldChange {
	var changed []FieldChange
	compare := func(was, is fact) {
		from, to := was.value, is.value
		if was.list != nil || is.list != nil {
			from, to = strings.Join(without(was.list, is.list), ", "), strings.Join(without(is.list, was.list), ", ")
		}
		if from != to {
			changed = append(changed, FieldChange{is.field, cut(from, MaxChangeText), cut(to, MaxChangeText)})
		}
	}
	for _, is := range fs {
		compare(old.of(is.field), is)
	}
	for _, was := range old {
		if !slices.ContainsFunc(fs, func(f fact) bool { return f.field == was.field }) {
			compare(was, fact{field: was.field})
		}
	}
	return changed
}

// without returns those of a that are not in b.
func without(a, b []string) []string {
	in := map[string]bool{}
	for _, s := range b {
		in[s] = true
	}
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return in[s] })
}
