package slackapp_test

import (
	"context"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

func TestARatingIsALineOfTheThread(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("I want a new kettle")
	root := w.root(w.tech, 0)
	w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: I want a new kettle")
	w.press(w.ann, w.tech, root.TS, "close")
	w.wait("closed", func() bool {
		c, err := w.b.ByNumber(context.Background(), w.ws, 1001)
		return err == nil && c.Closed
	})
	if _, err := v.Rate(context.Background(), "r1", 4, "quick, <!here>"); err != nil {
		t.Fatal(err)
	}
	w.wait("the rating", func() bool {
		for _, m := range w.slack.Thread(w.tech, root.TS) {
			if m.Text == "The visitor rated this conversation 4 of 5 (★★★★☆): quick, &lt;!here&gt;" {
				return true
			}
		}
		return false
	})
}

func TestAVisitorWhoBeginsAnewIsNotWaitedForInTheOldThread(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("I want a new kettle")
	root := w.root(w.tech, 0)
	w.waitPosts(w.tech, root.TS, "Visitor 1001 · visitor: I want a new kettle")
	if _, err := v.Send(context.Background(), bridge.Draft{ID: "n1", Body: "a toaster", Group: "sales", Fresh: true}); err != nil {
		t.Fatal(err)
	}
	w.root(w.sales, 0)
	w.wait("the old thread says so", func() bool {
		for _, m := range w.slack.Thread(w.tech, root.TS) {
			if stands(m, "Closed: the visitor began another conversation.") {
				return true
			}
		}
		return false
	})
}
