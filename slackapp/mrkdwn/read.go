package mrkdwn

import (
	"encoding/json"

	"github.com/chatgroups/chatgroups/bridge"
)

// Read gives what a message says as a plain text that stands alone, and its looks,
// which say the same words: [ReadBlocks] where the message has such blocks, which
// leave nothing to guess, else [ReadText]. rich is cleaned, so it is nil where it
// says no more than body. Both are free of ids; names may be nil.
func Read(text string, blocks json.RawMessage, names Names) (body string, rich bridge.RichText) {
	read, ok := ReadBlocks(blocks, names)
	if !ok {
		read = ReadText(text, names)
	}
	return read.Plain(), read.Clean()
}
