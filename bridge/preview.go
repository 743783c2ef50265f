package bridge

import (
	"cmp"
	"slices"
)

// A Preview is what a visitor of a site sees before writing.
type Preview struct {
	Title, Question string
	// Consent is what the visitor must agree to first, "" for nothing.
	Consent string
	// Groups are those that are shown, in order: who is there first.
	Groups []PreviewGroup
	// Asks says that the visitor is asked to choose; with one group nobody is.
	Asks bool
}

// A PreviewGroup is a group as a visitor sees it: by the name and description that it
// has in their language.
type PreviewGroup struct {
	Group       Group
	Name, About string
	Open        bool
}

// Preview returns what a visitor who reads a language ("" for one that nobody speaks)
// sees of a site at this moment. s need not be saved: it may be what somebody is about
// to save. Where Config has no Words, what the site does not say is "".
func (b *Bridge) Preview(s Site, language string) Preview {
	language = cmp.Or(language, s.Language)
	own := b.Spoken(s)
	says := func(key string) string {
		text := own.In(language, key)
		if text == "" && b.cfg.Words != nil {
			text = b.cfg.Words.Text(language, key)
		}
		return text
	}
	p := Preview{Title: says(TextTitle), Question: says(TextQuestion)}
	if len(s.Consent) > 0 {
		p.Consent = says(TextConsent)
	}
	for _, g := range b.Offered(s) {
		p.Groups = append(p.Groups, PreviewGroup{
			Group: g, Open: g.Open(),
			Name:  cmp.Or(own.In(language, groupKeyOf(g)), g.Name),
			About: cmp.Or(own.In(language, groupKeyOf(g)+aboutSuffix), g.About),
		})
	}
	slices.SortStableFunc(p.Groups, func(a, b PreviewGroup) int {
		switch {
		case a.Open == b.Open:
			return 0
		case a.Open:
			return -1
		}
		return 1
	})
	p.Asks = len(p.Groups) > 1
	return p
}

// Spoken returns all that visitors of a site read in words that are not the widget's:
// the site's texts, TextConsent where it asks for that, and what its groups are called in
// other languages where the site does not call them otherwise there.
func (b *Bridge) Spoken(s Site) Texts {
	all := s.Texts.clone()
	if all == nil {
		all = Texts{}
	}
	for language, text := range s.Consent {
		all.Set(language, TextConsent, text)
	}
	add := func(language, key, text string) {
		if _, said := all[language][key]; !said && text != "" {
			all.Set(language, key, text)
		}
	}
	for _, g := range b.choosable(s) {
		for language, words := range g.Words {
			add(language, groupKeyOf(g), words.Name)
			add(language, groupKeyOf(g)+aboutSuffix, words.About)
		}
	}
	return all
}

// aboutSuffix makes of a group's key in Texts that of its description.
const aboutSuffix = ".about"

func groupKeyOf(g Group) string { return "group." + g.Slug() }
