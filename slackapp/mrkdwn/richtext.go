package mrkdwn

import (
	"strings"

	"github.com/slack-go/slack"
)

// nothing is what a block shows for a text without a visible character.
const nothing = "–"

// RichText gives a block that shows exactly the text, newlines included, in one
// typed text element. Slack does not parse those: a mention or a mark in the text
// is shown as it was typed. Do not escape the text.
//
// As in [Escape], invalid UTF-8 becomes U+FFFD and control characters are dropped.
// A text in which nothing is left to see gives "–", for Slack refuses elements
// without text. blockID is at most 255 characters and unique in its message; the
// length of the text is up to the caller, see [Parts].
func RichText(text, blockID string) *slack.RichTextBlock {
	text = clean(text)
	if strings.TrimSpace(text) == "" {
		text = nothing
	}
	return slack.NewRichTextBlock(blockID,
		slack.NewRichTextSection(slack.NewRichTextSectionTextElement(text, nil)))
}
