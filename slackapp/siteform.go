package slackapp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// siteForm is the form by which a site is made and changed; previewForm shows what its
// visitors see.
const (
	siteForm    = "site"
	previewForm = "site_preview"
)

func init() {
	forms[siteForm] = form{least: manager, submit: (*App).submitSite, press: (*App).pressSite}
	forms[previewForm] = form{least: manager, press: (*App).pressPreview}
}

// The fields of the form. Those that bridge refuses by name are called as in Site.
const (
	siteNameField = "Name"
	siteOrigins   = "Origins"
	siteGroups    = "Groups"
	siteTitle     = "title"
	siteQuestion  = "question"
	siteConsent   = "Consent"
	siteTexts     = "Texts"
	siteLanguage  = "Language"
	siteAccent    = "Accent"
	siteFields    = "Fields"
	siteFiles     = "MaxFileBytes"
)

// actionPreview shows what visitors would see of what is filled in.
const actionPreview = "preview"

// maxSiteLines is the most characters of a field of several lines, as Slack has it.
const maxSiteLines = 3000

// siteView is the form, filled with a site; trouble is a sentence of mrkdwn on top, or "".
func (a *App) siteView(in locale.Locale, state formState, s bridge.Site, trouble string) *slack.ModalViewRequest {
	state.Site, state.Revision = s.ID, s.Revision
	title, submit := in.Say("New site"), in.Say("Create")
	if s.ID != "" {
		title, submit = in.Say("Edit site"), in.Say("Save")
	}
	v := newFormView(in, siteForm, state, title, submit)
	if trouble != "" {
		v.add(withID(slack.NewSectionBlock(verbatim(":warning: "+trouble), nil, nil), troubleBlock))
	}
	v.field(siteNameField, in.Say("Name"), in.Say("For admins, like Shop."), s.ID != "", typed(s.Name, bridge.MaxSiteName, false))
	v.whole(siteOrigins, strings.Join(s.Origins, "\n"), in.Say("Origins"), in.Say("Which pages may use the widget, one a line, like https://shop.example or https://*.shop.example"))
	if options := a.siteGroupOptions(); len(options) > 0 {
		e := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, nil, "groups", options...)
		for _, o := range options {
			if slices.Contains(s.Groups, bridge.GroupID(o.Value)) {
				e.InitialOptions = append(e.InitialOptions, o)
			}
		}
		v.field(siteGroups, in.Say("Groups offered"), in.Say("None chosen: all that are not hidden."), true, e)
	}
	v.field(siteTitle, in.Say("Title"), in.Say("Left empty, the widget says its own words in the visitor's language."), true,
		typed(textOf(s.Texts, bridge.EveryLanguage, bridge.TextTitle), bridge.MaxText, false))
	v.field(siteQuestion, in.Say("Question"), in.Say("What visitors are asked when several groups are open."), true,
		typed(textOf(s.Texts, bridge.EveryLanguage, bridge.TextQuestion), bridge.MaxText, false))
	v.field(siteConsent, in.Say("Consent"), in.Say("What visitors must agree to before they write; left empty, they are not asked."), true,
		typed(s.Consent[bridge.EveryLanguage], bridge.MaxConsent, true))
	v.whole(siteTexts, otherTexts(s), in.Say("In other languages"), in.Say("One text a line: fr.title = Écrivez-nous, fr.question = …, fr.consent = …, fr.group.tech = Technique"))
	v.field(siteLanguage, in.Say("Language"), in.Say("For visitors whose language the widget does not speak, like de or pt-BR."), true, typed(s.Language, 20, false))
	v.field(siteAccent, in.Say("Accent"), in.Say("A colour like #3355d1."), true, typed(s.Accent, 7, false))
	v.field(siteFields, in.Say("What of the visitor reaches Slack"), "", true, checks(func(value string) bool {
		return s.Fields == nil || slices.Contains(s.Fields, bridge.Field(value))
	}, visitorFields(in)...))
	v.field(siteFiles, in.Say("Largest file, in MB"), in.Say("0: visitors send no files. Left empty, as the program is set."), true, typed(megabytes(s.MaxFileBytes), 4, false))
	v.add(slack.NewActionBlock("look", button(actionPreview, "", in.Say("What visitors see…"), "")))
	return v.done()
}

// whole adds a field of several lines, unless there is more than Slack shows in one: what
// is not shown whole is not saved, see filled.has.
func (v *formView) whole(name, text, label, hint string) {
	if utf8.RuneCountInString(text) > maxSiteLines {
		v.aside(v.in.Say("*%s*: too much to be shown here. It stays as it is.", mrkdwn.Escape(label)))
		return
	}
	v.field(name, label, hint, true, typed(text, maxSiteLines, true))
}

