package fakeslack

import "fmt"

// lineIn posts what Slack says in a channel about the channel itself, in the name of
// who did it. It notifies nobody.
//
// Documented: reference/events/message/channel_name and its siblings, of which those
// of private channels begin with group_.
func (w *Workspace) lineIn(c *channel, about string, m Message) {
	m.Type, m.Subtype = "message", "channel_"+about
	if c.kind == private {
		m.Subtype = "group_" + about
	}
	w.post(c, &m, draft{quiet: true})
}

func (w *Workspace) joinedLine(c *channel, user, inviter string) {
	w.lineIn(c, "join", Message{User: user, Inviter: inviter, Text: fmt.Sprintf("<@%s> has joined the channel", user)})
}

func (w *Workspace) archivedLine(c *channel, user string, archived bool) {
	about := "archive"
	if !archived {
		about = "unarchive"
	}
	w.lineIn(c, about, Message{User: user, Text: fmt.Sprintf("<@%s> %sd the channel", user, about)})
}

func (w *Workspace) renamedLine(c *channel, user, before string) {
	w.lineIn(c, "name", Message{
		User: user, Name: c.name, OldName: before,
		Text: fmt.Sprintf("<@%s> has renamed the channel from %q to %q", user, before, c.name),
	})
}

// captionLine is about the topic or the purpose of a channel.
func (w *Workspace) captionLine(c *channel, user, which, text string) {
	m := Message{User: user, Text: fmt.Sprintf("<@%s> set the channel %s: %s", user, which, escapeLoose(text))}
	if which == "topic" {
		m.Topic = text
	} else {
		m.Purpose = text
	}
	w.lineIn(c, which, m)
}
