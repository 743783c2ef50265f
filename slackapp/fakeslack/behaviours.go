package fakeslack

import "slices"

// A Mark says how something about Slack is known.
type Mark string

const (
	Documented Mark = "documented" // Slack's documentation or its data about methods
	Observed   Mark = "observed"   // client libraries, or their issue threads
	Assumed    Mark = "assumed"    // nobody outside Slack has written it down
)

// A Behaviour is a way in which Slack behaves that an app can depend on, or can
// fall over. The tests of this package show each of them.
type Behaviour struct {
	Number int
	Says   string
	Mark   Mark
	Source string // pages are named by their path below docs.slack.dev

	// Switches are the fields of Assumptions by which what is assumed about the
	// behaviour can be turned round.
	Switches []string
}

// Behaviours returns what the package claims to do as Slack does.
func Behaviours() []Behaviour { return slices.Clone(behaviours) }

var behaviours = []Behaviour{
	// Signed HTTP.
	{1, "requests carry a v0 signature and a fresh timestamp", Documented, "authentication/verifying-requests-from-slack", nil},
	{2, "forgeries with a bad, old or missing signature can be sent", Documented, "authentication/verifying-requests-from-slack", nil},
	{3, "a request URL is asked for a challenge", Documented, "reference/events/url_verification", nil},
	{4, "a command's URL gets an unsigned ssl_check", Documented, "interactivity/implementing-slash-commands; Bolt, HTTPModuleFunctions", nil},
	{5, "an answer after three seconds is a failure", Documented, "apis/events-api; interactivity/handling-user-interaction", nil},
	{6, "an event is tried again at once, after one and after five minutes, with the number and reason of the retry and the same event_id", Documented, "apis/events-api, Retries", nil},
	{7, "X-Slack-No-Retry ends the retries", Documented, "apis/events-api, Turning retries off", nil},
	{8, "two redirects are followed", Documented, "apis/events-api, Responding to events", nil},
	{9, "events are switched off when over 95 % of an hour's fail", Documented, "apis/events-api, Failure limits", nil},
	{10, "an event may come twice or out of order", Observed, "bolt-js issue 2487; vercel/chat issue 666", nil},
	{11, "an event may come late", Documented, "apis/events-api, Delayed events", nil},

	// Socket Mode.
	{12, "a ticket opens one socket once; it is given for an app-level token in the header", Documented, "apis/events-api/using-socket-mode", nil},
	{13, "hello counts the connections", Documented, "apis/events-api/using-socket-mode", nil},
	{14, "the server pings", Observed, "slack-go and node-slack-sdk give up after 30 s without", nil},
	{15, "the pings of a client are answered", Observed, "node-slack-sdk gives up after 5 s without", nil},
	{16, "an app has ten sockets at most; the eleventh is shown out", Documented, "apis/events-api/using-socket-mode; bolt-js issue 2225", nil},
	{17, "each payload goes to one socket, whichever", Documented, "apis/events-api/using-socket-mode", nil},
	{18, "what is not acknowledged in about three seconds comes again, up to three times", Observed, "bolt-js issue 2487; python-slack-events-api issue 93", []string{"RetryKeepsEnvelope", "AnySocketAcks"}},
	{19, "a socket is warned ten seconds before it is closed, or the link is disabled", Documented, "apis/events-api/using-socket-mode, Disconnect messages", nil},
	{20, "events of the time without a socket come later, as retries", Observed, "vercel/chat issue 666", nil},
	{21, "an answer counts only where the envelope accepts one; above 20 KB it is ignored", Observed, "slack-go, socketmode", nil},
	{22, "a connection may be reset, fall silent, or carry frames that mean nothing", Observed, "slack-go changelog; node-slack-sdk issues 1654 and 2709", nil},
	{23, "connections live for a time, 360 s with debug_reconnects", Documented, "apis/events-api/using-socket-mode", nil},

	// The Web API.
	{24, "the token is in the header or the form; those that open nothing are refused each in its way, and a missing scope is named", Documented, "authentication/tokens; the errors of each method", nil},
	{25, "unknown methods, and unknown or missing arguments, are refused", Documented, "apis/web-api; the pages of the methods", []string{"LooseArguments"}},
	{26, "forms and JSON are taken where the method takes them", Documented, "apis/web-api", nil},
	{27, "each method has its tier, and posting one message a second and channel: beyond that it is 429 with Retry-After", Documented, "apis/web-api/rate-limits", nil},
	{28, "calls fail in every way: pages of HTML, half an answer, an answer lost after the effect, ok:false", Observed, "issue threads of slack-go and node-slack-sdk", nil},
	{29, "lists are paged by a cursor; there may be fewer items than asked for", Documented, "apis/web-api/pagination", []string{"ShortPages"}},
	{30, "a ts is a string, unique in its channel and later than those before", Documented, "messaging/retrieving-messages", nil},

	// Messages.
	{31, "a reply to a reply goes to the root, one to a deleted parent stands alone, and one may be shown in the channel too", Documented, "messaging/sending-and-scheduling-messages; slack-go, PostMessageWithResponse", nil},
	{32, "posts are refused by channel, thread, length and blocks", Documented, "reference/methods/chat.postMessage, Errors", nil},
	{33, "an app gets its own posts back as events; one under another name is a bot_message", Observed, "java-slack-sdk's samples", []string{"PlainCustomEcho", "IgnoreCustomize", "KeepCustomized"}},
	{34, "edits, previews of links and deletions are told with what was before", Documented, "reference/events/message", []string{"ReplyEvents"}},
	{35, "an app is told of the channels that its bot is in, where it subscribed and has the scope", Documented, "apis/events-api; reference/events", nil},
	{36, "people are notified by what is a mention, and followers of a thread by its replies", Documented, "messaging/formatting-message-text; Slack's help 360025446073",
		[]string{"GroupMentionFollows", "QuietEdits", "QuietFallback", "QuietNonVerbatim", "QuietOutsiders"}},

	// Interactivity.
	{37, "a trigger_id works once, for three seconds", Documented, "interactivity/handling-user-interaction", nil},
	{38, "a response_url works five times in thirty minutes, ephemerally unless told otherwise", Documented, "interactivity/handling-user-interaction", nil},
	{39, "views are checked, stacked up to three, updated by hash, submitted with errors, updates, pushes", Documented, "surfaces/modals; reference/methods/views.open", nil},
	{40, "commands do not run in threads, escape what they name, and belong to the app installed last", Documented, "interactivity/implementing-slash-commands", nil},

	// User groups, files.
	{41, "user groups need a paid plan and the right to edit them; handles are unique; lists are replaced whole and have no bots, guests or outsiders", Documented, "reference/methods/usergroups.users.update; Slack's help 212906697",
		[]string{"UserCountIsString", "GroupsDropDeactivated"}},
	{42, "files are uploaded in three steps and shared a little later; reading them takes a token, and those of outsiders files.info first", Documented, "messaging/working-with-files; apis/slack-connect", []string{"LooseUploads"}},

	// Life.
	{43, "apps are installed by OAuth in several workspaces, gain scopes, rotate and lose tokens; a channel may be in two workspaces", Documented, "authentication/installing-with-oauth; authentication/using-token-rotation; apis/slack-connect",
		[]string{"UninstalledFirst", "SharedEventOnce"}},
	{44, "a bot is removed, channels are renamed, archived, deleted and change their id", Documented, "reference/events/channel_left; reference/events/channel_id_changed", []string{"WithholdChannelLeft"}},
	{45, "people are away, not to be disturbed, deactivated", Documented, "apis/web-api/user-presence-and-status", nil},
	{46, "all waiting is on one clock, which a test may advance", Assumed, "of this package", nil},

	// Beside those.
	{47, "an app shows what it does in a thread", Documented, "reference/methods/assistant.threads.setStatus", []string{"StatusForAgentsOnly"}},
	{48, "people's messages have the rich text that Slack's editor makes", Observed, "every message event of a person", nil},
	{49, "a huddle is a message", Observed, "events of the subtype huddle_thread", nil},
	{50, "beyond 30,000 events an hour an app is told once a minute that it misses some", Documented, "apis/events-api, Rate limiting", nil},
	{51, "Slack may lose a post that it accepted", Observed, "slack-status.com/2021-12-22", nil},
	{52, "a file of an app's is shared where the app posts its permalink", Observed, "bolt-python issue 1018", nil},

	// Who is there, and who is who.
	{53, "presence is asked for and never told; do not disturb is a period, the one that is on or the next, and told when it is set", Documented, "apis/web-api/user-presence-and-status; reference/methods/dnd.info; reference/events/dnd_updated_user", nil},
	{54, "an app is told who joins the workspace, and of channels that become shared or no longer are", Documented, "reference/events/team_join; reference/events/channel_unshared", nil},
	{55, "what people do to user groups in Slack's own pages is told as what apps do", Documented, "reference/events/subteam_updated; reference/events/subteam_self_added", nil},
	{56, "channels are made under names that are free and well-formed, where the workspace lets members make any", Documented, "reference/methods/conversations.create, Errors", nil},

	// Forms and numbers.
	{57, "a form refuses by itself what its inputs do not take, and tells the app of each input in its own shape", Documented, "surfaces/modals; reference/block-kit/block-elements", nil},
	{58, "menus ask the app for options while somebody types, and only those can be chosen", Documented, "reference/interaction-payloads/block_suggestion-payload; reference/block-kit/block-elements/select-menu-element", nil},
	{59, "messages show up to two charts and one table, whose numbers must agree with their axes", Documented, "reference/block-kit/blocks/data-visualization-block; reference/block-kit/blocks/table-block", nil},

	// Tabs, menus and small methods.
	{60, "an app is told who opens its Home tab, with what they see there, or its Messages tab, without which it writes to nobody", Documented, "reference/events/app_home_opened; reference/methods/chat.postMessage, Errors", nil},
	{61, "global shortcuts belong to no channel: they have a trigger_id and no response_url", Documented, "interactivity/implementing-shortcuts", nil},
	{62, "messages are scheduled up to 120 days ahead, thirty for five minutes of a channel", Documented, "reference/methods/chat.scheduleMessage", nil},
	{63, "messages are pinned, and found by who reacted to them", Documented, "reference/methods/pins.add; reference/methods/reactions.list", nil},
	{64, "a reply with files that is shown in the channel too is a thread_broadcast with files", Assumed, "of this package", nil},
	{65, "what is done to a channel is said in it too, and notifies nobody", Documented, "reference/events/message/channel_name, and its siblings", nil},
	{66, "a menu of conversations begins with the one in which the modal was opened, and gives a response_url for the one chosen, where it asks for that", Documented, "reference/block-kit/block-elements/multi-select-menu-element; surfaces/modals", nil},
}
