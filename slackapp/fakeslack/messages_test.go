package fakeslack_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// texts are the texts of messages, in order.
func texts(messages []fakeslack.Message) []string {
	var all []string
	for _, m := range messages {
		all = append(all, m.Text)
	}
	return all
}

// say is Say for what cannot fail.
func (w *world) say(who fakeslack.Person, text string, options ...fakeslack.SayOption) string {
	w.t.Helper()
	return must[string](w.t)(w.Say(who.ID, w.chat, text, options...))
}

// botPost posts as the app and returns the ts.
func (w *world) botPost(args ...string) string {
	w.t.Helper()
	return w.call("chat.postMessage", append([]string{"channel", w.chat}, args...)...).ok(w.t).str("ts")
}

func TestEveryTSIsUniqueAndLater(t *testing.T) {
	shows(t, 30)
	w := newWorld(t)
	last := ""
	for i := range 50 { // at one instant of the manual clock
		ts := w.say(w.ann, fmt.Sprint(i))
		if ts <= last {
			t.Fatalf("%s comes after %s", ts, last)
		}
		last = ts
	}
}

func TestPostsAreSignedByTheApp(t *testing.T) {
	shows(t, 33)
	w := newWorld(t)
	ts := w.botPost("text", "hello")
	m, _ := w.Message(w.chat, ts)
	if m.User != w.app.BotUserID || m.BotID != w.app.BotID || m.AppID != w.app.AppID || m.Subtype != "" || m.BotProfile.AppID != w.app.AppID {
		t.Errorf("got %+v", m)
	}
}

func TestCustomizedPostsAreBotMessages(t *testing.T) {
	shows(t, 33)
	w := newWorld(t)
	ts := w.botPost("text", "hello", "username", "Jane · visitor", "icon_url", "https://x.example/a.png")
	m, _ := w.Message(w.chat, ts)
	if m.Subtype != "bot_message" || m.User != "" || m.Username != "Jane · visitor" || m.Icons["image_48"] == "" || m.AppID != w.app.AppID {
		t.Errorf("got %+v", m)
	}
	w.call("chat.update", "channel", w.chat, "ts", ts, "text", "changed").ok(t)
	w.call("chat.delete", "channel", w.chat, "ts", ts).ok(t)
}

func TestCustomizingNeedsItsScope(t *testing.T) {
	shows(t, 33)
	without := slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return s == "chat:write.customize" })
	for name, ignore := range map[string]bool{"refused": false, "ignored": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *fakeslack.Config, a *fakeslack.App) {
				a.Scopes = without
				c.Assume.IgnoreCustomize = ignore
			})
			a := w.call("chat.postMessage", "channel", w.chat, "text", "x", "username", "Jane")
			if !ignore {
				a.refused(t, "missing_scope")
			} else if m, _ := w.Message(w.chat, a.ok(t).str("ts")); m.Username != "" {
				t.Errorf("got %+v", m)
			}
		})
	}
}

func TestCustomizedEchoMayBePlain(t *testing.T) {
	shows(t, 33)
	w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) {
		c.Assume.PlainCustomEcho = true
		c.Assume.KeepCustomized = true
	})
	ts := w.botPost("text", "hello", "username", "Jane")
	if m, _ := w.Message(w.chat, ts); m.Subtype != "" || m.User != w.app.BotUserID || m.Username != "Jane" {
		t.Errorf("got %+v", m)
	}
	w.call("chat.delete", "channel", w.chat, "ts", ts).refused(t, "cant_delete_message")
}

func TestReplyToAReplyGoesToItsRoot(t *testing.T) {
	shows(t, 31)
	w := newWorld(t)
	root := w.botPost("text", "root")
	reply := w.say(w.ann, "first", fakeslack.InThread(root))
	second := w.botPost("text", "second", "thread_ts", reply)
	m, _ := w.Message(w.chat, second)
	if m.ThreadTS != root || m.ParentUserID != w.app.BotUserID {
		t.Errorf("got %+v", m)
	}
	if got := texts(w.Thread(w.chat, reply)); !slices.Equal(got, []string{"root", "first", "second"}) {
		t.Errorf("the thread is %q", got)
	}
	r, _ := w.Message(w.chat, root)
	if r.ThreadTS != root || r.ReplyCount != 2 || r.ReplyUsersCount != 2 || r.LatestReply != second {
		t.Errorf("the root is %+v", r)
	}
}

