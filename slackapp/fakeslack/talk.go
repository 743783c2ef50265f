package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
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
		if p.external(w.cfg.TeamID) || len(c.homes) > 0 {
			// Documented: apis/slack-connect, "Messages".
			m.UserTeam, m.SourceTeam = p.TeamID, p.TeamID
		}
		if p.Bot {
			m.BotID, m.AppID = p.botID, p.appID
			m.BotProfile = &BotProfile{ID: p.botID, AppID: p.appID, Name: p.RealName, TeamID: p.TeamID}
		} else {
			m.ClientMsgID = w.newUUID()
			// Observed: what follows "/me" is no rich text.
			if m.Blocks == nil && text != "" && s.subtype != "me_message" {
				rich := richText(m.Text, w.newID("")[:5])
				m.Text = bulleted(m.Text)
				m.Blocks, blocks = blocksOf(rich), rich
			}
		}
		stored, shown, err := w.attach(s.files, user)
		if err != nil {
			return err
		}
		m.Files = shown
		if len(m.Files) > 0 && m.Subtype == "" {
			m.Subtype, m.Upload = "file_share", true
		}
		d := draft{threadTS: s.threadTS, broadcast: s.broadcast, blocks: blocks}
		d.mentions.scan(m.Text)
		d.mentions.scanBlocks(blocks, true)
		e := w.post(c, m, d)
		w.fileShared(c, e, stored)
		ts = e.msg.TS
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
		rich := richText(escapeLoose(text), w.newID("")[:5])
		next.Text = bulleted(escapeLoose(text))
		next.Blocks = blocksOf(rich)
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

// newUUID makes the id that Slack's own clients give a message. The caller
// holds w.mu.
func (w *Workspace) newUUID() string {
	a, b := w.rng.Uint64(), w.rng.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", uint32(a>>32), uint16(a>>16), a&0xfff, b>>52, b&0xffffffffffff)
}
