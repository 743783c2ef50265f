package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// A form is a kind of modal, known to Slack by its callback_id: what is done with
// what people fill in and choose there. Who may is asked anew each time. Its views
// are made by formView.
type form struct {
	least role
	// submit carries out what was filled in. With an error the modal stays as it was
	// filled in, and says so: at the field where the error is a *fieldError, else on top.
	submit func(*App, context.Context, request, filled) (formResult, error)
	// press takes a button or a choice that acts at once, by its action id. With an
	// error nothing changes but what the modal says on top.
	press func(*App, context.Context, request, filled, press) (formResult, error)
	// options are those of a menu that asks while somebody types.
	options func(*App, context.Context, request, filled, ask) ([]*slack.OptionBlockObject, error)
}

// forms is filled by init of the files that have one, by callback_id.
var forms = map[string]form{}

// A press is what was pressed or chosen in a view: the value of a button or option.
type press struct{ action, block, value string }

// An ask is what somebody typed into a menu with an external source.
type ask struct{ action, block, typed string }

// A formResult is what comes of a form. The zero value closes it.
type formResult struct {
	reply reply                   // is told to the person; the modal is closed
	view  *slack.ModalViewRequest // takes the place of the modal
	push  *slack.ModalViewRequest // is shown over it
	under *slack.ModalViewRequest // takes the place of the one below, which a closing modal uncovers
	stay  bool                    // for a press: nothing changes
}

// A fieldError is a refusal that concerns one field of a form.
type fieldError struct {
	field string // its block_id
	err   error
}

func (e *fieldError) Error() string { return e.field + ": " + e.err.Error() }
func (e *fieldError) Unwrap() error { return e.err }

// inField says at which field of a form an error is shown; nil stays nil.
func inField(field string, err error) error {
	if err == nil {
		return nil
	}
	return &fieldError{field, err}
}

// viewPayload is a view as interactions tell it
// (docs.slack.dev/reference/interaction-payloads/view-interactions-payload).
type viewPayload struct {
	ID         string `json:"id"`
	Type       string `json:"type"` // modal, home
	CallbackID string `json:"callback_id"`
	Hash       string `json:"hash"`
	PreviousID string `json:"previous_view_id"`
	Metadata   string `json:"private_metadata"`
	State      struct {
		Values map[string]map[string]fieldValue `json:"values"`
	} `json:"state"`

	raw json.RawMessage
}

func (v *viewPayload) UnmarshalJSON(data []byte) error {
	type plain viewPayload
	if err := json.Unmarshal(data, (*plain)(v)); err != nil {
		return err
	}
	v.raw = append(json.RawMessage(nil), data...)
	return nil
}

// viewAnswer is the body that acknowledges a view_submission
// (docs.slack.dev/surfaces/modals, "Handling view_submission").
type viewAnswer struct {
	Action string                  `json:"response_action"`
	Errors map[string]string       `json:"errors,omitempty"`
	View   *slack.ModalViewRequest `json:"view,omitempty"`
}

// submitted takes a filled-in modal. Slack waits three seconds for what becomes of it;
// what takes longer is shown in the modal when it is there.
func (a *App) submitted(p interactionPayload) (json.RawMessage, error) {
	req := p.request()
	in := a.people.locale(req.user)
	result, inTime, running := within(a, prompt,
		func(ctx context.Context) viewAnswer { return a.submit(ctx, req, p.View) },
		func(ctx context.Context, r viewAnswer) { a.showLate(ctx, in, p.View, r) })
	switch {
	case !running:
		result = viewAnswer{Action: "update", View: saidView(in, reply{text: stoppingNow(in)})}
	case !inTime:
		result = viewAnswer{Action: "update", View: waitingView(in)}
	}
	if result.Action == "" {
		return nil, nil
	}
	return json.Marshal(result)
}

