package slackapp

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"
)

// callTimeout bounds one call of the Web API; slack-go itself has no limit.
const callTimeout = 15 * time.Second

// newHTTPClient returns a client with a pool of its own: the default transport
// keeps two idle connections to a host, too few for one lane a channel.
func newHTTPClient() *http.Client {
	return &http.Client{
		Timeout: callTimeout,
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			MaxIdleConnsPerHost:   64,
			IdleConnTimeout:       90 * time.Second,
			TLSHandshakeTimeout:   10 * time.Second,
			ResponseHeaderTimeout: callTimeout,
			ForceAttemptHTTP2:     true,
		},
	}
}

// An outcome says what is known of a call that changes something in Slack.
type outcome int

const (
	done    outcome = iota // it took effect
	notDone                // it had no effect; the same call may succeed later
	refused                // it had no effect, and will have none until somebody mends something
	bad                    // Slack does not take this content, now or later
	unsure                 // it may have taken effect
)

// A verdict is an outcome with what follows from it.
type verdict struct {
	outcome
	retryAfter time.Duration // for notDone: when Slack said so
	code       string        // Slack's error code, or "" when there was none
	err        error
}

// mutate makes a call that changes something in Slack and says what is known of
// it. Slack has no idempotency key for posts, so the one question that counts is
// whether the request can have taken effect: it cannot where it was never
// written, or where Slack answered with an error known to come before the effect.
// Whatever is not known to be harmless is unsure.
func mutate(ctx context.Context, call func(context.Context) error) verdict {
	var wrote atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// WroteHeaders, not WroteRequest: a server may act on a request whose
		// body was cut short of one byte of ours.
		WroteHeaders: func() { wrote.Store(true) },
	})
	return classify(call(ctx), wrote.Load())
}

func classify(err error, wrote bool) verdict {
	if err == nil {
		return verdict{outcome: done}
	}
	v := verdict{outcome: unsure, err: err}
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		v.outcome, v.retryAfter, v.code = notDone, limited.RetryAfter, "ratelimited"
		return v
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok {
		switch {
		case status.Code == http.StatusTooManyRequests: // without Retry-After
			v.outcome, v.code = notDone, "ratelimited"
		case status.Code == http.StatusRequestTimeout:
			// Seen with effect all the same (python-slack-sdk#1165).
		case status.Code >= 400 && status.Code < 500:
			v.outcome = refused
		case planted(serverErrorIsCertain):
			v.outcome = notDone
		}
		return v
	}
	if answer, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		if v.code = answer.Err; v.code == "rate_limited" { // chat.postMessage has both spellings
			v.code = "ratelimited"
		}
		v.outcome = outcomeOf(v.code)
		return v
	}
	if !wrote {
		v.outcome = notDone
	}
	return v
}

// outcomeOf sorts Slack's error codes (docs.slack.dev, methods chat.postMessage,
// chat.update, chat.delete and the conversations' readings). A code that is not
// listed is unsure, as those are of which Slack says that some of the work may have
// been done before the error came up: fatal_error, internal_error,
// service_unavailable, request_timeout.
func outcomeOf(code string) outcome {
	switch code {
	case "ratelimited", "message_limit_exceeded", "team_access_not_granted", "team_added_to_org",
		"accesslimited", "external_channel_migrating":
		return notDone
	case "channel_not_found", "not_in_channel", "is_archived", "restricted_action",
		"restricted_action_read_only_channel", "restricted_action_thread_only_channel",
		"restricted_action_non_threadable_channel", "restricted_action_thread_locked",
		"cannot_reply_to_message", "thread_not_found", "message_not_found", "cant_update_message",
		"cant_delete_message", "edit_window_closed", "is_inactive", "posting_to_channel_denied",
		"messages_tab_disabled", "send_on_behalf_not_allowed", "as_user_not_supported",
		"enterprise_is_restricted", "two_factor_setup_required", "is_bot",
		"deprecated_endpoint", "method_deprecated", "unknown_method",
		"channel_is_limited_access", "method_not_supported_for_channel_type",
		"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
		"missing_scope", "not_allowed_token_type", "no_permission", "ekm_access_denied",
		"app_access_restricted", "access_denied", "org_login_required", "team_not_found":
		return refused
	case "invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "no_text",
		"invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large",
		"metadata_must_be_sent_from_app", "markdown_text_conflict", "too_many_attachments",
		"too_many_contact_cards", "attachment_payload_limit_exceeded", "invalid_attachments",
		"slack_connect_canvas_sharing_blocked", "slack_connect_file_link_sharing_blocked",
		"slack_connect_lists_sharing_blocked", "missing_file_data",
		"invalid_arguments", "invalid_arg_name", "invalid_array_arg", "invalid_charset",
		"invalid_form_data", "invalid_post_type", "missing_post_type", "block_mismatch":
		return bad
	}
	if planted(unknownIsCertain) {
		return notDone
	}
	return unsure
}

// wholeChannel reports whether a refusal is about all that the app posts in the
// channel, not about one thread or one message.
func wholeChannel(code string) bool {
	_, ok := troubleFor(code, "")
	return ok
}
