package slackapp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/slackapp"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// The stories here are told by a simulated Slack with its habits: it sends each
// delivery on any one socket, repeats what is not acknowledged in three seconds,
// and hears an acknowledgement only on the socket that the envelope came on.

// slackStory is a workspace with one person, one channel and an app with a client.
type slackStory struct {
	*fakeslack.Workspace
	client
	t       *testing.T
	ann     string
	channel string

	mu    sync.Mutex     // guards the following fields
	heard map[string]int // by text: how often
	order []string
}

func newSlackStory(t *testing.T, receive slackapp.Receiver, change ...func(*slackapp.SocketConfig)) *slackStory {
	w := fakeslack.New(fakeslack.Config{Limits: fakeslack.Limits{Off: true}, Seed: 1})
	ann := w.AddPerson(fakeslack.Person{Name: "ann"})
	app := w.InstallApp(fakeslack.App{
		Name: "Chatgroups", SocketMode: true,
		Scopes: []string{"channels:history", "commands", "chat:write"}, Events: []string{"message.channels"},
		Commands: []fakeslack.SlashCommand{{Name: "/chatgroups"}},
	})
	s := &slackStory{
		Workspace: w, t: t, ann: ann.ID, heard: make(map[string]int),
		channel: w.AddChannel("chat-sales", false, ann.ID, app.BotUserID),
	}
	network := newMemNet()
	server := &http.Server{Handler: w.Handler()}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(network) })
	running.Go(func() { _ = w.Run(ctx) })
	t.Cleanup(func() { cancel(); _ = server.Close(); running.Wait() })

	if receive == nil {
		receive = s.hear
	}
	end := &slackEnd{t: t, net: network}
	s.client = end.run(receive, append(change, func(cfg *slackapp.SocketConfig) { cfg.AppToken = app.AppToken })...)
	s.until("the client is connected", func() bool { return s.Sockets() > 0 })
	return s
}

// hear notes the texts of messages, once each, as the log of a conversation does.
func (s *slackStory) hear(_ context.Context, d slackapp.Delivery) (json.RawMessage, error) {
	var p struct {
		Event struct{ Text string }
	}
	if err := json.Unmarshal(d.Payload, &p); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.heard[p.Event.Text]++; s.heard[p.Event.Text] == 1 {
		s.order = append(s.order, p.Event.Text)
	}
	return nil, nil
}

func (s *slackStory) say(text string) {
	s.t.Helper()
	if _, err := s.Say(s.ann, s.channel, text); err != nil {
		s.t.Fatal(err)
	}
}

func (s *slackStory) has(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard[text] > 0
}

// until waits for something for as long as Slack would repeat an event.
func (s *slackStory) until(what string, ok func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	for !ok() {
		select {
		case <-ctx.Done():
			s.t.Fatalf("in vain: %s", what)
		case <-s.Changed():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func TestTwoHundredForcedDisconnectsLoseNoEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlackStory(t, nil)
		ends := []func(){
			func() { _, _ = s.Disconnect("warning") },
			func() { _, _ = s.Disconnect("refresh_requested") },
			func() { s.DropSockets(false) },
			func() { s.DropSockets(true) },
		}
		for i := range 200 {
			before, after := fmt.Sprint("before ", i), fmt.Sprint("after ", i)
			s.say(before)
			ends[i%len(ends)]()
			s.say(after)
			// Slack repeats three times: what it would take to lose all four is
			// not for this client to mend.
			s.until(before+" is heard", func() bool { return s.has(before) })
			s.until(after+" is heard", func() bool { return s.has(after) })
			s.until("a connection stands again", func() bool { return s.Sockets() > 0 })
		}
	})
}

// TestAnAnnouncedEndDisturbsNothing is the everyday case: a connection grows old.
// Nothing is repeated, nothing is late and nothing is out of order.
func TestAnAnnouncedEndDisturbsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlackStory(t, nil)
		var want []string
		for i := range 20 {
			time.Sleep(20 * time.Second) // each connection had time to prove stable
			if _, err := s.Disconnect("warning"); err != nil {
				t.Fatal(err)
			}
			for j := range 10 {
				text := fmt.Sprintf("line %d of %d", j, i)
				want = append(want, text)
				s.say(text)
				s.until(text+" is heard", func() bool { return s.has(text) })
				time.Sleep(time.Second)
			}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for i, text := range want {
			if s.order[i] != text || s.heard[text] != 1 {
				t.Fatalf("%q came %d times; in its place came %q", text, s.heard[text], s.order[i])
			}
		}
	})
}

func TestASilentSocketIsNoticedAndWhatItSwallowedComesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlackStory(t, nil)
		time.Sleep(time.Minute)
		if n := s.Silence(); n != 1 {
			t.Fatalf("%d sockets", n)
		}
		s.say("into the void")
		s.until("the message is heard", func() bool { return s.has("into the void") })
		if n := s.counted(t, "disconnects_total", "silent"); n != 1 {
			t.Errorf("counted %v silent ends", n)
		}
	})
}

func TestTooManySocketsAreNoStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlackStory(t, nil, func(cfg *slackapp.SocketConfig) { cfg.Sockets = 11 })
		time.Sleep(10 * time.Minute)
		if n := s.Sockets(); n < 10 {
			t.Errorf("%d sockets, want 10", n)
		}
		if st := s.Status(); st.Trouble == "" {
			t.Errorf("status %+v says nothing of the eleventh", st)
		}
		if n := len(s.Requests("apps.connections.open")); n > 11+30 {
			t.Errorf("asked for %d connections in ten minutes", n)
		}
		s.say("heard all the same")
		s.until("the message is heard", func() bool { return s.has("heard all the same") })
	})
}

func TestSocketModeSwitchedOffAndOnAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlackStory(t, nil)
		time.Sleep(time.Minute)
		if _, err := s.Disconnect("link_disabled"); err != nil {
			t.Fatal(err)
		}
		s.until("it shows", func() bool { return s.Status().Trouble != "" })
		s.say("while it was off")
		start := time.Now()
		s.until("the message is heard", func() bool { return s.has("while it was off") })
		if waited := time.Since(start); waited < 50*time.Second {
			t.Errorf("asked again after %s", waited)
		}
	})
}

func TestACommandGetsItsReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSlackStory(t, func(_ context.Context, d slackapp.Delivery) (json.RawMessage, error) {
			if d.Kind != slackapp.KindCommand {
				return nil, nil
			}
			return json.RawMessage(`{"response_type":"ephemeral","text":"two groups"}`), nil
		})
		result, err := s.Command(t.Context(), s.ann, s.channel, "/chatgroups list", false)
		if err != nil {
			t.Fatal(err)
		}
		said := s.Ephemerals(s.ann)
		if len(said) != 1 || said[0].Text != "two groups" {
			t.Errorf("the person sees %+v, result %+v", said, result)
		}
	})
}