func (a *App) submit(ctx context.Context, req request, v viewPayload) viewAnswer {
	o, err := a.fill(ctx, &req, v, func(f form, filled filled) (formResult, error) {
		return f.submit(a, ctx, req, filled)
	})
	if err != nil {
		return a.formRefused(req.in, v, err)
	}
	if o.under != nil && v.PreviousID != "" {
		a.updateView(ctx, v.PreviousID, o.under)
	}
	switch {
	case o.view != nil:
		return viewAnswer{Action: "update", View: o.view}
	case o.push != nil:
		return viewAnswer{Action: "push", View: o.push}
	case o.reply.text == "":
		return viewAnswer{}
	case req.channel == "":
		return viewAnswer{Action: "update", View: saidView(req.in, o.reply)}
	}
	a.later(func(ctx context.Context) { a.answer(ctx, req, o.reply) })
	return viewAnswer{Action: "clear"}
}

// fill finds the form of a view and whether the person may use it, and calls do. req
// is completed.
func (a *App) fill(ctx context.Context, req *request, v viewPayload, do func(form, filled) (formResult, error)) (formResult, error) {
	f, known := forms[v.CallbackID]
	if !known {
		return formResult{}, bridge.Errorf(bridge.CodeInvalid, "this form is from another version of the program: close it and open it again")
	}
	what := readFilled(v)
	req.channel, req.thread = what.Channel, address{what.Channel, what.Thread}
	if err := a.admit(ctx, req); err != nil {
		return formResult{}, err
	}
	if err := req.require(f.least); err != nil {
		return formResult{}, err
	}
	return do(f, what)
}

// formRefused keeps a modal as it was filled in, with what is wrong.
func (a *App) formRefused(in locale.Locale, v viewPayload, err error) viewAnswer {
	if bridge.CodeOf(err) == bridge.CodeInternal {
		a.log.Error().Err(err).Str("form", v.CallbackID).Msg("carry out a form")
	}
	said := sentence(in, err)
	if field, ok := errors.AsType[*fieldError](err); ok && v.State.Values[field.field] != nil {
		return viewAnswer{Action: "errors", Errors: map[string]string{field.field: atField(in, said)}}
	}
	view, ok := refilled(v, escapeSentence(said))
	if !ok {
		return viewAnswer{Action: "update", View: saidView(in, reply{text: escapeSentence(said)})}
	}
	return viewAnswer{Action: "update", View: view}
}

// channelLink is a channel as Slack shows it in messages by its name.
var channelLink = regexp.MustCompile(`<#[A-Z0-9]+(\|[^>]*)?>`)

// atField is a sentence as it stands at a field, where Slack shows plain text: the
// channel there is the one that was chosen.
func atField(in locale.Locale, said string) string {
	return upperFirst(channelLink.ReplaceAllLiteralString(said, in.Say("this channel")))
}

// showLate shows what a modal that says that it waits had to wait for.
func (a *App) showLate(ctx context.Context, in locale.Locale, v viewPayload, r viewAnswer) {
	view := r.View
	switch r.Action {
	case "errors": // they can only be an answer: said on top instead
		for _, said := range r.Errors {
			if again, ok := refilled(v, escapeSentence(said)); ok {
				view = again
			}
		}
	case "", "clear":
		view = saidView(in, reply{text: in.Say("Done.")})
	}
	a.updateView(ctx, v.ID, view)
}

// pressedIn takes what was pressed in a modal.
func (a *App) pressedIn(ctx context.Context, p interactionPayload) {
	req := p.request()
	act := p.Actions[0]
	in := press{action: act.ActionID, block: act.BlockID, value: act.chosen()}
	o, err := a.fill(ctx, &req, p.View, func(f form, filled filled) (formResult, error) {
		if f.press == nil {
			return formResult{stay: true}, nil
		}
		return f.press(a, ctx, req, filled, in)
	})
	if err != nil {
		answer := a.formRefused(req.in, p.View, err)
		if answer.Action == "errors" { // a press has no answer to put them into
			answer.View, _ = refilled(p.View, escapeSentence(sentence(req.in, err)))
		}
		a.updateView(ctx, p.View.ID, answer.View)
		return
	}
	switch {
	case o.stay:
	case o.view != nil:
		a.updateView(ctx, p.View.ID, o.view)
	case o.push != nil:
		if _, err := a.api.PushViewContext(ctx, p.TriggerID, *o.push); err != nil {
			a.viewFailed("views.push", err)
		}
	default:
		if o.reply.text == "" {
			o.reply.text = req.in.Say("Done.")
		}
		a.updateView(ctx, p.View.ID, saidView(req.in, o.reply))
	}
}

