package slackapp_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestAVisitorsMessageOpensAThreadThatTellsTheGroupAndNobodyElse(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("My kettle does not boil")
	v.say("It is red")
	root := w.root(w.tech, 0)
	w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: My kettle does not boil", "Visitor 1001 · visitor: It is red")
	for _, want := range []string{"Chat #1001", "<!subteam^" + w.techGroup + ">", "Page: Tea – https://shop.example/tea"} {
		if !strings.Contains(unescaped(root), want) {
			t.Errorf("the root card lacks %q:\n%s", want, unescaped(root))
		}
	}
	w.onlyTold(w.ann, w.tom)
}

// onlyTold checks that everybody that the ledger names is one of these people, and
// that each of them was told.
func (w *world) onlyTold(people ...string) {
	w.t.Helper()
	told := map[string]bool{}
	for _, n := range w.slack.Ledger() {
		told[n.User] = true
		if !slices.Contains(people, n.User) {
			w.t.Errorf("somebody else was notified: %+v", n)
		}
	}
	for _, p := range people {
		if !told[p] {
			w.t.Errorf("%s was not notified", p)
		}
	}
}

func unescaped(m fakeslack.Message) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(m.Blocks))
}

func TestAnAgentsRepliesReachTheVisitorOnceAndInOrder(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("Hello?")
	root := w.root(w.tech, 0)
	w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: Hello?")
	w.slack.FailEvents("message", 2, fakeslack.Twice())
	w.reply(w.ann, w.tech, root.TS, "Hi, I am Ann")
	w.reply(w.tom, w.tech, root.TS, "and I am <@"+w.tom+">")
	w.reply(w.ann, w.tech, root.TS, "see <https://shop.example/help|the help>")
	v.waitBodies("Hi, I am Ann", "and I am @tom", "see the help (https://shop.example/help)")
	w.wait("Ann is shown as the one who claimed", func() bool {
		m, _ := w.slack.Message(w.tech, root.TS)
		return stands(m, "Claimed by ann")
	})
}

func TestANoteStaysInsideAndIsMarked(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("Hello?")
	root := w.root(w.tech, 0)
	var marked []string
	for _, text := range []string{"// he is angry", ":lock: very", "🔒 indeed"} {
		marked = append(marked, w.reply(w.ann, w.tech, root.TS, text))
	}
	w.reply(w.ann, w.tech, root.TS, "Good morning")
	v.waitBodies("Good morning")
	for _, ts := range marked {
		w.wait("the note is marked with a lock", func() bool {
			m, _ := w.slack.Message(w.tech, ts)
			return slices.ContainsFunc(m.Reactions, func(r fakeslack.Reaction) bool { return r.Name == "lock" })
		})
	}
}

func TestWhatIsNoReplyOfAPersonStaysInside(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("Hello?")
	root := w.root(w.tech, 0)
	other := w.slack.AddPerson(fakeslack.Person{Name: "otherbot", Bot: true}).ID
	stranger := w.slack.AddPerson(fakeslack.Person{Name: "eve", TeamID: "T0STRANGE01"}).ID
	for _, p := range []string{other, stranger} {
		if err := w.slack.Join(p, w.tech); err != nil {
			t.Fatal(err)
		}
	}
	say := func(user, text string, o ...fakeslack.SayOption) {
		if _, err := w.slack.Say(user, w.tech, text, o...); err != nil {
			t.Fatal(err)
		}
	}
	in := fakeslack.InThread(root.TS)
	say(w.ann, "a message of the channel")
	say(other, "a bot's", in)
	say(stranger, "from outside", in)
	say(w.ann, "of an unknown kind", in, fakeslack.Subtype("brand_new_thing"))
	say(w.ann, "joined", in, fakeslack.Subtype("channel_join"))
	say(w.ann, "<@"+w.inst.BotUserID+"> help", in)
	say(w.ann, "for the visitor, in the channel too", in, fakeslack.Broadcast())
	say(w.ann, "waves", in, fakeslack.Subtype("me_message"))
	say(w.ann, "the end", in)
	v.waitBodies("for the visitor, in the channel too", "waves", "the end")
	w.whisper(stranger, "from outside this workspace")
}

