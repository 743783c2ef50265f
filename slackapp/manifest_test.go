package slackapp_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/slackapp"
)

func TestTheManifestAsksForExactlyWhatTheCodeUses(t *testing.T) {
	data, err := os.ReadFile("../manifest.yml")
	if err != nil {
		t.Fatal(err)
	}
	scopes, events := slackapp.Needs()
	slices.Sort(events)
	if got := listUnder(string(data), "bot:"); !slices.Equal(got, scopes) {
		t.Errorf("manifest.yml has the scopes\n%v\nthe code uses\n%v", got, scopes)
	}
	if got := listUnder(string(data), "bot_events:"); !slices.Equal(got, events) {
		t.Errorf("manifest.yml has the events\n%v\nthe code takes\n%v", got, events)
	}
	if !strings.Contains(string(data), "should_escape: true") {
		t.Error("the command must arrive escaped: only so are people and channels certain")
	}
}

// listUnder returns the items of the YAML list under a key, sorted.
func listUnder(yaml, key string) []string {
	_, after, _ := strings.Cut(yaml, key+"\n")
	var items []string
	item := regexp.MustCompile(`^\s+- (\S+)$`)
	for _, line := range strings.Split(after, "\n") {
		m := item.FindStringSubmatch(line)
		if m == nil {
			break
		}
		items = append(items, m[1])
	}
	slices.Sort(items)
	return items
}