// suggestions answers a menu that asks while somebody types.
func (a *App) suggestions(p interactionPayload) (json.RawMessage, error) {
	req := p.request()
	type answer struct {
		Options []*slack.OptionBlockObject `json:"options"`
	}
	result, _, _ := within(a, prompt, func(ctx context.Context) answer {
		found := answer{Options: []*slack.OptionBlockObject{}}
		_, err := a.fill(ctx, &req, p.View, func(f form, filled filled) (formResult, error) {
			if f.options == nil {
				return formResult{}, nil
			}
			options, err := f.options(a, ctx, req, filled, ask{p.ActionID, p.BlockID, p.Value})
			found.Options = append(found.Options, options[:min(len(options), maxOptions)]...)
			return formResult{}, err
		})
		if err != nil {
			a.log.Warn().Err(err).Str("form", p.View.CallbackID).Msg("suggest what could be chosen")
		}
		return found
	}, func(context.Context, answer) {})
	if result.Options == nil {
		result.Options = []*slack.OptionBlockObject{}
	}
	body, err := json.Marshal(result)
	for err == nil && len(body) > maxInline { // a socket drops it: who types more finds the others
		result.Options = result.Options[:len(result.Options)*3/4]
		body, err = json.Marshal(result)
	}
	return body, err
}

// holdFor is how long a form may take to be made before another view is opened in
// its place, since Slack takes a trigger back after three seconds.
const holdFor = 1500 * time.Millisecond

// obey performs what a person asked and opens the modal that may be the answer to it;
// then the reply says nothing.
func (a *App) obey(ctx context.Context, req request) reply {
	if req.trigger == "" || !mayOpenForm(req.text) {
		return a.perform(ctx, req)
	}
	result := make(chan reply, 1)
	if !a.later(func(ctx context.Context) { result <- a.perform(ctx, req) }) {
		return reply{text: stoppingNow(a.people.locale(req.user))}
	}
	due, stop := a.cfg.Clock.NewTimer(holdFor)
	defer stop()
	select {
	case r := <-result:
		return a.open(ctx, req, r)
	case <-due:
	}
	in := a.people.locale(req.user)
	waiting, err := a.api.OpenViewContext(ctx, req.trigger, *waitingView(in))
	r := <-result
	if err != nil {
		a.viewFailed("views.open", err)
		if r.view != nil {
			return reply{text: tooLong(in)}
		}
		return r
	}
	view := r.view
	if view == nil {
		view = saidView(in, r)
	}
	a.updateView(ctx, waiting.ID, view)
	return reply{}
}

func tooLong(in locale.Locale) string {
	return in.Say("That took too long for Slack to open the form: ask for it once more.")
}

// mayOpenForm reports whether a command is one that may be answered with a modal.
func mayOpenForm(text string) bool {
	words := splitWords(text)
	return len(words) > 0 && verbs[words[0]].form
}

// open opens the modal of a reply that has one, and returns what is left to be said.
func (a *App) open(ctx context.Context, req request, r reply) reply {
	if r.view == nil {
		return r
	}
	_, err := a.api.OpenViewContext(ctx, req.trigger, *r.view)
	if err == nil {
		return reply{}
	}
	v := a.viewFailed("views.open", err)
	in := a.people.locale(req.user)
	switch v.code {
	case "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id":
		return reply{text: tooLong(in)}
	}
	return reply{text: in.Say("Slack did not open the form just now: try again in a moment.")}
}

func (a *App) updateView(ctx context.Context, id string, view *slack.ModalViewRequest) {
	if view == nil {
		return
	}
	if _, err := a.api.UpdateViewContext(ctx, *view, "", "", id); err != nil {
		a.viewFailed("views.update", err)
	}
}

func (a *App) viewFailed(method string, err error) verdict {
	v := classify(err, true)
	a.metrics.call(method, v)
	a.log.Warn().Str("code", v.code).Str("method", method).Msg("show a form")
	return v
}
