package bridge

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// A DeskMessage is what an agent wrote in a thread.
type DeskMessage struct {
	// ID is made of the desk's address of the message, so that the same message
	// told twice is one entry. It must not show that address to a reader.
	ID   EntryID
	By   Author // Role is set by the bridge
	Body string // plain text
	Note bool   // for colleagues alone
	Post string // the desk's address of the message, for edits and marks
}

// MaxAgentRunes is the most characters of an agent's message that are kept; what
// a desk allows is less (Slack cuts a message at 40,000).
const MaxAgentRunes = 40_000

// FromDesk takes a message from the thread of a group and returns once it is on
// stable storage: only then may it be acknowledged to the desk. A first reply
// claims a conversation that nobody has claimed. A message that came before
// changes nothing and is no error.
//
// CodeClosed: the conversation is over. CodeForbidden: the group takes no part
// any more, or the thread is not its current one. Nothing is written then; the
// text in the error is for the agent.
func (b *Bridge) FromDesk(ctx context.Context, key ThreadKey, ref ThreadRef, m DeskMessage) error {
	if len(m.ID) == 0 || len(m.ID) > maxEntryID {
		return Errorf(CodeInvalid, "a message id must have 1 to %d bytes", maxEntryID)
	}
	m.By.Role = RoleAgent
	if utf8.RuneCountInString(m.Body) > MaxAgentRunes {
		m.Body = string([]rune(m.Body)[:MaxAgentRunes-1]) + "…"
	}
	return b.conversation(key.Conversation).do(ctx, func(c *conversation) error {
		s := c.state
		if _, again := s.wrote[m.ID]; again {
			return nil
		}
		if err := c.admit(key.Group, ref, m.Note); err != nil {
			return err
		}
		kind := KindMessage
		if m.Note {
			kind = KindNote
		} else if s.owner.Agent == "" {
			// Claimed first: "Ann joined" stands before what Ann says. The id
			// is made of the message's, so a crash in between claims once.
			if _, err := c.append(ctx, Entry{ID: "c." + m.ID[:min(len(m.ID), maxEntryID-2)], Kind: KindClaimed, By: m.By, Group: key.Group}); err != nil {
				return err
			}
		}
		_, err := c.append(ctx, Entry{
			ID: m.ID, Kind: kind, By: m.By, Body: m.Body,
			Group: key.Group, Thread: ref, Post: m.Post,
		})
		return err
	})
}

// admit refuses what comes from a thread that no longer speaks to the visitor. A
// note needs only that the conversation exists.
func (c *conversation) admit(g GroupID, ref ThreadRef, note bool) error {
	s := c.state
	t := s.threads[g]
	switch {
	case s.last == 0 || t == nil:
		return Errorf(CodeNotFound, "this thread belongs to no conversation")
	case note && t.ref == ref:
		return nil
	case t.left != 0:
		return Errorf(CodeForbidden, "your group left conversation #%d: the visitor does not see what is written here. A group that takes part can invite you back", s.opening.Number)
	case t.ref != ref:
		return Errorf(CodeForbidden, "conversation #%d goes on in a newer thread of this channel: the visitor does not see what is written here", s.opening.Number)
	case s.closed:
		return Errorf(CodeClosed, "conversation #%d is closed: the visitor does not see what is written here. To go on, use reopen %d", s.opening.Number, s.opening.Number)
	}
	return nil
}

// Claim makes by the one who takes care of the conversation.
func (b *Bridge) Claim(ctx context.Context, id ConversationID, g GroupID, by Author) error {
	by.Role = RoleAgent
	return b.act(ctx, id, func(c *conversation) error {
		if c.state.owner.Agent == by.Agent {
			return Errorf(CodeConflict, "you have claimed #%d already", c.state.opening.Number)
		}
		_, err := c.append(ctx, Entry{ID: EntryID("c." + newID()), Kind: KindClaimed, By: by, Group: g})
		return err
	})
}

// Invite brings group to into the conversation; from is the group on whose
// behalf by acts, and reason is for colleagues alone.
func (b *Bridge) Invite(ctx context.Context, id ConversationID, to GroupID, by Author, reason string) error {
	by.Role = RoleAgent
	if reason = strings.TrimSpace(reason); utf8.RuneCountInString(reason) > 300 {
		return Errorf(CodeTooLong, "the reason has more than 300 characters: make it one line")
	}
	return b.act(ctx, id, func(c *conversation) error {
		g, err := b.dir.group(c.state.opening.Workspace, to)
		switch {
		case err != nil:
			return err
		case c.state.takesPart(to):
			return Errorf(CodeConflict, "%s takes part in #%d already", g.Name, c.state.opening.Number)
		case !g.Offered():
			return Errorf(CodeGroupOffline, "%s has no channel yet, so nobody there could answer: an admin gives it one with create %q @usergroup #channel", g.Name, g.Name)
		case g.Off:
			return Errorf(CodeGroupOffline, "%s is off, so nobody there would answer: switch it on first with on %s", g.Name, g.Slug())
		}
		return c.join(ctx, g, by, reason)
	})
}

