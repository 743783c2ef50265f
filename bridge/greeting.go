package bridge

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A Greeting is what the widget asks of somebody who has stayed on a page for a while:
// a quiet card beside the launcher, which a visitor who has touched it does not see
// again for seven days. Of several the first that fits the page counts.
type Greeting struct {
	// Text is what it says, at most MaxText characters, and Texts the same in other
	// languages or regions by their tags.
	Text  string            `json:"text"`
	Texts map[string]string `json:"texts,omitempty"`
	// After is for how many seconds the visitor must have been on the page, 1 to 3600.
	After int `json:"after"`
	// Path is which pages: a path from the slash on, in which * stands for any text;
	// "" for all.
	Path string `json:"path,omitempty"`
}

// MaxGreetings is the most greetings of a site.
const MaxGreetings = 10

var greetingPath = regexp.MustCompile(`^/[^\s?#]*$`)

// CheckGreetings refuses greetings that the widget could not follow, with a sentence
// that says what would be right.
func CheckGreetings(all []Greeting) error {
	if len(all) > MaxGreetings {
		return Errorf(CodeTooLong, "there are %d greetings: at most %d are possible", len(all), MaxGreetings)
	}
	for i, g := range all {
		if err := g.check(); err != nil {
			return Errorf(CodeOf(err), "greeting %d: %s", i+1, err.Error())
		}
	}
	return nil
}

func (g Greeting) check() error {
	if err := checkLine(g.Text, MaxText); err != nil {
		return err
	}
	for language := range g.Texts {
		if language == EveryLanguage {
			return noLanguage(language)
		}
	}
	if err := checkByLanguage(g.Texts, MaxText); err != nil {
		return err
	}
	for _, text := range append(slices.Collect(maps.Values(g.Texts)), g.Text) {
		if err := checkUnfilled(text); err != nil {
			return err
		}
	}
	switch {
	case g.After < 1 || g.After > 3600:
		return Errorf(CodeInvalid, "it must come after 1 to 3600 seconds")
	case g.Path != "" && !greetingPath.MatchString(g.Path):
		return Errorf(CodeInvalid, "its pages must be a path like /prices or /docs/*")
	case strings.Count(g.Path, "*") > 5:
		return Errorf(CodeInvalid, "its path has more than five *")
	}
	return nil
}

func (g Greeting) equal(other Greeting) bool {
	return g.Text == other.Text && g.After == other.After && g.Path == other.Path && maps.Equal(g.Texts, other.Texts)
}
