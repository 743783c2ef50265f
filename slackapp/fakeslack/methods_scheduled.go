package fakeslack

import (
	"slices"
	"strconv"
	"time"
)

const (
	// farthestPost is how far ahead a message can be scheduled, and most of one
	// channel fall due in one span of postSpan.
	//
	// Documented: reference/methods/chat.scheduleMessage, "Restrictions".
	farthestPost = 120 * 24 * time.Hour
	postSpan     = 5 * time.Minute
	postsInSpan  = 30
)

// scheduled is a message that is to be posted later.
type scheduled struct {
	id      string
	in      *install
	channel *channel
	at      time.Time
	made    time.Time
	text    string
	due     *appointment
}

// chatScheduleMessage is documented in reference/methods/chat.scheduleMessage. What
// stands in the way when the message falls due, such as a channel that was
// archived, keeps it from being posted, and nobody is told.
func chatScheduleMessage(c *call) (reply, error) {
	content, err := c.readContent()
	if err != nil {
		return nil, err
	}
	if content.text == "" && len(content.blocks) == 0 && content.attachments == nil {
		return nil, refuse("no_text")
	}
	seconds, err := strconv.ParseInt(c.args["post_at"], 10, 64)
	if err != nil {
		return nil, refuse("invalid_time")
	}
	return c.locked(func() (reply, error) {
		w, now, at := c.w, c.w.clock.Now(), time.Unix(seconds, 0)
		thread := c.args["thread_ts"]
		ch, err := c.postTarget()
		switch {
		case err != nil:
			return nil, err
		case !at.After(now):
			return nil, refuse("time_in_past")
		case at.Sub(now) > farthestPost:
			return nil, refuse("time_too_far")
		case w.dueAround(ch, at) >= postsInSpan:
			return nil, refuse("restricted_too_many")
		}
		if code := ch.forbids(thread); code != "" {
			return nil, refuse(code)
		}
		m := &Message{
			Type: "message", Text: escapeLoose(content.text), Blocks: content.rawBlocks,
			Attachments: content.attachments, Metadata: content.metadata,
		}
		c.author(m, false)
		s := &scheduled{id: w.newID("Q"), in: c.in, channel: ch, at: at, made: now, text: m.Text}
		d := draft{
			threadTS: thread, broadcast: c.flag("reply_broadcast"), by: c.in,
			blocks: content.blocks, mentions: content.mentions,
		}
		s.due = w.agenda.after(at.Sub(now), func() { w.postScheduled(s, m, d) })
		w.scheduled = append(w.scheduled, s)
		shown := *m
		return reply{"channel": ch.id, "scheduled_message_id": s.id, "post_at": seconds, "message": &shown}, nil
	})
}

// dueAround counts what is due in the span of a channel that this moment is in.
func (w *Workspace) dueAround(ch *channel, at time.Time) (n int) {
	for _, s := range w.scheduled {
		if s.channel == ch && s.at.Truncate(postSpan).Equal(at.Truncate(postSpan)) {
			n++
		}
	}
	return n
}

func (w *Workspace) postScheduled(s *scheduled, m *Message, d draft) {
	w.mu.Lock()
	w.forgetScheduled(s)
	if !s.in.gone && !s.channel.archived && s.channel.isMember[s.in.BotUserID] {
		w.post(s.channel, m, d)
	}
	w.mu.Unlock()
	w.news.tell()
}

func (w *Workspace) forgetScheduled(s *scheduled) {
	w.scheduled = slices.DeleteFunc(w.scheduled, func(o *scheduled) bool { return o == s })
}

// chatDeleteScheduledMessage is documented in
// reference/methods/chat.deleteScheduledMessage.
func chatDeleteScheduledMessage(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, err := c.channel()
		if err != nil {
			return nil, err
		}
		for _, s := range c.w.scheduled {
			if s.id == c.args["scheduled_message_id"] && s.in == c.in && s.channel == ch && c.w.agenda.cancel(s.due) {
				c.w.forgetScheduled(s)
				return reply{}, nil
			}
		}
		return nil, refuse("invalid_scheduled_message_id")
	})
}

// chatScheduledMessagesList is documented in
// reference/methods/chat.scheduledMessages.list; an app sees its own.
func chatScheduledMessagesList(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		var own []*scheduled
		for _, s := range c.w.scheduled {
			if s.in == c.in && (c.args["channel"] == "" || c.args["channel"] == s.channel.id) {
				own = append(own, s)
			}
		}
		some, next, err := page(c, own, func(s *scheduled) string { return s.id }, 100, 100)
		if err != nil {
			return nil, err
		}
		list := []map[string]any{}
		for _, s := range some {
			list = append(list, map[string]any{
				"id": s.id, "channel_id": s.channel.id, "post_at": s.at.Unix(), "date_created": s.made.Unix(), "text": s.text,
			})
		}
		return reply{"scheduled_messages": list, "response_metadata": nextCursor(next)}, nil
	})
}