func TestReplyToADeletedParentIsPostedOutsideOfTheThread(t *testing.T) {
	shows(t, 31)
	w := newWorld(t)
	root := w.botPost("text", "root")
	w.call("chat.delete", "channel", w.chat, "ts", root).ok(t)
	_, _, answer, err := w.api.PostMessageWithResponse(w.chat, slack.MsgOptionText("late", false), slack.MsgOptionTS(root))
	if err != nil {
		t.Fatal(err)
	}
	if answer.ThreadTimestamp != "" {
		t.Errorf("got thread_ts %q", answer.ThreadTimestamp)
	}
	// So too where replies have kept a tombstone.
	root = w.botPost("text", "root")
	w.botPost("text", "reply", "thread_ts", root)
	w.call("chat.delete", "channel", w.chat, "ts", root).ok(t)
	if m, _ := w.Message(w.chat, root); m.Subtype != "tombstone" {
		t.Errorf("the root is %+v", m)
	}
	ts := w.botPost("text", "late", "thread_ts", root)
	if m, _ := w.Message(w.chat, ts); m.ThreadTS != "" {
		t.Errorf("got %+v", m)
	}
}

func TestBroadcastReplyStandsInTheChannelToo(t *testing.T) {
	shows(t, 31)
	w := newWorld(t)
	l := w.connect()
	root := w.botPost("text", "root")
	l.ack(l.next())
	ts := w.say(w.ann, "for all", fakeslack.InThread(root), fakeslack.Broadcast())
	e := l.next()
	if e.event("subtype") != "thread_broadcast" || dig(e.Payload, "event.root.ts") != root {
		t.Errorf("the event is %v", e.Payload["event"])
	}
	w.say(w.ann, "only here", fakeslack.InThread(root))
	if got := w.history(); !slices.Equal(got, []string{"for all", "root"}) {
		t.Errorf("history is %q, with %s", got, ts)
	}
}

// history returns the texts that conversations.history gives, newest first.
func (w *world) history(args ...string) []string {
	w.t.Helper()
	return messageTexts(w.call("conversations.history", append([]string{"channel", w.chat}, args...)...).ok(w.t))
}

func (w *world) replies(ts string, args ...string) []string {
	w.t.Helper()
	return messageTexts(w.call("conversations.replies", append([]string{"channel", w.chat, "ts", ts}, args...)...).ok(w.t))
}

func messageTexts(a answer) []string {
	var all []string
	messages, _ := a.body["messages"].([]any)
	for _, m := range messages {
		all = append(all, dig(m, "text").(string))
	}
	return all
}

func TestHistoryIsNewestFirstWithinBounds(t *testing.T) {
	w := newWorld(t)
	a, b, c := w.say(w.ann, "a"), w.say(w.ann, "b"), w.say(w.ann, "c")
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"all", nil, "c b a"},
		{"after", []string{"oldest", a}, "c b"},
		{"from", []string{"oldest", a, "inclusive", "true"}, "c b a"},
		{"before", []string{"latest", c}, "b a"},
		{"one", []string{"latest", b, "inclusive", "1", "limit", "1"}, "b"},
		{"none", []string{"oldest", c}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := strings.Join(w.history(row.args...), " "); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
	w.call("conversations.history", "channel", w.chat, "oldest", "yesterday").refused(t, "invalid_ts_oldest")
}

func TestRepliesAreOldestFirstAndPaged(t *testing.T) {
	w := newWorld(t)
	root := w.say(w.ann, "root")
	var last string
	for _, text := range []string{"1", "2", "3", "4", "5"} {
		last = w.say(w.bob, text, fakeslack.InThread(root))
	}
	if got := strings.Join(w.replies(last), " "); got != "root 1 2 3 4 5" {
		t.Errorf("by a reply's ts: %q", got)
	}
	var all []string
	params := &slack.GetConversationRepliesParameters{ChannelID: w.chat, Timestamp: root, Limit: 2}
	for {
		messages, more, cursor, err := w.api.GetConversationReplies(params)
		if err != nil {
			t.Fatal(err)
		}
		if messages[0].Text != "root" {
			t.Error("a page does not begin with the root")
		}
		for _, m := range messages[1:] {
			all = append(all, m.Text)
		}
		if !more {
			break
		}
		params.Cursor = cursor
	}
	if got := strings.Join(all, " "); got != "1 2 3 4 5" {
		t.Errorf("paged: %q", got)
	}
	w.call("conversations.replies", "channel", w.chat, "ts", "1.000001").refused(t, "thread_not_found")
}

