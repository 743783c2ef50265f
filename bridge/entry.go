package bridge

import "time"

// Kind says what an entry is. The kinds from KindMessage to KindRated are also the
// kinds of the visitor protocol's `ev` frame and keep their names.
type Kind string

const (
	// What a visitor sees. Each has a Line.
	KindMessage  Kind = "message"  // somebody wrote Body
	KindJoined   Kind = "joined"   // Group takes part from here on
	KindLeft     Kind = "left"     // Group takes no part any more
	KindClaimed  Kind = "claimed"  // the agent By takes care of the conversation
	KindClosed   Kind = "closed"   // the conversation is over
	KindReopened Kind = "reopened" // … and goes on
	KindEdited   Kind = "edited"   // the message Of says Body now
	KindDeleted  Kind = "deleted"  // the message Of is taken back
	KindRated    Kind = "rated"    // the visitor gives Stars, and perhaps says Body; the latest since a close counts

	// What stays inside.
	KindOpened Kind = "opened" // always entry 1: Opening says who, where and which group
	KindNote   Kind = "note"   // an agent's words for colleagues; never for the visitor
	KindKept   Kind = "kept"   // what an agent wrote that is never relayed: only its ID counts
	KindPosted Kind = "posted" // the desk brought Group's thread up to Upto
	KindLost   Kind = "lost"   // Group's Thread is gone at the desk: another takes its place

	// KindIntroduced says that Opening is what is known of the visitor from here on.
	// KindForgotten says the same after the visitor was erased: its Opening names nobody.
	KindIntroduced Kind = "introduced"
	KindForgotten  Kind = "forgotten"

	// KindNoteEdited says that the note Of says Body now. Of a message it says that
	// it is a note from here on; the KindDeleted that takes it from the visitor
	// follows. KindNoteDeleted says that the note Of is taken back.
	KindNoteEdited  Kind = "note_edited"
	KindNoteDeleted Kind = "note_deleted"
)

// Role says on which side the author of an entry stands.
type Role string

const (
	RoleVisitor Role = "visitor"
	RoleAgent   Role = "agent"
	RoleSystem  Role = "system"
)

// Author is who made an entry. Agent is set for agents only and never leaves
// the bridge towards a visitor; Name is what people see, and may be empty where
// it was not known when the entry was made.
type Author struct {
	Role  Role    `json:"role"`
	Agent AgentID `json:"agent,omitempty"`
	Name  string  `json:"name,omitempty"`
}

// An Entry is one line of a conversation's log. Entries are never changed: an
// edit, a departure or a close is an entry of its own, so order and replay need
// one mechanism.
type Entry struct {
	// Seq and ID place the entry. Seq is given by Store.Append; appending an ID
	// again returns the entry that is there.
	Seq Seq     `json:"-"`
	ID  EntryID `json:"-"`

	Kind Kind `json:"kind"`
	// Line is the visitor's own numbering, 1, 2, 3 … without holes over the
	// entries that the visitor may see; 0 for all others.
	Line uint64    `json:"line,omitempty"`
	At   time.Time `json:"at"`
	By   Author    `json:"by"`

	// Of is the message or note that an edit or a deletion is about; for KindKept
	// of an edit that was refused, what it would have changed.
	Of EntryID `json:"of,omitempty"`
	// Body is plain text, for what somebody wrote and its edits.
	Body string `json:"body,omitempty"`
	// Rich is Body with its looks, where it has any; cleaned.
	Rich RichText `json:"rich,omitempty"`
	// Files are what a message or note carries. With one, Body may be empty. Edits
	// leave them as they are.
	Files []File `json:"files,omitempty"`
	// Stars is how many of MaxStars a visitor gave, for KindRated.
	Stars int `json:"stars,omitempty"`
	// Version orders the texts that an agent gave one message, see
	// DeskMessage.Version. A visitor's are in the order of the log.
	Version uint64 `json:"version,omitempty"`
	// Group is the group that joined, left or was posted to; for an agent's
	// message, note or claim the group in whose thread it was made.
	Group GroupID `json:"group,omitempty"`
	// GroupName is what the group was called when it joined or left.
	GroupName string `json:"group_name,omitempty"`
	// Reason is why a group was invited: for colleagues alone.
	Reason string `json:"reason,omitempty"`
	// Thread and Post are the desk's addresses: for KindPosted the thread and the
	// last post made; for an agent's entry where it was written.
	Thread ThreadRef `json:"thread,omitempty"`
	Post   string    `json:"post,omitempty"`
	// Upto is, for KindPosted, the last entry that is in the thread now; 0 when
	// only the thread's root was made.
	Upto Seq `json:"upto,omitempty"`
	// Knew is, for KindPosted, the last entry that the post takes into account: it
	// shows edits and deletions up to there. 0 where that is not known.
	Knew Seq `json:"knew,omitempty"`

	Opening *Opening `json:"opening,omitempty"`
}

// Opening is what is known when a conversation begins.
type Opening struct {
	Workspace WorkspaceID `json:"workspace"`
	Site      SiteID      `json:"site"`
	Visitor   VisitorID   `json:"visitor"`
	Number    int         `json:"number"`
	Group     GroupID     `json:"group"`
	// Left says that the visitor left a message for a group that was closed.
	Left bool `json:"left,omitempty"`
	// Name and Email are Identity's where it has them, else the visitor's word.
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	// Attributes are what the page says of the visitor: nobody has verified them.
	Attributes []Attribute `json:"attrs,omitempty"`
	// Identity is what the site's own server says, nil where it says nothing.
	Identity *Identity `json:"identity,omitempty"`
	Page     Page      `json:"page"`
}

// Page is where the visitor was when writing, as the widget reported it. Every
// field is a visitor's word: show it as text, never fetch it.
type Page struct {
	URL      string `json:"url,omitempty"`
	Title    string `json:"title,omitempty"`
	Referrer string `json:"referrer,omitempty"`
	Language string `json:"lang,omitempty"` // BCP 47
	Zone     string `json:"tz,omitempty"`   // IANA time zone
}

// Visible reports whether the visitor may see entries of this kind.
func (k Kind) Visible() bool {
	switch k {
	case KindMessage, KindJoined, KindLeft, KindClaimed, KindClosed, KindReopened, KindEdited, KindDeleted, KindRated:
		return true
	}
	return false // a kind that is not known stays inside
}
