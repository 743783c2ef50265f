package bundle_test

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chatgroups/chatgroups/widget/internal/webbuild/bundle"
)

const web = "../../../web"

// What a page view and a first opening may cost, in gzipped bytes.
var budgets = map[string]int{
	"loader.js": 4 << 10,
	"panel.js":  18 << 10,
	"more.js":   12 << 10,
}

const localeBudget = 2 << 10

var built = sync.OnceValues(func() ([]bundle.File, error) { return bundle.Build(web) })

func build(t *testing.T) []bundle.File {
	t.Helper()
	files, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCommittedFilesAreWhatTheSourcesGive(t *testing.T) {
	for _, file := range build(t) {
		committed, err := os.ReadFile(filepath.Join(web, "dist", file.Name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(committed, file.Content) {
			t.Errorf("dist/%s differs from its sources: run `go generate ./widget` and commit the result", file.Name)
		}
	}
}

func TestFilesStayWithinTheirBudgets(t *testing.T) {
	for _, file := range build(t) {
		budget, ok := budgets[file.Name]
		if path.Dir(file.Name) == "l" {
			budget, ok = localeBudget, true
		}
		if !ok {
			t.Errorf("dist/%s has no budget", file.Name)
			continue
		}
		if size := file.Gzipped(); size > budget {
			t.Errorf("dist/%s is %d bytes gzipped, %d more than its budget", file.Name, size, size-budget)
		}
	}
}

func TestScriptsAreASCII(t *testing.T) {
	for _, file := range build(t) {
		if path.Ext(file.Name) != ".js" {
			continue
		}
		for i, b := range file.Content {
			if b >= 0x80 {
				t.Errorf("dist/%s has the byte %#x at %d", file.Name, b, i)
				break
			}
		}
	}
}

func TestBuildRefusesAFolderWithoutSources(t *testing.T) {
	if _, err := bundle.Build(t.TempDir()); err == nil {
		t.Error("a folder without sources gave files")
	}
}