func TestMetadataIsShownOnlyOnDemand(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	ts := w.botPost("text", "x", "metadata", `{"event_type":"entry","event_payload":{"ids":["a","b"]}}`)
	if e := l.next(); e.event("metadata") != nil {
		t.Errorf("the event shows %v", e.event("metadata"))
	}
	read := func(all bool) slack.SlackMetadata {
		messages, _, _, err := w.api.GetConversationReplies(&slack.GetConversationRepliesParameters{
			ChannelID: w.chat, Timestamp: ts, IncludeAllMetadata: all,
		})
		if err != nil {
			t.Fatal(err)
		}
		return messages[0].Metadata
	}
	if got := read(false); got.EventType != "" {
		t.Errorf("unasked: %+v", got)
	}
	if got := read(true); got.EventType != "entry" || fmt.Sprint(got.EventPayload["ids"]) != "[a b]" {
		t.Errorf("asked: %+v", got)
	}
}

func TestMetadataHasAForm(t *testing.T) {
	w := newWorld(t)
	for code, metadata := range map[string]string{
		"invalid_metadata_format": `"text"`,
		"invalid_metadata_schema": `{"event_type":"x"}`,
		"metadata_too_large":      `{"event_type":"x","event_payload":{"a":"` + strings.Repeat("x", 20_000) + `"}}`,
	} {
		w.call("chat.postMessage", "channel", w.chat, "text", "x", "metadata", metadata).refused(t, code)
	}
}

func TestWhereABotMayPost(t *testing.T) {
	shows(t, 32)
	w := newWorld(t)
	other := w.AddChannel("other", false, w.ann.ID)
	secret := w.AddChannel("secret", true, w.ann.ID)
	inside := w.AddChannel("inside", true, w.ann.ID, w.app.BotUserID)
	archived := w.AddChannel("old", false, w.ann.ID, w.app.BotUserID)
	if err := w.Archive(w.ann.ID, archived); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, channel, want string }{
		{"its channel", w.chat, ""},
		{"its channel by name", "#chat-sales", ""},
		{"a private one it is in", inside, ""},
		{"a person", w.ann.ID, ""},
		{"a public one it is not in", other, "not_in_channel"},
		{"a private one it is not in", secret, "channel_not_found"},
		{"one that is archived", archived, "is_archived"},
		{"nowhere", "C404", "channel_not_found"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := w.call("chat.postMessage", "channel", row.channel, "text", "x")
			if row.want == "" {
				a.ok(t)
			} else {
				a.refused(t, row.want)
			}
		})
	}
	if err := w.SetScopes(w.app.AppID, append([]string{"chat:write.public"}, scopes...)...); err != nil {
		t.Fatal(err)
	}
	w.call("chat.postMessage", "channel", other, "text", "x").ok(t)
}

func TestTextHasLimits(t *testing.T) {
	shows(t, 32)
	w := newWorld(t)
	w.call("chat.postMessage", "channel", w.chat).refused(t, "no_text")
	a := w.call("chat.postMessage", "channel", w.chat, "text", strings.Repeat("ä", 40_001)).ok(t)
	if a.str("warning") != "message_truncated" {
		t.Errorf("no warning: %.200s", a.raw)
	}
	ts := a.str("ts")
	if m, _ := w.Message(w.chat, ts); len([]rune(m.Text)) != 40_000 {
		t.Errorf("kept %d characters", len([]rune(m.Text)))
	}
	w.call("chat.update", "channel", w.chat, "ts", ts, "text", strings.Repeat("ä", 4_000)).ok(t)
	w.call("chat.update", "channel", w.chat, "ts", ts, "text", strings.Repeat("ä", 4_001)).refused(t, "msg_too_long")
	w.call("chat.postMessage", "channel", w.chat, "text", "x", "markdown_text", "y").refused(t, "markdown_text_conflict")
	w.call("chat.postMessage", "channel", w.chat, "markdown_text", strings.Repeat("y", 12_001)).refused(t, "invalid_arguments")
	var many []map[string]string
	for range 101 {
		many = append(many, map[string]string{"text": "a"})
	}
	raw, _ := json.Marshal(many)
	w.call("chat.postMessage", "channel", w.chat, "attachments", string(raw)).refused(t, "too_many_attachments")
}

