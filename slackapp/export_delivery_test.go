package slackapp

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/rs/zerolog"
)

// What tests need of the two ways in, which nothing outside the package calls.

type (
	Delivery      = delivery
	Receiver      = receiver
	SocketConfig  = socketConfig
	SocketClient  = socketClient
	SocketTrouble = socketTrouble
)

const (
	KindEvents      = kindEvents
	KindCommand     = kindCommand
	KindInteraction = kindInteraction
	MaxWaitingInOne = maxWaitingPerKey
	MaxWaiting      = maxWaiting
)

var NewSocketClient = newSocketClient

func ConversationKey(d Delivery) string { return conversationKey(d) }

func Sorry() json.RawMessage { return sorry() }

func NewWebhook(secret string, receive func(context.Context, Delivery) (json.RawMessage, error), clock Clock) http.Handler {
	return newWebhook(secret, receive, clock, zerolog.Nop())
}

// Turns is the serialiser.
type Turns = turns

var NewTurns = newTurns

func (t *turns) Take(key string) (wait, end func(), ok bool) {
	turn, ok := t.take(key)
	if !ok {
		return nil, nil, false
	}
	return turn.wait, turn.end, true
}

// Pauses are the waits before each of n attempts that all fail in this way; those
// of a connection that lived for a moment where trouble is nil. jitter is taken to
// be its bound.
func Pauses(n int, trouble *SocketTrouble) []time.Duration {
	b := backoff{jitter: func(below time.Duration) time.Duration { return below }}
	var all []time.Duration
	for range n {
		all = append(all, b.next())
		if trouble != nil {
			b.failed(trouble)
		} else {
			b.ended(0)
		}
	}
	return all
}

func NewTrouble(slow bool, retryAfter time.Duration) *SocketTrouble {
	return &socketTrouble{slow: slow, retryAfter: retryAfter}
}

// PauseAfterStable is the wait after failures and then a connection that lasted.
func PauseAfterStable(failures int) time.Duration {
	b := backoff{jitter: func(below time.Duration) time.Duration { return below }, failures: failures}
	b.ended(stableAfter)
	return b.next()
}

const MaxReplays = maxReplays

// RememberedSignatures is how much a webhook keeps against replays.
func RememberedSignatures(h http.Handler) int {
	r := h.(*webhook).once
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.seen)
}