func visitorFields(in locale.Locale) []*slack.OptionBlockObject {
	return []*slack.OptionBlockObject{
		choice(string(bridge.FieldName), in.Say("Name")),
		choice(string(bridge.FieldEmail), in.Say("E-mail")),
		choice(string(bridge.FieldPage), in.Say("Page")),
		choice(string(bridge.FieldReferrer), in.Say("Where they came from")),
		choice(string(bridge.FieldLanguage), in.Say("Language and time zone")),
		choice(string(bridge.FieldAttributes), in.Say("What the site tells of them")),
	}
}

// siteGroupOptions are the groups to choose from, by id; Slack shows at most 100.
func (a *App) siteGroupOptions() []*slack.OptionBlockObject {
	var options []*slack.OptionBlockObject
	for _, g := range a.bridge.Load().Groups(a.self().Workspace) {
		if len(options) == maxOptions {
			break
		}
		options = append(options, choice(string(g.ID), g.Name))
	}
	return options
}

// offeredIDs are the groups of siteGroupOptions.
func (a *App) offeredIDs() []bridge.GroupID {
	var ids []bridge.GroupID
	for _, o := range a.siteGroupOptions() {
		ids = append(ids, bridge.GroupID(o.Value))
	}
	return ids
}

// textOf is a text of exactly this language.
func textOf(t bridge.Texts, language, key string) string { return t[language][key].Plain }

// consentKey stands for the consent among the texts of other languages.
const consentKey = "consent"

