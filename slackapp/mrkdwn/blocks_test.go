package mrkdwn_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// section is the JSON of blocks with one line of elements.
func section(elements string) string {
	return `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + elements + `]}]}]`
}

func TestBlocksOfAllKindsAreRead(t *testing.T) {
	for _, row := range []struct{ name, blocks, want string }{
		{"paragraphs of an app, without line ends",
			`[{"type":"rich_text","elements":[
				{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]},
				{"type":"rich_text_section","elements":[{"type":"text","text":"b"}]}]},
			  {"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"c"}]}]}]`,
			"a\nb\nc"},
		{"beside other blocks",
			`[{"type":"section","text":{"type":"mrkdwn","text":"x"}},{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"y"},"style":"primary"}]},
			  {"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]}]}]`,
			"a"},
		{"a section in a quote",
			`[{"type":"rich_text","elements":[{"type":"rich_text_quote","elements":[
				{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]},
				{"type":"rich_text_section","elements":[{"type":"text","text":"b"}]}]}]}]`,
			"> a\n> b"},
		{"lines in a list item",
			`[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"bullet","indent":1,"elements":[
				{"type":"rich_text_section","elements":[{"type":"text","text":"a\nb\n"}]},
				{"type":"rich_text_section","elements":[{"type":"text","text":"c"}]}]}]}]`,
			"    • a\n      b\n    • c"},
		{"indents beyond reason",
			`[{"type":"rich_text","elements":[
				{"type":"rich_text_list","style":"bullet","indent":1000000000,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]}]},
				{"type":"rich_text_list","style":"bullet","indent":-5,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"b"}]}]}]}]`,
			strings.Repeat(" ", 32) + "• a\n• b"},
		{"elements to come", section(`{"type":"new"},{"type":"newer","text":"a"},{"type":"newest","text":"b","url":"https://x.example"}`), "ab (https://x.example)"},
		{"strangers", section(`{"type":"user","user_id":"U0G9QF9C6"},{"type":"usergroup","usergroup_id":"S0604QSJC"},{"type":"channel","channel_id":"C0G9QKBBL"}`), "@someone@group#channel"},
		{"a link with a name for an id", section(`{"type":"link","url":"slack://user?id=U0G9QF9C6","text":"U0G9QF9C6"}`), "[link]"},
		{"typed markup", section(`{"type":"text","text":"<@U061F7AUR> *a* &lt; :wave:"}`), "<@U061F7AUR> *a* &lt; :wave:"},
		{"an unknown range", section(`{"type":"broadcast","range":"world"},{"type":"text","text":"a"}`), "a"},
		{"emoji with a tone in the name", section(`{"type":"emoji","name":"wave::skin-tone-2"},{"type":"emoji","name":"wave","skin_tone":6},{"type":"emoji","name":"wave::skin-tone-22"}`), "👋🏻👋🏿👋"},
		{"emoji that are none", section(`{"type":"emoji","name":"a","unicode":"zz"},{"type":"emoji","name":"b","unicode":"1f44b-"},{"type":"emoji","name":"c","unicode":"a"},{"type":"emoji","name":"d","unicode":"1f44b` + strings.Repeat("-1f44b", 16) + `"}`), ":a::b::c::d:"},
		{"a date with a link", section(`{"type":"date","timestamp":1752660000,"format":"{date}","url":"https://shop.example/","fallback":"July 16"}`), "July 16 (https://shop.example/)"},
		{"characters to repair", section(`{"type":"text","text":"a\r\nb\u2028c\u202e\u200b\u0000 "}`), "a\nb\nc"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got, ok := plainBlocks(json.RawMessage(row.blocks), acme{}); !ok || got != row.want {
				t.Errorf("ReadBlocks gives %q, %t; want %q", got, ok, row.want)
			}
		})
	}
}

func TestWithoutReadableBlocksTheTextIsAllThereIs(t *testing.T) {
	for _, row := range []struct{ name, blocks string }{
		{"missing", ``},
		{"null", `null`},
		{"none", `[]`},
		{"no JSON", `[{`},
		{"no array", `{"type":"rich_text"}`},
		{"of another kind", `[{"type":"section","text":{"type":"mrkdwn","text":"a"}}]`},
		{"without elements", `[{"type":"rich_text"}]`},
		{"with an element of another form", section(`{"type":"text","text":"a"},{"type":"text","text":{}}`)},
		{"empty", section(``)},
		{"of white space", section(`{"type":"text","text":" \n\u200b"}`)},
		{"nested beyond reason", section(strings.Repeat(`{"elements":[`, 20000) + strings.Repeat(`]}`, 20000))},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got, ok := plainBlocks(json.RawMessage(row.blocks), nil); ok || got != "" {
				t.Errorf("ReadBlocks gives %q, %t; want nothing", got, ok)
			}
		})
	}
}

func FuzzReadBlocks(f *testing.F) {
	events, err := filepath.Glob("testdata/messages/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, event := range events {
		data, err := os.ReadFile(event)
		if err != nil {
			f.Fatal(err)
		}
		var message struct{ Blocks json.RawMessage }
		if err := json.Unmarshal(data, &message); err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(message.Blocks))
	}
	f.Add([]byte(section(`{"type":"date","timestamp":9223372036854775807}`)))
	f.Add([]byte(section(`{"elements":[{"elements":[{"type":"text","text":"a"}]}]}`)))
	f.Fuzz(func(t *testing.T, blocks []byte) {
		read, ok := mrkdwn.ReadBlocks(blocks, acme{})
		if ok == (strings.TrimSpace(read.Plain()) == "") {
			t.Errorf("ReadBlocks(%q) gives %+v, %t", blocks, read, ok)
		}
		body, rich := mrkdwn.Read("", blocks, acme{})
		inOrder(t, body, rich, "")
		if most := 40*len(blocks) + 100; len(body) > most {
			t.Errorf("%q reads longer than %d bytes: %q", blocks, most, body)
		}
	})
}

// Whatever looks a mention has and whatever stands around it, its id is not shown.
func FuzzMentionsInBlocks(f *testing.F) {
	const id = "W7Q2ZK9XJ4"
	kinds := []string{"user", "usergroup", "channel", "canvas_user_mention", "link", "file", "message_nack"}
	parents := []string{"rich_text_section", "rich_text_quote", "rich_text_preformatted", "rich_text_list"}
	for kind := range kinds {
		f.Add(uint8(kind), uint8(kind), true, 0, "Hi ", "label")
		f.Add(uint8(kind), uint8(kind+1), false, 1, "*", "")
	}
	f.Fuzz(func(t *testing.T, kind, parent uint8, bold bool, border int, before, label string) {
		type object = map[string]any
		if strings.Contains(before+label, id) {
			t.Skip("the id is also written out")
		}
		line := []any{
			object{"type": "text", "text": before},
			object{
				"type": kinds[int(kind)%len(kinds)], "user_id": id, "usergroup_id": id, "channel_id": id, "file_id": id,
				"url": "https://acme.slack.com/archives/" + id, "text": label + id, "style": object{"bold": bold},
			},
		}
		if parents[int(parent)%len(parents)] == "rich_text_list" {
			line = []any{object{"type": "rich_text_section", "elements": line}}
		}
		blocks, err := json.Marshal([]any{object{"type": "rich_text", "elements": []any{
			object{"type": parents[int(parent)%len(parents)], "border": border, "elements": line},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		body, rich := mrkdwn.Read("", blocks, acme{})
		inOrder(t, body, rich, id)
	})
}
