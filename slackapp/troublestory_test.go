package slackapp_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/slackapp"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// inTrouble tells a story in virtual time, in a workspace whose program can be
// restarted over what it kept.
func inTrouble(t *testing.T, story func(t *testing.T, w *world, restart func())) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := worldOptions{net: newMemNet(), store: bridgetest.NewMemory()}
		o.app.Settle = 10 * time.Second
		w := newWorld(t, o)
		o.app.BotToken, o.app.AppToken, o.app.APIURL = w.inst.BotToken, w.inst.AppToken, w.apiURL
		o.unconnected = true
		story(t, w, func() {
			w.stop()
			w.start(o)
		})
	})
}

// told are the direct messages that the app sent somebody.
func (w *world) told(user string) []string {
	w.t.Helper()
	dm, err := w.slack.OpenDM(user, w.inst.BotUserID)
	if err != nil {
		w.t.Fatal(err)
	}
	var texts []string
	for _, m := range w.slack.Messages(dm) {
		texts = append(texts, m.Text)
	}
	return texts
}

// by calls the Web API with a token of its own, as Slack's pages do.
func (w *world) by(token, method string, args url.Values) {
	w.t.Helper()
	client := &http.Client{Transport: &http.Transport{DialContext: w.net.Dial, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, w.apiURL+method, strings.NewReader(args.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	if body, _ := io.ReadAll(res.Body); !strings.Contains(string(body), `"ok":true`) {
		w.t.Fatalf("%s: %s", method, body)
	}
}

// untilStory waits until a thread shows what the visitor said, once and in order,
// and nothing else: as lines, or as the story so far.
func (w *world) untilStory(channel, root string, said ...string) {
	w.t.Helper()
	var got []string
	w.until("the whole story "+strings.Join(said, ", "), func() bool {
		got = nil
		for _, line := range w.linesOf(channel, root) {
			if line != "The story so far:" {
				_, after, _ := strings.Cut(": "+line, ": ")
				if _, last, ok := strings.Cut(after, " · visitor: "); ok {
					after = last
				}
				got = append(got, after)
			}
		}
		return len(got) >= len(said)
	})
	if !slices.Equal(got, said) {
		w.t.Errorf("in the thread stands %q, want %q", got, said)
	}
}

// open reports whether visitors see a group as on.
func (w *world) open(name string) bool {
	w.t.Helper()
	g, err := w.b.FindGroup(w.ws, name)
	if err != nil {
		w.t.Fatal(err)
	}
	return g.Open()
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// A trouble of one group's: how it comes, what is said of it, how it is mended.
type troubleStory struct {
	name      string
	comes     func(*world)
	words     string // in doctor, in what admins are told, and beside /readyz
	shut      bool   // visitors see the group as off
	mend      func(*world)
	elsewhere string // where the thread goes on, "" where it stood
}

func troubleStories() []troubleStory {
	return []troubleStory{
		{
			name:  "the channel is archived",
			comes: func(w *world) { w.must(w.slack.Archive(w.cleo, w.tech)) },
			words: "is archived", shut: true,
			mend: func(w *world) { w.must(w.slack.Unarchive(w.cleo, w.tech)) },
		},
		{
			name: "the channel is archived, and Slack tells of neither that nor the end",
			comes: func(w *world) {
				w.slack.FailEvents("channel_archive", -1, fakeslack.Never())
				w.slack.FailEvents("channel_unarchive", -1, fakeslack.Never())
				w.must(w.slack.Archive(w.cleo, w.tech))
			},
			words: "is archived", shut: true,
			mend: func(w *world) { w.must(w.slack.Unarchive(w.cleo, w.tech)) },
		},
		{
			name:  "the app is removed from the channel",
			comes: func(w *world) { w.must(w.slack.Kick(w.cleo, w.tech, w.inst.BotUserID)) },
			words: "the app is not in", shut: true,
			mend: func(w *world) { w.must(w.slack.Invite(w.cleo, w.tech, w.inst.BotUserID)) },
		},
		{
			name:  "the channel is deleted",
			comes: func(w *world) { w.must(w.slack.DeleteChannel(w.cleo, w.tech)) },
			words: "the app cannot see", shut: true,
			mend: func(w *world) {
				g, err := w.b.FindGroup(w.ws, "tech")
				w.must(err)
				g.Channel = w.lobby
				_, err = w.b.UpdateGroup(context.Background(), g, bridge.Author{})
				w.must(err)
			},
			elsewhere: "lobby",
		},
		{
			name:  "apps may not post in the channel",
			comes: func(w *world) { w.slack.Restrict(w.tech, fakeslack.Announcements) },
			words: "does not let apps post", shut: true,
			mend: func(w *world) { w.slack.Restrict(w.tech, fakeslack.Unrestricted) },
		},
		{
			name:  "a scope is missing",
			comes: func(w *world) { w.must(w.slack.SetScopes(w.inst.AppID, without("reactions:write")...)) },
			words: "the app lacks a permission: reactions:write",
			mend:  func(w *world) { w.must(w.slack.SetScopes(w.inst.AppID, without("")...)) },
		},
		{
			name:  "the user group is disabled",
			comes: func(w *world) { w.must(w.slack.DisableUserGroup(w.cleo, w.techGroup)) },
			words: "the user group @tech is disabled",
			mend: func(w *world) {
				token := w.slack.AddUserToken(w.inst.AppID, w.cleo, "usergroups:write")
				w.by(token, "usergroups.enable", url.Values{"usergroup": {w.techGroup}})
			},
		},
		{
			name:  "nobody is left in the user group",
			comes: func(w *world) { w.must(w.slack.SetUserGroupMembers(w.cleo, w.techGroup)) },
			words: "nobody is left in the user group @tech",
			mend:  func(w *world) { w.must(w.slack.SetUserGroupMembers(w.cleo, w.techGroup, w.ann)) },
		},
		{
			name: "everybody in the user group is deactivated",
			comes: func(w *world) {
				for _, id := range []string{w.ann, w.tom} {
					w.must(w.slack.ChangePerson(id, func(p *fakeslack.Person) { p.Deleted = true }))
				}
			},
			words: "nobody is left in the user group @tech",
			mend: func(w *world) {
				w.must(w.slack.ChangePerson(w.ann, func(p *fakeslack.Person) { p.Deleted = false }))
			},
		},
	}
}

// without are the app's scopes but one.
func without(scope string) []string {
	scopes, _ := slackapp.Needs()
	return slices.DeleteFunc(scopes, func(s string) bool { return s == scope })
}

func TestTroubleIsToldOnceShownAndOverByItself(t *testing.T) {
	for _, s := range troubleStories() {
		t.Run(s.name, func(t *testing.T) {
			inTrouble(t, func(t *testing.T, w *world, restart func()) {
				v := w.visitor()
				v.say("one")
				root := w.root(w.tech, 0)
				w.until("the first line", func() bool { return len(w.linesOf(w.tech, root.TS)) == 1 })

				s.comes(w)
				v.say("two")
				w.until("it is noticed", func() bool { return len(w.app.Troubles()) == 1 })
				if got := w.app.Troubles()[0]; !strings.Contains(strings.ToLower(got), strings.ToLower(s.words)) {
					t.Errorf("/readyz lists %q", got)
				}
				if err := w.app.Ready(); err != nil {
					t.Errorf("one group's trouble makes the program not ready: %v", err)
				}
				if w.open("tech") == s.shut || !w.open("sales") {
					t.Errorf("Tech is open: %v, Sales: %v", w.open("tech"), w.open("sales"))
				}
				if got := w.command(w.cleo, w.lobby, "/chatgroups doctor"); !strings.Contains(strings.ToLower(got), strings.ToLower(s.words)) {
					t.Errorf("doctor says\n%s", got)
				}
				w.until("an admin is told", func() bool { return len(w.told(w.cleo)) > 0 })
				if got := w.told(w.cleo)[0]; !strings.Contains(strings.ToLower(got), strings.ToLower(s.words)) {
					t.Errorf("the admin is told %q", got)
				}
				time.Sleep(3 * time.Hour)
				restart()
				time.Sleep(time.Hour)
				if got := w.told(w.cleo); len(got) != 1 {
					t.Errorf("the admin is told %d times: %q", len(got), got)
				}
				if w.open("tech") == s.shut {
					t.Errorf("after a restart Tech is open: %v", w.open("tech"))
				}

				v = w.returning(v.token)
				v.n = 2
				v.say("three") // what a visitor writes is taken all the time
				s.mend(w)
				mended := time.Now()
				where, first := w.tech, root.TS
				if s.elsewhere != "" {
					where = w.lobby
					first = w.root(where, 0).TS
				}
				w.untilStory(where, first, "one", "two", "three")
				w.until("it is over", func() bool { return len(w.app.Troubles()) == 0 && w.open("tech") })
				if took := time.Since(mended); took > 15*time.Minute {
					t.Errorf("it took %s", took)
				}
				if got := w.command(w.cleo, w.lobby, "/chatgroups doctor"); strings.Contains(strings.ToLower(got), strings.ToLower(s.words)) {
					t.Errorf("doctor still says\n%s", got)
				}
				w.until("the admin is told that it is over", func() bool {
					got := w.told(w.cleo)
					return len(got) == 2 && strings.HasPrefix(got[1], ":white_check_mark: This is over")
				})
				time.Sleep(time.Hour)
				if got := w.told(w.cleo); len(got) != 2 {
					t.Errorf("in the end the admin was told %q", got)
				}
				// Answers reach the visitor again.
				if s.elsewhere == "" {
					w.reply(w.dan, w.tech, root.TS, "here we are")
					w.until("the answer", func() bool { return slices.Equal(v.bodies(), []string{"here we are"}) })
				}
			})
		})
	}
}

func TestManagersAreToldBeforeAdmins(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, _ func()) {
		w.must(w.b.SetManagers(context.Background(), w.ws, []bridge.AgentID{bridge.AgentID(w.dan)}, bridge.Author{}))
		w.must(w.slack.Archive(w.cleo, w.tech))
		w.until("the manager is told", func() bool { return len(w.told(w.dan)) == 1 })
		if got := w.told(w.cleo); len(got) != 0 {
			t.Errorf("the admin is told %q", got)
		}
	})
}

func TestWhereNobodyCanBeWrittenToAnotherChannelIsTold(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, _ func()) {
		w.slack.Fail("conversations.open", -1, fakeslack.Refuse("user_not_visible"))
		w.must(w.slack.Archive(w.cleo, w.tech))
		said := func() (n int) {
			for _, m := range w.slack.Messages(w.sales) {
				if strings.Contains(m.Text, "is archived") {
					n++
				}
			}
			return n
		}
		w.until("the other channel is told", func() bool { return said() > 0 })
		time.Sleep(3 * time.Hour)
		if said() != 1 {
			t.Errorf("it is said %d times", said())
		}
	})
}

