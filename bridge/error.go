package bridge

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Code says what kind of refusal an Error is. There are few, and each edge maps
// them once to its own words: a nack for the visitor, a sentence for the agent.
type Code string

const (
	CodeInternal     Code = "internal"      // our fault; the text is not for people
	CodeInvalid      Code = "invalid"       // the request makes no sense as it stands
	CodeNotFound     Code = "not_found"     // no such site, group, conversation …
	CodeForbidden    Code = "forbidden"     // this person or page may not do that
	CodeUnknownToken Code = "unknown_token" // the visitor's token opens nothing here
	CodeTooLong      Code = "too_long"      // over a stated limit
	CodeFileType     Code = "file_type"     // a kind of file that is not sent on
	CodeRateLimited  Code = "rate"          // too fast; RetryAfter says for how long
	CodeGroupOffline Code = "group_offline" // the group takes no live chats now
	CodeClosed       Code = "closed"        // the conversation is over
	CodeConflict     Code = "conflict"      // somebody else changed it first
	CodeUnavailable  Code = "unavailable"   // try again later: stopping, disk full …
)

// An Error is a refusal with a sentence for the person who asked. Message never
// holds a secret or anything a visitor typed; Cause is for logs.
type Error struct {
	Code    Code
	Message string
	// Format and Args are what Message was made of, as for fmt.Sprintf, so that it can
	// be said in another language; "" where it was made of nothing.
	Format     string
	Args       []any
	RetryAfter time.Duration // set with CodeRateLimited and CodeUnavailable, where known
	// Field names the field of the Site or Group that was refused, "" where it is not
	// about one.
	Field string
	Cause error
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v", e.Message, e.Cause)
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Cause }

// Errorf returns an Error whose message is formatted as by fmt.Errorf. An error
// wrapped with %w, which must end the format after ": ", becomes its cause and is
// no part of the message: what a Store or a network says is not for people.
func Errorf(code Code, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	cause := errors.Unwrap(err)
	if cause == nil {
		return &Error{Code: code, Message: err.Error(), Format: format, Args: args}
	}
	return &Error{
		Code: code, Message: strings.TrimSuffix(err.Error(), ": "+cause.Error()), Cause: cause,
		Format: strings.TrimSuffix(format, ": %w"), Args: args[:len(args)-1],
	}
}

// about says which field of a record an Error of Errorf's is about; nil stays nil.
func about(field string, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		named := *e
		named.Field = field
		return &named
	}
	return err
}

// CodeOf returns the code of the first Error in err's chain, CodeInternal where
// there is none, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}
