package bridge

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"reflect"
)

// An Identity is who a visitor is, by the word of the site's own server. That the word
// was signed is for whoever makes an Identity to check.
type Identity struct {
	// Subject is the site's own name for the person, the same on every device: 1 to
	// MaxSubject bytes on one line.
	Subject    string      `json:"sub"`
	Name       string      `json:"name,omitempty"`
	Email      string      `json:"email,omitempty"`
	Attributes []Attribute `json:"attrs,omitempty"`
}

// MaxSubject is the most bytes of a Subject. A longer one is refused and not cut: what
// is left could be another person's.
const MaxSubject = 200

func (i *Identity) clean() error {
	if i.Subject == "" || len(i.Subject) > MaxSubject || oneLine(i.Subject) != i.Subject {
		return Errorf(CodeInvalid, "an identity needs a subject of 1 to %d bytes on one line", MaxSubject)
	}
	i.Name, i.Email = cut(i.Name, maxNameRunes), cut(i.Email, maxEmailRunes)
	i.Attributes = CleanAttributes(i.Attributes)
	return nil
}

// EnterAs is Enter for a visitor whom the site's own server vouches for. Whoever had
// the token becomes that person and keeps the conversation; Visit.Token returns a new
// token then, and the old ones, made for somebody unknown, end within the hour. Where
// no conversation is open, the visit goes on with the person's last one, on whichever
// device that was. A token of another person's, or one that opens nothing, is as none.
//
// As with Enter, nothing is written for a visitor who has not written. CodeInvalid: id
// has no proper subject.
func (b *Bridge) EnterAs(ctx context.Context, site SiteID, token string, id Identity, wake func()) (*Visit, error) {
	if err := id.clean(); err != nil {
		return nil, err
	}
	v, err := b.Enter(ctx, site, token, wake)
	if CodeOf(err) == CodeUnknownToken {
		v, err = b.Enter(ctx, site, "", wake)
	}
	if err != nil {
		return nil, err
	}
	if was := v.who.signed(); was != nil && was.Subject != id.Subject {
		v.Leave()
		if v, err = b.Enter(ctx, site, "", wake); err != nil {
			return nil, err
		}
	}
	if err := v.identify(ctx, id); err != nil {
		v.Leave()
		return nil, err
	}
	return v, nil
}

// identify makes the visit that of the person id.
func (v *Visit) identify(ctx context.Context, id Identity) error {
	person, err := v.b.person(ctx, v.site, id.Subject)
	if err != nil {
		return err
	}
	if person != "" && person != v.who.id {
		open, err := v.talks(ctx)
		if err != nil {
			return err
		}
		if !open {
			if err := v.become(ctx, person); err != nil {
				return err
			}
		}
	}
	if err := v.vouch(ctx, id); err != nil {
		return err
	}
	if open, err := v.talks(ctx); err != nil || !open {
		return err
	}
	current, _ := v.who.conversations()
	return v.b.do(ctx, current, func(ctx context.Context, o *owner) error {
		opening := o.state.opening
		opening.identify(&id)
		return o.introduce(ctx, opening)
	})
}

// talks reports whether the visitor has a conversation that is open.
func (v *Visit) talks(ctx context.Context) (open bool, err error) {
	current, _ := v.who.conversations()
	if current == "" {
		return false, nil
	}
	err = v.b.do(ctx, current, func(_ context.Context, o *owner) error {
		open = !o.state.closed
		return nil
	})
	return open, err
}

// become makes the visit that of another visitor, unless that one is gone.
func (v *Visit) become(ctx context.Context, id VisitorID) error {
	w, err := v.b.holdVisitor(ctx, id)
	if CodeOf(err) == CodeUnknownToken {
		return nil
	}
	if err != nil {
		return err
	}
	v.Leave()
	v.who, v.token, v.hash = w, "", nil
	w.enter(v)
	return nil
}

// vouch keeps who the visitor is. There is a new token where that was not known
// before, or where the browser has none of the visitor's.
func (v *Visit) vouch(ctx context.Context, id Identity) error {
	w := v.who
	w.beginning.Lock()
	defer w.beginning.Unlock()
	if err := w.load(ctx, v.b); err != nil {
		return err
	}
	rec, stored := w.rec, w.revision > 0
	stranger, elsewhere := rec.Identity == nil, v.token == "" && v.hash == nil
	rec.Identity = &id
	switch {
	case !stored: // and nothing is, before the visitor writes
		w.rec = rec
	case stranger || elsewhere:
		if err := v.b.savePerson(ctx, v.site, id.Subject, w.id); err != nil {
			return err
		}
		rec, token := rec.renewed(v.b.cfg.Now().UTC(), func(heldToken) bool { return stranger })
		if err := w.put(ctx, v.b, rec); err != nil {
			return err
		}
		v.token = token
	case !reflect.DeepEqual(w.rec.Identity, &id):
		if err := w.put(ctx, v.b, rec); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.identity = &id
	return nil
}

// signed returns who the visitor is by the site's word, nil where it gave none. It
// must not be changed.
func (w *visitor) signed() *Identity {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.identity
}

// personKey is a hash, as a subject may be of any characters, and an address.
func personKey(site SiteID, subject string) string {
	sum := sha256.Sum256([]byte(subject))
	return string(site) + "/" + hex.EncodeToString(sum[:])
}

// person returns the visitor that somebody whom the site vouches for was last, "" for
// nobody known.
func (b *Bridge) person(ctx context.Context, site SiteID, subject string) (VisitorID, error) {
	r, err := b.store.Record(ctx, PersonRecords, personKey(site, subject))
	if errors.Is(err, ErrNoRecord) {
		return "", nil
	}
	return VisitorID(r.Value), err
}

// savePerson makes id the visitor that a person is. Of two at the same time one wins;
// the other is still known by their token.
func (b *Bridge) savePerson(ctx context.Context, site SiteID, subject string, id VisitorID) error {
	key := personKey(site, subject)
	r, err := b.store.Record(ctx, PersonRecords, key)
	if err != nil && !errors.Is(err, ErrNoRecord) {
		return err
	}
	if VisitorID(r.Value) == id {
		return nil
	}
	_, err = b.store.Put(ctx, PersonRecords, key, []byte(id), r.Revision)
	if errors.Is(err, ErrConflict) {
		return nil
	}
	return err
}

// identify puts into an opening what the site's server says, if it says anything.
func (o *Opening) identify(id *Identity) {
	if id != nil {
		o.Identity, o.Name, o.Email = id, cmp.Or(id.Name, o.Name), cmp.Or(id.Email, o.Email)
	}
}

// introduction returns the opening with what the draft says of its writer. What it
// does not say stays, and what the site's server said stands above it.
func (d Draft) introduction(o Opening) Opening {
	o.Name, o.Email = cmp.Or(d.Name, o.Name), cmp.Or(d.Email, o.Email)
	if len(d.Attributes) > 0 {
		o.Attributes = d.Attributes
	}
	o.identify(cmp.Or(d.identity, o.Identity))
	return o
}

// introduce notes in the log what is known of the visitor now, where that is news.
func (o *owner) introduce(ctx context.Context, opening Opening) error {
	if reflect.DeepEqual(opening, o.state.opening) {
		return nil
	}
	_, err := o.append(ctx, Entry{
		ID: EntryID("i." + newID()), Kind: KindIntroduced, By: Author{Role: RoleVisitor, Name: opening.Name}, Opening: &opening,
	})
	return err
}
