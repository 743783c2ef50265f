package slackapp_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// sentencesIn finds the English sentences that the sources of a package say to people:
// the formats of Say, say, Count and Errorf, and what is a locale.Key.
func sentencesIn(t *testing.T, pattern string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no sources are at %s: %v", pattern, err)
	}
	found := map[string]string{} // the sentence and where it stands
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		note := func(e ast.Expr) {
			if s, ok := literal(e); ok {
				found[s] = files.Position(e.Pos()).String()
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				sentencesOfCall(n, note)
			case *ast.CompositeLit: // a table of locale.Key
				if m, ok := n.Type.(*ast.MapType); ok && expression(m.Value) == "Key" {
					for _, e := range n.Elts {
						note(e.(*ast.KeyValueExpr).Value)
					}
				}
			case *ast.KeyValueExpr: // a field of type locale.Key
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "does" {
					note(n.Value)
				}
			}
			return true
		})
	}
	return found
}

// sayers are the functions whose first argument is a sentence.
var sayers = []string{"Say", "say", "Key", "sayOnly"}

func sentencesOfCall(call *ast.CallExpr, note func(ast.Expr)) {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	switch {
	case len(call.Args) == 0:
	case slices.Contains(sayers, name):
		note(call.Args[0])
	case name == "Count" && len(call.Args) > 2:
		note(call.Args[2])
	case name == "Errorf" && len(call.Args) > 1:
		if code := expression(call.Args[0]); strings.HasSuffix(code, "CodeInternal") || !strings.Contains(code, "Code") {
			return // not for people
		}
		if s, ok := literal(call.Args[1]); ok {
			note(&ast.BasicLit{Kind: token.STRING, ValuePos: call.Args[1].Pos(), Value: strconv.Quote(strings.TrimSuffix(s, ": %w"))})
		}
	}
}

func expression(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.CallExpr:
		return expression(e.Fun)
	}
	return ""
}

// literal is the value of a string that is written out, in several parts perhaps.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		x, ok := literal(e.X)
		y, also := literal(e.Y)
		return x + y, ok && also && e.Op == token.ADD
	}
	return "", false
}

// notSaidToPeople are refusals of the bridge that only a visitor's widget, which says them
// in words of its own, or a mistake in the program can cause.
var notSaidToPeople = []string{
	"an avatar must be a PNG or JPEG of at most %d bytes",
	"there is no such avatar",
	"the message was deleted",
	"#%d is closed",
	"there is no such message of the visitor's",
	"a message needs an id of 1 to %d letters, digits, - and _",
	"the message is not valid UTF-8",
	"the message is empty",
	"the message has %d characters: at most %d are possible",
	"an identity needs a subject of 1 to %d bytes on one line",
	"conversation %s is being changed elsewhere",
	"a rating has 1 to %d stars",
	"there is no conversation to rate: it can be rated once it is closed",
	"a message id must have 1 to %d bytes",
	"nobody can be reached here yet",
	"there is no such group to choose",
	"choose a group first",
	"%s is away now",
	"a trouble's kind and subject must make a key of a Store",
	"a thread's address must make a key of a Store",
	"conversation %s has no entry %d",
	"read conversation %s",
	"this workspace has not installed the app",
	"a channel moves from one address to another",
	"set up workspace %s",
	"set up the default group of %s",
	"set up site %s",
}

func TestEverySentenceIsSaidInFrench(t *testing.T) {
	said := sentencesIn(t, "*.go")
	domain := sentencesIn(t, "../bridge/*.go")
	maps.DeleteFunc(domain, func(_, at string) bool { return strings.Contains(at, "bridge/facts.go") }) // says no sentences
	maps.Copy(said, domain)
	if len(said) < 100 {
		t.Fatalf("only %d sentences were found", len(said))
	}
	french := locale.French.Keys()
	verb := regexp.MustCompile(`%(\[\d+\])?[+#]?[a-zA-Z]`)
	for _, s := range slices.Sorted(maps.Keys(said)) {
		forms, ok := french[s]
		if !strings.ContainsFunc(verb.ReplaceAllString(s, ""), func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }) {
			continue // nothing to translate
		}
		if !ok {
			if !slices.Contains(notSaidToPeople, s) {
				t.Errorf("%s: not in French: %q", said[s], s)
			}
			continue
		}
		for _, form := range forms {
			if form != "" && !sameVerbs(s, form) {
				t.Errorf("%s: %q and its French %q do not take the same arguments", said[s], s, form)
			}
		}
	}
	for _, s := range slices.Sorted(maps.Keys(french)) {
		if _, ok := said[s]; !ok && !slices.Contains(ofTheLocale, s) {
			t.Errorf("nobody says %q any more, which has a French translation", s)
		}
	}
}

// ofTheLocale are said by the package locale itself.
var ofTheLocale = []string{"%s and %s", "%d d", "%d h", "%d min", "%d s"}

// sameVerbs reports whether two formats take the same arguments, in whatever order.
func sameVerbs(x, y string) bool {
	return slices.Equal(argumentsOf(x), argumentsOf(y))
}

func argumentsOf(format string) []string {
	var all []string
	next := 1
	for _, m := range regexp.MustCompile(`%(?:\[(\d+)\])?([+#.\d]*[a-zA-Z%])`).FindAllStringSubmatch(format, -1) {
		if m[2] == "%" {
			continue
		}
		if n, err := strconv.Atoi(m[1]); err == nil {
			next = n
		}
		all = append(all, strconv.Itoa(next)+m[2])
		next++
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestTitlesAndButtonsFitInEveryLanguage: Slack takes 24 characters in the title of a
// modal and its buttons, and cuts what is longer.
func TestTitlesAndButtonsFitInEveryLanguage(t *testing.T) {
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	french, found := locale.French.Keys(), 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || expression(call.Fun) != "newFormView" {
				return true
			}
			for _, arg := range call.Args[3:] {
				say, ok := arg.(*ast.CallExpr)
				if !ok || len(say.Args) == 0 {
					continue
				}
				s, ok := literal(say.Args[0])
				if !ok {
					continue
				}
				found++
				for _, text := range []string{s, french[s][1]} {
					if n := utf8.RuneCountInString(text); n > 24 {
						t.Errorf("%s: %q has %d characters", name, text, n)
					}
				}
			}
			return true
		})
	}
	if found == 0 {
		t.Error("no titles were found")
	}
}
