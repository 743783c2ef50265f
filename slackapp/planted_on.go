//go:build plantedfaults

package slackapp

import "sync/atomic"

var plantedNow atomic.Int64

// planted reports whether a fault is to be made on purpose.
func planted(f plantedFault) bool { return plantedFault(plantedNow.Load()) == f }

var plantedNames = [...]string{
	0:                    "none",
	ackBeforePersist:     "ack before persist",
	dropRetries:          "drop retries",
	ignoreOrder:          "ignore the order within a channel",
	dedupeByEventID:      "dedupe by event id only",
	threadByTSAlone:      "match threads by ts alone",
	dropStrays:           "drop answers that are quicker than the record of their thread",
	overtakeMissed:       "relay before the earlier missed ones",
	relayNotes:           "relay notes",
	noCatchUp:            "no catch-up after a gap",
	noTimedCatchUp:       "no catch-up without a gap",
	forgetTheUnstored:    "do not read again what could not be kept",
	leaveEndedThreads:    "leave ended threads unread",
	repostBlindly:        "retry without look-up",
	serverErrorIsCertain: "treat 5xx as a certain failure",
	unknownIsCertain:     "treat an unknown error as a certain failure",
	anyEchoSettles:       "let any echo settle a doubt",
	recordBeforePost:     "advance the cursor before the post is made",
	forgetRetryAfter:     "forget Retry-After",
	mixVoices:            "merge the lines of different people",
}
