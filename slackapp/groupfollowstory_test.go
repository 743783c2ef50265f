package slackapp_test

import (
	"strings"
	"testing"
)

// TestWhatIsChangedInSlacksOwnPagesIsFollowed: the list, the form and what visitors are
// offered are right afterwards, without anybody doing anything.
func TestWhatIsChangedInSlacksOwnPagesIsFollowed(t *testing.T) {
	w := newWorld(t, fast)
	// asked asks about Tech over and over until the answer holds a text: what Slack tells
	// by events comes when it comes.
	asked := func(text, want string) {
		t.Helper()
		w.wait(text+" says "+want, func() bool {
			return strings.Contains(w.command(w.cleo, w.lobby, "/chatgroups "+text), want)
		})
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.slack.SetUserGroupMembers(w.cleo, w.techGroup, w.dan))
	asked("members tech", "Told of *Tech*: <@"+w.dan+">")

	must(w.slack.RenameUserGroup(w.cleo, w.techGroup, "Technology", "technology"))
	w.wait("the form names it anew", func() bool {
		return strings.Contains(string(w.asks(w.cleo, w.lobby, "/chatgroups edit tech").Blocks), "@technology")
	})

	must(w.slack.DisableUserGroup(w.cleo, w.techGroup))
	asked("members tech", "Nobody is told of *Tech*")
	asked("doctor", "@technology is disabled")
	must(w.slack.EnableUserGroup(w.cleo, w.techGroup))
	asked("members tech", "Told of *Tech*: <@"+w.dan+">")

	must(w.slack.Rename(w.cleo, w.tech, "chat-technology"))
	asked("list", "<#"+w.tech+">") // Slack shows a channel by the name that it has
	must(w.slack.Archive(w.cleo, w.tech))
	w.wait("the group is out of reach", func() bool { return w.group("tech").Shut })
	asked("list", "*Out of reach*")
	must(w.slack.Unarchive(w.cleo, w.tech))
	w.wait("the group is open again", func() bool { return w.group("tech").Open() })

	moved, err := w.slack.ChangeChannelID(w.tech)
	must(err)
	asked("list", "<#"+moved+">")
}
