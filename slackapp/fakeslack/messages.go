package fakeslack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Message is one message as Slack writes it (reference/events/message). What
// the methods of Workspace return is a copy, as of that moment.
type Message struct {
	Type         string            `json:"type"`
	Subtype      string            `json:"subtype,omitempty"`
	ClientMsgID  string            `json:"client_msg_id,omitempty"`
	User         string            `json:"user,omitempty"`
	Username     string            `json:"username,omitempty"`
	Icons        map[string]string `json:"icons,omitempty"`
	BotID        string            `json:"bot_id,omitempty"`
	AppID        string            `json:"app_id,omitempty"`
	BotProfile   *BotProfile       `json:"bot_profile,omitempty"`
	Team         string            `json:"team,omitempty"`
	UserTeam     string            `json:"user_team,omitempty"`
	SourceTeam   string            `json:"source_team,omitempty"`
	Inviter      string            `json:"inviter,omitempty"`
	Name         string            `json:"name,omitempty"` // of a channel that was renamed, as the next
	OldName      string            `json:"old_name,omitempty"`
	Topic        string            `json:"topic,omitempty"`   // of a channel_topic
	Purpose      string            `json:"purpose,omitempty"` // of a channel_purpose
	Text         string            `json:"text"`
	Blocks       json.RawMessage   `json:"blocks,omitempty"`
	Attachments  json.RawMessage   `json:"attachments,omitempty"`
	Files        []FileInfo        `json:"files,omitempty"`
	Upload       bool              `json:"upload,omitempty"`
	Room         json.RawMessage   `json:"room,omitempty"` // of a huddle_thread
	Metadata     *Metadata         `json:"metadata,omitempty"`
	Edited       *Edited           `json:"edited,omitempty"`
	TS           string            `json:"ts"`
	ThreadTS     string            `json:"thread_ts,omitempty"`
	ParentUserID string            `json:"parent_user_id,omitempty"`
	Hidden       bool              `json:"hidden,omitempty"`

	ReplyCount      int        `json:"reply_count,omitempty"`
	ReplyUsersCount int        `json:"reply_users_count,omitempty"`
	ReplyUsers      []string   `json:"reply_users,omitempty"`
	LatestReply     string     `json:"latest_reply,omitempty"`
	Reactions       []Reaction `json:"reactions,omitempty"`
	Root            *Message   `json:"root,omitempty"` // of a thread_broadcast
}

// IsReply reports whether the message stands only in its thread, not in the channel.
func (m Message) IsReply() bool {
	return m.ThreadTS != "" && m.ThreadTS != m.TS && m.Subtype != "thread_broadcast"
}

// A BotProfile says which app posted a message.
type BotProfile struct {
	ID      string            `json:"id"`
	AppID   string            `json:"app_id"`
	Name    string            `json:"name"`
	TeamID  string            `json:"team_id"`
	Deleted bool              `json:"deleted"`
	Updated int64             `json:"updated"`
	Icons   map[string]string `json:"icons,omitempty"`
}

// Metadata is what an app attaches to a message for apps to read.
type Metadata struct {
	EventType    string          `json:"event_type"`
	EventPayload json.RawMessage `json:"event_payload"`
}

// Edited says who changed a message last, and when.
type Edited struct {
	User string `json:"user"`
	TS   string `json:"ts"`
}

// A Reaction is one emoji under a message.
type Reaction struct {
	Name  string   `json:"name"`
	Users []string `json:"users"`
	Count int      `json:"count"`
}

// entry is a place in a channel's history. Its Message is never changed, only
// replaced, so that events may be written out later without the lock.
type entry struct {
	msg       *Message
	by        *install // the app that posted it, nil for a person
	custom    bool     // posted under a name of its own
	gone      bool     // deleted
	closed    string   // the error code of replies, "" where they are welcome
	rich      bool     // has rich_text blocks
	mentions  mentions
	reactions []Reaction

	root      *entry   // of a reply
	replies   []*entry // of a root, without those deleted
	repliers  []string // who wrote them, each once
	followers map[string]bool
	status    threadStatus // of a root
}

// draft is what comes with a message that is being posted.
type draft struct {
	threadTS  string
	broadcast bool // to the channel too
	by        *install
	custom    bool
	blocks    any // decoded, as in the message
	mentions  mentions
	quiet     bool // joins and the like notify nobody
	lost      bool // Slack accepts it and loses it
}

// nextTS returns the time as the unique id of a new message.
//
// Documented: messaging/retrieving-messages; the ts is unique per channel, and
// is an id, not a number.
func (c *channel) nextTS(now time.Time) string {
	us := now.UnixMicro()
	if us <= c.lastTS {
		us = c.lastTS + 1
	}
	c.lastTS = us
	return formatTS(us)
}

func formatTS(us int64) string { return fmt.Sprintf("%d.%06d", us/1e6, us%1e6) }

// parseTS returns a ts in microseconds.
func parseTS(ts string) (us int64, ok bool) {
	seconds, fraction, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || s < 0 || len(fraction) > 6 {
		return 0, false
	}
	if fraction == "" {
		return s * 1e6, true
	}
	f, err := strconv.ParseUint(fraction+strings.Repeat("0", 6-len(fraction)), 10, 32)
	return s*1e6 + int64(f), err == nil
}

