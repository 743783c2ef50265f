package fakeslack

// eventsPerHour is how many events an app gets of a workspace in 60 minutes.
//
// Documented: apis/events-api, "Rate limiting".
const eventsPerHour = 30_000

// An eventLimit counts the events of one installation. It is guarded by
// Workspace.mu.
type eventLimit struct {
	hour     hourly
	notified int64 // the minute of the last app_rate_limited
}

// rateLimited is sent instead of the events of a minute that are too many
// (reference/events/app_rate_limited).
type rateLimited struct {
	Token             string `json:"token"`
	Type              string `json:"type"`
	TeamID            string `json:"team_id"`
	MinuteRateLimited int64  `json:"minute_rate_limited"`
	APIAppID          string `json:"api_app_id"`
}

// mayTell counts one more event, or drops it where there are too many: then the
// app is told so once a minute.
func (i *install) mayTell() bool {
	l := i.w.cfg.Limits
	if l.Off {
		return true
	}
	most := l.EventsPerHour
	if most == 0 {
		most = eventsPerHour
	}
	now := i.w.clock.Now()
	if sent, _ := i.events.hour.sum(now); sent < most {
		i.events.hour.add(now, true)
		return true
	}
	minute := now.Unix() / 60
	if i.events.notified != minute {
		i.events.notified = minute
		i.w.deliver(&delivery{to: i, kind: eventsAPI, label: "app_rate_limited", payload: &payload{value: rateLimited{
			Token: verificationToken, Type: "app_rate_limited", TeamID: i.w.cfg.TeamID,
			MinuteRateLimited: minute * 60, APIAppID: i.AppID,
		}}})
	}
	return false
}
