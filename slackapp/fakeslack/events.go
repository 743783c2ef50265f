package fakeslack

import (
	"encoding/json"
	"slices"
)

// An occurrence is something that apps may be told of.
type occurrence struct {
	name       string   // as an app subscribes to it
	kindSuffix bool     // subscribed to per sort of channel: message.channels
	channel    *channel // where it happened, or nil
	insideOnly bool     // only bots in the channel are told
	only       *install // only this app is told
	scopes     []string // of which one is needed
	body       func(to *install) any
}

// plain is the body of an event that is the same for every app.
func plain(body any) func(*install) any { return func(*install) any { return body } }

var messageSuffix = map[kind]string{public: ".channels", private: ".groups", direct: ".im", several: ".mpim"}

// happen tells the apps that subscribed, have the scope and may see it. What is
// written down is decided now; it is turned into JSON when it is sent. The
// caller holds w.mu, so apps are told in the order in which things happened.
//
// Documented: apis/events-api, "Permission model, scopes, and authorizations";
// reference/events for the scope of each. Assumed: what happens in a shared channel
// is told to each installation (switch: Assumptions.SharedEventOnce).
func (w *Workspace) happen(o occurrence) {
	var hearing []*install
	for _, home := range w.homesOf(o) {
		for _, in := range home.installs {
			if in.hears(o) {
				hearing = append(hearing, in)
			}
		}
	}
	told := make(map[string]bool, len(hearing))
	for _, in := range hearing {
		if told[in.AppID] && w.cfg.Assume.SharedEventOnce || !in.mayTell() {
			continue
		}
		told[in.AppID] = true
		cb := in.w.callback(in, o)
		w.contexts.add(cb.EventContext, authorizationsOf(in.AppID, hearing))
		in.w.deliver(&delivery{to: in, kind: eventsAPI, label: o.name, payload: &payload{value: cb}})
	}
}

// authorizationsOf are those of one app among the installations that hear of
// something.
func authorizationsOf(appID string, hearing []*install) []authorization {
	var all []authorization
	for _, in := range hearing {
		if in.AppID == appID {
			all = append(all, in.authorization())
		}
	}
	return all
}

func (i *install) authorization() authorization {
	return authorization{TeamID: i.w.cfg.TeamID, UserID: i.BotUserID, IsBot: true}
}

// hears reports whether the app is told of o.
func (i *install) hears(o occurrence) bool {
	name := o.name
	if o.kindSuffix {
		name += messageSuffix[o.channel.kind]
	}
	switch {
	case i.gone, !i.event[name], !i.hasAny(o.scopes):
		return false
	case o.only != nil && o.only != i:
		return false
	case o.insideOnly && !o.channel.isMember[i.BotUserID]:
		return false
	}
	return true
}

// installsAt returns the installations that may be told of a channel.
func (w *Workspace) installsAt(c *channel) []*install {
	var all []*install
	for _, home := range w.homesOf(occurrence{channel: c}) {
		all = append(all, home.installs...)
	}
	return all
}

// callback is the outer part of an event (apis/events-api, "Callback field").
type callback struct {
	Token               string          `json:"token"`
	TeamID              string          `json:"team_id"`
	ContextTeamID       string          `json:"context_team_id"`
	ContextEnterpriseID *string         `json:"context_enterprise_id"`
	APIAppID            string          `json:"api_app_id"`
	Event               any             `json:"event"`
	Type                string          `json:"type"`
	EventID             string          `json:"event_id"`
	EventTime           int64           `json:"event_time"`
	Authorizations      []authorization `json:"authorizations"`
	IsExtSharedChannel  bool            `json:"is_ext_shared_channel"`
	EventContext        string          `json:"event_context"`
}

type authorization struct {
	EnterpriseID        *string `json:"enterprise_id"`
	TeamID              string  `json:"team_id"`
	UserID              string  `json:"user_id"`
	IsBot               bool    `json:"is_bot"`
	IsEnterpriseInstall bool    `json:"is_enterprise_install"`
}

func (w *Workspace) callback(in *install, o occurrence) *callback {
	shared := false
	if o.channel != nil {
		shared = slices.ContainsFunc(o.channel.members, func(m string) bool {
			p := w.people[m]
			return p != nil && p.external(w.cfg.TeamID)
		})
	}
	shared = shared || (o.channel != nil && len(o.channel.homes) > 0)
	id := w.newID("Ev")
	return &callback{
		Token: verificationToken, TeamID: w.cfg.TeamID, ContextTeamID: w.cfg.TeamID,
		APIAppID: in.AppID, Event: o.body(in), Type: "event_callback",
		EventID: id, EventTime: w.clock.Now().Unix(), EventContext: "4-" + id,
		Authorizations:     []authorization{in.authorization()},
		IsExtSharedChannel: shared,
	}
}