func TestNoticesWaitWhereSlackAsksForAPause(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, _ func()) {
		const pause = 5 * time.Minute
		w.slack.Fail("conversations.open", 1, fakeslack.RateLimited(pause))
		w.must(w.slack.Archive(w.cleo, w.tech))
		w.until("the admin is told", func() bool { return len(w.told(w.cleo)) == 1 })
		asked := w.slack.Requests("conversations.open")
		if len(asked) < 2 || asked[1].At.Sub(asked[0].At) < pause {
			t.Errorf("notices were tried at %+v, want a pause of %v after the first", asked, pause)
		}
	})
}

func TestATroubleThatPassesAtOnceBothersNobody(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, _ func()) {
		w.must(w.slack.Archive(w.cleo, w.tech))
		w.until("it is noticed", func() bool { return !w.open("tech") })
		w.must(w.slack.Unarchive(w.cleo, w.tech))
		w.until("it is over", func() bool { return w.open("tech") })
		time.Sleep(time.Hour)
		if got := w.told(w.cleo); len(got) != 0 {
			t.Errorf("the admin is told %q", got)
		}
	})
}

func TestTroubleInChannelsOfOthersIsNone(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, _ func()) {
		w.must(w.slack.Archive(w.cleo, w.lobby))
		w.must(w.slack.DisableUserGroup(w.cleo, w.slack.AddUserGroup("Other", "other", w.dan)))
		time.Sleep(time.Hour)
		if got := w.app.Troubles(); len(got) != 0 {
			t.Errorf("there is trouble: %q", got)
		}
	})
}

