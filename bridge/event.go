package bridge

import "time"

// An Event is an entry as the visitor may see it.
type Event struct {
	Seq       uint64 // the visitor's own numbering, without holes
	Kind      Kind
	ID        EntryID
	At        time.Time
	By        EventAuthor
	Body      string
	Rich      RichText // Body with its looks; nil where there are none
	Files     []EventFile
	Stars     int     // for KindRated, 1 to MaxStars
	Of        EntryID // for KindEdited and KindDeleted: the message they are about
	Group     GroupID // set for KindJoined and KindLeft
	GroupName string
	Mine      bool // written by this visitor
}

// An EventFile is a file without its place at the desk: Bridge.OpenFile gives it by
// the event's ID and its number.
type EventFile struct {
	Name, Type string
	Size       int64
}

// EventAuthor names an author without anything of the desk's: Avatar is a file
// name for Bridge.Avatar.
type EventAuthor struct {
	Role   Role
	Name   string
	Avatar string
}

func (b *Bridge) event(w WorkspaceID, e Entry) Event {
	ev := Event{
		Seq: e.Line, Kind: e.Kind, ID: e.ID, At: e.At, By: b.author(w, e.By),
		Body: e.Body, Rich: e.Rich, Stars: e.Stars, Of: e.Of, Mine: e.By.Role == RoleVisitor,
	}
	for _, f := range e.Files {
		ev.Files = append(ev.Files, EventFile{f.Name, f.Type, f.Size})
	}
	// Out of whose channel a reply came is left out: visitors talk to people.
	if e.Kind == KindJoined || e.Kind == KindLeft {
		ev.Group, ev.GroupName = e.Group, e.GroupName
	}
	return ev
}

// author shows an agent as the directory has them now.
func (b *Bridge) author(w WorkspaceID, a Author) EventAuthor {
	out := EventAuthor{Role: a.Role, Name: a.Name}
	if a.Agent != "" {
		if known, ok := b.Agent(w, a.Agent); ok {
			out.Name, out.Avatar = known.Name, known.AvatarName
		}
	}
	return out
}
