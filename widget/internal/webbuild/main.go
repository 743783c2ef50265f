// Command webbuild writes the widget's files, widget/web/dist/*.js, from their
// TypeScript. It needs no Node: the bundler is a Go library. It is run in the
// folder widget, by `go generate ./widget`.
package main

import (
	"fmt"
	"os"
	"path/filepath"

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
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	for _, file := range files {
		if err := os.WriteFile(filepath.Join(dist, file.Name), file.Content, 0o644); err != nil {
			return err
		}
		fmt.Printf("%-10s %6d bytes, %6d gzipped\n", file.Name, len(file.Content), file.Gzipped())
	}
	return nil
}
