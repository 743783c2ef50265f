package locale

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
)

// message is a sentence in one language: its forms by plural category, or other
// alone.
type message struct{ one, other string }

func (m *message) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &m.other) == nil {
		return nil
	}
	var forms struct{ One, Other string }
	if err := json.Unmarshal(data, &forms); err != nil {
		return err
	}
	*m = message{forms.One, forms.Other}
	return nil
}

//go:embed fr/*.json
var files embed.FS

// catalogues are the sentences of each language but English, by the English one.
var catalogues = map[Locale]map[string]message{French: mustRead(French)}

func mustRead(l Locale) map[string]message {
	all := map[string]message{}
	names, err := fs.Glob(files, string(l)+"/*.json")
	for _, name := range names {
		var part map[string]message
		var data []byte
		if data, err = files.ReadFile(name); err != nil {
			break
		}
		if err = json.Unmarshal(data, &part); err != nil {
			err = fmt.Errorf("%s: %w", name, err)
			break
		}
		for key, m := range part {
			if _, twice := all[key]; twice {
				panic(fmt.Sprintf("locale: %s: %q is translated twice", name, key))
			}
			all[key] = m
		}
	}
	if err != nil {
		panic("locale: " + err.Error()) // the files are built in and tested
	}
	return all
}

// translated returns the forms of a sentence, the English one where there is no other.
func (l Locale) translated(key string) message {
	if m, ok := catalogues[l][key]; ok {
		return m
	}
	return message{other: key}
}

// Keys returns the sentences that a language has, with the forms of each: the English
// other form, then the translations one (empty where the sentence does not count
// anything) and other. It is for tests of completeness.
func (l Locale) Keys() map[string][2]string {
	keys := map[string][2]string{}
	for key, m := range catalogues[l] {
		keys[key] = [2]string{m.one, m.other}
	}
	return keys
}
