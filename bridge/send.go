package bridge

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Send takes a visitor's message and returns once it is on stable storage. A
// message whose id was taken before, in the current conversation or the one before
// it, is answered with the same receipt, whatever has happened since. A message
// after a close reopens the conversation within Config.ReopenWindow, and begins
// another one later, or at once where the draft is Fresh.
//
// CodeTooLong and CodeInvalid: the message cannot be taken as it is.
// CodeForbidden: there is no such group to choose. CodeGroupOffline: it takes no
// live chats now. Whatever the error, nothing of the message is kept unless the
// outcome is unknown to the Store; sending again with the same id is always safe.
// When ctx ends, Send still finishes what it has begun.
func (v *Visit) Send(ctx context.Context, d Draft) (Receipt, error) {
	if err := d.clean(); err != nil {
		return Receipt{}, err
	}
	w := v.b.hold(v.who) // until the end, should the visit end before
	defer v.b.release(w)
	return v.send(ctx, w, d)
}

// send is Send for a draft that is clean. w is held.
func (v *Visit) send(ctx context.Context, w *visitor, d Draft) (Receipt, error) {
	if w.isForgotten() {
		return Receipt{}, errUnknownToken
	}
	d.identity = w.signed()
	current, previous := w.conversations()
	// Sent before the current conversation began, and its answer lost.
	if r, taken, err := v.b.receipt(ctx, previous, d.ID); err != nil || taken {
		return r, err
	}
	if d.Fresh {
		return v.sendFresh(ctx, w, d)
	}
	if current != "" {
		if r, over, err := v.sendTo(ctx, current, d); err != nil || !over {
			return r, err
		}
	}
	return v.begin(ctx, w, d)
}

// sendFresh begins another conversation with the message, and closes the one before.
func (v *Visit) sendFresh(ctx context.Context, w *visitor, d Draft) (Receipt, error) {
	r, err := v.begin(ctx, w, d)
	if err != nil {
		return Receipt{}, err
	}
	// Only now: where nothing could be begun, what there was must go on. Sent again
	// after a crash in between, the message gets here again.
	if _, previous := w.conversations(); previous != "" {
		err = v.b.do(ctx, previous, func(ctx context.Context, o *owner) error {
			if o.state.closed {
				return nil
			}
			by := Author{Role: RoleVisitor, Name: o.state.opening.Name}
			_, err := o.append(ctx, Entry{ID: EntryID("x." + newID()), Kind: KindClosed, By: by})
			return err
		})
	}
	return r, err
}

// receipt returns the receipt that a message got in a conversation.
func (b *Bridge) receipt(ctx context.Context, id ConversationID, m EntryID) (r Receipt, taken bool, err error) {
	if id == "" {
		return Receipt{}, false, nil
	}
	err = b.do(ctx, id, func(_ context.Context, o *owner) error {
		r, taken = o.state.receipt(m)
		return nil
	})
	return r, taken, err
}

// sendTo adds the message to the visitor's conversation. over reports that it
// cannot go on there: it was closed too long ago, or its site has moved to another
// workspace.
func (v *Visit) sendTo(ctx context.Context, id ConversationID, d Draft) (r Receipt, over bool, err error) {
	err = v.b.do(ctx, id, func(ctx context.Context, o *owner) error {
		s := o.state
		var again bool
		if r, again = s.receipt(d.ID); again {
			return nil
		}
		late := s.closed && v.b.cfg.Now().Sub(s.closedAt) > v.b.cfg.ReopenWindow
		if over = late || s.opening.Workspace != v.workspace; over {
			return nil
		}
		if s.closed {
			if err := o.reopen(ctx, Author{Role: RoleVisitor, Name: s.opening.Name}); err != nil {
				return err
			}
		}
		r, err = o.fromVisitor(ctx, d)
		return err
	})
	return r, over, err
}

func (o *owner) fromVisitor(ctx context.Context, d Draft) (Receipt, error) {
	if err := o.introduce(ctx, d.introduction(o.state.opening)); err != nil {
		return Receipt{}, err
	}
	by := Author{Role: RoleVisitor, Name: o.state.opening.Name}
	e, err := o.append(ctx, Entry{ID: d.ID, Kind: KindMessage, By: by, Body: d.Body, Files: d.files})
	return Receipt{o.id, e.Line, e.At}, err
}