func TestSpecialCharactersAreEscapedOnce(t *testing.T) {
	shows(t, 36)
	w := newWorld(t)
	for in, want := range map[string]string{
		"a < b & c > d":              "a &lt; b &amp; c &gt; d",
		"&lt;!channel&gt; &amp;":     "&lt;!channel&gt; &amp;",
		"<https://x.example?a&b>":    "<https://x.example?a&amp;b>",
		"<@" + w.ann.ID + "> <b>":    "<@" + w.ann.ID + "> &lt;b&gt;",
		"<!subteam^" + w.sales + ">": "<!subteam^" + w.sales + ">",
	} {
		m, _ := w.Message(w.chat, w.botPost("text", in))
		if m.Text != want {
			t.Errorf("%q became %q, want %q", in, m.Text, want)
		}
	}
}

func TestOnlyOwnMessagesAreChangedAndDeleted(t *testing.T) {
	w := newWorld(t)
	anns := w.say(w.ann, "mine")
	w.call("chat.update", "channel", w.chat, "ts", anns, "text", "x").refused(t, "cant_update_message")
	w.call("chat.delete", "channel", w.chat, "ts", anns).refused(t, "cant_delete_message")
	w.call("chat.update", "channel", w.chat, "ts", "1.000001", "text", "x").refused(t, "message_not_found")
	if err := w.Edit(w.bob.ID, w.chat, anns, "x"); err == nil {
		t.Error("Bob changed Ann's message")
	}
}

func TestUpdateKeepsWhatIsNotGiven(t *testing.T) {
	w := newWorld(t)
	ts := w.botPost("text", "a", "blocks", `[{"type":"divider","block_id":"d"}]`,
		"metadata", `{"event_type":"e","event_payload":{}}`)
	w.call("chat.update", "channel", w.chat, "ts", ts, "text", "b").ok(t)
	m, _ := w.Message(w.chat, ts)
	if m.Text != "b" || !strings.Contains(string(m.Blocks), "divider") || m.Metadata == nil || m.Edited.User != w.app.BotUserID {
		t.Errorf("got %+v", m)
	}
	w.call("chat.update", "channel", w.chat, "ts", ts, "text", "c", "blocks", "[]").ok(t)
	if m, _ := w.Message(w.chat, ts); m.Blocks != nil {
		t.Errorf("blocks are %s", m.Blocks)
	}
	w.call("chat.update", "channel", w.chat, "ts", ts).refused(t, "no_text")
}

func TestRichTextIsNotReplacedByOtherBlocks(t *testing.T) {
	w := newWorld(t)
	rich := `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]}]}]`
	ts := w.botPost("text", "a", "blocks", rich)
	w.call("chat.update", "channel", w.chat, "ts", ts, "blocks", `[{"type":"divider"}]`).refused(t, "block_mismatch")
	w.call("chat.update", "channel", w.chat, "ts", ts, "blocks", rich).ok(t)
}

