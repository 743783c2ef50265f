package bridge

import (
	"context"
	"strings"
)

// MaxStars is the best that a visitor can give; 1 is the worst.
const MaxStars = 5

// Rate keeps what the visitor thinks of their conversation, once it is closed, and
// returns when that is on stable storage. id is the rating's own, like a Draft's; the
// same id again is the same rating. Another rating takes the place of the one before:
// the log has both, and the latest counts. comment may be empty, else it has the
// limits of a Draft's Body.
//
// CodeInvalid: stars is not 1 to MaxStars. CodeForbidden: there is no conversation,
// or it is not closed. CodeTooLong: the comment is. As with Send, repeating with the
// same id is always safe, and what has begun is finished when ctx ends.
func (v *Visit) Rate(ctx context.Context, id EntryID, stars int, comment string) (Receipt, error) {
	if !validDraftID(id) {
		return Receipt{}, errNoID
	}
	if stars < 1 || stars > MaxStars {
		return Receipt{}, Errorf(CodeInvalid, "a rating has 1 to %d stars", MaxStars)
	}
	if strings.TrimSpace(comment) != "" {
		var err error
		if comment, err = cleanBody(comment); err != nil {
			return Receipt{}, err
		}
	} else {
		comment = ""
	}
	w := v.b.hold(v.who) // until the end, should the visit end before
	defer v.b.release(w)
	current, previous := w.conversations()
	// Given before the current conversation began, and its answer lost.
	if r, taken, err := v.b.receipt(ctx, previous, id); err != nil || taken {
		return r, err
	}
	if current == "" {
		return Receipt{}, errNotOver
	}
	var r Receipt
	err := v.b.do(ctx, current, func(ctx context.Context, o *owner) error {
		var again bool
		if r, again = o.state.receipt(id); again {
			return nil
		}
		if !o.state.closed {
			return errNotOver
		}
		by := Author{Role: RoleVisitor, Name: o.state.opening.Name}
		e, err := o.append(ctx, Entry{ID: id, Kind: KindRated, By: by, Stars: stars, Body: comment})
		r = Receipt{o.id, e.Line, e.At}
		return err
	})
	return r, err
}

var errNotOver = Errorf(CodeForbidden, "there is no conversation to rate: it can be rated once it is closed")
