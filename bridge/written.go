package bridge

import (
	"crypto/sha256"
	"encoding/binary"
)

// written is what a conversation's state remembers of a message or note, and of
// each edit and deletion, so that one that comes again is answered as it was the
// first time, whatever has happened since.
//
// What becomes of a message does not depend on the order in which its edits and
// its deletion arrive: its text is that of the highest Version, it is a note once
// any version was one, and once deleted it stays so.
type written struct {
	Receipt
	kind Kind
	seq  Seq

	// Of a message or note:
	version uint64 // of its text
	text    Seq    // the entry with its text: seq, or the edit that counts
	revised Seq    // the last edit or deletion; 0 while there is none
	noted   bool   // it was written as a message and is a note now
	unseen  bool   // … and the visitor has been told that it is gone
	gone    bool   // deleted
}

// note reports whether it is for colleagues alone, now.
func (w *written) note() bool { return w.kind == KindNote || w.noted }

// isText reports whether it is a message or note, not an edit or what is kept.
func (w *written) isText() bool { return w.kind == KindMessage || w.kind == KindNote }

// receipt returns what was answered to a message, edit or deletion.
func (s *state) receipt(id EntryID) (r Receipt, taken bool) {
	w := s.wrote[id]
	if w == nil {
		return Receipt{}, false
	}
	return w.Receipt, true
}

// remember applies an entry that somebody wrote.
func (s *state) remember(id ConversationID, e Entry) {
	w := &written{Receipt: Receipt{id, e.Line, e.At}, kind: e.Kind, seq: e.Seq, text: e.Seq, version: e.Version}
	s.wrote[e.ID] = w
	if w.isText() && e.Version > 0 {
		// An edit that came first: told again, it is known by its own id too.
		s.wrote[editID(e.ID, e.Version, e.Body, w.note())] = &written{Receipt: w.Receipt, kind: KindKept, seq: e.Seq}
	}
	of := s.wrote[e.Of]
	if of == nil || !of.isText() || e.Kind == KindKept {
		return
	}
	of.revised = e.Seq
	switch e.Kind {
	case KindEdited, KindNoteEdited:
		if e.Version >= of.version {
			of.version, of.text = e.Version, e.Seq
		}
		of.noted = of.noted || e.Kind == KindNoteEdited && of.kind == KindMessage
	case KindDeleted:
		// Of what became a note, only the visitor's side of it.
		of.unseen = of.noted
		of.gone = of.gone || !of.noted
	case KindNoteDeleted:
		of.gone = true
	}
}

// The ids of what happens to an agent's message are made of the message's, so that
// each is one entry however often it is told.
const (
	editMark   = "e." // an edit
	unseenMark = "u." // taken from the visitor, having become a note
	goneMark   = "r." // deleted
)

// editID makes the id of an edit of the entry of. The text is part of it, for a
// desk's clock may be too coarse to tell apart two edits in a row; so is whether it
// is a note, which may turn out later.
func editID(of EntryID, version uint64, body string, note bool) EntryID {
	h := sha256.New()
	h.Write([]byte(of))
	h.Write(binary.BigEndian.AppendUint64([]byte{0}, version))
	if note {
		h.Write([]byte{0})
	}
	h.Write([]byte(body))
	return editMark + EntryID(idEncoding.EncodeToString(h.Sum(nil)[:16]))
}
