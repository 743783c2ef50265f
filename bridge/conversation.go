package bridge

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

// A Conversation is how a conversation stands at one moment. Its Opening has no more of
// the visitor than may be known at the desk; see Fields.
type Conversation struct {
	ID      ConversationID
	Opening Opening
	Opened  time.Time
	With    []GroupID // taking part, in the order they came
	// Threads has an entry for each group that takes or took part, "" while its
	// root is not made.
	Threads map[GroupID]ThreadRef
	Owner   Author // Agent is "" when nobody claimed it
	Closed  bool
	// Waiting is since when the visitor has had no answer; zero when answered.
	Waiting time.Time
	// Read is the last line that the visitor has had before their eyes, 0 where
	// that is not known; see Visit.Read.
	Read uint64
}

// TakesPart reports whether the group takes part.
func (c Conversation) TakesPart(g GroupID) bool { return slices.Contains(c.With, g) }

var errNoConversation = &Error{Code: CodeNotFound, Message: "there is no such conversation"}

// Conversation returns how a conversation stands, or a CodeNotFound error. Of the
// visitor it has what may be known in the threads of all groups that take part.
func (b *Bridge) Conversation(ctx context.Context, id ConversationID) (Conversation, error) {
	return b.conversation(ctx, id, func(with []GroupID) []GroupID { return with })
}

// ConversationFor is Conversation for the thread of one group: of the visitor it has
// what may be known there.
func (b *Bridge) ConversationFor(ctx context.Context, key ThreadKey) (Conversation, error) {
	return b.conversation(ctx, key.Conversation, func([]GroupID) []GroupID { return []GroupID{key.Group} })
}

func (b *Bridge) conversation(ctx context.Context, id ConversationID, readers func(with []GroupID) []GroupID) (Conversation, error) {
	var v Conversation
	err := b.do(ctx, id, func(_ context.Context, o *owner) error {
		if !o.state.begun() {
			return errNoConversation
		}
		v = o.view()
		return nil
	})
	v.Opening = v.Opening.narrowed(b.letThrough(v.Opening, readers(v.With)...))
	return v, err
}

func (o *owner) view() Conversation {
	s := o.state
	v := Conversation{
		ID: o.id, Opening: s.opening, Opened: s.opened, Owner: s.owner, Closed: s.closed, Waiting: s.waiting,
		Read: o.read,
		With: slices.Clone(s.with), Threads: map[GroupID]ThreadRef{},
	}
	for g, t := range s.threads {
		v.Threads[g] = t.ref
	}
	return v
}

// OpenConversations returns the open conversations of a workspace, by number.
func (b *Bridge) OpenConversations(ctx context.Context, w WorkspaceID) ([]Conversation, error) {
	var vs []Conversation
	for _, id := range b.listed(w) {
		v, err := b.Conversation(ctx, id)
		switch {
		case errors.Is(err, errNoConversation): // listed, but not begun yet
		case err != nil:
			return nil, err
		case !v.Closed:
			vs = append(vs, v)
		}
	}
	slices.SortFunc(vs, func(a, b Conversation) int { return cmp.Compare(a.Opening.Number, b.Opening.Number) })
	return vs, nil
}

// ByNumber returns the conversation with this number, or a CodeNotFound error.
func (b *Bridge) ByNumber(ctx context.Context, w WorkspaceID, number int) (Conversation, error) {
	none := Errorf(CodeNotFound, "there is no conversation #%d", number)
	r, err := b.store.Record(ctx, ConversationRecords, numberKey(w, number))
	if errors.Is(err, ErrNoRecord) {
		return Conversation{}, none
	}
	if err != nil {
		return Conversation{}, err
	}
	v, err := b.Conversation(ctx, ConversationID(r.Value))
	// A beginning that was interrupted leaves a number behind, and takes another
	// when it is repeated.
	if errors.Is(err, errNoConversation) || err == nil && v.Opening.Number != number {
		return Conversation{}, none
	}
	return v, err
}
