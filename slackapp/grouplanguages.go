package slackapp

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// languagesForm is what a group is called in other languages, one at a time. It stands
// over the group's form.
const languagesForm = "group_languages"

func init() {
	forms[languagesForm] = form{least: groupManager, submit: (*App).submitLanguage, press: (*App).pressLanguage}
}

// languageNames are the languages in which the widget speaks, as those who read them
// call them, by BCP 47 tag.
var languageNames = map[string]string{
	"ar": "العربية", "bg": "Български", "cs": "Čeština", "da": "Dansk", "de": "Deutsch", "el": "Ελληνικά", "en": "English",
	"es": "Español", "fi": "Suomi", "fr": "Français", "he": "עברית", "hu": "Magyar", "it": "Italiano", "ja": "日本語",
	"ko": "한국어", "nb": "Norsk bokmål", "nl": "Nederlands", "pl": "Polski", "pt": "Português", "pt-BR": "Português (Brasil)",
	"ro": "Română", "ru": "Русский", "sv": "Svenska", "tr": "Türkçe", "uk": "Українська", "zh": "简体中文", "zh-TW": "繁體中文",
}

const (
	fieldLanguage  = "language"
	fieldTheirName = "their_name"
	fieldTheirText = "their_about"
)

// languagesView shows what a group is called in a language, "" for none that is chosen
// yet.
func (a *App) languagesView(req request, s formState, g bridge.Group, tag string) *slack.ModalViewRequest {
	was := g.Words[tag]
	s.Group, s.More = g.ID, map[string]string{"tag": tag, "was": printOf(was)}
	submit := ""
	if tag != "" {
		submit = req.in.Say("Save")
	}
	v := newFormView(req.in, languagesForm, s, req.in.Say("Other languages"), submit)
	v.say(req.in.Say("What visitors who read another language see instead of *%s*.", mrkdwn.Escape(g.Name)))
	if said := languagesOf(g); len(said) > 0 {
		v.aside(req.in.Say("So far: %s", mrkdwn.Escape(req.in.List(said))))
	}
	tags := slices.Collect(maps.Keys(languageNames))
	for other := range g.Words { // also those that were set some other way
		if languageNames[other] == "" {
			tags = append(tags, other)
		}
	}
	slices.SortFunc(tags, func(x, y string) int { return strings.Compare(languageName(x), languageName(y)) })
	var options []*slack.OptionBlockObject
	for _, t := range tags {
		options = append(options, choice(t, languageName(t)))
	}
	menu := pick(tag, options...)
	menu.Placeholder = plain(req.in.Say("Choose a language"), 150)
	v.add(slack.NewActionBlock(fieldLanguage, menu)) // no input: those need a button that submits
	if tag != "" {
		// Their action_ids hold the language, so that another one does not keep these words.
		v.field(fieldTheirName, req.in.Say("Name"), req.in.Say("Left empty, visitors see the usual one."), true, elementAs(typed(was.Name, bridge.MaxGroupName, false), "name-"+tag))
		v.field(fieldTheirText, req.in.Say("Description"), req.in.Say("Left empty, visitors see the usual one."), true, elementAs(typed(was.About, bridge.MaxGroupAbout, false), "about-"+tag))
	}
	return v.done()
}

func languageName(tag string) string { return cmp.Or(languageNames[tag], tag) }

// languagesOf are the languages in which a group has words.
func languagesOf(g bridge.Group) []string {
	var names []string
	for _, tag := range slices.Sorted(maps.Keys(g.Words)) {
		names = append(names, languageName(tag))
	}
	return names
}

// printOf is a short mark of words, by which a change is seen.
func printOf(w bridge.GroupWords) string {
	return groupFields{name: w.Name + "\n" + w.About}.print(partName)
}

func (a *App) pressLanguage(_ context.Context, req request, f filled, p press) (formResult, error) {
	g, err := a.groupToChange(req, f)
	if err != nil || p.block != fieldLanguage {
		return formResult{stay: true}, err
	}
	return formResult{view: a.languagesView(req, f.formState, g, p.value)}, nil
}

func (a *App) submitLanguage(ctx context.Context, req request, f filled) (formResult, error) {
	g, err := a.groupToChange(req, f)
	if err != nil {
		return formResult{}, err
	}
	tag := f.More["tag"]
	mine := bridge.GroupWords{Name: f.text(fieldTheirName), About: f.text(fieldTheirText)}
	if now := g.Words[tag]; printOf(now) != f.More["was"] && now != mine {
		return formResult{}, inField(fieldTheirName, bridge.Errorf(bridge.CodeConflict, "somebody else wrote “%s” here meanwhile: close this form and open it again to write over that", cmp.Or(now.Name, now.About, "–")))
	}
	if mine.Name != "" && bridge.Slug(mine.Name) == "" {
		return formResult{}, inField(fieldTheirName, bridge.Errorf(bridge.CodeInvalid, "a group needs a name with a letter or digit in it"))
	}
	if g.Words == nil {
		g.Words = map[string]bridge.GroupWords{}
	}
	g.Words[tag] = mine
	if mine == (bridge.GroupWords{}) {
		delete(g.Words, tag)
	}
	if _, err := a.bridge.Load().UpdateGroup(ctx, g, req.by()); err != nil {
		return formResult{}, inField(fieldTheirName, err)
	}
	return formResult{}, nil
}
