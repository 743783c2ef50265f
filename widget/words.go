package widget

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/chatgroups/chatgroups/bridge"
)

//go:embed web/src/i18n/locales/*.json
var wordFiles embed.FS

// Words returns what the widget says by itself, for bridge.Config.
func Words() bridge.Words { return words{} }

type words struct{}

// readWords returns the widget's texts by key, by the names of the files, once.
var readWords = sync.OnceValue(func() map[string]map[string]bridge.Text {
	files, err := wordFiles.ReadDir("web/src/i18n/locales")
	if err != nil {
		panic(err) // they are part of the program
	}
	all := map[string]map[string]bridge.Text{}
	for _, file := range files {
		var raw map[string]json.RawMessage
		data, err := wordFiles.ReadFile("web/src/i18n/locales/" + file.Name())
		if err == nil {
			err = json.Unmarshal(data, &raw)
		}
		texts := map[string]bridge.Text{}
		for key, value := range raw {
			var text bridge.Text
			if strings.HasPrefix(key, "$") {
				continue
			}
			err = errors.Join(err, json.Unmarshal(value, &text))
			texts[key] = text
		}
		if err != nil {
			panic(file.Name() + ": " + err.Error()) // tested with the widget
		}
		all[strings.TrimSuffix(file.Name(), ".json")] = texts
	}
	return all
})

// english has every key.
const english = "en"

var placeholders = regexp.MustCompile(`\{[^}]*\}?|\}`)

// CheckText refuses a key that the widget does not have, and forms and placeholders that
// the English text does not have.
func (words) CheckText(key string, t bridge.Text) error {
	original, ok := readWords()[english][key]
	switch {
	case !ok:
		return errors.New("the widget has no such text: the keys are those of widget/web/src/i18n/locales/en.json, and group.NAME and group.NAME.about")
	case t.Forms != nil && original.Forms == nil:
		return errors.New("this text has no plural forms: write one string")
	}
	known := placeholders.FindAllString(allForms(original), -1)
	for _, placeholder := range placeholders.FindAllString(allForms(t), -1) {
		if !slices.Contains(known, placeholder) {
			return fmt.Errorf("nothing can be filled in for %s here; the English text is %q", placeholder, allForms(original))
		}
	}
	return nil
}

// Text returns the widget's own text, in English where the language is not spoken.
func (words) Text(language, key string) string {
	for _, name := range formLanguages(language) {
		if text, ok := readWords()[name][key]; ok {
			return text.String()
		}
	}
	return ""
}

// allForms returns a text, or its forms one after the other.
func allForms(t bridge.Text) string {
	if t.Forms == nil {
		return t.Plain
	}
	var forms []string
	for _, form := range t.Forms {
		forms = append(forms, form)
	}
	slices.Sort(forms)
	return strings.Join(forms, " / ")
}
