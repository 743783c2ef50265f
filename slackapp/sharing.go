package slackapp

import (
	"context"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// share makes a post show the files of its lines: by their permalinks, which Slack
// turns into the files where the app can see them, and with that lets the channel see
// them too (a Slack engineer in bolt-python issue 1018). The links stand in the text
// and in a block, since Slack reads the text only where there is no block.
func (p *post) share(lines []bridge.Line) {
	var elements []slack.RichTextSectionElement
	var links []string
	for _, l := range lines {
		if l.Deleted {
			continue
		}
		for _, f := range l.Files {
			link := parseFileRef(f.Ref).permalink
			if link == "" {
				continue
			}
			if len(elements) > 0 {
				elements = append(elements, slack.NewRichTextSectionTextElement("\n", nil))
			}
			elements = append(elements, slack.NewRichTextSectionLinkElement(link, f.Name, nil))
			links = append(links, "<"+link+"|"+mrkdwn.Escape(f.Name)+">")
		}
	}
	if len(links) == 0 {
		return
	}
	block := slack.NewRichTextBlock(p.blockID()+"+files", slack.NewRichTextSection(elements...))
	if strings.TrimSpace(p.whole) == "" { // nothing was said: the files are the line
		block.BlockID, p.blocks, p.text = p.blockID(), nil, ""
	}
	p.blocks = append(p.blocks, block)
	p.links = strings.Join(links, "\n")
	p.text = strings.TrimPrefix(p.text+"\n"+p.links, "\n")
}

// unshare deletes the files of visitors' messages that were taken back, wherever they
// are shown. An agent's file is the agent's to delete.
func (a *App) unshare(ctx context.Context, lines []bridge.Line) {
	for _, l := range lines {
		if !l.Deleted || l.By.Role != bridge.RoleVisitor {
			continue
		}
		for _, f := range l.Files {
			a.files.Drop(context.WithoutCancel(ctx), a.self().Workspace, f.Ref)
		}
	}
}
