package fakeslack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// A Forgery is a way in which a request can fail to prove that it is Slack's.
type Forgery int

const (
	WrongSignature Forgery = iota // made with another secret
	StaleTimestamp                // signed, but ten minutes ago
	NoSignature                   // without the headers
)

// Forge posts an event that a stranger could have made to the app's request URL
// and returns the status of the answer, which should be in the 400s.
func (w *Workspace) Forge(ctx context.Context, appID string, f Forgery) (status int, err error) {
	in, ctx, leave, err := w.reach(ctx, appID)
	if err != nil {
		return 0, err
	}
	defer leave()
	body := marshal(map[string]any{"type": "url_verification", "token": verificationToken, "challenge": "forged"})
	secret, at := in.SigningSecret, w.clock.Now()
	switch f {
	case WrongSignature:
		secret += "-wrong"
	case StaleTimestamp:
		at = at.Add(-10 * time.Minute)
	}
	header := make(http.Header)
	header.Set("Content-Type", "application/json")
	if f != NoSignature {
		timestamp, signature := Sign(secret, at, body)
		header.Set("X-Slack-Request-Timestamp", timestamp)
		header.Set("X-Slack-Signature", signature)
	}
	reply, err := w.postRaw(ctx, in.courier.eventsURL(), header, body)
	if err != nil {
		return 0, err
	}
	return reply.status, nil
}

// VerifyURL asks the app's request URL for the challenge, as Slack does when the
// URL is entered, and returns an error where the answer is not it.
//
// Documented: reference/events/url_verification.
func (w *Workspace) VerifyURL(ctx context.Context, appID string) error {
	in, ctx, leave, err := w.reach(ctx, appID)
	if err != nil {
		return err
	}
	defer leave()
	w.mu.Lock()
	challenge := w.newSecret()
	w.mu.Unlock()
	header := make(http.Header)
	header.Set("Content-Type", "application/json")
	reply, err := w.postSigned(ctx, in, in.courier.eventsURL(), header, marshal(map[string]any{
		"type": "url_verification", "token": verificationToken, "challenge": challenge,
	}))
	if err != nil {
		return err
	}
	said := string(bytes.TrimSpace(reply.body))
	var asJSON struct {
		Challenge string `json:"challenge"`
	}
	if json.Unmarshal(reply.body, &asJSON) == nil && asJSON.Challenge != "" {
		said = asJSON.Challenge
	}
	if reply.status != http.StatusOK || said != challenge {
		return fmt.Errorf("fakeslack: the request URL answered %d and not the challenge; answer 200 with the challenge as the body", reply.status)
	}
	return nil
}

// CheckSSL asks the URL of a command to prove its certificate: an unsigned post
// of ssl_check=1, which must be answered with 200.
//
// Documented: interactivity/implementing-slash-commands. Observed: it is not
// signed (Bolt, HTTPModuleFunctions).
func (w *Workspace) CheckSSL(ctx context.Context, appID, command string) error {
	in, ctx, leave, err := w.reach(ctx, appID)
	if err != nil {
		return err
	}
	defer leave()
	header := make(http.Header)
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	form := url.Values{"ssl_check": {"1"}, "token": {verificationToken}}
	w.mu.Lock()
	to := in.commandURL(command)
	w.mu.Unlock()
	reply, err := w.postRaw(ctx, to, header, []byte(form.Encode()))
	if err != nil {
		return err
	}
	if reply.status != http.StatusOK {
		return fmt.Errorf("fakeslack: ssl_check was answered %d; answer 200", reply.status)
	}
	return nil
}

// reach finds an app, and binds ctx to the life of the workspace.
func (w *Workspace) reach(ctx context.Context, appID string) (*install, context.Context, func(), error) {
	w.mu.Lock()
	in := w.installed(appID)
	w.mu.Unlock()
	if in == nil {
		return nil, nil, nil, noSuchApp(appID)
	}
	if in.courier == nil {
		return nil, nil, nil, errors.New("fakeslack: the app uses Socket Mode, it has no URLs")
	}
	ctx, leave, err := w.bind(ctx)
	return in, ctx, leave, err
}
