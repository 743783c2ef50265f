package fakeslack_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestAMessageIsPostedLater(t *testing.T) {
	shows(t, 62)
	w := newWorld(t)
	at := func(d time.Duration) string { return strconv.FormatInt(w.clock.Now().Add(d).Unix(), 10) }
	for name, row := range map[string]struct{ when, code string }{
		"in the past": {at(-time.Second), "time_in_past"},
		"too far":     {at(121 * 24 * time.Hour), "time_too_far"},
	} {
		t.Run(name, func(t *testing.T) {
			w.call("chat.scheduleMessage", "channel", w.chat, "text", "x", "post_at", row.when).refused(t, row.code)
		})
	}
	w.call("chat.scheduleMessage", "channel", w.chat, "post_at", at(time.Minute)).refused(t, "no_text")
	id := w.call("chat.scheduleMessage", "channel", w.chat, "text", "Later", "post_at", at(time.Minute)).ok(t).str("scheduled_message_id")
	never := w.call("chat.scheduleMessage", "channel", w.chat, "text", "Never", "post_at", at(time.Minute)).ok(t).str("scheduled_message_id")
	w.call("chat.deleteScheduledMessage", "channel", w.chat, "scheduled_message_id", never).ok(t)
	w.call("chat.deleteScheduledMessage", "channel", w.chat, "scheduled_message_id", never).refused(t, "invalid_scheduled_message_id")
	list, _ := w.call("chat.scheduledMessages.list").ok(t).body["scheduled_messages"].([]any)
	if len(list) != 1 || dig(list[0], "id") != id || dig(list[0], "text") != "Later" {
		t.Errorf("scheduled are %v", list)
	}
	if len(w.Messages(w.chat)) != 0 {
		t.Error("it is there already")
	}
	w.clock.Advance(time.Minute)
	w.until("the message is there", func() bool { return len(w.Messages(w.chat)) == 1 })
	if m := w.Messages(w.chat)[0]; m.Text != "Later" || m.BotID != w.app.BotID {
		t.Errorf("posted was %+v", m)
	}
	if list, _ := w.call("chat.scheduledMessages.list").ok(t).body["scheduled_messages"].([]any); len(list) != 0 {
		t.Errorf("scheduled are still %v", list)
	}
}

func TestThirtyMessagesAreScheduledForFiveMinutesOfAChannel(t *testing.T) {
	shows(t, 62)
	w := newWorld(t)
	span := w.clock.Now().Truncate(5 * time.Minute).Add(time.Hour)
	schedule := func(at time.Time) answer {
		return w.call("chat.scheduleMessage", "channel", w.chat, "text", "x", "post_at", fmt.Sprint(at.Unix()))
	}
	for i := range 30 {
		schedule(span.Add(time.Duration(i) * time.Second)).ok(t)
	}
	schedule(span.Add(time.Minute)).refused(t, "restricted_too_many")
	schedule(span.Add(5 * time.Minute)).ok(t)
}

func TestMessagesArePinned(t *testing.T) {
	shows(t, 63)
	w := newWorld(t, func(_ *fakeslack.Config, a *fakeslack.App) {
		a.Scopes = append([]string{"pins:read", "pins:write"}, a.Scopes...)
		a.Events = append([]string{"pin_added", "pin_removed"}, a.Events...)
	})
	l := w.connect()
	ts := w.call("chat.postMessage", "channel", w.chat, "text", "Read me").ok(t).str("ts")
	l.tells("message")
	w.call("pins.add", "channel", w.chat, "timestamp", ts).ok(t)
	if e := l.next(); e.event("type") != "pin_added" || e.event("item.message.ts") != ts || e.event("channel_id") != w.chat || e.event("has_pins") != true {
		t.Errorf("told of %v", e.Payload["event"])
	}
	w.call("pins.add", "channel", w.chat, "timestamp", ts).refused(t, "already_pinned")
	w.call("pins.add", "channel", w.chat, "timestamp", "1.000001").refused(t, "message_not_found")
	w.call("pins.add", "channel", w.chat).refused(t, "no_item_specified")
	w.call("pins.add", "channel", w.AddChannel("outside", false, w.ann.ID), "timestamp", ts).refused(t, "message_not_found")
	if items, _ := w.call("pins.list", "channel", w.chat).ok(t).body["items"].([]any); len(items) != 1 || dig(items[0], "message.text") != "Read me" {
		t.Errorf("pinned are %v", items)
	}
	w.call("pins.remove", "channel", w.chat, "timestamp", ts).ok(t)
	w.call("pins.remove", "channel", w.chat, "timestamp", ts).refused(t, "no_pin")
}

