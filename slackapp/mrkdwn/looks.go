package mrkdwn

import (
	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// maxElements is how many elements one part of a rich_text block may have.
const maxElements = 1000

// Looks gives a block that shows a text with its looks, for colleagues in another
// thread. As in [RichText], all of it is typed text and links, in which Slack looks
// for no mention. It reports false where the text has too many parts for one block or
// nothing to see; its plain text can be shown then. blockID is as in [RichText].
func Looks(text bridge.RichText, blockID string) (*slack.RichTextBlock, bool) {
	if len(text) == 0 || len(text) > maxElements {
		return nil, false
	}
	block := slack.NewRichTextBlock(blockID)
	for _, b := range text {
		if len(b.Spans) > maxElements || len(b.Items) > maxElements {
			return nil, false
		}
		var part slack.RichTextElement
		switch b.Type {
		case bridge.BlockQuote:
			part = &slack.RichTextQuote{Type: slack.RTEQuote, Elements: elements(b.Spans)}
		case bridge.BlockCode:
			part = &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: elements(b.Spans)}
		case bridge.BlockList, bridge.BlockOrdered:
			list := slack.NewRichTextList(slack.RTEListBullet, b.Level)
			if b.Type == bridge.BlockOrdered {
				list.Style, list.Offset = slack.RTEListOrdered, max(b.Start-1, 0)
			}
			for _, item := range b.Items {
				if len(item) > maxElements {
					return nil, false
				}
				list.Elements = append(list.Elements, slack.NewRichTextSection(elements(item)...))
			}
			part = list
		default:
			part = slack.NewRichTextSection(elements(b.Spans)...)
		}
		block.Elements = append(block.Elements, part)
	}
	return block, true
}

// elements never returns nothing: Slack shows an empty line of a space.
func elements(spans []bridge.Span) []slack.RichTextSectionElement {
	var list []slack.RichTextSectionElement
	for _, s := range spans {
		text := clean(s.Text)
		if text == "" {
			continue
		}
		var style *slack.RichTextSectionTextStyle
		if s.Bold || s.Italic || s.Strike || s.Code {
			style = &slack.RichTextSectionTextStyle{Bold: s.Bold, Italic: s.Italic, Strike: s.Strike, Code: s.Code}
		}
		if s.Link != "" && bridge.Linkable(s.Link) {
			list = append(list, slack.NewRichTextSectionLinkElement(s.Link, text, style))
			continue
		}
		list = append(list, slack.NewRichTextSectionTextElement(text, style))
	}
	if list == nil {
		list = append(list, slack.NewRichTextSectionTextElement(" ", nil))
	}
	return list
}
