package slackapp

import (
	"context"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// Limits of modals (docs.slack.dev/surfaces/modals, reference/block-kit).
const (
	maxViewBlocks = 100
	maxViewTitle  = 24 // also of the buttons below
	maxOptions    = 100
	maxOptionText = 75
)

// A formView makes the view of a form, in one language. Every text is a sentence to be
// translated; what people typed goes in as an argument or by the plain parts of Slack.
type formView struct {
	in   locale.Locale
	view slack.ModalViewRequest
}

// newFormView begins a modal: the callback_id of its form, what it is about, its title
// (24 characters at most in every language) and what the button says that submits it; ""
// where it only shows something.
func newFormView(in locale.Locale, callback string, s formState, title, submit string) *formView {
	v := &formView{in, slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, PrivateMetadata: s.String(),
		Title: plain(title, maxViewTitle), Close: plain(in.Say("Cancel"), maxViewTitle),
	}}
	if submit != "" {
		v.view.Submit = plain(submit, maxViewTitle)
	} else {
		v.view.Close = plain(in.Say("Close"), maxViewTitle)
	}
	return v
}

func (v *formView) add(blocks ...slack.Block) {
	v.view.Blocks.BlockSet = append(v.view.Blocks.BlockSet, blocks...)
}

// done is the view. Slack takes 100 blocks.
func (v *formView) done() *slack.ModalViewRequest {
	if all := v.view.Blocks.BlockSet; len(all) > maxViewBlocks-1 { // one is left for what is wrong, see refilled
		v.view.Blocks.BlockSet = all[:maxViewBlocks-1]
	}
	return &v.view
}

// say adds a paragraph of mrkdwn.
func (v *formView) say(mrkdwn string) {
	v.add(slack.NewSectionBlock(verbatim(cutText(mrkdwn, maxSectionRunes)), nil, nil))
}

// aside adds a small grey line of mrkdwn.
func (v *formView) aside(mrkdwn string) {
	v.add(slack.NewContextBlock("", verbatim(cutText(mrkdwn, maxSectionRunes))))
}

// field adds an input: its name, by which filled finds it, its label, the element, and a
// hint below, "" for none. Slack does not submit while one that is not optional is empty.
func (v *formView) field(name, label, hint string, optional bool, element slack.BlockElement) *slack.InputBlock {
	b := slack.NewInputBlock(name, plain(label, 2000), nil, element)
	if hint != "" {
		b.Hint = plain(hint, 2000)
	}
	b.Optional = optional
	v.add(b)
	return b
}

// typed is an element for text: what stands there at first and its most characters, up
// to 3,000.
func typed(initial string, most int, lines bool) *slack.PlainTextInputBlockElement {
	e := slack.NewPlainTextInputBlockElement(nil, "typed")
	e.InitialValue, e.MaxLength, e.Multiline = cutText(initial, most), most, lines
	return e
}

// choice is an option of a menu: its value, at most 150 characters, and what it says.
func choice(value, says string) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(value, plain(says, maxOptionText), nil)
}

// pick is a menu of which one option is taken, the one with the value chosen at first.
// Of more than 100 options the first are shown.
func pick(chosen string, options ...*slack.OptionBlockObject) *slack.SelectBlockElement {
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, "pick", options[:min(len(options), maxOptions)]...)
	for _, o := range e.Options {
		if o.Value == chosen {
			e.InitialOption = o
		}
	}
	return e
}

// radio is up to ten options, all of which are seen.
func radio(chosen string, options ...*slack.OptionBlockObject) *slack.RadioButtonsBlockElement {
	e := slack.NewRadioButtonsBlockElement("pick", options...)
	for _, o := range options {
		if o.Value == chosen {
			e.InitialOption = o
		}
	}
	return e
}

// checks is up to ten options of which any may be taken.
func checks(chosen func(value string) bool, options ...*slack.OptionBlockObject) *slack.CheckboxGroupsBlockElement {
	e := slack.NewCheckboxGroupsBlockElement("check", options...)
	for _, o := range options {
		if chosen(o.Value) {
			e.InitialOptions = append(e.InitialOptions, o)
		}
	}
	return e
}

// persons lets any number of people be chosen.
func persons(initial []string) *slack.MultiSelectBlockElement {
	e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeUser, nil, "people")
	e.InitialUsers = initial
	return e
}

// elementAs gives an element another action_id. Slack keeps what stands in an element as
// long as its ids stay, so this is how a view shows something else in it.
func elementAs(e slack.BlockElement, action string) slack.BlockElement {
	switch e := e.(type) {
	case *slack.PlainTextInputBlockElement:
		e.ActionID = action
	case *slack.SelectBlockElement:
		e.ActionID = action
	case *slack.MultiSelectBlockElement:
		e.ActionID = action
	case *slack.RadioButtonsBlockElement:
		e.ActionID = action
	case *slack.CheckboxGroupsBlockElement:
		e.ActionID = action
	}
	return e
}

// waitingView stands in the place of a form that is not ready yet.
func waitingView(in locale.Locale) *slack.ModalViewRequest {
	return saidView(in, reply{text: in.Say("One moment…")})
}

// saidForm is what the modal is called that only says something.
const saidForm = "said"

func init() { forms[saidForm] = form{least: member, press: (*App).pressedSaid} }

// saidView says something in a modal, with the buttons that it may have.
func saidView(in locale.Locale, r reply) *slack.ModalViewRequest {
	v := newFormView(in, saidForm, formState{}, "Chatgroups", "")
	r.charts = nil
	v.add(r.blocks()...)
	return v.done()
}

// pressedSaid takes a button of what was said in a modal: what it does is said in its
// place.
func (a *App) pressedSaid(ctx context.Context, req request, _ filled, p press) (formResult, error) {
	text, ok := typedBy(p.action, p.value)
	if !ok {
		return formResult{reply: req.say("Nothing was done.")}, nil
	}
	req.text = text
	r := a.perform(ctx, req)
	return formResult{reply: r, view: r.view}, nil
}
