package slackapp

import (
	"context"
	"encoding/json"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// A thread whose root was deleted cannot be used any more. Slack tells so in
// several ways, none of them certain to come: the deletion is told (of a root with
// replies as a tombstone), posts and updates are refused, the thread is not found
// when it is read, or a post is accepted and stands outside of any thread. The
// bridge then has a new one made.

// rootNews takes note where a message event tells that a root was deleted
// (docs.slack.dev/reference/events/message/message_deleted).
func (a *App) rootNews(ctx context.Context, event json.RawMessage) error {
	var e struct {
		Subtype   string `json:"subtype"`
		Channel   string `json:"channel"`
		DeletedTS string `json:"deleted_ts"`
		Message   struct {
			Subtype string `json:"subtype"`
			TS      string `json:"ts"`
		} `json:"message"`
	}
	if json.Unmarshal(event, &e) != nil {
		return nil
	}
	switch {
	case e.Subtype == "message_deleted":
		return a.rootDeleted(ctx, address{e.Channel, e.DeletedTS})
	case e.Subtype == "message_changed" && e.Message.Subtype == tombstone:
		return a.rootDeleted(ctx, address{e.Channel, e.Message.TS})
	}
	return nil
}

// rootDeleted takes note that a message was deleted, which may have been a root.
func (a *App) rootDeleted(ctx context.Context, at address) error {
	key, ref, err := a.findThread(ctx, at)
	if bridge.CodeOf(err) == bridge.CodeNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return a.bridge.Load().ThreadLost(ctx, key, ref)
}

// rootMissing reports whether a refusal may mean that a thread's root is gone.
func rootMissing(code string) bool {
	switch code {
	case "thread_not_found", "message_not_found", "cannot_reply_to_message", "cant_update_message":
		return true
	}
	return false
}

// lostRoot looks whether a thread's root is gone, and has a new one made where it
// is. It reports whether it did.
func (a *App) lostRoot(ctx context.Context, w bridge.Work) bool {
	return a.rootGone(ctx, w.Thread) && a.replaceThread(ctx, w.Key, w.Thread)
}

// rootGone asks Slack whether the root of a thread is gone. One refusal alone is
// no proof, and neither is a root that was posted a moment ago and is not found
// yet: a new thread for each would fill the channel.
func (a *App) rootGone(ctx context.Context, ref bridge.ThreadRef) bool {
	root := a.where(ref)
	if a.cfg.Clock.Now().Sub(timeOf(root.ts)) < rootSettles {
		return false
	}
	msgs, _, _, err := a.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
		ChannelID: root.channel, Timestamp: root.ts, Limit: 1,
	})
	if err != nil {
		return rootMissing(classify(err, true).code)
	}
	return len(msgs) == 0 || msgs[0].Timestamp != root.ts || msgs[0].SubType == tombstone
}

// rootSettles is how long a root may be posted before it can be read everywhere.
const rootSettles = 30 * time.Second

// tombstone is the subtype of what stands where a root with replies was deleted.
const tombstone = "tombstone"

// moveAway has a thread made anew in the group's channel, where it stands in
// another one that Slack refuses: an admin gave the group a new channel because of
// it. It reports whether it did.
func (a *App) moveAway(ctx context.Context, w bridge.Work, v verdict) bool {
	x, ok := troubleFor(v.code, "x")
	if !ok || !aboutChannel(x.Kind) || w.Thread == "" || w.Group.Channel == "" || a.where(w.Thread).channel == w.Group.Channel {
		return false
	}
	return a.replaceThread(ctx, w.Key, w.Thread)
}

// closedThread has a thread made anew whose root stands, but takes no replies: somebody
// locked it, or Slack made of it what is not replied to. What the visitor wrote must stand
// somewhere. It reports whether it did; a thread that was made anew a moment ago is not
// made again, for where each is refused, that would fill the channel.
func (a *App) closedThread(ctx context.Context, w bridge.Work, v verdict) bool {
	switch v.code {
	case "restricted_action_thread_locked", "cannot_reply_to_message":
	default:
		return false
	}
	if w.Thread == "" {
		return false
	}
	age := a.cfg.Clock.Now().Sub(timeOf(a.where(w.Thread).ts))
	if age < rootSettles || w.Lost && age < closedAgain {
		return false
	}
	return a.replaceThread(ctx, w.Key, w.Thread)
}

// closedAgain is how long a thread that was made anew is kept, however it is refused.
const closedAgain = time.Hour

func (a *App) replaceThread(ctx context.Context, key bridge.ThreadKey, ref bridge.ThreadRef) bool {
	if err := a.bridge.Load().ThreadLost(context.WithoutCancel(ctx), key, ref); err != nil {
		a.log.Error().Err(err).Str("conversation", string(key.Conversation)).Msg("note a lost thread")
		return false
	}
	a.log.Warn().Str("conversation", string(key.Conversation)).Msg("a thread cannot be used any more: it is made anew")
	return true
}

// astray takes a post of our own that was meant for a thread and stands outside of
// it, as happens where the root was deleted a moment before: it is taken away, and
// the thread is made anew with all its lines.
func (a *App) astray(at address, m mark) {
	a.later(func(ctx context.Context) {
		v, err := a.bridge.Load().Conversation(ctx, m.conversation)
		if err != nil {
			return // nothing of ours
		}
		// Of several lines that went astray the first has the thread replaced: a
		// root that is later than the line is the new one.
		ref := v.Threads[m.group]
		if ref != "" && laterTS(at.ts, a.where(ref).ts) {
			key := bridge.ThreadKey{Workspace: a.self().Workspace, Conversation: m.conversation, Group: m.group}
			if !a.replaceThread(ctx, key, ref) {
				return // the line must stand somewhere
			}
		}
		_, _, err = a.api.DeleteMessageContext(ctx, at.channel, at.ts)
		a.metrics.call("chat.delete", classify(err, true))
	})
}
