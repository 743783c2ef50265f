package fakeslack

import "time"

// statusLife is how long "is typing…" stands under a thread.
//
// Documented: reference/methods/assistant.threads.setStatus.
const statusLife = 2 * time.Minute

// A threadStatus is what an app is doing in a thread.
type threadStatus struct {
	text    string
	expires time.Time
}

// setThreadStatus shows people in a thread what the app is doing, until it says
// something there, takes the status back by an empty one, or two minutes pass.
//
// Documented: reference/methods/assistant.threads.setStatus. Assumed: any app may,
// in any thread of a channel that it is in (switch: Assumptions.StatusForAgentsOnly).
func setThreadStatus(c *call) (reply, error) {
	if _, err := c.customized(); err != nil {
		return nil, err
	}
	if c.w.cfg.Assume.StatusForAgentsOnly {
		return nil, refuse("no_permission")
	}
	return c.locked(func() (reply, error) {
		ch := c.w.channels[c.args["channel_id"]]
		if ch == nil || !ch.isMember[c.grant.user] {
			return nil, refuse("channel_not_found")
		}
		root := ch.rootOf(c.args["thread_ts"])
		if root == nil {
			return nil, refuse("invalid_thread_ts")
		}
		root.status = threadStatus{c.args["status"], c.w.clock.Now().Add(statusLife)}
		return reply{}, nil
	})
}

// ThreadStatus returns what people see an app doing in a thread, or "".
func (w *Workspace) ThreadStatus(channel, ts string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.findChannel(channel)
	if c == nil {
		return ""
	}
	root := c.rootOf(ts)
	if root == nil || w.clock.Now().After(root.status.expires) {
		return ""
	}
	return root.status.text
}
