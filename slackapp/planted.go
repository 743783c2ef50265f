package slackapp

// A plantedFault is a mistake that this package could make and does not. With the
// build tag plantedfaults a test can have one made on purpose, to see that the
// simulation notices; a simulation that notices nothing proves nothing. Without the
// tag planted is always false, and the compiler leaves out what hangs on it.
//
// Each stands at the place where the mistake would be made, as
// if planted(…) { … }, and nowhere else.
type plantedFault int

const (
	// On the way in.

	ackBeforePersist  plantedFault = iota + 1 // acknowledges an event, then keeps it
	dropRetries                               // takes a delivery that is marked as a retry for known
	ignoreOrder                               // handles the messages of a channel as they come in
	dedupeByEventID                           // knows a message by its event, not by its place
	threadByTSAlone                           // looks for a thread by its ts in whatever channel
	dropStrays                                // acknowledges answers in a thread that is not recorded yet
	overtakeMissed                            // relays a live message before those that a gap swallowed
	relayNotes                                // shows visitors what is for colleagues
	noCatchUp                                 // reads nothing after a gap
	noTimedCatchUp                            // reads nothing while the connection stands
	forgetTheUnstored                         // does not read again what it heard and could not keep
	leaveEndedThreads                         // does not read a thread once more when it has ended

	// On the way out.

	repostBlindly        // posts again without looking for the post in doubt
	serverErrorIsCertain // takes a 5xx for a post that was not made
	unknownIsCertain     // takes an error that it does not know for that too
	anyEchoSettles       // takes the echo of an earlier post for that of the one in doubt
	recordBeforePost     // moves a thread's cursor before the post is made
	forgetRetryAfter     // posts on when Slack asked for a pause
	mixVoices            // merges lines of different people into one post
)

// anyThreadAt returns where some known thread starts at a ts, in whatever channel.
func (c *catchup) anyThreadAt(at address) address {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := at.ref()
	for ref := range c.known {
		if parseRef(ref).ts == at.ts && ref < first {
			first = ref
		}
	}
	return parseRef(first)
}
