package bridge

// A Desk is the agents' side. It learns from the bridge that there is something
// to show, asks the bridge what (Bridge.Work), shows it, and says so
// (Bridge.Posted); so what is owed to a thread lives in the log alone, and a
// crash, a throttle or a slow network can delay it but not lose it.
type Desk interface {
	// Behind tells that the thread of a group in a conversation is behind the
	// conversation's log, or that it has no thread yet (an empty ref). It is
	// called for every entry that adds to the work, and at a start once for each
	// thread that is behind; neither Bridge.Work nor Bridge.Posted makes it be
	// called for the thread they are about. It comes from any goroutine and must
	// return at once; of the Bridge it may ask only what is answered from memory,
	// such as Bridge.Group.
	Behind(key ThreadKey, thread ThreadRef)
}

// A ThreadKey names a thread before it exists: a group that takes, or took, part
// in a conversation has one thread there.
type ThreadKey struct {
	Workspace    WorkspaceID
	Conversation ConversationID
	Group        GroupID
}