// The twins of the events, for a private channel: once removed, the app cannot
// even see it.
func TestTroubleInAPrivateChannel(t *testing.T) {
	for _, s := range []troubleStory{
		{
			name:  "it is archived",
			comes: func(w *world) { w.must(w.slack.Archive(w.cleo, w.lobby)) },
			words: "is archived",
			mend:  func(w *world) { w.must(w.slack.Unarchive(w.cleo, w.lobby)) },
		},
		{
			name:  "the app is removed",
			comes: func(w *world) { w.must(w.slack.Kick(w.cleo, w.lobby, w.inst.BotUserID)) },
			words: "the app is not in",
			mend:  func(w *world) { w.must(w.slack.Invite(w.cleo, w.lobby, w.inst.BotUserID)) },
		},
		{
			name: "the app is removed, and Slack does not tell",
			comes: func(w *world) {
				for _, event := range []string{"member_left_channel", "group_left"} {
					w.slack.FailEvents(event, -1, fakeslack.Never())
				}
				w.must(w.slack.Kick(w.cleo, w.lobby, w.inst.BotUserID))
			},
			words: "the app cannot see",
			mend:  func(w *world) { w.must(w.slack.Invite(w.cleo, w.lobby, w.inst.BotUserID)) },
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			inTrouble(t, func(t *testing.T, w *world, _ func()) {
				w.lobby = w.slack.AddChannel("quiet", true, w.ann, w.cleo, w.inst.BotUserID)
				g, err := w.b.FindGroup(w.ws, "tech")
				w.must(err)
				g.Channel = w.lobby
				_, err = w.b.UpdateGroup(t.Context(), g, bridge.Author{})
				w.must(err)
				v := w.visitor()
				v.say("one")
				root := w.root(w.lobby, 0)
				w.until("the first line", func() bool { return len(w.linesOf(w.lobby, root.TS)) == 1 })
				s.comes(w)
				v.say("two")
				w.until("an admin is told", func() bool { return len(w.told(w.cleo)) == 1 })
				time.Sleep(2 * time.Hour)
				if got := w.told(w.cleo); len(got) != 1 || !strings.Contains(strings.ToLower(got[0]), s.words) {
					t.Errorf("the admin is told %q", got)
				}
				if got := w.app.Troubles(); len(got) != 1 || w.open("tech") {
					t.Errorf("there is trouble: %q; Tech is open: %v", got, w.open("tech"))
				}
				s.mend(w)
				w.untilStory(w.lobby, root.TS, "one", "two")
				w.until("it is over", func() bool { return len(w.app.Troubles()) == 0 && w.open("tech") })
			})
		})
	}
}

