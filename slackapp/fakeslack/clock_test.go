package fakeslack_test

import (
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestAManualClockMovesOnlyByHand(t *testing.T) {
	shows(t, 46)
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	c := fakeslack.NewManualClock(start)
	early, late, gone, now := c.NewTimer(time.Second), c.NewTimer(time.Minute), c.NewTimer(time.Second), c.NewTimer(0)
	gone.Stop()
	if got := <-now.C(); !got.Equal(start) {
		t.Errorf("a timer of nothing fired at %v", got)
	}
	c.Advance(2 * time.Second)
	if got := <-early.C(); !got.Equal(start.Add(2 * time.Second)) {
		t.Errorf("fired at %v", got)
	}
	for name, timer := range map[string]fakeslack.Timer{"late": late, "stopped": gone, "fired": early} {
		select {
		case at := <-timer.C():
			t.Errorf("the %s timer fired at %v", name, at)
		default:
		}
	}
	if n := c.Timers(); n != 1 {
		t.Errorf("%d timers wait", n)
	}
}
