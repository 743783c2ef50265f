package slackapp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp"
)

func TestALongReplyIsCutAtItsLineEndsAndSaysWhatIsLeftOut(t *testing.T) {
	line := func(i int) string { return fmt.Sprintf("%04d %s", i, strings.Repeat("ä", 95)) }
	for _, row := range []struct{ lines, sections int }{{1, 1}, {28, 1}, {29, 2}, {200, 8}, {5000, 8}} {
		var all []string
		for i := range row.lines {
			all = append(all, line(i))
		}
		got := slackapp.Sections(strings.Join(all, "\n"))
		if len(got) != row.sections {
			t.Errorf("%d lines make %d sections, want %d", row.lines, len(got), row.sections)
		}
		told := strings.Join(got, "\n")
		shown := strings.Count(told, "ä"+"\n") + 1
		if left, ok := strings.CutPrefix(got[len(got)-1], "… and "); ok {
			var n int
			if _, err := fmt.Sscanf(left, "%d more.", &n); err != nil || n+shown-1 < row.lines-1 || n+shown-1 > row.lines {
				t.Errorf("%d lines, %d shown, and then %q", row.lines, shown, got[len(got)-1])
			}
		} else if shown != row.lines {
			t.Errorf("%d of %d lines are shown", shown, row.lines)
		}
		for _, s := range got {
			if n := utf8.RuneCountInString(s); n == 0 || n > 3000 {
				t.Errorf("a section of %d characters", n)
			}
		}
	}
	if got := slackapp.Sections(strings.Repeat("x", 9000)); len(got) != 1 || utf8.RuneCountInString(got[0]) > slackapp.MaxSectionRunes {
		t.Errorf("a line that is too long makes %d sections", len(got))
	}
}

// TestRepliesFitSlackInABigWorkspace: Slack refuses a message that has a section of
// more than 3,000 characters, and people would read nothing at all.
func TestRepliesFitSlackInABigWorkspace(t *testing.T) {
	w := newWorld(t, fast)
	ctx := context.Background()
	for i := range 200 {
		if _, err := w.b.CreateGroup(ctx, bridge.Group{
			Workspace: w.ws, Name: fmt.Sprintf("Group of a long name %d", i), Channel: w.lobby, UserGroup: w.salesGroup,
		}, bridge.Author{}); err != nil {
			t.Fatal(err)
		}
	}
	for range 200 {
		v := w.visitor()
		v.say("Hello?")
		v.Leave()
	}
	for _, row := range []struct{ typed, holds string }{
		{"/chatgroups help", "managers"},
		{"/chatgroups list", "Group of a long name 99"},
		{"/chatgroups open", "#1100"},
		{"/chatgroups doctor", "General"},
		{"/chatgroups invite 1001", "There are more groups than buttons"},
		{"/chatgroups claim", "conversations are open"},
	} {
		channel := w.lobby
		if strings.HasSuffix(row.typed, "claim") {
			channel = w.tech
		}
		res, err := w.slack.Command(ctx, w.cleo, channel, row.typed, false)
		if err != nil {
			t.Fatal(err)
		}
		w.wait("an answer to "+row.typed, func() bool { return len(res.Responses()) > 0 })
		said := res.Responses()
		last := said[len(said)-1]
		var blocks []struct {
			Type string
			Text struct{ Text string }
		}
		if err := json.Unmarshal(last.Blocks, &blocks); err != nil || len(blocks) == 0 || len(blocks) > 50 {
			t.Fatalf("%s: %d blocks, %v", row.typed, len(blocks), err)
		}
		var all strings.Builder
		for _, b := range blocks {
			if n := utf8.RuneCountInString(b.Text.Text); b.Type == "section" && (n == 0 || n > 3000) {
				t.Errorf("%s: a section of %d characters", row.typed, n)
			}
			all.WriteString(b.Text.Text + "\n")
		}
		if n := utf8.RuneCountInString(last.Text); n > 4000 {
			t.Errorf("%s: a text of %d characters", row.typed, n)
		}
		if !strings.Contains(all.String(), row.holds) {
			t.Errorf("%s lacks %q:\n%.3000s", row.typed, row.holds, all.String())
		}
	}
	if n := len(w.slack.Requests("conversations.info")); n > 20 {
		t.Errorf("asked of %d channels one by one", n)
	}
}
