package slackapp

import "strings"

// What the app does with everything that Slack tells it. Each table names all that
// Slack documents, so that leaving something aside is a decision too; what is in none
// is counted as unknown and stays inside.

// A deed is what is done with something that Slack tells.
type deed string

const (
	// deedRelay: a person's words. What they say decides whether they are for the
	// visitor, a note or a command; a bot's are left aside, and the app's own settle
	// what is in doubt (see App.decide).
	deedRelay  deed = "relay"
	deedEdit   deed = "edit"   // words were changed: the other side follows
	deedDelete deed = "delete" // words were taken back: the other side follows
	deedObey   deed = "obey"   // a command, a press
	deedNote   deed = "note"   // changes what the app knows of people, channels and trouble
	deedSort   deed = "sort"   // what it is about has a table of its own
	deedIgnore deed = "ignore" // nothing is done; it is counted under its name
)

// envelopes are the kinds of deliveries (docs.slack.dev/apis/events-api/using-socket-mode).
var envelopes = map[deliveryKind]deed{
	kindEvents:      deedSort, // by events
	kindCommand:     deedObey,
	kindInteraction: deedSort, // by interactions
}

// interactions are the types of interaction payloads
// (docs.slack.dev/reference/interaction-payloads), those of dialogs and attachments
// included, which Slack still has.
var interactions = map[string]deed{
	"block_actions":    deedObey,
	"block_suggestion": deedObey,
	"view_submission":  deedObey,

	"dialog_cancellation": deedIgnore,
	"dialog_submission":   deedIgnore,
	"dialog_suggestion":   deedIgnore,
	"interactive_message": deedIgnore,
	"message_action":      deedIgnore,
	"shortcut":            deedIgnore,
	"view_closed":         deedIgnore,
	"workflow_step_edit":  deedIgnore,
}

// events are the types of the Events API (docs.slack.dev/reference/events). Those
// that the manifest does not ask for can come all the same: it may have been changed.
var events = map[string]deed{
	"message":     deedSort, // by subtypes
	"app_mention": deedObey,
	"user_change": deedNote,

	"app_home_opened": deedObey,

	"app_rate_limited": deedNote, // events were dropped: the threads are read

	"member_joined_channel": deedNote,
	"member_left_channel":   deedNote,

	// What may be trouble, or its end: troubleEvents.
	"app_uninstalled":         deedNote,
	"channel_archive":         deedNote,
	"channel_deleted":         deedNote,
	"channel_id_changed":      deedNote,
	"channel_left":            deedNote,
	"channel_rename":          deedNote,
	"channel_unarchive":       deedNote,
	"group_archive":           deedNote,
	"group_deleted":           deedNote,
	"group_left":              deedNote,
	"group_rename":            deedNote,
	"group_unarchive":         deedNote,
	"subteam_members_changed": deedNote,
	"subteam_updated":         deedNote,
	"tokens_revoked":          deedNote,

	"app_requested":                    deedIgnore,
	"assistant_thread_context_changed": deedIgnore,
	"assistant_thread_started":         deedIgnore,
	"call_rejected":                    deedIgnore,
	"channel_created":                  deedIgnore,
	"channel_history_changed":          deedIgnore,
	"channel_shared":                   deedIgnore,
	"channel_unshared":                 deedIgnore,
	"dnd_updated":                      deedIgnore,
	"dnd_updated_user":                 deedIgnore,
	"email_domain_changed":             deedIgnore,
	"emoji_changed":                    deedIgnore,
	"entity_details_requested":         deedIgnore,
	"file_change":                      deedIgnore,
	"file_created":                     deedIgnore,
	"file_deleted":                     deedIgnore,
	"file_public":                      deedIgnore,
	"file_shared":                      deedIgnore, // its message tells
	"file_unshared":                    deedIgnore,
	"function_executed":                deedIgnore,
	"goodbye":                          deedIgnore, // of the RTM API
	"grid_migration_finished":          deedIgnore,
	"grid_migration_started":           deedIgnore,
	"group_close":                      deedIgnore,
	"group_history_changed":            deedIgnore,
	"group_open":                       deedIgnore,
	"im_close":                         deedIgnore,
	"im_created":                       deedIgnore,
	"im_history_changed":               deedIgnore,
	"im_open":                          deedIgnore,
	"invite_requested":                 deedIgnore,
	"link_shared":                      deedIgnore,
	"message_metadata_deleted":         deedIgnore,
	"message_metadata_posted":          deedIgnore,
	"message_metadata_updated":         deedIgnore,
	"pin_added":                        deedIgnore,
	"pin_removed":                      deedIgnore,
	"reaction_added":                   deedIgnore,
	"reaction_removed":                 deedIgnore,
	"resources_added":                  deedIgnore,
	"resources_removed":                deedIgnore,
	"scope_denied":                     deedIgnore,
	"scope_granted":                    deedIgnore,
	"shared_channel_invite_accepted":   deedIgnore,
	"shared_channel_invite_approved":   deedIgnore,
	"shared_channel_invite_declined":   deedIgnore,
	"shared_channel_invite_received":   deedIgnore,
	"shared_channel_invite_requested":  deedIgnore,
	"star_added":                       deedIgnore,
	"star_removed":                     deedIgnore,
	"subteam_created":                  deedIgnore,
	"subteam_self_added":               deedIgnore,
	"subteam_self_removed":             deedIgnore,
	"team_access_granted":              deedIgnore,
	"team_access_revoked":              deedIgnore,
	"team_domain_change":               deedIgnore,
	"team_join":                        deedIgnore,
	"team_rename":                      deedIgnore,
	"url_verification":                 deedIgnore, // answered before: webhook
	"user_huddle_changed":              deedIgnore,
	"user_profile_changed":             deedIgnore, // user_change tells
	"user_resource_denied":             deedIgnore,
	"user_resource_granted":            deedIgnore,
	"user_resource_removed":            deedIgnore,
	"user_status_changed":              deedIgnore,
	"workflow_deleted":                 deedIgnore,
	"workflow_published":               deedIgnore,
	"workflow_step_deleted":            deedIgnore,
	"workflow_step_execute":            deedIgnore,
	"workflow_unpublished":             deedIgnore,
}

