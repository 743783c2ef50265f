package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// saying is what SayOptions set.
type saying struct {
	threadTS  string
	broadcast bool
	subtype   string
	blocks    json.RawMessage
	files     []File
}

// A SayOption changes how somebody says something.
type SayOption func(*saying)

// InThread makes it a reply in the thread of this message, root or reply.
func InThread(ts string) SayOption { return func(s *saying) { s.threadTS = ts } }

// Broadcast shows a reply in the channel too.
func Broadcast() SayOption { return func(s *saying) { s.broadcast = true } }

// Subtype gives the message a subtype, such as "me_message".
func Subtype(name string) SayOption { return func(s *saying) { s.subtype = name } }

// Blocks replaces the rich text that Slack's editor would make of the text.
func Blocks(blocks json.RawMessage) SayOption { return func(s *saying) { s.blocks = blocks } }

// Attach adds files.
func Attach(files ...File) SayOption {
	return func(s *saying) { s.files = append(s.files, files...) }
}

// Say posts text as a person, or as the bot of another app, and returns its ts.
// The text is in Slack's escaped form, as apps get it; see Typed.
func (w *Workspace) Say(user, channel, text string, options ...SayOption) (ts string, err error) {
	var s saying
	for _, o := range options {
		o(&s)
	}
	var blocks any
	if s.blocks != nil {
		if err := json.Unmarshal(s.blocks, &blocks); err != nil {
			return "", fmt.Errorf("fakeslack: the blocks are not JSON: %w", err)
		}
	}
	err = w.act(func() error {
		c, err := w.writableChannel(user, channel)
		if err != nil {
			return err
		}
		if s.threadTS != "" && c.rootOf(s.threadTS) == nil {
			return fmt.Errorf("fakeslack: nobody can reply to %s, it is not there any more", s.threadTS)
		}
		if text == "" && s.blocks == nil && len(s.files) == 0 {
			return errors.New("fakeslack: Slack's editor sends no empty message")
		}
		p := w.people[user]
		m := &Message{Type: "message", Subtype: s.subtype, User: user, Text: escapeLoose(text), Blocks: s.blocks}
		m.Team = p.TeamID
		if p.external(w.cfg.TeamID) {
			// Documented: apis/slack-connect, "Messages".
			m.UserTeam, m.SourceTeam = p.TeamID, p.TeamID
		}
		if p.Bot {
			m.BotID, m.AppID = p.botID, p.appID
			m.BotProfile = &BotProfile{ID: p.botID, AppID: p.appID, Name: p.RealName, TeamID: p.TeamID}
		} else {
			m.ClientMsgID = w.newUUID()
			if m.Blocks == nil && text != "" {
				rich := richText(m.Text, w.newID("")[:5])
				m.Blocks, blocks = marshal(rich), rich
			}
		}
		for _, f := range s.files {
			m.Files = append(m.Files, w.storeFile(f, user))
		}
		if len(m.Files) > 0 && m.Subtype == "" {
			m.Subtype, m.Upload = "file_share", true
		}
		d := draft{threadTS: s.threadTS, broadcast: s.broadcast, blocks: blocks}
		d.mentions.scan(m.Text)
		d.mentions.scanBlocks(blocks, true)
		ts = w.post(c, m, d).msg.TS
		return nil
	})
	return ts, err
}

// Edit changes what a person said.
func (w *Workspace) Edit(user, channel, ts, text string) error {
	return w.act(func() error {
		c, e, err := w.ownMessage(user, channel, ts)
		if err != nil {
			return err
		}
		next := *e.msg
		next.Text = escapeLoose(text)
		rich := richText(next.Text, w.newID("")[:5])
		next.Blocks = marshal(rich)
		next.Edited = &Edited{User: user, TS: w.eventTS()}
		before := e.mentions
		e.mentions = mentions{}
		e.mentions.scan(next.Text)
		w.edit(c, e, &next)
		w.notifyEdit(c, e, before)
		return nil
	})
}

// Delete takes back what a person said.
func (w *Workspace) Delete(user, channel, ts string) error {
	return w.act(func() error {
		c, e, err := w.ownMessage(user, channel, ts)
		if err != nil {
			return err
		}
		w.erase(c, e)
		return nil
	})
}

// ownMessage finds a message that this person may change: their own, or any for
// an admin.
func (w *Workspace) ownMessage(user, channel, ts string) (*channel, *entry, error) {
	c, err := w.memberChannel(user, channel)
	if err != nil {
		return nil, nil, err
	}
	e := c.find(ts)
	if e == nil {
		return nil, nil, fmt.Errorf("fakeslack: there is no message %s in #%s", ts, c.name)
	}
	if p := w.people[user]; e.msg.User != user && !p.Admin && !p.Owner {
		return nil, nil, fmt.Errorf("fakeslack: message %s is not by %s", ts, user)
	}
	return c, e, nil
}

// Unfurl adds the preview of a link to a message, as Slack does some time after
// it was posted: apps see message_changed with the text as it was.
//
// Documented: messaging/unfurling-links-in-messages.
func (w *Workspace) Unfurl(channel, ts, link string) error {
	return w.act(func() error {
		c := w.findChannel(channel)
		if c == nil {
			return noSuchChannel(channel)
		}
		e := c.find(ts)
		if e == nil {
			return fmt.Errorf("fakeslack: there is no message %s in #%s", ts, c.name)
		}
		next := *e.msg
		next.Attachments = marshal([]map[string]any{{
			"id": 1, "from_url": link, "original_url": link, "fallback": link, "title": link, "title_link": link,
		}})
		w.edit(c, e, &next)
		return nil
	})
}

