package fakeslack

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// maxText is where a message is cut off. Documented: reference/methods/chat.postMessage.
	maxText = 40_000
	// maxUpdateText is from where an update is refused. Documented:
	// reference/methods/chat.update, msg_too_long.
	maxUpdateText = 4_000
	// maxMarkdown is for markdown_text and all markdown blocks of a message.
	// Documented: reference/methods/chat.postMessage.
	maxMarkdown = 12_000
	// maxAttachments is documented there too.
	maxAttachments = 100
	// maxMetadata is the most JSON of metadata. Assumed.
	maxMetadata = 16 << 10
)

// content is what a message is to show, read before the world is locked.
type content struct {
	text        string
	hasText     bool
	blocks      []any
	rawBlocks   json.RawMessage
	hasBlocks   bool // given, though perhaps as []
	attachments json.RawMessage
	hasAttach   bool
	metadata    *Metadata
	mentions    mentions
}

// readContent takes and checks the arguments that post, update and postEphemeral
// have in common.
func (c *call) readContent() (*content, error) {
	m := &content{text: c.args["text"]}
	_, m.hasText = c.args["text"]
	if markdown := c.args["markdown_text"]; markdown != "" {
		if m.hasText || c.args["blocks"] != "" {
			return nil, refuse("markdown_text_conflict")
		}
		if utf8.RuneCountInString(markdown) > maxMarkdown {
			return nil, refuse("invalid_arguments", "[ERROR] must be less than 12001 characters [json-pointer:/markdown_text]")
		}
		m.text, m.hasText = markdown, true
	}
	if err := c.readMessageBlocks(m); err != nil {
		return nil, err
	}
	attachments, err := c.readAttachments(m)
	if err != nil {
		return nil, err
	}
	if err := c.readMetadata(m); err != nil {
		return nil, err
	}

	assume := c.w.cfg.Assume
	names := c.flag("link_names") || c.args["parse"] == "full"
	if len(m.blocks) == 0 || !assume.QuietFallback {
		// Assumed: the text notifies although blocks are shown instead (switch:
		// Assumptions.QuietFallback).
		m.mentions.scan(m.text)
		if names {
			m.mentions.scanNames(m.text)
		}
	}
	m.mentions.scanBlocks(m.blocks, assume.QuietNonVerbatim && !names)
	m.mentions.scanAttachments(attachments, names)
	return m, nil
}

func (c *call) readMessageBlocks(m *content) error {
	raw := c.args["blocks"]
	if raw == "" {
		return nil
	}
	blocks, out, problems, err := readBlocks(raw, onMessage, "/blocks", c.w.lockedID)
	if err != nil {
		return err
	}
	markdown := 0
	for _, x := range blocks {
		if b := x.(map[string]any); b["type"] == "markdown" {
			markdown += utf8.RuneCountInString(b["text"].(string))
		}
	}
	problems = append(problems, countLimited(blocks)...)
	if markdown > maxMarkdown {
		problems = append(problems, "markdown blocks must be less than 12001 characters together [json-pointer:/blocks]")
	}
	if problems != nil {
		messages := make([]string, len(problems))
		for i, p := range problems {
			messages[i] = "[ERROR] " + p
		}
		return &refusal{code: "invalid_blocks", messages: messages, extra: map[string]any{"errors": problems}}
	}
	m.blocks, m.rawBlocks, m.hasBlocks = blocks, out, true
	if len(blocks) == 0 {
		m.rawBlocks = nil
	}
	return nil
}

func (c *call) readAttachments(m *content) (decoded any, err error) {
	raw := c.args["attachments"]
	if raw == "" {
		return nil, nil
	}
	var list []any
	if json.Unmarshal([]byte(raw), &list) != nil {
		if c.method == "chat.postMessage" {
			return nil, refuse("invalid_arguments", "[ERROR] must be an array [json-pointer:/attachments]")
		}
		return nil, refuse("invalid_attachments")
	}
	if len(list) > maxAttachments {
		return nil, refuse("too_many_attachments")
	}
	m.hasAttach = true
	if len(list) > 0 {
		m.attachments = json.RawMessage(raw)
	}
	return list, nil
}

