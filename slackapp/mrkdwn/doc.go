// Package mrkdwn translates between Slack's two ways of writing a message and
// the bridge's.
//
// From Slack, [Read] takes what a message has: [ReadText] reads mrkdwn text and
// [ReadBlocks] reads rich_text blocks. Both give the bridge's rich text, and the
// plain text that stands alone for a website's visitor is made of that: names
// instead of ids, no markup. To Slack, [Escape], [RichText] and [Parts] carry what a
// visitor typed, and [Looks] what an agent wrote elsewhere, in such a way that Slack
// reads none of it as markup, and nobody is notified by it.
//
// Everything here is a pure function: no I/O, nothing shared, safe for use by
// many goroutines. The time taken grows linearly with the text.
//
// What Slack means by its markup is described at
// docs.slack.dev/messaging/formatting-message-text and, for blocks,
// docs.slack.dev/reference/block-kit/blocks/rich-text-block.
package mrkdwn
