package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// receive takes everything that Slack tells the app, whichever way it came. It
// returns nil only when what must survive is on disk; an error makes Slack tell
// it again.
func (a *App) receive(ctx context.Context, d delivery) (json.RawMessage, error) {
	if a.identity.Load() == nil {
		return nil, errNotReady
	}
	switch d.Kind {
	case kindEvents:
		return nil, a.event(ctx, d)
	case kindCommand:
		return a.slashCommand(ctx, d)
	case kindInteraction:
		return a.interaction(ctx, d)
	}
	a.metrics.ignore("envelope", "", false)
	return nil, nil
}

// errEarly keeps an event from being acknowledged that came before its thread was
// known.
var errEarly = errors.New("a message in a thread that is being opened")

// callback is the outer part of an event.
type callback struct {
	Type   string          `json:"type"`
	TeamID string          `json:"team_id"`
	Event  json.RawMessage `json:"event"`
}

// event is the inner part, of a message or a mention; of other types only Type is
// looked at here. Shapes: docs.slack.dev/reference/events/message.
type event struct {
	Type     string              `json:"type"`
	Subtype  string              `json:"subtype"`
	Channel  string              `json:"channel"`
	User     string              `json:"user"`
	UserTeam string              `json:"user_team"`
	Team     string              `json:"team"`
	BotID    string              `json:"bot_id"`
	Text     string              `json:"text"`
	Blocks   json.RawMessage     `json:"blocks"`
	Files    []json.RawMessage   `json:"files"`
	Metadata slack.SlackMetadata `json:"metadata"`
	TS       string              `json:"ts"`
	ThreadTS string              `json:"thread_ts"`
	EventTS  string              `json:"event_ts"`
	Hidden   bool                `json:"hidden"`
	Edited   *edited             `json:"edited"` // by a person; nil while it never was

	// Of message_changed and message_deleted.
	Message   *event `json:"message"`
	Previous  *event `json:"previous_message"`
	DeletedTS string `json:"deleted_ts"`

	// Of the message in message_changed: when that happened, and whether it was a
	// note before.
	happened string
	wasNote  bool
}

type edited struct {
	TS string `json:"ts"`
}

// version orders the texts of a message: 0 for the first one.
func (e event) version() uint64 {
	if e.Edited == nil {
		return 0
	}
	seconds, micros, _ := strings.Cut(e.Edited.TS, ".")
	n, err := strconv.ParseUint(seconds+(micros + "000000")[:6], 10, 64)
	if err != nil {
		return 1 // edited, nobody knows when
	}
	return n
}

// since is when what an event tells of happened, as the ts of a message of then.
func (e event) since() string {
	if e.happened != "" {
		return e.happened
	}
	return e.TS
}

// home is the workspace of the author, as far as Slack says.
func (e event) home() string {
	if e.UserTeam != "" {
		return e.UserTeam
	}
	return e.Team
}

func (a *App) event(ctx context.Context, d delivery) error {
	var outer callback
	var e event
	if json.Unmarshal(d.Payload, &outer) == nil && outer.Type == "app_rate_limited" {
		// In the place of an event, since some were dropped
		// (docs.slack.dev/apis/events-api, "Rate limiting").
		a.catchup.missed()
		return nil
	}
	if json.Unmarshal(d.Payload, &outer) != nil || json.Unmarshal(outer.Event, &struct {
		Type *string `json:"type"`
	}{&e.Type}) != nil {
		a.metrics.ignored.WithLabelValues("malformed event").Inc()
		return nil // telling it again would not mend it
	}
	if bridge.WorkspaceID(outer.TeamID) != a.self().Workspace {
		a.metrics.ignored.WithLabelValues("other workspace").Inc()
		return nil
	}
	switch e.Type {
	case "message", "app_mention":
		if err := json.Unmarshal(outer.Event, &e); err != nil {
			a.metrics.ignored.WithLabelValues("malformed event").Inc()
			return nil
		}
		if e.Type == "app_mention" {
			a.mentioned(ctx, e)
			return nil
		}
		if err := a.rootNews(ctx, outer.Event); err != nil {
			return err
		}
		return a.message(ctx, e, true)
	case "app_home_opened":
		a.homes.opened(outer.Event)
	case "user_change":
		a.people.changed(outer.Event, a.self().Workspace)
	case "member_joined_channel", "member_left_channel":
		a.members.drop(outer.Event)
		return a.troubles.member(ctx, e.Type, outer.Event)
	default:
		if strings.HasPrefix(e.Type, "subteam_") {
			a.rosters.drop()
			a.homes.changed()
		}
		if known, err := a.troubles.event(ctx, e.Type, outer.Event); known {
			return err
		}
		_, known := events[e.Type]
		a.metrics.ignore("event", e.Type, known)
	}
	return nil
}

