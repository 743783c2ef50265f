package fakeslack_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// blocks returns n copies of a block as an array.
func blocks(n int, block string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(block+",", n), ",") + "]"
}

func TestBlocksAreChecked(t *testing.T) {
	shows(t, 32)
	w := newWorld(t)
	long := func(n int) string { return strings.Repeat("x", n) }
	button := func(more string) string {
		return `[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Go"}` + more + `}]}]`
	}
	option := func(value string) string {
		return `{"text":{"type":"plain_text","text":"o"},"value":"` + value + `"}`
	}
	rich := func(elements string) string { return `[{"type":"rich_text","elements":[` + elements + `]}]` }
	const ok = ""
	for _, row := range []struct{ name, blocks, want string }{
		{"fifty", blocks(50, `{"type":"divider"}`), ok},
		{"fifty-one", blocks(51, `{"type":"divider"}`), "no more than 50 items allowed [json-pointer:/blocks]"},
		{"no type", `[{}]`, "unsupported type:  [json-pointer:/blocks/0/type]"},
		{"unknown type", `[{"type":"marquee"}]`, "unsupported type: marquee [json-pointer:/blocks/0/type]"},
		{"unknown property", `[{"type":"divider","colour":"red"}]`, "invalid additional property: colour [json-pointer:/blocks/0]"},
		{"section", `[{"type":"section","text":{"type":"mrkdwn","text":"` + long(3000) + `"}}]`, ok},
		{"section too long", `[{"type":"section","text":{"type":"mrkdwn","text":"` + long(3001) + `"}}]`, "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"},
		{"section of nothing", `[{"type":"section"}]`, "missing required field: text or fields [json-pointer:/blocks/0]"},
		{"empty text", `[{"type":"section","text":{"type":"mrkdwn","text":""}}]`, "must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		{"eleven fields", `[{"type":"section","fields":` + blocks(11, `{"type":"mrkdwn","text":"a"}`) + `}]`, "no more than 10 items allowed [json-pointer:/blocks/0/fields]"},
		{"long field", `[{"type":"section","fields":[{"type":"mrkdwn","text":"` + long(2001) + `"}]}]`, "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"},
		{"header", `[{"type":"header","text":{"type":"plain_text","text":"` + long(150) + `","emoji":true}}]`, ok},
		{"long header", `[{"type":"header","text":{"type":"plain_text","text":"` + long(151) + `"}}]`, "must be less than 151 characters [json-pointer:/blocks/0/text/text]"},
		{"mrkdwn header", `[{"type":"header","text":{"type":"mrkdwn","text":"a"}}]`, "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"},
		{"button", button(`,"action_id":"a","value":"v","style":"primary","url":"https://x.example"`), ok},
		{"long button", `[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"` + long(76) + `"}}]}]`, "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"},
		{"long value", button(`,"value":"` + long(2001) + `"`), "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"},
		{"long action_id", button(`,"action_id":"` + long(256) + `"`), "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"},
		{"style", button(`,"style":"purple"`), "must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]"},
		{"no buttons", `[{"type":"actions","elements":[]}]`, "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"},
		{"select", `[{"type":"actions","elements":[{"type":"static_select","action_id":"s","options":` + blocks(100, option("v")) + `}]}]`, ok},
		{"select of too many", `[{"type":"actions","elements":[{"type":"static_select","action_id":"s","options":` + blocks(101, option("v")) + `}]}]`, "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"select of nothing", `[{"type":"actions","elements":[{"type":"static_select","action_id":"s"}]}]`, "missing required field: options or option_groups [json-pointer:/blocks/0/elements/0]"},
		{"long option", `[{"type":"actions","elements":[{"type":"overflow","options":[` + option(long(76)) + `]}]}]`, "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/value]"},
		{"eleven in a context", `[{"type":"context","elements":` + blocks(11, `{"type":"mrkdwn","text":"a"}`) + `}]`, "no more than 10 items allowed [json-pointer:/blocks/0/elements]"},
		{"block_id twice", `[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]`, "block_id already exists: a [json-pointer:/blocks/1/block_id]"},
		{"action_id twice", `[{"type":"actions","elements":` + blocks(2, `{"type":"button","action_id":"a","text":{"type":"plain_text","text":"a"}}`) + `}]`, "`action_id` \"a\" already exists for this block [json-pointer:/blocks/0]"},
		{"action_id in two blocks", blocks(2, `{"type":"actions","elements":[{"type":"button","action_id":"a","text":{"type":"plain_text","text":"a"}}]}`), ok},
		{"rich text", rich(`{"type":"rich_text_section","elements":[{"type":"text","text":"a","style":{"bold":true}},{"type":"link","url":"https://x.example"},{"type":"emoji","name":"wave"}]},` +
			`{"type":"rich_text_list","style":"bullet","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]}]},` +
			`{"type":"rich_text_quote","elements":[{"type":"text","text":"a"}]},{"type":"rich_text_preformatted","elements":[{"type":"text","text":"a"}]}`), ok},
		{"rich text element outside of a section", rich(`{"type":"text","text":"a"}`), "unsupported type: text [json-pointer:/blocks/0/elements/0/type]"},
		{"rich text of no characters", rich(`{"type":"rich_text_section","elements":[{"type":"text","text":""}]}`), "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]"},
		{"rich broadcast to all", rich(`{"type":"rich_text_section","elements":[{"type":"broadcast","range":"all"}]}`), "must be one of: here, channel, everyone [json-pointer:/blocks/0/elements/0/elements/0/range]"},
		{"image", `[{"type":"image","image_url":"https://x.example/a.png","alt_text":"a"}]`, ok},
		{"image without words", `[{"type":"image","image_url":"https://x.example/a.png"}]`, "missing required field: alt_text [json-pointer:/blocks/0]"},
		{"markdown together", blocks(2, `{"type":"markdown","text":"`+long(6001)+`"}`), "markdown blocks must be less than 12001 characters together [json-pointer:/blocks]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := w.call("chat.postMessage", "channel", w.chat, "text", "x", "blocks", row.blocks)
			if row.want == ok {
				a.ok(t)
				return
			}
			a.refused(t, "invalid_blocks")
			problems, _ := a.body["errors"].([]any)
			if !slices.Contains(problems, any(row.want)) {
				t.Errorf("errors are %q, want %q", problems, row.want)
			}
		})
	}
	w.call("chat.postMessage", "channel", w.chat, "text", "x", "blocks", `{"type":"divider"}`).refused(t, "invalid_blocks_format")
}

func TestBlocksGetTheIDsTheyLack(t *testing.T) {
	w := newWorld(t)
	ts := w.botPost("text", "x", "blocks", `[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"<Go> & see"}}]}]`)
	m, _ := w.Message(w.chat, ts)
	var got []struct {
		BlockID  string `json:"block_id"`
		Elements []struct {
			ActionID string `json:"action_id"`
		} `json:"elements"`
	}
	if err := json.Unmarshal(m.Blocks, &got); err != nil {
		t.Fatal(err)
	}
	if got[0].BlockID == "" || got[0].Elements[0].ActionID == "" {
		t.Errorf("got %s", m.Blocks)
	}
}

func TestSlackGoBlocksAreFine(t *testing.T) {
	w := newWorld(t)
	all := []slack.Block{
		slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, "Title", true, false)),
		slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, "*hi*", false, true), nil,
			slack.NewAccessory(slack.NewButtonBlockElement("claim", "1042", slack.NewTextBlockObject(slack.PlainTextType, "Claim", false, false)))),
		slack.NewContextBlock("c", slack.NewTextBlockObject(slack.MarkdownType, "x", false, false)),
		slack.NewDividerBlock(),
		slack.NewActionBlock("a",
			slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, slack.NewTextBlockObject(slack.PlainTextType, "Pick", false, false), "pick",
				slack.NewOptionBlockObject("tech", slack.NewTextBlockObject(slack.PlainTextType, "Tech", false, false), nil)),
			slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, slack.NewTextBlockObject(slack.PlainTextType, "Pick", false, false), "where")),
		slack.NewRichTextBlock("r", slack.NewRichTextSection(
			slack.NewRichTextSectionTextElement("plain <!here>", &slack.RichTextSectionTextStyle{Bold: true}),
			slack.NewRichTextSectionLinkElement("https://x.example", "x", nil),
			slack.NewRichTextSectionUserGroupElement(w.sales))),
	}
	_, ts, err := w.api.PostMessage(w.chat, slack.MsgOptionText("x", false), slack.MsgOptionBlocks(all...),
		slack.MsgOptionUsername("Jane · visitor"), slack.MsgOptionIconURL("https://x.example/a.png"),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(), slack.MsgOptionLinkNames(false),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "e", EventPayload: map[string]any{"id": "x"}}))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := w.api.UpdateMessage(w.chat, ts, slack.MsgOptionText("y", false), slack.MsgOptionBlocks(all...)); err != nil {
		t.Fatal(err)
	}
	messages, err := w.api.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: w.chat})
	if err != nil || len(messages.Messages) != 1 || len(messages.Messages[0].Blocks.BlockSet) != len(all) {
		t.Errorf("got %+v, %v", messages, err)
	}
	if got := w.why(ts); got != "ann:@sales" {
		t.Errorf("notified %q", got)
	}
}