// React puts an emoji, by name and without colons, under a message.
func (w *Workspace) React(user, channel, ts, emoji string) error {
	return w.react(user, channel, ts, emoji, true)
}

// Unreact takes the emoji away.
func (w *Workspace) Unreact(user, channel, ts, emoji string) error {
	return w.react(user, channel, ts, emoji, false)
}

func (w *Workspace) react(user, channel, ts, emoji string, on bool) error {
	return w.act(func() error {
		c, err := w.writableChannel(user, channel)
		if err != nil {
			return err
		}
		e := c.find(ts)
		if e == nil {
			return fmt.Errorf("fakeslack: there is no message %s in #%s", ts, c.name)
		}
		if !w.setReaction(c, e, user, emoji, on) {
			return fmt.Errorf("fakeslack: :%s: of %s is that way already", emoji, user)
		}
		return nil
	})
}

// setReaction reports whether that changed anything.
func (w *Workspace) setReaction(c *channel, e *entry, user, emoji string, on bool) bool {
	at := slices.IndexFunc(e.reactions, func(r Reaction) bool { return r.Name == emoji })
	var users []string
	if at >= 0 {
		users = e.reactions[at].Users
	}
	if slices.Contains(users, user) == on {
		return false
	}
	// The slices are replaced, not changed: messages that were handed out share them.
	reactions := slices.Clone(e.reactions)
	name := "reaction_added"
	switch {
	case on && at < 0:
		reactions = append(reactions, Reaction{Name: emoji, Users: []string{user}, Count: 1})
	case on:
		reactions[at] = Reaction{Name: emoji, Users: append(slices.Clone(users), user), Count: len(users) + 1}
	default:
		name = "reaction_removed"
		left := slices.DeleteFunc(slices.Clone(users), func(u string) bool { return u == user })
		reactions[at] = Reaction{Name: emoji, Users: left, Count: len(left)}
		if len(left) == 0 {
			reactions = slices.Delete(reactions, at, at+1)
		}
	}
	e.reactions = reactions
	// Documented: reference/events/reaction_added.
	w.happen(occurrence{
		name: name, channel: c, insideOnly: true, scopes: []string{"reactions:read"},
		body: plain(map[string]any{
			"type": name, "user": user, "reaction": emoji, "item_user": e.msg.User,
			"item":     map[string]any{"type": "message", "channel": c.id, "ts": e.msg.TS},
			"event_ts": w.eventTS(),
		}),
	})
	return true
}

// Typed turns what a person types into Slack's editor into the escaped form
// that Say takes: "@ann", "@sales", "@here", "#chat-sales" and addresses become
// what they mean, and the three special characters are escaped.
func (w *Workspace) Typed(text string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.typed(text, func(id string) string { return "<@" + id + ">" })
}

// newUUID makes the id that Slack's own clients give a message. The caller
// holds w.mu.
func (w *Workspace) newUUID() string {
	a, b := w.rng.Uint64(), w.rng.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", uint32(a>>32), uint16(a>>16), a&0xfff, b>>52, b&0xffffffffffff)
}

// OpenHome lets a person open the app's Home tab: apps get app_home_opened.
//
// Documented: reference/events/app_home_opened.
func (w *Workspace) OpenHome(user, appID string) error {
	return w.act(func() error {
		in := w.installed(appID)
		if in == nil {
			return noSuchApp(appID)
		}
		if w.people[user] == nil {
			return noSuchPerson(user)
		}
		dm, _ := w.directChannel(user, in.BotUserID)
		body := map[string]any{
			"type": "app_home_opened", "user": user, "channel": dm.id, "tab": "home", "event_ts": w.eventTS(),
		}
		if v := w.views.home(in, user); v != nil {
			body["view"] = v.json(w)
		}
		w.happen(occurrence{name: "app_home_opened", only: in, body: plain(body)})
		return nil
	})
}

// escapeLoose escapes what is not part of an escaped form already.
//
// Documented: messaging/formatting-message-text, "Escaping text". Assumed: Slack
// escapes a lone special character of an app, as it does a person's.
func escapeLoose(text string) string {
	if !strings.ContainsAny(text, "&<>") {
		return text
	}
	var b strings.Builder
	last := 0
	for _, at := range token.FindAllStringSubmatchIndex(text, -1) {
		if !isToken(text[at[2]:at[3]]) {
			continue
		}
		b.WriteString(escapeAll(text[last:at[0]]))
		b.WriteString("<" + escapeAmpersands(text[at[2]:at[3]]) + ">")
		last = at[1]
	}
	b.WriteString(escapeAll(text[last:]))
	return b.String()
}

// isToken reports whether this stands in angle brackets for something.
func isToken(body string) bool {
	for _, start := range []string{"@U", "@W", "#C", "#G", "#D", "!", "http://", "https://", "mailto:", "tel:", "slack://"} {
		if strings.HasPrefix(body, start) {
			return true
		}
	}
	return false
}

func escapeAll(text string) string {
	return strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(escapeAmpersands(text))
}

func escapeAmpersands(text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "&")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte('&')
		if !strings.HasPrefix(after, "amp;") && !strings.HasPrefix(after, "lt;") && !strings.HasPrefix(after, "gt;") {
			b.WriteString("amp;")
		}
		text = after
	}
}
