package slackapp_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestCommandsOfAnAdmin(t *testing.T) {
	w := newWorld(t, fast)
	w.slack.AddChannel("chat-product", false, w.dan, w.cleo)
	w.slack.AddUserGroup("Product", "product", w.dan)
	w.slack.AddChannel("chat-secret", true, w.cleo)
	for _, row := range []struct{ typed, answer string }{
		{"/chatgroups", "What you can do here"},
		{"/chatgroups help", `create ["Tech help" @tech #chat-tech]`},
		{"/chatgroups list", "*Tech* (`tech`)"},
		{"/chatgroups list", "*General* (`general`) – has no channel yet"},
		{"/chatgroups create Product @nobody #chat-product", "There is no user group @nobody"},
		{"/chatgroups create Product @product #no-such-channel", "There is no channel #no-such-channel"},
		{"/chatgroups create Product @product #chat-secret", "The app cannot see <#"},
		{"/chatgroups create Product @product @ann #chat-product", "not both"},
		{`/chatgroups create "Product" @product #chat-product`, "*Product* is ready"},
		{`/chatgroups create “product” @product #chat-product`, `There is a group "Product" already`},
		{"/chatgroups create General @product #chat-product", "*General* is ready"},
		{"/chatgroups list", "*General* (`general`) – <#"},
		{"/chatgroups off product", "*Product*: *Closed* by hand, until somebody switches it"},
		{"/chatgroups list", "*Closed* by hand"},
		{"/chatgroups on product", "*Product*: *Open* by hand"},
		{"/chatgroups on nothing", `There is no group "nothing": there are`},
		{"/chatgroups delete general", "can be given another channel, but not deleted"},
		{"/chatgroups delete product", "Delete *Product*?"},
		{"/chatgroups delete product yes", "*Product* is deleted"},
		{"/chatgroups site", `&lt;script async src="https://chat.example.com/w/v1/main.js"&gt;&lt;/script&gt;`},
		{"/chatgroups site add https://Shop.example/", "`https://shop.example`"},
		{"/chatgroups site add https://shop.example", "may use the widget already"},
		{"/chatgroups site add shop.example", "is not an origin"},
		{"/chatgroups site add https://*.example", "two parts of a name"},
		{"/chatgroups site remove https://other.example", "is not one of the site's origins"},
		{"/chatgroups site remove https://shop.example", "none yet"},
		{"/chatgroups site rename x", "write it like"},
		{"/chatgroups managers tech", "Name people as managers"},
		{"/chatgroups managers @dan", "Besides workspace admins"},
		{"/chatgroups open", "No conversation is open in this workspace"},
		{"/chatgroups claim", "No conversation is open in this channel"},
		{"/chatgroups close 1042", "There is no conversation #1042"},
		{"/chatgroups frobnicate *now*", "There is no command `frobnicate`"},
		{"/chatgroups <!channel>", "There is no command"},
		{"/chatgroups doctor", "*bot token*: valid for workspace"},
	} {
		if got := w.command(w.cleo, w.lobby, row.typed); !containsFold(got, row.answer) {
			t.Errorf("%s\nsays  %q\nnot   %q", row.typed, got, row.answer)
		}
	}
	if !strings.Contains(w.command(w.dan, w.lobby, "/chatgroups off tech"), "*Tech*: *Closed* by hand") {
		t.Error("a manager may not administer groups")
	}
	w.onlyTold() // none of this notified anybody
}

func containsFold(s, part string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(part))
}