// verificationToken fills the deprecated field that every payload still has.
const verificationToken = "deprecated-verification-token"

// eventTS returns the time of an event that is not a message.
func (w *Workspace) eventTS() string { return formatTS(w.clock.Now().UnixMicro()) }

// messageEvent is a new message as apps are told of it.
type messageEvent struct {
	*Message
	Channel     string `json:"channel"`
	ChannelType kind   `json:"channel_type,omitempty"` // not of an app_mention
	EventTS     string `json:"event_ts"`
}

// messageChanged and messageDeleted are what becomes of messages
// (reference/events/message/message_changed, …/message_deleted).
type messageChanged struct {
	Type            string   `json:"type"`
	Subtype         string   `json:"subtype"`
	Hidden          bool     `json:"hidden"`
	Channel         string   `json:"channel"`
	ChannelType     kind     `json:"channel_type"`
	TS              string   `json:"ts"`
	EventTS         string   `json:"event_ts"`
	Message         *Message `json:"message"`
	PreviousMessage *Message `json:"previous_message"`
}

type messageDeleted struct {
	Type            string   `json:"type"`
	Subtype         string   `json:"subtype"`
	Hidden          bool     `json:"hidden"`
	Channel         string   `json:"channel"`
	ChannelType     kind     `json:"channel_type"`
	TS              string   `json:"ts"`
	EventTS         string   `json:"event_ts"`
	DeletedTS       string   `json:"deleted_ts"`
	PreviousMessage *Message `json:"previous_message"`
}

// messageEvent tells apps of a new message, their own too.
//
// Documented: reference/events/message.channels and its siblings. Assumed: metadata
// is shown only to apps with metadata.message:read.
func (w *Workspace) messageEvent(c *channel, e *entry) {
	w.happen(occurrence{
		name: "message", kindSuffix: true, channel: c, insideOnly: true,
		scopes: []string{c.kind.scope("history")},
		body: func(to *install) any {
			m := *e.msg
			if !to.has("metadata.message:read") {
				m.Metadata = nil
			}
			m.Files = to.w.stubFiles(m.Files)
			return messageEvent{Message: &m, Channel: c.id, ChannelType: c.kind, EventTS: m.TS}
		},
	})
}

// replyEvent tells of a reply once more, as a change of its root.
//
// Documented: reference/events/message/message_replied, with the remark that the
// subtype is missing. Assumed: it is not sent (switch: Assumptions.ReplyEvents).
func (w *Workspace) replyEvent(c *channel, e *entry) {
	if e.root == nil || !w.cfg.Assume.ReplyEvents {
		return
	}
	root := e.root.look()
	ts := c.nextTS(w.clock.Now())
	w.happen(occurrence{
		name: "message", kindSuffix: true, channel: c, insideOnly: true,
		scopes: []string{c.kind.scope("history")},
		body: func(to *install) any {
			return map[string]any{
				"type": "message", "hidden": true, "message": root.forEvents(to),
				"channel": c.id, "channel_type": c.kind, "ts": ts, "event_ts": ts,
			}
		},
	})
}

// mentionEvents tells the apps whose bot is mentioned by name. A mention in a
// direct conversation is only a message.
//
// Documented: reference/events/app_mention.
func (w *Workspace) mentionEvents(c *channel, e *entry) {
	if c.kind == direct {
		return
	}
	users, _, _ := w.resolve(e.mentions)
	for _, in := range w.installsAt(c) {
		if e.by == in || !slices.Contains(users, in.BotUserID) {
			continue
		}
		w.happen(occurrence{
			name: "app_mention", channel: c, insideOnly: true, only: in,
			scopes: []string{"app_mentions:read"},
			body: func(to *install) any {
				m := *e.msg
				m.Type = "app_mention"
				m.Metadata = nil
				m.Files = to.w.stubFiles(m.Files)
				return messageEvent{Message: &m, Channel: c.id, EventTS: m.TS}
			},
		})
	}
}

// marshal writes what we made ourselves, which cannot fail.
func marshal(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("fakeslack: " + err.Error())
	}
	return raw
}
