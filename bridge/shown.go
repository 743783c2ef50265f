package bridge

import "context"

// threadLines makes the lines of one thread. What was edited or deleted since needs the
// whole log, which is read once and only then.
type threadLines struct {
	o     *owner
	t     *thread
	group GroupID

	entries []Entry       // the whole log, once it was needed
	at      map[Seq]Entry // the same by Seq
	posts   []posting     // of the thread
}

// posting is a post that shows the entries from first on.
type posting struct {
	first, upto, knew Seq
	post              string
}

// line makes of an entry that concerns the thread its line there, or reports that
// none is needed: an edit that what is posted shows already or will show, a mark on
// what is gone.
func (s *threadLines) line(ctx context.Context, e Entry) (l Line, needed bool, err error) {
	switch e.Kind {
	case KindMessage, KindNote:
		l, err = s.said(ctx, e)
		return l, !l.Own || !l.Deleted, err
	case KindEdited, KindDeleted, KindNoteEdited, KindNoteDeleted:
		return s.revision(ctx, e)
	}
	return s.plain(e), true, nil
}

func (s *threadLines) plain(e Entry) Line {
	return Line{Entry: e, Own: s.t.wrote(e, s.group), Backlog: e.Seq < s.t.joined}
}

// said is a message or note as it reads now.
func (s *threadLines) said(ctx context.Context, e Entry) (Line, error) {
	l := s.plain(e)
	w := s.o.state.wrote[e.ID]
	if w == nil || w.revised == 0 {
		return l, nil
	}
	if err := s.load(ctx); err != nil {
		return Line{}, err
	}
	text := s.at[w.text]
	l.Body, l.Rich, l.Deleted, l.Noted = text.Body, text.Rich, w.gone, w.noted
	if w.gone {
		l.Body, l.Rich = "", nil
	}
	return l, nil
}

// revision is an edit or a deletion. Of several about one message the last does for
// all.
func (s *threadLines) revision(ctx context.Context, e Entry) (l Line, needed bool, err error) {
	l = s.plain(e)
	w := s.o.state.wrote[e.Of]
	switch {
	case w == nil || !w.isText():
		return Line{}, false, nil
	case l.Own: // became a note where it was written: it gets its mark
		return l, !w.gone, nil
	case e.Seq != w.revised, w.seq > s.t.cursor: // its own line is still to come
		return Line{}, false, nil
	}
	if err := s.load(ctx); err != nil {
		return Line{}, false, err
	}
	p, ok := s.posting(w.seq)
	if !ok || p.knew >= e.Seq {
		return Line{}, false, nil
	}
	l.Revises = &Shown{Post: p.post}
	for _, e := range s.entries {
		if e.Seq < p.first || e.Seq > p.upto {
			continue
		}
		shown, err := s.shows(ctx, e, p)
		if err != nil {
			return Line{}, false, err
		}
		if shown != nil {
			l.Revises.Lines = append(l.Revises.Lines, *shown)
		}
	}
	return l, len(l.Revises.Lines) > 0, nil
}

// shows returns the line of an entry in a post that was made, nil where it has none.
func (s *threadLines) shows(ctx context.Context, e Entry, p posting) (*Line, error) {
	line, _ := s.t.concern(e, s.group)
	switch e.Kind {
	case KindEdited, KindDeleted, KindNoteEdited, KindNoteDeleted:
		return nil, nil
	case KindMessage, KindNote:
		w := s.o.state.wrote[e.ID]
		if !line || w == nil || w.gone && w.revised <= p.knew { // it never stood there
			return nil, nil
		}
		l, err := s.said(ctx, e)
		if err != nil || l.Own {
			return nil, err
		}
		return &l, nil
	}
	if !line {
		return nil, nil
	}
	l := s.plain(e)
	return &l, nil
}

// posting finds the post that shows an entry.
func (s *threadLines) posting(seq Seq) (p posting, ok bool) {
	for _, p := range s.posts {
		if p.first <= seq && seq <= p.upto {
			return p, p.post != ""
		}
	}
	return posting{}, false
}

func (s *threadLines) load(ctx context.Context) error {
	if s.at != nil {
		return nil
	}
	entries, err := s.o.log(ctx)
	if err != nil {
		return err
	}
	s.entries, s.at = entries, map[Seq]Entry{}
	cursor := Seq(0)
	for _, e := range entries {
		s.at[e.Seq] = e
		if e.Kind == KindPosted && e.Group == s.group && e.Thread == s.t.ref && e.Upto > cursor {
			s.posts = append(s.posts, posting{cursor + 1, e.Upto, e.Knew, e.Post})
			cursor = e.Upto
		}
	}
	return nil
}
