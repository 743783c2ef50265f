package mrkdwn_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

func TestBlocksGoBeforeText(t *testing.T) {
	blocks := json.RawMessage(section(`{"type":"text","text":"of blocks","style":{"bold":true}}`))
	if body, rich := mrkdwn.Read("of text", blocks, nil); body != "of blocks" || len(rich) != 1 {
		t.Errorf("it reads %q, %+v", body, rich)
	}
	if body, rich := mrkdwn.Read("of *text*", nil, nil); body != "of text" || len(rich) != 1 {
		t.Errorf("without blocks it reads %q, %+v", body, rich)
	}
}

// plain is how a text reads without its looks.
func plain(text string, names mrkdwn.Names) string { return mrkdwn.ReadText(text, names).Plain() }

// plainBlocks is plain for blocks.
func plainBlocks(blocks json.RawMessage, names mrkdwn.Names) (string, bool) {
	read, ok := mrkdwn.ReadBlocks(blocks, names)
	return read.Plain(), ok
}

// inOrder checks what was read of anything: body and rich say the same, in
// characters that may cross the bridge, and nothing shows the id unless it is "".
func inOrder(t *testing.T, body string, rich bridge.RichText, id string) {
	t.Helper()
	if rich != nil && rich.Plain() != body {
		t.Errorf("the looks say %q, the body %q", rich.Plain(), body)
	}
	if cleaned(body) != body || !utf8.ValidString(body) {
		t.Errorf("there are characters that should not be: %q", body)
	}
	data, err := json.Marshal(rich)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > bridge.MaxRichBytes {
		t.Errorf("the looks take %d bytes", len(data))
	}
	if id != "" && (strings.Contains(body, id) || strings.Contains(string(data), id)) {
		t.Errorf("the id is shown: %q, %s", body, data)
	}
	for _, block := range rich {
		for _, spans := range append(block.Items, block.Spans) {
			for _, s := range spans {
				if s.Link != "" && !bridge.Linkable(s.Link) {
					t.Errorf("there is a link to %q", s.Link)
				}
			}
		}
	}
}
