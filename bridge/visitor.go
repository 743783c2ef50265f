package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"
)

// visitorRecord is what is kept of a visitor: no token, only hashes.
type visitorRecord struct {
	ID      VisitorID   `json:"id"`
	Site    SiteID      `json:"site"`
	Tokens  []heldToken `json:"tokens"`
	Created second      `json:"created"`
	// Identity is who the visitor is by the site's own word, nil where it gave none.
	Identity *Identity `json:"identity,omitempty"`
	// Conversation is the visitor's current conversation, or the one that was
	// about to begin when something went wrong. Previous is the one before: it is
	// current until the other has begun.
	Conversation ConversationID `json:"conversation,omitempty"`
	Previous     ConversationID `json:"previous,omitempty"`
}

// second is a time in seconds since 1970; in JSON it is as a time.Time is.
type second int64

func (s second) MarshalText() ([]byte, error) { return time.Unix(int64(s), 0).UTC().MarshalText() }

func (s *second) UnmarshalText(text []byte) error {
	var t time.Time
	err := t.UnmarshalText(text)
	*s = second(t.Unix())
	return err
}

// visitor is a visitor whom somebody holds: each open visit does, and each message
// on its way. All hold the same.
type visitor struct {
	id   VisitorID
	refs int32 // guarded by Bridge.mu

	forgotten bool // erased: nothing more is to be known of the visitor; guarded by mu
	known     bool // rec is what the Store has, as far as this process knows; guarded by beginning

	// beginning is held while a conversation begins or is reopened for the
	// visitor, which takes writes to the Store. It guards the following.
	beginning sync.Mutex
	rec       visitorRecord
	revision  uint64 // 0 while nothing is stored

	mu       sync.Mutex // guards the following
	current  ConversationID
	previous ConversationID
	identity *Identity // rec's; never changed, only replaced
	visits   []*Visit  // few: a slice costs an idle visitor less than a map
}

// holdVisitor returns the one visitor with this id, or an error with
// CodeUnknownToken. The caller must release it.
func (b *Bridge) holdVisitor(ctx context.Context, id VisitorID) (*visitor, error) {
	w := b.hold(&visitor{id: id})
	w.beginning.Lock()
	defer w.beginning.Unlock()
	if err := w.load(ctx, b); err != nil {
		b.release(w)
		return nil, err
	}
	return w, nil
}

// newVisitor returns a visitor of whom nothing is stored, held, and the token.
func (b *Bridge) newVisitor(site SiteID) (w *visitor, token string) {
	id := VisitorID(newID())
	now := b.cfg.Now().UTC()
	token, held := newToken(id, now)
	rec := visitorRecord{ID: id, Site: site, Tokens: []heldToken{held}, Created: second(now.Unix())}
	return b.hold(&visitor{id: id, rec: rec, known: true}), token
}

// hold holds w, or whoever is held under its id already.
func (b *Bridge) hold(w *visitor) *visitor {
	b.mu.Lock()
	defer b.mu.Unlock()
	if held := b.visitors[w.id]; held != nil {
		w = held
	} else {
		b.visitors[w.id] = w
	}
	w.refs++
	return w
}

func (b *Bridge) release(w *visitor) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if w.refs--; w.refs > 0 {
		return
	}
	delete(b.visitors, w.id)
	// Nobody holds w any more, so it may be looked at without its locks.
	if w.revision == 0 && w.rec.ID != "" && !w.forgotten {
		b.fresh.add(w.rec, b.cfg.Now())
	}
}

