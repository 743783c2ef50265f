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
	p := Preview{Title: b.says(s, language, TextTitle), Question: b.says(s, language, TextQuestion)}
	p.Consent, _ = inLanguage(s.Consent, language)
	for _, g := range b.Offered(s) {
		key := "group." + g.Slug()
		p.Groups = append(p.Groups, PreviewGroup{
			Group: g, Open: g.Open(),
			Name:  cmp.Or(s.Texts.In(language, key), g.Name),
			About: cmp.Or(s.Texts.In(language, key+".about"), g.About),
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

// says returns what a visitor reads for a key.
func (b *Bridge) says(s Site, language, key string) string {
	if text := s.Texts.In(language, key); text != "" || b.cfg.Words == nil {
		return text
	}
	return b.cfg.Words.Text(language, key)
}
