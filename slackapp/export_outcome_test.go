package slackapp

// OutcomeOf is what is known of a call that Slack refused with a code.
func OutcomeOf(code string) string { return outcomeOf(code).String() }

// Classify is what is known of a call that ended with an error after its request
// was written.
func Classify(err error) (outcome, code string) {
	v := classify(err, true)
	return v.outcome.String(), v.code
}
