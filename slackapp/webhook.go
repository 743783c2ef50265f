package slackapp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/rs/zerolog"
)

const (
	maxWebhookBody = 1 << 20
	// webhookTimeout leaves time for the answer to travel: Slack waits for 3
	// seconds (docs.slack.dev/apis/events-api, "Responding to events").
	webhookTimeout = 2500 * time.Millisecond
)

// A webhook takes what Slack sends by signed HTTP: POST /slack/events,
// /slack/commands and /slack/interactions. The signature is checked over the bytes
// of the body before anything is made of them, and nothing outside the body (query,
// retry headers) decides anything.
//
// An event whose delivery fails is answered with status 500, and Slack repeats it.
// Slack repeats no command and no interaction, so a command that fails is answered
// with a sentence, and of an interaction that fails Slack itself tells the person.
type webhook struct {
	routes   http.Handler
	receive  receiver
	verifier verifier
	once     *replays
	turns    *turns
	log      zerolog.Logger
}

// newWebhook returns the handler for a signing secret; with an empty one it lets
// nothing in. It starts no goroutine: deliveries run on the server's.
func newWebhook(secret string, receive receiver, clock Clock, log zerolog.Logger) *webhook {
	h := &webhook{
		receive: receive, verifier: verifier{secret: []byte(secret), now: clock.Now},
		once: newReplays(clock.Now), turns: newTurns(), log: log,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /slack/events", h.signed(h.event))
	mux.HandleFunc("POST /slack/commands", h.signed(h.command))
	mux.HandleFunc("POST /slack/interactions", h.signed(h.interaction))
	h.routes = mux
	return h
}

func (h *webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.routes.ServeHTTP(w, r) }

// A webhookRequest is a request whose signature is Slack's.
type webhookRequest struct {
	*http.Request
	body   []byte
	signed signature
}

// A refusal is what Slack, or who says to be Slack, is told instead of 200.
type refusal struct {
	status   int
	sentence string
}

func (r *refusal) Error() string { return r.sentence }

// signed reads and verifies a request for next. next returns the reply, or nil for
// an empty one.
func (h *webhook) signed(next func(context.Context, webhookRequest) ([]byte, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), webhookTimeout)
		defer cancel()
		reply, err := func() ([]byte, error) {
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebhookBody))
			if err != nil {
				if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
					return nil, &refusal{http.StatusRequestEntityTooLarge, "the body is larger than 1 MiB, which nothing from Slack is"}
				}
				return nil, &refusal{http.StatusBadRequest, "the body could not be read to its end"}
			}
			s, err := h.verifier.verify(r.Header, body)
			if err != nil {
				if r.URL.Path == "/slack/commands" && sslCheck(body) {
					return nil, nil
				}
				return nil, &refusal{http.StatusUnauthorized, err.Error()}
			}
			return next(ctx, webhookRequest{r, body, s})
		}()
		h.answer(w, r, reply, err)
	}
}

// answer writes a reply or a refusal. No answer carries X-Slack-No-Retry: what
// failed shall be repeated.
func (h *webhook) answer(w http.ResponseWriter, r *http.Request, reply []byte, err error) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if err == nil {
		if reply != nil {
			w.Header().Set("Content-Type", "application/json")
		}
		_, _ = w.Write(reply)
		return
	}
	status, sentence := http.StatusInternalServerError, "this could not be taken now: please repeat it"
	if refused, ok := errors.AsType[*refusal](err); ok {
		status, sentence = refused.status, refused.sentence
		h.log.Warn().Int("status", status).Str("path", r.URL.Path).Str("why", sentence).Msg("a request to the Slack address was refused")
	} else {
		h.log.Error().Err(err).Str("path", r.URL.Path).Msg("a delivery failed")
	}
	http.Error(w, sentence, status)
}

// event takes the body of the Events API as it is.
func (h *webhook) event(ctx context.Context, r webhookRequest) ([]byte, error) {
	var outer struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
	}
	// json.Unmarshal takes null for anything.
	if json.Unmarshal(r.body, &outer) != nil || !bytes.HasPrefix(bytes.TrimSpace(r.body), []byte("{")) {
		return nil, &refusal{http.StatusBadRequest, "the body is not an event in JSON"}
	}
	if outer.Type == "url_verification" {
		// Slack asks once, when the address is set
		// (docs.slack.dev/reference/events/url_verification).
		return json.Marshal(map[string]string{"challenge": outer.Challenge})
	}
	retry, reason := retryOf(r.Header)
	_, err := h.deliver(ctx, delivery{Kind: kindEvents, Payload: r.body, Retry: retry, RetryReason: reason})
	return nil, err
}

// command turns the form of a slash command into the object that Socket Mode has.
func (h *webhook) command(ctx context.Context, r webhookRequest) ([]byte, error) {
	fields, err := formOf(r.body)
	if err != nil {
		return nil, err
	}
	if fields["ssl_check"] == "1" || !h.once.first(r.signed) {
		return nil, nil
	}
	payload, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	reply, err := h.deliver(ctx, delivery{Kind: kindCommand, Payload: payload})
	if err != nil {
		h.log.Error().Err(err).Msg("a command failed")
		return sorry(), nil
	}
	return reply, nil
}

// interaction takes the payload out of its form.
func (h *webhook) interaction(ctx context.Context, r webhookRequest) ([]byte, error) {
	fields, err := formOf(r.body)
	if err != nil {
		return nil, err
	}
	payload := []byte(fields["payload"])
	if len(payload) == 0 || payload[0] != '{' || !json.Valid(payload) {
		return nil, &refusal{http.StatusBadRequest, "the body has no payload in JSON"}
	}
	if !h.once.first(r.signed) {
		return nil, nil
	}
	return h.deliver(ctx, delivery{Kind: kindInteraction, Payload: payload})
}

// deliver hands d to the receiver when it is its turn.
func (h *webhook) deliver(ctx context.Context, d delivery) ([]byte, error) {
	turn, ok := h.turns.take(conversationKey(d))
	if !ok {
		return nil, fmt.Errorf("too many deliveries wait already")
	}
	defer turn.end()
	turn.wait() // not for long: those ahead have less time left than this one
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return h.receive(ctx, d)
}

// formOf reads a form from a body alone. A field that comes twice could mean one
// thing to a check and another to what follows it, so it is refused.
func formOf(body []byte) (map[string]string, error) {
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "the body is not a form"}
	}
	fields := make(map[string]string, len(values))
	for name, all := range values {
		if len(all) != 1 {
			return nil, &refusal{http.StatusBadRequest, "a field of the form comes twice"}
		}
		fields[name] = all[0]
	}
	return fields, nil
}

// sslCheck reports whether a body is the question by which Slack tries the
// certificate of a command's address now and then. It need not be signed (Bolt for
// JavaScript lets it pass unsigned), and all it gets is an empty answer.
func sslCheck(body []byte) bool {
	if len(body) > 4<<10 {
		return false
	}
	fields, err := formOf(body)
	return err == nil && fields["ssl_check"] == "1"
}

// retryOf reads which attempt this is. The signature does not cover these headers.
func retryOf(h http.Header) (n int, reason string) {
	n, err := strconv.Atoi(h.Get("X-Slack-Retry-Num"))
	if err != nil || n < 0 || n > 1000 {
		return 0, ""
	}
	return n, printable(h.Get("X-Slack-Retry-Reason"))
}
