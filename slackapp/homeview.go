package slackapp

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// homeView is what a Home tab shows, and makes its blocks.
type homeView struct {
	in     locale.Locale
	role   role
	user   bridge.AgentID
	groups []homeGroup
	silent bool // Slack did not say who is told of which group's chats
	open   []bridge.Conversation
	line   func(bridge.Conversation) string // one line about a conversation, with links

	// Of those who administer all.
	sites  []bridge.Site
	site   func(bridge.Site) string // its snippet and who may use it
	health []Finding

	blocks []slack.Block
}

// homeGroup is a group, and whether the viewer is told of its chats.
type homeGroup struct {
	bridge.Group
	mine bool
}

// How much of each a tab shows; Slack takes 100 blocks.
const (
	maxHomeLines  = 15
	maxHomeGroups = 30
	maxHomeSites  = 5
)

func (h *homeView) add(blocks ...slack.Block) { h.blocks = append(h.blocks, blocks...) }

// title begins a part, with a line above it but for the first.
func (h *homeView) title(said string) {
	if len(h.blocks) > 0 {
		h.add(slack.NewDividerBlock())
	}
	h.add(slack.NewHeaderBlock(plain(said, 150)))
}

func (h *homeView) text(mrkdwn string) {
	h.add(slack.NewSectionBlock(verbatim(cutText(mrkdwn, maxSectionRunes)), nil, nil))
}

func (h *homeView) request() slack.HomeTabViewRequest {
	if len(h.blocks) > maxViewBlocks {
		h.blocks = h.blocks[:maxViewBlocks]
	}
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: h.blocks}}
}

// sayOnly is a tab with a sentence alone.
func (h *homeView) sayOnly(sentence locale.Key) slack.HomeTabViewRequest {
	h.text(h.in.Say(string(sentence)))
	return h.request()
}

func (h *homeView) view() slack.HomeTabViewRequest {
	h.conversations()
	h.ownGroups()
	if h.role >= manager {
		h.trouble()
		h.allGroups()
		h.allSites()
	}
	h.add(slack.NewContextBlock("", verbatim(h.in.Say("`/chatgroups help` shows all that you can do, in any channel."))))
	return h.request()
}

// conversations are those that wait in the viewer's groups, and those the viewer holds.
func (h *homeView) conversations() {
	mine := map[bridge.GroupID]bool{}
	for _, g := range h.groups {
		mine[g.ID] = g.mine
	}
	var waiting, held []string
	for _, v := range h.open {
		switch {
		case v.Owner.Agent == h.user:
			held = append(held, h.line(v))
		case !v.Waiting.IsZero():
			for _, g := range v.With {
				if mine[g] {
					waiting = append(waiting, h.line(v))
					break
				}
			}
		}
	}
	h.list(h.in.Say("Waiting for an answer"), h.in.Say("Nobody waits in your groups."), waiting)
	h.list(h.in.Say("Yours"), h.in.Say("You hold no conversation."), held)
}

// list is a heading with lines, or what to say where there is none.
func (h *homeView) list(title, none string, lines []string) {
	h.title(title)
	if len(lines) == 0 {
		h.text(none)
		return
	}
	more := len(lines) - maxHomeLines
	lines = lines[:min(len(lines), maxHomeLines)]
	for _, part := range sections(strings.Join(lines, "\n")) {
		h.text(part)
	}
	if more > 0 {
		h.add(slack.NewContextBlock("", verbatim(h.in.Count(more, "%d more: `/chatgroups open` lists all.", "%d more: `/chatgroups open` lists all."))))
	}
}

func (h *homeView) ownGroups() {
	h.title(h.in.Say("Your groups"))
	shown := 0
	for _, g := range h.groups {
		manages := g.ManagedBy(h.user)
		if !g.mine && (!manages || h.role >= manager) { // all groups follow for who administers all
			continue
		}
		if shown++; shown > maxHomeGroups {
			break
		}
		h.group(g, manages || h.role >= manager)
	}
	switch {
	case h.silent:
		h.text(h.in.Say("Slack does not say just now which groups are yours."))
	case shown == 0:
		h.text(h.in.Say("No group tells you of its chats. Whoever administers them can add you to one's user group."))
	}
}

func (h *homeView) allGroups() {
	h.title(h.in.Say("All groups"))
	for i, g := range h.groups {
		if i == maxHomeGroups {
			h.text(h.in.Say("There are more: `/chatgroups list` shows all."))
			break
		}
		if g.mine {
			continue
		}
		h.group(g, true)
	}
	h.add(slack.NewActionBlock("administer",
		button(actionTyped+":create", "create", h.in.Say("New group…"), slack.StylePrimary),
		button(actionTyped+":order", "order", h.in.Say("Order…"), ""),
		button(actionTyped+":try", "try", h.in.Say("Try a routing…"), ""),
		button(actionTyped+":stats", "stats", h.in.Say("Numbers"), ""),
		button(actionTyped+":audit", "audit", h.in.Say("Who changed what"), ""),
		button(actionTyped+":managers", "managers", h.in.Say("Managers…"), ""),
	))
}

// group is one group with what can be done to it.
func (h *homeView) group(g homeGroup, manage bool) {
	line := fmt.Sprintf("*%s*", mrkdwn.Escape(g.Name))
	if g.Channel != "" {
		line += fmt.Sprintf("  <#%s>", g.Channel)
	}
	line += "\n" + groupState(h.in, g.Group)
	s := slack.NewSectionBlock(verbatim(line), nil, nil)
	s.BlockID = "group:" + string(g.ID)
	if manage {
		slug := quoted(g.Slug())
		options := []*slack.OptionBlockObject{choice("edit "+slug, h.in.Say("Edit…")), choice("hours "+slug, h.in.Say("Opening hours…"))}
		if g.Open() {
			options = append(options, choice("off "+slug, h.in.Say("Close now")))
		} else {
			options = append(options, choice("on "+slug, h.in.Say("Open now")))
		}
		options = append(options, choice("auto "+slug, h.in.Say("Follow the hours")))
		if !g.Default && h.role >= manager {
			options = append(options, choice("delete "+slug, h.in.Say("Delete…")))
		}
		s.Accessory = slack.NewAccessory(slack.NewOverflowBlockElement(actionTyped, options...))
	}
	h.add(s)
}

func (h *homeView) trouble() {
	h.title(h.in.Say("Installation"))
	var wrong []Finding
	for _, f := range h.health {
		if !f.OK {
			wrong = append(wrong, f)
		}
	}
	if len(wrong) == 0 {
		h.text(":white_check_mark: " + h.in.Say("Nothing is known to be wrong."))
	} else {
		h.text(summary(wrong))
	}
	h.add(slack.NewActionBlock("look", button(actionTyped+":doctor", "doctor", h.in.Say("Look at everything"), "")))
}

func (h *homeView) allSites() {
	h.title(h.in.Say("Sites"))
	for i, s := range h.sites {
		if i == maxHomeSites {
			h.text(h.in.Say("There are more: `/chatgroups site` shows all."))
			break
		}
		h.text(h.site(s))
	}
	h.add(slack.NewActionBlock("sites", button(actionTyped+":site", "site", h.in.Say("Sites…"), "")))
}

// quoted holds a name together in a command.
func quoted(word string) string { return `"` + word + `"` }