// FuzzBlocks looks for blocks that make the checks panic, or that are accepted and
// then cannot be read again.
func FuzzBlocks(f *testing.F) {
	w := fakeslack.New(fakeslack.Config{Limits: fakeslack.Limits{Off: true}})
	app := w.InstallApp(fakeslack.App{Name: "x", Scopes: []string{"chat:write"}})
	chat := w.AddChannel("chat", false)
	w.AddToChannel(chat, app.BotUserID)
	for _, seed := range []string{
		`[]`, `null`, `[null]`, `[{"type":"section","text":{"type":"mrkdwn","text":"a"}}]`,
		`[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"a"}}]}]`,
		`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]}]}]`,
		`[{"type":"input","label":{"type":"plain_text","text":"a"},"element":{"type":"plain_text_input"}}]`,
		`[{"type":"divider","block_id":null}]`, `[{"type":"markdown","text":null}]`, `[{"type":1}]`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, blocks string) {
		body, err := json.Marshal(map[string]string{"channel": chat, "text": "x", "blocks": blocks})
		if err != nil {
			t.Fatal(err)
		}
		got := serve(w, "chat.postMessage", app.BotToken, string(body))
		if !json.Valid(got) {
			t.Fatalf("the answer is no JSON: %s", got)
		}
		if strings.Contains(string(got), "fakeslack:") {
			t.Fatalf("answered %s", got)
		}
		var kept struct{ TS string }
		if json.Unmarshal(got, &kept); kept.TS == "" {
			return
		}
		if m, _ := w.Message(chat, kept.TS); m.Blocks != nil && !json.Valid(m.Blocks) {
			t.Fatalf("kept %s", m.Blocks)
		}
	})
}
