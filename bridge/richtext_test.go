package bridge_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/chatgroups/chatgroups/bridge"
)

type (
	block = bridge.Block
	span  = bridge.Span
)

func TestRichTextIsCleaned(t *testing.T) {
	bold := span{Text: "a", Bold: true}
	for _, row := range []struct {
		name       string
		rich, want bridge.RichText
	}{
		{"spans of the same looks",
			bridge.RichText{{Type: bridge.BlockParagraph, Spans: []span{bold, {}, bold, {Text: "b"}}}},
			bridge.RichText{{Type: bridge.BlockParagraph, Spans: []span{{Text: "aa", Bold: true}, {Text: "b"}}}}},
		{"a link that leads astray",
			bridge.RichText{{Type: bridge.BlockQuote, Spans: []span{{Text: "a", Link: "javascript:alert(1)"}}}},
			bridge.RichText{{Type: bridge.BlockQuote, Spans: []span{{Text: "a"}}}}},
		{"blocks of nothing",
			bridge.RichText{{Type: bridge.BlockQuote}, {Type: bridge.BlockCode, Spans: []span{{}}}, {Type: bridge.BlockList}, {Type: bridge.BlockParagraph, Spans: []span{bold}}},
			bridge.RichText{{Type: bridge.BlockParagraph, Spans: []span{bold}}}},
		{"an item of nothing counts on",
			bridge.RichText{{Type: bridge.BlockOrdered, Items: [][]span{{}, nil, {bold}}, Start: 3, Level: 8}},
			bridge.RichText{{Type: bridge.BlockOrdered, Items: [][]span{{}, {}, {bold}}, Start: 3, Level: 8}}},
		{"an empty line",
			bridge.RichText{{Type: bridge.BlockList, Items: [][]span{{bold}}}, {Type: bridge.BlockParagraph}, {Type: bridge.BlockList, Items: [][]span{{bold}}}},
			bridge.RichText{{Type: bridge.BlockList, Items: [][]span{{bold}}}, {Type: bridge.BlockParagraph, Spans: []span{}}, {Type: bridge.BlockList, Items: [][]span{{bold}}}}},
		{"fields that do not count",
			bridge.RichText{{Type: bridge.BlockList, Items: [][]span{{bold}}, Spans: []span{bold}, Start: 5}},
			bridge.RichText{{Type: bridge.BlockList, Items: [][]span{{bold}}}}},
		{"no more than plain text",
			bridge.RichText{{Type: bridge.BlockParagraph, Spans: []span{{Text: "a "}, {Text: "https://a.example", Link: "https://a.example"}}}}, nil},
		{"an unknown type", bridge.RichText{{Type: "table", Spans: []span{bold}}}, nil},
		{"too deep", bridge.RichText{{Type: bridge.BlockList, Items: [][]span{{bold}}, Level: 9}}, nil},
		{"a level below none", bridge.RichText{{Type: bridge.BlockList, Items: [][]span{{bold}}, Level: -1}}, nil},
		{"a number beyond counting", bridge.RichText{{Type: bridge.BlockOrdered, Items: [][]span{{bold}}, Start: bridge.MaxListStart + 1}}, nil},
		{"code with looks", bridge.RichText{{Type: bridge.BlockCode, Spans: []span{bold}}}, nil},
		{"too long", bridge.RichText{{Type: bridge.BlockCode, Spans: []span{{Text: strings.Repeat("a", bridge.MaxRichBytes)}}}}, nil},
		{"none", nil, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, row.rich.Clean()); diff != "" {
				t.Errorf("cleaned otherwise (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOnlyAddressesForVisitorsAreLinkable(t *testing.T) {
	for target, want := range map[string]bool{
		"https://a.example/b?c#d": true, "http://a.example": true, "HTTPS://a.example": true,
		"mailto:a@b.example": true, "tel:+4930123": true,
		"": false, "a.example": false, "//a.example": false, "/a": false, "https:a": false, "https://": false, "mailto:": false,
		"https://bank.example@evil.example/": false,
		"javascript:alert(1)":                false, "data:text/html,x": false, "slack://user?id=U1": false, "vbscript:x": false, "java\nscript:x": false,
	} {
		if got := bridge.Linkable(target); got != want {
			t.Errorf("Linkable(%q) is %t", target, got)
		}
	}
}

func TestRichTextReadsWithoutItsLooks(t *testing.T) {
	rich := bridge.RichText{
		{Type: bridge.BlockParagraph, Spans: []span{{Text: "Hi "}, {Text: "Zoë", Bold: true}, {Text: ",\nsee "},
			{Text: "the ", Link: "https://a.example"}, {Text: "guide", Italic: true, Link: "https://a.example"},
			{Text: "https://b.example", Link: "https://b.example"}, {Text: "b@c.example", Link: "mailto:b@c.example"}, {Text: "us", Link: "tel:110"}}},
		{Type: bridge.BlockQuote, Spans: []span{{Text: "a\nb"}}},
		{Type: bridge.BlockParagraph},
		{Type: bridge.BlockCode, Spans: []span{{Text: "x\n  y"}}},
		{Type: bridge.BlockList, Items: [][]span{{{Text: "a\nb"}}, {}}},
		{Type: bridge.BlockOrdered, Level: 1, Start: 9, Items: [][]span{{{Text: "c"}}, {{Text: "d\ne"}}}},
		{Type: bridge.BlockOrdered, Items: [][]span{{{Text: "f"}}}},
	}
	want := "Hi Zoë,\nsee the guide (https://a.example)https://b.exampleb@c.exampleus (110)\n" +
		"> a\n> b\n\nx\n  y\n• a\n  b\n• \n    9. c\n    10. d\n      e\n1. f"
	if got := rich.Plain(); got != want {
		t.Errorf("it reads\n%q, want\n%q", got, want)
	}
}

// What is cleaned is in order: cleaning it again changes nothing, and says the same
// words unless a link was taken off.
func TestCleaningTwiceIsCleaningOnce(t *testing.T) {
	spans := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) span {
		return span{
			Text:   rapid.SampledFrom([]string{"", "a", "b\n", "🎉"}).Draw(t, "text"),
			Bold:   rapid.Bool().Draw(t, "bold"),
			Code:   rapid.Bool().Draw(t, "code"),
			Link:   rapid.SampledFrom([]string{"", "", "https://a.example", "tel:1"}).Draw(t, "link"),
			Italic: rapid.Bool().Draw(t, "italic"), Strike: rapid.Bool().Draw(t, "strike"),
		}
	}), 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		var rich bridge.RichText
		for range rapid.IntRange(0, 5).Draw(t, "blocks") {
			rich = append(rich, block{
				Type:  rapid.SampledFrom([]bridge.BlockType{"paragraph", "quote", "code", "list", "ordered"}).Draw(t, "type"),
				Spans: spans.Draw(t, "spans"), Items: rapid.SliceOfN(spans, 0, 3).Draw(t, "items"),
				Start: rapid.IntRange(0, 9).Draw(t, "start"), Level: rapid.IntRange(0, 8).Draw(t, "level"),
			})
		}
		once := rich.Clean()
		if diff := cmp.Diff(once, once.Clean()); diff != "" {
			t.Fatalf("cleaned again it changes (-once +twice):\n%s", diff)
		}
		var kept bridge.RichText
		data, err := json.Marshal(once)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &kept); err != nil {
			t.Fatal(err)
		}
		if got, want := kept.Plain(), once.Plain(); got != want {
			t.Fatalf("kept and read again it is %q, want %q", got, want)
		}
	})
}

