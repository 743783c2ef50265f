package slackapp

import (
	"errors"
	"fmt"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// A request is what a person asked of the app, in words; a pressed button becomes
// the words that do the same. So `/chatgroups`, `@chatgroups` in a thread and the
// buttons are three ways to one implementation.
type request struct {
	user    string
	home    string // the person's workspace, as far as Slack says
	channel string
	thread  address // where it was asked; no ts outside of threads
	text    string
	// trigger lets the app open a modal for the person, once and within three
	// seconds; "" where Slack gave none, as for a mention.
	trigger string

	// Set by admit.
	who  person
	role role
	name string        // what the person is called
	in   locale.Locale // the language in which to answer
}

// by is the person as an author.
func (r request) by() bridge.Author {
	return bridge.Author{Role: bridge.RoleAgent, Agent: bridge.AgentID(r.user), Name: r.name}
}

// say answers in the person's language; format is as for locale.Locale.Say.
func (r request) say(format string, args ...any) reply {
	return reply{text: r.in.Say(format, args...)}
}

// refuse answers with an error, as mrkdwn.
func (r request) refuse(err error) reply {
	return reply{text: escapeSentence(sentence(r.in, err))}
}

// sentence is an error in words for a person, not escaped. What is our own fault is
// not explained to them; the log has it.
func sentence(in locale.Locale, err error) string {
	e, ok := errors.AsType[*bridge.Error](err)
	if !ok || e.Code == bridge.CodeInternal {
		return in.Say("That did not work: something is wrong on our side. Try again; if it stays so, ask an admin to look at `/chatgroups doctor`.")
	}
	return upperFirst(clause(in, e)) + "."
}

// clause is an error's message in a language, with no capital and no full stop.
func clause(in locale.Locale, e *bridge.Error) string {
	if e.Format == "" {
		return e.Message
	}
	args := make([]any, len(e.Args))
	for i, arg := range e.Args {
		if refusal, ok := arg.(slackRefusal); ok {
			arg = refusal.clause(in)
		} else if inner, ok := arg.(error); ok {
			if known, ok := errors.AsType[*bridge.Error](inner); ok {
				arg = clause(in, known)
			} else {
				arg = fmt.Sprint(inner)
			}
		}
		args[i] = arg
	}
	return in.Say(e.Format, args...)
}
