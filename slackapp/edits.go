package slackapp

import (
	"context"
	"reflect"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// changed takes a message_changed: the text of a reply was edited, or only
// something beside it, such as a link's preview or the files
// (docs.slack.dev/reference/events/message/message_changed).
func (a *App) changed(ctx context.Context, e event) error {
	if e.Message == nil {
		a.metrics.ignored.WithLabelValues("malformed event").Inc()
		return nil
	}
	now, was := e.about(e.Message), e.about(e.Previous)
	if subtypes[now.Subtype] == deedDelete {
		return a.takenBack(ctx, was) // a tombstone does not say whose it was
	}
	if a.decide(now) == echoed {
		a.metrics.ignored.WithLabelValues("message of our own changed").Inc()
		return nil
	}
	if e.Previous != nil {
		now.wasNote = a.isNote(was)
		if a.readsAs(was, now) {
			a.metrics.ignored.WithLabelValues("message unchanged").Inc()
			return nil
		}
	}
	if now.Edited == nil {
		a.metrics.ignored.WithLabelValues("message unchanged").Inc()
		return nil
	}
	return a.wrote(ctx, now, true)
}

// deleted takes a message_deleted
// (docs.slack.dev/reference/events/message/message_deleted).
func (a *App) deleted(ctx context.Context, e event) error {
	if e.Previous == nil || e.DeletedTS == "" {
		a.metrics.ignored.WithLabelValues("malformed event").Inc()
		return nil // Slack always says what was deleted: without, no thread is known
	}
	was := e.about(e.Previous)
	was.TS = e.DeletedTS
	return a.takenBack(ctx, was)
}

// about returns the message that e is about, as an event of its own that happened
// when e did. Of nil there is no more to say than that.
func (e event) about(m *event) event {
	var inner event
	if m != nil {
		inner = *m
	}
	inner.Channel, inner.happened = e.Channel, e.EventTS
	return inner
}

// takenBack carries the deletion of a message to the other side, where it was of
// somebody's who is relayed.
func (a *App) takenBack(ctx context.Context, was event) error {
	switch a.decide(was) {
	case ignore, echoed, command:
		a.metrics.ignored.WithLabelValues("message deleted").Inc()
		return nil
	}
	return a.takeAway(ctx, was, true)
}

// takeAway takes what a reply said from the other side.
func (a *App) takeAway(ctx context.Context, e event, live bool) error {
	key, ref, err := a.threadOf(ctx, address{e.Channel, e.ThreadTS})
	if bridge.CodeOf(err) == bridge.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = a.withdraw(ctx, key, ref, e.TS, live)
	return err
}

// withdraw takes the message with this ts from the other side.
func (a *App) withdraw(ctx context.Context, key bridge.ThreadKey, ref bridge.ThreadRef, ts string, live bool) (bridge.Taken, error) {
	taken, err := a.bridge.Load().DeletedAtDesk(ctx, key, ref, a.messageID(ref, ts))
	switch bridge.CodeOf(err) {
	case "":
		a.metrics.took(taken, live)
	case bridge.CodeNotFound, bridge.CodeInvalid:
		a.metrics.ignored.WithLabelValues("message deleted").Inc()
		return taken, nil
	}
	return taken, err
}

// messageID is the bridge's id of a message in a thread, under the address by which
// the channel was known when the thread began.
func (a *App) messageID(ref bridge.ThreadRef, ts string) bridge.EntryID {
	return entryID(a.self().Workspace, address{parseRef(ref).channel, ts})
}

// isNote reports whether a message is marked as a note by its text or its blocks.
func (a *App) isNote(e event) bool {
	if _, ok := cutNote(e.Text); ok {
		return true
	}
	body, _ := mrkdwn.Read(e.Text, e.Blocks, names{a})
	_, ok := cutNote(body)
	return ok
}

// readsAs reports whether a reader sees the same words with the same looks.
func (a *App) readsAs(was, now event) bool {
	body, rich := mrkdwn.Read(was.Text, was.Blocks, names{a})
	again, looks := mrkdwn.Read(now.Text, now.Blocks, names{a})
	return strings.TrimSpace(body) == strings.TrimSpace(again) && reflect.DeepEqual(rich, looks)
}
