package mrkdwn_test

import (
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/bridge"
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

var update = flag.Bool("update", false, "write the golden files anew")

// testdata/messages holds message events with the text and blocks that Slack's own
// editor makes, each with the .txt that a visitor reads and, where there are any, its
// looks in a .rich.jsonl, a block on each line. A .text.txt and a .text.rich.jsonl are
// there where the text alone says less than the blocks do.
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
			data, err := os.ReadFile(event)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(data, &message); err != nil {
				t.Fatal(err)
			}
			body, rich := mrkdwn.Read(message.Text, message.Blocks, acme{})
			golden(t, base+".txt", "", body)
			golden(t, base+".rich.jsonl", "", lines(t, rich))
			alone, bare := mrkdwn.Read(message.Text, nil, acme{})
			golden(t, base+".text.txt", base+".txt", alone)
			golden(t, base+".text.rich.jsonl", base+".rich.jsonl", lines(t, bare))
		})
	}
}

// lines writes a rich text with a block on each line.
func lines(t *testing.T, rich bridge.RichText) string {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, block := range rich {
		if err := e.Encode(block); err != nil {
			t.Fatal(err)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// golden holds got to a file, which is not there where got is the same as that of
// the file otherwise, or empty.
func golden(t *testing.T, name, otherwise, got string) {
	t.Helper()
	want, there := read(t, name)
	usual := ""
	if otherwise != "" {
		usual, _ = read(t, otherwise)
	}
	if *update {
		switch {
		case got != usual:
			if err := os.WriteFile(name, []byte(got+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		case there:
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	if !there {
		want = usual
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s reads otherwise (-want +got):\n%s", name, diff)
	}
}

// read returns a file without the newline that ends it.
func read(t *testing.T, name string) (content string, there bool) {
	t.Helper()
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(data), "\n"), true
}
