package widget

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// fileLinks makes addresses of files that work without a token. Each is for one
// visitor and one file, and for some minutes. The key is this process's own: a link
// is asked for right before it is used, and one that opens nothing any more is asked
// for again.
type fileLinks struct {
	key [32]byte
	now func() time.Time
}

// linkLife is for how long a link works at least, and at most twice as long: they end
// together, so that a browser that asks twice gets the same one and keeps the image.
const linkLife = 10 * time.Minute

func newFileLinks(now func() time.Time) *fileLinks {
	l := &fileLinks{now: now}
	rand.Read(l.key[:]) // never fails, see crypto/rand
	return l
}

// make returns the query of a link.
func (l *fileLinks) make(who bridge.VisitorID, of bridge.EntryID, n int) (query string, expires time.Time) {
	expires = l.now().Truncate(linkLife).Add(2 * linkLife)
	until := strconv.FormatInt(expires.Unix(), 10)
	return url.Values{"v": {string(who)}, "e": {until}, "s": {l.sign(who, of, n, until)}}.Encode(), expires
}

// open returns whose link it is, if it is a good one for this file.
func (l *fileLinks) open(query url.Values, of bridge.EntryID, n int) (who bridge.VisitorID, ok bool) {
	who, until := bridge.VisitorID(query.Get("v")), query.Get("e")
	if !hmac.Equal([]byte(query.Get("s")), []byte(l.sign(who, of, n, until))) {
		return "", false
	}
	seconds, err := strconv.ParseInt(until, 10, 64)
	return who, err == nil && l.now().Before(time.Unix(seconds, 0))
}

func (l *fileLinks) sign(who bridge.VisitorID, of bridge.EntryID, n int, until string) string {
	mac := hmac.New(sha256.New, l.key[:])
	for _, part := range []string{string(who), string(of), strconv.Itoa(n), until} {
		// With its length, so that no two lists of parts read the same.
		mac.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