func TestWithoutThePermissionToPostNobodyCanBeToldAndNothingIsLost(t *testing.T) {
	inTrouble(t, func(t *testing.T, w *world, _ func()) {
		v := w.visitor()
		v.say("one")
		root := w.root(w.tech, 0)
		w.until("the first line", func() bool { return len(w.linesOf(w.tech, root.TS)) == 1 })
		w.mistaken = true
		w.must(w.slack.SetScopes(w.inst.AppID, without("chat:write")...))
		v.say("two")
		w.until("visitors see it", func() bool { return !w.open("tech") && !w.open("sales") })
		time.Sleep(time.Hour)
		if got := w.app.Troubles(); len(got) != 1 || !strings.Contains(got[0], "chat:write (posting threads") {
			t.Errorf("/readyz lists %q", got)
		}
		w.must(w.slack.SetScopes(w.inst.AppID, without("")...))
		w.untilStory(w.tech, root.TS, "one", "two")
		w.until("it is over", func() bool { return len(w.app.Troubles()) == 0 && w.open("tech") && w.open("sales") })
	})
}

func TestEachTroubleIsSaidWithItsMend(t *testing.T) {
	said := map[string]string{}
	for _, kind := range slackapp.TroubleKinds {
		what, mend := slackapp.Words(bridge.Trouble{Kind: kind, About: "C1", Detail: "detail"})
		if what == "" || mend == "" || strings.HasSuffix(what, ".") || strings.HasSuffix(mend, ".") || strings.Contains(what, kind+")") {
			t.Errorf("%s: %q, %q", kind, what, mend)
		}
		if other, ok := said[what]; ok {
			t.Errorf("%s and %s are said alike: %q", kind, other, what)
		}
		said[what] = kind
	}
}
