package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// The languages are src/i18n/locales/*.json, a table of texts by key in each.
// English is bundled into the panel, and into more.js what only that uses; each other
// language is a file of its own, which the panel fetches: the panel's texts, then those
// of more.js. Only texts that are used get anywhere.
const (
	localesFolder = "src/i18n/locales"
	english       = "en"
	// LocalesVersionFile holds the name of this set of languages: a panel asks for
	// the one that it was built with, since the order of texts must be the same.
	LocalesVersionFile = "l/version.txt"
	// localesVersion is the name by which the panel's source knows it.
	localesVersion = "LOCALES_VERSION"
)

// table is one language: its texts as they stand in the source, and their order.
type table struct {
	keys  []string
	texts map[string]json.RawMessage
}

// locales are the files of dist and what the panel has to know of them.
type locales struct {
	files   []File
	version string
	// The English tables: of the panel, and of what more.js uses besides.
	english, moreEnglish []byte
}

func buildLocales(root string) (*locales, error) {
	all, err := readTables(filepath.Join(root, localesFolder))
	if err != nil {
		return nil, err
	}
	src := filepath.Join(root, "src")
	words, err := quotedWords(src, "loader", "i18n", "more")
	if err != nil {
		return nil, err
	}
	moreWords, err := quotedWords(filepath.Join(src, "more"))
	if err != nil {
		return nil, err
	}
	en := all[english]
	panelKeys := slices.DeleteFunc(slices.Clone(en.keys), func(key string) bool { return !words[key] })
	moreKeys := slices.DeleteFunc(slices.Clone(en.keys), func(key string) bool { return words[key] || !moreWords[key] })
	used := slices.Concat(panelKeys, moreKeys)

	made := &locales{}
	sum := sha256.New()
	for _, language := range slices.Sorted(maps.Keys(all)) {
		if language == english {
			continue
		}
		list, err := all[language].list(used)
		if err != nil {
			return nil, fmt.Errorf("%s/%s.json: %w", localesFolder, language, err)
		}
		fmt.Fprintf(sum, "%s %s\n", language, list)
		made.files = append(made.files, File{"l/" + language + ".json", list})
	}
	made.version = hex.EncodeToString(sum.Sum(nil)[:8])
	made.files = append(made.files, File{LocalesVersionFile, []byte(made.version)})
	made.english, made.moreEnglish = en.object(panelKeys), en.object(moreKeys)
	return made, nil
}

func readTables(folder string) (map[string]table, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, err
	}
	all := map[string]table{}
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		read, err := parseTable(source)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".json")] = read
	}
	if _, ok := all[english]; !ok {
		return nil, fmt.Errorf("%s has no %s.json, which the panel falls back to", folder, english)
	}
	return all, nil
}

// parseTable reads one JSON object. What begins with $ is about the file.
func parseTable(source []byte) (table, error) {
	t := table{texts: map[string]json.RawMessage{}}
	d := json.NewDecoder(bytes.NewReader(source))
	if open, err := d.Token(); err != nil {
		return t, err
	} else if open != json.Delim('{') {
		return t, errors.New("it is no JSON object of texts by key")
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return t, err
		}
		var text json.RawMessage
		if err := d.Decode(&text); err != nil {
			return t, err
		}
		name := fmt.Sprint(key)
		if strings.HasPrefix(name, "$") {
			continue
		}
		var dense bytes.Buffer
		if err := json.Compact(&dense, text); err != nil {
			return t, err
		}
		t.keys = append(t.keys, name)
		t.texts[name] = dense.Bytes()
	}
	return t, nil
}

// list writes the texts of keys as a JSON array.
func (t table) list(keys []string) ([]byte, error) {
	texts := make([][]byte, len(keys))
	for i, key := range keys {
		text, ok := t.texts[key]
		if !ok {
			return nil, fmt.Errorf("it lacks the text %q", key)
		}
		texts[i] = text
	}
	return slices.Concat([]byte("["), bytes.Join(texts, []byte(",")), []byte("]")), nil
}

// object writes the texts of keys as a JSON object.
func (t table) object(keys []string) []byte {
	members := make([][]byte, len(keys))
	for i, key := range keys {
		members[i] = fmt.Appendf(nil, "%q:%s", key, t.texts[key])
	}
	return slices.Concat([]byte("{"), bytes.Join(members, []byte(",")), []byte("}"))
}

var quoted = regexp.MustCompile(`'(\w+)'`)

// quotedWords finds every word in single quotes in the scripts of a folder, but in
// those folders of it that are named. A key of a text is always written so; that a few words are no keys does no harm.
func quotedWords(src string, but ...string) (map[string]bool, error) {
	words := map[string]bool{}
	err := filepath.WalkDir(src, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains(but, entry.Name()) {
			return filepath.SkipDir
		}
		if entry.IsDir() || filepath.Ext(path) != ".ts" {
			return nil
		}
		source, err := os.ReadFile(path)
		for _, word := range quoted.FindAllSubmatch(source, -1) {
			words[string(word[1])] = true
		}
		return err
	})
	return words, err
}

// plugin has a file import these English texts, and no others.
func (l *locales) plugin(english []byte) api.Plugin {
	return api.Plugin{Name: "locales", Setup: func(build api.PluginBuild) {
		build.OnLoad(api.OnLoadOptions{Filter: `[\\/]locales[\\/]en\.json$`}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
			text := string(english)
			return api.OnLoadResult{Contents: &text, Loader: api.LoaderJSON}, nil
		})
	}}
}
