package bridge

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"
)

// How long tokens are good for.
const (
	tokenLife = 30 * 24 * time.Hour // since it was made
	tokenAge  = 24 * time.Hour      // when a visit is given a newer one
	// tokenGrace is for how long the older one still is good then: other tabs have it,
	// perhaps asleep, and the answer that carries the new one may be lost.
	tokenGrace = time.Hour
	// maxTokens is how many a visitor has at a time: one for each browser, and some in
	// their grace. The oldest makes room.
	maxTokens = 12
)

// heldToken is what is kept of a token.
type heldToken struct {
	Hash  tokenHash `json:"hash"`
	Made  int64     `json:"made"`  // seconds since 1970, as is the next
	Until int64     `json:"until"` // when it ends
}

// tokenHash is the SHA-256 of the secret part of a token; in JSON it is base64. An
// array, unlike a slice, lies within what holds it: each open visit has one.
type tokenHash [sha256.Size]byte

func (h tokenHash) MarshalText() ([]byte, error) {
	return base64.StdEncoding.AppendEncode(nil, h[:]), nil
}

func (h *tokenHash) UnmarshalText(text []byte) error {
	hash, err := base64.StdEncoding.DecodeString(string(text))
	if err == nil && len(hash) != len(h) {
		err = errors.New("a hash of another length")
	}
	copy(h[:], hash)
	return err
}

// A token is "<visitor id>.<32 random bytes>", so that the record is found by key
// and only the secret part need be compared.
func newToken(id VisitorID, now time.Time) (token string, held heldToken) {
	var secret [32]byte
	rand.Read(secret[:]) // never fails, see crypto/rand
	token = string(id) + "." + base64.RawURLEncoding.EncodeToString(secret[:])
	sum := sha256.Sum256(secret[:])
	return token, heldToken{sum, now.Unix(), now.Add(tokenLife).Unix()}
}

// is reports whether it is the token with this hash, nil for none.
func (t heldToken) is(hash *tokenHash) bool {
	return hash != nil && subtle.ConstantTimeCompare(t.Hash[:], hash[:]) == 1
}

// tokenAt returns where the token with this hash is among the record's, -1 for none.
func (r *visitorRecord) tokenAt(hash *tokenHash) int {
	return slices.IndexFunc(r.Tokens, func(t heldToken) bool { return t.is(hash) })
}

// renewed returns the record with one more token, and the token. Those that expired
// are left out, and of the others those that old names end after their grace.
func (r visitorRecord) renewed(now time.Time, old func(heldToken) bool) (visitorRecord, string) {
	token, held := newToken(r.ID, now)
	var tokens []heldToken
	for _, t := range r.Tokens {
		if old(t) {
			t.Until = min(t.Until, now.Add(tokenGrace).Unix())
		}
		if t.Until > now.Unix() {
			tokens = append(tokens, t)
		}
	}
	tokens = append(tokens, held)
	if extra := len(tokens) - maxTokens; extra > 0 {
		tokens = slices.Delete(tokens, 0, extra)
	}
	r.Tokens = tokens
	return r, token
}

// Renew gives the visitor a new token where the one that the visit came with is older
// than a day, and lets the old one end after an hour; Token then returns the new one.
// A visitor of whom nothing is stored keeps the old one, as does one for whom nothing
// can be written now: a visit is worth more than a new token.
func (v *Visit) Renew(ctx context.Context) {
	w := v.who
	w.beginning.Lock()
	defer w.beginning.Unlock()
	if v.token != "" || w.load(ctx, v.b) != nil || w.revision == 0 {
		return
	}
	now := v.b.cfg.Now().UTC()
	came := func(t heldToken) bool { return t.is(v.hash) }
	i := slices.IndexFunc(w.rec.Tokens, came)
	if i < 0 || now.Sub(time.Unix(w.rec.Tokens[i].Made, 0)) < tokenAge {
		return
	}
	rec, token := w.rec.renewed(now, came)
	if err := w.put(ctx, v.b, rec); err != nil {
		v.b.log.Warn().Err(err).Str("visitor", string(w.id)).Msg("a visitor keeps an old token")
		return
	}
	v.token = token
}

// parseToken returns the visitor that a token claims, and the hash to compare.
func parseToken(token string) (id VisitorID, hash *tokenHash, ok bool) {
	head, tail, found := strings.Cut(token, ".")
	if !found || len(head) != idLength || !ValidKey(head) {
		return "", nil, false
	}
	// Strict: a token has one spelling.
	secret, err := base64.RawURLEncoding.Strict().DecodeString(tail)
	if err != nil || len(secret) != sha256.Size || len(tail) != base64.RawURLEncoding.EncodedLen(sha256.Size) {
		return "", nil, false
	}
	sum := tokenHash(sha256.Sum256(secret))
	return VisitorID(head), &sum, true
}

var errUnknownToken = &Error{Code: CodeUnknownToken, Message: "this token opens nothing here: say hello again without it"}
