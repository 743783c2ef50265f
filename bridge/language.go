package bridge

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// EveryLanguage stands where others have a language: what is said under it holds for
// visitors of any.
const EveryLanguage = ""

// languageTag is a tag as browsers send it, after BCP 47.
var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)

// CheckLanguage refuses what is no tag of a language; "" is none and right.
func CheckLanguage(tag string) error {
	if tag == "" || languageTag.MatchString(tag) {
		return nil
	}
	return noLanguage(tag)
}

func noLanguage(tag string) error {
	return Errorf(CodeInvalid, "%q is no language: write a tag like de or pt-BR", tag)
}

// inLanguage returns what a table says to a reader of a language: the words of the
// region, else of the language, else those for everybody.
func inLanguage[T any](table map[string]T, language string) (said T, ok bool) {
	for tag := language; tag != ""; {
		for known, words := range table {
			if strings.EqualFold(known, tag) {
				return words, true
			}
		}
		i := strings.LastIndexByte(tag, '-')
		tag = tag[:max(i, 0)]
	}
	said, ok = table[EveryLanguage]
	return said, ok
}

// checkByLanguage checks one text in several languages.
func checkByLanguage(texts map[string]string, longest int) error {
	for _, language := range slices.Sorted(maps.Keys(texts)) {
		if language != EveryLanguage && !languageTag.MatchString(language) {
			return noLanguage(language)
		}
		if err := checkLine(texts[language], longest); err != nil {
			return err
		}
	}
	return nil
}

// checkLine checks a text of one line that visitors read.
func checkLine(text string, longest int) error {
	switch n := utf8.RuneCountInString(text); {
	case text == "" || text != strings.TrimSpace(text):
		return Errorf(CodeInvalid, "a text must not be empty, nor begin or end with a space")
	case n > longest:
		return Errorf(CodeTooLong, "the text has %d characters: at most %d are possible", n, longest)
	case strings.ContainsFunc(text, unicode.IsControl):
		return Errorf(CodeInvalid, "a text must be one line")
	}
	return nil
}

// checkUnfilled refuses placeholders in a text that is said as it stands.
func checkUnfilled(text string) error {
	if i := strings.IndexAny(text, "{}"); i >= 0 {
		return Errorf(CodeInvalid, "nothing can be filled in here, so the text must not have %s", text[i:])
	}
	return nil
}
