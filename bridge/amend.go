package bridge

import "context"

// Edit gives a message of the visitor's own other words and returns once that is on
// stable storage. id is the edit's own, chosen by the widget like a Draft's: the same
// id again is the same edit. body has the limits of a Draft's. Only the current
// conversation can be amended.
//
// CodeForbidden: there is no such message of the visitor's, or it is deleted.
// CodeClosed: the conversation is over. CodeTooLong and CodeInvalid: it cannot be
// taken as it is. As with Send, repeating with the same id is always safe, and what
// has begun is finished when ctx ends.
func (v *Visit) Edit(ctx context.Context, id, of EntryID, body string) (Receipt, error) {
	body, err := cleanBody(body)
	if err != nil {
		return Receipt{}, err
	}
	return v.amend(ctx, Entry{ID: id, Kind: KindEdited, Of: of, Body: body})
}

// Delete takes a message of the visitor's own back and returns once that is on stable
// storage; also after the conversation closed. Colleagues see that there was one. It
// is refused like Edit, but for the receipt of a message that is deleted already,
// which is the message's own.
func (v *Visit) Delete(ctx context.Context, id, of EntryID) (Receipt, error) {
	return v.amend(ctx, Entry{ID: id, Kind: KindDeleted, Of: of})
}

func (v *Visit) amend(ctx context.Context, e Entry) (Receipt, error) {
	if !validDraftID(e.ID) || !validDraftID(e.Of) {
		return Receipt{}, errNoID
	}
	w := v.b.hold(v.who) // until the end, should the visit end before
	defer v.b.release(w)
	current, previous := w.conversations()
	// Made before the current conversation began, and its answer lost.
	if r, taken, err := v.b.receipt(ctx, previous, e.ID); err != nil || taken {
		return r, err
	}
	if current == "" {
		return Receipt{}, errNotTheirs
	}
	var r Receipt
	err := v.b.do(ctx, current, func(ctx context.Context, o *owner) error {
		var again bool
		if r, again = o.state.receipt(e.ID); again {
			return nil
		}
		of := o.state.wrote[e.Of]
		switch {
		case of == nil || of.kind != KindMessage:
			return errNotTheirs
		case of.gone && e.Kind == KindDeleted:
			r = of.Receipt
			return nil
		case of.gone:
			return Errorf(CodeForbidden, "the message was deleted")
		case o.state.closed && e.Kind == KindEdited:
			return Errorf(CodeClosed, "#%d is closed", o.state.opening.Number)
		}
		e.By = Author{Role: RoleVisitor, Name: o.state.opening.Name}
		got, err := o.append(ctx, e)
		r = Receipt{o.id, got.Line, got.At}
		return err
	})
	return r, err
}

// An id without a dot is a visitor's, so whoever finds a message under one finds
// their own.
var errNotTheirs = Errorf(CodeForbidden, "there is no such message of the visitor's")
