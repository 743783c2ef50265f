package slackapp_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var (
	simulationSeed  = flag.Uint64("simulation.seed", 0, "play the simulation with this seed alone")
	simulationFresh = flag.Bool("simulation.fresh", false, "play the day with a seed that was never played")
)

// A working day in which 200 connections break.
func day(seed uint64) plan {
	return plan{seed: seed, visitors: 400, messages: 20_000, reconnects: 200, span: 10 * time.Hour}
}

// Less than an hour with all that a day has.
func hour(seed uint64) plan {
	return plan{seed: seed, visitors: 40, messages: 2_000, reconnects: 20, span: 45 * time.Minute}
}

// TestEveryMessageStandsOnceAndInOrderAtBothEnds plays hours and a day with seeds that
// never change, so that whoever changes something else is not stopped by chance; with
// -simulation.fresh the day is a new one. A seed that failed is played again with
//
//	go test ./slackapp -run BothEnds -simulation.seed=…
func TestEveryMessageStandsOnceAndInOrderAtBothEnds(t *testing.T) {
	plans := []plan{hour(1), hour(2), day(3)}
	if *simulationFresh {
		plans[2].seed = rand.Uint64()
	}
	switch {
	case *simulationSeed != 0:
		plans = []plan{day(*simulationSeed)}
		if testing.Short() {
			plans[0] = hour(*simulationSeed)
		}
	case testing.Short():
		plans = plans[:1]
	case raceDetector: // which makes a day too long; the gate plays it without
		plans[2] = hour(plans[2].seed)
	}
	for _, p := range plans {
		t.Run(fmt.Sprintf("%d messages", p.messages), func(t *testing.T) {
			began := time.Now()
			found := p.simulate(t)
			t.Logf("seed %d: %s; %s", p.seed, found.shares, time.Since(began).Round(time.Second))
			found.report(t)
			found.checkShares(t, p)
			if t.Failed() {
				t.Logf("again with -simulation.seed=%d", p.seed)
			}
		})
	}
}

// report fails the test where something is wrong.
func (v verdict) report(t *testing.T) {
	t.Helper()
	for i, wrong := range v.wrong {
		if i == 30 {
			t.Errorf("and %d more", len(v.wrong)-i)
			break
		}
		t.Error(wrong)
	}
}

// checkShares sees to it that the run was as bad as planned: each fault came about
// in its share, give or take what chance does.
func (v verdict) checkShares(t *testing.T, p plan) {
	t.Helper()
	for _, x := range []struct {
		what, of string
		share    float64
	}{
		{"5xx", "call", share5xx},
		{"lost answer", "call", shareLostAnswer},
		{"429", "call", share429},
		{"odd", "call", shareOdd},
		{"twice", "event", shareTwice},
		{"never", "event", shareNever},
		{"disk", "append", shareDisk},
	} {
		all, n := float64(v.counts[x.of]), float64(v.counts[x.what])
		expected := all * x.share
		// Five standard deviations of a binomial distribution.
		if slack := 5 * math.Sqrt(expected*(1-x.share)); n == 0 || n < expected-slack || n > expected+slack {
			t.Errorf("%s: %v of %v, want about %v", x.what, n, all, expected)
		}
	}
	if n := v.counts["reconnect"]; n != p.reconnects {
		t.Errorf("%d connections were torn, want %d", n, p.reconnects)
	}
	if n := v.counts["said"]; n != p.messages {
		t.Errorf("%d messages were written, want %d", n, p.messages)
	}
	for _, what := range []string{"retry", "late", "invite", "leave", "close", "merged", "quick", "note"} {
		if v.counts[what] == 0 {
			t.Errorf("%s: never", what)
		}
	}
	// An answer that waits, because the thread cannot be read while a connection breaks
	// every other minute, can come after a close that was said later. Its author is told.
	if kept := v.counts["kept"]; kept > p.messages/20 {
		t.Errorf("%d answers came after the end of their thread: that is not what this is about", kept)
	}
}
