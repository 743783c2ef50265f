package bridge

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// A token is "<visitor id>.<32 random bytes>", so that the record is found by key
// and only the secret part need be compared.
func newToken(id VisitorID) (token string, hash []byte) {
	var secret [32]byte
	rand.Read(secret[:]) // never fails, see crypto/rand
	token = string(id) + "." + base64.RawURLEncoding.EncodeToString(secret[:])
	sum := sha256.Sum256(secret[:])
	return token, sum[:]
}

// parseToken returns the visitor that a token claims, and the hash to compare.
func parseToken(token string) (id VisitorID, hash []byte, ok bool) {
	head, tail, found := strings.Cut(token, ".")
	if !found || len(head) != idLength || !ValidKey(head) {
		return "", nil, false
	}
	// Strict: a token has one spelling.
	secret, err := base64.RawURLEncoding.Strict().DecodeString(tail)
	if err != nil || len(secret) != sha256.Size || len(tail) != base64.RawURLEncoding.EncodedLen(sha256.Size) {
		return "", nil, false
	}
	sum := sha256.Sum256(secret)
	return VisitorID(head), sum[:], true
}

var errUnknownToken = &Error{Code: CodeUnknownToken, Message: "this token opens nothing here: say hello again without it"}
