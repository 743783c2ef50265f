package slackapp_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

// hostile are texts by which visitors have tried to page people elsewhere; the
// forms are Slack's (docs.slack.dev/messaging/formatting-message-text).
var hostile = []string{
	"<!channel>", "<!here>", "<!everyone>", "<!here|here>", "<!subteam^S1>", "<!subteam^%[1]s>", "<!subteam^%[1]s|@sales>", "<@U1>", "<@%[2]s>", "<@%[2]s|dan>",
	"@here", "@channel", "@everyone", "@dan", "@sales", "<#C1|general>", "<!date^1^{date}|<!here>>",
	"&lt;!here&gt;", "&amp;lt;!here&amp;gt;", "&#60;!here&#62;", "&#x3c;!channel>", "< !here>", "<\u200b!here>", "<!he\u0000re>",
	"<<!here>>", "<!<!here>here>", "`<!here>`", "```\n<!channel>\n```", "*<!here>*", "> <!here>", "<https://x.example|<!here>>",
	"<mailto:a@b.example|<!channel>>", "\xff<!here>", "<!here", "!here>", "\u202e>ereh!<", "<!channel>\n<!here>", "line\r<!here>",
	`"},{"type":"broadcast","range":"channel"},{"a":"`, `{"type":"usergroup","usergroup_id":"%[1]s"}`,
}

// FuzzAVisitorCanNotifyNobody sends what a visitor could type in every place where
// a visitor can type, through the whole Slack side into the simulated workspace,
// whose ledger is a pessimist: what could notify counts. Only the members of the
// chosen group may stand in it.
func FuzzAVisitorCanNotifyNobody(f *testing.F) {
	for _, h := range hostile {
		f.Add(h, "", "", "", "")
		f.Add("hello", h, h, h, h)
	}
	w := newWorld(f, fast)
	told := func() []string {
		var others []string
		for _, n := range w.slack.Ledger() {
			if n.User != w.ann && n.User != w.tom {
				others = append(others, fmt.Sprintf("%+v", n))
			}
		}
		return others
	}
	f.Fuzz(func(t *testing.T, body, name, email, title, page string) {
		for _, s := range []*string{&body, &name, &email, &title, &page} {
			*s = named(*s, w)
		}
		v, err := w.b.Enter(context.Background(), "main", "", func() {})
		if err != nil {
			t.Fatal(err)
		}
		defer v.Leave()
		r, err := v.Send(context.Background(), bridge.Draft{
			ID: "m1", Body: body, Group: "tech", Name: name, Email: email,
			Page: bridge.Page{URL: page, Title: title, Referrer: page, Language: name, Zone: title},
		})
		if bridge.CodeOf(err) == bridge.CodeInvalid || bridge.CodeOf(err) == bridge.CodeTooLong {
			return // nothing of it reaches Slack
		}
		if err != nil {
			t.Fatal(err)
		}
		w.t = t
		c, err := w.b.Conversation(context.Background(), r.Conversation)
		if err != nil {
			t.Fatal(err)
		}
		key := bridge.ThreadKey{Workspace: w.ws, Conversation: c.ID, Group: "tech"}
		w.wait("the message is in Slack", func() bool {
			_, behind, err := w.b.Work(context.Background(), key, 1)
			return err == nil && !behind
		})
		if others := told(); len(others) > 0 {
			t.Fatalf("somebody else was notified: %v", others)
		}
	})
}

// named puts ids of the workspace, which a visitor could have learnt, into a text.
func named(s string, w *world) string {
	if slices.Contains(hostile, s) {
		return fmt.Sprintf(s+"%[1]s%[2]s", w.salesGroup, w.dan)
	}
	return s
}
