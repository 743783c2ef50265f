package fakeslack_test

import (
	"testing"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestWhatAChannelForbids(t *testing.T) {
	shows(t, 32)
	w := newWorld(t)
	root := w.say(w.ann, "root")
	for _, row := range []struct {
		restriction  fakeslack.Restriction
		alone, reply string // the error of a post in the channel and in a thread
	}{
		{fakeslack.Unrestricted, "", ""},
		{fakeslack.Announcements, "restricted_action", "restricted_action"},
		{fakeslack.ReadOnly, "restricted_action_read_only_channel", "restricted_action_read_only_channel"},
		{fakeslack.ThreadsOnly, "restricted_action_thread_only_channel", ""},
		{fakeslack.NoThreads, "", "restricted_action_non_threadable_channel"},
	} {
		w.Restrict(w.chat, row.restriction)
		for thread, code := range map[string]string{"": row.alone, root: row.reply} {
			a := w.call("chat.postMessage", "channel", w.chat, "text", "x", "thread_ts", thread)
			if code == "" {
				a.ok(t)
			} else {
				a.refused(t, code)
			}
		}
	}
}

func TestAThreadMayTakeNoReplies(t *testing.T) {
	shows(t, 32)
	w := newWorld(t)
	locked, odd := w.say(w.ann, "locked"), w.say(w.ann, "odd")
	if err := w.LockThread(w.chat, locked); err != nil {
		t.Fatal(err)
	}
	if err := w.ForbidReplies(w.chat, odd); err != nil {
		t.Fatal(err)
	}
	w.call("chat.postMessage", "channel", w.chat, "text", "x", "thread_ts", locked).refused(t, "restricted_action_thread_locked")
	w.call("chat.postMessage", "channel", w.chat, "text", "x", "thread_ts", odd).refused(t, "cannot_reply_to_message")
	w.call("chat.postMessage", "channel", w.chat, "text", "x").ok(t)
	if err := w.LockThread(w.chat, "1.1"); err == nil {
		t.Error("a thread that is not there is locked")
	}
}
