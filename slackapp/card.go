package slackapp

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// The ids of what can be pressed. A button's value says what it is about, see
// buttonValue. Two buttons of one block must not share an id, so an id may go on
// after a colon.
const (
	actionClaim    = "claim"
	actionInvite   = "invite"
	actionInviteTo = "invite_to"
	actionLeave    = "leave"
	actionClose    = "close"
	actionReopen   = "reopen"
	actionDelete   = "delete_group"
	actionTyped    = "typed" // its value is a command, as if the presser had typed it
	actionCancel   = "cancel"
)

// card is a thread's root message: the state of the conversation as one group
// sees it. It is posted once, with the only mention that the bridge ever makes,
// and updated in place. What a visitor wrote or could have written stands in
// plain_text alone, where Slack parses nothing.
type card struct {
	in      locale.Locale
	work    bridge.Work
	untold  string // why nobody is mentioned, or ""
	teamURL string
	where   func(bridge.ThreadRef) address
	groups  func(bridge.GroupID) string // a group's name
	agent   func(bridge.Author) string  // an agent's name
}

// visitorName is how colleagues see the visitor: always marked as one.
func visitorName(in locale.Locale, o bridge.Opening) string {
	name := o.Name
	if name == "" {
		name = in.Say("Visitor %d", o.Number)
	}
	return in.Say("%s · visitor", plainName(name))
}

// plainName keeps a name from looking like Slack markup.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '<', '>', '`', '*', '~':
			return -1
		}
		return r
	}, s)
}

// mention notifies the people of a group: its user group, or its own members.
func mention(g bridge.Group) string {
	if g.UserGroup != "" {
		return "<!subteam^" + g.UserGroup + ">"
	}
	var ids []string
	for _, m := range g.Members {
		ids = append(ids, "<@"+string(m)+">")
	}
	return strings.Join(ids, " ")
}

func (c card) text() string {
	o := c.work.Conversation.Opening
	return strings.TrimSpace(mention(c.work.Group) + " " + mrkdwn.Escape(c.in.Say("Chat #%d for %s, from %s", o.Number, c.work.Group.Name, visitorName(c.in, o))))
}

func (c card) blocks() []slack.Block {
	v := c.work.Conversation
	o := v.Opening
	head := c.in.Say("*Chat #%d* for *%s*", o.Number, mrkdwn.Escape(c.work.Group.Name))
	if o.Left && c.work.Invited == nil {
		head = c.in.Say("*Message #%d* left for *%s*", o.Number, mrkdwn.Escape(c.work.Group.Name))
	}
	if m := mention(c.work.Group); m != "" {
		head = m + "  " + head
	}
	blocks := []slack.Block{
		withID(slack.NewSectionBlock(verbatim(head), c.fields(), nil), markOf(c.work).blockID()),
		slack.NewContextBlock("state", verbatim(c.state())),
	}
	if id := o.Identity; id != nil && id.Subject != "" { // else it is not let through
		said := append([]bridge.Attribute{{Key: "id", Value: id.Subject}}, id.Attributes...)
		blocks = append(blocks, slack.NewContextBlock("verified", plain(c.in.Say("Verified by the site: %s", attributes(said)), 2000)))
	}
	if len(o.Attributes) > 0 {
		blocks = append(blocks, slack.NewContextBlock("unverified", plain(c.in.Say("Not verified: %s", attributes(o.Attributes)), 2000)))
	}
	if c.untold != "" {
		blocks = append(blocks, slack.NewContextBlock("untold", verbatim(":warning: "+escapeSentence(c.untold))))
	}
	if c.work.Lost {
		blocks = append(blocks, slack.NewContextBlock("lost", plain(lostNotice(c.in), 300)))
	}
	if inv := c.work.Invited; inv != nil {
		line := c.in.Say("Invited by %s", c.agent(inv.By))
		if inv.Reason != "" {
			line = c.in.Say("Invited by %s: %s", c.agent(inv.By), inv.Reason)
		}
		blocks = append(blocks, slack.NewContextBlock("invited", plain(line, 300)))
	}
	if buttons := c.buttons(); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("do", buttons...))
	}
	return blocks
}

// lostNotice stands on a card that takes the place of one that is gone.
func lostNotice(in locale.Locale) string {
	return in.Say("The earlier thread of this chat was deleted, or stands where nothing can be posted any more. The chat goes on here; the story so far follows, and what is written in the earlier thread no longer reaches the visitor.")
}

func withID(s *slack.SectionBlock, id string) *slack.SectionBlock { s.BlockID = id; return s }