// A decision is what becomes of a message event.
type decision int

const (
	ignore  decision = iota // not for us, or not from a person
	echoed                  // a post of our own comes back
	command                 // addressed to the app: never relayed
	relay                   // for the visitor
	note                    // for colleagues
)

// decide sorts a message that is no edit or deletion. Only what subtypes has under
// deedRelay may be relayed.
func (a *App) decide(e event) decision {
	self := a.self()
	if e.BotID != "" || e.Subtype == "bot_message" || e.User == self.BotUser {
		if e.BotID == self.BotID || e.User == self.BotUser {
			return echoed
		}
		return ignore
	}
	if subtypes[e.Subtype] != deedRelay || e.Hidden {
		return ignore // of message_replied Slack may leave the subtype out
	}
	if e.User == "" || e.ThreadTS == "" || e.ThreadTS == e.TS {
		return ignore // a message that starts a thread is nobody's answer
	}
	if _, ok := a.addressed(e.Text); ok {
		return command
	}
	if _, ok := cutNote(e.Text); ok {
		return note
	}
	return relay
}

// addressed reports whether a text begins by mentioning the app, and returns the
// rest of it.
func (a *App) addressed(text string) (rest string, ok bool) {
	text = strings.TrimSpace(text)
	rest, ok = strings.CutPrefix(text, "<@"+a.self().BotUser)
	if !ok {
		return "", false
	}
	if _, after, found := strings.Cut(rest, ">"); found && (rest[0] == '>' || rest[0] == '|') {
		return strings.TrimSpace(after), true
	}
	return "", false
}

