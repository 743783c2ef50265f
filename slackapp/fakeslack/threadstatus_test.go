package fakeslack_test

import (
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestAnAppShowsWhatItDoesInAThread(t *testing.T) {
	shows(t, 47)
	w := newWorld(t)
	root := w.say(w.ann, "root")
	set := func(thread, status string) answer {
		return w.call("assistant.threads.setStatus", "channel_id", w.chat, "thread_ts", thread, "status", status)
	}
	shown := func(want string) {
		t.Helper()
		if got := w.ThreadStatus(w.chat, root); got != want {
			t.Errorf("it shows %q, want %q", got, want)
		}
	}
	set(root, "is typing…").ok(t)
	shown("is typing…")
	w.clock.Advance(2*time.Minute + time.Second)
	shown("")
	set(root, "is typing…").ok(t)
	w.botPost("text", "here", "thread_ts", root)
	shown("")
	set("1.1", "x").refused(t, "invalid_thread_ts")
	w.call("assistant.threads.setStatus", "channel_id", "C404", "thread_ts", root, "status", "x").refused(t, "channel_not_found")
	if got := w.ThreadStatus("C404", root); got != "" {
		t.Errorf("an unknown channel shows %q", got)
	}
}

func TestTheStatusMayBeForAgentsOnly(t *testing.T) {
	shows(t, 47)
	w := newWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Assume.StatusForAgentsOnly = true })
	root := w.say(w.ann, "root")
	w.call("assistant.threads.setStatus", "channel_id", w.chat, "thread_ts", root, "status", "x").refused(t, "no_permission")
}
