package bridge

import (
	"context"
	"slices"
	"unicode/utf8"
)

// Claim makes by the one who takes care of the conversation, also where somebody
// else was. g is the group on whose behalf. CodeConflict: by has claimed it
// already. CodeClosed and CodeNotFound as everywhere.
func (b *Bridge) Claim(ctx context.Context, id ConversationID, g GroupID, by Author) error {
	return b.act(ctx, id, func(ctx context.Context, o *owner) error {
		if o.state.owner.Agent == by.Agent {
			return Errorf(CodeConflict, "you have claimed #%d already", o.state.opening.Number)
		}
		_, err := o.append(ctx, Entry{ID: claimMark + EntryID(newID()), Kind: KindClaimed, By: agent(by), Group: g})
		return err
	})
}

// MaxReason is the most characters of the reason of an invitation.
const MaxReason = 300

// Invite brings group to into the conversation. reason, one line, is for
// colleagues alone.
//
// CodeConflict: the group takes part already. CodeGroupOffline: nobody there
// would answer, as the group is switched off, or has no channel that can be reached;
// its hours do not matter, as colleagues know whom they ask. CodeNotFound: there is no
// such group, or no such conversation. CodeClosed: the conversation is over.
func (b *Bridge) Invite(ctx context.Context, id ConversationID, to GroupID, by Author, reason string) error {
	reason = oneLine(reason)
	if utf8.RuneCountInString(reason) > MaxReason {
		return Errorf(CodeTooLong, "the reason has more than %d characters: make it one line", MaxReason)
	}
	return b.act(ctx, id, func(ctx context.Context, o *owner) error {
		g, err := b.Group(o.state.opening.Workspace, to)
		switch {
		case err != nil:
			return err
		case o.state.takesPart(to):
			return Errorf(CodeConflict, "%s takes part in #%d already", g.Name, o.state.opening.Number)
		}
		if err := nobodyAnswers(g); err != nil {
			return err
		}
		return o.join(ctx, g, agent(by), reason)
	})
}

// nobodyAnswers says why a group cannot be invited, nil where it can.
func nobodyAnswers(g Group) error {
	switch g.WhenRead().Why {
	case ReasonNoChannel:
		return Errorf(CodeGroupOffline, "%s has no channel yet, so nobody there could answer: an admin gives it one with create %q @usergroup #channel", g.Name, g.Name)
	case ReasonSwitchedOff:
		return Errorf(CodeGroupOffline, "%s is off, so nobody there would answer: switch it on first with on %s", g.Name, g.Slug())
	case ReasonShut:
		return Errorf(CodeGroupOffline, "%s cannot be reached in its channel just now: doctor says why", g.Name)
	}
	return nil
}

// Leave ends a group's part in the conversation. CodeForbidden: it is the only
// group, and cannot leave the visitor alone. CodeConflict: it takes no part.
func (b *Bridge) Leave(ctx context.Context, id ConversationID, g GroupID, by Author) error {
	return b.act(ctx, id, func(ctx context.Context, o *owner) error {
		n := o.state.opening.Number
		group, known := b.dir.group(o.state.opening.Workspace, g)
		switch {
		case !known:
			return noGroup(string(g))
		case !o.state.takesPart(g):
			return Errorf(CodeConflict, "%s takes no part in #%d", group.Name, n)
		case len(o.state.with) == 1:
			return Errorf(CodeForbidden, "%s is the only group in #%d and cannot leave the visitor alone: invite another group first, or close the conversation", group.Name, n)
		}
		return o.leave(ctx, group, agent(by))
	})
}

// Close ends the conversation. CodeClosed: it is over already.
func (b *Bridge) Close(ctx context.Context, id ConversationID, by Author) error {
	return b.act(ctx, id, func(ctx context.Context, o *owner) error {
		_, err := o.append(ctx, Entry{ID: EntryID("x." + newID()), Kind: KindClosed, By: agent(by)})
		return err
	})
}

// Reopen lets a closed conversation go on. CodeConflict: it is open, or the
// visitor has begun another one since and would not see what is said in this.
func (b *Bridge) Reopen(ctx context.Context, id ConversationID, by Author) error {
	v, err := b.Conversation(ctx, id)
	if err != nil {
		return err
	}
	n := v.Opening.Number
	w, err := b.holdVisitor(ctx, v.Opening.Visitor)
	if CodeOf(err) == CodeUnknownToken {
		return Errorf(CodeNotFound, "the visitor of #%d is not known any more", n)
	}
	if err != nil {
		return err
	}
	defer b.release(w)
	// While the visitor can begin no other conversation.
	w.beginning.Lock()
	defer w.beginning.Unlock()
	if current, _ := w.conversations(); current != id {
		return Errorf(CodeConflict, "the visitor of #%d has begun a new conversation since, and would not see what is written in this one", n)
	}
	return b.do(ctx, id, func(ctx context.Context, o *owner) error {
		if !o.state.closed {
			return Errorf(CodeConflict, "#%d is open", n)
		}
		return o.reopen(ctx, agent(by))
	})
}

// act is do for what needs an open conversation.
func (b *Bridge) act(ctx context.Context, id ConversationID, fn func(context.Context, *owner) error) error {
	return b.do(ctx, id, func(ctx context.Context, o *owner) error {
		switch {
		case !o.state.begun():
			return errNoConversation
		case o.state.closed:
			return Errorf(CodeClosed, "#%d is closed: reopen %d lets it go on", o.state.opening.Number, o.state.opening.Number)
		}
		return fn(ctx, o)
	})
}

func (o *owner) join(ctx context.Context, g Group, by Author, reason string) error {
	_, err := o.append(ctx, Entry{
		ID: EntryID("j." + newID()), Kind: KindJoined, By: by,
		Group: g.ID, GroupName: g.Name, Reason: reason,
	})
	return err
}

func (o *owner) leave(ctx context.Context, g Group, by Author) error {
	_, err := o.append(ctx, Entry{
		ID: EntryID("l." + newID()), Kind: KindLeft, By: by,
		Group: g.ID, GroupName: g.Name,
	})
	return err
}

// reopen lets the conversation go on with the groups that still exist.
func (o *owner) reopen(ctx context.Context, by Author) error {
	// Listed before the groups are looked at: one that is deleted from here on
	// finds the conversation.
	if err := o.b.list(ctx, o.state.opening.Workspace, o.id); err != nil {
		return err
	}
	if _, err := o.withoutDeleted(ctx, Author{Role: RoleSystem}); err != nil {
		return err
	}
	_, err := o.append(ctx, Entry{ID: EntryID("o." + newID()), Kind: KindReopened, By: by})
	return err
}

// withoutDeleted takes groups that were deleted out of the conversation, and puts
// the default group in where no other is left.
func (o *owner) withoutDeleted(ctx context.Context, by Author) (moved bool, err error) {
	w := o.state.opening.Workspace
	for _, id := range slices.Clone(o.state.with) {
		g, known := o.b.dir.group(w, id)
		if !known || !g.Deleted {
			continue
		}
		if len(o.state.with) == 1 {
			def, err := o.b.defaultGroup(w)
			if err != nil {
				return false, err
			}
			if err := o.join(ctx, def, by, deletionReason(g.Name)); err != nil {
				return false, err
			}
			moved = true
		}
		if err := o.leave(ctx, g, by); err != nil {
			return moved, err
		}
	}
	return moved, nil
}

// deletionReason is why another group takes the place of one that was deleted.
func deletionReason(name string) string { return name + " was deleted" }
