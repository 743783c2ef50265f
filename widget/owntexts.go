package widget

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// OwnTexts are what sites say in words of their own: by language or region as in
// BCP 47 ("de", "pt-BR"; "" for visitors of every language), then by key as in
// web/src/i18n/locales/en.json, or "group.tech" and "group.tech.about" for what a
// group is called and is about. A language may be one that the widget does not speak
// otherwise.
type OwnTexts map[string]map[string]OwnText

// OwnText is one text, or its forms by plural category where English has such forms.
// It may hold the {placeholders} of the English text, and is never markup.
type OwnText struct {
	plain string
	forms map[string]string
}

// everyLanguage stands in OwnTexts where others have a language.
const everyLanguage = ""

const (
	// maxOwnText is the most characters of one text.
	maxOwnText = 300
	// maxOwnTexts is the most bytes of all together: every page view carries them.
	maxOwnTexts = 16 << 10
)

//go:embed web/src/i18n/locales/en.json
var englishJSON []byte

// english returns the widget's texts by key.
func english() map[string]OwnText {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(englishJSON, &raw); err != nil {
		panic(err) // the file is tested with the widget
	}
	texts := map[string]OwnText{}
	for key, value := range raw {
		if strings.HasPrefix(key, "$") {
			continue
		}
		var text OwnText
		if err := json.Unmarshal(value, &text); err != nil {
			panic(err)
		}
		texts[key] = text
	}
	return texts
}

// ReadOwnTexts reads texts as a JSON object of objects and refuses what the widget
// could not say: a language that is no tag, a key that it does not have, a placeholder
// that the English text does not have, and what is too long. The error says where.
func ReadOwnTexts(r io.Reader) (OwnTexts, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxOwnTexts+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxOwnTexts {
		return nil, fmt.Errorf("the texts have more than %d bytes, and every page view carries them: say less in own words", maxOwnTexts)
	}
	var own OwnTexts
	if err := json.Unmarshal(data, &own); err != nil {
		return nil, fmt.Errorf(`the texts are not JSON like {"de": {"start": "Los geht es"}}: %w`, err)
	}
	en := english()
	for _, language := range slices.Sorted(maps.Keys(own)) {
		if language != everyLanguage && !languageTag.MatchString(language) {
			return nil, fmt.Errorf(`%q is no language: write a tag like de or pt-BR, or "" for all`, language)
		}
		for _, key := range slices.Sorted(maps.Keys(own[language])) {
			if err := own[language][key].check(en, key); err != nil {
				return nil, fmt.Errorf("%q, %q: %w", language, key, err)
			}
		}
	}
	return own, nil
}

var (
	groupKey         = regexp.MustCompile(`^group\.[^.{}\s]+(\.about)?$`)
	placeholders     = regexp.MustCompile(`\{[^}]*\}?|\}`)
	pluralCategories = []string{"zero", "one", "two", "few", "many", "other"}
)

func (t OwnText) check(en map[string]OwnText, key string) error {
	original, ok := en[key]
	switch {
	case !ok && !groupKey.MatchString(key):
		return errors.New("the widget has no such text: the keys are those of widget/web/src/i18n/locales/en.json, and group.NAME and group.NAME.about")
	case t.forms != nil && original.forms == nil:
		return errors.New("this text has no plural forms: write one string")
	case t.forms != nil && t.forms["other"] == "":
		return errors.New(`the form "other" is missing, which every language needs`)
	}
	allowed := original.all()
	for form, text := range t.forms {
		if !slices.Contains(pluralCategories, form) {
			return fmt.Errorf("%q is no plural form: they are %s", form, strings.Join(pluralCategories, ", "))
		}
		if err := checkOwnText(text, allowed); err != nil {
			return err
		}
	}
	if t.forms != nil {
		return nil
	}
	return checkOwnText(t.plain, allowed)
}

func checkOwnText(text, original string) error {
	if text == "" || text != strings.TrimSpace(text) {
		return errors.New("it must not be empty, nor begin or end with a space")
	}
	if utf8.RuneCountInString(text) > maxOwnText {
		return fmt.Errorf("it has more than %d characters", maxOwnText)
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		return errors.New("it must be one line")
	}
	for _, placeholder := range placeholders.FindAllString(text, -1) {
		if !slices.Contains(placeholders.FindAllString(original, -1), placeholder) {
			return fmt.Errorf("nothing can be filled in for %s here; the English text is %q", placeholder, original)
		}
	}
	return nil
}

// all returns the text, or its forms one after the other.
func (t OwnText) all() string {
	if t.forms == nil {
		return t.plain
	}
	return strings.Join(slices.Sorted(maps.Values(t.forms)), " / ")
}

// UnmarshalJSON takes a string, or an object of strings by plural category.
func (t *OwnText) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		return json.Unmarshal(data, &t.forms)
	}
	return json.Unmarshal(data, &t.plain)
}

// MarshalJSON gives what UnmarshalJSON takes.
func (t OwnText) MarshalJSON() ([]byte, error) {
	if t.forms != nil {
		return json.Marshal(t.forms)
	}
	return json.Marshal(t.plain)
}
