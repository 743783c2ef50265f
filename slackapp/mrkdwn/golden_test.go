package mrkdwn_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// acme is what a workspace knows: the rest of its ids are strangers.
type acme struct{}

func (acme) Person(id string) string {
	return map[string]string{"U061F7AUR": "Ada Lovelace", "W012A3CDE": "@Grace", "U0S43P1CZ": " @Eve\u202e\x00 "}[id]
}

func (acme) Channel(id string) string {
	return map[string]string{"C061EG9SL": "#status"}[id]
}

func (acme) UserGroup(id string) string {
	return map[string]string{"S0614TZR7": "Billing"}[id]
}

// testdata/messages holds message events with the text and blocks that Slack's own
// editor makes, each with the .txt that a visitor reads. A .text.txt is there where
// the text alone says less than the blocks do.
func TestMessagesReadAsWritten(t *testing.T) {
	events, err := filepath.Glob("testdata/messages/*.json")
	if err != nil || len(events) == 0 {
		t.Fatalf("no messages to read: %v", err)
	}
	for _, event := range events {
		base := strings.TrimSuffix(event, ".json")
		t.Run(filepath.Base(base), func(t *testing.T) {
			var message struct {
				Text   string          `json:"text"`
				Blocks json.RawMessage `json:"blocks"`
			}
			if err := json.Unmarshal([]byte(golden(t, event)), &message); err != nil {
				t.Fatal(err)
			}
			want := golden(t, base+".txt")
			if got, ok := mrkdwn.FromBlocks(message.Blocks, acme{}); !ok || got != want {
				t.Errorf("FromBlocks gives %q, %t; want %q", got, ok, want)
			}
			if _, err := os.Stat(base + ".text.txt"); !errors.Is(err, fs.ErrNotExist) {
				want = golden(t, base+".text.txt")
			}
			if got := mrkdwn.Plain(message.Text, acme{}); got != want {
				t.Errorf("Plain gives %q; want %q", got, want)
			}
		})
	}
}

// golden reads a file without the newline that ends it.
func golden(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(data), "\n")
}