// readMetadata is documented in messaging/message-metadata.
func (c *call) readMetadata(m *content) error {
	raw := c.args["metadata"]
	if raw == "" || c.method == "chat.postEphemeral" {
		return nil
	}
	if len(raw) > maxMetadata {
		return refuse("metadata_too_large")
	}
	var md struct {
		EventType    string                     `json:"event_type"`
		EventPayload map[string]json.RawMessage `json:"event_payload"`
	}
	if json.Unmarshal([]byte(raw), &md) != nil {
		return refuse("invalid_metadata_format")
	}
	if md.EventType == "" && md.EventPayload == nil {
		return nil // {} takes it away; slack-go sends it for none
	}
	if md.EventType == "" || md.EventPayload == nil {
		return refuse("invalid_metadata_schema")
	}
	m.metadata = &Metadata{EventType: md.EventType, EventPayload: marshal(md.EventPayload)}
	return nil
}

// postTarget finds where to post: a channel by id or name, or a person.
//
// Documented: reference/methods/chat.postMessage, "Channels"; a bot that is not
// in a public channel needs chat:write.public.
func (c *call) postTarget() (*channel, error) {
	w, to := c.w, c.args["channel"]
	if p := w.people[to]; p != nil {
		ch, _ := w.directChannel(c.grant.user, to)
		return ch, c.messagesTab(ch)
	}
	ch := w.findChannel(to)
	if ch != nil && ch.isMember[c.grant.user] {
		if err := c.messagesTab(ch); err != nil {
			return nil, err
		}
	}
	switch {
	case ch == nil:
		return nil, refuse("channel_not_found")
	case ch.isMember[c.grant.user]:
	case ch.kind != public:
		return nil, refuse("channel_not_found")
	case !c.grant.scopes["chat:write.public"] || c.method == "chat.postEphemeral":
		return nil, refuse("not_in_channel")
	}
	if ch.archived {
		return nil, refuse("is_archived")
	}
	return ch, nil
}

// messagesTab refuses direct messages of an app without a Messages tab.
//
// Documented: the errors of reference/methods/chat.postMessage. Observed: the other
// methods that post answer the same.
func (c *call) messagesTab(ch *channel) error {
	if ch.kind == direct && c.grant.kind == botToken && c.in.app.NoMessagesTab {
		return refuse("messages_tab_disabled")
	}
	return nil
}

// customized reads under which name to post.
//
// Documented: reference/scopes/chat.write.customize. Assumed: without the scope it
// is refused (switch: Assumptions.IgnoreCustomize).
func (c *call) customized() (yes bool, err error) {
	if c.args["username"] == "" && c.args["icon_url"] == "" && c.args["icon_emoji"] == "" {
		return false, nil
	}
	if err := c.needs("chat:write.customize"); err != nil {
		if c.w.cfg.Assume.IgnoreCustomize {
			err = nil
		}
		return false, err
	}
	return true, nil
}

// author signs m as the token's bot or person.
func (c *call) author(m *Message, custom bool) {
	m.User = c.grant.user
	if c.grant.kind != botToken {
		m.AppID = c.in.AppID
		return
	}
	m.BotID, m.AppID, m.BotProfile = c.in.BotID, c.in.AppID, c.in.profile()
	if !custom {
		return
	}
	m.Username = c.args["username"]
	if m.Username == "" {
		m.Username = c.in.app.Name
	}
	if url := c.args["icon_url"]; url != "" {
		m.Icons = map[string]string{"image_36": url, "image_48": url, "image_72": url}
	}
	if name := c.args["icon_emoji"]; name != "" {
		m.Icons = map[string]string{"emoji": name}
	}
	// Observed: Slack's own example of such a message; it has no user. (switch:
	// Assumptions.PlainCustomEcho).
	if !c.w.cfg.Assume.PlainCustomEcho {
		m.Subtype, m.User = "bot_message", ""
	}
}

