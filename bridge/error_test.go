package bridge_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

func TestErrors(t *testing.T) {
	plain := bridge.Errorf(bridge.CodeClosed, "#%d is closed", 7)
	wrapped := bridge.Errorf(bridge.CodeInternal, "read conversation %s: %w", "c1", io.ErrUnexpectedEOF)
	for _, tc := range []struct {
		err           error
		code          bridge.Code
		message, full string
	}{
		{plain, bridge.CodeClosed, "#7 is closed", "#7 is closed"},
		{wrapped, bridge.CodeInternal, "read conversation c1", "read conversation c1: unexpected EOF"},
		{fmt.Errorf("outside: %w", plain), bridge.CodeClosed, "#7 is closed", "outside: #7 is closed"},
		{errors.Join(io.EOF, plain), bridge.CodeClosed, "#7 is closed", "EOF\n#7 is closed"},
		{bridge.Errorf(bridge.CodeUnavailable, "later: %w", plain), bridge.CodeUnavailable, "later", "later: #7 is closed"},
		{io.EOF, bridge.CodeInternal, "", "EOF"},
		{context.Canceled, bridge.CodeInternal, "", "context canceled"},
	} {
		if got := bridge.CodeOf(tc.err); got != tc.code {
			t.Errorf("%v has code %q", tc.err, got)
		}
		if tc.err.Error() != tc.full {
			t.Errorf("%q, want %q", tc.err, tc.full)
		}
		if e, ok := errors.AsType[*bridge.Error](tc.err); ok && e.Message != tc.message {
			t.Errorf("%v says %q to people", tc.err, e.Message)
		}
	}
	if !errors.Is(wrapped, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
	if bridge.CodeOf(nil) != "" {
		t.Error("no error has a code")
	}
}
