package slackapp_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp"
)

func TestPlacesAscendAndChangeAsFewAsTheyCan(t *testing.T) {
	for _, row := range []struct{ now, want []int }{
		{nil, nil},
		{[]int{0, 0, 0}, []int{10, 20, 30}},
		{[]int{10, 20, 30}, []int{10, 20, 30}},
		{[]int{10, 30, 20}, []int{10, 30, 40}},            // moved to the end
		{[]int{30, 10, 20}, []int{30, 40, 50}},            // moved to the front: there is no room
		{[]int{10, 40, 20, 30}, []int{10, 40, 50, 60}},    // 40 keeps what it has
		{[]int{10, 0, 20, 30}, []int{10, 15, 20, 30}},     // between two
		{[]int{bridge.MaxGroupPlace, 5}, []int{10, 20}},   // no room above: all anew
		{[]int{1, 1, 2, 2}, []int{1, 1 + 10, 21, 31}},     // ties
		{[]int{5, 0, 7, 0, 100}, []int{5, 6, 7, 17, 100}}, // where there is just room
	} {
		if got := slackapp.PlacesFor(row.now); !slices.Equal(got, row.want) {
			t.Errorf("%v becomes %v, want %v", row.now, got, row.want)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		now := make([]int, 1+rng.IntN(200))
		for i := range now {
			now[i] = rng.IntN(bridge.MaxGroupPlace + 1)
		}
		last := 0
		for i, p := range slackapp.PlacesFor(now) {
			if p <= last || p > bridge.MaxGroupPlace {
				t.Fatalf("%v: place %d is %d after %d", now, i, p, last)
			}
			last = p
		}
	}
}