// fields tell who writes from where. All of it is the visitor's word, but for what is
// called verified: that is the site's own server's.
func (c card) fields() []*slack.TextBlockObject {
	o := c.work.Conversation.Opening
	from, email := locale.Key("From: %s"), locale.Key("E-mail (not verified): %s")
	if id := o.Identity; id != nil && id.Name != "" {
		from = locale.Key("From (verified): %s")
	}
	if id := o.Identity; id != nil && id.Email != "" {
		email = locale.Key("E-mail (verified): %s")
	}
	fields := []*slack.TextBlockObject{plain(c.in.Say(string(from), visitorName(c.in, o)), 200)}
	add := func(format locale.Key, value string) {
		if value != "" {
			fields = append(fields, plain(c.in.Say(string(format), value), 600))
		}
	}
	add(email, o.Email)
	page := o.Page.URL
	if o.Page.Title != "" && page != "" {
		page = o.Page.Title + " – " + page
	}
	add(locale.Key("Page: %s"), page)
	add(locale.Key("Came from: %s"), o.Page.Referrer)
	language := o.Page.Language
	if o.Page.Zone != "" {
		language = strings.TrimPrefix(language+", "+o.Page.Zone, ", ")
	}
	add(locale.Key("Language: %s"), language)
	return fields
}

// attributes writes what is said of a visitor as one line.
func attributes(said []bridge.Attribute) string {
	var pairs []string
	for _, a := range said {
		pairs = append(pairs, a.Key+" = "+a.Value)
	}
	return strings.Join(pairs, " · ")
}

// state is one line: waiting, claimed or closed, and who takes part.
func (c card) state() string {
	v := c.work.Conversation
	var line string
	switch {
	case v.Closed:
		line = ":white_check_mark: " + c.in.Say("Closed")
	case !v.TakesPart(c.work.Group.ID):
		line = ":wave: " + c.in.Say("%s left", mrkdwn.Escape(c.work.Group.Name))
	case v.Owner.Agent != "":
		line = ":large_green_circle: " + c.in.Say("Claimed by %s", mrkdwn.Escape(c.agent(v.Owner)))
	case v.Opening.Left:
		line = ":envelope: " + c.in.Say("Left a message")
		if o := c.work.Group.WhenRead(); !o.Open && !o.Back.IsZero() {
			line = ":envelope: " + c.in.Say("Left a message, for when %s opens: %s", mrkdwn.Escape(c.work.Group.Name), moment(o.Back))
		}
	default:
		line = ":large_yellow_circle: " + c.in.Say("Waiting since %s", fmt.Sprintf("<!date^%d^{time}|%s>", v.Opened.Unix(), v.Opened.UTC().Format("15:04 UTC")))
	}
	var with []string
	for _, g := range v.With {
		name := mrkdwn.Escape(c.groups(g))
		if link := permalink(c.teamURL, c.where(v.Threads[g])); link != "" && g != c.work.Group.ID {
			name = "<" + link + "|" + name + ">"
		}
		with = append(with, name)
	}
	if len(with) > 1 || !v.TakesPart(c.work.Group.ID) {
		line += "  ·  " + c.in.Say("with %s", strings.Join(with, ", "))
	}
	return line
}

func (c card) buttons() []slack.BlockElement {
	v := c.work.Conversation
	value := buttonValue{conversation: v.ID, group: c.work.Group.ID}.String()
	switch {
	case v.Closed:
		return []slack.BlockElement{button(actionReopen, value, c.in.Say("Reopen"), "")}
	case !v.TakesPart(c.work.Group.ID):
		return nil
	}
	var bs []slack.BlockElement
	if v.Owner.Agent == "" {
		bs = append(bs, button(actionClaim, value, c.in.Say("Claim"), slack.StylePrimary))
	}
	bs = append(bs, button(actionInvite, value, c.in.Say("Invite…"), ""))
	if len(v.With) > 1 {
		bs = append(bs, button(actionLeave, value, c.in.Say("Leave"), ""))
	}
	return append(bs, button(actionClose, value, c.in.Say("Close"), ""))
}

// buttonValue is what a button is about. It is not trusted: whoever presses is
// checked as if they had typed the command.
type buttonValue struct {
	conversation bridge.ConversationID
	group        bridge.GroupID // on whose card, or whose behalf
	to           bridge.GroupID // whom to invite
}

func (v buttonValue) String() string {
	return string(v.conversation) + "|" + string(v.group) + "|" + string(v.to)
}

func parseButtonValue(s string) buttonValue {
	conversation, rest, _ := strings.Cut(s, "|")
	group, to, _ := strings.Cut(rest, "|")
	return buttonValue{bridge.ConversationID(conversation), bridge.GroupID(group), bridge.GroupID(to)}
}

func button(action, value, label string, style slack.Style) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(action, value, plain(label, 75))
	b.Style = style
	return b
}

// plain is text in which Slack parses nothing, cut to n runes.
func plain(s string, n int) *slack.TextBlockObject {
	if r := []rune(s); len(r) > n {
		s = string(r[:n-1]) + "…"
	}
	if s == "" {
		s = "–"
	}
	off := false
	return &slack.TextBlockObject{Type: slack.PlainTextType, Text: s, Emoji: &off}
}

// verbatim is mrkdwn in which only what is written as a link or mention is one.
func verbatim(s string) *slack.TextBlockObject {
	return &slack.TextBlockObject{Type: slack.MarkdownType, Text: s, Verbatim: true}
}