// begin begins a conversation with the message, unless another tab of the visitor
// has just done so.
func (v *Visit) begin(ctx context.Context, w *visitor, d Draft) (Receipt, error) {
	w.beginning.Lock()
	defer w.beginning.Unlock()
	if err := w.load(ctx, v.b); err != nil {
		return Receipt{}, err
	}
	current, _ := w.conversations()
	if d.Fresh {
		if r, taken, err := v.b.receipt(ctx, current, d.ID); err != nil || taken {
			return r, err
		}
	} else if current != "" {
		if r, over, err := v.sendTo(ctx, current, d); err != nil || !over {
			return r, err
		}
	}
	// Where an earlier attempt went wrong in the middle, the record names a
	// conversation that is not current: it is taken up, so that a message that
	// did get in is recognised.
	id := w.rec.Conversation
	if id == "" || id == current {
		id = ConversationID(newID())
	}
	var r Receipt
	err := v.b.do(ctx, id, func(ctx context.Context, o *owner) error {
		var again bool
		if r, again = o.state.receipt(d.ID); again {
			return nil
		}
		if err := v.open(ctx, o, w, d); err != nil {
			return err
		}
		var err error
		r, err = o.fromVisitor(ctx, d)
		return err
	})
	if err != nil {
		return Receipt{}, err
	}
	w.moveTo(id)
	return r, nil
}

// open writes the first entry of a conversation, and what must be there before.
// w.beginning is held.
func (v *Visit) open(ctx context.Context, o *owner, w *visitor, d Draft) error {
	if o.state.last > 0 { // opened by an earlier attempt, perhaps a while ago
		if err := v.b.list(ctx, v.workspace, o.id); err != nil {
			return err
		}
		_, err := o.withoutDeleted(ctx, Author{Role: RoleSystem})
		return err
	}
	if _, err := v.chosen(d); err != nil {
		return err
	}
	number, err := v.register(ctx, w, o.id)
	if err != nil {
		return err
	}
	// Chosen again now that the conversation is listed: a group that is deleted
	// from here on finds it.
	g, err := v.chosen(d)
	if err != nil {
		return err
	}
	opening := d.introduction(Opening{
		Workspace: v.workspace, Site: v.site, Visitor: w.id, Number: number,
		Group: g.ID, Left: !g.Open(), Page: d.Page,
	})
	_, err = o.append(ctx, Entry{ID: openedID, Kind: KindOpened, By: Author{Role: RoleSystem}, Opening: &opening})
	return err
}

// openedID is the id of every conversation's first entry.
const openedID EntryID = "opened."

// register writes the visitor's pointer to a conversation, its number and its
// place on the list. None depends on another, so one wait does for all, and each
// may be written again. w.beginning is held.
func (v *Visit) register(ctx context.Context, w *visitor, id ConversationID) (number int, err error) {
	var saved, listed, numbered error
	var wg sync.WaitGroup
	if w.rec.Conversation != id {
		wg.Go(func() { saved = w.save(ctx, v.b, id) })
	}
	wg.Go(func() { listed = v.b.list(ctx, v.workspace, id) })
	wg.Go(func() { number, numbered = v.b.nextNumber(ctx, v.workspace, id) })
	wg.Wait()
	return number, errors.Join(saved, listed, numbered)
}

// chosen returns the group that a first message goes to.
func (v *Visit) chosen(d Draft) (Group, error) {
	site, err := v.b.Site(v.site)
	if err != nil {
		return Group{}, Errorf(CodeForbidden, "this site takes no chats any more")
	}
	choosable, offered := v.b.choosable(site), v.b.Offered(site)
	var g Group
	switch {
	case len(choosable) == 0:
		return Group{}, Errorf(CodeGroupOffline, "nobody can be reached here yet")
	case d.Group != "":
		found, err := v.b.FindGroup(v.workspace, string(d.Group))
		if err != nil || !slices.ContainsFunc(choosable, func(g Group) bool { return g.ID == found.ID }) {
			return Group{}, Errorf(CodeForbidden, "there is no such group to choose")
		}
		g = found
	case len(offered) == 1:
		g = offered[0]
	default:
		i := slices.IndexFunc(offered, func(g Group) bool { return g.Default })
		if i < 0 {
			return Group{}, Errorf(CodeInvalid, "choose a group first")
		}
		g = offered[i]
	}
	if !g.Open() && !d.Leave {
		return Group{}, Errorf(CodeGroupOffline, "%s is away now", g.Name)
	}
	return g, nil
}
