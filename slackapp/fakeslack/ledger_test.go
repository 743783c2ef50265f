package fakeslack_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// why are the notifications of a message as "name:reason", sorted.
func (w *world) why(ts string) string {
	var all []string
	for _, n := range w.Notified(w.chat, ts) {
		p, _ := w.Person(n.User)
		reason := string(n.Why)
		if id, ok := n.Why.UserGroup(); ok {
			g, _ := w.UserGroup(id)
			reason = "@" + g.Handle
		}
		all = append(all, p.Name+":"+reason)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestWhoIsNotifiedByAnApp(t *testing.T) {
	shows(t, 36)
	w := newWorld(t)
	cat := w.AddPerson(fakeslack.Person{Name: "cat", Away: true})
	w.AddToChannel(w.chat, cat.ID)
	off := w.AddUserGroup("Old", "old", w.bob.ID)
	if err := w.DisableUserGroup(w.ann.ID, off); err != nil {
		t.Fatal(err)
	}
	group, bob := "<!subteam^"+w.sales+">", "<@"+w.bob.ID+">"
	section := func(kind, text, more string) string {
		return fmt.Sprintf(`[{"type":"section","text":{"type":%q,"text":%q%s}}]`, kind, text, more)
	}
	rich := func(element string) string {
		return `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + element + `]}]}]`
	}
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"nobody", []string{"text", "hello"}, ""},
		{"a group in the text", []string{"text", group + " hello"}, "ann:@sales"},
		{"a group with a label", []string{"text", "<!subteam^" + w.sales + "|@sales> hello"}, "ann:@sales"},
		{"a person in the text", []string{"text", bob}, "bob:mention"},
		{"a person before a group", []string{"text", group + "<@" + w.ann.ID + "|ann>"}, "ann:mention"},
		{"the channel", []string{"text", "<!channel>"}, "ann:broadcast bob:broadcast cat:broadcast"},
		{"those who are active", []string{"text", "<!here|here>"}, "ann:broadcast bob:broadcast"},
		{"everyone", []string{"text", "<!everyone>"}, "ann:broadcast bob:broadcast cat:broadcast"},
		{"a group that is switched off", []string{"text", "<!subteam^" + off + ">"}, ""},
		{"nobody known", []string{"text", "<@U404> <!subteam^S404>"}, ""},
		{"escaped", []string{"text", "&lt;!channel&gt; &lt;@" + w.bob.ID + "&gt;"}, ""},
		{"written out", []string{"text", "@sales @bob @here"}, ""},
		{"written out with link_names", []string{"text", "(@sales) @bob.", "link_names", "true"}, "ann:@sales bob:mention"},
		{"written out with parse=full", []string{"text", "@here", "parse", "full"}, "ann:broadcast bob:broadcast"},
		{"an address with link_names", []string{"text", "mail x@bob", "link_names", "1"}, ""},
		{"in the text beside blocks", []string{"text", group, "blocks", `[{"type":"divider"}]`}, "ann:@sales"},
		{"in a mrkdwn section", []string{"text", "x", "blocks", section("mrkdwn", group, "")}, "ann:@sales"},
		{"in a verbatim section", []string{"text", "x", "blocks", section("mrkdwn", group, `,"verbatim":true`)}, "ann:@sales"},
		{"written out in a section", []string{"text", "x", "blocks", section("mrkdwn", "@sales", "")}, "ann:@sales"},
		{"written out in a verbatim section", []string{"text", "x", "blocks", section("mrkdwn", "@sales", `,"verbatim":true`)}, ""},
		{"in a plain section", []string{"text", "x", "blocks", section("plain_text", group+" @here", "")}, ""},
		{"as rich text", []string{"text", "x", "blocks", rich(`{"type":"text","text":"` + group + ` @here"}`)}, ""},
		{"a rich group", []string{"text", "x", "blocks", rich(`{"type":"usergroup","usergroup_id":"` + w.sales + `"}`)}, "ann:@sales"},
		{"a rich person", []string{"text", "x", "blocks", rich(`{"type":"user","user_id":"` + w.bob.ID + `"}`)}, "bob:mention"},
		{"a rich broadcast", []string{"text", "x", "blocks", rich(`{"type":"broadcast","range":"here"}`)}, "ann:broadcast bob:broadcast"},
		{"in a context", []string{"text", "x", "blocks", `[{"type":"context","elements":[{"type":"mrkdwn","text":"` + bob + `"}]}]`}, "bob:mention"},
		{"in an attachment", []string{"attachments", `[{"text":"` + bob + `","fields":[{"value":"` + group + `"}]}]`}, "ann:@sales bob:mention"},
		{"in markdown", []string{"markdown_text", "**hi** " + bob}, "bob:mention"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := w.why(w.botPost(row.args...)); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestWhoFollowsAThread(t *testing.T) {
	shows(t, 36)
	w := newWorld(t)
	cat := w.AddPerson(fakeslack.Person{Name: "cat"})
	w.AddToChannel(w.chat, cat.ID)
	root := w.botPost("text", "<!subteam^"+w.sales+"> a visitor")
	if got := w.why(root); got != "ann:@sales" {
		t.Errorf("the root: %q", got)
	}
	if got := w.why(w.botPost("text", "hello", "thread_ts", root)); got != "" {
		t.Errorf("a group's mention made followers: %q", got)
	}
	w.say(w.bob, "I take this", fakeslack.InThread(root))
	if got := w.why(w.botPost("text", "thanks", "thread_ts", root)); got != "bob:follows" {
		t.Errorf("who replied follows: %q", got)
	}
	if got := w.why(w.say(w.bob, "ask <@"+cat.ID+">", fakeslack.InThread(root))); got != "cat:mention" {
		t.Errorf("a mention: %q", got)
	}
	if got := w.why(w.botPost("text", "well", "thread_ts", root)); got != "bob:follows cat:follows" {
		t.Errorf("who was mentioned follows: %q", got)
	}
	if err := w.Unfollow(cat.ID, w.chat, root); err != nil {
		t.Fatal(err)
	}
	if err := w.Follow(w.ann.ID, w.chat, root); err != nil {
		t.Fatal(err)
	}
	if got := w.why(w.botPost("text", "so", "thread_ts", root)); got != "ann:follows bob:follows" {
		t.Errorf("by hand: %q", got)
	}
	own := w.say(w.ann, "my thread")
	if got := w.why(w.say(w.bob, "yes?", fakeslack.InThread(own))); got != "ann:follows" {
		t.Errorf("the author of a root: %q", got)
	}
}

func TestAGroupMentionMayMakeFollowers(t *testing.T) {
	shows(t, 36)
	w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Assume.GroupMentionFollows = true })
	root := w.botPost("text", "<!subteam^"+w.sales+">")
	if got := w.why(w.botPost("text", "hello", "thread_ts", root)); got != "ann:follows" {
		t.Errorf("got %q", got)
	}
}

func TestAMentionThatAnEditAdds(t *testing.T) {
	shows(t, 36)
	for name, quiet := range map[string]bool{"notifies": false, "may be quiet": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Assume.QuietEdits = quiet })
			ts := w.botPost("text", "<!subteam^"+w.sales+">")
			w.call("chat.update", "channel", w.chat, "ts", ts, "text", "<!subteam^"+w.sales+"> claimed").ok(t)
			if got := w.why(ts); got != "ann:@sales" {
				t.Errorf("the same mention counts again: %q", got)
			}
			w.call("chat.update", "channel", w.chat, "ts", ts, "text", "<!subteam^"+w.sales+"> <@"+w.bob.ID+">").ok(t)
			want := "ann:@sales bob:mention"
			if quiet {
				want = "ann:@sales"
			}
			if got := w.why(ts); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestQuietAssumptions(t *testing.T) {
	shows(t, 36)
	w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) {
		c.Assume.QuietFallback = true
		c.Assume.QuietNonVerbatim = true
		c.Assume.QuietOutsiders = true
	})
	outside := w.AddPerson(fakeslack.Person{Name: "out"})
	for _, args := range [][]string{
		{"text", "<@" + w.bob.ID + ">", "blocks", `[{"type":"divider"}]`},
		{"text", "x", "blocks", `[{"type":"section","text":{"type":"mrkdwn","text":"@bob"}}]`},
		{"text", "<@" + outside.ID + ">"},
	} {
		if got := w.why(w.botPost(args...)); got != "" {
			t.Errorf("%v notifies %q", args, got)
		}
	}
}

func TestWhoIsOutOfReach(t *testing.T) {
	shows(t, 36)
	w := newWorld(t)
	secret := w.AddChannel("secret", true, w.bob.ID, w.app.BotUserID)
	ts := w.call("chat.postMessage", "channel", secret, "text", "<!subteam^"+w.sales+"> <@"+w.bob.ID+">").ok(t).str("ts")
	if got := w.Notified(secret, ts); len(got) != 1 || got[0].User != w.bob.ID {
		t.Errorf("in a private channel: %+v", got)
	}
	gone := w.AddPerson(fakeslack.Person{Name: "gone", Deleted: true})
	bot := w.AddPerson(fakeslack.Person{Name: "otherbot", Bot: true})
	guest := w.AddPerson(fakeslack.Person{Name: "guest", Restricted: true})
	outsider := w.AddPerson(fakeslack.Person{Name: "outsider"})
	text := ""
	for _, p := range []fakeslack.Person{gone, bot, guest, outsider} {
		text += "<@" + p.ID + "> "
	}
	if got := w.why(w.botPost("text", text)); got != "outsider:mention" {
		t.Errorf("in a public channel: %q", got)
	}
}

func TestDirectMessagesNotify(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.api.PostMessage(w.ann.ID, slack.MsgOptionText("hello", false))
	if err != nil {
		t.Fatal(err)
	}
	all := w.Ledger()
	if len(all) != 1 || all[0].User != w.ann.ID || all[0].Why != fakeslack.WhyDirect {
		t.Errorf("got %+v", all)
	}
}

func TestEphemeralsAndJoinsNotifyNobody(t *testing.T) {
	w := newWorld(t)
	w.call("chat.postEphemeral", "channel", w.chat, "user", w.bob.ID, "text", "<@"+w.bob.ID+">").ok(t)
	eve := w.AddPerson(fakeslack.Person{Name: "eve"})
	if err := w.Join(eve.ID, w.chat); err != nil {
		t.Fatal(err)
	}
	if all := w.Ledger(); len(all) != 0 {
		t.Errorf("got %+v", all)
	}
}

// FuzzEscapedTextMentionsNobody holds what an app relies on: text whose three
// special characters are escaped notifies nobody, whatever it says.
func FuzzEscapedTextMentionsNobody(f *testing.F) {
	w := fakeslack.New(fakeslack.Config{Limits: fakeslack.Limits{Off: true}})
	ann := w.AddPerson(fakeslack.Person{ID: "U1", Name: "ann"})
	bob := w.AddPerson(fakeslack.Person{ID: "U2", Name: "bob"})
	chat := w.AddChannel("chat", false, ann.ID, bob.ID)
	for _, seed := range []string{"<!channel>", "<@U1>", "&lt;!here&gt;", "<<!here>>", "@ann", "<!subteam^S1|x>", "&amp;lt;!here>"} {
		f.Add(seed)
	}
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	f.Fuzz(func(t *testing.T, text string) {
		before := len(w.Ledger())
		if _, err := w.Say(bob.ID, chat, escape.Replace(text)+" "); err != nil {
			t.Fatal(err)
		}
		if n := len(w.Ledger()); n != before {
			t.Errorf("%q notified: %+v", text, w.Ledger()[before:])
		}
	})
}
