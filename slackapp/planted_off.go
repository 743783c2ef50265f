//go:build !plantedfaults

package slackapp

// planted reports whether a fault is to be made on purpose.
func planted(plantedFault) bool { return false }
