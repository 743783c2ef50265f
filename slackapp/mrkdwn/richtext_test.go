package mrkdwn_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

func TestRichTextShowsTextAsTyped(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"mention", "<!channel> <@U061F7AUR> @here", "<!channel> <@U061F7AUR> @here"},
		{"marks", "*a* _b_ `c` > d :wave:", "*a* _b_ `c` > d :wave:"},
		{"entities", "&lt; & <", "&lt; & <"},
		{"lines", " a\r\n\tb\n", " a\n\tb\n"},
		{"dropped characters", "\u202ea\u200bb\x00", "ab"},
		{"nothing", "", "–"},
		{"nothing to see", " \r\n\u200b\ufeff\t", "–"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got, want := onWire(t, row.text), oneElement(row.want); !reflect.DeepEqual(got, want) {
				t.Errorf("RichText(%q) is %v; want %v", row.text, got, want)
			}
		})
	}
}

func FuzzRichText(f *testing.F) {
	for _, text := range []string{"Hi", "<!channel>", `"}]},{"type":"broadcast","range":"here"`, "\u202e\r\n", "\xff\\", "\u2028"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want := cleaned(text)
		if strings.TrimSpace(want) == "" {
			want = "–"
		}
		if got, want := onWire(t, text), oneElement(want); !reflect.DeepEqual(got, want) {
			t.Errorf("RichText(%q) is %v; want %v", text, got, want)
		}
	})
}

// onWire gives what Slack gets of a text.
func onWire(t *testing.T, text string) (block any) {
	t.Helper()
	data, err := json.Marshal(mrkdwn.RichText(text, "visitor"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &block); err != nil {
		t.Fatal(err)
	}
	return block
}

// oneElement is a rich_text block of nothing but one text element.
func oneElement(text string) any {
	type object = map[string]any
	return object{"type": "rich_text", "block_id": "visitor", "elements": []any{
		object{"type": "rich_text_section", "elements": []any{
			object{"type": "text", "text": text},
		}},
	}}
}
