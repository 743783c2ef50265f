package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/chatgroups/chatgroups"

// mayImport says for each part of the house what of the house it may import. The
// arrows point to bridge; slackapp and widget never meet; only cmd sees all.
var mayImport = map[string][]string{
	"bridge":             {},
	"bridge/boltstore":   {"bridge"},
	"bridge/bridgetest":  {"bridge"},
	"slackapp":           {"bridge", "slackapp/mrkdwn"},
	"slackapp/mrkdwn":    {"bridge"}, // for the bridge's rich text
	"slackapp/fakeslack": {},
	"widget":             {"bridge"},
}

func TestImportsPointToBridge(t *testing.T) {
	for _, p := range listPackages(t) {
		part := strings.TrimPrefix(p.ImportPath, module+"/")
		if strings.HasPrefix(part, "cmd/") {
			continue
		}
		allowed, known := mayImport[part]
		if !known {
			// A package below a part belongs to that part and may import no more
			// than it, besides the part's own packages.
			parent := part
			for !known && strings.Contains(parent, "/") {
				parent = path.Dir(parent)
				allowed, known = mayImport[parent]
			}
			if !known {
				t.Errorf("%s is in none of the four rooms", part)
				continue
			}
			allowed = append(slices.Clone(allowed), parent)
		}
		for _, imp := range p.Imports {
			ours, found := strings.CutPrefix(imp, module+"/")
			if found && !slices.Contains(allowed, ours) && !strings.HasPrefix(ours, part+"/") {
				t.Errorf("%s imports %s: it may import only %v", part, ours, allowed)
			}
		}
	}
}

func TestBridgeNeedsOnlyTheStandardLibraryAndZerolog(t *testing.T) {
	for _, p := range listPackages(t) {
		if p.ImportPath != module+"/bridge" {
			continue
		}
		for _, imp := range p.Imports {
			if strings.Contains(strings.Split(imp, "/")[0], ".") && imp != "github.com/rs/zerolog" {
				t.Errorf("bridge imports %s", imp)
			}
		}
		return
	}
	t.Fatal("package bridge was not listed")
}

func TestMrkdwnDoesNoIO(t *testing.T) {
	for _, p := range listPackages(t) {
		if p.ImportPath != module+"/slackapp/mrkdwn" {
			continue
		}
		for _, imp := range []string{"net", "net/http", "os", "io"} {
			if slices.Contains(p.Imports, imp) {
				t.Errorf("mrkdwn imports %s", imp)
			}
		}
		return
	}
	t.Fatal("package mrkdwn was not listed")
}

func TestTopLevelHasNoOtherFolder(t *testing.T) {
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	rooms := []string{"bridge", "cmd", "slackapp", "widget", "data"} // data: where a server run here keeps its store
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !slices.Contains(rooms, e.Name()) {
			t.Errorf("folder %s: a new concern finds its room in cmd, bridge, slackapp or widget", e.Name())
		}
	}
}

type listedPackage struct {
	ImportPath string
	Imports    []string // without those of tests
}

func listPackages(t *testing.T) []listedPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listedPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) < len(mayImport) {
		t.Fatalf("go list named %d packages only", len(packages))
	}
	return packages
}
