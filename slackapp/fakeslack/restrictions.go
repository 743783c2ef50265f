package fakeslack

import "fmt"

// A Restriction is what an admin or the sort of a channel forbids in it.
//
// Documented: the errors of reference/methods/chat.postMessage.
type Restriction string

const (
	Unrestricted  Restriction = ""
	Announcements Restriction = "restricted_action"                        // admins only
	ReadOnly      Restriction = "restricted_action_read_only_channel"      // nobody posts
	ThreadsOnly   Restriction = "restricted_action_thread_only_channel"    // replies only
	NoThreads     Restriction = "restricted_action_non_threadable_channel" // no replies
)

// Restrict says what apps may not do in a channel from now on. It panics where
// there is no such channel.
func (w *Workspace) Restrict(channel string, r Restriction) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.findChannel(channel)
	if c == nil {
		panic(noSuchChannel(channel))
	}
	c.restriction = r
}

// LockThread closes the thread of this message: replies of apps answer
// restricted_action_thread_locked.
func (w *Workspace) LockThread(channel, ts string) error {
	return w.closeThread(channel, ts, "restricted_action_thread_locked")
}

// ForbidReplies makes a message one that takes no replies, as some of Slack's own
// are: replies of apps answer cannot_reply_to_message.
func (w *Workspace) ForbidReplies(channel, ts string) error {
	return w.closeThread(channel, ts, "cannot_reply_to_message")
}

func (w *Workspace) closeThread(channel, ts, code string) error {
	return w.act(func() error {
		c := w.findChannel(channel)
		if c == nil {
			return noSuchChannel(channel)
		}
		root := c.rootOf(ts)
		if root == nil {
			return fmt.Errorf("fakeslack: no thread starts at %s in #%s", ts, c.name)
		}
		root.closed = code
		return nil
	})
}

// forbids returns the error code of a post into this thread, or outside of any
// where threadTS is empty; "" where it is allowed.
func (c *channel) forbids(threadTS string) string {
	root := c.rootOf(threadTS)
	switch {
	case root != nil && root.closed != "":
		return root.closed
	case c.restriction == ThreadsOnly && root != nil, c.restriction == NoThreads && root == nil:
		return ""
	}
	return string(c.restriction)
}
