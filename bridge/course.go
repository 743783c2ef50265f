package bridge

import (
	"context"
	"errors"
	"slices"
	"time"
)

// A course is how one conversation went, as far as numbers tell of it. It is a fold of
// the log.
type course struct {
	opening Opening
	opened  time.Time
	said    bool // a visitor's message is there
	stays   []*stay
	closed  bool
	spoke   time.Time // when the visitor wrote last
	stars   int       // 0: not rated
}

// A stay is a group's part in a conversation, from when it came until it left.
type stay struct {
	group   GroupID
	from    time.Time // since when the visitor waited for this group
	replied time.Time // its first words to the visitor; zero for none
	heard   bool      // somebody, of whatever group, answered the visitor meanwhile
	left    bool
	brought GroupID // who was invited last meanwhile
	why     string  // the reason of that
	to      GroupID // who went on instead, for a group that handed over
}

func (c *course) apply(e Entry) {
	switch e.Kind {
	case KindOpened:
		if e.Opening != nil {
			c.opening, c.opened = *e.Opening, e.At
			c.stays = append(c.stays, &stay{group: e.Opening.Group, from: e.At})
		}
	case KindJoined:
		for _, s := range c.stays {
			s.brought, s.why = e.Group, e.Reason
		}
		c.stays = append(c.stays, &stay{group: e.Group, from: e.At})
	case KindLeft:
		if s := c.staying(e.Group); s != nil {
			s.left = true
			// A group that was deleted did not hand over, nor one that came, looked and
			// went again.
			if s.brought != "" && c.staying(s.brought) != nil && s.why != deletionReason(e.GroupName) {
				s.to = s.brought
			}
		}
	case KindMessage:
		c.message(e)
	case KindClosed:
		c.closed = true
	case KindReopened:
		c.closed, c.stars = false, 0
	case KindRated:
		c.stars = e.Stars
	}
}

func (c *course) message(e Entry) {
	if e.By.Role != RoleAgent {
		c.said, c.spoke = true, e.At
		return
	}
	for _, s := range c.stays {
		if s.left {
			continue
		}
		s.heard = true
		if s.group == e.Group && s.replied.IsZero() {
			s.replied = e.At
		}
	}
}

// staying returns the part of a group that has not left.
func (c *course) staying(g GroupID) *stay {
	i := slices.IndexFunc(c.stays, func(s *stay) bool { return s.group == g && !s.left })
	if i < 0 {
		return nil
	}
	return c.stays[i]
}

// forgotten is how long a visitor is without an answer before an open conversation
// counts as missed.
const forgotten = 24 * time.Hour

// over reports whether whoever was not answered will not be.
func (c *course) over(now time.Time) bool { return c.closed || now.Sub(c.spoke) > forgotten }

// eachCourse calls fn for the conversations of a workspace that began at since or later
// and before until, the latest first, until it returns false. It reads from the Store, and holds up nobody.
func (b *Bridge) eachCourse(ctx context.Context, w WorkspaceID, since, until time.Time, fn func(*course) bool) error {
	var ids []ConversationID // by number
	err := b.store.Records(ctx, ConversationRecords, string(w)+"/", func(r Record) error {
		ids = append(ids, ConversationID(r.Value))
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range slices.Backward(ids) {
		first, err := b.store.Read(ctx, id, 0, 1)
		switch {
		case errors.Is(err, ErrDamaged): // the others still count
			continue
		case err != nil:
			return err
		case len(first) == 0: // a beginning that was interrupted, or a visitor who was erased
			continue
		case first[0].At.Before(since.Add(-time.Minute)):
			// Numbers are given a moment before the conversation begins, so that two may
			// begin in the other order.
			return nil
		case first[0].At.Before(since), !first[0].At.Before(until):
			continue
		}
		c, err := b.course(ctx, id)
		if errors.Is(err, ErrDamaged) {
			continue
		}
		if err != nil {
			return err
		}
		if c.said && !fn(c) {
			return nil
		}
	}
	return nil
}

func (b *Bridge) course(ctx context.Context, id ConversationID) (*course, error) {
	const page = 500
	c := &course{}
	for after := Seq(0); ; {
		entries, err := b.store.Read(ctx, id, after, page)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			c.apply(e)
			after = e.Seq
		}
		if len(entries) < page {
			return c, nil
		}
	}
}
