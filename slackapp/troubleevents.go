package slackapp

import (
	"context"
	"encoding/json"

	"github.com/chatgroups/chatgroups/bridge"
)

// troubleEvents are the events that tell of trouble at Slack, or of its end. A
// group_… one is about a private channel. What they say is believed at once, and
// looked at soon after: they can overtake each other, and some may be withheld
// (docs.slack.dev/reference/events/channel_left).
var troubleEvents = map[string]func(*troubles, context.Context, json.RawMessage) error{
	"tokens_revoked":          (*troubles).tokensRevoked,
	"app_uninstalled":         (*troubles).uninstalled,
	"channel_archive":         (*troubles).archived,
	"group_archive":           (*troubles).archived,
	"channel_unarchive":       (*troubles).unarchived,
	"group_unarchive":         (*troubles).unarchived,
	"channel_deleted":         (*troubles).deleted,
	"group_deleted":           (*troubles).deleted,
	"channel_left":            (*troubles).removed,
	"group_left":              (*troubles).removed,
	"channel_rename":          (*troubles).renamed,
	"group_rename":            (*troubles).renamed,
	"channel_id_changed":      (*troubles).moved,
	"subteam_updated":         (*troubles).userGroup,
	"subteam_members_changed": (*troubles).userGroupMembers,
}

// event takes an event of troubleEvents, and reports whether type is one. It
// returns when what must survive is on disk; an error has Slack tell it again.
func (t *troubles) event(ctx context.Context, typ string, event json.RawMessage) (known bool, err error) {
	take, known := troubleEvents[typ]
	if !known {
		return false, nil
	}
	return true, take(t, ctx, event)
}

func (t *troubles) tokensRevoked(ctx context.Context, event json.RawMessage) error {
	var e struct {
		Tokens struct {
			Bot []string `json:"bot"`
		} `json:"tokens"`
	}
	// People's tokens may be revoked too; only the bot's is needed.
	if json.Unmarshal(event, &e) != nil || len(e.Tokens.Bot) == 0 {
		return nil
	}
	x, _ := troubleFor("token_revoked", "")
	return t.raise(ctx, x)
}

func (t *troubles) uninstalled(ctx context.Context, _ json.RawMessage) error {
	x, _ := troubleFor("token_revoked", "")
	x.Detail = "the app was uninstalled"
	return t.raise(ctx, x)
}

// channelOfEvent returns the channel that an event is about where that concerns
// the app: a group has it, or threads were posted there. Slack tells of every
// public channel of the workspace.
func (t *troubles) channelOfEvent(event json.RawMessage) (id string, concerns bool) {
	var e struct {
		Channel string `json:"channel"`
	}
	if json.Unmarshal(event, &e) != nil || e.Channel == "" {
		return "", false
	}
	return e.Channel, t.ours(e.Channel)
}

func (t *troubles) ours(channel string) bool {
	if t.app.knownLane(channel) != nil {
		return true
	}
	x := bridge.Trouble{Kind: outsideChannel, About: channel}
	return len(groupsOf(x, t.app.bridge.Load().Groups(t.app.self().Workspace))) > 0
}

// inChannel raises the trouble that a code stands for, about the event's channel.
func (t *troubles) inChannel(ctx context.Context, event json.RawMessage, code string) error {
	id, concerns := t.channelOfEvent(event)
	if !concerns {
		return nil
	}
	x, _ := troubleFor(code, id)
	return t.raise(ctx, x)
}

func (t *troubles) archived(ctx context.Context, event json.RawMessage) error {
	if id, concerns := t.channelOfEvent(event); concerns {
		// Archiving takes the app out of the channel: nobody removed it.
		if err := t.end(ctx, outsideChannel, id); err != nil {
			return err
		}
	}
	return t.inChannel(ctx, event, "is_archived")
}

func (t *troubles) unarchived(ctx context.Context, event json.RawMessage) error {
	id, concerns := t.channelOfEvent(event)
	if !concerns {
		return nil
	}
	defer t.look() // the app may have to enter again
	return t.end(ctx, channelArchived, id)
}

func (t *troubles) deleted(ctx context.Context, event json.RawMessage) error {
	return t.inChannel(ctx, event, "channel_not_found")
}

func (t *troubles) removed(ctx context.Context, event json.RawMessage) error {
	id, concerns := t.channelOfEvent(event)
	if !concerns || t.stands(channelArchived, id) || t.stands(channelGone, id) {
		return nil
	}
	return t.inChannel(ctx, event, "not_in_channel")
}

// member takes member_joined_channel and member_left_channel, which count where
// they are about the app itself.
func (t *troubles) member(ctx context.Context, typ string, event json.RawMessage) error {
	var e struct {
		User    string `json:"user"`
		Channel string `json:"channel"`
	}
	if json.Unmarshal(event, &e) != nil || e.User != t.app.self().BotUser {
		return nil
	}
	if typ == "member_left_channel" {
		return t.removed(ctx, event)
	}
	if err := t.end(ctx, outsideChannel, e.Channel); err != nil {
		return err
	}
	return t.end(ctx, channelGone, e.Channel)
}

// renamed has nothing to do: channels are known by id, and Slack shows their name
// wherever the app writes of them.
func (t *troubles) renamed(context.Context, json.RawMessage) error { return nil }

// moved follows a channel to its new id, as when a private one is shared with
// another workspace (docs.slack.dev/reference/events/channel_id_changed).
func (t *troubles) moved(ctx context.Context, event json.RawMessage) error {
	var e struct {
		Old string `json:"old_channel_id"`
		New string `json:"new_channel_id"`
	}
	if json.Unmarshal(event, &e) != nil || e.Old == "" || e.New == "" || e.Old == e.New || !t.ours(e.Old) {
		return nil
	}
	if err := t.app.bridge.Load().MoveChannel(ctx, t.app.self().Workspace, e.Old, e.New); err != nil {
		return err
	}
	t.app.log.Info().Str("from", e.Old).Str("to", e.New).Msg("a channel has another id")
	for _, x := range t.all() {
		if x.About == e.Old && aboutChannel(x.Kind) {
			if err := t.end(ctx, x.Kind, x.About); err != nil {
				return err
			}
		}
	}
	t.app.house()
	t.app.catchup.missed() // what came under the new id before this was in no thread of ours
	return nil
}

func (t *troubles) userGroup(ctx context.Context, event json.RawMessage) error {
	var e struct {
		Subteam struct {
			ID         string `json:"id"`
			Handle     string `json:"handle"`
			DateDelete int64  `json:"date_delete"`
		} `json:"subteam"`
	}
	if json.Unmarshal(event, &e) != nil || !t.tells(e.Subteam.ID) {
		return nil
	}
	defer t.look() // who is in it is not all in the event
	if e.Subteam.DateDelete == 0 {
		return t.end(ctx, userGroupOff, e.Subteam.ID)
	}
	return t.raise(ctx, bridge.Trouble{Kind: userGroupOff, About: e.Subteam.ID, Detail: e.Subteam.Handle})
}

func (t *troubles) userGroupMembers(_ context.Context, event json.RawMessage) error {
	var e struct {
		ID string `json:"subteam_id"`
	}
	if json.Unmarshal(event, &e) == nil && t.tells(e.ID) {
		t.look()
	}
	return nil
}

// tells reports whether a group of ours tells a user group.
func (t *troubles) tells(id string) bool {
	x := bridge.Trouble{Kind: userGroupOff, About: id}
	return id != "" && len(groupsOf(x, t.app.bridge.Load().Groups(t.app.self().Workspace))) > 0
}
