package locale_test

import (
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/slackapp/locale"
)

func TestOfTakesTheLanguageOfATag(t *testing.T) {
	for tag, want := range map[string]locale.Locale{
		"fr-FR": locale.French, "fr": locale.French, "FR_ca": locale.French,
		"": locale.English, "en-GB": locale.English, "de-DE": locale.English, "fry": locale.English,
	} {
		if got := locale.Of(tag); got != want {
			t.Errorf("%q gives %s, want %s", tag, got, want)
		}
	}
}

func TestASentenceWithoutATranslationIsSaidInEnglish(t *testing.T) {
	if got := locale.French.Say("an untranslated %s"+" of 100 %%", "line"); got != "an untranslated line of 100 %" {
		t.Errorf("says %q", got)
	}
	if got := locale.French.Count(2, "%d loose end of %s", "%d loose ends of %s", "it"); got != "2 loose ends of it" {
		t.Errorf("says %q", got)
	}
}

func TestNamesAreListedAsTheLanguageDoes(t *testing.T) {
	for _, row := range []struct {
		l     locale.Locale
		items []string
		want  string
	}{
		{locale.English, nil, ""},
		{locale.English, []string{"Ann"}, "Ann"},
		{locale.English, []string{"Ann", "Tom"}, "Ann and Tom"},
		{locale.French, []string{"Ann", "Tom", "Bea"}, "Ann, Tom et Bea"},
	} {
		if got := row.l.List(row.items); got != row.want {
			t.Errorf("%v in %s is %q, want %q", row.items, row.l, got, row.want)
		}
	}
}

func TestDurationsAreSaidInTwoUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                          "1 s",
		59 * time.Second:           "59 s",
		90 * time.Second:           "1 min 30 s",
		2 * time.Hour:              "2 h",
		2*time.Hour + time.Second:  "2 h",
		26*time.Hour + time.Minute: "1 j 2 h",
	} {
		if got := locale.French.Duration(d); got != want {
			t.Errorf("%s is said %q, want %q", d, got, want)
		}
	}
}
