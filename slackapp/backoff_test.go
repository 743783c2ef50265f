package slackapp_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/slackapp"
)

// The tests take every random pause at its bound.

func TestPausesBetweenAttempts(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name    string
		trouble *slackapp.SocketTrouble
		want    []time.Duration
	}{
		{"failures", slackapp.NewTrouble(false, 0),
			[]time.Duration{0, 500 * ms, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second, 30 * time.Second}},
		{"connections that end at once", nil,
			[]time.Duration{0, 500 * ms, time.Second, 2 * time.Second}},
		{"what somebody has to mend", slackapp.NewTrouble(true, 0),
			[]time.Duration{0, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute, 5 * time.Minute}},
		{"Slack says when", slackapp.NewTrouble(false, 20*time.Second),
			[]time.Duration{0, 20 * time.Second, 20 * time.Second}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, slackapp.Pauses(len(c.want), c.trouble)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAfterAStableConnectionThereIsNoPause(t *testing.T) {
	if got := slackapp.PauseAfterStable(7); got != 0 {
		t.Errorf("a pause of %s", got)
	}
}
