// Package mrkdwn translates between Slack's two ways of writing a message and
// plain text.
//
// From Slack, [Plain] reads mrkdwn text and [FromBlocks] reads rich_text blocks;
// both give text that stands alone for a website's visitor: names instead of
// ids, addresses instead of hidden links, no markup. To Slack, [Escape],
// [RichText] and [Split] carry what a visitor typed in such a way that Slack
// reads none of it as markup, and nobody is notified by it.
//
// Everything here is a pure function: no I/O, nothing shared, safe for use by
// many goroutines. The time taken grows linearly with the text.
//
// What Slack means by its markup is described at
// docs.slack.dev/messaging/formatting-message-text and, for blocks,
// docs.slack.dev/reference/block-kit/blocks/rich-text-block.
package mrkdwn