// otherTexts are the texts that have no field of their own, one a line.
func otherTexts(s bridge.Site) string {
	var lines []string
	for language, texts := range s.Texts {
		for key, text := range texts {
			if language == bridge.EveryLanguage && (key == bridge.TextTitle || key == bridge.TextQuestion) || text.Forms != nil {
				continue
			}
			lines = append(lines, fmt.Sprintf("%s.%s = %s", language, key, text.Plain))
		}
	}
	for language, text := range s.Consent {
		if language != bridge.EveryLanguage {
			lines = append(lines, fmt.Sprintf("%s.%s = %s", language, consentKey, text))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func megabytes(n int64) string {
	switch n {
	case 0:
		return ""
	case bridge.NoFiles:
		return "0"
	}
	return strconv.FormatInt(max(n>>20, 1), 10)
}

// siteOf is the site as it is filled in, over the one that is there; offered are the
// groups that could be chosen.
func siteOf(f filled, s bridge.Site, offered []bridge.GroupID) (bridge.Site, error) {
	s.Name = f.text(siteNameField)
	if f.has(siteOrigins) {
		s.Origins = nil
	}
	for line := range strings.Lines(f.text(siteOrigins)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		origin, err := bridge.ParseAllowedOrigin(line)
		if err != nil {
			return s, inField(siteOrigins, err)
		}
		s.Origins = append(s.Origins, origin)
	}
	var groups []bridge.GroupID
	for _, id := range f.choices(siteGroups) {
		groups = append(groups, bridge.GroupID(id))
	}
	for _, id := range s.Groups {
		if !slices.Contains(offered, id) { // was not among the options
			groups = append(groups, id)
		}
	}
	s.Groups = groups
	if err := readTexts(f, &s); err != nil {
		return s, err
	}
	s.Language, s.Accent = f.text(siteLanguage), f.text(siteAccent)
	s.Fields = bridge.Fields{}
	for _, field := range f.choices(siteFields) {
		s.Fields = append(s.Fields, bridge.Field(field))
	}
	if len(s.Fields) == len(bridge.AllFields) {
		s.Fields = nil // also those that come with later versions
	}
	switch typed := f.text(siteFiles); typed {
	case megabytes(s.MaxFileBytes): // as it was shown, rounded perhaps
	case "":
		s.MaxFileBytes = 0
	case "0":
		s.MaxFileBytes = bridge.NoFiles
	default:
		n, err := strconv.Atoi(typed)
		if err != nil || n < 0 || n > 1000 {
			return s, inField(siteFiles, bridge.Errorf(bridge.CodeInvalid, "write a whole number of megabytes, like 10, or 0 for no files"))
		}
		s.MaxFileBytes = int64(n) << 20
	}
	return s, nil
}

// readTexts reads the texts; those with plural forms, which no field shows, stay.
func readTexts(f filled, s *bridge.Site) error {
	texts := bridge.Texts{}
	for language, of := range s.Texts {
		for key, text := range of {
			usual := language == bridge.EveryLanguage && (key == bridge.TextTitle || key == bridge.TextQuestion)
			if text.Forms != nil || !usual && !f.has(siteTexts) {
				if texts[language] == nil {
					texts[language] = map[string]bridge.Text{}
				}
				texts[language][key] = text
			}
		}
	}
	texts.Set(bridge.EveryLanguage, bridge.TextTitle, f.text(siteTitle))
	texts.Set(bridge.EveryLanguage, bridge.TextQuestion, f.text(siteQuestion))
	consent := s.Consent
	s.Consent = map[string]string{}
	for language, text := range consent {
		if language != bridge.EveryLanguage && !f.has(siteTexts) {
			s.Consent[language] = text
		}
	}
	if text := f.text(siteConsent); text != "" {
		s.Consent[bridge.EveryLanguage] = text
	}
	n := 0
	for line := range strings.Lines(f.text(siteTexts)) {
		n++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, text, ok := strings.Cut(line, "=")
		language, key, dotted := strings.Cut(strings.TrimSpace(name), ".")
		text = strings.TrimSpace(text)
		if !ok || !dotted || key == "" || text == "" {
			return inField(siteTexts, bridge.Errorf(bridge.CodeInvalid, "line %d must be a language, a dot, which text it is, and the text, like fr.title = Écrivez-nous", n))
		}
		if key == consentKey {
			s.Consent[language] = text
			continue
		}
		texts.Set(language, key, text)
	}
	s.Texts = texts
	return nil
}

// filledSite returns the site that a form is about as it is now, one without a key where
// the form makes one, and as it was filled in.
func (a *App) filledSite(f filled) (now, s bridge.Site, err error) {
	now.Workspace = a.self().Workspace
	if f.Site != "" {
		if now, err = a.ownSite(f.Site); err != nil {
			return now, s, err
		}
	}
	s, err = siteOf(f, now, a.offeredIDs())
	return now, s, err
}

// submitSite makes or saves a site.
func (a *App) submitSite(ctx context.Context, req request, f filled) (formResult, error) {
	b := a.bridge.Load()
	now, s, err := a.filledSite(f)
	if err != nil {
		return formResult{}, err
	}
	if f.Site == "" {
		if s, err = b.CreateSite(ctx, s, req.by()); err != nil {
			return formResult{}, atItsField(err)
		}
		return formResult{reply: reply{text: a.siteText(req.in, s)}}, nil
	}
	if s.Revision = f.Revision; now.Revision != f.Revision {
		s.Revision = now.Revision
		return formResult{view: a.siteView(req.in, f.formState, s,
			req.in.Say("%s changed this site meanwhile. What you filled in is kept: save again to write over that.", a.whoChanged(ctx, string(s.ID))))}, nil
	}
	if s, err = b.UpdateSite(ctx, s, req.by()); err != nil {
		return formResult{}, atItsField(err)
	}
	return formResult{reply: reply{text: a.siteText(req.in, s)}}, nil
}

// atItsField shows a refusal of the bridge at the field that it names.
func atItsField(err error) error {
	if e, ok := errors.AsType[*bridge.Error](err); ok && e.Field != "" {
		return inField(e.Field, err)
	}
	return err
}

// whoChanged names who changed a group or site last, as mrkdwn.
func (a *App) whoChanged(ctx context.Context, about string) string {
	changes, _, err := a.changesAbout(ctx, about, "")
	if err != nil || len(changes) == 0 || changes[0].By == "" {
		return "–"
	}
	return "<@" + string(changes[0].By) + ">"
}

// ownSite returns a site of this workspace.
func (a *App) ownSite(id bridge.SiteID) (bridge.Site, error) {
	s, err := a.bridge.Load().Site(id)
	if err == nil && s.Workspace != a.self().Workspace {
		err = bridge.Errorf(bridge.CodeNotFound, "there is no site with this key")
	}
	return s, err
}

// pressSite shows what visitors would see of what is filled in.
func (a *App) pressSite(_ context.Context, req request, f filled, p press) (formResult, error) {
	if p.action != actionPreview {
		return formResult{stay: true}, nil
	}
	_, s, err := a.filledSite(f)
	if err != nil {
		return formResult{}, err
	}
	return formResult{push: a.previewView(req.in, f.formState, s, "")}, nil
}

// previewView says in words what a visitor who reads a language sees.
func (a *App) previewView(in locale.Locale, state formState, s bridge.Site, language string) *slack.ModalViewRequest {
	v := newFormView(in, previewForm, state, in.Say("What visitors see"), "")
	seen := a.bridge.Load().Preview(s, language)
	v.say("*" + mrkdwn.Escape(seen.Title) + "*")
	if seen.Consent != "" {
		v.say(in.Say("First they must agree: %s", mrkdwn.Escape(seen.Consent)))
	}
	switch {
	case len(seen.Groups) == 0:
		v.say(in.Say("No group is offered, so nobody can be reached."))
	case !seen.Asks:
		v.say(in.Say("There is one group, so they are not asked."))
	default:
		v.say("_" + mrkdwn.Escape(seen.Question) + "_")
	}
	for i, g := range seen.Groups {
		if i == maxHomeGroups {
			v.aside(in.Say("There are more: `/chatgroups list` shows all."))
			break
		}
		line := in.Say("○ *%s* – away", mrkdwn.Escape(g.Name))
		if g.Open {
			line = in.Say("● *%s* – available", mrkdwn.Escape(g.Name))
		}
		if g.About != "" {
			line += "\n" + mrkdwn.Escape(g.About)
		}
		v.say(line)
	}
	return v.done()
}

func (a *App) pressPreview(context.Context, request, filled, press) (formResult, error) {
	return formResult{stay: true}, nil
}
