package fakeslack

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// methods are those of the digest, by noun in the files methods_….go.
var methods = map[string]func(*call) (reply, error){
	"api.test":              apiTest,
	"auth.test":             authTest,
	"apps.connections.open": appsConnectionsOpen,
	"oauth.v2.access":       oauthAccess,
	"oauth.v2.exchange":     oauthExchange,
	"auth.revoke":           authRevoke,
	"apps.uninstall":        appsUninstall,

	"apps.event.authorizations.list": eventAuthorizations,

	"team.info": teamInfo,
	"bots.info": botsInfo,

	"users.info":          usersInfo,
	"users.list":          usersList,
	"users.getPresence":   usersGetPresence,
	"users.lookupByEmail": usersLookupByEmail,
	"users.profile.get":   usersProfileGet,
	"dnd.info":            dndInfo,
	"dnd.teamInfo":        dndTeamInfo,

	"conversations.list":       conversationsList,
	"conversations.info":       conversationsInfo,
	"conversations.members":    conversationsMembers,
	"conversations.history":    conversationsHistory,
	"conversations.replies":    conversationsReplies,
	"conversations.create":     conversationsCreate,
	"conversations.join":       conversationsJoin,
	"conversations.invite":     conversationsInvite,
	"conversations.leave":      conversationsLeave,
	"conversations.kick":       conversationsKick,
	"conversations.open":       conversationsOpen,
	"conversations.archive":    conversationsArchive,
	"conversations.unarchive":  conversationsUnarchive,
	"conversations.rename":     conversationsRename,
	"conversations.setTopic":   conversationsSetTopic,
	"conversations.setPurpose": conversationsSetPurpose,
	"conversations.mark":       conversationsMark,
	"users.conversations":      usersConversations,

	"usergroups.list":         usergroupsList,
	"usergroups.users.list":   usergroupsUsersList,
	"usergroups.create":       usergroupsCreate,
	"usergroups.update":       usergroupsUpdate,
	"usergroups.users.update": usergroupsUsersUpdate,
	"usergroups.enable":       usergroupsEnable,
	"usergroups.disable":      usergroupsDisable,

	"chat.postMessage":   chatPostMessage,
	"chat.update":        chatUpdate,
	"chat.delete":        chatDelete,
	"chat.postEphemeral": chatPostEphemeral,
	"chat.meMessage":     chatMeMessage,
	"chat.getPermalink":  chatGetPermalink,
	"chat.unfurl":        chatUnfurl,

	"chat.scheduleMessage":        chatScheduleMessage,
	"chat.deleteScheduledMessage": chatDeleteScheduledMessage,
	"chat.scheduledMessages.list": chatScheduledMessagesList,

	"assistant.threads.setStatus": setThreadStatus,

	"reactions.add":    reactionsAdd,
	"reactions.remove": reactionsRemove,
	"reactions.get":    reactionsGet,
	"reactions.list":   reactionsList,

	"pins.add":    pinsAdd,
	"pins.remove": pinsRemove,
	"pins.list":   pinsList,

	"views.open":    viewsOpen,
	"views.push":    viewsPush,
	"views.update":  viewsUpdate,
	"views.publish": viewsPublish,

	"files.info":                   filesInfo,
	"files.getUploadURLExternal":   filesGetUploadURL,
	"files.completeUploadExternal": filesCompleteUpload,
	"files.delete":                 filesDelete,
}

// locked runs the part of a method that looks at the world.
func (c *call) locked(do func() (reply, error)) (reply, error) {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	return do()
}

// channel finds what the argument "channel" names, if the caller can see it: what
// is private does not exist for those outside. The caller holds w.mu.
func (c *call) channel() (*channel, error) {
	ch := c.w.channels[c.args["channel"]]
	if ch == nil || (ch.kind != public && !ch.isMember[c.grant.user]) {
		return nil, refuse("channel_not_found")
	}
	return ch, nil
}

// channelWith is channel, for methods that need a right of its sort: "read",
// "history", "write".
//
// Documented: the scopes of each conversations method, which are per sort.
func (c *call) channelWith(right string) (*channel, error) {
	ch, err := c.channel()
	if err != nil {
		return nil, err
	}
	return ch, c.needsAny(ch.kind.scopes(right, c.grant.kind)...)
}

// scopes are those of which one gives a right on this sort of channel.
func (k kind) scopes(right string, token tokenKind) []string {
	if right == "write" && k == public && token == botToken {
		return []string{"channels:manage"} // Documented: reference/scopes/channels.manage
	}
	return []string{k.scope(right)}
}

// needsAny refuses unless the token has one of these scopes.
func (c *call) needsAny(scopes ...string) error {
	if slices.ContainsFunc(scopes, func(s string) bool { return c.grant.scopes[s] }) {
		return nil
	}
	return c.missingScope(scopes...)
}

// page cuts out of items what cursor and limit ask for, and returns the cursor of
// the next page, "" after the last. key names an item for ever, so that a page
// can be asked for again.
//
// Documented: apis/web-api/pagination; there may be fewer items than asked for.
func page[T any](c *call, items []T, key func(T) string, usual, most int) (some []T, next string, err error) {
	limit := usual
	if s := c.args["limit"]; s != "" && s != "0" {
		if limit, err = strconv.Atoi(s); err != nil || limit < 0 {
			return nil, "", refuse("invalid_arguments", "[ERROR] must be a positive number [json-pointer:/limit]")
		}
	}
	limit = min(limit, most)
	if c.w.cfg.Assume.ShortPages {
		limit = max(1, limit/2)
	}
	if cursor := c.args["cursor"]; cursor != "" {
		raw, err := base64.StdEncoding.DecodeString(cursor)
		from, ok := strings.CutPrefix(string(raw), "next:")
		if err != nil || !ok {
			return nil, "", refuse("invalid_cursor")
		}
		at := slices.IndexFunc(items, func(t T) bool { return key(t) == from })
		if at < 0 {
			return nil, "", refuse("invalid_cursor")
		}
		items = items[at:]
	}
	if limit < len(items) {
		next = base64.StdEncoding.EncodeToString([]byte("next:" + key(items[limit])))
		items = items[:limit]
	}
	return items, next, nil
}

// nextCursor is how a reply carries the cursor.
func nextCursor(cursor string) map[string]any { return map[string]any{"next_cursor": cursor} }
