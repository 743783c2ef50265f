package fakeslack

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
	"sync"
	"time"
)

// newDeliveryClient makes the client that calls apps. It has no time limit of
// its own: deadlines run on the workspace's clock.
func newDeliveryClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: 4},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // post follows redirects itself, to post again
		},
	}
}

// An httpCourier brings events to one app by signed HTTP, one after the other,
// so that a test sees them in the order in which they happened.
type httpCourier struct {
	in *install
	w  *Workspace

	wake chan struct{} // holds one: there is something to deliver

	mu       sync.Mutex // guards the following fields
	url      string
	queue    []*delivery
	hour     hourly
	disabled bool
}

func newHTTPCourier(in *install, url string) *httpCourier {
	return &httpCourier{in: in, w: in.w, url: url, wake: make(chan struct{}, 1)}
}

func (c *httpCourier) setURL(url string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.url = url
}

// eventsURL returns where events go.
func (c *httpCourier) eventsURL() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.url
}

func (c *httpCourier) send(d *delivery) {
	c.mu.Lock()
	c.queue = append(c.queue, d)
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *httpCourier) run(ctx context.Context) {
	for {
		d := c.next()
		if d == nil {
			select {
			case <-c.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		if ctx.Err() != nil {
			return
		}
		c.bring(ctx, d)
	}
}

func (c *httpCourier) next() *delivery {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		return nil
	}
	d := c.queue[0]
	c.queue[0] = nil
	c.queue = c.queue[1:]
	return d
}

// bring makes one attempt at an event.
//
// Documented: apis/events-api, "Responding to events" and "Retries".
func (c *httpCourier) bring(ctx context.Context, d *delivery) {
	c.mu.Lock()
	disabled := c.disabled
	c.mu.Unlock()
	if disabled {
		c.w.concluded(d, "subscriptions disabled")
		return
	}
	header := make(http.Header)
	header.Set("Content-Type", "application/json")
	if d.attempt > 0 {
		header.Set("X-Slack-Retry-Num", strconv.Itoa(d.attempt))
		header.Set("X-Slack-Retry-Reason", d.reason)
	}
	reply, err := c.w.postSigned(ctx, c.in, c.eventsURL(), header, d.payload.json())
	ok := err == nil && reply.status/100 == 2
	c.note(ok)
	switch {
	case ok:
		c.w.acked(d, nil)
	case ctx.Err() != nil: // the workspace stops
	case err != nil:
		c.w.failed(d, reasonOf(err), err.Error())
	case reply.header.Get("X-Slack-No-Retry") == "1":
		c.w.concluded(d, fmt.Sprintf("status %d, no retry wanted", reply.status))
	default:
		c.w.failed(d, reasonHTTPError, fmt.Sprintf("status %d", reply.status))
	}
}

// note counts an attempt and switches the subscriptions off where nearly all fail.
//
// Documented: apis/events-api, "Failure limits": over 95 % in 60 minutes, for apps
// with 1,000 or more events an hour.
func (c *httpCourier) note(ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hour.add(c.w.clock.Now(), ok)
	total, failures := c.hour.sum(c.w.clock.Now())
	if total >= 1000 && failures*100 > total*95 {
		c.disabled = true
	}
}

// EventsDisabled reports whether Slack has stopped sending events to an app
// because nearly all of them failed.
func (w *Workspace) EventsDisabled(appID string) bool {
	w.mu.Lock()
	in := w.installed(appID)
	w.mu.Unlock()
	if in == nil || in.courier == nil {
		return false
	}
	in.courier.mu.Lock()
	defer in.courier.mu.Unlock()
	return in.courier.disabled
}

// hourly counts by the minute what happened in the last 60.
type hourly struct {
	minute [60]struct {
		at          int64
		all, failed int
	}
}

func (h *hourly) add(now time.Time, ok bool) {
	at := now.Unix() / 60
	m := &h.minute[at%60]
	if m.at != at {
		m.at, m.all, m.failed = at, 0, 0
	}
	m.all++
	if !ok {
		m.failed++
	}
}

func (h *hourly) sum(now time.Time) (all, failed int) {
	at := now.Unix() / 60
	for _, m := range h.minute {
		if m.at > at-60 {
			all += m.all
			failed += m.failed
		}
	}
	return all, failed
}

// httpReply is what an app answered.
type httpReply struct {
	status int
	header http.Header
	body   []byte
}

var (
	errHTTPTimeout  = errors.New("no answer in 3 s")
	errManyRedirect = errors.New("more than two redirects")
)

func reasonOf(err error) string {
	switch {
	case errors.Is(err, errHTTPTimeout):
		return reasonTimeout
	case errors.Is(err, errManyRedirect):
		return reasonRedirects
	}
	return reasonConnection
}

// postSigned signs and posts a body and follows up to two redirects.
func (w *Workspace) postSigned(ctx context.Context, in *install, to string, header http.Header, body []byte) (*httpReply, error) {
	timestamp, signature := Sign(in.SigningSecret, w.clock.Now(), body)
	header.Set("X-Slack-Request-Timestamp", timestamp)
	header.Set("X-Slack-Signature", signature)
	return w.postRaw(ctx, to, header, body)
}

func (w *Workspace) postRaw(ctx context.Context, to string, header http.Header, body []byte) (*httpReply, error) {
	if to == "" {
		return nil, errors.New("fakeslack: the app has no request URL for this")
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	deadline := w.agenda.after(ackDeadline, func() { cancel(errHTTPTimeout) })
	defer w.agenda.cancel(deadline)
	for redirects := 0; ; redirects++ {
		// Documented: apis/events-api, up to two redirects are followed.
		if redirects > 2 {
			return nil, errManyRedirect
		}
		reply, err := w.postOnce(ctx, to, header, body)
		if err != nil {
			if cause := context.Cause(ctx); cause != nil {
				err = cause
			}
			return nil, err
		}
		next := reply.header.Get("Location")
		if reply.status/100 != 3 || next == "" {
			return reply, nil
		}
		base, err := url.Parse(to)
		if err != nil {
			return nil, err
		}
		target, err := base.Parse(next)
		if err != nil {
			return nil, err
		}
		to = target.String()
	}
}

func (w *Workspace) postOnce(ctx context.Context, to string, header http.Header, body []byte) (*httpReply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = header.Clone()
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	return &httpReply{status: resp.StatusCode, header: resp.Header, body: raw}, nil
}

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

// commandURL returns where a command goes. The caller holds Workspace.mu.
func (i *install) commandURL(name string) string {
	for _, c := range i.app.Commands {
		if c.Name == name {
			return c.URL
		}
	}
	return ""
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

// bind counts the caller in and returns its context, which now ends with the
// workspace too.
func (w *Workspace) bind(ctx context.Context) (context.Context, func(), error) {
	life, leave, err := w.life.await(ctx)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(life, func() { cancel(errOver) })
	return ctx, func() { stop(); cancel(nil); leave() }, nil
}
