package slackapp_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp"
)

// TestEveryErrorThatSlackDocumentsForPostsIsReviewed: a code that nobody looked at
// counts as unsure, which is safe but slow, and never shows in doctor.
func TestEveryErrorThatSlackDocumentsForPostsIsReviewed(t *testing.T) {
	raw, err := os.ReadFile("fakeslack/digest.json")
	if err != nil {
		t.Fatal(err)
	}
	var digest struct {
		Common  []string `json:"common_errors"`
		Methods map[string]struct {
			Errors []string `json:"errors"`
		} `json:"methods"`
	}
	if err := json.Unmarshal(raw, &digest); err != nil {
		t.Fatal(err)
	}
	unsure := []string{
		// Slack says of these that some of the work may have been done.
		"fatal_error", "internal_error", "service_unavailable", "request_timeout",
		// Of drafts and copies, which the app makes none of.
		"draft_already_deleted", "draft_already_sent", "draft_has_conflict", "draft_not_found",
		"duplicate_channel_not_found", "duplicate_message_not_found",
	}
	codes := append(digest.Common, digest.Methods["chat.postMessage"].Errors...)
	if len(codes) < 60 {
		t.Fatalf("the digest has %d codes only", len(codes))
	}
	for _, code := range codes {
		if code == "rate_limited" {
			code = "ratelimited"
		}
		if got := slackapp.OutcomeOf(code); (got == "unsure") != slices.Contains(unsure, code) {
			t.Errorf("%s is %s", code, got)
		}
	}
	if got := slackapp.OutcomeOf("moon_phase_wrong"); got != "unsure" {
		t.Errorf("a code that nobody knows is %s", got)
	}
}

func TestAnAnswerThatIsNoAnswerIsUnsure(t *testing.T) {
	for name, row := range map[string]struct {
		err  error
		want string
		code string
	}{
		"cut off":                {io.ErrUnexpectedEOF, "unsure", ""},
		"not JSON":               {&json.SyntaxError{}, "unsure", ""},
		"503":                    {slack.StatusCodeError{Code: 503}, "unsure", ""},
		"302":                    {slack.StatusCodeError{Code: 302}, "unsure", ""},
		"408":                    {slack.StatusCodeError{Code: 408}, "unsure", ""},
		"403":                    {slack.StatusCodeError{Code: 403}, "refused", ""},
		"429":                    {slack.StatusCodeError{Code: 429}, "not_done", "ratelimited"},
		"429 with a time":        {&slack.RateLimitedError{RetryAfter: time.Second}, "not_done", "ratelimited"},
		"rate_limited":           {slack.SlackErrorResponse{Err: "rate_limited"}, "not_done", "ratelimited"},
		"ok false, without more": {errors.New("slack answered ok without a ts"), "unsure", ""},
		"none":                   {nil, "done", ""},
	} {
		if got, code := slackapp.Classify(row.err); got != row.want || code != row.code {
			t.Errorf("%s: %s (%q), want %s (%q)", name, got, code, row.want, row.code)
		}
	}
}
