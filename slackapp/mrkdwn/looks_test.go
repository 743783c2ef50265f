package mrkdwn_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// What an agent wrote reads the same after it was written into another thread.
func TestLooksComeBackAsTheyWere(t *testing.T) {
	messages, err := filepath.Glob("testdata/messages/*.rich.jsonl")
	if err != nil || len(messages) == 0 {
		t.Fatalf("no looks to show: %v", err)
	}
	for _, name := range messages {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			var rich bridge.RichText
			for line := range strings.Lines(string(data)) {
				var b bridge.Block
				if err := json.Unmarshal([]byte(line), &b); err != nil {
					t.Fatal(err)
				}
				rich = append(rich, b)
			}
			_, back := mrkdwn.Read("", shown(t, rich), nil)
			if diff := cmp.Diff(rich, back); diff != "" {
				t.Errorf("it comes back otherwise (-written +read):\n%s", diff)
			}
		})
	}
}

func TestLooksMentionNobody(t *testing.T) {
	rich := bridge.RichText{
		{Type: bridge.BlockParagraph, Spans: []bridge.Span{
			{Text: "<!channel> <@U061F7AUR> @here", Bold: true},
			{Text: "<!here>", Link: "https://a.example/<!here>"},
			{Text: "profile", Link: "slack://user?id=U061F7AUR"}}},
		{Type: bridge.BlockParagraph},
		{Type: bridge.BlockOrdered, Items: [][]bridge.Span{{}}, Start: 4},
	}
	want := `[{"type":"rich_text","block_id":"looks","elements":[` +
		`{"type":"rich_text_section","elements":[` +
		`{"type":"text","text":"<!channel> <@U061F7AUR> @here","style":{"bold":true}},` +
		`{"type":"link","url":"https://a.example/<!here>","text":"<!here>"},` +
		`{"type":"text","text":"profile"}]},` +
		`{"type":"rich_text_section","elements":[{"type":"text","text":" "}]},` +
		`{"type":"rich_text_list","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":" "}]}],"style":"ordered","indent":0,"border":0,"offset":3}]}]`
	var got, expected any
	for data, to := range map[string]*any{string(shown(t, rich)): &got, want: &expected} {
		if err := json.Unmarshal([]byte(data), to); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Errorf("it is shown otherwise (-want +got):\n%s", diff)
	}
}

func TestLooksThatSlackWouldRefuse(t *testing.T) {
	many := make([]bridge.Span, 1001)
	for name, rich := range map[string]bridge.RichText{
		"none":           nil,
		"too many spans": {{Type: bridge.BlockQuote, Spans: many}},
		"a crowded item": {{Type: bridge.BlockList, Items: [][]bridge.Span{many}}},
		"too many items": {{Type: bridge.BlockList, Items: make([][]bridge.Span, 1001)}},
		"too many parts": make(bridge.RichText, 1001),
	} {
		if block, ok := mrkdwn.Looks(rich, "looks"); ok {
			t.Errorf("%s: it is shown as %+v", name, block)
		}
	}
}

// Whatever an agent wrote, Slack gets nothing but typed text and links, and reads
// the same words in them.
func FuzzLooks(f *testing.F) {
	for _, text := range []string{"Hi", "<!channel>", `"}]},{"type":"broadcast","range":"here"`, "\u202e\r\n", "\xff\\", " ", "> a\n• b"} {
		f.Add(uint8(0), text, "https://a.example", true)
		f.Add(uint8(3), text, "slack://user?id=U061F7AUR", false)
	}
	types := []bridge.BlockType{bridge.BlockParagraph, bridge.BlockQuote, bridge.BlockCode, bridge.BlockList, bridge.BlockOrdered}
	f.Fuzz(func(t *testing.T, kind uint8, text, link string, bold bool) {
		spans := []bridge.Span{{Text: "a "}, {Text: text, Link: link, Bold: bold}}
		rich := bridge.RichText{{Type: types[int(kind)%len(types)], Spans: spans, Items: [][]bridge.Span{spans}}}
		var blocks []struct{ Elements []json.RawMessage }
		data := shown(t, rich)
		if err := json.Unmarshal(data, &blocks); err != nil {
			t.Fatal(err)
		}
		var check func(elements []json.RawMessage)
		check = func(elements []json.RawMessage) {
			for _, raw := range elements {
				var e struct {
					Type, URL, Text string
					Elements        []json.RawMessage
				}
				if err := json.Unmarshal(raw, &e); err != nil {
					t.Fatal(err)
				}
				switch {
				case e.Elements != nil:
					check(e.Elements)
				case e.Type != "text" && e.Type != "link", e.Text == "", e.Type == "link" && !bridge.Linkable(e.URL):
					t.Errorf("%q is shown with %s", text, raw)
				}
			}
		}
		check(blocks[0].Elements)
		if body, _ := mrkdwn.Read("", data, nil); !strings.Contains(strings.ReplaceAll(body, "\n> ", "\n"), strings.TrimSpace(strings.Split(cleaned(text), "\n")[0])) {
			t.Errorf("%q is read back as %q", text, body)
		}
	})
}

// shown gives what Slack gets of a text with looks.
func shown(t *testing.T, rich bridge.RichText) json.RawMessage {
	t.Helper()
	block, ok := mrkdwn.Looks(rich, "looks")
	if !ok {
		t.Fatalf("%+v is not shown", rich)
	}
	data, err := json.Marshal([]any{block})
	if err != nil {
		t.Fatal(err)
	}
	return data
}