// TestWhoMayDoWhat is a table of person and action.
func TestWhoMayDoWhat(t *testing.T) {
	w := newWorld(t, fast)
	guest := w.slack.AddPerson(fakeslack.Person{Name: "gus", Restricted: true}).ID
	if err := w.slack.Join(guest, w.tech); err != nil {
		t.Fatal(err)
	}
	v := w.visitor()
	v.say("Hello?")
	w.root(w.tech, 0)
	may := func(user, channel, typed string) bool {
		t.Helper()
		got := w.command(user, channel, typed)
		for _, no := range []string{"only", "cannot", "can do that"} {
			if containsFold(got, no) {
				return false
			}
		}
		return true
	}
	for _, row := range []struct {
		who, user, channel, typed string
		want                      bool
	}{
		{"admin", w.cleo, w.lobby, "/chatgroups off sales", true},
		{"member", w.ann, w.lobby, "/chatgroups on sales", false},
		{"guest", guest, w.tech, "/chatgroups on sales", false},
		{"member", w.ann, w.lobby, "/chatgroups managers @ann", false},
		{"member", w.ann, w.lobby, "/chatgroups site add https://evil.example", false},
		{"member", w.ann, w.lobby, "/chatgroups delete tech yes", false},
		{"member", w.ann, w.lobby, "/chatgroups create X @tech #lobby", false},
		{"guest", guest, w.tech, "/chatgroups claim", false},
		{"somebody of another channel", w.bea, w.lobby, "/chatgroups claim 1001", false},
		{"member of the channel", w.ann, w.lobby, "/chatgroups claim 1001", true},
		{"member of the channel, no member of the user group", w.dan, w.tech, "/chatgroups claim", true},
		{"admin", w.cleo, w.lobby, "/chatgroups claim 1001", true},
		{"somebody of another channel", w.bea, w.sales, "/chatgroups close 1001", false},
		{"member of the channel", w.tom, w.tech, "/chatgroups close 1001", true},
	} {
		if got := may(row.user, row.channel, row.typed); got != row.want {
			t.Errorf("%s, %s: allowed is %v, want %v", row.who, row.typed, got, row.want)
		}
	}
}

func TestWhereSlackDoesNotSayWhoSomebodyIsNobodyMayDoAnything(t *testing.T) {
	w := newWorld(t, fast)
	late := w.slack.AddPerson(fakeslack.Person{Name: "lea", Admin: true}).ID
	if err := w.slack.Join(late, w.lobby); err != nil {
		t.Fatal(err)
	}
	w.slack.Fail("users.info", 10, fakeslack.ServerError(503))
	if got := w.command(late, w.lobby, "/chatgroups off tech"); !containsFold(got, "nothing was done") {
		t.Errorf("the command says %q", got)
	}
	if g, err := w.b.FindGroup(w.ws, "tech"); err != nil || g.Switch != nil {
		t.Error("the group was switched off")
	}
}

func TestDeletingAGroupMovesItsConversationsToTheDefaultGroup(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("Hello?")
	root := w.root(w.tech, 0)
	if got := w.command(w.cleo, w.lobby, "/chatgroups delete tech yes"); !containsFold(got, "give the default group a channel first") {
		t.Errorf("delete says %q", got)
	}
	w.command(w.cleo, w.lobby, "/chatgroups create General @sales #chat-sales")
	ctx := context.Background()
	res, err := w.slack.Command(ctx, w.cleo, w.lobby, "/chatgroups delete tech", false)
	if err != nil {
		t.Fatal(err)
	}
	asked := res.Responses()[0]
	if _, err := w.slack.ClickEphemeral(ctx, w.cleo, w.lobby, asked.TS, "delete_group"); err != nil {
		t.Fatal(err)
	}
	moved := w.root(w.sales, 0)
	w.reply(w.bea, w.sales, moved.TS, "I take over")
	v.waitBodies("I take over")
	w.wait("the old thread says that its group left", func() bool {
		posts := w.posts(w.tech, root.TS)
		return len(posts) > 0 && strings.Contains(posts[len(posts)-1], "left")
	})
	if _, err := w.b.FindGroup(w.ws, "tech"); bridge.CodeOf(err) != bridge.CodeNotFound {
		t.Errorf("the group is still there: %v", err)
	}
}

func TestWhereSeveralConversationsAreOpenACommandAsksWhichOne(t *testing.T) {
	w := newWorld(t, fast)
	first, second := w.visitor(), w.visitor()
	first.say("one")
	w.root(w.tech, 0)
	second.say("two")
	w.root(w.tech, 1)
	ctx := context.Background()
	res, err := w.slack.Command(ctx, w.ann, w.tech, "/chatgroups invite sales wants two", false)
	if err != nil {
		t.Fatal(err)
	}
	asked := res.Responses()[0]
	if !strings.Contains(asked.Text, "2 conversations are open here") {
		t.Fatalf("the command says %q", asked.Text)
	}
	if _, err := w.slack.ClickEphemeral(ctx, w.ann, w.tech, asked.TS, "typed:1002"); err != nil {
		t.Fatal(err)
	}
	root := w.root(w.sales, 0)
	if !stands(root, "Chat #1002") || !stands(root, "Invited by ann: wants two") {
		t.Errorf("the invited group reads\n%s", unescaped(root))
	}
}
