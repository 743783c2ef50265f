package slackapp_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// With a dead token nobody can be told in Slack: /readyz says it, and visitors see
// every group as away.
func TestADeadTokenKeepsEverythingAndGoesOnWithAGoodOne(t *testing.T) {
	for name, dies := range map[string]func(*world){
		"the token is revoked":   func(w *world) { w.must(w.slack.RevokeToken(w.inst.BotToken)) },
		"the app is uninstalled": func(w *world) { w.must(w.slack.Uninstall(w.inst.AppID)) },
		"… and Slack does not say": func(w *world) {
			w.slack.FailEvents("tokens_revoked", -1, fakeslack.Never())
			w.must(w.slack.RevokeToken(w.inst.BotToken))
		},
	} {
		t.Run(name, func(t *testing.T) {
			inTrouble(t, func(t *testing.T, w *world, _ func()) {
				v := w.visitor()
				v.say("one")
				root := w.root(w.tech, 0)
				w.until("the first line", func() bool { return len(w.linesOf(w.tech, root.TS)) == 1 })
				dies(w)
				v.say("two")
				w.until("it is noticed", func() bool { return w.app.Ready() != nil })
				if got := w.app.Ready().Error(); !strings.Contains(got, "does not accept the bot token") || !strings.Contains(got, "Reinstall the app") {
					t.Errorf("/readyz says %q", got)
				}
				if w.open("tech") || w.open("sales") {
					t.Error("visitors see groups as on that nobody can reach")
				}
				asked := len(w.slack.Requests())
				time.Sleep(time.Hour)
				v.say("three")
				time.Sleep(time.Minute)
				if n := len(w.slack.Requests()) - asked; n > 200 {
					t.Errorf("Slack is asked %d times in an hour", n)
				}
				if got := w.linesOf(w.tech, root.TS); !slices.Equal(got, []string{"one"}) {
					t.Errorf("in the thread stands %q", got)
				}
			})
		})
	}
}

func TestATokenThatIsGoodAgainNeedsNoRestart(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, _ func()) {
		v := w.visitor()
		v.say("one")
		root := w.root(w.tech, 0)
		w.until("the first line", func() bool { return len(w.linesOf(w.tech, root.TS)) == 1 })
		for _, method := range []string{"auth.test", "chat.postMessage", "conversations.replies"} {
			w.slack.Fail(method, -1, fakeslack.Refuse("account_inactive"))
		}
		v.say("two")
		w.until("it is noticed", func() bool { return w.app.Ready() != nil })
		time.Sleep(time.Hour)
		w.slack.ClearFaults()
		w.until("what waited", func() bool { return slices.Equal(w.linesOf(w.tech, root.TS), []string{"one", "two"}) })
		w.until("it is over", func() bool { return w.app.Ready() == nil && w.open("tech") })
		if got := w.told(w.cleo); len(got) != 0 {
			t.Errorf("the admin is told %q", got)
		}
	})
}

func TestAProgramThatIsStartedWithADeadTokenSaysSoAndGoesOnOnceItIsGood(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, restart func()) {
		v := w.visitor()
		v.say("one")
		root := w.root(w.tech, 0)
		w.until("the first line", func() bool { return len(w.linesOf(w.tech, root.TS)) == 1 })
		w.slack.Fail("auth.test", -1, fakeslack.Refuse("invalid_auth"))
		restart()
		w.until("it says why it does not work", func() bool {
			err := w.app.Ready()
			return err != nil && strings.Contains(err.Error(), "does not accept the bot token any more (invalid_auth)")
		})
		if w.open("tech") {
			t.Error("visitors see groups as on that nobody can reach")
		}
		v = w.returning(v.token)
		v.n = 1
		v.say("two")
		time.Sleep(time.Hour)
		w.slack.ClearFaults()
		w.until("what waited", func() bool { return slices.Equal(w.linesOf(w.tech, root.TS), []string{"one", "two"}) })
		w.until("all is well", func() bool { return w.app.Ready() == nil && w.open("tech") })
	})
}

// Methods name one cause differently. That must not have the channels drive each
// other on.
func TestADeadTokenOfManyNamesIsAskedAboutNowAndThen(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, _ func()) {
		v, other := w.visitor(), w.visitor()
		other.to = "sales"
		v.say("one")
		other.say("one")
		w.until("both lines", func() bool { return len(w.postings(w.tech)) == 2 && len(w.postings(w.sales)) == 2 })
		w.slack.Fail("auth.test", -1, fakeslack.Refuse("account_inactive"))
		for range 500 {
			w.slack.Fail("chat.postMessage", 1, fakeslack.Refuse("token_revoked"))
			w.slack.Fail("chat.postMessage", 1, fakeslack.Refuse("account_inactive"))
		}
		before := len(w.slack.Requests("chat.postMessage"))
		v.say("two")
		other.say("two")
		time.Sleep(time.Hour)
		if n := len(w.slack.Requests("chat.postMessage")) - before; n < 4 || n > 60 {
			t.Errorf("%d posts were tried in an hour", n)
		}
	})
}