// subtypes are those of messages (docs.slack.dev/reference/events/message, "Message
// subtypes"); "" is a message without one.
var subtypes = map[string]deed{
	"":                 deedRelay,
	"file_share":       deedRelay, // its text and its files
	"me_message":       deedRelay,
	"thread_broadcast": deedRelay, // a reply that is shown in the channel too

	"message_changed": deedEdit, // its text, but not a link's preview
	"message_deleted": deedDelete,
	tombstone:         deedDelete, // stands where a message with replies was deleted

	"bot_message": deedRelay, // by decide: ours, or left aside

	"assistant_app_thread":        deedIgnore,
	"bot_add":                     deedIgnore,
	"bot_remove":                  deedIgnore,
	"channel_archive":             deedIgnore,
	"channel_canvas_updated":      deedIgnore,
	"channel_convert_to_private":  deedIgnore,
	"channel_convert_to_public":   deedIgnore,
	"channel_join":                deedIgnore,
	"channel_leave":               deedIgnore,
	"channel_name":                deedIgnore,
	"channel_posting_permissions": deedIgnore,
	"channel_purpose":             deedIgnore,
	"channel_topic":               deedIgnore,
	"channel_unarchive":           deedIgnore,
	"document_mention":            deedIgnore,
	"ekm_access_denied":           deedIgnore, // its text is withheld by the company's keys
	"file_comment":                deedIgnore,
	"file_mention":                deedIgnore,
	"group_archive":               deedIgnore,
	"group_join":                  deedIgnore,
	"group_leave":                 deedIgnore,
	"group_name":                  deedIgnore,
	"group_purpose":               deedIgnore,
	"group_topic":                 deedIgnore,
	"group_unarchive":             deedIgnore,
	"huddle_thread":               deedIgnore,
	"message_replied":             deedIgnore, // only counts replies
	"pinned_item":                 deedIgnore,
	"reminder_add":                deedIgnore,
	"reply_broadcast":             deedIgnore, // of old: a copy in the channel
	"sh_room_created":             deedIgnore,
	"unpinned_item":               deedIgnore,
}

// ignore counts what is left aside under its name where a table has it, and under
// the table's name alone where none does: a label must not be what Slack likes.
func (m *metrics) ignore(table, name string, known bool) {
	what := "unknown " + table
	if known {
		what = strings.TrimSpace(table + " " + name)
	}
	m.ignored.WithLabelValues(what).Inc()
}
