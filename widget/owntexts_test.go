package widget_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/widget"
)

func ownTexts(t *testing.T, text string) bridge.Texts {
	t.Helper()
	own, err := widget.ReadOwnTexts(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return own
}

func TestASiteSpeaksInItsOwnWords(t *testing.T) {
	h := newHouse(t, func(o *options) {
		o.texts = ownTexts(t, `{
			"": {"start": "Ask us", "title": "Ours"},
			"de": {"title": "Frag uns", "group.tech-help": "Technik", "group.tech-help.about": "Hilfe", "newMessages": {"one": "eine", "other": "{n} neue"}},
			"ko": {"start": "시작"}}`)
	})
	site, err := h.bridge.Site("main")
	h.must(err)
	site.Texts.Set("", "title", "Kettles")
	_, err = h.bridge.UpdateSite(t.Context(), site, bridge.Author{})
	h.must(err)

	_, body := h.get("/w/v1/main.js")
	c := config(t, body)
	// What an admin wrote in Slack is newer than what the operator's file says.
	if want := map[string]any{"start": "Ask us", "title": "Kettles"}; !reflect.DeepEqual(c["texts"], want) {
		t.Errorf("for all it says %v, want %v", c["texts"], want)
	}
	want := map[string]any{
		"de": map[string]any{"title": "Frag uns", "group.tech-help": "Technik", "group.tech-help.about": "Hilfe", "newMessages": map[string]any{"one": "eine", "other": "{n} neue"}},
		"ko": map[string]any{"start": "시작"},
	}
	if !reflect.DeepEqual(c["translations"], want) {
		t.Errorf("its translations are %v, want %v", c["translations"], want)
	}
}

func TestOwnTextsThatCannotBeSaid(t *testing.T) {
	for text, want := range map[string]string{
		``:                                       "not JSON",
		`[]`:                                     "not JSON",
		`{"de": "Hallo"}`:                        "not JSON",
		`{"de": {"start": 1}}`:                   "not JSON",
		`{"german!": {}}`:                        "no language",
		`{"de": {"strat": "x"}}`:                 "no such text",
		`{"de": {"$review": "native"}}`:          "no such text",
		`{"de": {"group.": "x"}}`:                "no such text",
		`{"de": {"group.tech.name": "x"}}`:       "no such text",
		`{"de": {"group.tech": {"other": "x"}}}`: "no plural forms",
		`{"de": {"group.tech": "{name}"}}`:       "{name}",
		`{"de": {"start": ""}}`:                  "empty",
		`{"de": {"start": " x"}}`:                "space",
		`{"de": {"start": "a\nb"}}`:              "one line",
		`{"de": {"start": "{name}"}}`:            "{name}",
		`{"de": {"claimed": "{name"}}`:           "{name",
		`{"de": {"start": {"other": "x"}}}`:      "no plural forms",
		`{"de": {"newMessages": {"one": "x"}}}`:  `form "other" is missing`,
		`{"de": {"newMessages": {"other": "x", "some": "y"}}}`:   `"some" is no plural form`,
		`{"de": {"newMessages": {"other": "x", "one": "{m}"}}}`:  "{m}",
		`{"de": {"start": "` + strings.Repeat("x", 301) + `"}}`:  "at most 300",
		`{"": {"start": "` + strings.Repeat(" ", 16<<10) + `"}}`: "16384 bytes",
	} {
		if own, err := widget.ReadOwnTexts(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: it gave %v and said %v, want %s", text, own, err, want)
		}
	}
}

func FuzzOwnTextsComeOutAsTheyWentIn(f *testing.F) {
	f.Add(`{"": {"start": "Ask us"}, "de": {"newMessages": {"other": "{n} neue"}}}`)
	f.Add(`{"pt-BR": {"claimed": "{name} chegou"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		own, err := widget.ReadOwnTexts(strings.NewReader(text))
		if err != nil {
			return
		}
		written, err := json.Marshal(own)
		if err != nil {
			t.Fatal(err)
		}
		again, err := widget.ReadOwnTexts(strings.NewReader(string(written)))
		// Escapes may be longer than what was read.
		if err == nil && !reflect.DeepEqual(own, again) {
			t.Error(fmt.Sprint(own, again))
		}
	})
}
