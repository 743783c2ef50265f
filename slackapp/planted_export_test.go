//go:build plantedfaults

package slackapp

// PlantedFaults are the names of the faults that can be planted, the first of which
// is none.
var PlantedFaults = plantedNames[:]

// Plant makes the nth of PlantedFaults from now on.
func Plant(n int) { plantedNow.Store(int64(n)) }
