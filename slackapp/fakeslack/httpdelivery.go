package fakeslack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
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

// An httpCourier brings events to one app, of whichever workspace, by signed HTTP, one after the other,
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
		d.to.w.concluded(d, "subscriptions disabled")
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
		d.to.w.acked(d, nil)
	case ctx.Err() != nil: // the workspace stops
	case err != nil:
		d.to.w.failed(d, reasonOf(err), err.Error())
	case reply.header.Get("X-Slack-No-Retry") == "1":
		d.to.w.concluded(d, fmt.Sprintf("status %d, no retry wanted", reply.status))
	default:
		d.to.w.failed(d, reasonHTTPError, fmt.Sprintf("status %d", reply.status))
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

// commandURL returns where a command goes. The caller holds Workspace.mu.
func (i *install) commandURL(name string) string {
	for _, c := range i.app.Commands {
		if c.Name == name {
			return c.URL
		}
	}
	return ""
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
