package bridge

import "context"

// edit takes another version of a message or note that is there. A reply that has
// become a note is taken from the visitor; a note stays one whatever it says.
func (o *owner) edit(ctx context.Context, old *written, e Entry) (Taken, error) {
	if !old.isText() || old.gone {
		return Known, nil // what was refused stays inside, what is deleted stays deleted
	}
	e.Files = nil // they stay what they were
	note := old.note() || e.Kind == KindNote
	of := e.ID
	as := func(note bool) EntryID { return editID(of, e.Version, e.Body, note) }
	// It may have been told before it turned out to be a note.
	again := o.state.wrote[as(note)] != nil || o.state.wrote[as(e.Kind == KindNote)] != nil
	e.Of, e.ID = of, as(note)
	turns := note && old.kind == KindMessage && !old.noted
	if stale := again || e.Version == 0 || e.Version < old.version; !stale || turns {
		e.Kind = KindEdited
		if note {
			e.Kind = KindNoteEdited
		} else if err := o.mayEdit(e.Group); err != nil {
			e.Kind, e.Body, e.Rich = KindKept, "", nil
			if _, unsaved := o.append(ctx, e); unsaved != nil {
				return Known, unsaved
			}
			return Known, err
		}
		if _, err := o.append(ctx, e); err != nil {
			return Known, err
		}
	} else if !old.noted || old.unseen {
		return Known, nil
	}
	if note && old.kind == KindMessage && !o.state.wrote[e.Of].unseen {
		// After the text is safe inside; told again after a crash in between, this
		// is made up for.
		_, err := o.append(ctx, Entry{
			ID: unseenMark + e.Of[len(deskMark):], Kind: KindDeleted, Of: e.Of, By: e.By,
			Group: e.Group, Thread: e.Thread, Post: e.Post,
		})
		if err != nil {
			return Known, err
		}
	}
	return TakenEdit, nil
}

// mayEdit refuses what would change words that the visitor sees.
func (o *owner) mayEdit(g GroupID) error {
	if o.state.takesPart(g) {
		return nil
	}
	return Errorf(CodeForbidden, "your group left conversation #%d: the visitor still sees your message as it was. Deleting it takes it away there too", o.state.opening.Number)
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
