package slackapp

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// Slack's advice is at most 4,000 characters of text in a message
// (docs.slack.dev, chat.postMessage); a block of rich text is kept well under.
const (
	maxPostRunes = 3500
	maxPostLines = 40
)

// A post is one message of the app's in a thread, covering one or more lines.
type post struct {
	mark
	username string
	icon     string // an emoji's name with colons
	text     string // the fallback, escaped: what notifications and screen readers give
	whole    string // what a person wrote, all of it, as typed
	blocks   []slack.Block
	links    string // by which it shows files, escaped; see share
}

// voice tells apart lines that cannot share a post.
type voice struct {
	role   bridge.Role
	agent  bridge.AgentID
	name   string
	kind   bridge.Kind
	before bool
}

func voiceOf(l bridge.Line) voice {
	return voice{l.By.Role, l.By.Agent, l.By.Name, l.Kind, l.Backlog}
}

// together returns how many of the lines go into the next post. The story so far
// goes together as far as there is room. Other lines are posted one by one, unless
// merge says that the channel's budget is used up: then what one person wrote goes
// together, so that the delay is bounded by the number of active conversations,
// not by the number of lines.
func together(lines []bridge.Line, merge bool) int {
	first, size := voiceOf(lines[0]), 0
	for i, l := range lines {
		size += utf8.RuneCountInString(l.Body) + 80
		switch {
		case i == 0:
		case i == maxPostLines, size > maxPostRunes:
			return i
		case !first.before && len(l.Files)+len(lines[i-1].Files) > 0:
			return i // what has files stands alone
		case first.before:
			if !l.Backlog {
				return i
			}
		case !merge, l.Own, voiceOf(l) != first && !planted(mixVoices), l.Kind != bridge.KindMessage && l.Kind != bridge.KindNote:
			return i
		}
	}
	return len(lines)
}

// renderer turns lines into posts.
type renderer struct {
	in      locale.Locale
	mark    mark // of the thread; the posts' from and upto are set
	opening bridge.Opening
	groups  func(bridge.GroupID) string
	agent   func(bridge.Author) string
}

// post makes a new post of lines, the first of which is not deleted. Those that are
// have never been seen, and leave nothing.
func (r renderer) post(lines []bridge.Line) post {
	p := r.marked(lines)
	standing := slices.DeleteFunc(slices.Clone(lines), func(l bridge.Line) bool { return l.Deleted })
	r.fill(&p, standing)
	return p
}

// revised makes a post anew that stands already. What was deleted leaves a sentence.
func (r renderer) revised(lines []bridge.Line) post {
	p := r.marked(lines)
	now := slices.Clone(lines)
	for i, l := range now {
		switch {
		case l.Deleted:
			now[i].Body = deletedText(r.in, l)
			now[i].Rich = aside(now[i].Body)
		case l.Noted && !l.Backlog:
			now[i].Body = nowNote(r.in) + " " + l.Body
			now[i].Rich = append(aside(nowNote(r.in)), looksOf(l)...)
		}
	}
	r.fill(&p, now)
	return p
}

// nowNote stands before what was a reply and has become a note: the name above a post
// cannot be changed.
func nowNote(in locale.Locale) string {
	return in.Say("🔒 A note now, the visitor does not see it any more:")
}

// deletedText stands where a line was deleted.
func deletedText(in locale.Locale, l bridge.Line) string {
	if l.By.Role == bridge.RoleAgent {
		return in.Say("This message was deleted by its author.")
	}
	return in.Say("This message was deleted by the visitor.")
}

// aside is what the app itself says among what people wrote.
func aside(text string) bridge.RichText {
	return bridge.RichText{{Type: bridge.BlockParagraph, Spans: []bridge.Span{{Text: text, Italic: true}}}}
}

func (r renderer) marked(lines []bridge.Line) post {
	p := post{mark: r.mark}
	p.from, p.upto = lines[0].Seq, lines[len(lines)-1].Seq
	return p
}

func (r renderer) fill(p *post, lines []bridge.Line) {
	first, id := lines[0], p.blockID()
	switch {
	case first.Kind == bridge.KindEdited, first.Kind == bridge.KindNoteEdited,
		first.Kind == bridge.KindDeleted, first.Kind == bridge.KindNoteDeleted:
		// Only where the post that it is about cannot be changed.
		p.username, p.icon = r.speaker(first)
		text := r.in.Say("A message above was deleted, but Slack does not let its text be removed here.")
		if first.Body != "" {
			text = r.in.Say("A message above was edited, and cannot be changed here. It says now:\n%s", first.Body)
		}
		p.rich(id, text, nil)
	case first.Backlog:
		p.icon = ":scroll:"
		p.rich(id, r.story(lines), nil)
		p.share(lines)
	case first.Kind == bridge.KindMessage, first.Kind == bridge.KindNote:
		p.username, p.icon = r.speaker(first)
		p.rich(id, joinBodies(lines), joinLooks(lines))
		p.share(lines)
	default:
		p.system(id, r.happened(first))
	}
}