// Leave ends a group's part in the conversation. The last group cannot leave.
func (b *Bridge) Leave(ctx context.Context, id ConversationID, g GroupID, by Author) error {
	by.Role = RoleAgent
	return b.act(ctx, id, func(c *conversation) error {
		n := c.state.opening.Number
		group, err := b.dir.group(c.state.opening.Workspace, g)
		switch {
		case err != nil:
			return err
		case !c.state.takesPart(g):
			return Errorf(CodeConflict, "%s takes no part in #%d", group.Name, n)
		case len(c.state.with) == 1:
			return Errorf(CodeForbidden, "%s is the only group in #%d and cannot leave the visitor alone: invite another group first, or close the conversation", group.Name, n)
		}
		return c.leave(ctx, group, by)
	})
}

// Close ends the conversation.
func (b *Bridge) Close(ctx context.Context, id ConversationID, by Author) error {
	by.Role = RoleAgent
	return b.act(ctx, id, func(c *conversation) error {
		_, err := c.append(ctx, Entry{ID: EntryID("x." + newID()), Kind: KindClosed, By: by})
		return err
	})
}

// Reopen lets a closed conversation go on.
func (b *Bridge) Reopen(ctx context.Context, id ConversationID, by Author) error {
	by.Role = RoleAgent
	return b.conversation(id).do(ctx, func(c *conversation) error {
		switch {
		case c.state.last == 0:
			return errNoConversation
		case !c.state.closed:
			return Errorf(CodeConflict, "#%d is open", c.state.opening.Number)
		}
		return c.reopen(ctx, by)
	})
}

func (c *conversation) reopen(ctx context.Context, by Author) error {
	if err := c.b.putActive(ctx, c.state.opening.Workspace, c.id); err != nil {
		return err
	}
	_, err := c.append(ctx, Entry{ID: EntryID("o." + newID()), Kind: KindReopened, By: by})
	return err
}

var errNoConversation = &Error{Code: CodeNotFound, Message: "there is no such conversation"}

// act is do for what needs an open conversation.
func (b *Bridge) act(ctx context.Context, id ConversationID, fn func(*conversation) error) error {
	return b.conversation(id).do(ctx, func(c *conversation) error {
		switch {
		case c.state.last == 0:
			return errNoConversation
		case c.state.closed:
			return Errorf(CodeClosed, "#%d is closed: reopen %d lets it go on", c.state.opening.Number, c.state.opening.Number)
		}
		return fn(c)
	})
}

// A Conversation is how a conversation stands at one moment.
type Conversation struct {
	ID      ConversationID
	Opening Opening
	Opened  time.Time
	With    []GroupID // taking part, in the order they came
	Threads map[GroupID]ThreadRef
	Owner   Author // Agent is "" when nobody claimed it
	Closed  bool
	// Waiting is since when the visitor has had no answer; zero when answered.
	Waiting time.Time
}

// TakesPart reports whether the group takes part.
func (c Conversation) TakesPart(g GroupID) bool {
	for _, w := range c.With {
		if w == g {
			return true
		}
	}
	return false
}

// Conversation returns how a conversation stands, or a CodeNotFound error.
func (b *Bridge) Conversation(ctx context.Context, id ConversationID) (Conversation, error) {
	var v Conversation
	err := b.conversation(id).do(ctx, func(c *conversation) error {
		if c.state.last == 0 {
			return errNoConversation
		}
		v = c.view()
		return nil
	})
	return v, err
}

func (c *conversation) view() Conversation {
	s := c.state
	v := Conversation{
		ID: c.id, Opening: s.opening, Opened: s.opened, Owner: s.owner, Closed: s.closed, Waiting: s.waiting,
		With: append([]GroupID(nil), s.with...), Threads: map[GroupID]ThreadRef{},
	}
	for g, t := range s.threads {
		v.Threads[g] = t.ref
	}
	return v
}

// OpenConversations returns the open conversations of a workspace, by number.
func (b *Bridge) OpenConversations(ctx context.Context, w WorkspaceID) ([]Conversation, error) {
	var vs []Conversation
	for _, id := range b.activeIDs(w) {
		v, err := b.Conversation(ctx, id)
		switch {
		case CodeOf(err) == CodeNotFound: // put on the list, then a crash
			continue
		case err != nil:
			return nil, err
		case !v.Closed:
			vs = append(vs, v)
		}
	}
	sortByNumber(vs)
	return vs, nil
}

// openWith lists the active conversations in which a group takes part.
func (b *Bridge) openWith(ctx context.Context, w WorkspaceID, g GroupID) ([]ConversationID, error) {
	vs, err := b.OpenConversations(ctx, w)
	var ids []ConversationID
	for _, v := range vs {
		if v.TakesPart(g) {
			ids = append(ids, v.ID)
		}
	}
	return ids, err
}

// ByNumber returns the conversation with this number, or a CodeNotFound error.
func (b *Bridge) ByNumber(ctx context.Context, w WorkspaceID, number int) (Conversation, error) {
	r, err := b.store.Record(ctx, ConversationRecords, numberKey(w, number))
	if err != nil {
		return Conversation{}, Errorf(CodeNotFound, "there is no conversation #%d", number)
	}
	return b.Conversation(ctx, ConversationID(r.Value))
}

func numberKey(w WorkspaceID, n int) string { return fmt.Sprintf("%s/%010d", w, n) }
