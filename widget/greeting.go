package widget

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// A Greeting is what the widget asks of somebody who has stayed on a page for a while:
// a quiet card beside the launcher, which a visitor who has touched it does not see
// again for seven days. Of several the first that fits the page counts.
type Greeting struct {
	// Text is what it says, at most 300 characters, and Texts the same in other
	// languages or regions by their tags.
	Text  string            `json:"text"`
	Texts map[string]string `json:"texts,omitempty"`
	// After is for how many seconds the visitor must have been on the page, 1 to 3600.
	After int `json:"after"`
	// Path is which pages: a path from the slash on, in which * stands for any text;
	// "" for all.
	Path string `json:"path,omitempty"`
}

const maxGreetings = 10

var greetingPath = regexp.MustCompile(`^/[^\s?#]*$`)

// ReadGreetings reads greetings as a JSON array and refuses what the widget could not
// follow. The error says where.
func ReadGreetings(r io.Reader) ([]Greeting, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxOwnTexts+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxOwnTexts {
		return nil, fmt.Errorf("the greetings have more than %d bytes, and every page view carries them", maxOwnTexts)
	}
	var all []Greeting
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf(`the greetings are not JSON like [{"text": "Any questions?", "after": 20, "path": "/prices*"}]: %w`, err)
	}
	if len(all) > maxGreetings {
		return nil, fmt.Errorf("there are %d greetings: at most %d are possible", len(all), maxGreetings)
	}
	for i, g := range all {
		if err := g.check(); err != nil {
			return nil, fmt.Errorf("greeting %d: %w", i+1, err)
		}
	}
	return all, nil
}

func (g Greeting) check() error {
	if err := checkOwnText(g.Text, ""); err != nil {
		return fmt.Errorf(`"text": %w`, err)
	}
	for language, text := range g.Texts {
		if !languageTag.MatchString(language) {
			return fmt.Errorf("%q is no language: write a tag like de or pt-BR", language)
		}
		if err := checkOwnText(text, ""); err != nil {
			return fmt.Errorf("%q: %w", language, err)
		}
	}
	switch {
	case g.After < 1 || g.After > 3600:
		return errors.New(`"after" must be 1 to 3600 seconds`)
	case g.Path != "" && !greetingPath.MatchString(g.Path):
		return errors.New(`"path" must be a path like /prices or /docs/*`)
	case strings.Count(g.Path, "*") > 5:
		return errors.New(`"path" has more than five *`)
	}
	return nil
}

// soonest is after how many seconds the first of the greetings may be due, 0 without
// any: so long the widget fetches nothing for them.
func soonest(all []Greeting) (after int) {
	for _, g := range all {
		if after == 0 || g.After < after {
			after = g.After
		}
	}
	return after
}
