package fakeslack

// Assumptions choose between answers to questions that Slack's documentation
// leaves open. False is what an app must be prepared for.
type Assumptions struct {
	// GroupMentionFollows makes each member of a mentioned user group a
	// follower of the thread, as a mention by name does.
	GroupMentionFollows bool
	// QuietEdits: a mention that an edit adds notifies nobody.
	QuietEdits bool
	// QuietFallback: a mention in the text of a message with blocks notifies
	// nobody, as that text is only shown where blocks cannot be.
	QuietFallback bool
	// QuietNonVerbatim: "@here" or "@ann" written out in a mrkdwn text object
	// notifies nobody although it is not marked verbatim.
	QuietNonVerbatim bool
	// QuietOutsiders: people who are not in a public channel are not notified
	// by a mention in it.
	QuietOutsiders bool
	// LooseArguments: a method ignores arguments it does not know.
	LooseArguments bool
	// AnySocketAcks: an envelope may be acknowledged on any of the app's sockets.
	AnySocketAcks bool
	// RetryKeepsEnvelope: a redelivery has the envelope_id of the first one.
	RetryKeepsEnvelope bool
	// UserCountIsString: user_count is "3" instead of 3.
	UserCountIsString bool
	// PlainCustomEcho: a post under a name of its own comes back as an
	// ordinary message of the bot, not with the subtype bot_message.
	PlainCustomEcho bool
	// IgnoreCustomize: without chat:write.customize, username and icons are
	// ignored instead of refused.
	IgnoreCustomize bool
	// KeepCustomized: a post under a name of its own cannot be deleted by
	// chat.delete.
	KeepCustomized bool
	// WithholdChannelLeft: a bot that is removed gets no channel_left.
	WithholdChannelLeft bool
	// LooseUploads: a file of another length than announced is taken.
	LooseUploads bool
	// StatusForAgentsOnly: assistant.threads.setStatus is refused to apps that are
	// no agents, as all are here.
	StatusForAgentsOnly bool
	// GroupsDropDeactivated: a person who is deactivated leaves all user groups.
	GroupsDropDeactivated bool
	// ReplyEvents: a reply is told a second time, as a hidden message event of its
	// root that should have the subtype message_replied and has none.
	ReplyEvents bool
	// UninstalledFirst: app_uninstalled comes before tokens_revoked.
	UninstalledFirst bool
	// SharedEventOnce: an app that is installed in several workspaces of a shared
	// channel is told of what happens there in one of them only.
	SharedEventOnce bool
	// ShortPages: paged methods return fewer items than asked for.
	ShortPages bool
}
