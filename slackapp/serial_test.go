package slackapp_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/slackapp"
)

func TestTurnsKeepTheirOrderHoweverTheGoroutinesRun(t *testing.T) {
	turns := slackapp.NewTurns()
	const jobs = 100
	var got, want []int
	var running sync.WaitGroup
	first := make(chan struct{})
	for i := range jobs {
		wait, end, ok := turns.Take("C1")
		if !ok {
			t.Fatalf("job %d was turned away", i)
		}
		want = append(want, i)
		running.Go(func() {
			if i == 0 {
				<-first // all others are in line by now
			}
			wait()
			got = append(got, i) // the race detector finds two at a time
			end()
		})
	}
	close(first)
	running.Wait()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAStuckChannelStopsNoOther(t *testing.T) {
	turns := slackapp.NewTurns()
	_, end, _ := turns.Take("stuck")
	defer end()
	for _, key := range []string{"other", ""} {
		wait, end, ok := turns.Take(key)
		if !ok {
			t.Fatalf("%q was turned away", key)
		}
		wait() // would not return
		end()
	}
}

func TestTooMuchIsTurnedAwayAndNotKept(t *testing.T) {
	t.Run("in one channel", func(t *testing.T) {
		turns := slackapp.NewTurns()
		var ends []func()
		for range slackapp.MaxWaitingInOne {
			_, end, _ := turns.Take("C1")
			ends = append(ends, end)
		}
		if _, _, ok := turns.Take("C1"); ok {
			t.Error("one more was let in")
		}
		if _, end, ok := turns.Take("C2"); !ok {
			t.Error("another channel was turned away")
		} else {
			end()
		}
		ends[0]()
		if _, _, ok := turns.Take("C1"); !ok {
			t.Error("the place that became free was not given")
		}
	})
	t.Run("in all", func(t *testing.T) {
		turns := slackapp.NewTurns()
		for range slackapp.MaxWaiting {
			turns.Take("")
		}
		if _, _, ok := turns.Take("C1"); ok {
			t.Error("one more was let in")
		}
	})
}

func TestConversationKeys(t *testing.T) {
	event := func(inner string) slackapp.Delivery {
		return slackapp.Delivery{Kind: slackapp.KindEvents, Payload: []byte(`{"event":` + inner + `}`)}
	}
	for _, c := range []struct {
		name string
		d    slackapp.Delivery
		want string
	}{
		{"a message", event(`{"type":"message","channel":"C1"}`), "C1"},
		{"an edit", event(`{"type":"message","subtype":"message_changed","channel":"C1"}`), "C1"},
		{"a mention of the app", event(`{"type":"app_mention","channel":"C1"}`), "C1"},
		{"a message without a channel", event(`{"type":"message"}`), ""},
		{"a renamed channel", event(`{"type":"channel_rename","channel":{"id":"C1"}}`), ""},
		{"a person", event(`{"type":"user_change"}`), ""},
		{"no JSON", slackapp.Delivery{Kind: slackapp.KindEvents, Payload: []byte(`{`)}, ""},
		{"a command", slackapp.Delivery{Kind: slackapp.KindCommand, Payload: []byte(`{"channel_id":"C1"}`)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := slackapp.ConversationKey(c.d); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
