package fakeslack_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// shown holds the numbers of the behaviours that a test has shown.
var shown sync.Map

// shows says which behaviours a test shows. It counts when the test has ended
// well, and was not skipped.
func shows(t *testing.T, numbers ...int) {
	t.Helper()
	t.Cleanup(func() {
		if !t.Failed() && !t.Skipped() {
			for _, n := range numbers {
				shown.Store(n, true)
			}
		}
	})
}

// TestMain fails a run of all tests in which a behaviour was not shown.
func TestMain(m *testing.M) { goleak.VerifyTestMain(showing{m}) }

type showing struct{ *testing.M }

func (m showing) Run() int {
	code := m.M.Run()
	if code != 0 || !everything() {
		return code
	}
	for _, b := range fakeslack.Behaviours() {
		if _, ok := shown.Load(b.Number); !ok {
			fmt.Fprintf(os.Stderr, "no test has shown behaviour %d: %s\n", b.Number, b.Says)
			code = 1
		}
	}
	return code
}

// everything reports whether all tests were run.
func everything() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list", "test.fuzz"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return false
		}
	}
	return true
}

func TestEachBehaviourIsMarkedAndHasASource(t *testing.T) {
	for i, b := range fakeslack.Behaviours() {
		if b.Number != i+1 || b.Says == "" || b.Source == "" {
			t.Errorf("behaviour %d is %+v", i+1, b)
		}
		if !slices.Contains([]fakeslack.Mark{fakeslack.Documented, fakeslack.Observed, fakeslack.Assumed}, b.Mark) {
			t.Errorf("behaviour %d is %s", b.Number, b.Mark)
		}
	}
}

// What is assumed can be turned round, and a test does it.
func TestEachAssumptionIsASwitchThatIsTried(t *testing.T) {
	var tests strings.Builder
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tests.Write(source)
	}
	var switches []string
	for _, b := range fakeslack.Behaviours() {
		switches = append(switches, b.Switches...)
	}
	for field := range reflect.TypeFor[fakeslack.Assumptions]().Fields() {
		if n := slices.Index(switches, field.Name); n < 0 {
			t.Errorf("%s belongs to no behaviour", field.Name)
		} else {
			switches = slices.Delete(switches, n, n+1)
		}
		if !strings.Contains(tests.String(), "Assume."+field.Name+" = ") {
			t.Errorf("no test tries %s", field.Name)
		}
	}
	if len(switches) > 0 {
		t.Errorf("there is no assumption %v", switches)
	}
}
