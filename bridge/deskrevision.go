package bridge

import "context"

// edit takes another version of a message or note that is there. A reply that has
// become a note is taken from the visitor; a note stays one whatever it says.
func (o *owner) edit(ctx context.Context, old *written, e Entry) (taken Taken, err error) {
	if !old.isText() || old.gone {
		return Known, nil // what was refused stays inside, what is deleted stays deleted
	}
	note := old.note() || e.Kind == KindNote
	turns := note && !old.note() // also by a version that is older than its text
	if turns || o.state.isNews(old, e, note) {
		if err := o.reword(ctx, e, note); err != nil {
			return Known, err
		}
		taken = TakenEdit
	}
	if old.noted && !old.unseen {
		// After the text is safe inside. Told again after a crash in between, this is
		// made up for.
		_, err = o.append(ctx, Entry{
			ID: unseenMark + e.ID[len(deskMark):], Kind: KindDeleted, Of: e.ID, By: e.By,
			Group: e.Group, Thread: e.Thread, Post: e.Post,
		})
		taken = TakenEdit
	}
	return taken, err
}

// isNews reports whether e is a version of old that is neither older than its text
// nor known.
func (s *state) isNews(old *written, e Entry, note bool) bool {
	if e.Version == 0 || e.Version < old.version {
		return false
	}
	// It may have been told before it turned out to be a note.
	return s.wrote[editID(e.ID, e.Version, e.Body, note)] == nil &&
		s.wrote[editID(e.ID, e.Version, e.Body, e.Kind == KindNote)] == nil
}

// reword appends the edit that makes a message or note say what e says, or remembers
// that it was refused.
func (o *owner) reword(ctx context.Context, e Entry, note bool) error {
	e.Of, e.ID = e.ID, editID(e.ID, e.Version, e.Body, note)
	e.Files = nil // they stay what they were
	var refusal error
	switch e.Kind = KindEdited; {
	case note:
		e.Kind = KindNoteEdited
	case !o.state.takesPart(e.Group):
		refusal = Errorf(CodeForbidden, "your group left conversation #%d: the visitor still sees your message as it was. Deleting it takes it away there too", o.state.opening.Number)
		e.Kind, e.Body, e.Rich = KindKept, "", nil
	}
	if _, err := o.append(ctx, e); err != nil {
		return err
	}
	return refusal
}

// DeletedAtDesk takes it that an agent's message or note was deleted at the desk,
// and returns once that is on stable storage. It is taken from the visitor whatever
// has become of the conversation. One that is not known (its deletion came first) is
// never relayed from then on. id and ref are those of FromDesk. Known: nothing
// changed for anybody.
func (b *Bridge) DeletedAtDesk(ctx context.Context, key ThreadKey, ref ThreadRef, id EntryID) (taken Taken, err error) {
	if err := checkDeskID(id); err != nil {
		return Known, err
	}
	err = b.do(ctx, key.Conversation, func(ctx context.Context, o *owner) error {
		taken = Known
		s := o.state
		of := deskMark + id
		old := s.wrote[of]
		switch {
		case !s.begun() || s.threads[key.Group] == nil:
			return errNoThread
		case old == nil:
			_, err := o.append(ctx, Entry{
				ID: of, Kind: KindKept, By: Author{Role: RoleAgent}, Group: key.Group, Thread: ref,
			})
			return err
		case !old.isText() || old.gone:
			return nil
		}
		first, err := o.entry(ctx, old.seq)
		if err != nil {
			return err
		}
		gone := Entry{Kind: KindDeleted, Of: of, By: first.By, Group: first.Group, Thread: first.Thread, Post: first.Post}
		if old.noted && !old.unseen {
			gone.ID = unseenMark + id
			if _, err := o.append(ctx, gone); err != nil {
				return err
			}
		}
		gone.ID = goneMark + id
		if old.note() {
			gone.Kind = KindNoteDeleted
		}
		if _, err := o.append(ctx, gone); err != nil {
			return err
		}
		taken = TakenDeletion
		return nil
	})
	return taken, err
}

// DeskMessages returns the ids, as FromDesk got them, of the messages and notes that
// agents wrote in a thread and that are not deleted, with the desk's address of
// each. It reads the whole log.
func (b *Bridge) DeskMessages(ctx context.Context, key ThreadKey, ref ThreadRef) (map[EntryID]string, error) {
	standing := map[EntryID]string{}
	err := b.do(ctx, key.Conversation, func(ctx context.Context, o *owner) error {
		clear(standing)
		entries, err := o.log(ctx)
		if err != nil {
			return err
		}
		for _, e := range entries {
			w := o.state.wrote[e.ID]
			if w != nil && w.isText() && !w.gone && e.Thread == ref && e.By.Role == RoleAgent {
				standing[e.ID[len(deskMark):]] = e.Post
			}
		}
		return nil
	})
	return standing, err
}

// log reads the whole log.
func (o *owner) log(ctx context.Context) ([]Entry, error) {
	entries, err := o.b.store.Read(ctx, o.id, 0, 0)
	if err != nil {
		return nil, Errorf(CodeOf(err), "read conversation %s: %w", o.id, err)
	}
	return entries, nil
}

// entry reads one entry.
func (o *owner) entry(ctx context.Context, seq Seq) (Entry, error) {
	entries, err := o.b.store.Read(ctx, o.id, seq-1, 1)
	if err != nil {
		return Entry{}, Errorf(CodeOf(err), "read conversation %s: %w", o.id, err)
	}
	if len(entries) == 0 || entries[0].Seq != seq {
		return Entry{}, Errorf(CodeInternal, "conversation %s has no entry %d: %w", o.id, seq, ErrDamaged)
	}
	return entries[0], nil
}
