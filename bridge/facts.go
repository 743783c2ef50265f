package bridge

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// facts returns what the group says, for Changes.
func (g Group) facts() facts {
	var fs facts
	fs.say("Name", g.Name)
	fs.say("About", g.About)
	for _, tag := range slices.Sorted(maps.Keys(g.Words)) {
		fs.say("Words."+tag, strings.Join(slices.DeleteFunc([]string{g.Words[tag].Name, g.Words[tag].About}, empty), ": "))
	}
	fs.say("Place", number(g.Place))
	fs.say("Hidden", yes(g.Hidden))
	fs.sayHours(g.Hours)
	fs.say("LeastPresent", number(g.LeastPresent))
	fs.say("Switch", g.Switch.fact())
	fs.say("Channel", g.Channel)
	fs.say("UserGroup", g.UserGroup)
	fs.sayList("Members", words(g.Members))
	fs.sayList("Managers", words(g.Managers))
	fs.sayFields(g.Fields)
	return fs
}

func (fs *facts) sayHours(h *Hours) {
	if h == nil {
		return
	}
	fs.say("Hours.Zone", h.Zone)
	fs.say("Hours.Week", h.Week.String())
	fs.sayList("Hours.Holidays", printed(h.Holidays))
	fs.sayList("Hours.Exceptions", printed(h.Exceptions))
}

func (fs *facts) sayFields(let Fields) {
	if let == nil {
		return
	}
	text := strings.Join(words(let), ", ")
	if text == "" {
		text = "none"
	}
	fs.say("Fields", text)
}

func (s *Switch) fact() string {
	if s == nil {
		return ""
	}
	text := "off"
	if s.On {
		text = "on"
	}
	if !s.Until.IsZero() {
		text += " until " + s.Until.UTC().Format(time.RFC3339)
	}
	if s.Why != "" {
		text += ": " + s.Why
	}
	return text
}

// facts returns what the site says, for Changes.
func (s Site) facts() facts {
	var fs facts
	fs.say("Name", s.Name)
	fs.sayList("Origins", s.Origins)
	fs.sayList("Groups", words(s.Groups))
	for _, language := range slices.Sorted(maps.Keys(s.Texts)) {
		for _, key := range slices.Sorted(maps.Keys(s.Texts[language])) {
			fs.say("Texts."+language+"."+key, s.Texts[language][key].fact())
		}
	}
	fs.say("Language", s.Language)
	fs.say("Accent", s.Accent)
	for _, language := range slices.Sorted(maps.Keys(s.Consent)) {
		fs.say("Consent."+language, s.Consent[language])
	}
	fs.sayFields(s.Fields)
	switch {
	case s.MaxFileBytes == NoFiles:
		fs.say("MaxFileBytes", "no files")
	case s.MaxFileBytes > 0:
		fs.say("MaxFileBytes", amount(s.MaxFileBytes))
	}
	fs.sayList("FileTypes", s.FileTypes)
	for i, g := range s.Greetings {
		fs.say(fmt.Sprintf("Greetings.%d", i+1), g.fact())
	}
	return fs
}

func (t Text) fact() string {
	if t.Forms == nil {
		return t.Plain
	}
	var forms []string
	for _, category := range slices.Sorted(maps.Keys(t.Forms)) {
		forms = append(forms, category+": "+t.Forms[category])
	}
	return strings.Join(forms, "; ")
}

func (g Greeting) fact() string {
	text := fmt.Sprintf("after %d s", g.After)
	if g.Path != "" {
		text += " on " + g.Path
	}
	text += ": " + g.Text
	for _, language := range slices.Sorted(maps.Keys(g.Texts)) {
		text += "; " + language + ": " + g.Texts[language]
	}
	return text
}

// facts returns what admins decide for the workspace, for Changes.
func (w Workspace) facts() facts {
	var fs facts
	fs.sayList("Managers", words(w.Managers))
	fs.say("Language", w.Language)
	return fs
}

func empty(s string) bool { return s == "" }

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func words[S ~string](list []S) []string {
	var all []string
	for _, s := range list {
		all = append(all, string(s))
	}
	return all
}

func printed[S fmt.Stringer](list []S) []string {
	var all []string
	for _, s := range list {
		all = append(all, s.String())
	}
	return all
}
