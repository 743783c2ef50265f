//go:build !race

package slackapp_test

const raceDetector = false