// chatPostMessage is documented in reference/methods/chat.postMessage.
func chatPostMessage(c *call) (reply, error) {
	custom, err := c.customized()
	if err != nil {
		return nil, err
	}
	if c.flag("as_user") && c.grant.kind == botToken {
		return nil, refuse("as_user_not_supported")
	}
	content, err := c.readContent()
	if err != nil {
		return nil, err
	}
	if content.text == "" && len(content.blocks) == 0 && content.attachments == nil {
		return nil, refuse("no_text")
	}
	if utf8.RuneCountInString(content.text) > maxText {
		content.text = string([]rune(content.text)[:maxText])
		c.warnings = append(c.warnings, "message_truncated")
	}
	thread := c.args["thread_ts"]
	if _, ok := parseTS(thread); thread != "" && !ok {
		return nil, refuse("invalid_arguments", "[ERROR] must be a timestamp [json-pointer:/thread_ts]")
	}
	m := &Message{
		Type: "message", Text: escapeLoose(content.text), Blocks: content.rawBlocks,
		Attachments: content.attachments, Metadata: content.metadata,
	}
	c.author(m, custom)
	return c.locked(func() (reply, error) {
		ch, err := c.postTarget()
		if err != nil {
			return nil, err
		}
		if code := ch.forbids(thread); code != "" {
			return nil, refuse(code)
		}
		files := c.w.linkedFiles(c, content)
		for _, f := range files {
			m.Files = append(m.Files, f.info)
		}
		e := c.w.post(ch, m, draft{
			threadTS: thread, broadcast: c.flag("reply_broadcast"), by: c.in, custom: custom, lost: c.forget,
			blocks: content.blocks, mentions: content.mentions,
		})
		if !c.forget {
			c.w.fileShared(ch, e, files)
		}
		shown := e.look()
		return reply{"channel": ch.id, "ts": shown.TS, "message": &shown}, nil
	})
}

// chatMeMessage is documented in reference/methods/chat.meMessage.
func chatMeMessage(c *call) (reply, error) {
	if utf8.RuneCountInString(c.args["text"]) > maxText {
		return nil, refuse("msg_too_long")
	}
	m := &Message{Type: "message", Text: escapeLoose(c.args["text"])}
	c.author(m, false)
	m.Subtype = "me_message"
	return c.locked(func() (reply, error) {
		ch, err := c.postTarget()
		if err != nil {
			return nil, err
		}
		d := draft{by: c.in}
		d.mentions.scan(m.Text)
		return reply{"channel": ch.id, "ts": c.w.post(ch, m, d).msg.TS}, nil
	})
}

// ownPost finds the message that update and delete are about.
func (c *call) ownPost(notMine string) (*channel, *entry, error) {
	ch, err := c.channel()
	if err != nil {
		return nil, nil, err
	}
	e := ch.find(c.args["ts"])
	switch {
	case e == nil || e.msg.Subtype == "tombstone":
		return nil, nil, refuse("message_not_found")
	case c.grant.kind == botToken && e.by != c.in:
		return nil, nil, refuse(notMine)
	case c.grant.kind == userToken && e.msg.User != c.grant.user:
		return nil, nil, refuse(notMine)
	}
	return ch, e, nil
}

