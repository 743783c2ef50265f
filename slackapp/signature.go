package slackapp

import (
	"container/list"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	signatureHeader = "X-Slack-Signature"
	timestampHeader = "X-Slack-Request-Timestamp"
	// maxSkew is how far the time of a signature may be from this machine's.
	maxSkew = 5 * time.Minute
)

// A verifier proves that requests come from Slack
// (docs.slack.dev/authentication/verifying-requests-from-slack).
type verifier struct {
	secret []byte
	now    func() time.Time
}

// A signature is of a request that was verified: no two requests share one.
type signature struct {
	hex string
	at  time.Time
}

// verify checks the signature of a body as it was received. An error is one
// sentence that tells who set the app up what is wrong; it repeats nothing of the
// request and nothing of the secret.
func (v verifier) verify(h http.Header, body []byte) (signature, error) {
	if len(v.secret) == 0 {
		return signature{}, errors.New("no signing secret is set: set SLACK_SIGNING_SECRET")
	}
	given, err := single(h, signatureHeader)
	if err != nil {
		return signature{}, err
	}
	timestamp, err := single(h, timestampHeader)
	if err != nil {
		return signature{}, err
	}
	mac := hmac.New(sha256.New, v.secret)
	mac.Write([]byte("v0:" + timestamp + ":"))
	mac.Write(body)
	// As text: hexadecimal may be written in two ways, and Slack uses one.
	want := "v0=" + hex.EncodeToString(mac.Sum(nil))
	if !hmac.Equal([]byte(want), []byte(given)) {
		return signature{}, errors.New("the signature is not Slack's for this body: check that SLACK_SIGNING_SECRET is this app's, and that no proxy changes the body")
	}
	// Only now: a time that is wrong under a right signature is news about the
	// clock, or about somebody who sends an old request again.
	unix, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return signature{}, fmt.Errorf("the header %s is not a time", timestampHeader)
	}
	at := time.Unix(unix, 0)
	if off := v.now().Sub(at); off.Abs() > maxSkew {
		return signature{}, fmt.Errorf("the request was signed %s from the time of this machine, more than 5 minutes: check its clock", off.Abs().Round(time.Second))
	}
	return signature{given, at}, nil
}

// single returns the one value of a header.
func single(h http.Header, name string) (string, error) {
	switch values := h.Values(name); {
	case len(values) == 0 || values[0] == "":
		return "", fmt.Errorf("the header %s is missing: requests must be signed by Slack", name)
	case len(values) > 1:
		return "", fmt.Errorf("the header %s comes more than once", name)
	default:
		return values[0], nil
	}
}

// maxReplays bounds how many signatures are remembered; Slack sends an app 30,000
// events an hour at most, and far fewer commands and clicks.
const maxReplays = 20_000

// replays remembers signatures for as long as they would be accepted, so that a
// request that somebody recorded and sends again has no effect. Events need it
// less, for they have ids; commands and interactions have none.
type replays struct {
	now func() time.Time

	mu    sync.Mutex // guards the following fields
	seen  map[string]struct{}
	order *list.List // of signature, as they came
}

func newReplays(now func() time.Time) *replays {
	return &replays{now: now, seen: make(map[string]struct{}), order: list.New()}
}

// first reports whether a signature is seen for the first time. It stays seen
// however the request ends: what failed halfway must not run again either.
func (r *replays) first(s signature) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for e := r.order.Front(); e != nil; e = r.order.Front() {
		old := e.Value.(signature)
		if r.order.Len() < maxReplays && r.now().Sub(old.at) <= maxSkew {
			break
		}
		r.order.Remove(e)
		delete(r.seen, old.hex)
	}
	if _, again := r.seen[s.hex]; again {
		return false
	}
	r.seen[s.hex] = struct{}{}
	r.order.PushBack(s)
	return true
}
