package bridge

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"
)

// visitorRecord is what is kept of a visitor: no token, only its hash.
type visitorRecord struct {
	ID           VisitorID      `json:"id"`
	Site         SiteID         `json:"site"`
	TokenHash    []byte         `json:"token_hash"` // SHA-256
	Created      time.Time      `json:"created"`
	Conversation ConversationID `json:"conversation,omitempty"` // the current one
}

// visitor is a visitor with at least one open visit, shared by all of them.
type visitor struct {
	mu       sync.Mutex // guards the following
	rec      visitorRecord
	revision uint64            // 0 while nothing is stored
	current  ConversationID    // whose entries visits follow; set once its first entry is there
	visits   map[*Visit]func() // each with what wakes it

	refs int // guarded by Bridge.mu
}

// A token is "<visitor id>.<32 random bytes>", so that the record is found by key
// and only the secret part need be compared.
func newToken(id VisitorID) (token string, hash []byte) {
	var secret [32]byte
	rand.Read(secret[:])
	token = string(id) + "." + base64.RawURLEncoding.EncodeToString(secret[:])
	sum := sha256.Sum256(secret[:])
	return token, sum[:]
}

// parseToken returns the visitor that a token claims, and the hash to compare.
func parseToken(token string) (id VisitorID, hash []byte, ok bool) {
	head, tail, found := strings.Cut(token, ".")
	if !found || len(head) != 26 || len(tail) != 43 || !ValidKey(head) {
		return "", nil, false
	}
	secret, err := base64.RawURLEncoding.Strict().DecodeString(tail)
	if err != nil {
		return "", nil, false
	}
	sum := sha256.Sum256(secret)
	return VisitorID(head), sum[:], true
}

var errUnknownToken = &Error{Code: CodeUnknownToken, Message: "this token opens nothing here: say hello again without it"}

// freshVisitors remembers visitors that have not written yet: nothing of them is
// stored, so that opening the widget costs no write. Bounded; who is dropped is
// told that the token is unknown and gets a new one. Guarded by Bridge.mu.
type freshVisitors struct {
	byID  map[VisitorID]freshVisitor
	order []VisitorID
}

type freshVisitor struct {
	rec visitorRecord
	at  time.Time
}

const maxFreshVisitors = 20_000

func (f *freshVisitors) add(rec visitorRecord, now time.Time) {
	if f.byID == nil {
		f.byID = map[VisitorID]freshVisitor{}
	}
	f.byID[rec.ID] = freshVisitor{rec, now}
	f.order = append(f.order, rec.ID)
	for len(f.order) > maxFreshVisitors {
		delete(f.byID, f.order[0])
		f.order = f.order[1:]
	}
}

func (f *freshVisitors) expire(before time.Time) {
	for len(f.order) > 0 {
		v, ok := f.byID[f.order[0]]
		if ok && !v.at.Before(before) {
			return
		}
		delete(f.byID, f.order[0])
		f.order = f.order[1:]
	}
}

// Enter opens a visit: one tab of one visitor on a site. With a token it is a
// known visitor, or the error has CodeUnknownToken; without, a new one, whose
// token Visit.Token returns. Nothing is stored before the visitor writes.
//
// wake is called, from any goroutine and possibly more often than needed, when
// Visit.Next has something to give; it must return at once. The caller must
// Leave. Whether the page may use the site at all is the caller's to check, with
// Site.Allows.
func (b *Bridge) Enter(ctx context.Context, site SiteID, token string, wake func()) (*Visit, error) {
	s, err := b.dir.site(site)
	if err != nil {
		return nil, err
	}
	v := &Visit{b: b, site: s.ID, workspace: s.Workspace, wake: wake}
	if token == "" {
		id := VisitorID(newID())
		var hash []byte
		v.token, hash = newToken(id)
		rec := visitorRecord{ID: id, Site: s.ID, TokenHash: hash, Created: b.cfg.Now().UTC()}
		b.mu.Lock()
		b.fresh.add(rec, b.cfg.Now())
		b.mu.Unlock()
		v.who = b.shareVisitor(rec, 0)
	} else {
		id, hash, ok := parseToken(token)
		if !ok {
			return nil, errUnknownToken
		}
		rec, revision, err := b.visitorRecord(ctx, id)
		if err != nil {
			return nil, err
		}
		if subtle.ConstantTimeCompare(rec.TokenHash, hash) != 1 || rec.Site != s.ID {
			return nil, errUnknownToken
		}
		v.who = b.shareVisitor(rec, revision)
	}
	v.who.mu.Lock()
	v.who.visits[v] = wake
	v.who.mu.Unlock()
	return v, nil
}

func (b *Bridge) visitorRecord(ctx context.Context, id VisitorID) (visitorRecord, uint64, error) {
	r, err := b.store.Record(ctx, VisitorRecords, string(id))
	if errors.Is(err, ErrNoRecord) {
		b.mu.Lock()
		defer b.mu.Unlock()
		if f, ok := b.fresh.byID[id]; ok {
			return f.rec, 0, nil
		}
		return visitorRecord{}, 0, errUnknownToken
	}
	if err != nil {
		return visitorRecord{}, 0, err
	}
	var rec visitorRecord
	if err := json.Unmarshal(r.Value, &rec); err != nil {
		return visitorRecord{}, 0, Errorf(CodeInternal, "decode a visitor: %w", errors.Join(ErrDamaged, err))
	}
	return rec, r.Revision, nil
}

// shareVisitor returns the one visitor of all visits with this id.
func (b *Bridge) shareVisitor(rec visitorRecord, revision uint64) *visitor {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := b.visitors[rec.ID]
	if w == nil {
		w = &visitor{rec: rec, revision: revision, current: rec.Conversation, visits: map[*Visit]func(){}}
		b.visitors[rec.ID] = w
	}
	w.refs++
	return w
}

// saveConversation makes id the visitor's current conversation. w.mu is held.
func (w *visitor) saveConversation(ctx context.Context, b *Bridge, id ConversationID) error {
	rec := w.rec
	rec.Conversation = id
	data, err := json.Marshal(rec)
	if err != nil {
		return Errorf(CodeInternal, "encode a visitor: %w", err)
	}
	rev, err := b.store.Put(ctx, VisitorRecords, string(rec.ID), data, w.revision)
	if errors.Is(err, ErrConflict) {
		// Written elsewhere: take what is there, the caller tries again.
		if stored, revision, err := b.visitorRecord(ctx, rec.ID); err == nil {
			w.rec, w.revision = stored, revision
		}
		return err
	}
	if err != nil {
		return err
	}
	w.rec, w.revision = rec, rev
	return nil
}

// wakeVisits wakes the visitor's visits, as when the conversation they follow is
// another one. w.mu is held.
func (w *visitor) wakeVisits() {
	for _, wake := range w.visits {
		wake()
	}
}
