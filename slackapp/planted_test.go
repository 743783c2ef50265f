//go:build plantedfaults

package slackapp_test

import (
	"testing"

	"github.com/chatgroups/chatgroups/slackapp"
)

// TestEachPlantedFaultIsCaught plays an hour with each fault that the package can
// be made to have, and demands that the judge finds something wrong; and with none,
// nothing. A fault that needs several things to coincide may take another hour.
func TestEachPlantedFaultIsCaught(t *testing.T) {
	defer slackapp.Plant(0)
	for n, name := range slackapp.PlantedFaults {
		t.Run(name, func(t *testing.T) {
			slackapp.Plant(n)
			if n == 0 {
				hour(2).simulate(t).report(t)
				return
			}
			for seed := range uint64(3) {
				if wrong := hour(2 + seed).simulate(t).wrong; len(wrong) > 0 {
					t.Logf("%d things are wrong, such as: %.200s", len(wrong), wrong[0])
					return
				}
			}
			t.Error("nothing was found wrong")
		})
	}
}