func TestARepliesLooksAreKeptBesideItsWords(t *testing.T) {
	rich := bridge.RichText{{Type: bridge.BlockParagraph, Spans: []span{{Text: "hi", Bold: true}, {}}}}
	for _, row := range []struct {
		name string
		body string
		rich bridge.RichText
		want bridge.RichText
	}{
		{"both", "hi", rich, rich.Clean()},
		{"out of order", "hi", bridge.RichText{{Type: "table"}}, nil},
		{"a body that was cut", strings.Repeat("x", bridge.MaxAgentRunes+1), rich, nil},
		{"no room for both", strings.Repeat("<", bridge.MaxAgentRunes),
			bridge.RichText{{Type: bridge.BlockQuote, Spans: []span{{Text: strings.Repeat("x", bridge.MaxRichBytes-100)}}}}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newWorld(t).chat("sales")
			ref := c.conversation(c.id).Threads["sales"]
			key := bridge.ThreadKey{Conversation: c.id, Group: "sales"}
			c.taken(c.bridge.FromDesk(c.ctx, key, ref, bridge.DeskMessage{ID: "m", By: ann, Body: row.body, Rich: row.rich}))
			log := c.log(c.id)
			if diff := cmp.Diff(row.want, log[len(log)-1].Rich); diff != "" {
				t.Errorf("kept otherwise (-want +got):\n%s", diff)
			}
		})
	}
}