// cutNote reports whether a text is marked as a note, and returns it without the
// mark.
func cutNote(text string) (body string, ok bool) {
	text = strings.TrimSpace(text)
	for _, mark := range []string{"//", ":lock:", "🔒"} {
		if rest, ok := strings.CutPrefix(text, mark); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return text, false
}

// message carries a message event out. live is false for one that was found by
// reading a thread.
func (a *App) message(ctx context.Context, e event, live bool) error {
	switch subtypes[e.Subtype] {
	case deedEdit:
		return a.changed(ctx, e)
	case deedDelete:
		return a.deleted(ctx, e)
	}
	return a.wrote(ctx, e, live)
}

// wrote takes what somebody wrote: a message, or a later version of one.
func (a *App) wrote(ctx context.Context, e event, live bool) error {
	what := a.decide(e)
	if what == command && e.version() > 0 {
		// A reply that was edited into a command: it was said, and is no more.
		return a.takeAway(ctx, e, live)
	}
	switch what {
	case ignore, command:
		_, known := subtypes[e.Subtype]
		a.metrics.ignore("message", e.Subtype, known)
		return nil
	case echoed:
		if m, ok := readMark(e.Metadata, e.Blocks); ok {
			a.echo(e.Channel, e.TS, m)
			if live && m.upto != 0 && e.ThreadTS == "" {
				a.astray(address{e.Channel, e.TS}, m)
			}
		}
		if live && e.ThreadTS != "" {
			a.catchup.hear(address{e.Channel, e.ThreadTS}.ref(), e.TS)
		}
		return nil
	}
	b := a.bridge.Load()
	at := address{e.Channel, e.ThreadTS}
	if planted(threadByTSAlone) {
		at = a.catchup.anyThreadAt(at)
	}
	key, ref, err := a.threadOf(ctx, at)
	if bridge.CodeOf(err) == bridge.CodeNotFound {
		return nil // a thread of the channel's own
	}
	if err != nil {
		return err
	}
	if live && !planted(overtakeMissed) {
		// What was written while nobody listened comes before this message.
		if err := a.catchup.before(ctx, key, ref, e.since()); err != nil {
			return err
		}
	}
	outside, err := a.outsider(ctx, e)
	if err != nil {
		return err
	}
	if outside && !a.cfg.RelayExternal {
		a.tellOnce(e, a.people.locale(e.User).Say("You are from outside this workspace, so the visitor does not see what you write here."))
		return nil
	}
	body, rich := mrkdwn.Read(e.Text, e.Blocks, names{a})
	// A note is one by its text or by its blocks: what either marks stays inside.
	body, marked := cutNote(body)
	if marked = marked || what == note; marked {
		rich = nil // it still has the mark
	}
	marked = marked || e.wasNote
	if outside && marked {
		a.tellOnce(e, a.people.locale(e.User).Say("Notes are for people of this workspace: what you wrote was not kept."))
		return nil
	}
	files, err := a.attached(ctx, e, marked)
	if err != nil {
		return err
	}
	if strings.TrimSpace(body) == "" && len(files) == 0 {
		if e.version() > 0 { // its words are gone, a file that stays here is left
			_, err := a.withdraw(ctx, key, ref, e.TS, live)
			return err
		}
		return nil
	}
	id := a.messageID(ref, e.TS)
	if planted(dedupeByEventID) {
		id = a.messageID(ref, e.EventTS+e.TS) // a reading has no event
	}
	taken, err := b.FromDesk(ctx, key, ref, bridge.DeskMessage{
		ID:   id,
		By:   bridge.Author{Agent: bridge.AgentID(e.User), Name: a.people.name(e.User)},
		Body: body, Rich: rich, Files: files, Note: marked && !planted(relayNotes), Version: e.version(), Outside: outside, Post: e.TS,
	})
	switch bridge.CodeOf(err) {
	case "":
		a.metrics.took(taken, live)
		if live {
			a.catchup.hear(ref, e.TS)
		}
		return nil
	case bridge.CodeForbidden, bridge.CodeClosed:
		// The author must know that nobody reads this. The bridge remembers the
		// refusal, so it comes once for each message.
		a.tell(e.Channel, e.User, e.ThreadTS, sentence(a.people.locale(e.User), err))
		return nil
	case bridge.CodeNotFound, bridge.CodeInvalid:
		a.metrics.ignored.WithLabelValues("message refused").Inc()
		return nil
	}
	if !planted(forgetTheUnstored) {
		a.catchup.unkept(ref)
	}
	return err
}

// noticeAge is how old a message may be for its author still to be told about it.
const noticeAge = time.Hour

// tellOnce tells the author of a message something about it. Threads are read again
// and again, but people are told once, and not of what they wrote long ago.
func (a *App) tellOnce(e event, text string) {
	old := a.cfg.Clock.Now().Sub(timeOf(e.TS)) > noticeAge
	if !old && a.told.first(e.Channel+"/"+e.TS+"/"+text) {
		a.tell(e.Channel, e.User, e.ThreadTS, text)
	}
}

// mentioned carries out a command that was given by mentioning the app.
func (a *App) mentioned(ctx context.Context, e event) {
	if e.BotID != "" || e.User == "" {
		return
	}
	text, ok := a.addressed(e.Text)
	if !ok || !a.mentions.first(e.Channel+"/"+e.TS) {
		return
	}
	req := request{
		user: e.User, home: e.home(), channel: e.Channel, text: text,
		thread: address{e.Channel, e.ThreadTS},
	}
	a.later(func(ctx context.Context) {
		r := a.perform(ctx, req)
		a.show(ctx, e.Channel, e.User, e.ThreadTS, r)
	})
}