// speaker is under whose name a line is posted. Nobody is pinged by a name.
func (r renderer) speaker(l bridge.Line) (name, icon string) {
	switch {
	case l.By.Role != bridge.RoleAgent:
		return visitorName(r.in, r.opening), ":speech_balloon:"
	case l.Kind == bridge.KindNote, l.Kind == bridge.KindNoteEdited, l.Kind == bridge.KindNoteDeleted:
		return r.in.Say("%s · %s · note", r.agent(l.By), r.groups(l.Group)), ":lock:"
	default:
		return r.agent(l.By) + " · " + r.groups(l.Group), ":bust_in_silhouette:"
	}
}

func joinBodies(lines []bridge.Line) string {
	var bodies []string
	for _, l := range lines {
		bodies = append(bodies, l.Body)
	}
	return strings.Join(bodies, "\n")
}

// joinLooks is joinBodies with the looks that agents gave their words, nil where
// there are none.
func joinLooks(lines []bridge.Line) bridge.RichText {
	var all bridge.RichText
	looked := false
	for _, l := range lines {
		all, looked = append(all, looksOf(l)...), looked || len(l.Rich) > 0
	}
	if !looked {
		return nil
	}
	return all
}

func looksOf(l bridge.Line) bridge.RichText {
	if len(l.Rich) > 0 {
		return l.Rich
	}
	return bridge.RichText{{Type: bridge.BlockParagraph, Spans: []bridge.Span{{Text: l.Body}}}}
}

// story is the transcript that a group finds when it is invited.
func (r renderer) story(lines []bridge.Line) string {
	var b strings.Builder
	b.WriteString(r.in.Say("The story so far:"))
	for _, l := range lines {
		who := visitorName(r.in, r.opening)
		if l.By.Role == bridge.RoleAgent {
			who = r.agent(l.By) + " (" + r.groups(l.Group) + ")"
		}
		if l.Kind == bridge.KindNote || l.Noted {
			who = r.in.Say("%s, note", who)
		}
		fmt.Fprintf(&b, "\n%s %s: %s", l.At.UTC().Format("15:04"), who, l.Body)
		for _, f := range l.Files {
			if !l.Deleted {
				b.WriteString(" 📎 " + f.Name)
			}
		}
	}
	return b.String()
}

func (r renderer) happened(l bridge.Line) string {
	who := r.agent(l.By)
	switch l.Kind {
	case bridge.KindJoined:
		switch {
		case who == "" && l.Reason == "":
			return r.in.Say("%s joined", l.GroupName)
		case who == "":
			return r.in.Say("%s joined: %s", l.GroupName, l.Reason)
		case l.Reason == "":
			return r.in.Say("%s joined, invited by %s", l.GroupName, who)
		}
		return r.in.Say("%s joined, invited by %s: %s", l.GroupName, who, l.Reason)
	case bridge.KindLeft:
		return r.in.Say("%s left. The visitor no longer sees what that group writes.", l.GroupName)
	case bridge.KindClosed:
		switch {
		case l.By.Role == bridge.RoleVisitor:
			return r.in.Say("Closed: the visitor began another conversation.")
		case who != "":
			return r.in.Say("Closed by %s.", who)
		}
		return r.in.Say("Closed.")
	case bridge.KindForgotten:
		return r.in.Say("The visitor had this conversation deleted and sees nothing of it any more. Who they were is taken off the card; what was written stays here until somebody deletes it in Slack.")
	case bridge.KindReopened:
		if l.By.Role == bridge.RoleVisitor {
			return r.in.Say("The visitor wrote again: reopened.")
		}
		return r.in.Say("Reopened by %s.", who)
	case bridge.KindRated:
		stars := strings.Repeat("★", l.Stars) + strings.Repeat("☆", bridge.MaxStars-l.Stars)
		if l.Body != "" {
			return r.in.Say("The visitor rated this conversation %d of %d (%s): %s", l.Stars, bridge.MaxStars, stars, l.Body)
		}
		return r.in.Say("The visitor rated this conversation %d of %d (%s).", l.Stars, bridge.MaxStars, stars)
	}
	return string(l.Kind)
}

