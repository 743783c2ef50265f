package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
)

// connect opens one connection and waits until Slack has greeted it.
func (c *socketClient) connect(ctx context.Context) (*socketConn, *socketTrouble) {
	address, trouble := c.ask(ctx)
	if trouble != nil {
		return nil, trouble
	}
	ws, trouble := c.dial(ctx, address)
	if trouble != nil {
		return nil, trouble
	}
	conn := newSocketConn(c, ws)
	if trouble := conn.awaitHello(ctx); trouble != nil {
		ws.Close()
		return nil, trouble
	}
	return conn, nil
}

// ask gets the address of a new connection, which is good for one use.
func (c *socketClient) ask(ctx context.Context) (string, *socketTrouble) {
	ctx, cancel := context.WithTimeout(ctx, helloTimeout)
	defer cancel()
	_, answer, err := c.api.StartSocketModeContext(ctx)
	if err != nil {
		return "", openTrouble(err)
	}
	// slack-go takes {"ok":false} without an error for success: the address is empty.
	address, err := c.address(answer)
	if err != nil {
		return "", &socketTrouble{
			reason: "bad_address", cause: err,
			sentence: "Slack gave an address for Socket Mode that cannot be used: check SLACK_API_URL. Trying again.",
		}
	}
	return address, nil
}

func (c *socketClient) dial(ctx context.Context, address string) (*websocket.Conn, *socketTrouble) {
	ctx, cancel := context.WithTimeout(ctx, helloTimeout)
	defer cancel()
	dialer := websocket.Dialer{
		Proxy:           http.ProxyFromEnvironment,
		NetDialContext:  c.cfg.Dial,
		WriteBufferSize: writeBuffer,
	}
	ws, response, err := dialer.DialContext(ctx, address, nil)
	if err == nil {
		return ws, nil
	}
	t := &socketTrouble{
		reason: "dial", cause: err,
		sentence: "Slack's Socket Mode server cannot be reached: check that this machine may open connections to wss-primary.slack.com on port 443. Trying again.",
	}
	if response != nil { // it answered, but not with a WebSocket
		t.retryAfter = retryAfter(response.Header)
		t.sentence = "Slack's Socket Mode server answered with status " + strconv.Itoa(response.StatusCode) +
			" instead of a connection: a proxy on the way may not let WebSockets through. Trying again."
	}
	return nil, t
}

func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// awaitHello reads up to Slack's greeting.
func (s *socketConn) awaitHello(ctx context.Context) *socketTrouble {
	ctx, cancel := context.WithTimeout(ctx, helloTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { s.ws.Close() })()
	for {
		_, raw, err := s.ws.ReadMessage()
		if err != nil {
			return &socketTrouble{
				reason: "no_hello", cause: err,
				sentence: "Slack took the connection but did not greet the app. Trying again.",
			}
		}
		var f socketFrame
		if json.Unmarshal(raw, &f) != nil {
			s.client.metrics.malformed.Inc()
			continue
		}
		switch f.Type {
		case "hello":
			s.greeted = s.client.cfg.Clock.Now()
			s.host, s.counted = f.DebugInfo.Host, f.NumConnections
			return nil
		case "disconnect":
			s.client.metrics.disconnects.WithLabelValues(knownReason(f.Reason)).Inc()
			if t := troubleOf(f.Reason); t != nil {
				return t
			}
			return &socketTrouble{
				reason: "turned_away", cause: errors.New(knownReason(f.Reason)),
				sentence: "Slack ended the connection before it began (" + knownReason(f.Reason) + "). Trying again.",
			}
		}
		// Not acknowledged: Slack repeats what came before its greeting.
		s.client.metrics.malformed.Inc()
	}
}

// A socketTrouble is why there is no connection.
type socketTrouble struct {
	reason     string // one of a few words, for counting
	sentence   string // for admins, with the mend
	slow       bool   // somebody has to mend it: do not try every few seconds
	retryAfter time.Duration
	cause      error
}

// troubleOf says what a disconnect reason means where it is more than a
// connection that has grown old.
func troubleOf(reason string) *socketTrouble {
	switch reason {
	case "link_disabled":
		return &socketTrouble{
			reason: reason, slow: true,
			sentence: "Socket Mode is switched off for this app: switch it on again at api.slack.com/apps, Socket Mode; or set SLACK_SIGNING_SECRET and use signed HTTP.",
		}
	case "too_many_websockets":
		return &socketTrouble{
			reason:   reason,
			sentence: "Slack allows this app no more Socket Mode connections (10): stop other copies of it that use the same app-level token.",
		}
	}
	return nil
}

// knownReason keeps the words by which ends are counted few.
func knownReason(reason string) string {
	switch reason {
	case "warning", "refresh_requested", "link_disabled", "too_many_websockets":
		return reason
	}
	return "other"
}

// openTrouble explains why apps.connections.open failed.
func openTrouble(err error) *socketTrouble {
	t := &socketTrouble{
		reason: "unreachable", cause: err,
		sentence: "Slack's Web API cannot be reached: check the network and SLACK_API_URL. Trying again.",
	}
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		t.reason, t.retryAfter = "ratelimited", limited.RetryAfter
		t.sentence = "Slack asks to wait before the next connection. Trying again then."
		return t
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok {
		t.reason = "http_status"
		t.sentence = "Slack's Web API answers with status " + strconv.Itoa(status.Code) + ". Trying again."
		return t
	}
	answer, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok {
		return t
	}
	const mend = " Make an app-level token with the scope connections:write at api.slack.com/apps, Basic Information, App-Level Tokens; set SLACK_APP_TOKEN to it and restart."
	t.slow = true
	switch t.reason = answer.Err; answer.Err {
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired":
		t.sentence = "Slack does not accept the app-level token (" + answer.Err + ")." + mend
	case "not_allowed_token_type":
		t.sentence = "SLACK_APP_TOKEN is not an app-level token: it must begin with xapp-." + mend
	case "missing_scope", "no_permission":
		t.sentence = "The app-level token lacks the scope connections:write." + mend
	case "forbidden_team", "team_access_not_granted", "access_denied", "app_access_restricted", "org_login_required":
		t.sentence = "The workspace does not let this app in (" + answer.Err + "): an admin must approve it at Slack, Administration, Manage apps."
	case "insecure_request":
		t.sentence = "Slack asks for an encrypted connection: SLACK_API_URL must begin with https."
	default: // internal_error, ratelimited with status 200, and whatever comes to be
		t.slow, t.reason = false, "other"
		t.sentence = "Slack did not open a Socket Mode connection (" + printable(answer.Err) + "). Trying again."
	}
	return t
}

// printable keeps of a word from outside what may stand in a sentence or a log.
func printable(word string) string {
	clean := make([]byte, 0, 64)
	for i := 0; i < len(word) && len(clean) < cap(clean); i++ {
		if b := word[i]; b > ' ' && b < 0x7f {
			clean = append(clean, b)
		}
	}
	return string(clean)
}
