package widget_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/widget"
)

func TestTheLoaderCarriesGreetings(t *testing.T) {
	all, err := widget.ReadGreetings(strings.NewReader(`[
		{"text": "Need a hand with prices?", "texts": {"de": "Fragen zu Preisen?"}, "after": 30, "path": "/prices*"},
		{"text": "Any questions?", "after": 20}]`))
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, func(o *options) { o.greetings = all })
	_, body := h.get("/w/v1/main.js")
	c := config(t, body)
	if c["greet"] != 20.0 {
		t.Errorf("the first is due after %v", c["greet"])
	}
	if got := c["greetings"].([]any)[0]; !reflect.DeepEqual(got, map[string]any{
		"text": "Need a hand with prices?", "texts": map[string]any{"de": "Fragen zu Preisen?"}, "after": 30.0, "path": "/prices*",
	}) {
		t.Errorf("the first is %v", got)
	}
	_, body = newHouse(t).get("/w/v1/main.js")
	if c := config(t, body); c["greet"] != nil || c["greetings"] != nil {
		t.Errorf("a site without greetings says %v", c)
	}
}

func TestGreetingsThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		`{}`: "not JSON like",
		`[{"text": "x", "after": 5, "delay": 3}]`:                                          "delay",
		`[{"text": "x", "after": 5}, {"text": " ", "after": 5}]`:                           "greeting 2",
		`[{"text": "x", "after": 0}]`:                                                      "1 to 3600",
		`[{"text": "x", "after": 5, "path": "prices"}]`:                                    "/docs/*",
		`[{"text": "x", "after": 5, "path": "/a*b*c*d*e*f*"}]`:                             "five",
		`[{"text": "x {n}", "after": 5}]`:                                                  "{n}",
		`[{"text": "x", "texts": {"deutsch!": "y"}, "after": 5}]`:                          "no language",
		`[{"text": "` + strings.Repeat("x", 301) + `", "after": 5}]`:                       "300",
		`[` + strings.TrimSuffix(strings.Repeat(`{"text":"x","after":5},`, 11), ",") + `]`: "at most 10",
	} {
		if _, err := widget.ReadGreetings(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is refused with %v, want %s", text, err, want)
		}
	}
}