// rich sets text as typed text elements, which Slack does not parse, with an
// escaped fallback; and with its looks, where it has any and needs no cutting.
func (p *post) rich(id, text string, looks bridge.RichText) {
	p.whole = text
	parts := mrkdwn.Parts(text, maxPostRunes)
	p.text = mrkdwn.Escape(parts[0])
	if block, ok := mrkdwn.Looks(looks, id); ok && len(parts) == 1 {
		p.blocks = append(p.blocks, block)
		return
	}
	for i, part := range parts {
		partID := id
		if i > 0 {
			partID = fmt.Sprintf("%s+%d", id, i)
		}
		p.blocks = append(p.blocks, mrkdwn.RichText(part, partID))
	}
}

func (p *post) system(id, text string) {
	p.text = mrkdwn.Escape(text)
	p.blocks = []slack.Block{slack.NewContextBlock(id, plain(text, 600))}
}

// maybeRepeat is what a post says that may stand there already, where Slack
// refused to be searched.
func maybeRepeat(in locale.Locale) string { return in.Say("(sent again, may be a repeat)") }

func repeatBlock(in locale.Locale) slack.Block {
	return slack.NewContextBlock("again", plain(maybeRepeat(in), 75))
}

func (p *post) again(in locale.Locale) {
	if len(p.blocks) > 0 {
		p.blocks = append(p.blocks, repeatBlock(in))
	}
	p.text += " " + maybeRepeat(in)
}

// withoutRepeat takes the remark away, in whatever language it was made.
func withoutRepeat(text string) string {
	for _, in := range locale.All {
		text = strings.TrimSuffix(text, " "+maybeRepeat(in))
	}
	return text
}

// maxBareRunes leaves room for escapes: Slack cuts text at 40,000 characters.
const maxBareRunes = 30_000

// bare is what is posted when Slack takes a post's blocks for invalid: losing the
// look is better than losing the words, so the text is then all of them.
func (p *post) bare() {
	p.blocks = nil
	if p.whole != "" {
		p.text = mrkdwn.Escape(cutText(p.whole, maxBareRunes))
		if p.links != "" {
			p.text += "\n" + p.links
		}
	}
}

// Every post carries what it shows, so that it can be found again when the answer
// to it was lost: as message metadata, and as the id of its first block, since Slack
// may show metadata only to apps with a scope for it. Both are visible to other apps
// of the workspace: they hold numbers and random ids, nothing of the visitor.
const metadataType = "chatgroups_post"

type mark struct {
	conversation bridge.ConversationID
	group        bridge.GroupID
	joined       bridge.Seq
	from, upto   bridge.Seq // 0 for the root
}

func (m mark) root() bool { return m.upto == 0 }

// markOf is the mark of a thread's root.
func markOf(w bridge.Work) mark {
	return mark{conversation: w.Key.Conversation, group: w.Key.Group, joined: w.Joined}
}

func (m mark) metadata() slack.SlackMetadata {
	return slack.SlackMetadata{EventType: metadataType, EventPayload: map[string]any{
		"conversation": string(m.conversation), "group": string(m.group),
		"joined": uint64(m.joined), "from": uint64(m.from), "upto": uint64(m.upto),
	}}
}

const blockIDMark = "chatgroups"

func (m mark) blockID() string {
	return fmt.Sprintf("%s|%s|%s|%d|%d|%d", blockIDMark, m.conversation, m.group, m.joined, m.from, m.upto)
}

// readMark returns the mark of a message by its metadata or its blocks.
func readMark(md slack.SlackMetadata, blocks json.RawMessage) (mark, bool) {
	if m, ok := parseMetadata(md); ok {
		return m, true
	}
	var ids []struct {
		ID string `json:"block_id"`
	}
	if json.Unmarshal(blocks, &ids) != nil || len(ids) == 0 {
		return mark{}, false
	}
	return parseBlockID(ids[0].ID)
}

func parseMetadata(md slack.SlackMetadata) (mark, bool) {
	if md.EventType != metadataType {
		return mark{}, false
	}
	str := func(k string) string { s, _ := md.EventPayload[k].(string); return s }
	num := func(k string) bridge.Seq { f, _ := md.EventPayload[k].(float64); return bridge.Seq(f) }
	m := mark{bridge.ConversationID(str("conversation")), bridge.GroupID(str("group")), num("joined"), num("from"), num("upto")}
	return m, m.conversation != ""
}

func parseBlockID(id string) (mark, bool) {
	parts := strings.Split(id, "|")
	if len(parts) != 6 || parts[0] != blockIDMark {
		return mark{}, false
	}
	m := mark{conversation: bridge.ConversationID(parts[1]), group: bridge.GroupID(parts[2])}
	for i, n := range []*bridge.Seq{&m.joined, &m.from, &m.upto} {
		v, err := strconv.ParseUint(parts[3+i], 10, 64)
		if err != nil {
			return mark{}, false
		}
		*n = bridge.Seq(v)
	}
	return m, true
}
