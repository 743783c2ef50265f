package slackapp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/slackapp"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// crowd is a workspace with people in it, and what the app knows of them.
type crowd struct {
	slackapp.People
	t     *testing.T
	slack *fakeslack.Workspace
	b     *bridge.Bridge
	home  bridge.WorkspaceID
	run   func() // until the test ends

	ann string
}

type noDesk struct{}

func (noDesk) Behind(bridge.ThreadKey, bridge.ThreadRef) {}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	w := fakeslack.New(fakeslack.Config{Limits: fakeslack.Limits{Off: true}, BaseURL: "http://127.0.0.1:9"})
	app := w.InstallApp(fakeslack.App{Name: "Chatgroups", SocketMode: true, Scopes: []string{"users:read"}})
	network := newMemNet()
	mux := http.NewServeMux()
	mux.Handle("/", w.Handler())
	pictures(mux)
	server := &http.Server{Handler: mux}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(network) })
	t.Cleanup(func() { cancel(); _ = server.Close(); running.Wait() })

	home := bridge.WorkspaceID(w.TeamID())
	b, err := bridge.New(ctx, bridgetest.NewMemory(), noDesk{}, bridge.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Setup(ctx, bridge.Workspace{ID: home}, "main", nil); err != nil {
		t.Fatal(err)
	}
	c := &crowd{
		t: t, slack: w, b: b, home: home,
		People: slackapp.NewPeople(slackapp.Config{BotToken: app.BotToken, APIURL: "http://127.0.0.1:9/api/"}, b, home, network.Dial),
		ann:    w.AddPerson(fakeslack.Person{Name: "ann", RealName: "Ann Lee"}).ID,
	}
	c.run = func() { running.Go(func() { c.Run(ctx) }) }
	return c
}

// settle lets everything happen that happens by itself within d.
func settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (c *crowd) asked(method string) int { return len(c.slack.Requests(method)) }

func TestEverybodyIsKnownFromTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		for i := range 450 { // more than two pages
			c.slack.AddPerson(fakeslack.Person{Name: fmt.Sprint("person", i)})
		}
		last := c.slack.AddPerson(fakeslack.Person{Name: "zoe"}).ID
		c.slack.Fail("users.list", 1, fakeslack.RateLimited(30*time.Second))
		c.run()
		settle(time.Minute)
		for id, want := range map[string]string{c.ann: "ann", last: "zoe"} {
			if got := c.Called(id); got != want {
				t.Errorf("%s is called %q, want %q", id, got, want)
			}
		}
		if n := c.asked("users.info"); n != 0 {
			t.Errorf("%d people were asked for one by one", n)
		}
	})
}

func TestOnlyAgentsAreShownToVisitors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		bob := c.slack.AddPerson(fakeslack.Person{Name: "bob"}).ID
		c.run()
		settle(time.Second)
		c.Called(bob)
		if got := c.Name(c.ann); got != "ann" {
			t.Errorf("Ann is called %q", got)
		}
		settle(time.Second)
		if _, ok := c.b.Agent(c.home, bridge.AgentID(bob)); ok {
			t.Error("somebody who was only mentioned is kept as an agent")
		}
		agent, ok := c.b.Agent(c.home, bridge.AgentID(c.ann))
		if !ok || agent.Name != "ann" || agent.AvatarName == "" {
			t.Errorf("Ann looks like %+v", agent)
		}
		if picture, err := c.b.Avatar(t.Context(), agent.AvatarName); err != nil || !bytes.HasPrefix(picture, []byte("\x89PNG")) {
			t.Errorf("her picture: %v", err)
		}
	})
}

func TestWhoIsNotKnownIsFoundOutInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.run()
		settle(time.Second)
		late := c.slack.AddPerson(fakeslack.Person{Name: "lea"}).ID
		c.slack.Fail("users.info", 2, fakeslack.ServerError(503))
		c.slack.Fail("users.info", 1, fakeslack.RateLimited(20*time.Second))
		for range 5 { // asking often is one question
			if got := c.Name(late); got != "" {
				t.Errorf("called %q at once", got)
			}
		}
		settle(20 * time.Second) // pauses of 2 and 4 seconds, then as Slack asks for
		if got, n := c.Name(late), c.asked("users.info"); got != "" || n != 3 {
			t.Errorf("called %q after asking %d times", got, n)
		}
		settle(10 * time.Second)
		if got := c.Name(late); got != "lea" {
			t.Errorf("called %q", got)
		}
		if agent, _ := c.b.Agent(c.home, bridge.AgentID(late)); agent.Name != "lea" {
			t.Errorf("looks like %+v", agent)
		}
		if n := c.asked("users.info"); n != 4 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestAnIDThatSlackDoesNotKnowIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.run()
		for range 20 {
			if got := c.Called("U0NOBODY0"); got != "" {
				t.Errorf("called %q", got)
			}
			settle(time.Second)
		}
		if n := c.asked("users.info"); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestAChangedNameAndPictureReachVisitors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.run()
		settle(time.Second)
		c.Name(c.ann)
		settle(time.Second)
		before, _ := c.b.Agent(c.home, bridge.AgentID(c.ann))
		c.Changed(userChange(c, c.ann, "Ann B.", "http://127.0.0.1:9/jpeg"))
		settle(time.Second)
		after, _ := c.b.Agent(c.home, bridge.AgentID(c.ann))
		if after.Name != "Ann B." || !strings.HasSuffix(after.AvatarName, ".jpg") {
			t.Errorf("was %+v, is %+v", before, after)
		}
	})
}

func TestAPictureThatCannotBeFetchedChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.run()
		settle(time.Second)
		c.Name(c.ann)
		settle(time.Second)
		c.Changed(userChange(c, c.ann, "ann", "http://127.0.0.1:9/missing"))
		settle(time.Minute)
		if agent, _ := c.b.Agent(c.home, bridge.AgentID(c.ann)); agent.AvatarName == "" {
			t.Error("the picture from before is gone")
		}
		c.Changed(userChange(c, c.ann, "Ann B.", "http://127.0.0.1:9/missing"))
		settle(time.Minute)
		if agent, _ := c.b.Agent(c.home, bridge.AgentID(c.ann)); agent.Name != "Ann B." {
			t.Errorf("the new name waits for a picture: %+v", agent)
		}
	})
}

func userChange(c *crowd, id, name, picture string) json.RawMessage {
	raw, err := json.Marshal(map[string]any{
		"type": "user_change",
		"user": map[string]any{"id": id, "team_id": c.home, "profile": map[string]any{"display_name": name, "image_72": picture}},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return raw
}

func TestWhoBelongs(t *testing.T) {
	for _, c := range []struct {
		name   string
		person fakeslack.Person
		want   slackapp.Standing
	}{
		{"a member", fakeslack.Person{}, slackapp.Standing{Belongs: true}},
		{"an admin", fakeslack.Person{Admin: true}, slackapp.Standing{Belongs: true, Admin: true}},
		{"an owner", fakeslack.Person{Owner: true}, slackapp.Standing{Belongs: true, Admin: true, Owner: true}},
		{"a guest of several channels", fakeslack.Person{Restricted: true}, slackapp.Standing{Guest: true}},
		{"a guest of one channel", fakeslack.Person{UltraRestricted: true}, slackapp.Standing{Guest: true}},
		{"somebody from another workspace", fakeslack.Person{TeamID: "T0OTHER001"}, slackapp.Standing{Stranger: true}},
		{"a stranger", fakeslack.Person{Stranger: true}, slackapp.Standing{Stranger: true}},
		{"somebody who left", fakeslack.Person{Deleted: true}, slackapp.Standing{Gone: true}},
		{"an admin who left", fakeslack.Person{Admin: true, Deleted: true}, slackapp.Standing{Admin: true, Gone: true}},
		{"a bot", fakeslack.Person{Bot: true}, slackapp.Standing{Bot: true}},
		{"Slackbot", fakeslack.Person{ID: "USLACKBOT"}, slackapp.Standing{Bot: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newCrowd(t)
				c.person.Name = "x"
				id := w.slack.AddPerson(c.person).ID
				got, err := w.Person(t.Context(), id, time.Minute)
				if err != nil || got != c.want {
					t.Errorf("got %+v, %v; want %+v", got, err, c.want)
				}
			})
		})
	}
}

func TestPermissionsComeFromAFreshAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		admin := func() bool {
			t.Helper()
			who, err := c.Person(t.Context(), c.ann, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return who.Admin
		}
		if admin() {
			t.Error("Ann is an admin")
		}
		if err := c.slack.ChangePerson(c.ann, func(p *fakeslack.Person) { p.Admin = true }); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if admin() || c.asked("users.info") != 1 {
			t.Error("Slack was asked again within a minute")
		}
		time.Sleep(time.Second)
		if !admin() {
			t.Error("what Slack said more than a minute ago still counts")
		}
		c.slack.Fail("users.info", 1, fakeslack.ServerError(503))
		time.Sleep(2 * time.Minute)
		if _, err := c.Person(t.Context(), c.ann, time.Minute); err == nil {
			t.Error("without an answer the old one counts")
		}
	})
}

func TestManyWhoAskAtOnceAskOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.slack.Fail("users.info", 1, fakeslack.Slow(time.Second))
		var asking sync.WaitGroup
		for range 20 {
			asking.Go(func() {
				if who, err := c.Person(context.Background(), c.ann, time.Minute); err != nil || !who.Belongs {
					t.Errorf("got %+v, %v", who, err)
				}
			})
		}
		asking.Wait()
		if n := c.asked("users.info"); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

// TestWhoGivesUpTakesNobodyWith: the one whose question it is may have less time
// than those who wait for the answer with him.
func TestWhoGivesUpTakesNobodyWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t)
		c.slack.Fail("users.info", 1, fakeslack.Slow(10*time.Second))
		hasty, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		var asking sync.WaitGroup
		asking.Go(func() {
			if _, err := c.Person(hasty, c.ann, 0); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the hasty one got %v", err)
			}
		})
		synctest.Wait()
		asking.Go(func() {
			if who, err := c.Person(context.Background(), c.ann, 0); err != nil || !who.Belongs {
				t.Errorf("the patient one got %+v, %v", who, err)
			}
		})
		synctest.Wait()
		short, cancelShort := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancelShort()
		start := time.Now()
		if _, err := c.Person(short, c.ann, 0); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 100*time.Millisecond {
			t.Errorf("the shortest waited %s and got %v", time.Since(start), err)
		}
		asking.Wait()
	})
}

// pictures serves what may stand behind the address of an avatar.
func pictures(mux *http.ServeMux) {
	var photo bytes.Buffer
	_ = jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 8, 8)), nil)
	serve := func(path string, h http.HandlerFunc) { mux.HandleFunc("GET "+path, h) }
	serve("/jpeg", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(photo.Bytes()) })
	serve("/missing", http.NotFound)
	serve("/page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write([]byte("<!doctype html><script>alert(1)</script>"))
	})
	serve("/huge", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(append(photo.Bytes(), make([]byte, bridge.MaxAvatarBytes)...))
	})
	serve("/near", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/jpeg", http.StatusFound) })
	serve("/far", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
	})
	serve("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	serve("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
}

func TestPicturesAreFetchedFromSlackAlone(t *testing.T) {
	for _, c := range []struct{ address, says string }{
		{"", ""},
		{"http://127.0.0.1:9/jpeg", ""},
		{"http://127.0.0.1:9/near", ""},
		{"http://127.0.0.1:9/far", "redirected to a host"},
		{"http://127.0.0.1:9/round", "redirected too often"},
		{"http://127.0.0.1:9/missing", "404"},
		{"http://127.0.0.1:9/page", "neither PNG nor JPEG"},
		{"http://127.0.0.1:9/huge", "too large"},
		{"http://127.0.0.1:9/slow", "deadline"},
		{"http://127.0.0.1:10/jpeg", "not on a host"},
		{"http://ca.slack-edge.com/x.png", "not on a host"},
		{"https://slack-edge.com.example/x.png", "not on a host"},
		{"https://evilslack-edge.com/x.png", "not on a host"},
		{"https://ca.slack-edge.com:8443/x.png", "not on a host"},
		{"https://ann@ca.slack-edge.com/x.png", "not on a host"},
		{"https://www.gravatar.com/x.png", "not on a host"},
		{"file:///etc/passwd", "not on a host"},
		{"https://[", "not on a host"},
	} {
		t.Run(c.address, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newCrowd(t)
				picture, err := w.Fetch(t.Context(), c.address)
				if c.says == "" {
					if err != nil || (picture == nil) != (c.address == "") {
						t.Errorf("got %d bytes, %v", len(picture), err)
					}
					return
				}
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("got %v, want %q", err, c.says)
				}
			})
		})
	}
}