// find returns the message with this ts unless it is gone.
func (c *channel) find(ts string) *entry {
	if e := c.byTS[ts]; e != nil && !e.gone {
		return e
	}
	return nil
}

// rootOf returns the root of the thread that a message with this ts is in or
// would start.
//
// Documented: messaging/sending-and-scheduling-messages; a reply to a reply goes to
// its parent. Observed: where the parent is gone the message is posted outside of
// any thread (slack-go, PostMessageWithResponse).
func (c *channel) rootOf(ts string) *entry {
	e := c.find(ts)
	if e == nil {
		return nil
	}
	if e.root != nil {
		e = e.root
	}
	if e.gone || e.msg.Subtype == "tombstone" {
		return nil
	}
	return e
}

// post puts m into c: it gets its ts, people are notified, apps are told. The
// caller has checked that it may be posted.
func (w *Workspace) post(c *channel, m *Message, d draft) *entry {
	m.TS = c.nextTS(w.clock.Now())
	if m.Team == "" {
		m.Team = w.cfg.TeamID
	}
	e := &entry{msg: m, by: d.by, custom: d.custom, rich: hasRichText(d.blocks), mentions: d.mentions}
	if d.threadTS != "" {
		e.root = c.rootOf(d.threadTS)
	}
	if d.lost {
		if e.root != nil {
			m.ThreadTS = e.root.msg.TS
		}
		return e
	}
	if root := e.root; root != nil {
		m.ThreadTS = root.msg.TS
		m.ParentUserID = root.msg.User
		if d.broadcast && (m.Subtype == "" || m.Subtype == "file_share") {
			// Assumed: that it is a broadcast counts more than that it has files.
			m.Subtype = "thread_broadcast"
		}
		root.replies = append(root.replies, e)
		if d.by != nil {
			root.status = threadStatus{}
		}
		root.noteReplier(e)
	}
	c.entries = append(c.entries, e)
	c.byTS[m.TS] = e
	if !d.quiet {
		w.notify(c, e)
	}
	if m.Subtype == "thread_broadcast" {
		next := *m
		root := e.root.look()
		next.Root = &root
		e.msg = &next
	}
	w.messageEvent(c, e)
	w.mentionEvents(c, e)
	w.replyEvent(c, e)
	return e
}

// edit replaces the message of e and tells apps what changed.
func (w *Workspace) edit(c *channel, e *entry, next *Message) {
	before := e.look()
	e.msg = next
	after := e.look()
	ts, at := c.nextTS(w.clock.Now()), w.eventTS()
	w.happen(occurrence{
		name: "message", kindSuffix: true, channel: c, insideOnly: true,
		scopes: []string{c.kind.scope("history")},
		body: func(to *install) any {
			return messageChanged{
				Type: "message", Subtype: "message_changed", Hidden: true,
				Channel: c.id, ChannelType: c.kind, TS: ts, EventTS: at,
				Message: after.forEvents(to), PreviousMessage: before.forEvents(to),
			}
		},
	})
}

// erase deletes e.
//
// Observed: a root with replies becomes a tombstone, and is told as
// message_changed; everything else is message_deleted.
func (w *Workspace) erase(c *channel, e *entry) {
	if len(e.replies) > 0 {
		w.edit(c, e, &Message{
			Type: "message", Subtype: "tombstone", User: "USLACKBOT", Hidden: true,
			Text: "This message was deleted.", TS: e.msg.TS, ThreadTS: e.msg.TS, Team: e.msg.Team,
		})
		e.reactions = nil
		return
	}
	before := e.look()
	e.gone = true
	if e.root != nil {
		e.root.replies = slices.DeleteFunc(e.root.replies, func(r *entry) bool { return r == e })
		e.root.repliers = nil
		for _, r := range e.root.replies {
			e.root.noteReplier(r)
		}
	}
	ts, at := c.nextTS(w.clock.Now()), w.eventTS()
	w.happen(occurrence{
		name: "message", kindSuffix: true, channel: c, insideOnly: true,
		scopes: []string{c.kind.scope("history")},
		body: func(to *install) any {
			return messageDeleted{
				Type: "message", Subtype: "message_deleted", Hidden: true,
				Channel: c.id, ChannelType: c.kind, TS: ts, EventTS: at,
				DeletedTS: before.TS, PreviousMessage: before.forEvents(to),
			}
		},
	})
}

// noteReplier adds the author of a reply to those of its thread.
func (e *entry) noteReplier(reply *entry) {
	who := reply.msg.User
	if who == "" {
		who = reply.msg.BotID
	}
	if !slices.Contains(e.repliers, who) {
		e.repliers = append(e.repliers, who)
	}
}

// look returns the message as it reads now, with its thread and reactions.
func (e *entry) look() Message {
	m := *e.msg
	if len(e.replies) > 0 {
		m.ThreadTS = m.TS
		m.ReplyCount = len(e.replies)
		m.LatestReply = e.replies[len(e.replies)-1].msg.TS
		m.ReplyUsersCount = len(e.repliers)
		m.ReplyUsers = slices.Clone(e.repliers[:min(5, len(e.repliers))]) // Slack lists five
	}
	m.Reactions = slices.Clone(e.reactions)
	return m
}

// forEvents is the message as the events about its change carry it to an app.
func (m Message) forEvents(to *install) *Message {
	m.Metadata, m.Root = nil, nil
	m.Files = to.w.stubFiles(m.Files)
	return &m
}
