package slackapp

import (
	"context"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// auditPage is how many changes are shown at once.
const auditPage = 10

// beforeMark begins the word of a command that says before which change to go on. It is
// in a button; nobody types it.
const beforeMark = "before:"

// audit shows who changed what, the latest first, of one group where one is named.
func (a *App) audit(ctx context.Context, req request, words []string) (reply, error) {
	b, w := a.bridge.Load(), a.self().Workspace
	before := ""
	if n := len(words); n > 0 && strings.HasPrefix(words[n-1], beforeMark) {
		before, words = strings.TrimPrefix(words[n-1], beforeMark), words[:n-1]
	}
	about := ""
	if len(words) > 0 {
		g, err := b.FindGroup(w, strings.Join(words, " "))
		if err != nil {
			return reply{}, err
		}
		about = string(g.ID)
	}
	changes, next, err := a.changesAbout(ctx, about, before)
	if err != nil {
		return reply{}, err
	}
	if len(changes) == 0 {
		if before != "" {
			return req.say("There are no earlier changes."), nil
		}
		return req.say("Nothing has been changed yet."), nil
	}
	lines := []string{req.in.Say("*Who changed what*, the latest first")}
	for _, c := range changes {
		lines = append(lines, a.changeLines(req.in, c)...)
	}
	r := reply{text: strings.Join(lines, "\n")}
	if next != "" {
		command := strings.Join(append(append([]string{"audit"}, quotedAll(words)...), beforeMark+next), " ")
		r.buttons = []slack.BlockElement{button(actionTyped+":earlier", command, req.in.Say("Earlier"), "")}
	}
	return r, nil
}

// changesAbout returns a page of changes, of one group or site where about is its id.
func (a *App) changesAbout(ctx context.Context, about, before string) (changes []bridge.Change, next string, err error) {
	changes, _, err = a.bridge.Load().Changes(ctx, a.self().Workspace, before, 0)
	if err != nil {
		return nil, "", err
	}
	if about != "" {
		changes = slices.DeleteFunc(changes, func(c bridge.Change) bool { return c.About != about })
	}
	if len(changes) > auditPage {
		changes = changes[:auditPage]
		next = changes[auditPage-1].ID
	}
	return changes, next, nil
}

func quotedAll(words []string) []string {
	var all []string
	for _, w := range words {
		all = append(all, quoted(w))
	}
	return all
}

// changeLines are a change: who did what when, and a line for each field.
func (a *App) changeLines(in locale.Locale, c bridge.Change) []string {
	who := in.Say("the program")
	if c.By != "" {
		if who = a.people.called(string(c.By)); who == "" {
			who = c.ByName
		}
	}
	lines := []string{in.Say(string(deedSentence(c)), moment(c.At), mrkdwn.Escape(who), mrkdwn.Escape(c.Name))}
	if c.Did == bridge.DeedDeleted {
		return lines
	}
	for _, f := range c.Fields {
		lines = append(lines, "    ◦ "+a.fieldSentence(in, f))
	}
	return lines
}

func deedSentence(c bridge.Change) locale.Key {
	switch {
	case c.What == bridge.GroupSubject && c.Did == bridge.DeedCreated:
		return locale.Key("• %s – %s made the group *%s*")
	case c.What == bridge.GroupSubject && c.Did == bridge.DeedDeleted:
		return locale.Key("• %s – %s deleted the group *%s*")
	case c.What == bridge.GroupSubject:
		return locale.Key("• %s – %s changed the group *%s*")
	case c.What == bridge.SiteSubject && c.Did == bridge.DeedCreated:
		return locale.Key("• %s – %s made the site *%s*")
	case c.What == bridge.SiteSubject && c.Did == bridge.DeedDeleted:
		return locale.Key("• %s – %s deleted the site *%s*")
	case c.What == bridge.SiteSubject:
		return locale.Key("• %s – %s changed the site *%s*")
	}
	return locale.Key("• %s – %s changed the workspace *%s*")
}

// fieldSentence says how one field became another.
func (a *App) fieldSentence(in locale.Locale, f bridge.FieldChange) string {
	name := factName(in, f.Field)
	from, to := a.factText(f.Field, f.From), a.factText(f.Field, f.To)
	if isListOf(f.Field) {
		switch {
		case from == "":
			return in.Say("%s: added %s", name, to)
		case to == "":
			return in.Say("%s: removed %s", name, from)
		}
		return in.Say("%s: removed %s, added %s", name, from, to)
	}
	switch {
	case from == "" && to == "": // a secret: only that it became another one
		return in.Say("%s: a new one", name)
	case from == "":
		return in.Say("%s: %s", name, to)
	case to == "":
		return in.Say("%s: no longer %s", name, from)
	}
	return in.Say("%s: from %s to %s", name, from, to)
}

// isListOf reports whether a field is a list, of which a change has what went and what
// came.
func isListOf(field string) bool {
	switch field {
	case "Members", "Managers", "Origins", "Groups", "FileTypes", "Hours.Holidays", "Hours.Exceptions":
		return true
	}
	return false
}

// factText is a value for people. What is an id is shown by what it is the id of: only
// one person sees it, so that nobody is notified.
func (a *App) factText(field, value string) string {
	if value == "" {
		return ""
	}
	switch field {
	case "Channel":
		return "<#" + value + ">"
	case "UserGroup":
		return "<!subteam^" + value + ">"
	case "Members", "Managers":
		ids := strings.Split(value, ", ")
		for i, id := range ids {
			ids[i] = "<@" + id + ">"
		}
		return strings.Join(ids, ", ")
	case "Groups":
		ids := strings.Split(value, ", ")
		for i, id := range ids {
			ids[i] = mrkdwn.Escape(a.groupName(a.self().Workspace)(bridge.GroupID(id)))
		}
		return strings.Join(ids, ", ")
	}
	return "`" + strings.ReplaceAll(mrkdwn.Escape(value), "`", "'") + "`"
}

// factNames are what fields are called, by their names in bridge.FieldChange.
var factNames = map[string]locale.Key{
	"Name":             "name",
	"About":            "description",
	"Place":            "place in the order",
	"Hidden":           "hidden",
	"LeastPresent":     "how many must be there",
	"Switch":           "switched by hand",
	"Channel":          "channel",
	"UserGroup":        "user group",
	"Members":          "people who are told",
	"Managers":         "managers",
	"Fields":           "what of the visitor is shown",
	"Hours.Zone":       "time zone",
	"Hours.Week":       "opening hours",
	"Hours.Holidays":   "holidays",
	"Hours.Exceptions": "days with other hours",
	"Origins":          "origins",
	"Groups":           "groups offered",
	"Language":         "language",
	"Accent":           "accent",
	"MaxFileBytes":     "largest file",
	"FileTypes":        "types of files",
	"Greetings":        "greetings",
	"IdentitySecret":   "identity secret",
}

// factName is what a field is called, with what is meant inside it.
func factName(in locale.Locale, field string) string {
	if name, ok := factNames[field]; ok {
		return in.Say(string(name))
	}
	part, inside, _ := strings.Cut(field, ".")
	switch part {
	case "Words":
		return in.Say("name and description in %s", inside)
	case "Texts":
		language, key, _ := strings.Cut(inside, ".")
		if language == "" {
			return in.Say("text `%s`", key)
		}
		return in.Say("text `%s` in %s", key, language)
	case "Consent":
		return in.Say("consent in %s", inside)
	}
	return "`" + mrkdwn.Escape(field) + "`"
}
