package slackapp_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// An agent's words keep their looks on both ways out of a thread: to the visitor and
// into the threads of other groups.
func TestAnAgentsWordsKeepTheirLooks(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("Hello?")
	root := w.root(w.tech, 0)
	w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: Hello?")
	w.command(w.ann, w.tech, "/chatgroups invite sales")
	other := w.root(w.sales, 0)
	w.reply(w.ann, w.tech, root.TS, "*Please* ask <@"+w.tom+">:\n- see <https://shop.example/help|the help>\n&gt; or `wait`")
	body := "Please ask @tom:\n• see the help (https://shop.example/help)\n> or wait"
	v.waitBodies(body)

	want := bridge.RichText{
		{Type: bridge.BlockParagraph, Spans: []bridge.Span{{Text: "Please", Bold: true}, {Text: " ask @tom:"}}},
		{Type: bridge.BlockList, Items: [][]bridge.Span{{{Text: "see "}, {Text: "the help", Link: "https://shop.example/help"}}}},
		{Type: bridge.BlockQuote, Spans: []bridge.Span{{Text: "or "}, {Text: "wait", Code: true}}},
	}
	if diff := cmp.Diff(want, v.seen[len(v.seen)-1].Rich); diff != "" {
		t.Errorf("the visitor sees other looks (-want +got):\n%s", diff)
	}

	var mirrored fakeslack.Message
	w.wait("the line in the other group's thread", func() bool {
		for _, m := range w.slack.Thread(w.sales, other.TS) {
			if strings.HasPrefix(m.Username, "ann") {
				mirrored = m
			}
		}
		return mirrored.TS != ""
	})
	for _, look := range []string{`"rich_text_list"`, `"rich_text_quote"`, `"bold":true`, `"url":"https://shop.example/help"`} {
		if !strings.Contains(string(mirrored.Blocks), look) {
			t.Errorf("the other group's line lacks %s:\n%s", look, mirrored.Blocks)
		}
	}
	for _, n := range w.slack.Ledger() {
		if n.User == w.tom && n.Channel == w.sales {
			t.Errorf("the mention was copied: %+v", n)
		}
	}
}

func TestALongMessageIsPostedInNumberedParts(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("Here:\n```\n" + strings.Repeat("a line of a log\n", 240) + "```")
	root := w.root(w.tech, 0)
	var posts []fakeslack.Message
	w.wait("the message", func() bool {
		posts = w.slack.Thread(w.tech, root.TS)
		return len(posts) > 1
	})
	blocks := string(posts[1].Blocks)
	first, second := strings.Index(blocks, "(1/2) Here:"), strings.Index(blocks, "(2/2) ```")
	if first < 0 || second < first {
		t.Errorf("the parts do not show their order:\n%s", blocks)
	}
}
