package widget_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// constants returns the values of the package's constants of a type, as they stand
// in its sources: what is not listed anywhere cannot be left off the list.
func constants(t *testing.T, typeName string) (values []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if name, ok := spec.Type.(*ast.Ident); !ok || name.Name != typeName {
				return true
			}
			for _, value := range spec.Values {
				if literal, ok := value.(*ast.BasicLit); ok {
					values = append(values, strings.Trim(literal.Value, `"`))
				}
			}
			return true
		})
	}
	if len(values) == 0 {
		t.Fatalf("there are no constants of the type %s", typeName)
	}
	return values
}

func TestEveryCodeIsInTheGoldenFrames(t *testing.T) {
	var nacks, byes []string
	for _, g := range goldens(t, "server") {
		var f struct {
			T    string `json:"t"`
			Code any    `json:"code"`
		}
		if g.Frame == nil {
			continue
		}
		mustUnmarshal(t, g.Frame, &f)
		switch code := f.Code.(type) {
		case string:
			nacks = append(nacks, code)
		case float64:
			byes = append(byes, strconv.Itoa(int(code)))
		}
	}
	for _, code := range constants(t, "nackCode") {
		if !slices.Contains(nacks, code) {
			t.Errorf("no golden frame refuses with %s", code)
		}
	}
	for _, code := range constants(t, "closeCode") {
		if !slices.Contains(byes, code) {
			t.Errorf("no golden frame ends a connection with %s", code)
		}
	}
}
