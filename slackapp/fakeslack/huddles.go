package fakeslack

import (
	"encoding/json"
	"fmt"
)

// A room is a huddle as the message about it describes it.
type room struct {
	ID           string   `json:"id"`
	CreatedBy    string   `json:"created_by"`
	DateStart    int64    `json:"date_start"`
	DateEnd      int64    `json:"date_end"`
	Participants []string `json:"participants"`
	History      []string `json:"participant_history"`
	HasEnded     bool     `json:"has_ended"`
	CallFamily   string   `json:"call_family"`
}

// StartHuddle lets a person start a huddle in a channel, or in a thread of it, and
// returns the ts of the message by which Slack shows it.
//
// Observed: a message of the subtype huddle_thread with a room; it is described
// nowhere.
func (w *Workspace) StartHuddle(user, channel, threadTS string) (ts string, err error) {
	err = w.act(func() error {
		c, err := w.writableChannel(user, channel)
		if err != nil {
			return err
		}
		ts = w.post(c, &Message{
			Type: "message", Subtype: "huddle_thread", User: user,
			Room: marshal(room{
				ID: w.newID("R"), CreatedBy: user, DateStart: w.clock.Now().Unix(), CallFamily: "huddle",
				Participants: []string{user}, History: []string{user},
			}),
		}, draft{threadTS: threadTS, quiet: true}).msg.TS
		return nil
	})
	return ts, err
}

// EndHuddle ends a huddle: its message changes.
func (w *Workspace) EndHuddle(channel, ts string) error {
	return w.act(func() error {
		c := w.findChannel(channel)
		if c == nil {
			return noSuchChannel(channel)
		}
		e := c.find(ts)
		var r room
		if e == nil || json.Unmarshal(e.msg.Room, &r) != nil {
			return fmt.Errorf("fakeslack: message %s is no huddle; StartHuddle returns the ts of one", ts)
		}
		r.HasEnded, r.DateEnd, r.Participants = true, w.clock.Now().Unix(), []string{}
		next := *e.msg
		next.Room = marshal(r)
		w.edit(c, e, &next)
		return nil
	})
}
