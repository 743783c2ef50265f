package fakeslack_test

import (
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func limits(l fakeslack.Limits) func(*fakeslack.Config, *fakeslack.App) {
	return func(c *fakeslack.Config, _ *fakeslack.App) { c.Limits = l }
}

func TestOnePostASecondInAChannelAfterABurst(t *testing.T) {
	shows(t, 27)
	w := newWorld(t, limits(fakeslack.Limits{}))
	other := w.AddChannel("other", false, w.app.BotUserID)
	post := func(channel string) answer { return w.call("chat.postMessage", "channel", channel, "text", "x") }
	for range 3 {
		post(w.chat).ok(t)
	}
	a := post(w.chat)
	a.refused(t, "ratelimited")
	if a.status != 429 || a.header.Get("Retry-After") != "1" {
		t.Errorf("got %d, Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
	post(other).ok(t)            // another channel is another limit
	w.call("auth.test").ok(t)    // so is another method
	w.clock.Advance(time.Second) // one more a second
	post(w.chat).ok(t)           //
	post(w.chat).refused(t, "ratelimited")
	w.clock.Advance(time.Minute) // never more than the burst
	for range 3 {
		post(w.chat).ok(t)
	}
	post(w.chat).refused(t, "ratelimited")
}

func TestTiersLimitEachMethod(t *testing.T) {
	shows(t, 27)
	w := newWorld(t, limits(fakeslack.Limits{}))
	for range 20 {
		w.call("users.list").ok(t)
	}
	a := w.call("users.list")
	if a.status != 429 || a.header.Get("Retry-After") != "3" {
		t.Errorf("got %d, Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
	w.call("users.info", "user", w.ann.ID).ok(t)
	w.clock.Advance(3 * time.Second)
	w.call("users.list").ok(t)
	w.call("users.list").refused(t, "ratelimited")
}

func TestLimitsOfSingleMethodsAndOfAllPosts(t *testing.T) {
	shows(t, 27)
	w := newWorld(t, limits(fakeslack.Limits{PerMinute: map[string]int{"auth.test": 2}, PostsPerMinute: 4, PostBurst: 100}))
	w.call("auth.test").ok(t)
	w.call("auth.test").ok(t)
	w.call("auth.test").refused(t, "ratelimited")
	for range 4 {
		w.botPost("text", "x")
	}
	w.call("chat.postMessage", "channel", w.chat, "text", "x").refused(t, "ratelimited")
}

func TestTheRuleOf2025ForDistributedApps(t *testing.T) {
	shows(t, 27)
	w := newWorld(t, limits(fakeslack.Limits{NonMarketplace: true}))
	for range 20 {
		w.say(w.ann, "x")
	}
	if got := w.history("limit", "100"); len(got) != 15 {
		t.Errorf("%d messages", len(got))
	}
	a := w.call("conversations.history", "channel", w.chat)
	if a.status != 429 || a.header.Get("Retry-After") != "60" {
		t.Errorf("got %d, Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
}

func TestTooManyEventsOfAnHourAreDropped(t *testing.T) {
	shows(t, 50)
	w := newWorld(t, limits(fakeslack.Limits{EventsPerHour: 2}))
	l := w.connect()
	for _, text := range []string{"a", "b", "dropped", "dropped too"} {
		w.say(w.ann, text)
	}
	for _, want := range []string{"a", "b"} {
		e := l.next()
		l.ack(e)
		if e.event("text") != want {
			t.Errorf("got %v, want %s", e.Payload, want)
		}
	}
	limited := func() {
		t.Helper()
		e := l.next()
		l.ack(e)
		if e.Type != "events_api" || e.Payload["type"] != "app_rate_limited" || e.Payload["team_id"] != w.TeamID() ||
			e.Payload["api_app_id"] != w.app.AppID || e.Payload["minute_rate_limited"] != float64(w.clock.Now().Unix()/60*60) {
			t.Errorf("got %v", e.Payload)
		}
		w.until("the ack", func() bool { return w.InFlight() == 0 })
	}
	limited()
	w.clock.Advance(time.Minute)
	w.say(w.ann, "dropped again")
	limited() // once a minute
	w.clock.Advance(time.Hour)
	w.say(w.ann, "c")
	if e := l.next(); e.event("text") != "c" {
		t.Errorf("got %v", e.Payload)
	}
}
