// Package bundle turns the widget's TypeScript into the files that browsers get.
// The result depends on the sources and on the bundler's version alone, so it is
// committed and can be checked byte for byte.
package bundle

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// ConfigLiteral stands in loader.js exactly once, with its quotes; the server
// replaces it by the site's configuration, a JSON object.
const ConfigLiteral = `"__CHATGROUPS_CONFIG__"`

// File is one file of dist.
type File struct {
	Name    string // within dist, with slashes
	Content []byte
}

// Gzipped is how many bytes of it travel to a browser.
func (f File) Gzipped() int {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is a valid one
	_, _ = w.Write(f.Content)                               // a Buffer takes everything
	_ = w.Close()
	return out.Len()
}

// Build bundles the sources under the folder web, without writing anything.
// The loader is a script for any page; the panel is a module that it imports, and
// more a module that the panel imports when a visitor needs what few do; the languages other than English are l/*.json, which the panel fetches.
func Build(web string) ([]File, error) {
	root, err := filepath.Abs(web)
	if err != nil {
		return nil, err
	}
	languages, err := buildLocales(root)
	if err != nil {
		return nil, err
	}
	loader, err := bundle(api.BuildOptions{
		AbsWorkingDir: root,
		EntryPoints:   []string{"src/loader/main.ts"},
		Format:        api.FormatIIFE,
		Plugins:       []api.Plugin{styles},
	})
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(loader, []byte(ConfigLiteral)); n != 1 {
		return nil, fmt.Errorf("loader.js must contain %s once for the server to replace, but has it %d times", ConfigLiteral, n)
	}
	more, err := bundle(api.BuildOptions{
		AbsWorkingDir: root,
		EntryPoints:   []string{"src/more/main.ts"},
		Format:        api.FormatESModule,
		Plugins:       []api.Plugin{styles, languages.plugin(languages.moreEnglish)},
	})
	if err != nil {
		return nil, err
	}
	panel, err := bundle(api.BuildOptions{
		AbsWorkingDir: root,
		EntryPoints:   []string{"src/panel/main.ts"},
		Format:        api.FormatESModule,
		Plugins:       []api.Plugin{styles, languages.plugin(languages.english)},
		Define: map[string]string{
			localesVersion: strconv.Quote(languages.version),
			moreAddress:    strconv.Quote("more.js?v=" + Version(more)),
		},
	})
	if err != nil {
		return nil, err
	}
	return append([]File{{"loader.js", loader}, {"panel.js", panel}, {"more.js", more}}, languages.files...), nil
}

// moreAddress is how the panel's source calls the address of more.js.
const moreAddress = "MORE"

// Version is what a file's address carries, so that another file has another address.
func Version(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:8])
}

// bundle makes one file as the options say, for the browsers that the widget knows.
func bundle(options api.BuildOptions) ([]byte, error) {
	options.Bundle = true
	options.Platform = api.PlatformBrowser
	options.Target = api.ES2021
	options.Charset = api.CharsetASCII // right whatever encoding a page claims for its scripts
	options.LegalComments = api.LegalCommentsNone
	options.MinifyWhitespace = true
	options.MinifyIdentifiers = true
	options.MinifySyntax = true
	result := api.Build(options)
	if err := problems(result.Errors, result.Warnings); err != nil {
		return nil, err
	}
	return result.OutputFiles[0].Contents, nil
}

// styles has `import text from './x.css'` yield the sheet's text, minified: the
// widget makes style sheets of it at run time, which strict page policies allow.
var styles = api.Plugin{Name: "styles", Setup: func(build api.PluginBuild) {
	build.OnLoad(api.OnLoadOptions{Filter: `\.css$`}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
		source, err := os.ReadFile(args.Path)
		if err != nil {
			return api.OnLoadResult{}, err
		}
		result := api.Transform(string(source), api.TransformOptions{
			Loader:           api.LoaderCSS,
			MinifyWhitespace: true,
			MinifySyntax:     true,
			Charset:          api.CharsetASCII,
		})
		if err := problems(result.Errors, result.Warnings); err != nil {
			return api.OnLoadResult{}, fmt.Errorf("%s: %w", filepath.Base(args.Path), err)
		}
		text := strings.TrimSpace(string(result.Code))
		return api.OnLoadResult{Contents: &text, Loader: api.LoaderText}, nil
	})
}}

// problems makes one error of what the bundler had to say; a warning is a mistake, too.
func problems(groups ...[]api.Message) error {
	var all []error
	for _, messages := range groups {
		for _, m := range messages {
			if m.Location == nil {
				all = append(all, errors.New(m.Text))
				continue
			}
			all = append(all, fmt.Errorf("%s:%d: %s", m.Location.File, m.Location.Line, m.Text))
		}
	}
	return errors.Join(all...)
}