func TestChangesAndDeletionsAreTold(t *testing.T) {
	shows(t, 34)
	w := newWorld(t)
	l := w.connect()
	next := func() envelope {
		t.Helper()
		e := l.next()
		l.ack(e)
		return e
	}
	root := w.say(w.ann, "one")
	next()
	reply := w.say(w.bob, "two", fakeslack.InThread(root))
	next()

	if err := w.Edit(w.bob.ID, w.chat, reply, "two and a half"); err != nil {
		t.Fatal(err)
	}
	e := next()
	if e.event("subtype") != "message_changed" || e.event("hidden") != true ||
		dig(e.Payload, "event.message.text") != "two and a half" || dig(e.Payload, "event.message.thread_ts") != root ||
		dig(e.Payload, "event.previous_message.text") != "two" || dig(e.Payload, "event.message.edited.user") != w.bob.ID {
		t.Errorf("an edit: %v", e.Payload["event"])
	}

	if err := w.Unfurl(w.chat, reply, "https://x.example"); err != nil {
		t.Fatal(err)
	}
	e = next()
	if dig(e.Payload, "event.message.text") != dig(e.Payload, "event.previous_message.text") ||
		dig(e.Payload, "event.message.attachments") == nil {
		t.Errorf("an unfurl: %v", e.Payload["event"])
	}

	if err := w.Delete(w.bob.ID, w.chat, reply); err != nil {
		t.Fatal(err)
	}
	e = next()
	if e.event("subtype") != "message_deleted" || e.event("deleted_ts") != reply ||
		dig(e.Payload, "event.previous_message.thread_ts") != root {
		t.Errorf("a deletion: %v", e.Payload["event"])
	}

	w.say(w.bob, "three", fakeslack.InThread(root))
	next()
	if err := w.Delete(w.ann.ID, w.chat, root); err != nil {
		t.Fatal(err)
	}
	if e := next(); e.event("subtype") != "message_changed" || dig(e.Payload, "event.message.subtype") != "tombstone" {
		t.Errorf("a root with replies: %v", e.Payload["event"])
	}
}

