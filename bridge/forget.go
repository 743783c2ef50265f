package bridge

import (
	"context"
	"errors"
)

// Forget erases the visitor: the record, every token, and the way from a signed
// identity to it. The conversations that the record names, the current one and the one
// before, are closed and name nobody from then on; the groups are told in their
// threads. Every visit of the visitor's ends: Next and Send have CodeUnknownToken.
//
// What was said stays in the log and at the desk, and so does who it was in the older
// entries: a log is never rewritten. After an error nothing is lost that asking again
// would need.
func (v *Visit) Forget(ctx context.Context) error {
	w := v.b.hold(v.who)
	defer v.b.release(w)
	w.beginning.Lock()
	defer w.beginning.Unlock()
	if w.isForgotten() {
		return nil
	}
	if err := w.load(ctx, v.b); CodeOf(err) == CodeUnknownToken {
		w.end() // an earlier attempt got so far, and could not tell
		return nil
	} else if err != nil {
		return err
	}
	// First, as the record is the only way to them.
	current, previous := w.conversations()
	for _, id := range []ConversationID{current, previous} {
		if id == "" {
			continue
		}
		if err := v.b.do(ctx, id, forget); err != nil {
			return err
		}
	}
	if w.revision > 0 {
		if err := v.b.erase(ctx, w); err != nil {
			return err
		}
	}
	w.end()
	return nil
}

// end makes every visit of the visitor's find that there is no such visitor any more.
func (w *visitor) end() {
	w.mu.Lock()
	w.forgotten = true
	w.mu.Unlock()
	w.wake()
}

// forget closes a conversation and takes from its opening what tells whose it was.
func forget(ctx context.Context, o *owner) error {
	by := Author{Role: RoleVisitor}
	if !o.state.closed {
		// By nobody: a visitor closes by beginning another conversation.
		if _, err := o.append(ctx, Entry{ID: EntryID("x." + newID()), Kind: KindClosed, By: Author{Role: RoleSystem}}); err != nil {
			return err
		}
	}
	opening := o.state.opening
	opening.Name, opening.Email, opening.Page = "", "", Page{}
	opening.Attributes, opening.Identity = nil, nil
	_, err := o.append(ctx, Entry{ID: forgottenID, Kind: KindForgotten, By: by, Opening: &opening})
	return err
}

// forgottenID is the id of the entry by which a conversation's visitor is forgotten,
// however often that is tried.
const forgottenID EntryID = "forgotten."

// erase removes the visitor's records. w.beginning is held.
func (b *Bridge) erase(ctx context.Context, w *visitor) error {
	if id := w.rec.Identity; id != nil {
		if err := b.erasePerson(ctx, w.rec.Site, id.Subject, w.id); err != nil {
			return err
		}
	}
	err := b.store.Delete(ctx, VisitorRecords, string(w.id), w.revision)
	if err != nil {
		w.known = false
	}
	if errors.Is(err, ErrConflict) {
		return &Error{Code: CodeUnavailable, Message: "the visitor was changed elsewhere: try again"}
	}
	return err
}

// erasePerson removes the way from a person to a visitor, unless it leads to another
// one by now.
func (b *Bridge) erasePerson(ctx context.Context, site SiteID, subject string, id VisitorID) error {
	key := personKey(site, subject)
	r, err := b.store.Record(ctx, PersonRecords, key)
	if errors.Is(err, ErrNoRecord) || err == nil && VisitorID(r.Value) != id {
		return nil
	}
	if err != nil {
		return err
	}
	if err := b.store.Delete(ctx, PersonRecords, key, r.Revision); !errors.Is(err, ErrConflict) {
		return err
	}
	return nil // it leads elsewhere now
}
