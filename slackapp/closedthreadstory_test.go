package slackapp_test

import (
	"testing"
	"time"
)

// TestAThreadThatTakesNoRepliesIsMadeAnew: what the visitor wrote must stand somewhere,
// and somebody must see it.
func TestAThreadThatTakesNoRepliesIsMadeAnew(t *testing.T) {
	for name, shut := range map[string]func(w *world, root string) error{
		"locked":              func(w *world, root string) error { return w.slack.LockThread(w.tech, root) },
		"nothing to reply to": func(w *world, root string) error { return w.slack.ForbidReplies(w.tech, root) },
	} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, w *world) {
				v, root := w.quietThread()
				time.Sleep(time.Minute)
				w.ok(shut(w, root))
				v.say("two")
				w.until("a new root", func() bool { return len(w.rootsIn(w.tech)) == 2 })
				w.untilStory(w.tech, w.rootsIn(w.tech)[1], "one", "two")
				v.say("three")
				w.untilStory(w.tech, w.rootsIn(w.tech)[1], "one", "two", "three")
				time.Sleep(10 * time.Minute)
				if n := len(w.rootsIn(w.tech)); n != 2 {
					t.Errorf("there are %d roots", n)
				}
			})
		})
	}
}

// TestThreadsThatAreAllRefusedDoNotFillTheChannel: a new one for each would.
func TestThreadsThatAreAllRefusedDoNotFillTheChannel(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, _ := w.quietThread()
		time.Sleep(time.Minute)
		for range 30 {
			for _, root := range w.rootsIn(w.tech) {
				w.ok(w.slack.LockThread(w.tech, root))
			}
			v.say("again")
			time.Sleep(time.Minute)
		}
		if n := len(w.rootsIn(w.tech)); n != 2 {
			t.Errorf("there are %d roots", n)
		}
	})
}

// rootsIn are the root cards in a channel, the oldest first.
func (w *world) rootsIn(channel string) []string {
	var roots []string
	for _, m := range w.slack.Messages(channel) {
		if m.BotID == w.inst.BotID && !m.IsReply() {
			roots = append(roots, m.TS)
		}
	}
	return roots
}