func TestReactionsAreToldAndListed(t *testing.T) {
	w := newWorld(t)
	l := w.connect()
	ts := w.say(w.ann, "x")
	l.ack(l.next())
	if err := w.api.AddReaction("lock", slack.NewRefToMessage(w.chat, ts)); err != nil {
		t.Fatal(err)
	}
	e := l.next()
	if e.event("type") != "reaction_added" || e.event("reaction") != "lock" || dig(e.Payload, "event.item.ts") != ts || e.event("item_user") != w.ann.ID {
		t.Errorf("the event is %v", e.Payload["event"])
	}
	l.ack(e)
	add := []string{"channel", w.chat, "timestamp", ts, "name"}
	w.call("reactions.add", append(add, "lock")...).refused(t, "already_reacted")
	w.call("reactions.add", append(add, "no such")...).refused(t, "invalid_name")
	w.call("reactions.add", "channel", w.chat, "name", "lock", "timestamp", "1.1").refused(t, "message_not_found")
	if err := w.React(w.bob.ID, w.chat, ts, "lock"); err != nil {
		t.Fatal(err)
	}
	got, err := w.api.GetReactions(slack.NewRefToMessage(w.chat, ts), slack.GetReactionsParameters{})
	if err != nil || len(got.Reactions) != 1 || got.Reactions[0].Count != 2 {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := w.api.RemoveReaction("lock", slack.NewRefToMessage(w.chat, ts)); err != nil {
		t.Fatal(err)
	}
	w.call("reactions.remove", append(add, "lock")...).refused(t, "no_reaction")
	if m, _ := w.Message(w.chat, ts); len(m.Reactions) != 1 || !slices.Equal(m.Reactions[0].Users, []string{w.bob.ID}) {
		t.Errorf("left are %+v", m.Reactions)
	}
}

func TestPermalinksNameTheThread(t *testing.T) {
	shows(t, 30)
	w := newWorld(t)
	root := w.say(w.ann, "root")
	reply := w.say(w.ann, "reply", fakeslack.InThread(root))
	link, err := w.api.GetPermalink(&slack.PermalinkParameters{Channel: w.chat, Ts: reply})
	want := "https://example.slack.com/archives/" + w.chat + "/p" + strings.Replace(reply, ".", "", 1) + "?thread_ts=" + root + "&cid=" + w.chat
	if err != nil || link != want {
		t.Errorf("got %q, %v", link, err)
	}
	w.call("chat.getPermalink", "channel", w.chat, "message_ts", "1.1").refused(t, "message_not_found")
}

func TestEphemeralsAreSeenByOneAndForgotten(t *testing.T) {
	w := newWorld(t)
	ts, err := w.api.PostEphemeral(w.chat, w.ann.ID, slack.MsgOptionText("psst", false))
	if err != nil {
		t.Fatal(err)
	}
	got := w.Ephemerals(w.ann.ID)
	if len(got) != 1 || got[0].Text != "psst" || got[0].TS != ts || len(w.Ephemerals(w.bob.ID)) != 0 {
		t.Errorf("got %+v", got)
	}
	if n := len(w.Messages(w.chat)); n != 0 {
		t.Errorf("%d messages in the channel", n)
	}
	w.call("chat.update", "channel", w.chat, "ts", ts, "text", "x").refused(t, "message_not_found")
	stranger := w.AddPerson(fakeslack.Person{Name: "eve"})
	w.call("chat.postEphemeral", "channel", w.chat, "user", stranger.ID, "text", "x").refused(t, "user_not_in_channel")
}

func TestPeopleWriteRichText(t *testing.T) {
	shows(t, 48)
	w := newWorld(t)
	ts := w.say(w.ann, w.Typed("hi @bob, see #chat-sales & @sales: https://x.example/a?b=c :wave:"))
	m, _ := w.Message(w.chat, ts)
	if want := "hi <@" + w.bob.ID + ">, see <#" + w.chat + "|chat-sales> &amp; <!subteam^" + w.sales + "|@sales>: <https://x.example/a?b=c> :wave:"; m.Text != want {
		t.Errorf("text is %q", m.Text)
	}
	var blocks []struct {
		Elements []struct {
			Elements []map[string]any `json:"elements"`
		} `json:"elements"`
	}
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range blocks[0].Elements[0].Elements {
		kinds = append(kinds, fmt.Sprint(e["type"]))
	}
	if got := strings.Join(kinds, " "); got != "text user text channel text usergroup text link text emoji" {
		t.Errorf("elements are %s", got)
	}
	if m.ClientMsgID == "" {
		t.Error("no client_msg_id")
	}
}

func TestOtherBotsAreSignedAsSuch(t *testing.T) {
	w := newWorld(t)
	other := w.AddPerson(fakeslack.Person{Name: "deploybot", Bot: true})
	w.AddToChannel(w.chat, other.ID)
	m, _ := w.Message(w.chat, w.say(other, "deployed"))
	if m.BotID == "" || m.BotID == w.app.BotID || m.AppID == w.app.AppID || m.ClientMsgID != "" {
		t.Errorf("got %+v", m)
	}
}

func TestFilesNeedAToken(t *testing.T) {
	shows(t, 42)
	w := newWorld(t)
	l := w.connect()
	ts := w.say(w.ann, "look", fakeslack.Attach(fakeslack.File{Name: "a b.txt", Content: []byte("hello")}))
	if e := l.next(); e.event("subtype") != "file_share" {
		t.Errorf("the event is %v", e.Payload["event"])
	}
	m, _ := w.Message(w.chat, ts)
	info, _, _, err := w.api.GetFileInfo(m.Files[0].ID, 0, 0)
	if err != nil || info.Size != 5 || info.Mimetype != "text/plain; charset=utf-8" {
		t.Fatalf("files.info: %+v, %v", info, err)
	}
	var content strings.Builder
	if err := w.api.GetFile(info.URLPrivate, &content); err != nil || content.String() != "hello" {
		t.Errorf("got %q, %v", content.String(), err)
	}
	bad := slack.New("xoxb-bad", slack.OptionAPIURL(w.url+"/api/"))
	if err := bad.GetFile(info.URLPrivate, &content); err == nil || !strings.Contains(err.Error(), "sign-in") {
		t.Errorf("without a token: %v", err)
	}
}

func TestARootMayBeToldOfItsReplies(t *testing.T) {
	shows(t, 34)
	w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Assume.ReplyEvents = true })
	l := w.connect()
	root := w.say(w.ann, "root")
	l.ack(l.next())
	w.say(w.bob, "reply", fakeslack.InThread(root))
	l.ack(l.next())
	e := l.next()
	if e.event("subtype") != nil || e.event("hidden") != true || e.event("user") != nil ||
		dig(e.Payload, "event.message.ts") != root || dig(e.Payload, "event.message.reply_count") != 1.0 {
		t.Errorf("the event is %v", e.Payload["event"])
	}
}