// chatUpdate is documented in reference/methods/chat.update: what is not given
// stays, [] takes blocks or attachments away.
func chatUpdate(c *call) (reply, error) {
	content, err := c.readContent()
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(content.text) > maxUpdateText {
		return nil, refuse("msg_too_long")
	}
	if !content.hasText && !content.hasBlocks && !content.hasAttach && content.metadata == nil {
		return nil, refuse("no_text")
	}
	return c.locked(func() (reply, error) {
		ch, e, err := c.ownPost("cant_update_message")
		if err != nil {
			return nil, err
		}
		if ch.archived {
			return nil, refuse("is_archived")
		}
		rich := hasRichText(content.blocks)
		if e.rich && len(content.blocks) > 0 && !rich {
			return nil, refuse("block_mismatch")
		}
		next := *e.msg
		if content.hasText {
			next.Text = escapeLoose(content.text)
		}
		if content.hasBlocks {
			next.Blocks = content.rawBlocks
			e.rich = rich
		}
		if content.hasAttach {
			next.Attachments = content.attachments
		}
		if content.metadata != nil {
			next.Metadata = content.metadata
		}
		next.Edited = &Edited{User: c.grant.user, TS: c.w.eventTS()}
		before := e.mentions
		e.mentions = content.mentions
		c.w.edit(ch, e, &next)
		c.w.notifyEdit(ch, e, before)
		shown := e.look()
		return reply{"channel": ch.id, "ts": shown.TS, "text": shown.Text, "message": &shown}, nil
	})
}

// chatDelete is documented in reference/methods/chat.delete. Assumed: a post under
// a name of its own may be deleted (switch: Assumptions.KeepCustomized).
func chatDelete(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, e, err := c.ownPost("cant_delete_message")
		if err != nil {
			return nil, err
		}
		if e.custom && c.w.cfg.Assume.KeepCustomized {
			return nil, refuse("cant_delete_message")
		}
		c.w.erase(ch, e)
		return reply{"channel": ch.id, "ts": e.msg.TS}, nil
	})
}

func chatPostEphemeral(c *call) (reply, error) {
	content, err := c.readContent()
	if err != nil {
		return nil, err
	}
	if content.text == "" && len(content.blocks) == 0 && content.attachments == nil {
		return nil, refuse("no_text")
	}
	if utf8.RuneCountInString(content.text) > maxText {
		return nil, refuse("msg_too_long")
	}
	if _, err := c.customized(); err != nil {
		return nil, err
	}
	return c.locked(func() (reply, error) {
		ch, err := c.postTarget()
		if err != nil {
			return nil, err
		}
		user := c.args["user"]
		if !slices.Contains(ch.members, user) {
			return nil, refuse("user_not_in_channel")
		}
		e := &Ephemeral{
			User: user, AppID: c.in.AppID, Text: content.text, Blocks: content.rawBlocks, ThreadTS: c.args["thread_ts"],
		}
		c.w.showAlone(ch, e)
		return reply{"message_ts": e.TS}, nil
	})
}

// chatGetPermalink is documented in reference/methods/chat.getPermalink.
func chatGetPermalink(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		ch, err := c.channel()
		if err != nil {
			return nil, err
		}
		e := ch.find(c.args["message_ts"])
		if e == nil {
			return nil, refuse("message_not_found")
		}
		link := "https://" + c.w.cfg.Domain + ".slack.com/archives/" + ch.id + "/p" + strings.Replace(e.msg.TS, ".", "", 1)
		if e.root != nil {
			link += "?thread_ts=" + e.root.msg.TS + "&cid=" + ch.id
		}
		return reply{"channel": ch.id, "permalink": link}, nil
	})
}

// chatUnfurl attaches previews to links of domains that an app has registered. The
// apps here register none, so there is no link that it may be about.
//
// Documented: reference/methods/chat.unfurl; messaging/unfurling-links-in-messages.
func chatUnfurl(c *call) (reply, error) {
	switch {
	case c.args["channel"] == "" && c.args["unfurl_id"] == "":
		return nil, refuse("missing_channel")
	case c.args["ts"] == "" && c.args["unfurl_id"] == "":
		return nil, refuse("missing_ts")
	case c.args["unfurls"] == "":
		return nil, refuse("missing_unfurls")
	}
	var unfurls map[string]json.RawMessage
	if json.Unmarshal([]byte(c.args["unfurls"]), &unfurls) != nil {
		return nil, refuse("invalid_unfurls_format")
	}
	return nil, refuse("cannot_unfurl_url")
}
