package slackapp

import (
	"fmt"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// groupState says in mrkdwn whether a group takes chats, why, and until when: no whole
// sentence, as it stands in lists too.
func groupState(in locale.Locale, g bridge.Group) string {
	return opennessOf(in, g, g.WhenRead(), moment)
}

// opennessOf says how a group stands at some moment; show writes moments.
func opennessOf(in locale.Locale, g bridge.Group, o bridge.Openness, show func(time.Time) string) string {
	if o.Open {
		return whyOpen(in, g, o, show)
	}
	return whyClosed(in, g, o, show)
}

func whyOpen(in locale.Locale, g bridge.Group, o bridge.Openness, show func(time.Time) string) string {
	switch {
	case o.Why == bridge.ReasonSwitchedOn && o.Until.IsZero():
		return in.Say("*Open* by hand, until somebody switches it")
	case o.Why == bridge.ReasonSwitchedOn:
		return in.Say("*Open* by hand until %s", show(o.Until))
	}
	end := closing(g, o)
	switch {
	case end.IsZero():
		return in.Say("*Open* at all hours")
	case o.Why == bridge.ReasonException && o.Name != "":
		return in.Say("*Open* until %s, by the times of %s", show(end), mrkdwn.Escape(o.Name))
	case o.Why == bridge.ReasonException:
		return in.Say("*Open* until %s: this day has times of its own", show(end))
	}
	return in.Say("*Open* until %s, by its hours", show(end))
}

// maxChanges is how many changes ahead it is looked for the one that closes a group.
const maxChanges = 50

// closing is when an open group is closed by itself, zero where that is far away. Before
// that it may be open for another reason, which concerns nobody.
func closing(g bridge.Group, o bridge.Openness) time.Time {
	for range maxChanges {
		end := o.Until
		if end.IsZero() {
			break
		}
		if o = g.Openness(end, bridge.Presence{}); !o.Open {
			return end
		}
	}
	return time.Time{}
}

func whyClosed(in locale.Locale, g bridge.Group, o bridge.Openness, show func(time.Time) string) string {
	name := mrkdwn.Escape(o.Name)
	switch o.Why {
	case bridge.ReasonNoChannel:
		return in.Say("has no channel yet, so it is not offered to visitors")
	case bridge.ReasonShut:
		return in.Say("*Out of reach*, so visitors see it as away: `/chatgroups doctor` says why")
	case bridge.ReasonSwitchedOff:
		return byHand(in, o, show)
	case bridge.ReasonPresence:
		return in.Count(g.LeastPresent, "*Closed* while fewer than %d of its people is active", "*Closed* while fewer than %d of its people are active")
	case bridge.ReasonHoliday, bridge.ReasonException:
		switch {
		case o.Back.IsZero() && name != "":
			return in.Say("*Closed* for %s", name)
		case o.Back.IsZero():
			return in.Say("*Closed*: this day is an exception")
		case name != "":
			return in.Say("*Closed* for %s, opens %s", name, show(o.Back))
		}
		return in.Say("*Closed*: this day is an exception; opens %s", show(o.Back))
	}
	if o.Back.IsZero() {
		return in.Say("*Closed*: its hours have no opening")
	}
	return in.Say("*Closed* by its hours, opens %s", show(o.Back))
}

func byHand(in locale.Locale, o bridge.Openness, show func(time.Time) string) string {
	switch {
	case o.Until.IsZero():
		return in.Say("*Closed* by hand, until somebody switches it")
	case o.Back.IsZero() || o.Back.Equal(o.Until):
		return in.Say("*Closed* by hand until %s", show(o.Until))
	}
	return in.Say("*Closed* by hand until %s, then by its hours; opens %s", show(o.Until), show(o.Back))
}

// moment is a time that Slack shows in the language and time zone of whoever reads it
// (docs.slack.dev/messaging/formatting-message-text, date formatting).
func moment(t time.Time) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", t.Unix(), t.UTC().Format("2006-01-02 15:04 UTC"))
}
