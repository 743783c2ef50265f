// Package bridge is the domain of chatgroups: it carries conversations between
// visitors of websites and the agents of a desk. Read it first.
//
// # The words
//
// A workspace (a Slack workspace that installed the app) has sites, each a website
// with the widget, and groups, each a choice offered to visitors. A visitor has one
// current conversation at a time. A conversation is a log of entries: messages, and
// what else happened to it. It is shown in one thread for each group that takes
// part; agents answer there. A note is what an agent writes for colleagues. The
// default group is always there and takes what has no other group.
//
// # The map
//
//	cmd/chatgroups ──► slackapp ──► bridge ◄── boltstore (natsstore)
//	      └──────────► widget ───────┘
//
// Store keeps the logs and the small records; Desk is the agents' side. Both are
// interfaces because two implementations of each exist; all else is concrete.
// slackapp and widget call a *Bridge and never meet.
//
//	visitor ── Visit.Send ──► Store.Append ──► Desk.Behind ─► desk: Bridge.Work, post, Bridge.Posted
//	visitor ◄─ Visit.Next ◄── Store.Follow ◄── Store.Append ◄── Bridge.FromDesk ◄── agent
//
// # The log is the truth
//
// Entries are numbered by Seq, and made idempotent by an ID: a widget's own id for
// its message, the desk's address for an agent's. What a conversation amounts to is
// computed from its log alone. There is no outbox: the desk records with a Posted
// entry how far a thread has come, and a thread that is behind is work, before a
// crash as after it. A visitor's tab is the same: it resumes from the last line that
// it saw. Lines count only what a visitor may see, so they have no holes.
//
// An edit or a deletion is an entry too: nothing that was written is changed. The
// visitor's widget applies them to the lines that it has; for a thread, Work has the
// newest words, and the posts that must be changed because they show older ones.
//
// After a write that failed nobody knows whether it was made. The log is read anew
// then, and whatever it holds is told to the desk, even if nobody asks again. A
// conversation exists for people once its first message is in; what an interrupted
// beginning leaves is taken up by the next attempt.
//
// # Files
//
// An entry has a file's name, type and size; the bytes lie at the desk (Files) and
// pass through this program without being kept. A visitor's file is with the desk
// before its message is in the log, so a message that is acknowledged has its file.
// An agent's is opened when the visitor who sees its message asks for it.
//
// # What a site decides
//
// A site has its origins, words, greetings, its kinds of files, and the groups that it
// offers (Offered). It also says what of a visitor may be known at the desk at all, and
// a group may narrow that (Fields): the log keeps everything, and Work and Conversation,
// which are all that a desk sees of it, leave out the rest. What the program's
// configuration says stands in the site that it sets up until an admin changes it.
//
// # Who changed what, and how it went
//
// What administrators change is kept as Changes: each is saved inside the record that it
// is about, in the same write. Numbers and Wait are computed from the logs, which hold
// when a group was reached, when it spoke first and when it handed over.
//
// # Who the visitor is
//
// A visitor is known by a token in their browser, of which only a hash is kept. It is
// good for 30 days and replaced when it is a day old, and several are good at a time,
// one for each browser. What a visitor or the page says of itself goes to the agents as
// not verified. What the site's own server vouches for is an Identity (EnterAs): it
// gives the same person the same conversation on every device. Who wants to be forgotten
// (Visit.Forget) loses the record and every way to it; the log, which is never
// rewritten, keeps the words.
//
// # Open or closed
//
// Whether a group takes live chats is decided by one function, Group.Openness: by its
// channel and its troubles, then a Switch, then its Hours, and then by how many of its
// people are active (SetPresence). What follows from the clock alone is known ahead, so
// Run tells those who watch the directory at the moment when a group opens or closes.
//
// # Trouble
//
// What is wrong at the desk until somebody mends it there (a channel is archived, a
// token revoked) is a Trouble. It keeps the groups concerned from being open to
// visitors; what is written meanwhile waits in the log like everything else. A
// thread that is gone at the desk is made anew with the story so far (ThreadLost).
//
// # Goroutines
//
// Everything done to a conversation goes through its owner loop, a goroutine that
// exists while the conversation's queue holds something. What a loop has begun it
// finishes, whether or not who asked is still there. Run has one goroutine for each
// kind of records that is held in memory, which reads it anew when it changed
// elsewhere; it waits for those and for all loops. Nothing in this package waits for
// a desk or a visitor: both are told that there is something (Desk.Behind, wake) and
// come to get it at their own speed.
//
// # The promise
//
//  1. A message that the widget shows as sent is on disk before it says so.
//  2. It appears in every taking-part group's thread, once, in order, however often
//     anything crashes, is throttled or retried. Where the answer to a post was lost,
//     the thread is searched for it before it is posted again; only where the desk
//     refuses that search may a message appear twice, and then it says so.
//  3. An agent's reply is acknowledged to the desk only after it is on disk; the
//     visitor sees it once, in order. Edits and deletions follow, from either side.
//  4. Replies that agents wrote while the bridge was down are found and delivered
//     when it is back, and so is what they edited or deleted.
//  5. What an agent marks as a note never reaches a visitor. A note stays one
//     whatever it is edited into; a reply that becomes one is taken from the visitor.
//  6. Nothing that a visitor types can notify anybody; the only live mention is the
//     one that the bridge adds for the group.
//
// # Invariants
//
//   - A conversation that is open has at least one group, and no group that was
//     deleted for longer than the deletion takes.
//   - A visitor has at most one open conversation, and sees what is written in it.
//   - Only kinds that Kind.Visible names have a Line, and an unknown kind has none.
//   - What becomes of an agent's message depends on what was told of it, not on the
//     order in which its edits and its deletion came.
//   - A visitor is told of an edit or a deletion only where the message was told.
//   - An AgentID, a ThreadRef or a channel never leaves towards a visitor.
//   - What Fields do not let through never leaves towards a desk.
//   - A token is never stored, only its hash; message text is never logged.
package bridge
