// Command webbuild writes the widget's files, widget/web/dist, from their TypeScript
// and their tables of texts. It needs no Node: the bundler is a Go library. It is
// run in the folder widget, by `go generate ./widget`.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/chatgroups/chatgroups/widget/internal/webbuild/bundle"
)

func main() {
	if err := run("web"); err != nil {
		fmt.Fprintln(os.Stderr, "webbuild:", err)
		os.Exit(1)
	}
}

func run(web string) error {
	files, err := bundle.Build(web)
	if err != nil {
		return err
	}
	dist := filepath.Join(web, "dist")
	if err := os.MkdirAll(filepath.Join(dist, "l"), 0o755); err != nil {
		return err
	}
	for _, file := range files {
		if err := os.WriteFile(filepath.Join(dist, file.Name), file.Content, 0o644); err != nil {
			return err
		}
		fmt.Printf("%-14s %6d bytes, %6d gzipped\n", file.Name, len(file.Content), file.Gzipped())
	}
	return removeOthers(filepath.Join(dist, "l"), files)
}

// removeOthers clears a folder of dist of what is no longer built: a language that
// was renamed.
func removeOthers(folder string, files []bundle.File) error {
	present, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range present {
		built := func(f bundle.File) bool { return f.Name == "l/"+entry.Name() }
		if slices.ContainsFunc(files, built) {
			continue
		}
		if err := os.Remove(filepath.Join(folder, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}