func TestInviteAndLeaveHandTheVisitorOver(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("I want a new kettle")
	techRoot := w.root(w.tech, 0)
	w.waitPosts(w.tech, techRoot.TS, "Visitor 1001 · visitor: I want a new kettle")
	w.reply(w.ann, w.tech, techRoot.TS, "One moment")
	note := w.reply(w.ann, w.tech, techRoot.TS, "// rich customer")
	v.waitBodies("One moment")
	w.wait("the note is kept", func() bool {
		m, _ := w.slack.Message(w.tech, note)
		return len(m.Reactions) > 0
	})

	if got := w.command(w.ann, w.tech, "/chatgroups invite sales wants a quote"); !strings.Contains(got, "Sales was invited to #1001") {
		t.Errorf("invite says %q", got)
	}
	salesRoot := w.root(w.sales, 0)
	if !stands(salesRoot, "Invited by ann: wants a quote") {
		t.Errorf("the invited group's card lacks the reason:\n%s", unescaped(salesRoot))
	}
	w.wait("the story so far", func() bool { return len(w.posts(w.sales, salesRoot.TS)) == 1 })
	story := w.posts(w.sales, salesRoot.TS)[0]
	for _, want := range []string{"Visitor 1001 · visitor: I want a new kettle", "ann (Tech): One moment", "ann (Tech), note: rich customer"} {
		if !strings.Contains(story, want) {
			t.Errorf("the story lacks %q:\n%s", want, story)
		}
	}
	// Both threads mirror each other.
	w.reply(w.bea, w.sales, salesRoot.TS, "Which colour?")
	w.reply(w.bea, w.sales, salesRoot.TS, "// red is gone")
	v.waitBodies("One moment", "Which colour?")
	w.waitPosts(w.tech, techRoot.TS, "Visitor 1001 · visitor: I want a new kettle",
		"Sales joined, invited by ann: wants a quote", "bea · Sales: Which colour?", "bea · Sales · note: red is gone")
	w.wait("the cards link to each other", func() bool {
		m, _ := w.slack.Message(w.tech, techRoot.TS)
		s, _ := w.slack.Message(w.sales, salesRoot.TS)
		return stands(m, strings.ReplaceAll(salesRoot.TS, ".", "")) && stands(s, strings.ReplaceAll(techRoot.TS, ".", ""))
	})

	if got := w.command(w.ann, w.tech, "/chatgroups leave 1001"); !strings.Contains(got, "Tech left #1001") {
		t.Errorf("leave says %q", got)
	}
	w.wait("the leaving thread says so", func() bool {
		posts := w.posts(w.tech, techRoot.TS)
		return strings.HasPrefix(posts[len(posts)-1], "Tech left.")
	})
	v.say("Blue")
	w.wait("the visitor's line in the thread that stayed", func() bool {
		return slices.Contains(w.posts(w.sales, salesRoot.TS), "Visitor 1001 · visitor: Blue")
	})
	if slices.Contains(w.posts(w.tech, techRoot.TS), "Visitor 1001 · visitor: Blue") {
		t.Error("the group that left still gets the visitor's lines")
	}
	w.reply(w.ann, w.tech, techRoot.TS, "bye")
	w.whisper(w.ann, "Your group left conversation #1001")

	if got := w.command(w.bea, w.sales, "/chatgroups leave"); !strings.Contains(got, "only group") {
		t.Errorf("the last group's leave says %q", got)
	}
	v.waitBodies("One moment", "Which colour?")
	w.onlyTold(w.ann, w.tom, w.bea)
}

func TestTheSameActionsByButtonAndByMentioningTheApp(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("Hello?")
	root := w.root(w.tech, 0)
	w.press(w.tom, w.tech, root.TS, "claim")
	w.wait("claimed by Tom", func() bool {
		m, _ := w.slack.Message(w.tech, root.TS)
		return stands(m, "Claimed by tom")
	})
	w.press(w.tom, w.tech, root.TS, "invite")
	picker := w.whisper(w.tom, "Whom do you want to bring into #1001?")
	ctx := context.Background()
	if _, err := w.slack.ClickEphemeral(ctx, w.tom, w.tech, picker.TS, "invite_to:sales"); err != nil {
		t.Fatal(err)
	}
	salesRoot := w.root(w.sales, 0)
	w.reply(w.ann, w.tech, root.TS, w.slack.Typed("@chatgroups leave"))
	w.wait("Tech left", func() bool {
		s, _ := w.slack.Message(w.tech, root.TS)
		return stands(s, "Tech left")
	})
	w.press(w.bea, w.sales, salesRoot.TS, "close")
	w.wait("closed", func() bool {
		s, _ := w.slack.Message(w.sales, salesRoot.TS)
		return stands(s, "Closed")
	})
	w.reply(w.bea, w.sales, salesRoot.TS, "still there?")
	w.whisper(w.bea, "the visitor does not see what is written here")
	w.press(w.bea, w.sales, salesRoot.TS, "reopen")
	w.wait("open again", func() bool {
		c, err := w.b.ByNumber(ctx, w.ws, 1001)
		return err == nil && !c.Closed
	})
	w.reply(w.bea, w.sales, salesRoot.TS, "now?")
	v.waitBodies("now?")
	if kinds := v.kinds(); !slices.Equal(kinds, []bridge.Kind{
		bridge.KindMessage, bridge.KindClaimed, bridge.KindJoined, bridge.KindLeft, bridge.KindClosed, bridge.KindReopened, bridge.KindClaimed, bridge.KindMessage,
	}) {
		t.Errorf("the visitor saw %v", kinds)
	}
}

func (c *tab) kinds() []bridge.Kind {
	var kinds []bridge.Kind
	for _, e := range c.seen {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func TestRepliesWrittenWhileTheBridgeWasDownArriveInOrder(t *testing.T) {
	o := fast
	o.slack.RetryDelays = []time.Duration{} // Slack sends each event once
	o.store = bridgetest.NewMemory()
	w := newWorld(t, o)
	v := w.visitor()
	token := v.Token()
	v.say("Hello?")
	root := w.root(w.tech, 0)
	w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: Hello?")
	w.reply(w.ann, w.tech, root.TS, "one")
	v.waitBodies("one")
	v.Leave()
	w.stop()
	for _, text := range []string{"two", "// not this", "three"} {
		w.reply(w.ann, w.tech, root.TS, text)
	}
	o.app.BotToken, o.app.AppToken, o.app.APIURL = w.inst.BotToken, w.inst.AppToken, w.apiURL
	w.start(o)
	w.reply(w.ann, w.tech, root.TS, "four")
	again := w.returning(token)
	again.waitBodies("one", "two", "three", "four")
}
