package bundle_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/widget/internal/webbuild/bundle"
)

// sources writes the smallest widget that can be built, with two languages.
func sources(t *testing.T, more map[string]string) string {
	t.Helper()
	root := t.TempDir()
	files := map[string]string{
		"src/loader/main.ts":              `import { open } from '../i18n/locales/en.json'; console.log(open, "__CHATGROUPS_CONFIG__")`,
		"src/more/main.ts":                `export const nothing = 1`,
		"src/panel/main.ts":               `import en from '../i18n/locales/en.json'; declare const LOCALES_VERSION: string; console.log(en['used'], en['many'], LOCALES_VERSION)`,
		"src/i18n/locales/en.json":        `{"$note": "n", "open": "Open", "used": "Used", "unused": "Nowhere", "many": {"one": "1", "other": "n"}}`,
		"src/i18n/locales/de.json":        `{"$review": "machine", "many": {"one": "eins", "other": "n"}, "unused": "Nirgends", "used": "Benutzt", "open": "Offen"}`,
		"src/i18n/only-the-table-is.ts":   `export const nothing = 'unused'`,
		"src/loader/of-the-loader.ts":     `export const nothing = 'unused'`,
		"src/panel/a-style-is-no-use.css": `/* 'unused' */`,
	}
	for name, text := range more {
		files[name] = text
	}
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func file(t *testing.T, files []bundle.File, name string) []byte {
	t.Helper()
	i := slices.IndexFunc(files, func(f bundle.File) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("there is no %s", name)
	}
	return files[i].Content
}

func TestOnlyTextsInUseAreBuilt(t *testing.T) {
	files, err := bundle.Build(sources(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	// In the order of English, whatever the order of the language's own file.
	if got, want := string(file(t, files, "l/de.json")), `["Benutzt",{"one":"eins","other":"n"}]`; got != want {
		t.Errorf("German is %s, want %s", got, want)
	}
	panel, loader := file(t, files, "panel.js"), file(t, files, "loader.js")
	if !bytes.Contains(panel, []byte("Used")) || bytes.Contains(panel, []byte("Nowhere")) || bytes.Contains(panel, []byte("Open")) {
		t.Errorf("the panel is %s", panel)
	}
	if !bytes.Contains(loader, []byte("Open")) || bytes.Contains(loader, []byte("Used")) {
		t.Errorf("the loader is %s", loader)
	}
}

func TestASetOfLanguagesHasAnotherNameOnceItChanges(t *testing.T) {
	names := map[string]bool{}
	for _, german := range []string{
		`{"open": "a", "used": "b", "unused": "c", "many": "d"}`,
		`{"open": "a", "used": "B", "unused": "c", "many": "d"}`,
		`{"open": "A", "used": "b", "unused": "C", "many": "d"}`, // as the first, in what is used
	} {
		files, err := bundle.Build(sources(t, map[string]string{"src/i18n/locales/de.json": german}))
		if err != nil {
			t.Fatal(err)
		}
		name := file(t, files, bundle.LocalesVersionFile)
		if !bytes.Contains(file(t, files, "panel.js"), name) {
			t.Error("the panel does not know the set that it was built with")
		}
		names[string(name)] = true
	}
	if len(names) != 2 {
		t.Errorf("two sets of texts have the names %v", names)
	}
}

func TestLanguagesThatCannotBeBuilt(t *testing.T) {
	for what, more := range map[string]map[string]string{
		`de.json: it lacks the text "used"`: {"src/i18n/locales/de.json": `{"many": "x"}`},
		"de.json: ":                         {"src/i18n/locales/de.json": `{"many": `},
		"en.json: ":                         {"src/i18n/locales/en.json": `[`},
	} {
		_, err := bundle.Build(sources(t, more))
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("it said %v, want %s", err, what)
		}
	}
}

func TestLanguagesAreJSON(t *testing.T) {
	for _, f := range build(t) {
		if filepath.Ext(f.Name) == ".json" && !json.Valid(f.Content) {
			t.Errorf("dist/%s is no JSON", f.Name)
		}
	}
}