// load reads the visitor's record unless it is known. beginning is held.
func (w *visitor) load(ctx context.Context, b *Bridge) error {
	if w.isForgotten() {
		return errUnknownToken
	}
	if w.known {
		return nil
	}
	r, err := b.store.Record(ctx, VisitorRecords, string(w.id))
	switch {
	case err == nil:
		var rec visitorRecord
		if err := json.Unmarshal(r.Value, &rec); err != nil {
			return Errorf(CodeInternal, "read visitor %s: %w", w.id, errors.Join(ErrDamaged, err))
		}
		w.rec, w.revision = rec, r.Revision
	case !errors.Is(err, ErrNoRecord):
		return err
	case w.rec.ID != "" && w.revision == 0: // the first write failed, and nothing came of it
	default:
		b.mu.Lock()
		rec, ok := b.fresh.take(w.id)
		b.mu.Unlock()
		if !ok {
			return errUnknownToken
		}
		w.rec, w.revision = rec, 0
	}
	current := w.rec.Conversation
	if begun, err := b.hasBegun(ctx, current); err != nil {
		return err
	} else if !begun {
		current = w.rec.Previous
	}
	w.known = true
	w.mu.Lock()
	defer w.mu.Unlock()
	w.current, w.identity = current, w.rec.Identity
	if w.previous = w.rec.Previous; w.previous == current {
		w.previous = ""
	}
	return nil
}

// hasBegun reports whether a conversation's first message is in its log.
func (b *Bridge) hasBegun(ctx context.Context, id ConversationID) (bool, error) {
	if id == "" {
		return false, nil
	}
	first, err := b.store.Read(ctx, id, 0, 2)
	if err != nil {
		return false, Errorf(CodeOf(err), "read conversation %s: %w", id, err)
	}
	for _, e := range first {
		if e.Line > 0 {
			return true, nil
		}
	}
	return false, nil
}

// save makes id the conversation that the visitor's record names. beginning is
// held; after an error see put.
func (w *visitor) save(ctx context.Context, b *Bridge, id ConversationID) error {
	rec := w.rec
	rec.Conversation = id
	rec.Previous, _ = w.conversations()
	if rec.Identity != nil {
		if err := b.savePerson(ctx, rec.Site, rec.Identity.Subject, rec.ID); err != nil {
			return err
		}
	}
	return w.put(ctx, b, rec)
}

// put writes rec as the visitor's record. beginning is held. After an error it is not
// known what the Store has, and load must tell.
func (w *visitor) put(ctx context.Context, b *Bridge, rec visitorRecord) error {
	data, err := json.Marshal(rec)
	if err != nil {
		return Errorf(CodeInternal, "encode visitor %s: %w", w.id, err)
	}
	revision, err := b.store.Put(ctx, VisitorRecords, string(w.id), data, w.revision)
	if err != nil {
		w.known = false
		if errors.Is(err, ErrConflict) {
			return &Error{Code: CodeUnavailable, Message: "the visitor was changed elsewhere: try again"}
		}
		return err
	}
	w.rec, w.revision = rec, revision
	return nil
}

// owns reports whether a token with this hash is the visitor's on a site, and good.
func (w *visitor) owns(hash *tokenHash, site SiteID, now time.Time) bool {
	w.beginning.Lock()
	defer w.beginning.Unlock()
	i := w.rec.tokenAt(hash)
	return i >= 0 && now.Unix() < w.rec.Tokens[i].Until && w.rec.Site == site
}

func (w *visitor) isForgotten() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.forgotten
}

// conversations returns the visitor's current conversation, whose entries visits
// follow, and the one before; "" where there is none. The current one has begun.
func (w *visitor) conversations() (current, previous ConversationID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.current, w.previous
}

// moveTo makes id the current conversation and wakes every visit: they follow
// another one now.
func (w *visitor) moveTo(id ConversationID) {
	w.mu.Lock()
	if w.current != "" {
		w.previous = w.current
	}
	w.current = id
	var wakes []func()
	for _, v := range w.visits {
		wakes = append(wakes, v.wake)
	}
	w.mu.Unlock()
	for _, wake := range wakes {
		wake()
	}
}

// wake wakes every visit, without another conversation to follow.
func (w *visitor) wake() {
	w.mu.Lock()
	visits := slices.Clone(w.visits)
	w.mu.Unlock()
	for _, v := range visits {
		v.wake()
	}
}

func (w *visitor) enter(v *Visit) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.visits = append(w.visits, v)
}

// leave reports whether the visit was still open.
func (w *visitor) leave(v *Visit) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.visits, v)
	if i >= 0 {
		w.visits = slices.Delete(w.visits, i, i+1)
	}
	return i >= 0
}