func TestReactionsAreListed(t *testing.T) {
	shows(t, 63)
	w := newWorld(t)
	var posts []string
	for i := range 3 {
		posts = append(posts, must[string](t)(w.Say(w.ann.ID, w.chat, fmt.Sprint("News ", i))))
	}
	secret := w.AddChannel("secret", true, w.bob.ID)
	hidden := must[string](t)(w.Say(w.bob.ID, secret, "Hidden"))
	for _, at := range []struct{ channel, ts string }{{w.chat, posts[0]}, {w.chat, posts[2]}, {secret, hidden}} {
		if err := w.React(w.bob.ID, at.channel, at.ts, "eyes"); err != nil {
			t.Fatal(err)
		}
	}
	first := w.call("reactions.list", "user", w.bob.ID, "limit", "1").ok(t)
	items, _ := first.body["items"].([]any)
	if len(items) != 1 || dig(items[0], "message.ts") != posts[2] {
		t.Fatalf("got %s", first.raw)
	}
	rest := w.call("reactions.list", "user", w.bob.ID, "cursor", first.str("response_metadata.next_cursor")).ok(t)
	items, _ = rest.body["items"].([]any)
	if len(items) != 1 || dig(items[0], "message.ts") != posts[0] {
		t.Errorf("got %s", rest.raw)
	}
	w.call("reactions.list", "user", "U404").refused(t, "user_not_found")
	w.call("reactions.list", "user", w.bob.ID, "cursor", "x").refused(t, "invalid_arguments")
}

func TestNoLinkIsUnfurledByAnAppThatRegisteredNoDomain(t *testing.T) {
	w := newWorld(t, func(_ *fakeslack.Config, a *fakeslack.App) { a.Scopes = append([]string{"links:write"}, a.Scopes...) })
	ts := must[string](t)(w.Say(w.ann.ID, w.chat, w.Typed("https://example.com")))
	w.call("chat.unfurl", "channel", w.chat, "ts", ts, "unfurls", `{"https://example.com":{}}`).refused(t, "cannot_unfurl_url")
	w.call("chat.unfurl", "channel", w.chat, "ts", ts, "unfurls", `[]`).refused(t, "invalid_unfurls_format")
	w.call("chat.unfurl", "channel", w.chat, "ts", ts).refused(t, "missing_unfurls")
	w.call("chat.unfurl", "ts", ts).refused(t, "missing_channel")
	w.call("chat.unfurl", "channel", w.chat).refused(t, "missing_ts")
}

func TestAReplyWithAFileIsShownInTheChannelToo(t *testing.T) {
	shows(t, 64)
	w := newWorld(t)
	root := must[string](t)(w.Say(w.ann.ID, w.chat, "Question"))
	ts := must[string](t)(w.Say(w.bob.ID, w.chat, "Answer", fakeslack.InThread(root), fakeslack.Broadcast(),
		fakeslack.Attach(fakeslack.File{Name: "a.txt", Content: []byte("x")})))
	m, _ := w.Message(w.chat, ts)
	if m.IsReply() || m.Subtype != "thread_broadcast" || m.ThreadTS != root || len(m.Files) != 1 || m.Root == nil {
		t.Errorf("got %+v", m)
	}
}
