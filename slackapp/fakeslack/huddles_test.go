package fakeslack_test

import "testing"

func TestAHuddleIsAMessageWithARoom(t *testing.T) {
	shows(t, 49)
	w := newWorld(t)
	l := w.connect()
	root := w.say(w.ann, "root")
	l.ack(l.next())
	ts := must[string](t)(w.StartHuddle(w.ann.ID, w.chat, root))
	e := l.next()
	l.ack(e)
	if e.event("subtype") != "huddle_thread" || e.event("thread_ts") != root || dig(e.Payload, "event.room.created_by") != w.ann.ID {
		t.Errorf("the event is %v", e.Payload["event"])
	}
	if n := w.Notified(w.chat, ts); n != nil {
		t.Errorf("notified %v", n)
	}
	if err := w.EndHuddle(w.chat, ts); err != nil {
		t.Fatal(err)
	}
	if e := l.next(); e.event("subtype") != "message_changed" || dig(e.Payload, "event.message.room.has_ended") != true {
		t.Errorf("the event is %v", e.Payload["event"])
	}
	if err := w.EndHuddle(w.chat, root); err == nil {
		t.Error("a message that is no huddle ends")
	}
}
