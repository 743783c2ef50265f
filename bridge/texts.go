package bridge

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
)

// Texts are what a site says in words of its own: by language or region as in BCP 47
// ("de", "pt-BR"; EveryLanguage for visitors of all), then by the widget's keys
// (TextTitle, …), or "group.tech" and "group.tech.about" for what a group is called and
// is about. A language may be one that the widget does not speak otherwise.
type Texts map[string]map[string]Text

// Text is one text, or its forms by plural category. It may hold the {placeholders} of
// the widget's own text, and is never markup.
type Text struct {
	Plain string
	Forms map[string]string // nil for a plain text
}

// Keys of texts that are asked for in this package.
const (
	TextTitle    = "title"    // above the conversation
	TextQuestion = "question" // above the groups
	TextConsent  = "consent"  // what visitors agree to; Site.Consent has it
)

const (
	// MaxText is the most characters of one text.
	MaxText = 300
	// MaxConsent is the most characters of what visitors must agree to.
	MaxConsent = 1000
	// MaxTextsBytes is the most bytes of a site's texts as JSON: every page view
	// carries them.
	MaxTextsBytes = 16 << 10
)

// Words is what the widget says where a site says nothing, which is for the widget to
// know. Its methods must return at once.
type Words interface {
	// CheckText says why a site cannot say t for a key; the text is for people. That
	// it is short enough and one line is known already.
	CheckText(key string, t Text) error
	// Text returns the widget's own text in the language that fits a visitor's, "" for
	// a key that it does not have.
	Text(language, key string) string
}

// Set makes text what the site says for a key in a language; "" makes it the widget's
// own again. The map must not be nil.
func (t Texts) Set(language, key, text string) {
	if text != "" {
		if t[language] == nil {
			t[language] = map[string]Text{}
		}
		t[language][key] = Text{Plain: text}
		return
	}
	delete(t[language], key)
	if len(t[language]) == 0 {
		delete(t, language)
	}
}

// In returns what the site says for a key to a visitor who reads a language: the words
// of the region, else of the language, else those for everybody, else "".
func (t Texts) In(language, key string) string {
	said := map[string]string{}
	for tag, texts := range t {
		if text, ok := texts[key]; ok {
			said[tag] = text.String()
		}
	}
	text, _ := inLanguage(said, language)
	return text
}

func (t Texts) clone() Texts {
	c := maps.Clone(t)
	for language, texts := range c {
		c[language] = maps.Clone(texts)
		for key, text := range texts {
			c[language][key] = Text{text.Plain, maps.Clone(text.Forms)}
		}
	}
	return c
}

func (t Texts) equal(other Texts) bool {
	return maps.EqualFunc(t, other, func(a, b map[string]Text) bool { return maps.EqualFunc(a, b, Text.equal) })
}

// clean makes what people typed one line each, and leaves out what says nothing.
func (t Texts) clean() {
	for language, texts := range t {
		for key, text := range texts {
			text.Plain = oneLine(text.Plain)
			for form, said := range text.Forms {
				text.Forms[form] = oneLine(said)
			}
			texts[key] = text
			if text.Forms == nil && text.Plain == "" {
				delete(texts, key)
			}
		}
		if len(texts) == 0 {
			delete(t, language)
		}
	}
}

var (
	groupTextKey     = regexp.MustCompile(`^group\.[^.{}\s]+(\.about)?$`)
	pluralCategories = []string{"zero", "one", "two", "few", "many", "other"}
)

// Check refuses what the widget could not say, with the language and key where it
// stands. Without words, any key will do.
func (t Texts) Check(words Words) error {
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if len(data) > MaxTextsBytes {
		return Errorf(CodeTooLong, "the texts have more than %d bytes, and every page view carries them: say less in own words", MaxTextsBytes)
	}
	for _, language := range slices.Sorted(maps.Keys(t)) {
		if language != EveryLanguage && !languageTag.MatchString(language) {
			return noLanguage(language)
		}
		for _, key := range slices.Sorted(maps.Keys(t[language])) {
			if err := t[language][key].check(words, key); err != nil {
				return Errorf(CodeOf(err), "the text %q in %q: %s", key, language, err.Error())
			}
		}
	}
	return nil
}

func (t Text) check(words Words, key string) error {
	if words != nil && !groupTextKey.MatchString(key) {
		if err := words.CheckText(key, t); err != nil {
			return Errorf(CodeInvalid, "%s", err.Error())
		}
	} else if groupTextKey.MatchString(key) {
		if t.Forms != nil {
			return Errorf(CodeInvalid, "this text has no plural forms: write one string")
		}
		if err := checkUnfilled(t.Plain); err != nil {
			return err
		}
	}
	if t.Forms == nil {
		return checkLine(t.Plain, MaxText)
	}
	for _, form := range slices.Sorted(maps.Keys(t.Forms)) {
		if !slices.Contains(pluralCategories, form) {
			return Errorf(CodeInvalid, "%q is no plural form: they are %s", form, "zero, one, two, few, many, other")
		}
		if err := checkLine(t.Forms[form], MaxText); err != nil {
			return err
		}
	}
	if t.Forms["other"] == "" {
		return Errorf(CodeInvalid, `the form "other" is missing, which every language needs`)
	}
	return nil
}

func (t Text) equal(other Text) bool {
	return t.Plain == other.Plain && maps.Equal(t.Forms, other.Forms)
}

// String returns the text, or the form that every language has.
func (t Text) String() string {
	if t.Forms != nil {
		return t.Forms["other"]
	}
	return t.Plain
}

// UnmarshalJSON takes a string, or an object of strings by plural category.
func (t *Text) UnmarshalJSON(data []byte) error {
	*t = Text{}
	if len(data) > 0 && data[0] == '{' {
		return json.Unmarshal(data, &t.Forms)
	}
	return json.Unmarshal(data, &t.Plain)
}

// MarshalJSON gives what UnmarshalJSON takes.
func (t Text) MarshalJSON() ([]byte, error) {
	if t.Forms != nil {
		return json.Marshal(t.Forms)
	}
	return json.Marshal(t.Plain)
}
